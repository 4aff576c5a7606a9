//! Single objects: object-operations.md, object-operations-2021.txt and uploading-objects-2024.txt.

use std::fs::{self, File};
use std::io::Read as _;

use qcloud_cos::cos_exception::CosException;
use qcloud_cos::{CosS3Client, json};

use crate::common::{BUCKET, get, put, start};

const SOURCE: &str = "sourcebucket-1250000000";

/// object-operations.md, "Uploading an object using simple upload".
#[test]
fn put_object_without_md5() {
    let (cos, client) = start();
    let response = client.put_object(BUCKET, b"bytes", "exampleobject").enable_md5(false).send().unwrap();
    assert_eq!(response["ETag"], "\"4b3a6218bb3e3a7303e8a171a60fcf92\"");
    assert_eq!(get(&client, "exampleobject"), b"bytes");
    assert_eq!(cos.requests()[0].header("content-md5"), None);
}

/// object-operations.md, "Uploading an object using simple upload", with all parameters.
#[test]
fn put_object_with_all_parameters() {
    let (cos, client) = start();
    let response = client
        .put_object(BUCKET, b"bytes", "exampleobject")
        .enable_md5(true)
        .acl("private")
        .storage_class("STANDARD_IA")
        .expires("Wed, 28 Oct 2026 20:30:00 GMT")
        .cache_control("max-age=1000000")
        .content_type("text/plain")
        .content_disposition("attachment; filename=\"filename.jpg\"")
        .content_encoding("identity")
        .content_language("zh-cn")
        .content_length("5")
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .traffic_limit("1048576")
        .send()
        .unwrap();
    assert!(response["x-cos-request-id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(cos.requests()[0].header("x-cos-traffic-limit"), Some("1048576"));
    assert!(cos.requests()[0].header("content-md5").is_some());
    let head = client.head_object(BUCKET, "exampleobject").send().unwrap();
    assert_eq!(head["Content-Language"], "zh-cn");
    assert_eq!(head["x-cos-storage-class"], "STANDARD_IA");
    assert_eq!(head["x-cos-meta-key1"], "value1");
    assert_eq!(head["x-cos-meta-key2"], "value2");
}

/// uploading-objects-2024.txt, "Uploading an object using simple upload", sample 1.
#[test]
fn put_object_from_each_source() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("test.txt");
    fs::write(&local, b"from a file").unwrap();

    let fp = File::open(&local).unwrap();
    let put = client.put_object(BUCKET, fp, "test.txt").storage_class("STANDARD");
    let first = put.content_type("text/html; charset=utf-8").send().unwrap();
    assert_eq!(get(&client, "test.txt"), b"from a file");
    let head = client.head_object(BUCKET, "test.txt").send().unwrap();
    assert_eq!(head["Content-Type"], "text/html; charset=utf-8");

    let second = client.put_object(BUCKET, b"abcdefg", "test.txt").send().unwrap();
    assert_eq!(get(&client, "test.txt"), b"abcdefg");
    assert_ne!(first["ETag"], second["ETag"]);

    let third = client.put_object_from_local_file(BUCKET, &local, "test.txt").send().unwrap();
    assert_eq!(third["ETag"], first["ETag"]);
    assert_eq!(get(&client, "test.txt"), b"from a file");
}

/// object-operations.md, "Querying object metadata".
#[test]
fn head_object_reads_length_and_metadata() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"bytes", "exampleobject").metadata("x-cos-meta-test", "test").send().unwrap();
    let head = client.head_object(BUCKET, "exampleobject").if_modified_since("Wed, 28 Oct 2014 20:30:00 GMT");
    let response = head.send().unwrap();
    assert_eq!(response["Content-Length"], "5");
    let size: u64 = response["Content-Length"].parse().unwrap();
    assert_eq!(size, 5);
    assert_eq!(response["x-cos-meta-test"], "test");
}

