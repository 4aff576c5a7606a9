//! A request as it is being built.

use std::fmt;
use std::time::Duration;

use http::Method;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use super::body::{Body, BodyKind};
use super::uri::Target;
use crate::error::CosClientError;

/// Headers whose values are secrets: hidden in every log and debug output.
const SECRET_HEADERS: [&str; 4] = [
    "authorization",
    "x-cos-security-token",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-copy-source-server-side-encryption-customer-key",
];

/// Marks a request that is sent once more after a failure.
pub(crate) const REPEATED: HeaderName = HeaderName::from_static("x-cos-sdk-retry");

/// A request that a builder fills in. Wrong values are remembered, and the first one is reported
/// when the request is sent, so that setters can be chained.
pub(crate) struct Request<'a> {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) target: Target,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body<'a>,
    /// The caller's `ContentLength`, used only where the body does not know its own.
    pub(crate) declared_length: Option<u64>,
    pub(crate) traits: Traits,
    /// How the names of headers begin that the caller must not set.
    pub(crate) reserved: Option<&'static str>,
    deferred: Option<CosClientError>,
}

/// What an operation knows about its own repetition and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    /// Repeating the request after an unknown outcome does no harm.
    pub(crate) idempotent: bool,
    /// How long the server may take before it answers, where that is longer than the setting.
    pub(crate) response_timeout: Option<Duration>,
    /// The query is left out of the signature.
    pub(crate) unsigned_query: bool,
    /// A `x-cos-hash-crc64ecma` in the answer is the checksum of the body that was sent.
    pub(crate) verify_crc: bool,
    /// The checksum of the body that is sent is kept, though it is not the answer's.
    pub(crate) compute_crc: bool,
    /// It moves data, here or at COS, and may take as long as it takes.
    pub(crate) transfer: bool,
    /// COS works while it answers, and keeps the connection alive by a few bytes meanwhile.
    pub(crate) trickles: bool,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            idempotent: true,
            response_timeout: None,
            unsigned_query: false,
            verify_crc: false,
            compute_crc: false,
            transfer: false,
            trickles: false,
        }
    }
}

/// What a caller set of many requests at once.
#[derive(Debug, Clone)]
pub(crate) struct Extras {
    pub(crate) headers: HeaderMap,
    query: Vec<(String, String)>,
}

/// A text or a number in a query.
pub(crate) struct QueryValue(String);

impl From<&str> for QueryValue {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for QueryValue {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<u32> for QueryValue {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}

impl<'a> Request<'a> {
    pub(crate) fn new(operation: &'static str, method: Method, target: Target) -> Self {
        Self {
            operation,
            method,
            target,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body(BodyKind::None),
            declared_length: None,
            traits: Traits::default(),
            reserved: None,
            deferred: None,
        }
    }

    pub(crate) fn with_body(mut self, body: Body<'a>) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn with_traits(mut self, traits: Traits) -> Self {
        self.traits = traits;
        self
    }

    /// Appends a query parameter whose name this crate chose.
    pub(crate) fn param(mut self, name: &str, value: impl Into<QueryValue>) -> Self {
        self.query.push((name.to_owned(), value.into().0));
        self
    }

