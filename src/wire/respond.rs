//! From an answer to its meaning: service errors from any kind of body, and headers under the names
//! that Python shows.

use std::collections::BTreeMap;
use std::ops::Index;
use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, Method};
use serde::Deserialize;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::xml;
use crate::attempts::Attempts;
use crate::error::{CosServiceError, OriginalBody};

/// How much of an error's body is kept, in bytes.
pub(crate) const ERROR_BODY_LIMIT: u64 = 64 * 1024;

/// The headers of an answer; names in any case.
///
/// Serializes to Python's dict of headers: `ETag`, `Content-Length`, `x-cos-request-id`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(HeaderMap);

impl Headers {
    pub(crate) fn of(headers: HeaderMap) -> Self {
        Self(headers)
    }

    /// Returns a header's value, with bytes that are not UTF-8 replaced; the first one if it was
    /// sent more than once.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Returns a header's value as it came, byte by byte.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(http::HeaderValue::as_bytes)
    }

    /// Returns names (in lower case) and values, bytes that are not UTF-8 replaced.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    }

    /// Returns the id of the request; empty if there is none.
    pub(crate) fn request_id(&self) -> String {
        request_id(&self.0)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default()
    }

    /// Adds a header that the answer would have had.
    pub(crate) fn with_number(mut self, name: &'static str, number: u64) -> Self {
        self.0.insert(name, http::HeaderValue::from(number));
        self
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.trim().parse().ok()
    }
}

/// `headers["x-cos-request-id"]`, in any case; empty where there is no such header or it is not UTF-8.
impl Index<&str> for Headers {
    type Output = str;

    fn index(&self, name: &str) -> &str {
        self.0.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok()).unwrap_or_default()
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut names: Vec<_> = self.0.keys().map(http::HeaderName::as_str).collect();
        names.dedup();
        for name in names {
            map.serialize_entry(&display_name(name), &self.text(name))?;
        }
        map.end()
    }
}

/// Returns a header's name as COS writes it: `ETag`, `Content-Length`, `x-cos-request-id`.
fn display_name(name: &str) -> String {
    if let Some(odd) = ["ETag", "Content-MD5"].iter().find(|odd| odd.eq_ignore_ascii_case(name)) {
        return (*odd).to_owned();
    }
    if name.starts_with("x-") {
        return name.to_owned();
    }
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

/// Returns the id of the request; empty if there is none.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get("x-cos-request-id").or_else(|| headers.get("x-ci-request-id"));
    id.map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned()).unwrap_or_default()
}

/// Reads how long an answer asks to be left alone: seconds, or an HTTP date compared with the answer's own.
/// What is neither, or past, asks for nothing.
pub(crate) fn retry_after(headers: &Headers) -> Option<Duration> {
    let asked = headers.get("retry-after")?;
    if let Ok(seconds) = asked.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(&asked).ok()?;
    let now = httpdate::parse_http_date(&headers.get("date")?).ok()?;
    until.duration_since(now).ok()
}

/// Reads when an answer was sent, in seconds since 1970.
pub(crate) fn date(headers: &Headers) -> Option<u64> {
    let date = httpdate::parse_http_date(&headers.get("date")?).ok()?;
    date.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// An answer that is an error.
pub(crate) struct Refusal<'a> {
    pub(crate) operation: &'static str,
    pub(crate) method: &'a Method,
    pub(crate) url: &'a str,
    pub(crate) status: u16,
    pub(crate) headers: &'a Headers,
    pub(crate) body: &'a [u8],
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDocument {
    #[serde(rename = "Code", alias = "code")]
    code: String,
    #[serde(rename = "Message", alias = "message")]
    message: String,
    #[serde(rename = "Resource", alias = "resource")]
    resource: String,
    #[serde(rename = "RequestId", alias = "requestid")]
    request_id: String,
    #[serde(rename = "TraceId", alias = "traceid")]
    trace_id: String,
}

/// Builds the error of an answer. The headers fill in what the body lacks, so that the
/// request id is there even for a HEAD.
pub(crate) fn service_error(answer: &Refusal<'_>) -> CosServiceError {
    let mut found = document(answer);
    if *answer.method == Method::HEAD && answer.status == 404 {
        // A HEAD has no body; these are the official SDK's words for it.
        "NoSuchResource".clone_into(&mut found.code);
        "The Resource You Head Not Exist".clone_into(&mut found.message);
        answer.url.clone_into(&mut found.resource);
    } else if answer.status == 304 && found.code.is_empty() {
        "NotModified".clone_into(&mut found.code);
    } else if *answer.method == Method::HEAD && answer.status == 412 && found.code.is_empty() {
        "PreconditionFailed".clone_into(&mut found.code);
    }
    let header = |value: String, name: &str| if value.is_empty() { answer.headers.text(name) } else { value };
    let fields = [
        ("code", found.code),
        ("message", found.message),
        ("resource", found.resource),
        ("requestid", header(found.request_id, "x-cos-request-id")),
        ("traceid", header(found.trace_id, "x-cos-trace-id")),
    ];
    let digest: BTreeMap<String, String> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    CosServiceError {
        method: answer.method.clone(),
        operation: answer.operation,
        target: String::new(),
        status: answer.status,
        origin: OriginalBody::new(answer.body),
        digest,
        attempts: Attempts::default(),
        source: None,
    }
}

fn document(answer: &Refusal<'_>) -> ErrorDocument {
    if let Some(code) = answer.headers.get("x-cos-error-code") {
        let message = String::from_utf8_lossy(answer.body).into_owned();
        return ErrorDocument { code, message, ..ErrorDocument::default() };
    }
    let whole = xml::parse_any(answer.body).ok().or_else(|| from_json(answer.body));
    whole.unwrap_or_else(|| from_damaged(answer.body))
}

/// Takes the whole elements of a document that was cut or damaged, above all the code.
fn from_damaged(body: &[u8]) -> ErrorDocument {
    let text = String::from_utf8_lossy(body);
    let field = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (value, _) = rest.split_once(&format!("</{name}>"))?;
        (!value.contains(['<', '&'])).then(|| value.trim().to_owned())
    };
    if !text.contains("<Error>") {
        return ErrorDocument::default();
    }
    ErrorDocument {
        code: field("Code").unwrap_or_default(),
        message: field("Message").unwrap_or_default(),
        resource: field("Resource").unwrap_or_default(),
        request_id: field("RequestId").unwrap_or_default(),
        trace_id: field("TraceId").unwrap_or_default(),
    }
}

