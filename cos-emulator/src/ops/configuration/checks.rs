//! The required content of configurations, by COS's pages of the `PUT Bucket ...` requests.

use std::collections::HashSet;

use crate::error::{Code, Error};
use crate::ops::encryption::applied;
use crate::ops::tags;
use crate::xml::Element;

fn malformed(what: &str) -> Error {
    Error::new(Code::MalformedXML, format!("{} {what}", Code::MalformedXML.message()))
}

/// The children of a name, of which there must be one at least.
fn some<'a>(tree: &'a Element, name: &'static str) -> Result<Vec<&'a Element>, Error> {
    let found: Vec<_> = tree.all(name).collect();
    if found.is_empty() { Err(malformed(&format!("{} lacks {name}.", tree.name))) } else { Ok(found) }
}

fn text<'a>(tree: &'a Element, name: &'static str) -> Result<&'a str, Error> {
    let found = tree.child_text(name).filter(|text| !text.is_empty());
    found.ok_or_else(|| malformed(&format!("{} lacks {name}.", tree.name)))
}

fn one_of<'a>(tree: &'a Element, name: &'static str, values: &[&str]) -> Result<&'a str, Error> {
    let found = text(tree, name)?;
    if values.contains(&found) {
        Ok(found)
    } else {
        Err(malformed(&format!("{name} is not one of {}.", values.join(", "))))
    }
}

const SWITCH: [&str; 2] = ["Enabled", "Disabled"];

pub(super) fn cors(tree: &Element) -> Result<(), Error> {
    let rules = some(tree, "CORSRule")?;
    if rules.len() > 100 {
        return Err(malformed("There are more than 100 rules."));
    }
    for rule in rules {
        some(rule, "AllowedOrigin")?;
        for method in some(rule, "AllowedMethod")? {
            if !["GET", "PUT", "POST", "DELETE", "HEAD"].contains(&method.text.trim()) {
                return Err(malformed("AllowedMethod is not one of GET, PUT, POST, DELETE, HEAD."));
            }
        }
        for origin in rule.all("AllowedOrigin") {
            if origin.text.matches('*').count() > 1 {
                return Err(malformed("AllowedOrigin holds more than one *."));
            }
        }
        if rule.child_text("MaxAgeSeconds").is_some_and(|age| age.parse::<u32>().is_err()) {
            return Err(malformed("MaxAgeSeconds is not a number."));
        }
    }
    Ok(())
}

pub(super) fn lifecycle(tree: &Element) -> Result<(), Error> {
    const ACTIONS: [&str; 5] = [
        "Transition",
        "Expiration",
        "NoncurrentVersionTransition",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    ];
    let rules = some(tree, "Rule")?;
    if rules.len() > 1000 {
        return Err(malformed("There are more than 1000 rules."));
    }
    let mut ids = HashSet::new();
    for rule in rules {
        one_of(rule, "Status", &SWITCH)?;
        if !ACTIONS.iter().any(|action| rule.child(action).is_some()) {
            return Err(malformed("A rule has no action."));
        }
        for transition in rule.all("Transition").chain(rule.all("NoncurrentVersionTransition")) {
            text(transition, "StorageClass")?;
        }
        if let Some(id) = rule.child_text("ID").filter(|id| !id.is_empty())
            && !ids.insert(id)
        {
            return Err(Error::new(Code::InvalidArgument, "Two rules have the same ID."));
        }
    }
    Ok(())
}

pub(super) fn tagging(tree: &Element) -> Result<(), Error> {
    tags::check(&tags::from_xml(tree)?, 50)
}

pub(super) fn website(tree: &Element) -> Result<(), Error> {
    let index = tree.child("IndexDocument").ok_or_else(|| malformed("WebsiteConfiguration lacks IndexDocument."))?;
    text(index, "Suffix").map(|_| ())
}

pub(super) fn replication(tree: &Element) -> Result<(), Error> {
    text(tree, "Role")?;
    for rule in some(tree, "Rule")? {
        one_of(rule, "Status", &SWITCH)?;
        let destination = rule.child("Destination").ok_or_else(|| malformed("Rule lacks Destination."))?;
        text(destination, "Bucket")?;
    }
    Ok(())
}

pub(super) fn encryption(tree: &Element) -> Result<(), Error> {
    for rule in some(tree, "Rule")? {
        let apply = applied(rule).ok_or_else(|| malformed("Rule lacks ApplyServerSideEncryptionByDefault."))?;
        one_of(apply, "SSEAlgorithm", &["AES256", "KMS", "cos/kms", "SM4"])?;
    }
    Ok(())
}

pub(super) fn referer(tree: &Element) -> Result<(), Error> {
    one_of(tree, "Status", &SWITCH)?;
    one_of(tree, "RefererType", &["Black-List", "White-List"])?;
    let list = tree.child("DomainList").ok_or_else(|| malformed("RefererConfiguration lacks DomainList."))?;
    some(list, "Domain").map(|_| ())
}

pub(super) fn domain(tree: &Element) -> Result<(), Error> {
    for rule in some(tree, "DomainRule")? {
        text(rule, "Name")?;
    }
    Ok(())
}

pub(super) fn origin(tree: &Element) -> Result<(), Error> {
    some(tree, "OriginRule").map(|_| ())
}

pub(super) fn object_lock(tree: &Element) -> Result<(), Error> {
    one_of(tree, "ObjectLockEnabled", &["Enabled"])?;
    let retention = tree.child("Rule").and_then(|rule| rule.child("DefaultRetention"));
    if let Some(retention) = retention {
        let days: Option<u32> = text(retention, "Days")?.parse().ok();
        if !days.is_some_and(|days| (1..=36_500).contains(&days)) {
            return Err(malformed("Days is not from 1 to 36500."));
        }
    }
    Ok(())
}
