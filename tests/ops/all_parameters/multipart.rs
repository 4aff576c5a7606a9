//! The steps of an upload in parts.

use qcloud_cos::Body;
use qcloud_cos::multipart::{MultipartUpload, Part};
use serde_json::json;

use super::sent::{ATTACHMENT, BYTES_MD5, EXPIRES, GRANT, GRANT_READ, GRANT_WRITE, KEY, Recorder, Sent, has};
use crate::common::{BUCKET, MIB, get, noise, start};

/// O20, O21, U and U24, "Initializing a multipart upload" or "Initializing multipart upload".
#[test]
fn create_multipart_upload() {
    let (cos, client) = start();
    let response = client
        .create_multipart_upload(BUCKET, "multipart.txt")
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
    let dict = has(&response, &["/UploadId", "/Bucket", "/Key"]);
    assert_eq!((&dict["Bucket"], &dict["Key"]), (&json!(BUCKET), &json!("multipart.txt")));
    Sent::last("create_multipart_upload", &cos).object(BUCKET, "multipart.txt").object_headers();
}

/// B, "Create multipart upload": with `GrantWrite`.
#[test]
fn create_multipart_upload_with_grant_write() {
    let (cos, client) = start();
    let response = client
        .create_multipart_upload(BUCKET, "multipart.txt")
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
    has(&response, &["/UploadId", "/Bucket", "/Key"]);
    Sent::last("create_multipart_upload", &cos).object(BUCKET, "multipart.txt").object_headers().header(
        "GrantWrite",
        "x-cos-grant-write",
        GRANT_WRITE,
    );
}

/// O20, O21, U and U24, "Uploading a part" or "Uploading parts". B, "Upload Parts", lacks the MD5 switch and
/// the speed limit.
#[test]
fn upload_part() {
    let (cos, client) = start();
    let upload_id = client.create_multipart_upload(BUCKET, KEY).send().unwrap().into_inner().upload_id;
    let response = client
        .upload_part(BUCKET, KEY, b"bytes", 1, &upload_id)
        .enable_md5(false)
        .content_length(5)
        .content_md5(BYTES_MD5)
        .traffic_limit(838_860_800)
        .send()
        .unwrap();
    let dict = has(&response, &["/ETag"]);
    Sent::last("upload_part", &cos)
        .object(BUCKET, KEY)
        .param("PartNumber", "partNumber", "1")
        .param("UploadId", "uploadId", &upload_id)
        .header("ContentLength", "content-length", "5")
        .header("ContentMD5", "content-md5", BYTES_MD5)
        .header("TrafficLimit", "x-cos-traffic-limit", "838860800")
        .shows("Body", dict["ETag"] == "\"4b3a6218bb3e3a7303e8a171a60fcf92\"");
    client.upload_part(BUCKET, KEY, b"bytes", 2, &upload_id).enable_md5(true).send().unwrap();
    Sent::last("upload_part", &cos).header("EnableMD5", "content-md5", BYTES_MD5);
    // A reader does not know its length.
    let reader = Body::reader(&b"bytes"[..]);
    client.upload_part(BUCKET, KEY, reader, 2, &upload_id).content_length(5).send().unwrap();
    Sent::last("upload_part", &cos).header("ContentLength", "content-length", "5");
    client.upload_part(BUCKET, KEY, b"bytes", 3, &upload_id).enable_md5(false).send().unwrap();
    assert_eq!(cos.requests().last().unwrap().header("content-md5"), None);
}

