//! Copies: of objects, of parts, and of whatever size.

use std::time::{Duration, Instant};

use cos_emulator::{Answer, CosEmulator, Fault, Match};
use qcloud_cos::{CopySource, CosS3Client};
use serde_json::{Value, json};

use super::sent::{
    ATTACHMENT, EXPIRES, FAR_AHEAD, GRANT, GRANT_READ, GRANT_WRITE, KEY, LONG_AGO, OTHER_ETAG, SOURCE, Sent, has,
};
use crate::common::{BUCKET, MIB, get, noise, requests, start};

/// An emulator with a source of two versions, of which the older one, whose id is returned, is to be copied.
fn start_with_source(bucket: &str, key: &str, content: &[u8]) -> (CosEmulator, CosS3Client, String) {
    let (cos, client) = start();
    cos.create_bucket(bucket).unwrap();
    for bucket in [bucket, BUCKET] {
        client.put_bucket_versioning(bucket, "Enabled").send().unwrap();
    }
    let older = client.put_object(bucket, content, key).send().unwrap();
    client.put_object(bucket, "newer", key).send().unwrap();
    (cos, client, older.version_id.clone().unwrap())
}

fn pasted(copy_source: Value) -> CopySource {
    serde_json::from_value(copy_source).unwrap()
}

/// O20 and O21, "Copying an object", whose `VesionId` is a misprint.
#[test]
fn copy_object() {
    let (cos, client, version) = start_with_source(SOURCE, KEY, b"older");
    let response = client
        .copy_object(
            BUCKET,
            KEY,
            pasted(json!({
                "Bucket": "sourcebucket-1250000000",
                "Key": "exampleobject",
                "Region": "ap-guangzhou",
                "VersionId": version
            })),
        )
        .copy_status("Replaced")
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
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .send()
        .unwrap();
    has(&response, &["/ETag", "/LastModified", "/x-cos-version-id", "/x-cos-copy-source-version-id"]);
    let source = format!("sourcebucket-1250000000.cos.ap-guangzhou.myqcloud.com/exampleobject?versionId={version}");
    let from = "x-cos-copy-source";
    Sent::last("copy_object", &cos)
        .object(BUCKET, KEY)
        .header("CopySource", from, &source)
        .header("CopySource.Bucket", from, &source)
        .header("CopySource.Key", from, &source)
        .header("CopySource.Region", from, &source)
        .header("CopySource.VersionId", from, &source)
        .header("CopyStatus", "x-cos-metadata-directive", "Replaced")
        .object_headers();
    assert_eq!(get(&client, KEY), b"older");
    // The page has the version in the answer's document, too, where the emulator does not write it.
    let document = "<CopyObjectResult><ETag>\"e\"</ETag><VersionId>v</VersionId></CopyObjectResult>";
    cos.inject(Fault::Answer(Answer::new(200).body(document)), Match::any().method("PUT"), 1);
    let named = client.copy_object(BUCKET, KEY, CopySource::new(SOURCE, KEY, "ap-guangzhou")).send().unwrap();
    assert_eq!(has(&named, &["/VersionId"])["VersionId"], "v");
    client.copy_object(BUCKET, KEY, CopySource::new(SOURCE, KEY, "ap-guangzhou")).copy_status("Copy").send().unwrap();
    Sent::last("copy_object", &cos).header("CopyStatus", "x-cos-metadata-directive", "Copy");
}

/// B, "Copy Files": the appid apart from the bucket, `GrantWrite`, and no version.
#[test]
fn copy_object_with_appid_and_grant_write() {
    let (cos, client, _) = start_with_source("test02-1252408340", "test.txt", b"older");
    let response = client
        .copy_object(
            BUCKET,
            "test.txt",
            pasted(json!({
                "Appid": "1252408340",
                "Bucket": "test02",
                "Key": "test.txt",
                "Region": "ap-guangzhou"
            })),
        )
        .copy_status("Replaced")
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
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .send()
        .unwrap();
    has(&response, &["/ETag", "/LastModified"]);
    let source = "test02-1252408340.cos.ap-guangzhou.myqcloud.com/test.txt";
    Sent::last("copy_object", &cos)
        .object(BUCKET, "test.txt")
        .header("CopySource", "x-cos-copy-source", source)
        .header("CopySource.Appid", "x-cos-copy-source", source)
        .header("CopyStatus", "x-cos-metadata-directive", "Replaced")
        .object_headers()
        .header("GrantWrite", "x-cos-grant-write", GRANT_WRITE);
    assert_eq!(get(&client, "test.txt"), b"newer");
}

