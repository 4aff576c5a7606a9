//! How the deliberate differences of copies, of uploads from a reader and of event streams look at a
//! case and rewrite an expectation.

use crc_fast::{CrcAlgorithm, checksum};
use serde_json::{Value, json};

use crate::answer;
use crate::case::{Case, Content, Expectation, Request, error, is_client_error};
use crate::model::{self, region_endpoint};
use crate::replay::{etag_of_head, is_part_failure, last_answer, played};
use crate::rewrite::{self, path_of};
use crate::server::Player;
use crate::sign::sign_again;
use crate::text::{quote, split_query};

const SOURCE: &str = "x-cos-copy-source";
const RANGE: &str = "x-cos-copy-source-range";
const IF_MATCH: &str = "x-cos-copy-source-if-match";
const CONDITIONS: [(&str, &str); 4] = [
    ("CopySourceIfMatch", IF_MATCH),
    ("CopySourceIfNoneMatch", "x-cos-copy-source-if-none-match"),
    ("CopySourceIfModifiedSince", "x-cos-copy-source-if-modified-since"),
    ("CopySourceIfUnmodifiedSince", "x-cos-copy-source-if-unmodified-since"),
];

/// A field of the case's source.
fn source<'c>(case: &'c Case, name: &str) -> Option<&'c str> {
    case.args.get("CopySource")?.get(name)?.as_str()
}

/// The header that names the source: host, key and version as they are.
fn named(case: &Case, header: &str) -> Option<String> {
    let (host, _) = header.split_once('/')?;
    let key = source(case, "Key")?;
    let key = quote(key.strip_prefix('/').unwrap_or(key).as_bytes(), "/-_.~");
    let version = source(case, "VersionId").filter(|version| !version.is_empty());
    let version = version.map(|version| format!("?versionId={}", quote(version.as_bytes(), "-_.~")));
    Some(format!("{host}/{key}{}", version.unwrap_or_default()))
}

/// Whether Python names another key or version than the one asked for.
pub(crate) fn is_misnamed(case: &Case, expected: &Expectation) -> bool {
    let header = expected.requests.iter().find_map(|request| request.header(SOURCE));
    header.is_some_and(|header| named(case, header).is_some_and(|named| named != header))
}

pub(crate) fn name_source(case: &Case, expected: &mut Expectation) {
    rewrite::requests(case, expected, |request| {
        if let Some(named) = request.header(SOURCE).and_then(|header| named(case, header)) {
            request.set_header(SOURCE, &named);
        }
    });
}

/// A source that names no object.
pub(crate) fn is_keyless(case: &Case) -> bool {
    matches!(source(case, "Key"), Some("" | "/"))
}

/// A copy onto itself that Python refuses because a custom domain makes it forget the endpoint.
pub(crate) fn is_without_endpoint(case: &Case, expected: &Expectation) -> bool {
    let known =
        case.setting("Domain").is_some() && (case.setting("Region").is_some() || case.setting("Endpoint").is_some());
    let calls = ["change_object_storage_class", "update_object_meta"];
    known && calls.contains(&case.call.as_str()) && expected.results.iter().all(is_client_error)
}

pub(crate) fn copy_onto_itself(case: &Case, expected: &mut Expectation) {
    let Some(request) = model::request(case) else { return };
    let answer = Player::new(&case.responses).answer(&request);
    expected.requests = vec![request];
    let mut result = answer::headers(&answer);
    for child in crate::xml::parse(&answer.body).into_iter().flat_map(|root| root.children) {
        result.insert(child.name, child.text.into());
    }
    expected.results = vec![Value::Object(result)];
}

fn looks_up(case: &Case, request: &Request) -> bool {
    case.call == "copy" && request.method == "HEAD"
}

/// Path and host of the request that looks the source up.
fn lookup(case: &Case, expected: &Expectation, request: &Request) -> Option<(String, String)> {
    let query = split_query(&request.target).1.map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}{query}", path_of(source(case, "Key")?));
    let named = expected.requests.iter().find_map(|request| Some(request.header(SOURCE)?.split_once('/')?.0));
    let host = match named {
        Some(host) => host.to_owned(),
        // nothing else names the source; with an IP Python's own host is wrong
        None if case.transport == "ip" => {
            format!("{}.{}", source(case, "Bucket")?, region_endpoint(case, source(case, "Region")?))
        }
        None => request.header("host")?.to_owned(),
    };
    Some((target, host.to_lowercase()))
}

