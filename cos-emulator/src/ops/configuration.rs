//! Configurations of a bucket that are kept and returned, and have no other effect here.

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::receive::document;
use crate::ops::tagging;
use crate::xml::{self, Xml};

/// What tells one kind of configuration from another.
struct Kind {
    sub: &'static str,
    /// Root of the document; none for the policy, which is JSON.
    root: Option<&'static str>,
    needs_md5: bool,
    /// The error when there is none; without it an empty document is returned.
    missing: Option<Code>,
}

const KINDS: [Kind; 11] = [
    Kind::new("cors", "CORSConfiguration", true, Some(Code::NoSuchCORSConfiguration)),
    Kind::new("lifecycle", "LifecycleConfiguration", true, Some(Code::NoSuchLifecycleConfiguration)),
    Kind::new("tagging", "Tagging", true, Some(Code::NoSuchTagSet)),
    Kind::new("website", "WebsiteConfiguration", true, Some(Code::NoSuchWebsiteConfiguration)),
    Kind::new("replication", "ReplicationConfiguration", true, Some(Code::ReplicationConfigurationNotFoundError)),
    Kind::new("encryption", "ServerSideEncryptionConfiguration", false, Some(Code::NoSuchConfiguration)),
    Kind::new("logging", "BucketLoggingStatus", true, None),
    Kind::new("referer", "RefererConfiguration", true, None),
    Kind::new("domain", "DomainConfiguration", true, None),
    Kind::new("origin", "OriginConfiguration", true, None),
    Kind { sub: "policy", root: None, needs_md5: false, missing: Some(Code::NoSuchBucketPolicy) },
];

impl Kind {
    const fn new(sub: &'static str, root: &'static str, needs_md5: bool, missing: Option<Code>) -> Self {
        Self { sub, root: Some(root), needs_md5, missing }
    }
}

/// The operation on a sub-resource, if it is a configuration of the kinds above.
pub(crate) fn operation(method: &str, sub: &str) -> Option<fn(&mut Call<'_, '_>) -> Result<Response, Error>> {
    KINDS.iter().find(|kind| kind.sub == sub)?;
    match method {
        "PUT" => Some(put),
        "GET" => Some(get),
        "DELETE" => Some(delete),
        _ => None,
    }
}

fn kind(call: &Call<'_, '_>) -> Result<&'static Kind, Error> {
    let named = |kind: &&Kind| call.param(kind.sub).is_some();
    KINDS.iter().find(named).ok_or_else(|| Code::NotImplemented.into())
}

fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    call.check_bucket()?;
    let body = document(call, kind.needs_md5)?;
    if body.is_empty() && kind.sub == "referer" {
        // There is no DELETE for the referer list: COS clears it by an empty document.
        return delete(call);
    }
    let text = String::from_utf8(body).map_err(|_| Code::MalformedXML)?;
    match kind.root {
        Some(root) => {
            let tree = xml::parse(text.as_bytes(), root)?;
            if kind.sub == "tagging" {
                tagging::check(&tagging::from_xml(&tree)?, 50)?;
            }
        }
        None => {
            serde_json::from_str::<serde_json::Value>(&text)
                .map_err(|_| Error::new(Code::InvalidArgument, "The policy is no JSON."))?;
        }
    }
    call.buckets().find(call.bucket())?.update(|info| drop(info.configurations.insert(kind.sub.to_owned(), text)))?;
    Ok(Response::new(200))
}

fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    let mut buckets = call.buckets();
    let kept = buckets.find(call.bucket())?.info.configurations.get(kind.sub);
    let text = match (kept, kind.missing, kind.root) {
        (Some(text), _, _) => text.clone(),
        (None, None, Some(root)) => Xml::leaf(root, ""),
        (None, missing, _) => return Err(missing.unwrap_or(Code::NoSuchConfiguration).into()),
    };
    let mut response = Response::new(200).xml(text);
    if kind.root.is_none() {
        response.set("Content-Type", "application/json");
    }
    Ok(response)
}

fn delete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    let mut buckets = call.buckets();
    buckets.find(call.bucket())?.update(|info| drop(info.configurations.remove(kind.sub)))?;
    Ok(Response::new(204))
}
