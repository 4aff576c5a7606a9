//! Compares what the SDK did with what a case expects.
//!
//! The typing rule, the only one: Python's results are text, the SDK's are typed, so a
//! number is compared as its decimal text and a bool as `true` or `false`; null, `""`, `[]`,
//! an object without members and a missing member are all the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::{Case, Content, Expectation, Request, error, is_client_error, show};
use crate::model::content_md5;
use crate::outcome::Outcome;
use crate::sign::sign_again;
use crate::text::{pairs, split_query};
use crate::xml;

/// What the SDK did.
#[derive(Debug, Clone)]
pub(crate) struct Actual {
    pub(crate) requests: Vec<Request>,
    pub(crate) results: Vec<Outcome>,
    pub(crate) files: BTreeMap<String, Option<Vec<u8>>>,
    pub(crate) progress: Option<(u64, u64)>,
}

/// Python's default of a header that the recorder leaves out; a call may set it as well.
const PYTHON_DEFAULT_ENCODINGS: &str = "gzip, deflate";

/// The type of an expected error that stands for a Python call which cannot be written
/// in Rust (difference `unknown-kwarg`).
pub(crate) const NOT_WRITABLE: &str = "NotWritable";

/// Everything in which `actual` is not as expected, one line a place.
pub(crate) fn compare(case: &Case, expected: &Expectation, actual: &Actual) -> Vec<String> {
    let mut out = Vec::new();
    requests(case, expected, &actual.requests, &mut out);
    if expected.results.len() != actual.results.len() {
        out.push(format!("{} results, got {}", expected.results.len(), actual.results.len()));
    }
    for (index, (one, other)) in expected.results.iter().zip(&actual.results).enumerate() {
        let path = if expected.results.len() == 1 { "result".to_owned() } else { format!("results[{index}]") };
        result(&path, one, other, &mut out);
    }
    for (name, content) in &expected.files {
        match (content, actual.files.get(name).and_then(Option::as_ref)) {
            (None, None) => {}
            (None, Some(data)) => out.push(format!("file {name}: none, got {}", show(data))),
            (Some(_), None) => out.push(format!("file {name}: missing")),
            (Some(content), Some(data)) => {
                out.extend(content.difference(data).map(|what| format!("file {name}: {what}")));
            }
        }
    }
    if expected.progress.is_some() && expected.progress != actual.progress {
        out.push(format!("progress.last: {:?}, got {:?}", expected.progress, actual.progress));
    }
    out
}

/// What identifies a request among those of several threads: the key by which
/// `record.py` sorts, with path and query in their decoded form.
type SortKey = (String, String, Vec<(String, String)>, Vec<u8>);

fn sort_key(request: &Request) -> SortKey {
    let (path, query) = split_query(&request.target);
    let range = request.headers.get("range").cloned().unwrap_or_default();
    (request.method.clone(), path.to_owned(), pairs(query), range)
}

fn arranged(expected: &Expectation, requests: &[Request]) -> Vec<Request> {
    let mut all = requests.to_vec();
    if expected.unordered {
        let end = all.len().saturating_sub(expected.tail).max(expected.head.min(all.len()));
        let start = expected.head.min(end);
        all[start..end].sort_by_key(sort_key);
    }
    all
}

fn requests(case: &Case, expected: &Expectation, actual: &[Request], out: &mut Vec<String>) {
    let fewer = expected.fewer || expected.results.iter().any(is_client_error);
    if actual.len() == expected.requests.len() {
        let pairs = arranged(expected, &expected.requests).into_iter().zip(arranged(expected, actual));
        for (index, (one, other)) in pairs.enumerate() {
            request(case, &format!("request {}", index + 1), &one, &other, out);
        }
        return;
    }
    if actual.len() > expected.requests.len() || !fewer {
        let line = |r: &Request| format!("\n      {} {}", r.method, r.target);
        let list = |all: &[Request]| all.iter().map(line).collect::<Vec<_>>().concat();
        out.push(format!(
            "{} requests:{}\n    got {}:{}",
            expected.requests.len(),
            list(&expected.requests),
            actual.len(),
            list(actual)
        ));
        return;
    }
    // The SDK stopped earlier: every request it did send must be one of Python's.
    let mut left: Vec<&Request> = expected.requests.iter().collect();
    for (index, sent) in actual.iter().enumerate() {
        let found = if expected.unordered {
            left.iter().position(|r| sort_key(r) == sort_key(sent))
        } else {
            (!left.is_empty()).then_some(0)
        };
        match found {
            Some(at) => request(case, &format!("request {}", index + 1), left.remove(at), sent, out),
            None => out.push(format!("request {}: {} {}, not sent by Python", index + 1, sent.method, sent.target)),
        }
    }
}

