//! Answers and documents in XML.

use std::fmt::{Debug, Display};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use super::{choice, texts};
use crate::error::CosError;
use crate::ops::acl::AccessControlPolicy;
use crate::ops::bucket::cors::CorsConfiguration;
use crate::ops::bucket::lifecycle::LifecycleConfiguration;
use crate::ops::bucket::list::ListObjectsOutput;
use crate::ops::bucket::versions::ListObjectsVersionsOutput;
use crate::ops::multipart::complete::{CompleteMultipartUploadOutput, MultipartUpload, Part};
use crate::ops::multipart::list_parts::ListPartsOutput;
use crate::ops::multipart::list_uploads::ListMultipartUploadsOutput;
use crate::ops::object::delete_many::{Delete, DeleteKey, DeleteObjectsOutput};
use crate::ops::object::event_stream::SelectStats;
use crate::ops::paging::Page;
use crate::ops::service::ListBucketsOutput;
use crate::wire::respond::{Headers, Refusal, service_error};
use crate::wire::uri::decode;
use crate::wire::xml::{has_root, parse, write, write_complete};

/// Lists and other answers: what is read is no longer than what was sent, and reads the same once more.
pub fn list_xml(data: &[u8]) {
    answer("ListBucketResult", data, |_, body| <ListObjectsOutput as Page>::parse(body));
    answer("ListVersionsResult", data, parse::<ListObjectsVersionsOutput>);
    answer("ListMultipartUploadsResult", data, parse::<ListMultipartUploadsOutput>);
    answer("ListPartsResult", data, parse::<ListPartsOutput>);
    answer("ListAllMyBucketsResult", data, parse::<ListBucketsOutput>);
    answer("DeleteResult", data, parse::<DeleteObjectsOutput>);
    answer("CompleteMultipartUploadResult", data, parse::<CompleteMultipartUploadOutput>);
    answer("Stats", data, parse::<SelectStats>);
    answer("LifecycleConfiguration", data, parse::<LifecycleConfiguration>);
    answer("CORSConfiguration", data, parse::<CorsConfiguration>);
    answer("AccessControlPolicy", data, parse::<AccessControlPolicy>);
}

fn answer<T: Serialize + PartialEq + Debug, E: Display>(
    root: &str,
    data: &[u8],
    read: impl Fn(&str, &[u8]) -> Result<T, E>,
) {
    let parsed = read(root, data);
    if !has_root(root, data) {
        assert!(parsed.is_err(), "{root} was read from a document of another root");
        return;
    }
    let Ok(parsed) = parsed else { return };
    if let Ok(json) = serde_json::to_value(&parsed) {
        assert!(text_len(&json) <= data.len(), "more was read than was sent: {parsed:?}");
    }
    // A reference such as `&#1;` is read, but cannot be written.
    if let Ok(written) = write(root, &parsed) {
        let again = read(root, &written).map_err(|e| e.to_string());
        assert_eq!(again.as_ref(), Ok(&parsed), "{}", String::from_utf8_lossy(&written));
    }
}

/// How long the texts of a value are in all, in bytes.
fn text_len(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(items) => items.iter().map(text_len).sum(),
        serde_json::Value::Object(fields) => fields.values().map(text_len).sum(),
        _ => 0,
    }
}

/// Errors: whatever the body is, status and body are kept, the getters answer, and nothing is made up.
pub fn error_xml(data: &[u8]) {
    let (flags, body) = choice(data);
    let mut headers = HeaderMap::new();
    if flags & 1 != 0 {
        headers.insert("x-cos-request-id", HeaderValue::from_static("from-header"));
    }
    let value = body.get(..20).and_then(|value| HeaderValue::from_bytes(value).ok());
    if let (true, Some(value)) = (flags & 2 != 0, value) {
        headers.insert(HeaderName::from_static("x-cos-error-code"), value);
    }
    let method = if flags & 4 != 0 { Method::HEAD } else { Method::GET };
    let status = [200, 301, 304, 403, 404, 412, 503, 599][usize::from(flags >> 5)];
    let headers = Headers::of(headers);
    let url = "https://b-1.cos.r.myqcloud.com/k";
    let refusal = Refusal { operation: "get_object", method: &method, url, status, headers: &headers, body };
    let error = service_error(&refusal);
    assert_eq!((error.get_status_code(), error.operation()), (status, "get_object"));
    assert_eq!(error.get_origin_msg(), String::from_utf8_lossy(body));
    let parts = [
        error.get_error_code(),
        error.get_error_msg(),
        error.get_resource_location(),
        error.get_request_id(),
        error.get_trace_id(),
    ];
    assert!(parts.iter().all(|part| !part.is_empty()), "a getter answered nothing: {error:?}");
    if flags & 1 != 0 && !error.get_origin_msg().to_ascii_lowercase().contains("requestid") {
        assert_eq!(error.get_request_id(), "from-header");
    }
    // The bytes replaced in a text that is not UTF-8 become three.
    let known: usize = error.get_digest_msg().values().map(String::len).sum();
    assert!(known <= 3 * body.len() + 300, "{error:?}");
    let error = CosError::from(error);
    assert!(!format!("{error} {error:?}").is_empty());
}

/// Documents that are sent: they read back as what was written, or are refused.
pub fn written_xml(data: &[u8]) {
    let mut texts = texts(data).into_iter();
    let mut next = || texts.next().unwrap_or_default();
    let quiet = next();
    let delete = Delete {
        quiet: [Some(true), Some(false), None][quiet.len() % 3],
        object: vec![DeleteKey { key: next(), version_id: Some(next()) }, DeleteKey { key: next(), version_id: None }],
    };
    let keys = delete.object.iter().flat_map(|object| [Some(&object.key), object.version_id.as_ref()]);
    let fits = keys.flatten().flat_map(|text| text.chars()).all(is_fit);
    let written = write("Delete", &delete);
    assert_eq!(written.is_ok(), fits, "{delete:?}");
    if let Ok(written) = written {
        assert_eq!(parse::<Delete>("Delete", &written).ok().as_ref(), Some(&delete));
    }
    let part = Part { part_number: quiet.len() as u32 + 1, etag: next() };
    let upload = MultipartUpload { part: vec![part] };
    if let Ok(written) = write_complete("CompleteMultipartUpload", &upload) {
        let read: Completion = parse("CompleteMultipartUpload", &written).expect("what was written is XML");
        let fields = |number: &str, etag: &str| (number.parse().ok(), etag.to_owned());
        let found: Vec<(Option<u32>, String)> = read.part.iter().map(|p| fields(&p.part_number, &p.etag)).collect();
        assert_eq!(found, upload.part.iter().map(|p| (Some(p.part_number), p.etag.clone())).collect::<Vec<_>>());
    }
    let text = next();
    assert_eq!(decode(&crate::wire::uri::encode(&text)), text);
}

/// The document of a completion, as COS reads it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Completion {
    part: Vec<CompletedPart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompletedPart {
    part_number: String,
    #[serde(rename = "ETag")]
    etag: String,
}

/// The characters that XML 1.0 has.
fn is_fit(c: char) -> bool {
    let code = u32::from(c);
    [0x9, 0xa, 0xd].contains(&code) || (code >= 0x20 && code != 0xfffe && code != 0xffff)
}
