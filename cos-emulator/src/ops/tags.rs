//! Tags, as headers and documents hold them.

use std::collections::HashSet;

use crate::error::{Code, Error};
use crate::http::parse_query;
use crate::store::Bucket;
use crate::xml::{self, Element, Xml};

pub(crate) type Tags = Vec<(String, String)>;

/// The `Tagging` document.
pub(crate) fn to_xml(tags: &Tags) -> String {
    let mut xml = Xml::root("Tagging");
    xml.open("TagSet");
    for (key, value) in tags {
        xml.open("Tag").text("Key", key).text("Value", value).close();
    }
    xml.finish()
}

/// The tags of an `x-cos-tagging` header: `a=b&c=d`, percent-encoded.
pub(crate) fn from_header(header: &str) -> Result<Tags, Error> {
    let tags = parse_query(header);
    check(&tags, 10)?;
    Ok(tags)
}

/// The tags of a `Tagging` document.
pub(crate) fn from_xml(tagging: &Element) -> Result<Tags, Error> {
    let malformed = || Error::from(Code::MalformedXML);
    let set = tagging.child("TagSet").ok_or_else(malformed)?;
    let text = |tag: &Element, name| tag.child(name).map(|child| child.text.clone());
    set.all("Tag")
        .map(|tag| {
            let key = text(tag, "Key").ok_or_else(malformed)?;
            Ok((key, text(tag, "Value").unwrap_or_default()))
        })
        .collect()
}

/// COS's limits on tag sets.
pub(crate) fn check(tags: &Tags, most: usize) -> Result<(), Error> {
    let mut keys = HashSet::new();
    let fits =
        |(key, value): &(String, String)| (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
    if tags.len() > most || !tags.iter().all(|tag| fits(tag) && keys.insert(tag.0.clone())) {
        return Err(Code::InvalidTag.into());
    }
    Ok(())
}

/// Whether a bucket carries a tag.
pub(crate) fn bucket_has(bucket: &Bucket, tag: (&str, &str)) -> bool {
    bucket
        .info
        .configurations
        .get("tagging")
        .and_then(|text| xml::parse(text.as_bytes(), "Tagging").ok())
        .and_then(|tree| from_xml(&tree).ok())
        .is_some_and(|tags| tags.iter().any(|(key, value)| (key.as_str(), value.as_str()) == tag))
}
