//! A small model of Python's requests: hosts, URLs, and the requests of calls that send
//! just one. Used where a deliberate difference makes the SDK send what Python did not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::Value;

use crate::case::{Case, Content, FROZEN_TIME, Request, gen_bytes, unbase64};
use crate::names;
use crate::server::Player;
use crate::sign::{ToSign, credentials, is_signed};
use crate::text::{key_path, quote, unquote};

/// Base64 of the MD5 of `data`.
pub(crate) fn content_md5(data: &[u8]) -> String {
    STANDARD.encode(Md5::digest(data))
}

/// `CosConfig`'s endpoint.
fn endpoint(case: &Case) -> String {
    if let Some(endpoint) = case.setting("Endpoint") {
        return endpoint.to_owned();
    }
    region_endpoint(case, case.setting("Region").unwrap_or_default())
}

/// The endpoint of a region, under the case's settings.
pub(crate) fn region_endpoint(case: &Case, region: &str) -> String {
    let old = !case.switch("EnableOldDomain", false);
    let internal = !old && !case.switch("EnableInternalDomain", false);
    let bare = ["cn-north", "cn-south", "cn-east", "cn-south-2", "cn-southwest", "sg"];
    let name = if region.contains("cos.") || bare.contains(&region) {
        region.to_owned()
    } else {
        format!("{}{region}", if internal { "cos-internal." } else { "cos." })
    };
    format!("{name}.{}", if old { "myqcloud.com" } else { "tencentcos.cn" })
}

/// The host of a case's bucket, as the Host header names it.
pub(crate) fn host(case: &Case) -> String {
    if let Some(domain) = case.setting("Domain") {
        return domain.to_owned();
    }
    bucket_host(case)
}

/// The host of a case's bucket, whatever its custom domain.
fn bucket_host(case: &Case) -> String {
    let bucket = case.arg("Bucket").unwrap_or_default();
    let bucket = match case.setting("Appid") {
        Some(appid) if !bucket.ends_with(&format!("-{appid}")) => format!("{bucket}-{appid}"),
        _ => bucket.to_owned(),
    };
    format!("{bucket}.{}", endpoint(case))
}

/// `scheme://host/key` of a case, as `CosConfig.uri` builds it.
pub(crate) fn url(case: &Case) -> String {
    let scheme = case.setting("Scheme").unwrap_or("https");
    let host = match case.port {
        Some(port) if case.transport == "ip" => format!("127.0.0.1:{port}"),
        _ => host(case),
    };
    format!("{scheme}://{host}{}", key_path(case.arg("Key").unwrap_or_default()))
}

/// The security token that goes with the credentials of a case.
pub(crate) fn token(case: &Case) -> Option<&str> {
    let pairs = [("SecretId", "SecretKey"), ("Secret_id", "Secret_key"), ("Access_id", "Access_key")];
    let given = pairs.iter().any(|(id, key)| case.setting(id).is_some() && case.setting(key).is_some());
    let token = if given {
        case.setting("Token")
    } else {
        case.config.get("CredentialInstance").and_then(|c| c["$credential"]["token"].as_str())
    };
    token.filter(|token| !token.is_empty())
}

/// The bytes of a body or file argument, and whether its length is known beforehand.
pub(crate) fn body_bytes(value: &Value) -> Option<(Vec<u8>, bool)> {
    if let Value::String(text) = value {
        return Some((text.clone().into_bytes(), true));
    }
    let (tag, inner) = value.as_object()?.iter().next()?;
    Some(match tag.as_str() {
        "$bytes_b64" | "$file_b64" | "$bytesio_b64" | "$path_b64" => (unbase64(inner), true),
        "$bytes_gen" | "$file_gen" | "$bytesio_gen" | "$path_gen" => (gen_bytes(inner), true),
        "$file_at" => {
            let data = unbase64(&inner["b64"]);
            let offset = inner["offset"].as_u64()? as usize;
            (data.get(offset..).unwrap_or_default().to_vec(), true)
        }
        "$chunks_b64" => (inner.as_array()?.iter().flat_map(unbase64).collect(), false),
        _ => return None,
    })
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What Python's `mapped` makes of the keyword arguments; names in lower case.
fn object_headers(case: &Case, positional: &[&str]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut headers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, value) in &case.args {
        // the real length replaces ContentLength
        let skipped = ["Bucket", "Key", "EnableMD5", "ContentLength"].contains(&name.as_str());
        if skipped || positional.contains(&name.as_str()) || value.is_null() {
            continue;
        }
        if name == "Metadata" {
            for (name, value) in value.as_object()? {
                headers.insert(name.to_lowercase(), plain(value)?.into_bytes());
            }
        } else {
            headers.insert(names::header(name)?.to_lowercase(), plain(value)?.into_bytes());
        }
    }
    Some(headers)
}

