//! A request as it is being built.

use std::fmt;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use md5::{Digest as _, Md5};

use super::body::{Body, BodyKind};
use super::headers;
use super::limits::MAX_REQUEST;
use super::uri::Target;
use crate::dict::Dict;
use crate::error::CosClientError;

const CONTENT_MD5: &str = "content-md5";
/// How many headers a request may have, and how many bytes of them. No server takes more.
const MOST_HEADERS: usize = 1000;
const HEADERS_LIMIT: usize = 64 * 1024;

/// Marks a request that is retried after a failure.
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
    /// The order of the query, where setters add to it.
    order: &'static [&'static str],
    /// A body that setters fill in, and the root of its XML; JSON has none.
    pub(crate) draft: Option<(&'static str, Dict)>,
}

/// Computes an MD5 as headers hold it.
pub(crate) fn md5_in_base64(data: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(Md5::digest(data))
}

/// How the names of an object's own headers begin.
const METADATA: &str = "x-cos-meta-";
/// What stands in a draft where a setter may put something. No text of a caller: XML cannot hold it.
pub(crate) const UNSET: &str = "\0";

/// What an operation knows about its own retries and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Traits {
    /// Repeating the request after an unknown outcome does no harm.
    pub(crate) idempotent: bool,
    /// How long the server may take before it answers, where that is longer than the setting.
    pub(crate) response_timeout: Option<Duration>,
    /// The document goes with its MD5.
    pub(crate) md5: bool,
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
    /// The proof that a success is one of COS.
    pub(crate) proof: Proof,
}

/// The proof that COS carried out a request. The answer of a proxy or a captive portal lacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Proof {
    #[default]
    RequestId,
    ETag,
    AppendPosition,
}

impl Proof {
    /// Returns the header that must be there.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::RequestId => "x-cos-request-id",
            Self::ETag => "etag",
            Self::AppendPosition => "x-cos-next-append-position",
        }
    }
}

