//! Files, in one request and in parts.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cos_emulator::{CosEmulator, Fault, Match};
use md5::{Digest as _, Md5};
use qcloud_cos::{ClientErrorKind, CosS3Client};
use tempfile::TempDir;

use super::sent::{
    ATTACHMENT, BYTES_MD5, EXPIRES, FAR_AHEAD, GRANT, GRANT_READ, GRANT_WRITE, KEY, LONG_AGO, OTHER_ETAG, Sent, has,
    older_version,
};
use crate::common::{BUCKET, MIB, Reports, enable_versions, field, get, kind, names, noise, requests, start};

/// A file in a folder that goes away with it.
fn local_file(content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("local.txt");
    fs::write(&path, content).unwrap();
    (folder, path)
}

/// How long each of these requests is held up, to tell one thread from several.
const PAUSE: Duration = Duration::from_millis(100);

fn slow_down(cos: &CosEmulator, which: Match) {
    cos.inject(Fault::Delay(PAUSE), which, usize::MAX);
}

/// O20, "Uploading an object (checkpoint restart)": without a progress callback. A small file goes in one
/// request.
#[test]
fn upload_file() {
    let (cos, client) = start();
    let (_folder, path) = local_file(b"bytes");
    let response = client
        .upload_file(BUCKET, KEY, &path)
        .part_size(1)
        .max_thread(5)
        .enable_md5(true)
        .acl("public-read")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .storage_class("STANDARD_IA")
        .expires(EXPIRES)
        .cache_control("max-age=1000000")
        .content_type("text/plain")
        .content_disposition(ATTACHMENT)
        .content_encoding("gzip")
        .content_language("zh-cn")
        .content_length(5)
        .content_md5(BYTES_MD5)
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .traffic_limit(838_860_800)
        .send()
        .unwrap();
    has(&response, &["/ETag"]);
    Sent::last("upload_file", &cos)
        .object(BUCKET, KEY)
        .shows("LocalFilePath", get(&client, KEY) == b"bytes")
        .object_headers()
        .header("ContentLength", "content-length", "5")
        .header("ContentMD5", "content-md5", BYTES_MD5)
        .header("TrafficLimit", "x-cos-traffic-limit", "838860800");
}

/// O21, "Uploading an object (checkpoint restart)"; U24, the same; U, "Uploading object (checkpoint
/// restart)": with a progress callback, for a file that goes in parts.
#[test]
fn upload_file_with_progress() {
    let (cos, client) = start();
    let content = noise(3, 20 * MIB + 5);
    // It is compared with the file, since no request carries all of it.
    let whole_md5 = BASE64_STANDARD.encode(Md5::digest(&content));
    let (_folder, path) = local_file(&content);
    let upload_percentage = Reports::default();
    let upload = |md5, part_size| {
        client
            .upload_file(BUCKET, KEY, &path)
            .part_size(part_size)
            .max_thread(5)
            .progress_callback(|consumed_bytes, total_bytes| upload_percentage.note(consumed_bytes, total_bytes))
            .enable_md5(md5)
            .acl("public-read")
            .grant_full_control(GRANT)
            .grant_read(GRANT_READ)
            .storage_class("STANDARD_IA")
            .expires(EXPIRES)
            .cache_control("max-age=1000000")
            .content_type("text/plain")
            .content_disposition(ATTACHMENT)
            .content_encoding("gzip")
            .content_language("zh-cn")
            .content_length(content.len() as u64)
            .content_md5(&whole_md5)
            .metadata("x-cos-meta-key1", "value1")
            .metadata("x-cos-meta-key2", "value2")
            .traffic_limit(838_860_800)
            .send()
            .unwrap()
    };
    let response = upload(true, 1);
    has(&response, &["/ETag"]);
    let parts = requests(&cos, "PUT", "partNumber");
    let sizes: Vec<_> = parts.iter().map(|part| part.body_length).collect();
    let reports = upload_percentage.of(content.len());
    Sent::of("upload_file", &requests(&cos, "POST", "uploads")[0])
        .object(BUCKET, KEY)
        .object_headers()
        .shows("LocalFilePath", get(&client, KEY) == content)
        .shows("PartSize", parts.len() == 21 && sizes.iter().filter(|size| **size == MIB as u64).count() == 20)
        .shows("progress_callback", reports.len() >= 21);
    for part in &parts {
        let sent = Sent::of("upload_file", part).header("TrafficLimit", "x-cos-traffic-limit", "838860800");
        // The sum of the whole file would be wrong for a part: it has its own.
        let md5 = part.header("content-md5").unwrap_or_default();
        sent.shows("EnableMD5", md5.len() == 24 && md5 != whole_md5);
    }
    cos.clear_requests();
    upload(false, 5);
    let parts = requests(&cos, "PUT", "partNumber");
    assert!(parts.len() == 5 && parts.iter().all(|part| part.header("content-md5").is_none()));
}

