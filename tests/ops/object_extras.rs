//! Deleting many, appending, restoring and the ACLs of objects, against the emulator.

use crate::common::{BUCKET, failed, get, kind, put, start};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use qcloud_cos::acl::AccessControlPolicy;
use qcloud_cos::object::{Delete, DeleteKey, RestoreRequest};
use qcloud_cos::{Acl, ClientErrorKind, CosError, CosS3Client};
use serde_json::json;

fn sent(cos: &CosEmulator, query: &str) -> usize {
    cos.requests().iter().filter(|request| request.param(query).is_some()).count()
}

#[test]
fn an_append_that_arrives_damaged_is_an_error() {
    let (cos, client) = start();
    let damaged = || cos.inject(Fault::CorruptUpload(1), Match::any().query("append"), 1);
    damaged();
    assert_eq!(kind(client.append_object(BUCKET, "log", 0, b"one").send()), ClientErrorKind::Integrity);
    assert_eq!(sent(&cos, "append"), 1, "it is appended, and must not be again");
    let first = client.append_object(BUCKET, "other", 0, qcloud_cos::Body::reader(&b"one"[..])).send().unwrap();
    damaged();
    let append = client.append_object(BUCKET, "other", 3, b"two").previous_crc64(first.crc64);
    let error = failed(append.send());
    let found = (error.kind(), error.attempts(), error.sent());
    assert_eq!(found, (&ClientErrorKind::Integrity, 1, qcloud_cos::Sent::All));
}

fn text(client: &CosS3Client, key: &str) -> String {
    std::io::read_to_string(client.get_object(BUCKET, key).send().unwrap().body).unwrap()
}

#[test]
fn many_keys_are_deleted_in_batches() {
    let (cos, client) = start();
    let keys: Vec<String> = (0..2001).map(|n| format!("k/{n:04}")).collect();
    for key in [&keys[0], &keys[1000], &keys[2000]] {
        client.put_object(BUCKET, b"x", key).send().unwrap();
    }
    let output = client.delete_objects(BUCKET, keys.clone()).send().unwrap();
    assert_eq!(sent(&cos, "delete"), 3);
    assert!(output.deleted.iter().map(|deleted| &deleted.key).eq(&keys));
    assert!(output.error.is_empty() && !output.request_id.is_empty());
    assert_eq!(client.list_objects(BUCKET).objects().count(), 0);
    assert_eq!(client.delete_objects(BUCKET, [&keys[0], &keys[1]]).send().unwrap().deleted.len(), 2);
    let quiet = Delete { quiet: Some(true), ..keys.into_iter().collect() };
    assert_eq!(client.delete_objects(BUCKET, quiet).send().unwrap().deleted, []);
}

