//! Reading, deleting, restoring and querying objects, and their ACLs.

use std::io::Write as _;

use cos_emulator::{Answer, Fault, Match};
use flate2::Compression;
use flate2::write::GzEncoder;
use qcloud_cos::acl::AccessControlPolicy;
use qcloud_cos::object::{Delete, RestoreRequest};
use serde_json::json;

use super::sent::{
    FAR_AHEAD, GRANT, GRANT_READ, GRANT_WRITE, KEY, LONG_AGO, OTHER_ETAG, Recorder, Sent, has, older_version,
};
use crate::common::{BUCKET, start};

/// O20 and O21, "Querying object metadata". B, "Get file attributes", lacks the version.
#[test]
fn head_object() {
    let (cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    let older = client
        .put_object(BUCKET, b"older", KEY)
        .cache_control("max-age=1000000")
        .content_disposition("attachment; filename=\"filename.jpg\"")
        .content_encoding("gzip")
        .content_language("zh-cn")
        .expires(FAR_AHEAD)
        .metadata("x-cos-meta-test", "test")
        .send()
        .unwrap();
    let version = older.version_id.clone().unwrap();
    client.put_object(BUCKET, b"the newer one", KEY).send().unwrap();
    let response = client.head_object(BUCKET, KEY).version_id(&version).if_modified_since(LONG_AGO).send().unwrap();
    let dict = has(
        &response,
        &[
            "/ETag",
            "/Last-Modified",
            "/Cache-Control",
            "/Content-Type",
            "/Content-Disposition",
            "/Content-Encoding",
            "/Content-Language",
            "/Content-Length",
            "/Expires",
            "/x-cos-meta-test",
            "/x-cos-version-id",
            "/x-cos-request-id",
        ],
    );
    assert_eq!((&dict["Content-Length"], &dict["x-cos-version-id"]), (&json!("5"), &json!(version)));
    Sent::last("head_object", &cos).object(BUCKET, KEY).param("VersionId", "versionId", &version).header(
        "IfModifiedSince",
        "if-modified-since",
        LONG_AGO,
    );
}

/// O20 and O21, "Downloading an object". B, "Download Files", lacks the speed limit.
#[test]
fn get_object() {
    let (cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    let older = client.put_object(BUCKET, b"older", KEY).metadata("x-cos-meta-test", "test").send().unwrap();
    let (etag, version) = (older.etag.clone(), older.version_id.clone().unwrap());
    client.put_object(BUCKET, "newer", KEY).send().unwrap();
    let mut response = client
        .get_object(BUCKET, KEY)
        .range("bytes=1-3")
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
        .traffic_limit(819_200)
        .send()
        .unwrap();
    let dict = has(
        &response,
        &[
            "/ETag",
            "/Last-Modified",
            "/Accept-Ranges",
            "/Content-Range",
            "/Cache-Control",
            "/Content-Type",
            "/Content-Disposition",
            "/Content-Encoding",
            "/Content-Language",
            "/Content-Length",
            "/Expires",
            "/x-cos-version-id",
            "/x-cos-meta-test",
            "/x-cos-request-id",
        ],
    );
    assert_eq!((&dict["Content-Language"], &dict["Content-Type"]), (&json!("en"), &json!("text/html")));
    assert_eq!(std::io::read_to_string(&mut response.body).unwrap(), "lde");
    Sent::last("get_object", &cos)
        .object(BUCKET, KEY)
        .header("Range", "range", "bytes=1-3")
        .header("IfMatch", "if-match", &etag)
        .header("IfModifiedSince", "if-modified-since", LONG_AGO)
        .header("IfNoneMatch", "if-none-match", OTHER_ETAG)
        .header("IfUnmodifiedSince", "if-unmodified-since", FAR_AHEAD)
        .param("ResponseCacheControl", "response-cache-control", "no-cache")
        .param("ResponseContentDisposition", "response-content-disposition", "attachment")
        .param("ResponseContentEncoding", "response-content-encoding", "identity")
        .param("ResponseContentLanguage", "response-content-language", "en")
        .param("ResponseContentType", "response-content-type", "text/html")
        .param("ResponseExpires", "response-expires", "Thu, 01 Jan 2037 00:00:00 GMT")
        .param("VersionId", "versionId", &version)
        .header("TrafficLimit", "x-cos-traffic-limit", "819200");
}

/// O20, "Deleting a single object"; O21, "Deleting an object". B, "File deletion", lacks the version.
#[test]
fn delete_object() {
    let (cos, client) = start();
    let version = older_version(&client, KEY, b"older");
    let response = client.delete_object(BUCKET, KEY).version_id(&version).send().unwrap();
    let dict = has(&response, &["/x-cos-version-id"]);
    assert_eq!(dict["x-cos-version-id"], version);
    Sent::last("delete_object", &cos).object(BUCKET, KEY).param("VersionId", "versionId", &version);
    let response = client.delete_object(BUCKET, KEY).send().unwrap();
    assert_eq!(has(&response, &["/x-cos-delete-marker"])["x-cos-delete-marker"], "true");
}

/// O20 and O21, "Deleting multiple objects". B, "Delete Files in Batch", lacks the versions.
#[test]
fn delete_objects() {
    let (cos, client) = start();
    let versions = [older_version(&client, "exampleobject1", b"1"), older_version(&client, "exampleobject2", b"2")];
    let delete = |quiet: &str| -> Delete {
        serde_json::from_value(json!({
            "Object": [
                {
                    "Key": "exampleobject1",
                    "VersionId": versions[0]
                },
                {
                    "Key": "exampleobject2",
                    "VersionId": versions[1]
                },
            ],
            "Quiet": quiet
        }))
        .unwrap()
    };
    let there = || client.list_objects_versions(BUCKET).versions().count();
    assert_eq!(there(), 4);
    let response = client.delete_objects(BUCKET, delete("false")).send().unwrap();
    let dict = has(&response, &["/Deleted/0/Key", "/Deleted/0/VersionId", "/Deleted/1/Key"]);
    Sent::last("delete_objects", &cos).bucket(BUCKET).param("Delete", "delete", "");
    assert_eq!(there(), 2, "the newer ones");
    let quiet = client.delete_objects(BUCKET, delete("true")).send().unwrap();
    // The whole document, as it is sent.
    let recorder = Recorder::start();
    drop(recorder.client().delete_objects(BUCKET, delete("true")).send());
    let body = recorder.next().1;
    let object = |at: usize| {
        format!("<Object><Key>exampleobject{}</Key><VersionId>{}</VersionId></Object>", at + 1, versions[at])
    };
    Sent::last("delete_objects", &cos)
        .shows("Delete.Object", body.contains(&object(0)) && body.contains(&object(1)))
        .shows("Delete.Object.Key", dict["Deleted"][1]["Key"] == "exampleobject2")
        .shows("Delete.Object.VersionId", dict["Deleted"][0]["VersionId"] == versions[0].as_str())
        .shows("Delete.Quiet", quiet.deleted.is_empty() && body.contains("<Quiet>true</Quiet>"));
    // The emulator has no deletions that fail.
    let failed = "<DeleteResult><Error><Key>k</Key><VersionId>v</VersionId><Code>AccessDenied</Code>\
        <Message>m</Message></Error></DeleteResult>";
    cos.inject(Fault::Answer(Answer::new(200).body(failed)), Match::any().query("delete"), 1);
    let response = client.delete_objects(BUCKET, delete("true")).send().unwrap();
    has(&response, &["/Error/0/Key", "/Error/0/VersionId", "/Error/0/Code", "/Error/0/Message"]);
    // A key without its version gets a marker.
    let plain: Delete = serde_json::from_value(json!({"Object": [{"Key": "exampleobject1"}]})).unwrap();
    let response = client.delete_objects(BUCKET, plain).send().unwrap();
    has(&response, &["/Deleted/0/DeleteMarker", "/Deleted/0/DeleteMarkerVersionId"]);
}

/// O20 and O21, "Restoring an archived object"; B, "Restore archive file".
#[test]
fn restore_object() {
    let (cos, client) = start();
    client.put_object(BUCKET, "old", KEY).storage_class("ARCHIVE").send().unwrap();
    let request: RestoreRequest = serde_json::from_value(json!({
        "Days": 100,
        "CASJobParameters": {
            "Tier": "Expedited"
        }
    }))
    .unwrap();
    client.restore_object(BUCKET, KEY, request.clone()).send().unwrap();
    let sent = Sent::last("restore_object", &cos).object(BUCKET, KEY);
    assert!(client.get_object(BUCKET, KEY).send().is_ok());
    let recorder = Recorder::start();
    recorder.client().restore_object(BUCKET, KEY, request).send().unwrap();
    let (head, body) = recorder.next();
    sent.shows("RestoreRequest", head.contains("?restore") && body.contains("<RestoreRequest>"))
        .shows("RestoreRequest.Days", body.contains("<Days>100</Days>"))
        .shows("RestoreRequest.CASJobParameters", body.contains("<CASJobParameters><Tier>"))
        .shows("RestoreRequest.CASJobParameters.Tier", body.contains("<Tier>Expedited</Tier>"));
}

/// O20, "Extracting object content"; O21, "Searching for object content". What the pages call `Body` in the
/// answer is `Payload` in Python.
#[test]
fn select_object_content() {
    let (cos, client) = start();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"{\"a\": 1}\n{\"a\": 2}\n").unwrap();
    client.put_object(BUCKET, gzip.finish().unwrap(), KEY).send().unwrap();
    let input = json!({
        "CompressionType": "GZIP",
        "JSON": {
            "Type": "LINES"
        }
    });
    let output = json!({
        "CSV": {
            "RecordDelimiter": "\n"
        }
    });
    let progress = json!({
        "Enabled": "FALSE"
    });
    let select = |client: &qcloud_cos::CosS3Client| {
        client
            .select_object_content(BUCKET, KEY, "Select * from COSObject", "SQL", &input, &output)
            .request_progress(&progress)
            .send()
    };
    let response = select(&client).unwrap();
    assert_eq!(response.payload.get_select_result().unwrap(), b"1\n2\n");
    let recorder = Recorder::start();
    drop(select(&recorder.client()));
    let (head, body) = recorder.next();
    let has = |text: &str| body.contains(text);
    Sent::last("select_object_content", &cos)
        .object(BUCKET, KEY)
        .shows("Expression", head.contains("select-type=2") && has("<Expression>Select * from COSObject</Expression>"))
        .shows("ExpressionType", has("<ExpressionType>SQL</ExpressionType>"))
        .shows("InputSerialization", has("<CompressionType>GZIP</CompressionType><JSON><Type>LINES</Type></JSON>"))
        .shows("OutputSerialization", has("<OutputSerialization><CSV><RecordDelimiter>"))
        .shows("RequestProgress", has("<RequestProgress><Enabled>FALSE</Enabled></RequestProgress>"));
}

/// B, "Setting Object ACL Information". The page says that COS takes headers or a document, not both; the
/// prototype has both, and both must be sent.
#[test]
fn put_object_acl() {
    let (cos, client) = start();
    client.put_object(BUCKET, "x", KEY).send().unwrap();
    client
        .put_object_acl(BUCKET, KEY)
        .acl("public-read-write")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .grant_write(GRANT_WRITE)
        .send()
        .unwrap();
    let sent = Sent::last("put_object_acl", &cos)
        .object(BUCKET, KEY)
        .header("ACL", "x-cos-acl", "public-read-write")
        .header("GrantFullControl", "x-cos-grant-full-control", GRANT)
        .header("GrantRead", "x-cos-grant-read", GRANT_READ)
        .header("GrantWrite", "x-cos-grant-write", GRANT_WRITE);
    let policy = || policy(client.get_object_acl(BUCKET, KEY).send().unwrap().owner.id.as_deref());
    client.put_object_acl(BUCKET, KEY).access_control_policy(policy()).send().unwrap();
    let found = client.get_object_acl(BUCKET, KEY).send().unwrap();
    let grant = found.access_control_list.grant.last().unwrap();
    let sent =
        sent.shows("AccessControlPolicy", grant.permission == "READ" && found.access_control_list.grant.len() == 2);
    // All of it at once.
    let recorder = Recorder::start();
    recorder
        .client()
        .put_object_acl(BUCKET, KEY)
        .acl("private")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .grant_write(GRANT_WRITE)
        .access_control_policy(policy())
        .send()
        .unwrap();
    both_arrived(&recorder, sent);
}

/// The dict of the pages' ACL prototypes, with both kinds of grantee.
pub(crate) fn policy(owner: Option<&str>) -> AccessControlPolicy {
    serde_json::from_value(json!({
        "Grant": [
            {
                "Grantee": {
                    "DisplayName": "100000000002",
                    "Type": "CanonicalUser",
                    "ID": "qcs::cam::uin/100000000002:uin/100000000002"
                },
                "Permission": "WRITE"
            },
            {
                "Grantee": {
                    "Type": "Group",
                    "URI": "http://cam.qcloud.com/groups/global/AllUsers"
                },
                "Permission": "READ"
            },
        ],
        "Owner": {
            "DisplayName": "100000000001",
            "ID": owner
        }
    }))
    .unwrap()
}

/// Headers and document of an ACL came in one request.
pub(crate) fn both_arrived(recorder: &Recorder, sent: Sent) {
    let (head, body) = recorder.next();
    let name = ["x-cos-acl: ", "x-cos-grant-full-control: ", "x-cos-grant-read: ", "x-cos-grant-write: "];
    let entries = [
        "<DisplayName>100000000002</DisplayName>",
        "<ID>qcs::cam::uin/100000000002:uin/100000000002</ID>",
        "<Type>CanonicalUser</Type>",
        "<Type>Group</Type>",
        "<URI>http://cam.qcloud.com/groups/global/AllUsers</URI>",
        "<Permission>WRITE</Permission>",
        "<DisplayName>100000000001</DisplayName>",
    ];
    for text in name {
        assert!(head.contains(text), "{text} in {head}");
    }
    for text in entries {
        assert!(body.contains(text), "{text} in {body}");
    }
    sent.shows("AccessControlPolicy", head.contains("acl"));
}

/// The grants of an ACL with one to an account and one to everyone. They are in `AccessControlList`, as in
/// Python; the page shows them without it.
pub(crate) fn has_grants(response: &impl serde::Serialize) {
    for (number, who) in [(0, "URI"), (1, "ID"), (1, "DisplayName")] {
        let grant = format!("/AccessControlList/Grant/{number}");
        let entries = ["Grantee/Type".to_owned(), format!("Grantee/{who}"), "Permission".to_owned()];
        for entry in entries {
            has(response, &[&format!("{grant}/{entry}")]);
        }
    }
}

/// B, "Get Object ACL Information".
#[test]
fn get_object_acl() {
    let (cos, client) = start();
    client.put_object(BUCKET, "x", KEY).grant_read(GRANT_READ).acl("public-read").send().unwrap();
    let response = client.get_object_acl(BUCKET, KEY).send().unwrap();
    has(&response, &["/Owner/DisplayName", "/Owner/ID"]);
    has_grants(&response);
    Sent::last("get_object_acl", &cos).object(BUCKET, KEY);
}