/// Whether a request carries the caller's bytes, which are sent as they are, rather than
/// a document of the SDK's making.
fn carries_callers_bytes(case: &Case, request: &Request) -> bool {
    let given = ["Body", "Data", "LocalFilePath"].iter().any(|name| case.args.contains_key(*name));
    let append = pairs(split_query(&request.target).1).iter().any(|(name, _)| name == "append");
    given && (request.method == "PUT" || append)
}

/// The expected request with the body that was sent, if both are the same XML: then length,
/// MD5 and signature are expected to be those of that body.
fn same_document(case: &Case, expected: &Request, actual: &[u8], at: &str, out: &mut Vec<String>) -> Option<Request> {
    if let Some(request) = same_json(case, expected, actual) {
        return Some(request);
    }
    if carries_callers_bytes(case, expected) {
        return None;
    }
    let wanted = expected.body.bytes().and_then(xml::parse)?;
    let got = xml::parse(actual)?;
    let before = out.len();
    xml::differences(&format!("{at}: body"), &wanted, &got, out);
    let mut request = expected.clone();
    if out.len() == before && expected.body.bytes() != Some(actual) {
        request.set_header("content-length", &actual.len().to_string());
        if request.headers.contains_key("content-md5") {
            request.set_header("content-md5", &content_md5(actual));
        }
        sign_again(case, &mut request);
    }
    request.body = Content::Bytes(actual.to_vec());
    Some(request)
}

/// The expected request with the body that was sent, if both are the same JSON (`D-json-layout`). A whole number is no
/// fraction: `1.0` is not `1`.
fn same_json(case: &Case, expected: &Request, actual: &[u8]) -> Option<Request> {
    let read = |body: &[u8]| serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
    let wanted = read(expected.body.bytes()?)?;
    if expected.body.bytes() == Some(actual) || read(actual)? != wanted {
        return None;
    }
    let mut request = Request { body: Content::Bytes(actual.to_vec()), ..expected.clone() };
    request.set_header("content-length", &actual.len().to_string());
    sign_again(case, &mut request);
    Some(request)
}

fn request(case: &Case, at: &str, expected: &Request, actual: &Request, out: &mut Vec<String>) {
    let at = format!("{at} ({} {})", expected.method, expected.target);
    if expected.method != actual.method {
        out.push(format!("{at}: method {}, got {}", expected.method, actual.method));
    }
    let (path, query) = split_query(&expected.target);
    let (actual_path, actual_query) = split_query(&actual.target);
    if path != actual_path {
        out.push(format!("{at}: path {path}, got {actual_path}"));
    }
    if pairs(query) != pairs(actual_query) {
        out.push(format!("{at}: query {:?}, got {:?}", pairs(query), pairs(actual_query)));
    }
    let sent = actual.body.bytes().unwrap_or_default();
    let rewritten = same_document(case, expected, sent, &at, out);
    let expected = rewritten.as_ref().unwrap_or(expected);
    out.extend(expected.body.difference(sent).map(|what| format!("{at}: body {what}")));
    headers(case, &at, expected, actual, out);
}

/// Whether a header is the HTTP library's or the SDK's own default, which the recorder
/// leaves out for Python. Where Python's was recorded, ours is compared.
fn is_own_default(case: &Case, name: &str, value: &str) -> bool {
    match name {
        "accept" => value == "*/*",
        "accept-encoding" => {
            let asked = case.arg("AcceptEncoding") == Some(value) && value == PYTHON_DEFAULT_ENCODINGS;
            value == "identity" || asked
        }
        "connection" => value == "keep-alive",
        "user-agent" => {
            let own = case.config.get("UA").is_none_or(Value::is_null);
            if own { value.starts_with("qcloud-cos/") } else { value.starts_with("cos-python-sdk-v") }
        }
        _ => false,
    }
}