/// O20, "Copying a part"; O21 and U24, "Copying an object part"; U, "Copying object part".
#[test]
fn upload_part_copy() {
    let (cos, client, version) = start_with_source(SOURCE, "sourceObject", b"older");
    let etag = client.head_object(SOURCE, "sourceObject").version_id(&version).send().unwrap().etag.clone();
    let upload_id = client.create_multipart_upload(BUCKET, KEY).send().unwrap().into_inner().upload_id;
    let response = client
        .upload_part_copy(
            BUCKET,
            KEY,
            100,
            &upload_id,
            pasted(json!({
                "Bucket": "sourcebucket-1250000000",
                "Key": "sourceObject",
                "Region": "ap-guangzhou",
                "VersionId": version
            })),
        )
        .copy_source_range("bytes=1-3")
        .copy_source_if_match(&etag)
        .copy_source_if_modified_since(LONG_AGO)
        .copy_source_if_none_match(OTHER_ETAG)
        .copy_source_if_unmodified_since(FAR_AHEAD)
        .send()
        .unwrap();
    has(&response, &["/ETag", "/LastModified", "/x-cos-copy-source-version-id"]);
    let source = format!("sourcebucket-1250000000.cos.ap-guangzhou.myqcloud.com/sourceObject?versionId={version}");
    let from = "x-cos-copy-source";
    Sent::last("upload_part_copy", &cos)
        .object(BUCKET, KEY)
        .param("PartNumber", "partNumber", "100")
        .param("UploadId", "uploadId", &upload_id)
        .header("CopySource", from, &source)
        .header("CopySource.Bucket", from, &source)
        .header("CopySource.Key", from, &source)
        .header("CopySource.Region", from, &source)
        .header("CopySource.VersionId", from, &source)
        .header("CopySourceRange", "x-cos-copy-source-range", "bytes=1-3")
        .header("CopySourceIfMatch", "x-cos-copy-source-if-match", &etag)
        .header("CopySourceIfModifiedSince", "x-cos-copy-source-if-modified-since", LONG_AGO)
        .header("CopySourceIfNoneMatch", "x-cos-copy-source-if-none-match", OTHER_ETAG)
        .header("CopySourceIfUnmodifiedSince", "x-cos-copy-source-if-unmodified-since", FAR_AHEAD);
    assert_eq!(client.list_parts(BUCKET, KEY, &upload_id).send().unwrap().part[0].size, 3);
}

/// B, "Copy upload parts": the appid apart from the bucket, and no version.
#[test]
fn upload_part_copy_with_appid() {
    let (cos, client, _) = start_with_source("test02-1252408340", "test.txt", b"older");
    let etag = client.head_object("test02-1252408340", "test.txt").send().unwrap().etag.clone();
    let upload_id = client.create_multipart_upload(BUCKET, "test.txt").send().unwrap().into_inner().upload_id;
    let response = client
        .upload_part_copy(
            BUCKET,
            "test.txt",
            100,
            &upload_id,
            pasted(json!({
                "Appid": "1252408340",
                "Bucket": "test02",
                "Key": "test.txt",
                "Region": "ap-guangzhou"
            })),
        )
        .copy_source_range("bytes=0-2")
        .copy_source_if_match(&etag)
        .copy_source_if_modified_since(LONG_AGO)
        .copy_source_if_none_match(OTHER_ETAG)
        .copy_source_if_unmodified_since(FAR_AHEAD)
        .send()
        .unwrap();
    has(&response, &["/ETag", "/LastModified"]);
    let source = "test02-1252408340.cos.ap-guangzhou.myqcloud.com/test.txt";
    Sent::last("upload_part_copy", &cos)
        .object(BUCKET, "test.txt")
        .header("CopySource.Appid", "x-cos-copy-source", source)
        .header("CopySourceRange", "x-cos-copy-source-range", "bytes=0-2")
        .header("CopySourceIfMatch", "x-cos-copy-source-if-match", &etag);
}

/// O21, "Copying objects", the high-level copy. A source that is large and of another
/// class is copied in parts.
#[test]
fn copy() {
    let content = noise(1, 20 * MIB + 1);
    let (cos, client, version) = start_with_source(SOURCE, KEY, &content);
    let source = || {
        pasted(json!({
            "Bucket": "sourcebucket-1250000000",
            "Key": "exampleobject",
            "Region": "ap-guangzhou",
            "VersionId": version
        }))
    };
    let response = client.copy(BUCKET, KEY, source()).copy_status("Copy").part_size(20).max_thread(10).send().unwrap();
    has(&response, &["/ETag", "/LastModified"]);
    let from = format!("sourcebucket-1250000000.cos.ap-guangzhou.myqcloud.com/exampleobject?versionId={version}");
    Sent::last("copy", &cos).object(BUCKET, KEY).header("CopyStatus", "x-cos-metadata-directive", "Copy");
    client.copy(BUCKET, KEY, source()).copy_status("Replaced").send().unwrap();
    Sent::last("copy", &cos).header("CopyStatus", "x-cos-metadata-directive", "Replaced");
    client.get_conf().set_copy_part_threshold_size(MIB as u64);
    cos.clear_requests();
    let pause = Duration::from_millis(100);
    cos.inject(Fault::Delay(pause), Match::any().query("partNumber"), usize::MAX);
    let started = Instant::now();
    let response = client
        .copy(BUCKET, "parts", source())
        .copy_status("Copy")
        .storage_class("STANDARD_IA")
        .part_size(20)
        .max_thread(1)
        .send()
        .unwrap();
    let took = started.elapsed();
    has(&response, &["/ETag", "/Bucket", "/Key", "/Location"]);
    let parts = requests(&cos, "PUT", "partNumber");
    Sent::of("copy", &parts[0])
        .header("CopySource", "x-cos-copy-source", &from)
        .header("CopySource.Bucket", "x-cos-copy-source", &from)
        .header("CopySource.Key", "x-cos-copy-source", &from)
        .header("CopySource.Region", "x-cos-copy-source", &from)
        .header("CopySource.VersionId", "x-cos-copy-source", &from)
        .header("PartSize", "x-cos-copy-source-range", &format!("bytes=0-{}", 20 * MIB - 1))
        .shows("PartSize", parts.len() == 2)
        .shows("MAXThread", took >= 2 * pause);
    assert_eq!(client.head_object(BUCKET, "parts").send().unwrap().content_length, content.len() as u64);
}