/// The lookups of the source as they should be: what is sent, and signed for what is sent.
fn lookups(case: &Case, expected: &Expectation) -> Vec<Request> {
    let mut requests = expected.requests.clone();
    for request in requests.iter_mut().filter(|request| looks_up(case, request)) {
        if let Some((target, host)) = lookup(case, expected, request) {
            request.target = target;
            request.set_header("host", &host);
            sign_again(case, request);
        }
    }
    requests
}

/// Whether Python looks the source up at another place, or signs another.
pub(crate) fn is_sought_elsewhere(case: &Case, expected: &Expectation) -> bool {
    lookups(case, expected) != expected.requests
}

pub(crate) fn seek_source(case: &Case, expected: &mut Expectation) {
    expected.requests = lookups(case, expected);
}

fn is_empty_range(request: &Request) -> bool {
    request.header(RANGE) == Some("")
}

pub(crate) fn has_empty_range(_: &Case, expected: &Expectation) -> bool {
    expected.requests.iter().any(is_empty_range)
}

pub(crate) fn leave_out_range(case: &Case, expected: &mut Expectation) {
    rewrite::requests(case, expected, |request| {
        if is_empty_range(request) {
            request.headers.remove(RANGE);
        }
    });
}

/// What a copy in one request keeps of its source, and one in parts as well.
const KEPT: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

/// The ETag of the HEAD, which every part of a copy carries.
fn pinned_etag(case: &Case, expected: &Expectation) -> Option<String> {
    etag_of_head(case, expected).filter(|etag| !etag.is_empty())
}

/// The caller's conditions, by their names in a copy.
fn conditions(case: &Case) -> Vec<(&'static str, String)> {
    let own = CONDITIONS.iter().filter_map(|(name, header)| Some((*header, case.arg(name)?.to_owned())));
    own.collect()
}

pub(crate) fn is_pinned(case: &Case, expected: &Expectation) -> bool {
    let parts = expected.requests.iter().any(|request| request.headers.contains_key(RANGE));
    case.call == "copy" && ((parts && pinned_etag(case, expected).is_some()) || !conditions(case).is_empty())
}

/// Conditions are asked with the HEAD, parts are pinned to its ETag, and the upload is begun with its metadata.
pub(crate) fn pin(case: &Case, expected: &mut Expectation) {
    let (etag, conditions) = (pinned_etag(case, expected), conditions(case));
    let heads = expected.requests.iter().zip(played(case, expected)).filter(|(request, _)| request.method == "HEAD");
    let kept: Vec<(String, String)> = if case.arg("CopyStatus").is_some_and(|status| status == "Replaced") {
        Vec::new()
    } else {
        let headers = heads.flat_map(|(_, answer)| answer.headers);
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value));
        headers.filter(|(name, _)| name.starts_with("x-cos-meta-") || KEPT.contains(&name.as_str())).collect()
    };
    rewrite::requests(case, expected, |request| {
        if request.method == "HEAD" {
            for (name, value) in &conditions {
                request.set_header(name.trim_start_matches("x-cos-copy-source-"), value);
            }
        }
        if request.headers.contains_key(RANGE) {
            for (_, name) in CONDITIONS {
                request.headers.remove(name);
            }
            if let Some(etag) = &etag {
                request.set_header(IF_MATCH, etag);
            }
        }
        if request.target.ends_with("?uploads=") || request.target.ends_with("?uploads") {
            for (name, value) in &kept {
                if !request.headers.contains_key(name) {
                    request.set_header(name, value);
                }
            }
        }
    });
}

/// An error document that Python took for a copied part.
pub(crate) fn is_error_as_part(case: &Case, expected: &Expectation) -> bool {
    let named = |result: &Value| result.get("Code").is_some() && result.get("ETag").is_none();
    case.call == "upload_part_copy" && expected.results.iter().any(named)
}

/// A transfer that starts an upload of its own and answers for it.
fn has_own_upload(case: &Case) -> bool {
    ["copy", "upload_file_from_buffer"].contains(&case.call.as_str())
}

/// Whether a part failed, after which Python leaves the upload behind.
pub(crate) fn is_left_behind(case: &Case, expected: &Expectation) -> bool {
    has_own_upload(case) && expected.results.iter().any(is_part_failure)
}

