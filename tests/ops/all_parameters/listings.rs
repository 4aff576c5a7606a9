//! Lists of objects, versions and uploads.

use super::sent::{Sent, has};
use crate::common::{BUCKET, put, start};

/// O20, "Querying an object list"; O21, "Querying objects"; B, "List all files under Bucket".
#[test]
fn list_objects() {
    let (cos, client) = start();
    for key in ["logs/!", "logs/0/a", "other"] {
        put(&client, key, b"x");
    }
    for number in 0..101 {
        put(&client, &format!("logs/{number:03} +中"), b"x");
    }
    let response = client
        .list_objects(BUCKET)
        .prefix("logs/")
        .delimiter("/")
        .marker("logs/!")
        .max_keys(100)
        .encoding_type("url")
        .send()
        .unwrap();
    let dict = has(
        &response,
        &[
            "/MaxKeys",
            "/Prefix",
            "/Delimiter",
            "/Marker",
            "/NextMarker",
            "/Name",
            "/IsTruncated",
            "/EncodingType",
            "/Contents/0/ETag",
            "/Contents/0/StorageClass",
            "/Contents/0/Key",
            "/Contents/0/Owner/DisplayName",
            "/Contents/0/Owner/ID",
            "/Contents/0/LastModified",
            "/Contents/0/Size",
            "/CommonPrefixes/0/Prefix",
        ],
    );
    assert_eq!((response.contents.len(), response.common_prefixes.len()), (99, 1));
    assert_eq!(dict["CommonPrefixes"][0]["Prefix"], "logs%2F0%2F", "left encoded, as it was asked for");
    Sent::last("list_objects", &cos)
        .bucket(BUCKET)
        .param("Prefix", "prefix", "logs/")
        .param("Delimiter", "delimiter", "/")
        .param("Marker", "marker", "logs/!")
        .param("MaxKeys", "max-keys", "100")
        .param("EncodingType", "encoding-type", "url");
}

/// O20 and O21, "Querying objects and their version history".
#[test]
fn list_objects_versions() {
    let (cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    put(&client, "logs/!", b"older");
    let newer = client.put_object(BUCKET, "newer", "logs/!").send().unwrap().version_id.clone().unwrap();
    for number in 0..101 {
        put(&client, &format!("logs/{number:03} +中"), b"x");
    }
    put(&client, "logs/0/a", b"x");
    client.delete_object(BUCKET, "logs/000 +中").send().unwrap();
    let response = client
        .list_objects_versions(BUCKET)
        .prefix("logs/")
        .delimiter("/")
        .key_marker("logs/!")
        .version_id_marker(&newer)
        .max_keys(100)
        .encoding_type("url")
        .send()
        .unwrap();
    has(
        &response,
        &[
            "/MaxKeys",
            "/Prefix",
            "/Delimiter",
            "/KeyMarker",
            "/VersionIdMarker",
            "/NextKeyMarker",
            "/NextVersionIdMarker",
            "/Name",
            "/IsTruncated",
            "/EncodingType",
            "/Version/0/ETag",
            "/Version/0/StorageClass",
            "/Version/0/Key",
            "/Version/0/VersionId",
            "/Version/0/IsLatest",
            "/Version/0/Owner/DisplayName",
            "/Version/0/Owner/ID",
            "/Version/0/LastModified",
            "/Version/0/Size",
            "/DeleteMarker/0/Key",
            "/DeleteMarker/0/VersionId",
            "/DeleteMarker/0/IsLatest",
            "/DeleteMarker/0/Owner/DisplayName",
            "/DeleteMarker/0/Owner/ID",
            "/DeleteMarker/0/LastModified",
            "/CommonPrefixes/0/Prefix",
        ],
    );
    assert_eq!((response.version[0].key.as_str(), response.version[0].size), ("logs%2F%21", 5));
    assert_eq!(response.version.len() + response.delete_marker.len() + response.common_prefixes.len(), 100);
    Sent::last("list_objects_versions", &cos)
        .bucket(BUCKET)
        .param("Prefix", "prefix", "logs/")
        .param("Delimiter", "delimiter", "/")
        .param("KeyMarker", "key-marker", "logs/!")
        .param("VersionIdMarker", "version-id-marker", &newer)
        .param("MaxKeys", "max-keys", "100")
        .param("EncodingType", "encoding-type", "url");
}

/// O20, O21, U and U24, "Querying a multipart upload" or "Querying multipart uploads"; B, "List all multipart
/// uploads under Bucket".
#[test]
fn list_multipart_uploads() {
    let (cos, client) = start();
    let create = |key: &str| client.create_multipart_upload(BUCKET, key).send().unwrap().into_inner().upload_id;
    let mut ids = [create("logs/!"), create("logs/!")];
    ids.sort();
    create("logs/0/a");
    create("other");
    for number in 0..101 {
        create(&format!("logs/{number:03} +中"));
    }
    let response = client
        .list_multipart_uploads(BUCKET)
        .prefix("logs/")
        .delimiter("/")
        .key_marker("logs/!")
        .upload_id_marker(&ids[0])
        .max_uploads(100)
        .encoding_type("url")
        .send()
        .unwrap();
    has(
        &response,
        &[
            "/Bucket",
            "/Prefix",
            "/Delimiter",
            "/KeyMarker",
            "/UploadIdMarker",
            "/NextKeyMarker",
            "/NextUploadIdMarker",
            "/MaxUploads",
            "/IsTruncated",
            "/EncodingType",
            "/Upload/0/UploadId",
            "/Upload/0/Key",
            "/Upload/0/Initiated",
            "/Upload/0/StorageClass",
            "/Upload/0/Owner/DisplayName",
            "/Upload/0/Owner/ID",
            "/Upload/0/Initiator/ID",
            "/Upload/0/Initiator/DisplayName",
            "/CommonPrefixes/0/Prefix",
        ],
    );
    assert_eq!(response.upload[0].upload_id, ids[1]);
    Sent::last("list_multipart_uploads", &cos)
        .bucket(BUCKET)
        .param("Prefix", "prefix", "logs/")
        .param("Delimiter", "delimiter", "/")
        .param("KeyMarker", "key-marker", "logs/!")
        .param("UploadIdMarker", "upload-id-marker", &ids[0])
        .param("MaxUploads", "max-uploads", "100")
        .param("EncodingType", "encoding-type", "url");
}