/// B, "File upload (breakpoint resume)": with `GrantWrite`.
#[test]
fn upload_file_with_grant_write() {
    let (cos, client) = start();
    let (_folder, path) = local_file(b"bytes");
    let response = client
        .upload_file(BUCKET, "test.txt", &path)
        .part_size(1)
        .max_thread(5)
        .acl("public-read")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .grant_write(GRANT_WRITE)
        .storage_class("STANDARD_IA")
        .expires(EXPIRES)
        .cache_control("max-age=1000000")
        .content_type("text/plain")
        .content_disposition(ATTACHMENT)
        .content_encoding("gzip")
        .content_language("zh-cn")
        .content_length(5)
        .content_md5(BYTES_MD5)
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .send()
        .unwrap();
    has(&response, &["/ETag"]);
    Sent::last("upload_file", &cos)
        .object(BUCKET, "test.txt")
        .object_headers()
        .header("GrantWrite", "x-cos-grant-write", GRANT_WRITE)
        .header("ContentLength", "content-length", "5")
        .header("ContentMD5", "content-md5", BYTES_MD5)
        .shows("LocalFilePath", get(&client, "test.txt") == b"bytes");
}

/// The number of threads of the prototypes is the default, so another one has to show.
#[test]
fn upload_file_in_one_thread() {
    let (cos, client) = start();
    let (_folder, path) = local_file(&noise(4, 2 * MIB + 5));
    slow_down(&cos, Match::any().query("partNumber"));
    let started = Instant::now();
    client.upload_file(BUCKET, KEY, &path).multipart_threshold(0).max_thread(1).send().unwrap();
    let part = &requests(&cos, "PUT", "partNumber")[0];
    Sent::of("upload_file", part).shows("MAXThread", started.elapsed() >= 3 * PAUSE);
}

/// An object of two versions, of which the older one is to be downloaded; returns its version and ETag.
fn start_with_object(content: &[u8]) -> (CosEmulator, CosS3Client, String, String) {
    let (cos, client) = start();
    let version = older_version(&client, KEY, content);
    let etag = client.head_object(BUCKET, KEY).version_id(&version).send().unwrap().etag.clone();
    cos.clear_requests();
    (cos, client, version, etag)
}

/// O20 and O21, "Downloading an object (checkpoint restart)".
#[test]
fn download_file() {
    let content = noise(5, 20 * MIB + 5);
    let (cos, client, version, etag) = start_with_object(&content);
    let (_folder, path) = local_file(b"old");
    client
        .download_file(BUCKET, KEY, &path)
        .part_size(1)
        .max_thread(5)
        .enable_crc(true)
        .traffic_limit(838_860_800)
        .if_match(&etag)
        .if_modified_since(LONG_AGO)
        .if_none_match(OTHER_ETAG)
        .if_unmodified_since(FAR_AHEAD)
        .response_cache_control("no-cache")
        .response_content_disposition("attachment")
        .response_content_encoding("identity")
        .response_content_language("en")
        .response_content_type("text/html")
        .response_expires("Thu, 01 Jan 2037 00:00:00 GMT")
        .version_id(&version)
        .send()
        .unwrap();
    let ranges: Vec<_> = cos.requests().into_iter().filter(|request| request.method == "GET").collect();
    let same = fs::read(&path).unwrap() == content;
    assert_eq!(ranges.len(), 21);
    for range in &ranges {
        assert_eq!(range.status, Some(206));
        Sent::of("download_file", range)
            .object(BUCKET, KEY)
            .shows("DestFilePath", same)
            .shows("PartSize", range.header("range").is_some())
            .header("TrafficLimit", "x-cos-traffic-limit", "838860800")
            .header("IfMatch", "if-match", &etag)
            .param("ResponseCacheControl", "response-cache-control", "no-cache")
            .param("ResponseContentDisposition", "response-content-disposition", "attachment")
            .param("ResponseContentEncoding", "response-content-encoding", "identity")
            .param("ResponseContentLanguage", "response-content-language", "en")
            .param("ResponseContentType", "response-content-type", "text/html")
            .param("ResponseExpires", "response-expires", "Thu, 01 Jan 2037 00:00:00 GMT")
            .param("VersionId", "versionId", &version);
    }
    // The version is the one that is looked up, too, and conditions are asked there.
    let head = &requests(&cos, "HEAD", "versionId")[0];
    Sent::of("download_file", head)
        .param("VersionId", "versionId", &version)
        .header("IfMatch", "if-match", &etag)
        .header("IfModifiedSince", "if-modified-since", LONG_AGO)
        .header("IfNoneMatch", "if-none-match", OTHER_ETAG)
        .header("IfUnmodifiedSince", "if-unmodified-since", FAR_AHEAD);
}

