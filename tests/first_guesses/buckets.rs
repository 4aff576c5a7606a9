//! Buckets, lists and signatures: bucket-and-object-api.md and object-operations.md.

use qcloud_cos::{get_date, json};

use crate::common::{BUCKET, put, start};

/// bucket-and-object-api.md, from "Create a Bucket" to "Remove Bucket".
#[test]
fn a_bucket_from_create_to_delete() {
    let (cos, client) = start();
    client.create_bucket("test01-123456789").acl("private").send().unwrap();
    client.head_bucket("test01-123456789").send().unwrap();
    let response = client.get_bucket_location("test01-123456789").send().unwrap();
    assert_eq!(response["LocationConstraint"], cos.region());
    client.delete_bucket("test01-123456789").send().unwrap();
    assert_eq!(client.head_bucket("test01-123456789").send().unwrap_err().get_status_code(), 404);
}

/// object-operations.md, "Querying an object list", with all parameters.
#[test]
fn list_objects_with_a_delimiter() {
    let (_cos, client) = start();
    for key in ["folder1/a", "folder1/sub/b", "other"] {
        put(&client, key, b"x");
    }
    let list = client.list_objects(BUCKET).prefix("folder1/").delimiter("/").marker("");
    let response = list.max_keys(100).encoding_type("url").send().unwrap();
    assert_eq!(response["IsTruncated"], "false");
    assert_eq!(response["Contents"][0]["Key"], "folder1%2Fa");
    assert_eq!(response["CommonPrefixes"][0]["Prefix"], "folder1%2Fsub%2F");
    assert_eq!(response["CommonPrefixes"].len(), 1);
}

/// object-operations.md, "Querying objects and their version history", with all parameters.
#[test]
fn list_versions_and_delete_markers() {
    let (_cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    put(&client, "folder1", b"x");
    put(&client, "folder1", b"y");
    client.delete_object(BUCKET, "folder1").send().unwrap();
    let list = client.list_objects_versions(BUCKET).prefix("folder1").delimiter("/").key_marker("");
    let response = list.version_id_marker("").max_keys(100).encoding_type("url").send().unwrap();
    assert_eq!(response["Version"].len(), 2);
    assert_eq!(response["Version"][0]["IsLatest"], "false");
    assert_eq!(response["DeleteMarker"][0]["IsLatest"], "true");
}

/// bucket-and-object-api.md, "Setting Bucket cross-origin configuration", then getting and deleting it.
#[test]
fn bucket_cors_round_trip() {
    let (_cos, client) = start();
    let rule = json!({
        "ID": "string", "MaxAgeSeconds": 100, "AllowedOrigin": ["*"],
        "AllowedMethod": ["GET"], "AllowedHeader": ["*"], "ExposeHeader": ["ETag"]
    });
    client.put_bucket_cors(BUCKET, json!({"CORSRule": [rule]})).send().unwrap();
    let response = client.get_bucket_cors(BUCKET).send().unwrap();
    assert_eq!(response["CORSRule"][0]["ID"], "string");
    assert_eq!(response["CORSRule"][0]["AllowedOrigin"][0], "*");
    client.delete_bucket_cors(BUCKET).send().unwrap();
    assert_eq!(client.get_bucket_cors(BUCKET).send().unwrap_err().get_status_code(), 404);
}

/// bucket-and-object-api.md, "Setting Bucket Lifecycle Configuration", then getting and deleting it.
#[test]
fn bucket_lifecycle_round_trip() {
    let (_cos, client) = start();
    let rule = json!({
        "ID": "string",
        "Filter": {"Prefix": "string"},
        "Status": "Enabled",
        "Expiration": {"Date": get_date(2018, 4, 20).unwrap()},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 100},
        "NoncurrentVersionTransition": [{"NoncurrentDays": 50, "StorageClass": "Standard_IA"}]
    });
    client.put_bucket_lifecycle(BUCKET, json!({"Rule": [rule]})).send().unwrap();
    let response = client.get_bucket_lifecycle(BUCKET).send().unwrap();
    assert_eq!(response["Rule"][0]["Status"], "Enabled");
    assert!(response["Rule"][0]["Expiration"]["Date"].to_string().starts_with("2018-04-20"));
    client.delete_bucket_lifecycle(BUCKET).send().unwrap();
    assert_eq!(client.get_bucket_lifecycle(BUCKET).send().unwrap_err().get_status_code(), 404);
}

/// bucket-and-object-api.md, "Setting Bucket ACL information" and "Get Bucket ACL Information".
#[test]
fn bucket_acl_by_policy() {
    let (_cos, client) = start();
    let owner = client.get_bucket_acl(BUCKET).send().unwrap()["Owner"]["ID"].to_string();
    let policy = json!({
        "Grant": [{"Grantee": {"Type": "CanonicalUser", "ID": owner}, "Permission": "FULL_CONTROL"}],
        "Owner": {"ID": owner}
    });
    client.put_bucket_acl(BUCKET).access_control_policy(policy).send().unwrap();
    let response = client.get_bucket_acl(BUCKET).send().unwrap();
    assert_eq!(response["Grant"].len(), 1);
    assert_eq!(response["Grant"][0]["Permission"], "FULL_CONTROL");
    assert_eq!(response["Grant"][0]["Grantee"]["ID"], owner);
}

/// bucket-and-object-api.md, "Setting Object ACL Information", "Get Object ACL Information" and the exceptions.
#[test]
fn object_acl_and_the_getters_of_an_error() {
    let (_cos, client) = start();
    put(&client, "test.txt", b"x");
    client.put_object_acl(BUCKET, "test.txt").acl("public-read").send().unwrap();
    let response = client.get_object_acl(BUCKET, "test.txt").send().unwrap();
    assert!(response["Grant"].iter().any(|grant| grant["Permission"] == "READ"), "{response:?}");
    let error = client.get_object_acl(BUCKET, "missing.txt").send().unwrap_err();
    assert_eq!((error.get_status_code(), error.get_error_code()), (404, "NoSuchKey"));
    assert_eq!(error.get_digest_msg()["code"], "NoSuchKey");
    assert!(error.get_origin_msg().contains("<Code>NoSuchKey</Code>"));
}

/// bucket-and-object-api.md, "Get a pre-signed download link" and "Signature acquisition".
#[test]
fn signatures_name_what_they_sign() {
    let (_cos, client) = start();
    let url = client.get_presigned_download_url(BUCKET, "test.txt").send().unwrap();
    assert!(url.contains("/test.txt?"), "{url}");
    let auth = client.get_auth("GET", BUCKET, "test.txt").expired(300).headers(json!({"Content-MD5": "string"}));
    let auth = auth.params(json!({"param1": "string", "param2": "string"})).send().unwrap();
    assert!(auth.contains("q-url-param-list=param1;param2"), "{auth}");
    assert!(auth.contains("content-md5"), "{auth}");
}
