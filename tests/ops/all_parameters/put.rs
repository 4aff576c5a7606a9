//! Uploads in one request.

use std::fs;

use qcloud_cos::Body;

use super::sent::{ATTACHMENT, BYTES_MD5, EXPIRES, GRANT, GRANT_READ, GRANT_WRITE, KEY, Sent, has};
use crate::common::{BUCKET, get, start};

/// O20, O21 and U24, "Uploading an object using simple upload"; U, "Uploading object in whole".
#[test]
fn put_object() {
    let (cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    let response = client
        .put_object(BUCKET, b"bytes", KEY)
        .enable_md5(false)
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
    has(&response, &["/ETag", "/x-cos-version-id"]);
    Sent::last("put_object", &cos)
        .object(BUCKET, KEY)
        .shows("Body", get(&client, KEY) == b"bytes")
        .object_headers()
        .header("ContentLength", "content-length", "5")
        .header("ContentMD5", "content-md5", BYTES_MD5)
        .header("TrafficLimit", "x-cos-traffic-limit", "838860800");
    // The other choices: a file, and the MD5 computed.
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "bytes").unwrap();
    client.put_object(BUCKET, fs::File::open(file.path()).unwrap(), "file").enable_md5(true).send().unwrap();
    Sent::last("put_object", &cos)
        .header("EnableMD5", "content-md5", BYTES_MD5)
        .shows("Body", get(&client, "file") == b"bytes");
    // A reader does not know its length.
    client.put_object(BUCKET, Body::reader(&b"bytes"[..]), "reader").content_length(5).send().unwrap();
    Sent::last("put_object", &cos).header("ContentLength", "content-length", "5");
    client.put_object(BUCKET, b"bytes", "none").enable_md5(false).send().unwrap();
    assert_eq!(cos.requests().last().unwrap().header("content-md5"), None);
}

/// B, "Simple file upload": with `GrantWrite`, without the MD5 switch and the speed limit.
#[test]
fn put_object_with_grant_write() {
    let (cos, client) = start();
    let response = client
        .put_object(BUCKET, b"bytes", "test.txt")
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
    Sent::last("put_object", &cos)
        .object(BUCKET, "test.txt")
        .object_headers()
        .header("GrantWrite", "x-cos-grant-write", GRANT_WRITE)
        .header("ContentLength", "content-length", "5")
        .header("ContentMD5", "content-md5", BYTES_MD5)
        .shows("Body", get(&client, "test.txt") == b"bytes");
}

/// O21, U and U24, under the headings of `put_object`, the sample with a local path: it has no options there.
#[test]
fn put_object_from_local_file() {
    let (cos, client) = start();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "bytes").unwrap();
    let response = client.put_object_from_local_file(BUCKET, file.path(), KEY).send().unwrap();
    has(&response, &["/ETag"]);
    Sent::last("put_object_from_local_file", &cos)
        .object(BUCKET, KEY)
        .shows("LocalFilePath", get(&client, KEY) == b"bytes");
}

/// O21, U and U24, "Appending parts".
#[test]
fn append_object() {
    let (cos, client) = start();
    let response = client.append_object(BUCKET, KEY, 0, b"bytes").send().unwrap();
    let dict = has(&response, &["/ETag", "/x-cos-next-append-position", "/x-cos-request-id"]);
    assert_eq!(dict["x-cos-next-append-position"], "5");
    Sent::last("append_object", &cos).object(BUCKET, KEY).param("Position", "position", "0");
    client.append_object(BUCKET, KEY, 5, b" and more").send().unwrap();
    Sent::last("append_object", &cos)
        .param("Position", "position", "5")
        .shows("Data", get(&client, KEY) == b"bytes and more");
}