/// The upload is given up in the end.
pub(crate) fn give_up(case: &Case, expected: &mut Expectation) {
    let part = expected.requests.iter().find(|request| request.target.contains("uploadId=")).cloned();
    let Some(mut request) = part else { return };
    let (path, query) = split_query(&request.target);
    let id = query.unwrap_or_default().split('&').find(|pair| pair.starts_with("uploadId=")).unwrap_or_default();
    request.target = format!("{path}?{id}");
    "DELETE".clone_into(&mut request.method);
    let kept = ["host", "authorization", "x-cos-security-token", "user-agent", "connection"];
    request.headers.retain(|name, _| kept.contains(&name.as_str()));
    request.set_header("content-length", "0");
    request.body = Content::Bytes(Vec::new());
    sign_again(case, &mut request);
    expected.requests.push(request);
    // how many parts were begun before is left open
    expected.unordered = true;
    (expected.head, expected.tail) = (0, 0);
}

/// Whether Python gives an upload up although its completion may have succeeded.
pub(crate) fn is_destroyed(case: &Case, expected: &Expectation) -> bool {
    let answers = played(case, expected);
    let [.., complete, abort] = &expected.requests[..] else { return false };
    let [.., answer, _] = &answers[..] else { return false };
    // COS did nothing where it says that it is busy, and of a reader nobody could resume the upload.
    let busy = [429, 503].contains(&answer.status) && case.call == "upload_file_from_buffer";
    let lasting = (400..500).contains(&answer.status) && ![404, 408, 429].contains(&answer.status);
    let unknown = answer.drop || !(lasting || busy);
    has_own_upload(case) && complete.method == "POST" && abort.method == "DELETE" && unknown
}

pub(crate) fn leave_alone(_: &Case, expected: &mut Expectation) {
    expected.requests.pop();
    expected.tail = expected.tail.saturating_sub(1);
}

/// Whether COS says that it does not know the upload that is completed: that may be the answer to a second
/// try of one that succeeded.
pub(crate) fn is_unknown_upload(case: &Case, expected: &Expectation) -> bool {
    let transfer = has_own_upload(case) || case.call == "upload_file";
    let completes =
        expected.requests.last().is_some_and(|last| last.method == "POST" && last.target.contains("uploadId="));
    let code = |result: &Value| result["error"]["code"] == "NoSuchUpload";
    transfer && completes && expected.results.last().is_some_and(code)
}

/// A look at the object decides.
pub(crate) fn look_at_object(case: &Case, expected: &mut Expectation) {
    let Some(mut look) = expected.requests.last().cloned() else { return };
    "HEAD".clone_into(&mut look.method);
    look.target = split_query(&look.target).0.into();
    look.headers.retain(|name, _| ["authorization", "host", "x-cos-security-token"].contains(&name.as_str()));
    look.body = Content::Bytes(Vec::new());
    sign_again(case, &mut look);
    expected.requests.push(look);
    expected.tail += 1;
}

/// Parts and completion of an upload from a reader carry what they need of the caller's.
pub(crate) fn lacks_part_headers(case: &Case, expected: &Expectation) -> bool {
    case.call == "upload_file_from_buffer"
        && expected.requests.len() > 1
        && BUFFER_HEADERS.iter().any(|(name, ..)| case.arg(name).is_some())
}

const BUFFER_HEADERS: [(&str, &str, &str); 6] = [
    ("TrafficLimit", "x-cos-traffic-limit", "PUT"),
    ("SSECustomerAlgorithm", "x-cos-server-side-encryption-customer-algorithm", "PUT"),
    ("SSECustomerKey", "x-cos-server-side-encryption-customer-key", "PUT"),
    ("SSECustomerKeyMD5", "x-cos-server-side-encryption-customer-key-md5", "PUT"),
    ("Callback", "x-cos-callback", "POST"),
    ("CallbackVar", "x-cos-callback-var", "POST"),
];

pub(crate) fn add_part_headers(case: &Case, expected: &mut Expectation) {
    rewrite::requests(case, expected, |request| {
        for (name, header, method) in BUFFER_HEADERS {
            if let (Some(value), true, true) =
                (case.arg(name), request.method == method, request.target.contains("uploadId="))
            {
                request.set_header(header, value);
            }
        }
    });
}

// ------------------------------------------------------------------ queries

/// The members of a query's settings in the order in which the SDK writes them.
const MEMBERS: [&str; 14] = [
    "CompressionType",
    "CSV",
    "JSON",
    "Parquet",
    "FileHeaderInfo",
    "QuoteFields",
    "RecordDelimiter",
    "FieldDelimiter",
    "QuoteCharacter",
    "QuoteEscapeCharacter",
    "AllowQuotedRecordDelimiter",
    "Comments",
    "Type",
    "Enabled",
];

