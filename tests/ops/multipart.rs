//! Uploads in parts, step by step as the caller wants.

use crate::common::{
    BUCKET, MIB, OTHER_SSE_KEY, SSE_KEY, code, field, get, kind, noise, open_uploads, refused, requests, start,
    start_with,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use md5::{Digest as _, Md5};
use qcloud_cos::multipart::{MultipartUpload, Part};
use qcloud_cos::{ClientErrorKind, CosS3Client};

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn create(client: &CosS3Client) -> String {
    client.create_multipart_upload(BUCKET, "k").send().unwrap().upload_id.clone()
}

fn upload(client: &CosS3Client, id: &str, number: u32, content: &[u8]) -> Part {
    let done = client.upload_part(BUCKET, "k", content, number, id).send().unwrap();
    Part { part_number: number, etag: done.etag.clone() }
}

/// An upload of two parts, ready to be completed.
fn ready() -> (CosEmulator, CosS3Client, String, Vec<Part>) {
    let (cos, client) = start_with(CosEmulator::builder().min_part_size(1));
    let id = create(&client);
    let parts = vec![upload(&client, &id, 1, b"hello "), upload(&client, &id, 2, b"world")];
    cos.clear_requests();
    (cos, client, id, parts)
}

#[test]
fn parts_sent_out_of_order_make_the_object_in_order() {
    let (_cos, client) = start();
    let (one, two) = (noise(1, MIB), noise(2, 1000));
    let created = client.create_multipart_upload(BUCKET, "k").storage_class("STANDARD_IA").send().unwrap();
    assert_eq!((created.bucket.as_str(), created.key.as_str()), (BUCKET, "k"));
    let id = created.upload_id.clone();
    let second = upload(&client, &id, 2, &two);
    let first = upload(&client, &id, 1, &one);
    let listed: Vec<_> = client.list_parts(BUCKET, "k", &id).parts().map(Result::unwrap).collect();
    assert_eq!(listed.iter().map(|part| (part.part_number, part.size)).collect::<Vec<_>>(), [(1, 1 << 20), (2, 1000)]);
    assert_eq!(listed[0].etag, format!("\"{}\"", hex(&Md5::digest(&one))));
    let done = client.complete_multipart_upload(BUCKET, "k", &id, vec![first, second]).send().unwrap();
    let both = [Md5::digest(&one).to_vec(), Md5::digest(&two).to_vec()].concat();
    assert_eq!(done.etag, format!("\"{}-2\"", hex(&Md5::digest(both))));
    assert_eq!((done.bucket.as_str(), done.key.as_str()), (BUCKET, "k"));
    assert!(done.location.contains(BUCKET) && done.crc64.is_some());
    assert!(get(&client, "k") == [one, two].concat());
    assert_eq!(client.head_object(BUCKET, "k").send().unwrap().storage_class.as_str(), "STANDARD_IA");
    assert!(open_uploads(&client).is_empty());
}

#[test]
fn a_part_sent_again_replaces_the_first() {
    let (_cos, client, id, mut parts) = ready();
    parts[1] = upload(&client, &id, 2, b"moon");
    client.complete_multipart_upload(BUCKET, "k", &id, parts).send().unwrap();
    assert_eq!(get(&client, "k"), b"hello moon");
}

#[test]
fn a_completion_takes_pythons_dict() {
    let (_cos, client, id, parts) = ready();
    let dict = serde_json::json!({"Part": [{"PartNumber": 1, "ETag": parts[0].etag}, {"ETag": parts[1].etag, "PartNumber": 2}]});
    let upload: MultipartUpload = serde_json::from_value(dict).unwrap();
    client.complete_multipart_upload(BUCKET, "k", &id, upload).send().unwrap();
    assert_eq!(get(&client, "k"), b"hello world");
}

#[test]
fn a_completion_takes_the_parts_that_are_listed() {
    let (_cos, client, id, parts) = ready();
    let response = client.list_parts(BUCKET, "k", &id).send().unwrap();
    assert_eq!(MultipartUpload::from(response.part.clone()), MultipartUpload::from(parts));
    client.complete_multipart_upload(BUCKET, "k", &id, response.part.clone()).send().unwrap();
    assert_eq!(get(&client, "k"), b"hello world");
}

#[test]
fn a_completion_takes_the_dict_of_the_parts_that_are_listed() {
    let (_cos, client, id, _) = ready();
    let response = client.list_parts(BUCKET, "k", &id).send().unwrap();
    for name in ["PartNumber", "ETag", "LastModified", "Size"] {
        assert!(!response["Part"][0][name].is_null(), "{name}");
    }
    let upload = qcloud_cos::json!({"Part": response["Part"]});
    client.complete_multipart_upload(BUCKET, "k", &id, upload).send().unwrap();
    assert_eq!(get(&client, "k"), b"hello world");
}

#[test]
fn a_completion_refuses_numbers_that_no_part_has() {
    let (cos, client, id, _) = ready();
    for part_number in [0, 10_001] {
        let part = Part { part_number, etag: "e".to_owned() };
        let error = client.complete_multipart_upload(BUCKET, "k", &id, vec![part]).send().unwrap_err();
        assert_eq!(error.to_string(), format!("multipart_upload: PartNumber {part_number} is not within 1..=10000"));
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn an_aborted_upload_is_gone() {
    let (_cos, client, id, parts) = ready();
    assert_eq!(open_uploads(&client), std::slice::from_ref(&id));
    client.abort_multipart_upload(BUCKET, "k", &id).send().unwrap();
    assert!(open_uploads(&client).is_empty());
    let gone = (404, "NoSuchUpload".to_owned());
    assert_eq!(code(client.upload_part(BUCKET, "k", b"x", 1, &id).send()), gone);
    assert_eq!(code(client.list_parts(BUCKET, "k", &id).send()), gone);
    assert_eq!(code(client.complete_multipart_upload(BUCKET, "k", &id, parts).send()), gone);
    assert_eq!(code(client.abort_multipart_upload(BUCKET, "k", &id).send()), gone);
}

#[test]
fn uploads_under_way_are_listed_with_their_keys() {
    let (_cos, client) = start();
    for key in ["目录/a b+c", "z"] {
        client.create_multipart_upload(BUCKET, key).storage_class("STANDARD_IA").send().unwrap();
    }
    let page = client.list_multipart_uploads(BUCKET).delimiter("/").send().unwrap();
    assert_eq!(page.upload.iter().map(|upload| upload.key.as_str()).collect::<Vec<_>>(), ["z"]);
    assert_eq!(page.common_prefixes[0].prefix, "目录/");
    let below = client.list_multipart_uploads(BUCKET).prefix("目录/").send().unwrap();
    assert_eq!(below.upload[0].key, "目录/a b+c");
    assert_eq!(below.upload[0].storage_class.as_ref().unwrap().as_str(), "STANDARD_IA");
}

#[test]
fn an_error_inside_200_is_retried_where_that_helps() {
    for error in ["InternalError", "SlowDown"] {
        let (cos, client, id, parts) = ready();
        cos.inject(Fault::Answer(Answer::error(200, error)), Match::any().method("POST"), 2);
        let done = client.complete_multipart_upload(BUCKET, "k", &id, parts).send().unwrap();
        assert!(done.etag.ends_with("-2\""), "{error}");
        let sent = requests(&cos, "POST", "uploadId");
        assert_eq!(sent.len(), 3, "{error}");
        assert!(sent.iter().all(|request| request.body_length == sent[0].body_length), "{error}");
    }
}

#[test]
fn an_error_inside_200_that_stays_is_an_error_of_status_200() {
    let (cos, client, id, parts) = ready();
    cos.inject(Fault::Answer(Answer::error(200, "InternalError")), Match::any().method("POST"), usize::MAX);
    let error = refused(client.complete_multipart_upload(BUCKET, "k", &id, parts).send());
    assert_eq!((error.get_status_code(), error.get_error_code(), error.attempts()), (200, "InternalError", 4));
    assert_ne!(error.get_request_id(), "Unknown");
    cos.clear_faults();
    assert_eq!(open_uploads(&client), [id], "the upload must stay for another try");
}

#[test]
fn an_error_inside_200_that_no_retry_mends_is_sent_once() {
    let (cos, client, id, parts) = ready();
    cos.inject(Fault::Answer(Answer::error(200, "InvalidPart")), Match::any().method("POST"), usize::MAX);
    let error = code(client.complete_multipart_upload(BUCKET, "k", &id, parts).send());
    assert_eq!((error, cos.request_count()), ((200, "InvalidPart".to_owned()), 1));
}

#[test]
fn a_completion_that_says_nothing_is_no_success() {
    for body in [
        "",
        " \n \n",
        "<CompleteMultipartUploadResult><ETag>\"e",
        "<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>",
        "<ListBucketResult/>",
    ] {
        let (cos, client, id, parts) = ready();
        cos.inject(Fault::Answer(Answer::new(200).body(body)), Match::any().method("POST"), usize::MAX);
        assert!(client.complete_multipart_upload(BUCKET, "k", &id, parts).send().is_err(), "{body:?}");
        assert!(requests(&cos, "DELETE", "uploadId").is_empty(), "{body:?}");
        cos.clear_faults();
        assert_eq!(open_uploads(&client), [id], "{body:?}");
    }
}

#[test]
fn a_completion_whose_connection_breaks_first_is_sent_again() {
    for moment in [Moment::BeforeBody, Moment::AfterBody] {
        let (cos, client, id, parts) = ready();
        cos.inject(Fault::Reset(moment), Match::any().method("POST"), 1);
        client.complete_multipart_upload(BUCKET, "k", &id, parts).send().unwrap();
        assert_eq!(get(&client, "k"), b"hello world", "{moment:?}");
    }
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_sent() {
    let (cos, client, id, parts) = ready();
    for number in [0, 10_001, u32::MAX] {
        assert_eq!(field(client.upload_part(BUCKET, "k", b"x", number, &id).send()), "part_number");
    }
    assert_eq!(field(client.upload_part(BUCKET, "k", b"x", 1, "").send()), "upload_id");
    assert_eq!(field(client.list_parts(BUCKET, "k", "").send()), "upload_id");
    assert_eq!(field(client.abort_multipart_upload(BUCKET, "k", "").send()), "upload_id");
    assert_eq!(field(client.complete_multipart_upload(BUCKET, "k", "", parts).send()), "upload_id");
    let complete = |parts: Vec<Part>| field(client.complete_multipart_upload(BUCKET, "k", &id, parts).send());
    assert_eq!(complete(Vec::new()), "multipart_upload");
    assert_eq!(complete(vec![Part { part_number: 1, etag: String::new() }]), "multipart_upload");
    assert_eq!(field(client.create_multipart_upload(BUCKET, "").send()), "key");
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn wrong_lists_of_parts_are_refused_by_cos() {
    let (_cos, client, id, parts) = ready();
    let complete = |parts: Vec<Part>| code(client.complete_multipart_upload(BUCKET, "k", &id, parts).send());
    let reversed: Vec<Part> = parts.iter().rev().cloned().collect();
    assert_eq!(complete(reversed), (400, "InvalidPartOrder".to_owned()));
    let foreign = Part { part_number: 1, etag: parts[1].etag.clone() };
    assert_eq!(complete(vec![foreign]), (400, "InvalidPart".to_owned()));
    assert_eq!(complete(vec![Part { part_number: 9, etag: parts[0].etag.clone() }]), (400, "InvalidPart".to_owned()));
    assert_eq!(get_code(&client), 404);
}

fn get_code(client: &CosS3Client) -> u16 {
    code(client.get_object(BUCKET, "k").send()).0
}

#[test]
fn a_small_part_before_the_last_is_refused_by_cos() {
    let (_cos, client) = start();
    let id = create(&client);
    let parts = vec![upload(&client, &id, 1, b"small"), upload(&client, &id, 2, b"last")];
    let error = code(client.complete_multipart_upload(BUCKET, "k", &id, parts).send());
    assert_eq!(error, (400, "EntityTooSmall".to_owned()));
}

#[test]
fn a_part_damaged_on_its_way_is_sent_again() {
    let (cos, client, id, mut parts) = ready();
    cos.inject(Fault::CorruptUpload(0), Match::any().query("partNumber=2"), 1);
    parts[1] = upload(&client, &id, 2, b"world");
    assert_eq!(requests(&cos, "PUT", "partNumber").len(), 2);
    client.complete_multipart_upload(BUCKET, "k", &id, parts).send().unwrap();
    assert_eq!(get(&client, "k"), b"hello world");
    cos.inject(Fault::CorruptUpload(0), Match::any().query("partNumber=1"), usize::MAX);
    let id = create(&client);
    assert_eq!(kind(client.upload_part(BUCKET, "k", b"x", 1, id).send()), ClientErrorKind::Integrity);
}

#[test]
fn the_md5_of_a_part_is_checked_by_cos() {
    let (cos, client, id, _) = ready();
    client.upload_part(BUCKET, "k", b"hello", 1, &id).enable_md5(true).send().unwrap();
    assert_eq!(cos.requests()[0].header("content-md5"), Some("XUFAKrxLKna5cZ2REBfFkg=="));
    let wrong = client.upload_part(BUCKET, "k", b"other", 1, &id).content_md5("XUFAKrxLKna5cZ2REBfFkg==").send();
    assert_eq!(code(wrong), (400, "BadDigest".to_owned()));
}

#[test]
fn an_upload_under_the_callers_key_takes_parts_with_that_key_alone() {
    let (_cos, client) = start();
    let create = client.create_multipart_upload(BUCKET, "k").sse_customer_algorithm("AES256");
    let id =
        create.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap().into_inner().upload_id;
    let part = |[key, md5]: [&str; 2]| {
        let part = client.upload_part(BUCKET, "k", b"secret", 1, &id).sse_customer_algorithm("AES256");
        part.sse_customer_key(key).sse_customer_key_md5(md5).send()
    };
    assert_eq!(refused(part(OTHER_SSE_KEY)).get_status_code(), 403);
    let etag = part(SSE_KEY).unwrap().etag.clone();
    client.complete_multipart_upload(BUCKET, "k", &id, vec![Part { part_number: 1, etag }]).send().unwrap();
    assert_eq!(refused(client.get_object(BUCKET, "k").send()).get_status_code(), 400);
}

#[test]
fn a_start_that_names_no_upload_is_an_error() {
    let (cos, client) = start();
    let xml = "<InitiateMultipartUploadResult><Bucket>b</Bucket></InitiateMultipartUploadResult>";
    cos.inject(Fault::Answer(Answer::new(200).body(xml)), Match::any(), 1);
    assert_eq!(kind(client.create_multipart_upload(BUCKET, "k").send()), ClientErrorKind::Xml);
}

#[test]
fn the_encoding_of_parts_is_found_by_the_name_on_the_page_and_by_that_of_the_answer() {
    let (_cos, client) = start();
    let upload = client.create_multipart_upload(BUCKET, "k").send().unwrap();
    let parts = client.list_parts(BUCKET, "k", &upload.upload_id).encoding_type("url").send().unwrap();
    assert_eq!((&parts["EncodingType"], &parts["Encoding-type"]), (&"url".into(), &"url".into()));
}
