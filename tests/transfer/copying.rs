//! Copies against the emulator: what arrives, what is asked for, and what is left behind.

use std::time::Duration;

use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment, RecordedRequest};
use qcloud_cos::{ClientErrorKind, CopySource, CosConfig, CosError, CosS3Client};

const BUCKET: &str = "examplebucket-1250000000";
const SOURCE: &str = "sourcebucket-1250000000";
const MIB: usize = 1024 * 1024;

/// An emulator with a source bucket and a destination, and a client that does not wait between attempts.
fn start() -> (CosEmulator, CosS3Client) {
    let cos = CosEmulator::start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    cos.create_bucket(SOURCE).unwrap();
    let config = CosConfig::builder()
        .region("ap-guangzhou")
        .secret_id(cos.secret_id())
        .secret_key(cos.secret_key())
        .scheme("http")
        .ip("127.0.0.1")
        .port(cos.port())
        .build()
        .unwrap();
    let client = CosS3Client::builder(config).sleeper(|_: Duration| ()).build().unwrap();
    (cos, client)
}

fn source(key: &str) -> CopySource {
    CopySource::new(SOURCE, key, "ap-guangzhou")
}

/// Bytes that differ from part to part.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251 + at / MIB) as u8).collect()
}

fn read(client: &CosS3Client, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    std::io::copy(&mut client.get_object(BUCKET, key).send().unwrap().body, &mut body).unwrap();
    body
}

fn open_uploads(client: &CosS3Client) -> usize {
    client.list_multipart_uploads(BUCKET).uploads().map(Result::unwrap).count()
}

fn parts(cos: &CosEmulator) -> Vec<RecordedRequest> {
    cos.requests().into_iter().filter(|r| r.method == "PUT" && r.param("partNumber").is_some()).collect()
}

/// A source of two parts and a bit, which must be copied in parts: to another class, above the threshold.
fn large(client: &CosS3Client) -> Vec<u8> {
    let data = content(2 * MIB + 5);
    client.put_object(SOURCE, data.clone(), "dir/大 文件+%.bin").send().unwrap();
    client.get_conf().set_copy_part_threshold_size(MIB as u64);
    data
}

const LARGE: &str = "dir/大 文件+%.bin";

#[test]
fn an_object_is_copied_with_its_metadata_or_with_new() {
    let (_cos, client) = start();
    let key = "a b/+%?#&中.txt";
    client.put_object(SOURCE, b"hello", key).content_type("text/x-a").metadata("x-cos-meta-a", "1").send().unwrap();
    let from = source(key);
    let copied = client.copy_object(BUCKET, "kept", &from).send().unwrap();
    assert!(!copied.etag.is_empty() && !copied.last_modified.is_empty() && !copied.request_id.is_empty());
    assert_eq!(copied.crc64, client.head_object(BUCKET, "kept").send().unwrap().crc64);
    let kept = client.head_object(BUCKET, "kept").send().unwrap();
    assert_eq!((kept.content_type.as_str(), kept.headers.get("x-cos-meta-a").as_deref()), ("text/x-a", Some("1")));
    let replaced = client.copy_object(BUCKET, "new", &from).copy_status("Replaced").content_type("text/x-b");
    replaced.metadata("x-cos-meta-b", "2").send().unwrap();
    let new = client.head_object(BUCKET, "new").send().unwrap();
    assert_eq!((new.content_type.as_str(), new.headers.get("x-cos-meta-a")), ("text/x-b", None));
    assert_eq!(read(&client, "new"), b"hello");
}

#[test]
fn an_object_changes_class_and_metadata_in_its_place() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"hello", "k").send().unwrap();
    client.change_object_storage_class(BUCKET, "k", "STANDARD_IA").send().unwrap();
    assert_eq!(client.head_object(BUCKET, "k").send().unwrap().storage_class, "STANDARD_IA");
    client.update_object_meta(BUCKET, "k").metadata("x-cos-meta-a", "1").send().unwrap();
    let head = client.head_object(BUCKET, "k").send().unwrap();
    assert_eq!(head.headers.get("x-cos-meta-a").as_deref(), Some("1"));
}

#[test]
fn a_failed_condition_on_the_source_is_412() {
    let (_cos, client) = start();
    client.put_object(SOURCE, b"hello", "k").send().unwrap();
    let copy = client.copy_object(BUCKET, "k", source("k")).copy_source_if_match("\"other\"");
    assert_eq!(copy.send().unwrap_err().service().unwrap().get_status_code(), 412);
}

#[test]
fn what_is_near_and_what_is_small_takes_one_request() {
    let (cos, client) = start();
    let data = large(&client);
    cos.clear_requests();
    let near = client.copy(BUCKET, "near", source(LARGE)).send().unwrap();
    let methods: Vec<_> = cos.requests().into_iter().map(|r| r.method).collect();
    assert_eq!(methods, ["HEAD", "PUT"]);
    assert!(near.copied.is_some() && near.completed.is_none());
    assert_eq!(read(&client, "near"), data);
    client.get_conf().set_copy_part_threshold_size(data.len() as u64 + 1);
    client.copy(BUCKET, "small", source(LARGE)).storage_class("STANDARD_IA").send().unwrap();
    assert_eq!(client.head_object(BUCKET, "small").send().unwrap().storage_class, "STANDARD_IA");
}

