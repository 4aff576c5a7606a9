//! Tags of objects.

use std::collections::HashSet;

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::{Response, parse_query};
use crate::ops::receive::document;
use crate::store::Bucket;
use crate::xml::{self, Element, Xml};

type Tags = Vec<(String, String)>;

pub(crate) fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let body = document(call, false)?;
    let tags = from_xml(&xml::parse(&body, "Tagging")?)?;
    check(&tags, 10)?;
    set(call, tags)?;
    Ok(Response::new(200))
}

pub(crate) fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let version = bucket.version(call.key(), call.version())?;
    let mut xml = Xml::root("Tagging");
    xml.open("TagSet");
    for (key, value) in &version.info.tags {
        xml.open("Tag").text("Key", key).text("Value", value).close();
    }
    Ok(Response::new(200).xml(xml.finish()))
}

pub(crate) fn delete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    set(call, Tags::new())?;
    Ok(Response::new(204))
}

fn set(call: &Call<'_, '_>, tags: Tags) -> Result<(), Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    bucket.change(call.key(), call.version(), |version| version.info.tags = tags)
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