#[test]
fn keys_that_no_document_can_name_are_refused_before_any_is_deleted() {
    let (cos, client) = start();
    for key in ["", "a\0b"] {
        let error = client.delete_objects(BUCKET, ["fine", key]).send().unwrap_err();
        assert!(error.to_string().starts_with("delete: "), "{error}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn errors_of_all_batches_are_collected_and_those_of_a_failed_batch_too() {
    let (cos, client) = start();
    let keys: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    let partly =
        "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    cos.inject(Fault::Answer(Answer::new(200).body(partly)), Match::any().query("delete"), 2);
    let output = client.delete_objects(BUCKET, keys.clone()).send().unwrap();
    let errors: Vec<_> = output.error.iter().map(|error| (error.key.as_str(), error.code.as_str())).collect();
    assert_eq!(errors, [("a", "AccessDenied"); 2]);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("delete"), 1);
    assert_eq!(client.delete_objects(BUCKET, keys).send().unwrap().error.len(), 1000);
    assert!(client.delete_objects(BUCKET, Delete::default()).send().is_err(), "COS refuses an empty list");
}

#[test]
fn odd_keys_and_versions_are_deleted() {
    let (_cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    let keys = ["中 文<&>\"'😀", "a\tb\r\n", " blank ", "a+b%20c", "]]>"];
    for key in keys {
        client.put_object(BUCKET, b"x", key).send().unwrap();
    }
    let marked = client.delete_objects(BUCKET, keys).send().unwrap().deleted.clone();
    assert!(marked.iter().all(|deleted| deleted.delete_marker && deleted.delete_marker_version_id.is_some()));
    let page = client.list_objects_versions(BUCKET).send().unwrap();
    assert_eq!((page.version.len(), page.delete_marker.len()), (5, 5));
    let versions = page.version.iter().map(|version| json!({"Key": version.key, "VersionId": version.version_id}));
    let markers = page.delete_marker.iter().map(|marker| json!({"Key": marker.key, "VersionId": marker.version_id}));
    let objects: Vec<_> = versions.chain(markers).collect();
    let delete: Delete = serde_json::from_value(json!({"Object": objects, "Quiet": "false"})).unwrap();
    let deleted = client.delete_objects(BUCKET, delete).send().unwrap().deleted.clone();
    assert_eq!(deleted.len(), 10);
    let page = client.list_objects_versions(BUCKET).send().unwrap();
    assert!(page.version.is_empty() && page.delete_marker.is_empty());
}

#[test]
fn a_version_is_deleted_again_as_that_version_whatever_the_error_says() {
    let (cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    let ids: Vec<_> = (0..3).map(|_| client.put_object(BUCKET, b"x", "k").send().unwrap().version_id.clone()).collect();
    let object = |id: usize| DeleteKey { key: "k".to_owned(), version_id: ids[id].clone() };
    let answer = |code| {
        let errors =
            format!("<Error><Key>k</Key><Code>{code}</Code></Error><Error><Key>other</Key><Code>{code}</Code></Error>");
        Fault::Answer(Answer::new(200).body(format!("<DeleteResult>{errors}</DeleteResult>")))
    };
    put(&client, "other", b"x");
    cos.inject(answer("InternalError"), Match::any().method("POST"), 1);
    let output = client.delete_objects(BUCKET, [object(0), object(1)]).send().unwrap();
    assert_eq!(output.deleted.len(), 2);
    assert_eq!(output.error[0].key, "other", "it was not asked for");
    let page = client.list_objects_versions(BUCKET).prefix("k").send().unwrap();
    assert_eq!((page.version.len(), page.delete_marker.len()), (1, 0));
    assert_eq!(get(&client, "other"), b"x");
    cos.inject(answer("AccessDenied"), Match::any().method("POST"), 1);
    let output = client.delete_objects(BUCKET, [object(2)]).send().unwrap();
    assert_eq!(DeleteKey::from(output.error[0].clone()), object(2), "to try it again");
}

#[test]
fn an_object_grows() {
    let (_cos, client) = start();
    let first = client.append_object(BUCKET, "log", 0, b"one").content_type("text/plain").send().unwrap();
    assert_eq!(first.next_append_position, 3);
    let second = client.append_object(BUCKET, "log", first.next_append_position, b"two").send().unwrap();
    assert_eq!((second.next_append_position, text(&client, "log").as_str()), (6, "onetwo"));
    assert!(second.crc64.is_some() && second.etag.starts_with('"'));
    let CosError::Service(error) = client.append_object(BUCKET, "log", 3, b"x").send().unwrap_err() else { panic!() };
    assert_eq!((error.get_status_code(), error.get_error_code()), (409, "PositionNotEqualToLength"));
    assert_eq!(error.attempts(), 1);
}

#[test]
fn an_append_that_may_have_been_done_is_looked_for_before_it_is_repeated() {
    let (cos, client) = start();
    for (number, (fault, sends)) in [
        (Fault::error(500, "InternalError"), 2),
        (Fault::Answer(Answer::new(502)), 2),
        // These come after it was carried out.
        (Fault::Reset(Moment::BeforeAnswer), 1),
        (Fault::Close(Moment::BeforeAnswer), 1),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("log{number}");
        cos.inject(fault, Match::any().query("append"), 1);
        let before = sent(&cos, "append");
        let appended = client.append_object(BUCKET, &key, 0, b"one").send().unwrap();
        assert_eq!(appended.next_append_position, 3, "{key}");
        assert_eq!((sent(&cos, "append"), text(&client, &key).as_str()), (before + sends, "one"), "{key}");
    }
}

#[test]
fn an_append_that_was_put_off_is_repeated() {
    let (cos, client) = start();
    cos.inject(Fault::error(503, "SlowDown"), Match::any().query("append"), 2);
    assert_eq!(client.append_object(BUCKET, "log", 0, b"one").send().unwrap().next_append_position, 3);
    assert_eq!((sent(&cos, "append"), text(&client, "log").as_str()), (3, "one"));
}

#[test]
fn an_archived_object_is_restored() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"old", "a").storage_class("ARCHIVE").send().unwrap();
    assert!(client.get_object(BUCKET, "a").send().is_err());
    let dict = json!({"Days": 3, "CASJobParameters": {"Tier": "Expedited"}});
    let restore: RestoreRequest = serde_json::from_value(dict).unwrap();
    client.restore_object(BUCKET, "a", restore.clone()).send().unwrap();
    assert_eq!(text(&client, "a"), "old");
    client.put_object(BUCKET, b"new", "b").send().unwrap();
    let CosError::Service(error) = client.restore_object(BUCKET, "b", restore).send().unwrap_err() else { panic!() };
    assert_eq!(error.get_error_code(), "InvalidObjectState");
}

#[test]
fn acls_of_objects_are_the_buckets_unless_set() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"x", "a").send().unwrap();
    let found = client.get_object_acl(BUCKET, "a").send().unwrap();
    assert_eq!(found.canned_acl, Acl::Default);
    client.put_object_acl(BUCKET, "a").acl(Acl::PublicRead).send().unwrap();
    assert_eq!(client.get_object_acl(BUCKET, "a").send().unwrap().canned_acl, Acl::PublicRead);
    client.put_object_acl(BUCKET, "a").grant_read("id=\"qcs::cam::uin/1:uin/2\"").send().unwrap();
    let list = client.get_object_acl(BUCKET, "a").send().unwrap().access_control_list.clone();
    assert_eq!(list.grant.last().unwrap().permission, "READ");
    // what was read can be written again
    let owner = Some(found.owner.clone());
    let policy = AccessControlPolicy { access_control_list: Some(list.clone()), owner };
    client.put_object_acl(BUCKET, "a").access_control_policy(policy).send().unwrap();
    assert_eq!(client.get_object_acl(BUCKET, "a").send().unwrap().access_control_list, list);
}
