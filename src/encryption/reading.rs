//! The reads of the encrypting client: the mode of an object, and the stored bytes of a range.

use http::Method;
use http::header::RANGE;

use super::frames::{FRAME, STORED};
use super::keyring::Keyring;
use super::keys::undecryptable;
use super::mode::EncryptionMode;
use super::tag::ObjectName;
use crate::cipher::{Open, Opened, Wanted};
use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::options::chosen;
use crate::wire::headers;
use crate::wire::request::Request;
use crate::wire::respond::Headers;

/// Reads one object.
pub(crate) struct Reading<'a> {
    pub(crate) client: &'a CosS3Client,
    pub(crate) keyring: &'a Keyring,
    pub(crate) name: Result<ObjectName, CosClientError>,
}

impl Open for Reading<'_> {
    fn ask(&self, request: &mut Request<'_>) -> Result<Option<Wanted>, CosError> {
        let range = request.headers.get(RANGE).map(|range| String::from_utf8_lossy(range.as_bytes()).into_owned());
        let accepted = self.keyring.accepted();
        let Some(range) = range.filter(|_| accepted.contains(&EncryptionMode::Native)) else { return Ok(None) };
        // Only the object tells its mode, and thus the stored bytes of the range.
        if accepted.len() > 1 && self.look(request)? != EncryptionMode::Native {
            return Ok(None);
        }
        let wanted = parse(&range)?;
        request.set_header(RANGE.as_str(), &stored_range(wanted));
        Ok(Some(wanted))
    }

    fn open(&self, headers: &Headers) -> Result<Opened, CosError> {
        let name = self.name.as_ref().map_err(CosClientError::again)?;
        Ok(self.keyring.open(self.mode(headers)?, name, headers)?)
    }
}

impl Reading<'_> {
    /// Returns the accepted mode that the metadata name. Only the key proves that they are true.
    fn mode(&self, headers: &Headers) -> Result<EncryptionMode, CosClientError> {
        let accepted = self.keyring.accepted();
        if let Some(mode) = accepted.iter().find(|mode| mode.is_named_by(headers)) {
            return Ok(*mode);
        }
        let found = [EncryptionMode::Native, EncryptionMode::Python].into_iter().find(|mode| mode.is_named_by(headers));
        let found = found.map_or_else(|| "not encrypted".to_owned(), |mode| format!("in {mode}"));
        let names: Vec<String> = accepted.iter().map(ToString::to_string).collect();
        Err(undecryptable(format!("the object is {found}, and this client accepts {} only", names.join(" and "))))
    }

    fn look(&self, request: &Request<'_>) -> Result<EncryptionMode, CosError> {
        let mut head = Request::new(request.operation, Method::HEAD, request.target.clone());
        head.query.extend(request.query.iter().filter(|(name, _)| name == "versionId").cloned());
        head.headers = chosen(&request.headers, &headers::HEAD);
        Ok(self.mode(&self.client.execute(head)?.headers)?)
    }
}

/// Reads a `Range` header. A header that HTTP servers ignore is an error.
fn parse(range: &str) -> Result<Wanted, CosClientError> {
    let wanted = || {
        let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
        match (first.trim(), last.trim()) {
            ("", len) => Some(Wanted::Last(len.parse().ok()?)),
            (first, "") => Some(Wanted::From(first.parse().ok()?, None)),
            (first, last) => {
                let (first, last) = (first.parse().ok()?, last.parse().ok()?);
                (first <= last).then_some(Wanted::From(first, Some(last)))
            }
        }
    };
    wanted().ok_or_else(|| CosClientError::invalid("range", format!("{range:?} is not one range of bytes")))
}

/// Returns the range of stored bytes with all frames of a range of content.
fn stored_range(wanted: Wanted) -> String {
    let start_of = |frame: u64| frame.saturating_mul(STORED);
    match wanted {
        Wanted::From(first, None) => format!("bytes={}-", start_of(first / FRAME)),
        Wanted::From(first, Some(last)) => {
            format!("bytes={}-{}", start_of(first / FRAME), start_of(last / FRAME + 1) - 1)
        }
        // One frame more where it starts within one, and one for an empty last frame.
        Wanted::Last(len) => format!("bytes=-{}", start_of(len.div_ceil(FRAME).saturating_add(2))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_widened_to_whole_frames() {
        for (content, stored) in [
            ("bytes=0-0", "bytes=0-65551"),
            ("bytes=65535-65536", "bytes=0-131103"),
            ("bytes=65536-131071", "bytes=65552-131103"),
            ("bytes=131072-", "bytes=131104-"),
            ("bytes=-1", "bytes=-196656"),
            ("bytes=5-18446744073709551615", "bytes=0-18446744073709551614"),
            ("bytes=-18446744073709551615", "bytes=-18446744073709551615"),
        ] {
            assert_eq!(stored_range(parse(content).unwrap()), stored, "{content}");
        }
    }

    #[test]
    fn what_is_not_one_range_is_refused_by_name() {
        for range in ["bytes=5-2", "bytes=0-1,3-4", "0-1", "bytes=-", "bytes=a-b", "bytes=1", "lines=0-1"] {
            assert!(parse(range).unwrap_err().to_string().starts_with("range: "), "{range}");
        }
    }
}