fn headers(case: &Case, at: &str, expected: &Request, actual: &Request, out: &mut Vec<String>) {
    let text = |value: &Vec<u8>| String::from_utf8_lossy(value).into_owned();
    let names: BTreeSet<&String> = expected.headers.keys().chain(actual.headers.keys()).collect();
    for name in names {
        match (expected.headers.get(name), actual.headers.get(name)) {
            (Some(one), Some(other)) if one != other => {
                out.push(format!("{at}: header {name}: {:?}, got {:?}", text(one), text(other)));
            }
            (Some(one), None) => out.push(format!("{at}: header {name}: {:?}, got none", text(one))),
            (None, Some(other)) if !is_own_default(case, name, &text(other)) => {
                out.push(format!("{at}: header {name}: none, got {:?}", text(other)));
            }
            _ => {}
        }
    }
}

fn result(path: &str, expected: &Value, actual: &Outcome, out: &mut Vec<String>) {
    let kind = error(expected).and_then(|e| e.get("type")).and_then(Value::as_str);
    match (kind, actual) {
        (None, Outcome::Value(value)) => values(path, expected, value, out),
        (Some(NOT_WRITABLE), Outcome::Unknown(_)) => {}
        (Some("CosServiceError"), Outcome::Service(fields)) => service_errors(path, &expected["error"], fields, out),
        // the name and the text of Python's other exceptions are its own; a call that the
        // compiler refuses does not get as far as Python's error
        (Some(kind), Outcome::Client(_) | Outcome::Refused(_)) if kind != "CosServiceError" && kind != NOT_WRITABLE => {
        }
        _ => out.push(format!("{path}: {}, got {}", short(expected), describe(actual))),
    }
}

fn short(value: &Value) -> String {
    show(value.to_string().as_bytes())
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(value) => short(value),
        Outcome::Service(fields) => format!("service error {fields}"),
        Outcome::Client(text) => format!("client error: {text}"),
        Outcome::Refused(what) => format!("a call that does not compile: {what}"),
        Outcome::Unknown(what) => format!("nothing, the harness does not know {what}"),
    }
}

fn service_errors(path: &str, expected: &Value, actual: &Value, out: &mut Vec<String>) {
    for name in ["status", "code", "message", "resource", "request_id", "trace_id"] {
        if expected[name] != actual[name] {
            out.push(format!("{path}.error.{name}: {}, got {}", expected[name], actual[name]));
        }
    }
    // a difference that rewrites a field removes the digest, which then says something else
    if let Some(digest) = expected.get("digest").filter(|digest| digest.is_object()) {
        let mut digest = digest.clone();
        if let Some(map) = digest.as_object_mut() {
            // the SDK leaves out what is not there
            map.retain(|_, value| value != "Unknown");
        }
        if digest != actual["digest"] {
            out.push(format!("{path}.error.digest: {digest}, got {}", actual["digest"]));
        }
    }
}

/// The text of a value under the typing rule; `None` for a container.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value is as good as missing under the typing rule.
fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_missing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_url(text: &str) -> bool {
    ["http://", "https://", "rtmp://"].iter().any(|scheme| text.starts_with(scheme))
}

fn values(path: &str, expected: &Value, actual: &Value, out: &mut Vec<String>) {
    if is_missing(expected) && is_missing(actual) {
        return;
    }
    match (expected, actual) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let (one, other) = (one.get(name).unwrap_or(&Value::Null), other.get(name).unwrap_or(&Value::Null));
                values(&format!("{path}.{name}"), one, other, out);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                values(&format!("{path}[{index}]"), one, other, out);
            }
        }
        _ => {
            let (one, other) = (scalar(expected), scalar(actual));
            let same = match (&one, &other) {
                (Some(one), Some(other)) if is_url(one) && is_url(other) => same_url(one, other),
                (Some(one), Some(other)) => one == other,
                _ => false,
            };
            if !same {
                out.push(format!("{path}: {}, got {}", short(expected), short(actual)));
            }
        }
    }
}

fn same_url(one: &str, other: &str) -> bool {
    let ((base, query), (other_base, other_query)) = (split_query(one), split_query(other));
    base == other_base && query.is_some() == other_query.is_some() && pairs(query) == pairs(other_query)
}
