//! What the pages of the official SDK say where the SDK itself does otherwise: a port from the pages works.

use crate::common::{BUCKET, failed, put, start};

#[test]
fn the_empty_encoding_type_of_the_pages_is_the_default() {
    let (_cos, client) = start();
    put(&client, "a b", b"x");
    let upload = client.create_multipart_upload(BUCKET, "a b").send().unwrap();
    assert_eq!(client.list_objects(BUCKET).encoding_type("").send().unwrap()["Contents"][0]["Key"], "a b");
    assert_eq!(client.list_objects_versions(BUCKET).encoding_type("").send().unwrap()["Version"][0]["Key"], "a b");
    let uploads = client.list_multipart_uploads(BUCKET).encoding_type("").send().unwrap();
    assert_eq!(uploads["Upload"][0]["Key"], "a b");
    assert_eq!(client.list_parts(BUCKET, "a b", &upload.upload_id).encoding_type("").send().unwrap()["Key"], "a b");
}

#[test]
fn the_grants_of_an_acl_are_at_the_top_of_its_dict_too() {
    let (_cos, client) = start();
    put(&client, "k", b"x");
    client.put_object_acl(BUCKET, "k").acl("public-read").send().unwrap();
    let response = client.get_object_acl(BUCKET, "k").send().unwrap();
    assert_eq!(response["Grant"], response["AccessControlList"]["Grant"]);
    assert_eq!(response["Grant"][0]["Permission"], "READ");
    client.put_bucket_acl(BUCKET).acl("public-read").send().unwrap();
    let response = client.get_bucket_acl(BUCKET).send().unwrap();
    assert_eq!(response["Grant"], response["AccessControlList"]["Grant"]);
}

#[test]
fn the_dict_of_an_acl_that_was_read_is_one_to_write() {
    let (_cos, client) = start();
    put(&client, "k", b"x");
    client.put_object_acl(BUCKET, "k").acl("public-read").send().unwrap();
    let response = client.get_object_acl(BUCKET, "k").send().unwrap();
    put(&client, "other", b"x");
    client.put_object_acl(BUCKET, "other").access_control_policy(response.dict()).send().unwrap();
    assert_eq!(client.get_object_acl(BUCKET, "other").send().unwrap()["CannedACL"], "public-read");
    let dict = client.get_bucket_acl(BUCKET).send().unwrap();
    client.put_bucket_acl(BUCKET).access_control_policy(&dict).send().unwrap();
}

#[test]
fn a_dict_of_an_answer_may_hold_the_namespaces_of_its_document() {
    let (_cos, client) = start();
    let dict = serde_json::json!({
        "@xmlns": "http://www.qcloud.com/document/product/436/7751",
        "CORSRule": [{"AllowedOrigin": ["*"], "AllowedMethod": ["GET"], "MaxAgeSeconds": "5"}],
    });
    client.put_bucket_cors(BUCKET, &dict).send().unwrap();
    client.put_bucket_cors(BUCKET, dict).send().unwrap();
    assert_eq!(client.get_bucket_cors(BUCKET).send().unwrap()["CORSRule"][0]["MaxAgeSeconds"], 5);
    let error = failed(client.put_bucket_cors(BUCKET, serde_json::json!({"@other": "a", "CORSRule": []})).send());
    assert!(error.to_string().contains("@other"), "{error}");
}