/// The request of a call that sends just one and maps its keyword arguments to headers;
/// `None` for any other call.
pub(crate) fn request(case: &Case) -> Option<Request> {
    let mut query: Vec<(String, String)> = Vec::new();
    let positional: &[&str] = match case.call.as_str() {
        "put_object" => &["Body"],
        "put_object_from_local_file" => &["LocalFilePath"],
        "upload_part" => {
            query.push(("partNumber".to_owned(), plain(case.args.get("PartNumber")?)?));
            query.push(("uploadId".to_owned(), plain(case.args.get("UploadId")?)?));
            &["Body", "PartNumber", "UploadId"]
        }
        "get_object" => &["KeySimplifyCheck"],
        "change_object_storage_class" | "update_object_meta" => &[],
        _ => return None,
    };
    let mut headers = object_headers(case, positional)?;
    if positional.is_empty() {
        // a copy of the object onto itself
        let key = quote(case.arg("Key")?.trim_start_matches('/').as_bytes(), "/-_.~");
        let source = format!("{}/{key}", bucket_host(case));
        headers.insert("x-cos-copy-source".to_owned(), source.into_bytes());
        headers.insert("x-cos-metadata-directive".to_owned(), b"Replaced".to_vec());
        headers.insert("content-length".to_owned(), b"0".to_vec());
    }
    let method = if case.call == "get_object" { "GET" } else { "PUT" };
    if method == "GET" {
        for (name, value) in &case.args {
            let header = names::header(name).filter(|h| h.starts_with("response") || *h == "versionId");
            if let Some(header) = header {
                headers.remove(&header.to_lowercase());
                query.push((header.to_owned(), plain(value)?));
            }
        }
    }
    let mut body = Vec::new();
    if let Some(argument) = case.args.get("Body").or_else(|| case.args.get("LocalFilePath")) {
        let (data, known) = body_bytes(argument)?;
        // difference `announced-length`: a reader whose length the caller states is not sent in chunks
        if known || case.args.get("ContentLength").is_some_and(|length| !length.is_null()) {
            headers.insert("content-length".to_owned(), data.len().to_string().into_bytes());
        } else {
            headers.insert("transfer-encoding".to_owned(), b"chunked".to_vec());
        }
        if case.args.get("EnableMD5").and_then(Value::as_bool) == Some(true) {
            headers.insert("content-md5".to_owned(), content_md5(&data).into_bytes());
        }
        body = data;
    }
    signed(case, method, &query, headers, body)
}

/// A request for the case's key with the headers that every request has, signed.
fn signed(
    case: &Case,
    method: &str,
    query: &[(String, String)],
    mut headers: BTreeMap<String, Vec<u8>>,
    body: Vec<u8>,
) -> Option<Request> {
    headers.insert("host".to_owned(), host(case).to_lowercase().into_bytes());
    if let Some(token) = token(case) {
        headers.insert("x-cos-security-token".to_owned(), token.as_bytes().to_vec());
    }
    let pair = |(k, v): &(String, String)| format!("{}={}", quote(k.as_bytes(), ""), quote(v.as_bytes(), ""));
    let path = key_path(case.arg("Key")?);
    let mut target = path.clone();
    if !query.is_empty() {
        target = format!("{path}?{}", query.iter().map(pair).collect::<Vec<_>>().join("&"));
    }
    let mut request = Request { method: method.to_owned(), target, headers, body: Content::Bytes(body) };
    if !case.switch("Anonymous", true) {
        let path = unquote(&path);
        let sign = ToSign {
            method,
            path: &path,
            params: if case.switch("SignParams", false) {
                Vec::new()
            } else {
                query.iter().map(|(k, v)| (k.clone(), v.clone().into_bytes())).collect()
            },
            // behind an IP the Host header is explicit and signed even without SignHost
            headers: request
                .headers
                .iter()
                .filter(|(name, _)| is_signed(name))
                .filter(|(name, _)| *name != "host" || case.transport == "ip" || !case.switch("SignHost", false))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        };
        let window = format!("{};{}", FROZEN_TIME - 60, FROZEN_TIME + 10_000);
        let authorization = sign.authorization(&credentials(case), &window);
        request.set_header("authorization", &authorization);
    }
    Some(request)
}

/// The arguments of `upload_file` that are no headers.
const UPLOAD_ARGUMENTS: [&str; 4] = ["LocalFilePath", "PartSize", "MAXThread", "progress_callback"];