    /// Sets a query parameter, replacing one of the same name.
    pub(crate) fn set_query(&mut self, name: &str, value: impl Into<String>) {
        if name.is_empty() {
            // A list of names, as a signature has it, cannot hold it.
            self.defer(CosClientError::invalid("query", "has a parameter without a name"));
            return;
        }
        let value = value.into();
        match self.query.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name.to_owned(), value)),
        }
    }

    /// Returns a query parameter's value; empty if it is not set.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Sets a header, replacing one of the same name. `name` is also what an error names.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        match header(name, value) {
            Ok((name, _)) if self.reserved.is_some_and(|start| name.as_str().starts_with(start)) => {
                self.defer(CosClientError::invalid(format!("header {name:?}"), "is set by the encryption"));
            }
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(error) => self.defer(error),
        }
    }

    /// Returns what was set, for other requests.
    pub(crate) fn extras(&self) -> Extras {
        Extras { headers: self.headers.clone(), query: self.query.clone() }
    }

    /// Sets what was set for many.
    pub(crate) fn with_extras(mut self, extras: &Extras) -> Self {
        self.headers.extend(extras.headers.clone());
        self.query.extend(extras.query.iter().cloned());
        self
    }

    /// Makes the same request again, for the next page of a list. A body is not taken along.
    pub(crate) fn repeat(&self) -> Request<'static> {
        Request {
            operation: self.operation,
            method: self.method.clone(),
            target: self.target.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: Body(BodyKind::None),
            declared_length: None,
            traits: self.traits,
            reserved: self.reserved,
            deferred: self.deferred.as_ref().map(CosClientError::again),
        }
    }

    /// Marks it, if it is sent `again` after a failure.
    pub(crate) fn marked(mut self, again: bool) -> Self {
        if again {
            self.headers.insert(REPEATED, HeaderValue::from_static("true"));
        }
        self
    }

    /// Remembers the first error for when the request is sent.
    pub(crate) fn defer(&mut self, error: CosClientError) {
        self.deferred.get_or_insert(error);
    }

    /// Fails with the first error a setter met.
    pub(crate) fn check(&mut self) -> Result<(), CosClientError> {
        self.deferred.take().map_or(Ok(()), Err)
    }

    /// Refuses headers that would say where the body ends: with another length than the body has, server and
    /// client would wait for each other, or take its rest for a request.
    pub(crate) fn check_framing(&self) -> Result<(), CosClientError> {
        match [CONTENT_LENGTH, TRANSFER_ENCODING].into_iter().find(|name| self.headers.contains_key(name)) {
            Some(name) => {
                Err(CosClientError::invalid(format!("header {:?}", name.as_str()), "is set by the body alone"))
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query's values may be a token or a signature, so that only its names are shown.
        let names: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("target", &self.target)
            .field("query", &names)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("error", &self.deferred)
            .finish_non_exhaustive()
    }
}

/// Checks a header. Blanks at the ends would be stripped on the way and break the signature; line
/// breaks would start another header.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), CosClientError> {
    let field = || format!("header {name:?}");
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|e| CosClientError::invalid(field(), "is not a valid header name").caused_by(e))?;
    if value.starts_with([' ', '\t']) || value.ends_with([' ', '\t']) {
        return Err(CosClientError::invalid(field(), "has a blank at an end of its value"));
    }
    let mut content = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|e| CosClientError::invalid(field(), "has a control character in its value").caused_by(e))?;
    content.set_sensitive(SECRET_HEADERS.contains(&parsed.as_str()));
    Ok((parsed, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_headers_are_refused_by_name() {
        for (name, value) in [
            ("x-cos-meta-a", " a"),
            ("x-cos-meta-a", "a "),
            ("x-cos-meta-a", "a\nb"),
            ("x-cos-meta-a", "a\0b"),
            ("x-cos-meta-名", "v"),
            ("x y", "v"),
            ("", "v"),
        ] {
            let error = header(name, value).unwrap_err().to_string();
            assert!(error.contains(&format!("{name:?}")), "{error}");
        }
        assert_eq!(header("x-cos-meta-a", "广州 塔").unwrap().1.as_bytes(), "广州 塔".as_bytes());
    }

    #[test]
    fn secrets_do_not_show() {
        let mut request = Request::new("t", Method::PUT, Target::bucket("b-1"));
        request.set_header("x-cos-server-side-encryption-customer-key", "c2VjcmV0");
        request.set_header("X-Cos-Security-Token", "tokentoken");
        request.set_header("Authorization", "q-signature=c2VjcmV0");
        request.set_query("x-cos-security-token", "tokentoken");
        let shown = format!("{request:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("tokentoken"), "{shown}");
    }
}