fn element(name: &str, value: &Value) -> String {
    let inner = match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(name, _)| MEMBERS.iter().position(|known| known == name));
            members.into_iter().map(|(name, value)| element(name, value)).collect()
        }
        Value::String(text) => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    format!("<{name}>{inner}</{name}>")
}

/// The body of a query with its settings in the SDK's order.
fn query(case: &Case) -> String {
    let members =
        ["Expression", "ExpressionType", "InputSerialization", "OutputSerialization", "RequestProgress"].into_iter();
    let given = members.filter_map(|name| Some((name, case.args.get(name).filter(|value| !value.is_null())?)));
    let members: String = given.map(|(name, value)| element(name, value)).collect();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SelectRequest>{members}</SelectRequest>")
}

/// Whether the settings of a query come in another order than the SDK's.
pub(crate) fn is_out_of_order(case: &Case, expected: &Expectation) -> bool {
    let body = |request: &Request| request.body.bytes().is_some_and(|body| body != query(case).as_bytes());
    case.call == "select_object_content" && expected.requests.iter().any(body)
}

pub(crate) fn put_in_order(case: &Case, expected: &mut Expectation) {
    // the same elements, so the length stays
    expected.requests.iter_mut().for_each(|request| request.body = Content::Bytes(query(case).into_bytes()));
}

// ------------------------------------------------------------------ event streams

/// How many messages of a stream stand before the first that is damaged, if one is.
fn sound_messages(mut stream: &[u8]) -> Option<usize> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let fits = |bytes: &[u8], sum: &[u8]| checksum(CrcAlgorithm::Crc32IsoHdlc, bytes) == number(sum);
    let mut sound = 0;
    while !stream.is_empty() {
        let total = number(stream.get(..4)?) as usize;
        let message = stream.get(..total).filter(|message| {
            message.len() >= 16
                && fits(&message[..8], &message[8..12])
                && fits(&message[..total - 4], &message[total - 4..])
        });
        let Some(message) = message else { return Some(sound) };
        let headers = message.get(12..12 + number(&message[4..8]) as usize).unwrap_or_default();
        let says = |text: &[u8]| headers.windows(text.len()).any(|bytes| bytes == text);
        if says(b":event-type\x07\0\x03End") || says(b":message-type\x07\0\x05error") {
            return None;
        }
        sound += 1;
        stream = &stream[total..];
    }
    None
}

fn damaged(case: &Case, expected: &Expectation) -> Option<usize> {
    let [result] = &expected.results[..] else { return None };
    result.get("Payload")?.get("$events")?;
    sound_messages(&last_answer(case, expected)?.0.body)
}

/// Whether Python hands out events of a stream that is damaged, or breaks on one.
pub(crate) fn is_unchecked(case: &Case, expected: &Expectation) -> bool {
    let broken = expected.results.iter().any(|result| {
        let then = &result["Payload"]["$then"];
        error(then).is_some_and(|e| e["type"] != "CosServiceError")
    });
    case.call == "select_object_content" && (broken || damaged(case, expected).is_some())
}

pub(crate) fn stop_at_damage(case: &Case, expected: &mut Expectation) {
    let sound = damaged(case, expected);
    for result in &mut expected.results {
        let payload = &mut result["Payload"];
        if let (Some(sound), Some(events)) = (sound, payload["$events"].as_array_mut()) {
            events.truncate(sound);
        }
        payload["$then"] = json!({"error": {"type": "CosClientError"}});
    }
}

/// Whether the error that ends a stream has empty fields.
pub(crate) fn is_lost_in_stream(case: &Case, expected: &Expectation) -> bool {
    let empty = |result: &Value| {
        error(&result["Payload"]["$then"]).is_some_and(|fields| fields.values().any(|field| field == ""))
    };
    case.call == "select_object_content" && expected.results.iter().any(empty)
}

pub(crate) fn unknown_in_stream(_: &Case, expected: &mut Expectation) {
    for result in &mut expected.results {
        let Some(fields) = result["Payload"]["$then"]["error"].as_object_mut() else { continue };
        fields.values_mut().filter(|field| *field == "").for_each(|field| *field = "Unknown".into());
        if let Some(digest) = fields.get_mut("digest").and_then(Value::as_object_mut) {
            digest.retain(|_, value| value != "");
        }
    }
}

/// The last answer of a copied part is the error.
pub(crate) fn part_copy_fails(case: &Case, expected: &mut Expectation) {
    if let Some((last, method)) = last_answer(case, expected) {
        expected.results = vec![answer::service_error(&last, &method)];
    }
}
