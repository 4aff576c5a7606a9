//! Downloads, and the same without the body.

use crate::context::{Call, Principal};
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::attributes::{check_customer_key, with_attributes};
use crate::ops::conditions::{Verdict, judge};
use crate::ops::{referer, symlink};
use crate::store::ObjectInfo;

/// Parameters that replace headers of the answer.
const OVERRIDES: [&str; 6] =
    ["Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"];

pub(crate) fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    referer::check(call.head, bucket)?;
    let version = symlink::follow(bucket, bucket.version(call.key(), call.version())?, call.principal)?;
    let info = &version.info;
    check_customer_key(call.head, info.customer_key_md5.as_deref())?;
    match judge(call.head, "", info) {
        Verdict::Proceed => {}
        Verdict::Failed => return Err(Code::PreconditionFailed.into()),
        Verdict::NotModified => return Ok(with_attributes(Response::new(304), bucket, version)),
    }
    if !call.head.is_head() && is_frozen(info, call.now) {
        return Err(Code::InvalidObjectState.into());
    }
    let wanted = match call.header("range").filter(|_| !call.head.ignores_range) {
        Some(range) => range_of(range, info.size)?,
        None => None,
    };
    let (offset, len) = wanted.unwrap_or((0, info.size));
    let response = Response::new(if wanted.is_some() { 206 } else { 200 });
    let mut response = with_attributes(response, bucket, version).stored(version.data.clone(), offset, len);
    if wanted.is_some() {
        let value = format!("bytes {offset}-{}/{}", offset + len - 1, info.size);
        response.set("Content-Range", value);
    }
    if call.principal == Principal::Owner {
        for name in OVERRIDES {
            let parameter = format!("response-{}", name.to_ascii_lowercase());
            if let Some(value) = call.param(&parameter) {
                check_override(value)?;
                response.set(name, value);
            }
        }
    }
    Ok(response)
}

/// Whether an archived object must be restored before it can be read.
pub(crate) fn is_frozen(info: &ObjectInfo, now: u64) -> bool {
    info.storage_class.ends_with("ARCHIVE") && info.restored_until.is_none_or(|until| until < now)
}

/// Refuses what would break out of a header line.
fn check_override(value: &str) -> Result<(), Error> {
    if value.chars().any(char::is_control) {
        return Err(Error::new(Code::InvalidArgument, "invalid response header"));
    }
    Ok(())
}

/// Offset and length of a `Range` header; `None` for those HTTP says to ignore.
fn range_of(header: &str, size: u64) -> Result<Option<(u64, u64)>, Error> {
    let unsatisfiable = || Error::from(Code::InvalidRange).with("Content-Range", format!("bytes */{size}"));
    let Some((first, last)) = header.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| text.parse::<u64>().ok();
    let (start, end) = match (number(first), number(last)) {
        (Some(start), Some(end)) if start <= end => (start, end.saturating_add(1).min(size)),
        (Some(start), None) if last.is_empty() => (start, size),
        (None, Some(0)) if first.is_empty() => return Err(unsatisfiable()),
        (None, Some(suffix)) if first.is_empty() => (size.saturating_sub(suffix), size),
        _ => return Ok(None),
    };
    if start >= size {
        return Err(unsatisfiable());
    }
    Ok(Some((start, end - start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let range = |text| range_of(text, 10).unwrap();
        assert_eq!(range("bytes=0-0"), Some((0, 1)));
        assert_eq!(range("bytes=2-5"), Some((2, 4)));
        assert_eq!(range("bytes=2-"), Some((2, 8)));
        assert_eq!(range("bytes=-3"), Some((7, 3)));
        assert_eq!(range("bytes=-30"), Some((0, 10)));
        assert_eq!(range("bytes=5-100"), Some((5, 5)));
        assert_eq!(range("bytes=0-18446744073709551615"), Some((0, 10)));
        for ignored in ["bytes=5-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes"] {
            assert_eq!(range(ignored), None, "{ignored}");
        }
        for unsatisfiable in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            let error = range_of(unsatisfiable, 10).unwrap_err();
            assert_eq!(error.code(), Some(Code::InvalidRange), "{unsatisfiable}");
        }
        assert!(range_of("bytes=0-", 0).is_err());
        assert!(range_of("bytes=-5", 0).is_err());
    }
}