/// Reads an error in JSON. A list is none, though its members would be taken for the fields in their order.
fn from_json(body: &[u8]) -> Option<ErrorDocument> {
    let mut dict: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    // Fetch tasks have a number for a code.
    for value in dict.values_mut().filter(|value| value.is_number()) {
        *value = value.to_string().into();
    }
    serde_json::from_value(dict.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_damaged_document_still_tells_its_code() {
        let body = "<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>too & much</Message><RequestId>id</Requ";
        let e = error(&Method::GET, 503, &[], body);
        assert_eq!((e.get_error_code(), e.get_error_msg(), e.get_request_id()), ("SlowDown", "Unknown", "Unknown"));
        assert_eq!(error(&Method::GET, 503, &[], "<html><Code>SlowDown</Code>").get_error_code(), "Unknown");
    }

    fn error(method: &Method, status: u16, headers: &[(&'static str, &'static str)], body: &str) -> CosServiceError {
        let map: HeaderMap =
            headers.iter().map(|(k, v)| (http::HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        let headers = Headers(map);
        service_error(&Refusal {
            operation: "get_object",
            method,
            url: "http://h/k",
            status,
            headers: &headers,
            body: body.as_bytes(),
        })
    }

    #[test]
    fn reads_every_kind_of_error_body() {
        let ids = [("x-cos-request-id", "rid"), ("x-cos-trace-id", "tid")];
        let e = error(&Method::GET, 403, &ids, "<Error><Code>AccessDenied</Code><Message/></Error>");
        assert_eq!((e.get_error_code(), e.get_error_msg()), ("AccessDenied", "Unknown"));
        assert_eq!((e.get_request_id(), e.get_trace_id()), ("rid", "tid"));
        let e = error(&Method::GET, 403, &[], r#"{"code": "Denied", "message": "no", "requestid": "r1"}"#);
        assert_eq!((e.get_error_code(), e.get_request_id()), ("Denied", "r1"));
        let e = error(&Method::GET, 403, &[("x-cos-error-code", "Denied")], "text");
        assert_eq!((e.get_error_code(), e.get_error_msg()), ("Denied", "text"));
        let e = error(&Method::GET, 502, &ids, "<html><body>Bad Gateway");
        assert_eq!((e.get_error_code(), e.get_request_id()), ("Unknown", "rid"));
        assert_eq!(e.get_origin_msg(), "<html><body>Bad Gateway");
        let e = error(&Method::HEAD, 404, &[], "");
        assert_eq!((e.get_error_code(), e.get_resource_location()), ("NoSuchResource", "http://h/k"));
        assert_eq!(e.get_trace_id(), "Unknown");
    }

    #[test]
    fn retry_after_in_seconds_or_as_a_date() {
        let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
        for (asked, expected) in [
            ("7", Some(7)),
            ("Wed, 21 Oct 2015 07:28:09 GMT", Some(9)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", None),
            ("-5", None),
            ("soon", None),
            ("99999999999999999999", None),
        ] {
            let map: HeaderMap = [("retry-after", asked), date]
                .map(|(k, v)| (http::HeaderName::from_static(k), HeaderValue::from_static(v)))
                .into_iter()
                .collect();
            assert_eq!(retry_after(&Headers(map)), expected.map(Duration::from_secs), "{asked}");
        }
    }

    #[test]
    fn headers_serialize_under_pythons_names() {
        let mut map = HeaderMap::new();
        for (name, value) in [("etag", "\"e\""), ("content-length", "1"), ("x-cos-meta-a", "广")] {
            map.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let json = serde_json::to_value(Headers(map)).unwrap();
        assert_eq!(json, serde_json::json!({"ETag": "\"e\"", "Content-Length": "1", "x-cos-meta-a": "广"}));
    }
}