/// The headers and the query that a caller set for many requests.
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
        // A POST may start paid work, so it is retried after a lost answer only if the operation says so.
        let traits = Traits { idempotent: method != Method::POST, ..Traits::default() };
        Self {
            operation,
            method,
            target,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body(BodyKind::None),
            declared_length: None,
            traits,
            reserved: None,
            deferred: None,
            order: &[],
            draft: None,
        }
    }

    /// Sends the MD5 and the type of the document with it, which COS demands of some.
    pub(crate) fn with_md5(mut self) -> Self {
        self.traits.md5 = true;
        self
    }

    /// Declares that a POST does no harm when it is retried after a lost answer.
    pub(crate) fn idempotent(mut self) -> Self {
        self.traits.idempotent = true;
        self
    }

    pub(crate) fn with_body(mut self, body: Body<'a>) -> Self {
        self.body = body;
        self
    }

    /// Sets what is known about its retries and its answer. A request that is idempotent by its method stays so.
    pub(crate) fn with_traits(mut self, traits: Traits) -> Self {
        self.traits = Traits { idempotent: self.traits.idempotent || traits.idempotent, ..traits };
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
            None => self.query.insert(self.place(name), (name.to_owned(), value)),
        }
    }

    /// Sets the order of the query, where setters add to it.
    #[cfg(feature = "ci")]
    pub(crate) fn ordered(mut self, order: &'static [&'static str]) -> Self {
        self.order = order;
        self
    }

    /// Returns where a query parameter belongs. The headers that an answer shall carry have no place of their own:
    /// they stand where `response-` does, or else at the start, of a bucket or object after what says which call it is.
    fn place(&self, name: &str) -> usize {
        let response = |name: &str| name.starts_with("response-");
        let rank =
            |name: &str| self.order.iter().position(|known| *known == name || response(name) && *known == "response-");
        match rank(name) {
            None if response(name) => {
                let start = usize::from(!matches!(self.target, Target::Other { .. })).min(self.query.len());
                start + self.query.iter().skip(start).take_while(|(name, _)| response(name)).count()
            }
            None => self.query.len(),
            Some(own) => {
                let later = |name: &str| rank(name).is_none_or(|rank| rank > own) && !response(name);
                self.query.iter().position(|(name, _)| later(name)).unwrap_or(self.query.len())
            }
        }
    }

    /// Fills in a place of the draft: `Conf.Callback`.
    #[cfg(feature = "ci")]
    pub(crate) fn set_field(&mut self, path: &str, value: Dict) {
        if let Some((_, draft)) = &mut self.draft {
            draft.set_path(path, value);
        }
    }

    /// Sets a query parameter that must be a number; `field` is what an error names.
    pub(crate) fn set_number(&mut self, field: &str, name: &str, value: &str) {
        match value.trim().parse::<u64>() {
            Ok(number) => self.set_query(name, number.to_string()),
            Err(_) => self.defer(CosClientError::invalid(field, format!("{value:?} is no number"))),
        }
    }

    /// Declares the length of a body that does not know its own.
    pub(crate) fn declare_length(&mut self, value: Option<String>) {
        match value.map(|value| value.trim().parse().map_err(|_| value)) {
            None => {}
            Some(Ok(length)) => self.declared_length = Some(length),
            Some(Err(value)) => {
                self.defer(CosClientError::invalid("content_length", format!("{value:?} is no number of bytes")));
            }
        }
    }

    /// Returns the length of the body, its own or the one that the caller declared; `None` if neither is known.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.body.len().or(self.declared_length)
    }

    /// Sets an entry of the metadata. COS keeps no header of another name with the object.
    pub(crate) fn set_metadata(&mut self, name: &str, value: &str) {
        let prefix = name.get(..METADATA.len()).unwrap_or_default();
        if prefix.eq_ignore_ascii_case(METADATA) {
            self.set_header(name, value);
        } else {
            let why = format!("{name:?} does not begin with {METADATA}; other headers are set by .header(name, value)");
            self.defer(CosClientError::invalid("metadata", why));
        }
    }

    /// Sets the three headers of SSE-C, whose names begin with `start`.
    pub(crate) fn set_customer_key(&mut self, start: &str, key: &[u8; 32]) {
        self.set_header(&format!("{start}-algorithm"), "AES256");
        self.set_header(&format!("{start}-key"), &BASE64_STANDARD.encode(key));
        self.set_header(&format!("{start}-key-md5"), &md5_in_base64(key));
    }

    /// Sets the speed limit that COS applies, in bit/s.
    pub(crate) fn limit_traffic(&mut self, value: Option<String>) {
        let Some(value) = value else { return };
        match value.trim().parse::<u64>() {
            Ok(limit) if (819_200..=838_860_800).contains(&limit) => {
                self.set_header("x-cos-traffic-limit", &limit.to_string());
            }
            _ => {
                let why = format!("{value:?} is not within 819200..=838860800 bit/s");
                self.defer(CosClientError::invalid("traffic_limit", why));
            }
        }
    }

    /// Returns a query parameter's value; empty if it is not set.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Sets a header, replacing one of the same name. `name` is also what an error names.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        if self.headers.len() > MOST_HEADERS {
            // More of them are refused when it is sent, and too many would not fit at all.
            return;
        }
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

    /// Returns the headers and the query, for other requests.
    pub(crate) fn extras(&self) -> Extras {
        Extras { headers: self.headers.clone(), query: self.query.clone() }
    }

    /// Applies the headers and query shared by all requests of a transfer.
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
            order: self.order,
            draft: None,
        }
    }

    /// Marks the request if it is a retry.
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

    /// Takes an argument that is part of the request; one that is wrong is remembered, and its default stands in.
    pub(crate) fn keep<T: Default>(&mut self, argument: Result<T, CosClientError>) -> T {
        argument.unwrap_or_else(|error| {
            self.defer(error);
            T::default()
        })
    }

    /// Fails with the first error a setter met.
    pub(crate) fn check(&mut self) -> Result<(), CosClientError> {
        self.deferred.take().map_or(Ok(()), Err)
    }

    /// Adds what depends on the whole request: the MD5 of the document, and its type. They replace what setters set,
    /// as in Python.
    pub(crate) fn seal(&mut self) {
        if let (true, BodyKind::Bytes(document)) = (self.traits.md5, &self.body.0) {
            let md5 = md5_in_base64(document);
            self.set_header(CONTENT_MD5, &md5);
            self.set_header(CONTENT_TYPE.as_str(), "application/xml");
        }
    }

    /// Refuses headers that would say where the request goes or where the body ends. Another host would be another
    /// bucket, with a good signature; with another length than the body has, server and client would wait for each
    /// other, or take its rest for a request.
    pub(crate) fn check_framing(&self) -> Result<(), CosClientError> {
        if self.headers.contains_key(HOST) {
            let why = "is made from bucket and endpoint: use endpoint, domain or ip to send requests elsewhere";
            return Err(CosClientError::invalid("header \"host\"", why));
        }
        let size: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > HEADERS_LIMIT || self.headers.len() > MOST_HEADERS {
            let why = format!("there may be {MOST_HEADERS} of them and {HEADERS_LIMIT} bytes in all");
            return Err(CosClientError::invalid("headers", why));
        }
        if let Some(len) = self.content_length().filter(|len| *len > MAX_REQUEST) {
            let why = format!("{len} bytes are more than one request can carry (5 GiB)");
            return Err(CosClientError::invalid("body", why));
        }
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
    content.set_sensitive(headers::SECRET.contains(&parsed.as_str()));
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