/// object-operations-2021.txt, "Downloading an object", samples 1 to 3.
#[test]
fn get_object_to_a_file() {
    let (cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("exampleobject");
    put(&client, "exampleobject", &[b'x'; 300]);

    let response = client.get_object(BUCKET, "exampleobject").send().unwrap();
    response.body.get_stream_to_file(&local).unwrap();
    assert_eq!(fs::read(&local).unwrap(), [b'x'; 300]);

    let response = client.get_object(BUCKET, "exampleobject").traffic_limit("819200").send().unwrap();
    response.body.get_stream_to_file(&local).unwrap();
    assert_eq!(cos.requests().last().unwrap().header("x-cos-traffic-limit"), Some("819200"));

    let response = client.get_object(BUCKET, "exampleobject").range("bytes=0-100").send().unwrap();
    assert_eq!(response["Content-Range"], "bytes 0-100/300");
    response.body.get_stream_to_file(&local).unwrap();
    assert_eq!(fs::read(&local).unwrap(), [b'x'; 101]);
}

/// object-operations.md, "Downloading an object", with all parameters.
#[test]
fn get_object_with_conditions_and_response_headers() {
    let (_cos, client) = start();
    let etag = client.put_object(BUCKET, b"bytes", "exampleobject").send().unwrap()["ETag"].to_string();
    let response = client
        .get_object(BUCKET, "exampleobject")
        .range("bytes=0-3")
        .if_match(&etag)
        .if_modified_since("Wed, 28 Oct 2014 20:30:00 GMT")
        .if_none_match("\"9a4802d5c99dafe1c04da0a8e7e166bf\"")
        .response_content_type("text/html")
        .response_cache_control("no-cache")
        .send()
        .unwrap();
    assert_eq!(response["Content-Type"], "text/html");
    assert_eq!(response["Cache-Control"], "no-cache");
    let mut body = Vec::new();
    response.body.get_raw_stream().read_to_end(&mut body).unwrap();
    assert_eq!(body, b"byte");
}

/// object-operations-2021.txt, "Copying an object", samples 1 to 3.
#[test]
fn copy_object_keeps_and_replaces() {
    let (cos, client) = start();
    cos.create_bucket(SOURCE).unwrap();
    client.put_object(SOURCE, b"bytes", "exampleobject").content_type("text/html").send().unwrap();
    let source = json!({"Bucket": SOURCE, "Key": "exampleobject", "Region": cos.region()});

    let response = client.copy_object(BUCKET, "exampleobject", source.clone()).send().unwrap();
    assert_eq!(response["ETag"], "\"4b3a6218bb3e3a7303e8a171a60fcf92\"");
    assert_eq!(client.head_object(BUCKET, "exampleobject").send().unwrap()["Content-Type"], "text/html");

    let copy = client.copy_object(BUCKET, "exampleobject", source).copy_status("Replaced").content_type("text/plain");
    copy.metadata("x-cos-meta-key1", "value1").send().unwrap();
    let head = client.head_object(BUCKET, "exampleobject").send().unwrap();
    assert_eq!(head["Content-Type"], "text/plain");
    assert_eq!(head["x-cos-meta-key1"], "value1");

    let itself = json!({"Bucket": BUCKET, "Key": "exampleobject", "Region": cos.region()});
    let copy = client.copy_object(BUCKET, "exampleobject", itself).copy_status("Replaced");
    copy.storage_class("STANDARD_IA").send().unwrap();
    assert_eq!(client.head_object(BUCKET, "exampleobject").send().unwrap()["x-cos-storage-class"], "STANDARD_IA");
}

fn move_object(client: &CosS3Client, region: &str, src: &str, dest: &str) -> Result<(), CosException> {
    client.copy_object(BUCKET, dest, json!({"Bucket": BUCKET, "Key": src, "Region": region})).send()?;
    client.delete_object(BUCKET, src).send()?;
    Ok(())
}

/// object-operations-2021.txt, "Copying objects", sample 2.
#[test]
fn move_an_object_and_read_the_error() {
    let (cos, client) = start();
    put(&client, "src", b"bytes");
    move_object(&client, cos.region(), "src", "dest").unwrap();
    assert_eq!(get(&client, "dest"), b"bytes");
    let error = move_object(&client, cos.region(), "src", "other").unwrap_err();
    assert_eq!((error.get_status_code(), error.get_error_code()), (404, "NoSuchKey"));
    assert!(!error.get_error_msg().is_empty());
}

/// object-operations-2021.txt, "Deleting a single object", sample 3.
#[test]
fn delete_a_prefix_page_by_page() {
    let (_cos, client) = start();
    for key in ["root/logs/a", "root/logs/b", "root/logs/c", "root/other"] {
        put(&client, key, b"x");
    }
    let mut marker = String::new();
    loop {
        let list = client.list_objects(BUCKET).prefix("root/logs").marker(&marker).max_keys(2);
        let response = list.send().unwrap();
        for content in &response["Contents"] {
            client.delete_object(BUCKET, &content["Key"]).send().unwrap();
        }
        if response["IsTruncated"] == "false" {
            break;
        }
        marker = response["NextMarker"].to_string();
    }
    let left = client.list_objects(BUCKET).send().unwrap();
    assert_eq!(left["Contents"].len(), 1);
    assert_eq!(left["Contents"][0]["Key"], "root/other");
}

/// object-operations.md, "Getting an object list", by the marker of the next page.
#[test]
fn list_until_there_is_no_next_marker() {
    let (_cos, client) = start();
    for key in ["a", "b", "c"] {
        put(&client, key, b"x");
    }
    let (mut keys, mut marker) = (Vec::new(), String::new());
    loop {
        let response = client.list_objects(BUCKET).marker(&marker).max_keys(2).send().unwrap();
        keys.extend(response["Contents"].clone());
        if !response.contains_key("NextMarker") {
            break;
        }
        marker = response["NextMarker"].to_string();
    }
    assert_eq!(keys.len(), 3);
    let response = client.list_objects(BUCKET).prefix("none/").send().unwrap();
    assert!(!response.contains_key("Contents"));
}

/// object-operations.md, "Deleting multiple objects", with all parameters.
#[test]
fn delete_objects_names_what_it_deleted() {
    let (_cos, client) = start();
    put(&client, "exampleobject1", b"x");
    put(&client, "exampleobject2", b"x");
    let delete = json!({"Object": [{"Key": "exampleobject1"}, {"Key": "exampleobject2"}], "Quiet": "false"});
    let response = client.delete_objects(BUCKET, delete).send().unwrap();
    let deleted: Vec<String> = response["Deleted"].iter().map(|one| one["Key"].to_string()).collect();
    assert_eq!(deleted, ["exampleobject1", "exampleobject2"]);
    assert!(!response.contains_key("Error") && response.get("Error").is_none());
    assert!(!client.object_exists(BUCKET, "exampleobject1").send().unwrap());
}

/// object-operations.md, "Restoring an archived object".
#[test]
fn restore_an_archived_object() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"old", "exampleobject").storage_class("ARCHIVE").send().unwrap();
    assert_eq!(client.get_object(BUCKET, "exampleobject").send().unwrap_err().get_status_code(), 403);
    let restore = json!({"Days": 100, "CASJobParameters": {"Tier": "Standard"}});
    client.restore_object(BUCKET, "exampleobject", restore).send().unwrap();
    let head = client.head_object(BUCKET, "exampleobject").send().unwrap();
    assert!(head["x-cos-restore"].as_str().is_some(), "{head:?}");
}

/// object-operations.md, "Extracting object content".
#[test]
fn select_object_content_of_json_lines() {
    let (_cos, client) = start();
    put(&client, "exampleobject", b"{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n");
    let input = json!({"CompressionType": "NONE", "JSON": {"Type": "LINES"}});
    let output = json!({"CSV": {"RecordDelimiter": "\n"}});
    let select = client.select_object_content(BUCKET, "exampleobject", "Select * from COSObject", "SQL", input, output);
    let response = select.request_progress(json!({"Enabled": "FALSE"})).send().unwrap();
    assert_eq!(response.payload.get_select_result().unwrap(), b"1,2\n3,4\n");
}

/// uploading-objects-2024.txt, "Appending parts".
#[test]
fn append_object_twice() {
    let (_cos, client) = start();
    let response = client.append_object(BUCKET, "exampleobject", 0, vec![b'b'; 1024]).send().unwrap();
    let position = &response["x-cos-next-append-position"];
    client.append_object(BUCKET, "exampleobject", position, b"bytes").send().unwrap();
    assert_eq!(get(&client, "exampleobject"), [&[b'b'; 1024][..], b"bytes"].concat());
}