/// The request with which an `upload_file` in parts creates its upload.
pub(crate) fn creation(case: &Case) -> Option<Request> {
    let mut headers = object_headers(case, &UPLOAD_ARGUMENTS)?;
    headers.insert("content-length".to_owned(), b"0".to_vec());
    signed(case, "POST", &[("uploads".to_owned(), String::new())], headers, Vec::new())
}

/// The requests of an `upload_file` in parts that starts anew, in order: the creation, the parts,
/// the completion. `None` where the file goes in one request.
pub(crate) fn upload_in_parts(case: &Case) -> Option<Vec<Request>> {
    let (data, _) = body_bytes(case.args.get("LocalFilePath")?)?;
    let part_size = case.args.get("PartSize").map_or(Some(1), Value::as_u64)? as usize * 1024 * 1024;
    if case.call != "upload_file" || data.len() <= part_size || data.len().div_ceil(part_size) > 10_000 {
        return None;
    }
    let query =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    let length = |body: &[u8]| ("content-length".to_owned(), body.len().to_string().into_bytes());
    let all = object_headers(case, &UPLOAD_ARGUMENTS)?;
    let chosen = |starts: &[&str]| -> BTreeMap<String, Vec<u8>> {
        let kept = all.iter().filter(|(name, _)| starts.iter().any(|start| name.starts_with(start)));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let mut requests = vec![creation(case)?];
    let mut player = Player::new(&case.responses);
    let created = crate::xml::parse(&player.answer(&requests[0]).body)?;
    let upload_id = created.find("UploadId")?.text.clone();
    let mut parts = String::new();
    for (number, part) in (1..).zip(data.chunks(part_size)) {
        let number = format!("{number}");
        let mut headers = chosen(&["x-cos-traffic-limit", "x-cos-server-side-encryption-customer-"]);
        headers.extend([length(part)]);
        if case.args.get("EnableMD5").and_then(Value::as_bool) == Some(true) {
            headers.insert("content-md5".to_owned(), content_md5(part).into_bytes());
        }
        let query = query(&[("partNumber", &number), ("uploadId", &upload_id)]);
        let request = signed(case, "PUT", &query, headers, part.to_vec())?;
        let etag = player.answer(&request).header("etag").unwrap_or_default().replace('"', "&quot;");
        let _ = write!(parts, "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
        requests.push(request);
    }
    let declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    let body = format!("{declaration}<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>").into_bytes();
    let mut headers = chosen(&["x-cos-callback"]);
    headers.extend([length(&body)]);
    requests.push(signed(case, "POST", &query(&[("uploadId", &upload_id)]), headers, body)?);
    Some(requests)
}

/// The model against the recordings of all calls that it covers.
#[test]
fn model_reproduces_recorded_requests() {
    let mut compared = 0;
    for case in crate::case::load(&crate::fixture()) {
        let python = case.python();
        let (Some(modelled), [recorded]) = (request(&case), &python.requests[..]) else { continue };
        // what other differences are about is not the model's: collapsed paths, empty files, credentials' tokens
        let collapsed = crate::text::split_query(&recorded.target).0 != key_path(case.arg("Key").unwrap_or_default());
        let own = case.config.contains_key("CredentialInstance") || case.client.contains_key("encryption");
        let settings = ["UA", "KeepAlive", "Anonymous"].iter().any(|name| case.config.contains_key(*name));
        let empty_file = modelled.body.is_empty() && recorded.headers.contains_key("transfer-encoding");
        if collapsed || own || settings || empty_file {
            continue;
        }
        compared += 1;
        assert_eq!(modelled.method, recorded.method, "{}", case.id);
        assert_eq!(modelled.target, recorded.target.replace('+', "%20"), "{}", case.id);
        assert_eq!(modelled.headers, recorded.headers, "{}", case.id);
        assert_eq!(recorded.body.difference(modelled.body.bytes().unwrap_or_default()), None, "{}", case.id);
    }
    assert!(compared >= 90, "{compared} requests compared");
}

/// The same for uploads in parts.
#[test]
fn model_reproduces_recorded_uploads_in_parts() {
    let mut compared = 0;
    for case in crate::case::load(&crate::fixture()) {
        let python = case.python();
        let Some(modelled) = upload_in_parts(&case).filter(|all| all.len() + 1 == python.requests.len()) else {
            continue;
        };
        compared += 1;
        for (one, recorded) in modelled.iter().zip(&python.requests[1..]) {
            assert_eq!((&one.method, &one.target), (&recorded.method, &recorded.target), "{}", case.id);
            assert_eq!(one.headers, recorded.headers, "{} {}", case.id, one.target);
            assert_eq!(recorded.body.difference(one.body.bytes().unwrap_or_default()), None, "{}", case.id);
        }
    }
    assert!(compared >= 4, "{compared} uploads compared");
}