/// O20, O21, U and U24, "Querying uploaded parts"; B, "List Upload Parts". What the pages call
/// `EncodingType` in the answer is `Encoding-type` in COS's, and so in Python's.
#[test]
fn list_parts() {
    let (cos, client) = start();
    let key = "中 +";
    let upload_id = client.create_multipart_upload(BUCKET, key).send().unwrap().into_inner().upload_id;
    for number in [99, 100, 101, 103] {
        client.upload_part(BUCKET, key, b"bytes", number, &upload_id).send().unwrap();
    }
    let response = client
        .list_parts(BUCKET, key, &upload_id)
        .max_parts(1000)
        .part_number_marker(100)
        .encoding_type("url")
        .send()
        .unwrap();
    has(
        &response,
        &[
            "/Bucket",
            "/Key",
            "/UploadId",
            "/Encoding-type",
            "/MaxParts",
            "/IsTruncated",
            "/PartNumberMarker",
            "/StorageClass",
            "/Part/0/LastModified",
            "/Part/0/PartNumber",
            "/Part/0/ETag",
            "/Part/0/Size",
            "/Initiator/DisplayName",
            "/Initiator/ID",
            "/Owner/DisplayName",
            "/Owner/ID",
        ],
    );
    let numbers: Vec<_> = response.part.iter().map(|part| part.part_number).collect();
    assert_eq!(numbers, [101, 103]);
    Sent::last("list_parts", &cos)
        .object(BUCKET, "%E4%B8%AD%20%2B")
        .param("UploadId", "uploadId", &upload_id)
        .param("MaxParts", "max-parts", "1000")
        .param("PartNumberMarker", "part-number-marker", "100")
        .param("EncodingType", "encoding-type", "url");
    let first = client.list_parts(BUCKET, key, &upload_id).max_parts(1).send().unwrap();
    Sent::last("list_parts", &cos).param("MaxParts", "max-parts", "1");
    has(&first, &["/NextPartNumberMarker"]);
}

/// O20, O21, U and U24, "Completing a multipart upload"; B, "Complete Multipart Upload". The sample has no
/// other parameters.
#[test]
fn complete_multipart_upload() {
    let (cos, client) = start();
    let content = noise(2, MIB + 5);
    let upload_id = client.create_multipart_upload(BUCKET, KEY).send().unwrap().into_inner().upload_id;
    let etags = [&content[..MIB], &content[MIB..]].map({
        let mut number = 0;
        let (client, upload_id) = (&client, &upload_id);
        move |part| {
            number += 1;
            client.upload_part(BUCKET, KEY, part.to_vec(), number, upload_id).send().unwrap().etag.clone()
        }
    });
    let upload: MultipartUpload = serde_json::from_value(json!({
        "Part": [
            {
                "ETag": etags[0],
                "PartNumber": 1
            },
            {
                "ETag": etags[1],
                "PartNumber": 2
            },
        ]
    }))
    .unwrap();
    let response = client.complete_multipart_upload(BUCKET, KEY, &upload_id, upload).send().unwrap();
    let dict = has(&response, &["/ETag", "/Bucket", "/Location", "/Key"]);
    assert_eq!((&dict["Bucket"], &dict["Key"]), (&json!(BUCKET), &json!(KEY)));
    Sent::last("complete_multipart_upload", &cos)
        .object(BUCKET, KEY)
        .param("UploadId", "uploadId", &upload_id)
        .shows("MultipartUpload", get(&client, KEY) == content);
    // The document, as it is sent.
    let recorder = Recorder::start();
    let parts = vec![Part { part_number: 1, etag: "\"a\"".to_owned() }];
    drop(recorder.client().complete_multipart_upload(BUCKET, KEY, &upload_id, parts).send());
    let body = recorder.next().1;
    assert!(body.contains("<PartNumber>1</PartNumber>") && body.contains("<ETag>"), "{body}");
}

/// O20, O21, U and U24, "Aborting a multipart upload"; B, "Abort Multipart Upload". The sample has no other
/// parameters.
#[test]
fn abort_multipart_upload() {
    let (cos, client) = start();
    let upload_id = client.create_multipart_upload(BUCKET, KEY).send().unwrap().into_inner().upload_id;
    client.abort_multipart_upload(BUCKET, KEY, &upload_id).send().unwrap();
    Sent::last("abort_multipart_upload", &cos).object(BUCKET, KEY).param("UploadId", "uploadId", &upload_id);
    assert!(client.list_parts(BUCKET, KEY, &upload_id).send().is_err());
}
