//! Multipart uploads by hand: object-operations.md and uploading-objects-2024.txt.

use qcloud_cos::json;

use crate::common::{BUCKET, MIB, get, noise, open_uploads, put, start};

/// object-operations.md, "Querying a multipart upload", with all parameters, then "Aborting a multipart upload".
#[test]
fn list_and_abort_uploads() {
    let (_cos, client) = start();
    client.create_multipart_upload(BUCKET, "dir1").send().unwrap();
    client.create_multipart_upload(BUCKET, "other").send().unwrap();
    let list = client.list_multipart_uploads(BUCKET).prefix("dir").delimiter("/").key_marker("");
    let response = list.upload_id_marker("").max_uploads(100).encoding_type("url").send().unwrap();
    assert_eq!(response["Upload"].len(), 1);
    for upload in &response["Upload"] {
        client.abort_multipart_upload(BUCKET, &upload["Key"], &upload["UploadId"]).send().unwrap();
    }
    assert_eq!(open_uploads(&client).len(), 1);
}

/// object-operations.md, "Client-Side Encryption": its multipart lines give the listed parts back as they came.
#[test]
fn complete_with_the_listed_parts() {
    let (_cos, client) = start();
    let response = client.create_multipart_upload(BUCKET, "exampleobject_upload").send().unwrap();
    let uploadid = &response["UploadId"];
    client.upload_part(BUCKET, "exampleobject_upload", b"bytes", 1, uploadid).send().unwrap();
    let response = client.list_parts(BUCKET, "exampleobject_upload", uploadid).send().unwrap();
    let parts = json!({"Part": response["Part"]});
    client.complete_multipart_upload(BUCKET, "exampleobject_upload", uploadid, parts).send().unwrap();
    assert_eq!(get(&client, "exampleobject_upload"), b"bytes");
    assert!(open_uploads(&client).is_empty());
}

/// uploading-objects-2024.txt, "Completing a multipart upload", after "Initializing a multipart upload".
#[test]
fn complete_with_the_etags_of_the_parts() {
    let (_cos, client) = start();
    let create = client.create_multipart_upload(BUCKET, "exampleobject").storage_class("STANDARD_IA");
    let response = create.metadata("x-cos-meta-key1", "value1").send().unwrap();
    let uploadid = &response["UploadId"];
    let body = noise(1, MIB);
    let upload = client.upload_part(BUCKET, "exampleobject", body.clone(), 1, uploadid);
    let first = upload.enable_md5(false).content_length("1048576").traffic_limit("838860800").send().unwrap();
    let second = client.upload_part(BUCKET, "exampleobject", b"end", 2, uploadid).send().unwrap();
    let parts = json!({"Part": [
        {"ETag": first["ETag"], "PartNumber": 1},
        {"ETag": second["ETag"], "PartNumber": 2},
    ]});
    let response = client.complete_multipart_upload(BUCKET, "exampleobject", uploadid, parts).send().unwrap();
    assert!(response["ETag"].to_string().ends_with("-2\""), "{response:?}");
    assert_eq!(get(&client, "exampleobject"), [&body[..], b"end"].concat());
    let head = client.head_object(BUCKET, "exampleobject").send().unwrap();
    assert_eq!(head["x-cos-meta-key1"], "value1");
    assert_eq!(head["x-cos-storage-class"], "STANDARD_IA");
}

/// object-operations.md, "Copying a part", with the range and a condition.
#[test]
fn upload_part_copy_of_a_range() {
    let (cos, client) = start();
    put(&client, "source", b"bytes");
    let response = client.create_multipart_upload(BUCKET, "exampleobject").send().unwrap();
    let uploadid = &response["UploadId"];
    let source = json!({"Bucket": BUCKET, "Key": "source", "Region": cos.region()});
    let copy = client.upload_part_copy(BUCKET, "exampleobject", 100, uploadid, source).copy_source_range("bytes=0-3");
    let part = copy.copy_source_if_modified_since("Wed, 28 Oct 2014 20:30:00 GMT").send().unwrap();
    let parts = json!({"Part": [{"ETag": part["ETag"], "PartNumber": "100"}]});
    client.complete_multipart_upload(BUCKET, "exampleobject", uploadid, parts).send().unwrap();
    assert_eq!(get(&client, "exampleobject"), b"byte");
}

/// object-operations.md, "Querying uploaded parts", with all parameters, page by page.
#[test]
fn list_parts_page_by_page() {
    let (_cos, client) = start();
    let response = client.create_multipart_upload(BUCKET, "exampleobject").send().unwrap();
    let uploadid = &response["UploadId"];
    for number in 1..4 {
        client.upload_part(BUCKET, "exampleobject", b"x", number, uploadid).send().unwrap();
    }
    let mut marker = String::from("0");
    let mut numbers = Vec::new();
    loop {
        let list = client.list_parts(BUCKET, "exampleobject", uploadid).max_parts(2).part_number_marker(&marker);
        let response = list.encoding_type("url").send().unwrap();
        numbers.extend(response["Part"].iter().map(|part| part["PartNumber"].to_string()));
        if response["IsTruncated"] == "false" {
            break;
        }
        marker = response["NextPartNumberMarker"].to_string();
    }
    assert_eq!(numbers, ["1", "2", "3"]);
}