#[test]
fn a_large_object_is_copied_in_parts_of_one_version() {
    let (cos, client) = start();
    let data = large(&client);
    let head = client.head_object(SOURCE, LARGE).send().unwrap();
    let copy =
        client.copy(BUCKET, "far", source(LARGE)).storage_class("STANDARD_IA").part_size(1).resume(false).max_thread(3);
    let copied = copy.metadata("x-cos-meta-a", "1").send().unwrap();
    assert_eq!((read(&client, "far"), copied.crc64), (data, head.crc64));
    let sent = parts(&cos);
    assert_eq!(sent.len(), 3);
    for part in sent {
        assert_eq!(part.header("x-cos-copy-source-if-match"), Some(head.etag.as_str()));
        assert_eq!(part.header("x-cos-meta-a"), None);
    }
    assert_eq!(client.head_object(BUCKET, "far").send().unwrap().headers.get("x-cos-meta-a").as_deref(), Some("1"));
    assert_eq!(open_uploads(&client), 0);
}

#[test]
fn a_copy_whose_checksum_is_not_the_sources_is_an_error() {
    let (cos, client) = start();
    large(&client);
    cos.inject(Fault::SetHeader("x-cos-hash-crc64ecma".into(), "1".into()), Match::any().method("HEAD"), 1);
    let copy = client.copy(BUCKET, "far", source(LARGE)).storage_class("STANDARD_IA").part_size(1).resume(false);
    let CosError::Client(error) = copy.send().unwrap_err() else { panic!("not a client error") };
    assert_eq!(*error.kind(), ClientErrorKind::Integrity);
}

#[test]
fn a_part_that_fails_ends_the_copy_and_its_upload() {
    let (cos, client) = start();
    large(&client);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber=2"), 1);
    let copy =
        client.copy(BUCKET, "far", source(LARGE)).storage_class("STANDARD_IA").part_size(1).resume(false).max_thread(1);
    assert_eq!(copy.send().unwrap_err().service().unwrap().get_error_code(), "AccessDenied");
    assert_eq!(open_uploads(&client), 0);
}

#[test]
fn an_upload_is_given_up_only_if_its_completion_was_refused() {
    let complete = || Match::any().method("POST").query("uploadId=");
    for (fault, left) in [
        (Fault::error(400, "InvalidPart"), 0),
        (Fault::error(500, "InternalError"), 1),
        (Fault::Reset(Moment::AfterBody), 1),
        (Fault::Answer(Answer::new(200)), 1),
    ] {
        let (cos, client) = start();
        large(&client);
        cos.inject(fault.clone(), complete(), usize::MAX);
        let copy = client.copy(BUCKET, "far", source(LARGE)).storage_class("STANDARD_IA").part_size(1).resume(false);
        assert!(copy.send().is_err());
        assert_eq!(open_uploads(&client), left, "{fault:?}");
    }
}

#[test]
fn a_copy_in_parts_replaces_nothing_that_it_must_not() {
    let (_cos, client) = start();
    large(&client);
    client.put_object(BUCKET, b"old", "far").send().unwrap();
    let copy = client.copy(BUCKET, "far", source(LARGE)).storage_class("STANDARD_IA").part_size(1).resume(false);
    let error = copy.header("x-cos-forbid-overwrite", "true").send().unwrap_err();
    assert_eq!(error.service().unwrap().get_error_code(), "FileAlreadyExists");
    assert_eq!(read(&client, "far"), b"old");
    assert_eq!(open_uploads(&client), 0);
}

#[test]
fn an_encrypted_source_is_looked_up_and_copied_with_its_key() {
    let (cos, client) = start();
    let [key, md5] = ["MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=", "U5L61r7jcwdNvT7frmUG8g=="];
    let put = client.put_object(SOURCE, content(2 * MIB), "secret").sse_customer_algorithm("AES256");
    put.sse_customer_key(key).sse_customer_key_md5(md5).send().unwrap();
    client.get_conf().set_copy_part_threshold_size(MIB as u64);
    let copy = client.copy(BUCKET, "open", source("secret")).storage_class("STANDARD_IA").part_size(1).resume(false);
    let copy = copy.copy_source_sse_customer_algorithm("AES256").copy_source_sse_customer_key(key);
    copy.copy_source_sse_customer_key_md5(md5).send().unwrap();
    assert_eq!(read(&client, "open"), content(2 * MIB));
    assert!(parts(&cos).iter().all(|part| part.header("x-cos-server-side-encryption-customer-key").is_none()));
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_sent() {
    let (cos, client) = start();
    let refused = [
        client.copy_object(BUCKET, "k", CopySource::default()).send().unwrap_err(),
        client.copy_object(BUCKET, "k", source("k")).copy_status("Other").send().unwrap_err(),
        client.upload_part_copy(BUCKET, "k", 0, "u", source("k")).send().unwrap_err(),
        client.upload_part_copy(BUCKET, "k", 1, "", source("k")).send().unwrap_err(),
        client.copy(BUCKET, "k", CopySource { region: String::new(), ..source("k") }).send().unwrap_err(),
        client.copy(BUCKET, "k", source("k")).part_size(0).send().unwrap_err(),
        client.copy(BUCKET, "k", source("k")).max_thread(0).send().unwrap_err(),
        client.copy(BUCKET, "k", source("k")).copy_status("copy").send().unwrap_err(),
    ];
    for error in refused {
        let CosError::Client(error) = error else { panic!("{error}") };
        assert!(matches!(error.kind(), ClientErrorKind::InvalidInput { .. }), "{error}");
    }
    assert_eq!(cos.request_count(), 0);
}