/// What shows only when something goes wrong or slowly: the CRC that must be there, and the threads.
#[test]
fn download_file_checks_and_threads() {
    let (cos, client, ..) = start_with_object(&noise(6, MIB));
    let (_folder, path) = local_file(b"old");
    cos.inject(Fault::omit_crc64(), Match::any(), usize::MAX);
    client.download_file(BUCKET, KEY, &path).enable_crc(false).send().unwrap();
    let strict = kind(client.download_file(BUCKET, KEY, &path).enable_crc(true).send());
    let get = cos.requests().into_iter().find(|request| request.method == "GET").unwrap();
    let sent = Sent::of("download_file", &get).shows("EnableCRC", strict == ClientErrorKind::Integrity);
    cos.clear_faults();
    client.put_object(BUCKET, noise(7, 2 * MIB + 5), "three").send().unwrap();
    slow_down(&cos, Match::any().method("GET"));
    let started = Instant::now();
    client.download_file(BUCKET, "three", &path).part_size(1).multipart_threshold(0).max_thread(1).send().unwrap();
    sent.shows("MAXThread", started.elapsed() >= 3 * PAUSE);
}

/// The SDK has more of them than the pages: the callback, the record's folder, the check of the key, the
/// temporary file and the number of parts.
#[test]
fn download_file_with_what_only_the_sdk_has() {
    let (cos, client) = start();
    enable_versions(&cos);
    let content = noise(8, 2 * MIB + 5);
    client.put_object(BUCKET, content.clone(), "a/..").send().unwrap();
    let (folder, path) = local_file(b"old");
    let records = folder.path().join("records");
    fs::create_dir(&records).unwrap();
    let reports = Reports::default();
    let download = |check, parts| {
        let download = client.download_file(BUCKET, "a/..", &path).part_size(1).multipart_threshold(0);
        download
            .max_thread(1)
            .progress_callback(|done, total| reports.note(done, total))
            .dump_record_dir(&records)
            .key_simplify_check(check)
            .disable_temp_dest_file_path(true)
            .max_part_count(parts)
            .send()
    };
    assert_eq!(field(download(true, 10)), "key");
    cos.inject(Fault::error(404, "NoSuchKey"), Match::any().method("GET").skip(1), 1);
    assert!(download(false, 10).is_err());
    let request = cos.requests().into_iter().find(|request| request.method == "GET").unwrap();
    let sent = Sent::of("download_file", &request).shows("DumpRecordDir", names(&records).len() == 1);
    download(false, 10).unwrap();
    cos.clear_requests();
    download(false, 2).unwrap();
    let ranges = requests(&cos, "GET", "").len();
    // In one request, the file itself grows, with none beside it.
    let beside = AtomicUsize::new(usize::MAX);
    let whole = client.download_file(BUCKET, "a/..", &path).key_simplify_check(false).disable_temp_dest_file_path(true);
    whole.progress_callback(|_, _| beside.store(names(folder.path()).len(), Ordering::SeqCst)).send().unwrap();
    sent.shows("KeySimplifyCheck", fs::read(&path).unwrap() == content)
        .shows("progress_callback", reports.of(content.len()).len() >= 3)
        .shows("DisableTempDestFilePath", beside.into_inner() == 2)
        .shows("MaxPartCount", ranges == 2);
}

/// Hotlink protection asks it of every reading.
#[test]
fn every_request_of_a_download_carries_the_referer() {
    let (cos, client, version, _) = start_with_object(&noise(6, 2 * MIB));
    let (_folder, path) = local_file(b"old");
    let download = client.download_file(BUCKET, KEY, &path).part_size(1).multipart_threshold(0);
    download.version_id(version).referer("http://example.com/").send().unwrap();
    let referers: Vec<_> = cos.requests().iter().map(|request| request.header("referer").map(str::to_owned)).collect();
    assert_eq!(referers, vec![Some("http://example.com/".to_owned()); 3]);
}
