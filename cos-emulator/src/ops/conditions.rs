//! Preconditions: `If-Match` and the like.

use std::time::SystemTime;

use crate::error::{Code, Error};
use crate::http::Head;
use crate::ops::text::unquoted;
use crate::store::{Bucket, ObjectInfo};
use crate::time;

/// The outcome of the conditions of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Proceed,
    NotModified,
    Failed,
}

/// Evaluates conditions whose names have a prefix: none, or that of a copy's source.
pub(crate) fn judge(head: &Head, prefix: &str, info: &ObjectInfo) -> Verdict {
    let get = |name: &str| head.headers.get(&format!("{prefix}{name}"));
    let date = |name: &str| get(name).and_then(|text| httpdate::parse_http_date(text).ok());
    let matches = |list: &str| list.split(',').any(|etag| etag.trim() == "*" || unquoted(etag) == info.etag);
    // HTTP dates have whole seconds, so the object's date is cut to them.
    let modified: SystemTime = time::from_millis(info.modified / 1000 * 1000);
    match (get("if-match"), date("if-unmodified-since")) {
        (Some(list), _) if !matches(list) => return Verdict::Failed,
        (None, Some(since)) if modified > since => return Verdict::Failed,
        _ => {}
    }
    match (get("if-none-match"), date("if-modified-since")) {
        (Some(list), _) if matches(list) => Verdict::NotModified,
        (None, Some(since)) if modified <= since => Verdict::NotModified,
        _ => Verdict::Proceed,
    }
}

/// Fails if the request must not replace the existing object.
pub(crate) fn check_overwrite(head: &Head, bucket: &Bucket, key: &str) -> Result<(), Error> {
    let latest = bucket.latest(key);
    // With versions nothing gets lost, and COS ignores the header.
    let forbids = head.headers.get("x-cos-forbid-overwrite").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        && bucket.info.versioning == crate::store::Versioning::Never;
    if forbids && latest.is_some() {
        return Err(Code::FileAlreadyExists.into());
    }
    let matching = head.headers.get("if-match");
    let none_matching = head.headers.get("if-none-match");
    let etag = latest.map(|version| version.info.etag.as_str());
    let is =
        |list: &str| etag.is_some_and(|have| list.split(',').any(|etag| etag.trim() == "*" || unquoted(etag) == have));
    if matching.is_some_and(|list| !is(list)) || none_matching.is_some_and(is) {
        return Err(Code::PreconditionFailed.into());
    }
    Ok(())
}
