//! The service: listing buckets.

use crate::acl::{OWNER, write_user};
use crate::context::Call;
use crate::error::Error;
use crate::http::Response;
use crate::ops::tags;
use crate::ops::text::number;
use crate::time;
use crate::xml::Xml;

/// The page size that the official SDK asks for by default.
const MAX_KEYS: usize = 2000;

pub(crate) fn list_buckets(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let marker = call.param("marker").unwrap_or_default();
    let region = call.param("region").filter(|region| !region.is_empty());
    let max = match call.param("max-keys").filter(|max| !max.is_empty()) {
        Some(max) => number::<usize>("max-keys", max)?.min(MAX_KEYS),
        None => MAX_KEYS,
    };
    let tag = call.param("tagkey").zip(call.param("tagvalue"));
    let created = match call.param("create-time").zip(call.param("range")) {
        Some((time, range)) => Some((number::<u64>("create-time", time)?, range)),
        None => None,
    };
    let here = region.is_none_or(|region| region == call.context.settings.region);
    let buckets = call.buckets();
    let mut found = buckets
        .iter()
        .filter(|bucket| here && (marker.is_empty() || bucket.info.name.as_str() > marker))
        .filter(|bucket| tag.is_none_or(|tag| tags::bucket_has(bucket, tag)))
        .filter(|bucket| created.is_none_or(|limit| in_range(bucket.info.created / 1000, limit)));
    let mut xml = Xml::root("ListAllMyBucketsResult");
    write_user(xml.open("Owner"), OWNER).close();
    let page: Vec<_> = found.by_ref().take(max).collect();
    let truncated = found.next().is_some();
    xml.text("Marker", marker).text("IsTruncated", truncated);
    if truncated && let Some(last) = page.last() {
        xml.text("NextMarker", &last.info.name);
    }
    xml.open("Buckets");
    for bucket in page {
        xml.open("Bucket")
            .text("Name", &bucket.info.name)
            .text("Location", &call.context.settings.region)
            .text("CreationDate", time::iso(bucket.info.created))
            .text("BucketType", "cos")
            .close();
    }
    Ok(Response::new(200).xml(xml.finish()))
}

fn in_range(created: u64, (limit, range): (u64, &str)) -> bool {
    match range {
        "lt" => created < limit,
        "lte" => created <= limit,
        "gt" => created > limit,
        "gte" => created >= limit,
        _ => true,
    }
}
