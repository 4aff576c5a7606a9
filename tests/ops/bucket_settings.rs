//! The settings of buckets, against the emulator.

use crate::common::{BUCKET, start};
use cos_emulator::{Answer, Fault, Match};
use qcloud_cos::Dict;
use qcloud_cos::acl::AccessControlPolicy;
use qcloud_cos::bucket::{CorsConfiguration, LifecycleConfiguration};
use qcloud_cos::{Acl, ClientErrorKind, CosError};
use serde_json::json;

fn code(result: Result<impl std::fmt::Debug, CosError>) -> String {
    match result.unwrap_err() {
        CosError::Service(error) => error.get_error_code().to_owned(),
        error => panic!("{error}"),
    }
}

#[test]
fn cors_rules_come_back_as_they_went_until_they_are_deleted() {
    let (_cos, client) = start();
    assert_eq!(code(client.get_bucket_cors(BUCKET).send()), "NoSuchCORSConfiguration");
    let dict = json!({"CORSRule": [
        {"ID": "1", "AllowedOrigin": ["http://a.example", "*"], "AllowedMethod": ["GET", "PUT"], "MaxAgeSeconds": 100},
        {"AllowedOrigin": ["http://中.example"], "AllowedMethod": ["HEAD"], "ExposeHeader": ["ETag"]}]});
    let rules: CorsConfiguration = serde_json::from_value(dict.clone()).unwrap();
    client.put_bucket_cors(BUCKET, rules.clone()).send().unwrap();
    let found = client.get_bucket_cors(BUCKET).send().unwrap();
    assert_eq!(found.cors_rule, rules.cors_rule);
    assert!(!found.request_id.is_empty());
    assert_eq!(*found.dict(), Dict::from(dict));
    // what was read can be written again
    client.put_bucket_cors(BUCKET, found.cors_rule[1..].to_vec()).send().unwrap();
    assert_eq!(client.get_bucket_cors(BUCKET).send().unwrap().cors_rule.len(), 1);
    client.delete_bucket_cors(BUCKET).send().unwrap();
    assert_eq!(code(client.get_bucket_cors(BUCKET).send()), "NoSuchCORSConfiguration");
    client.delete_bucket_cors(BUCKET).send().unwrap();
}

#[test]
fn lifecycle_rules_come_back_as_they_went_until_they_are_deleted() {
    let (_cos, client) = start();
    assert_eq!(code(client.get_bucket_lifecycle(BUCKET).send()), "NoSuchLifecycleConfiguration");
    let date = qcloud_cos::get_date(2030, 1, 31).unwrap();
    let dict = json!({"Rule": [
        {"ID": "logs", "Filter": {"And": {"Prefix": "logs/", "Tag": [{"Key": "k", "Value": "v"}]}}, "Status": "Enabled",
         "Transition": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Date": date, "StorageClass": "ARCHIVE"}],
         "NoncurrentVersionExpiration": {"NoncurrentDays": 7}},
        {"Filter": {"Prefix": ""}, "Status": "Disabled", "Expiration": {"ExpiredObjectDeleteMarker": true},
         "NoncurrentVersionTransition": [{"NoncurrentDays": 3, "StorageClass": "ARCHIVE"}],
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]});
    let rules: LifecycleConfiguration = serde_json::from_value(dict.clone()).unwrap();
    client.put_bucket_lifecycle(BUCKET, rules.clone()).send().unwrap();
    let found = client.get_bucket_lifecycle(BUCKET).send().unwrap();
    assert_eq!(found.rule, rules.rule);
    // An empty element is nothing, as in Python.
    let mut expected = dict;
    expected["Rule"][1]["Filter"]["Prefix"] = json!(null);
    assert_eq!(*found.dict(), Dict::from(expected));
    client.delete_bucket_lifecycle(BUCKET).send().unwrap();
    assert_eq!(code(client.get_bucket_lifecycle(BUCKET).send()), "NoSuchLifecycleConfiguration");
}

#[test]
fn acls_by_header_and_by_policy() {
    let (_cos, client) = start();
    assert_eq!(client.get_bucket_acl(BUCKET).send().unwrap().canned_acl, Acl::Private);
    client.put_bucket_acl(BUCKET).acl("public-read-write").send().unwrap();
    let found = client.get_bucket_acl(BUCKET).send().unwrap();
    assert_eq!(found.canned_acl, Acl::PublicReadWrite);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["CannedACL"], "public-read-write");
    assert_eq!(json["AccessControlList"]["Grant"][1]["Grantee"]["Type"], "Group");
    // a pasted Python dict, in the form of the Python SDK's pages
    let grantee = json!({"Type": "CanonicalUser", "ID": "qcs::cam::uin/1:uin/2"});
    let dict = json!({"Grant": [{"Grantee": grantee, "Permission": "WRITE"}], "Owner": found.owner});
    let policy: AccessControlPolicy = serde_json::from_value(dict).unwrap();
    client.put_bucket_acl(BUCKET).access_control_policy(policy).send().unwrap();
    let found = client.get_bucket_acl(BUCKET).send().unwrap();
    assert_eq!(found.canned_acl, Acl::Private);
    let last = found.access_control_list.grant.last().unwrap();
    assert_eq!((last.grantee.id.as_deref(), last.permission.as_str()), (Some("qcs::cam::uin/1:uin/2"), "WRITE"));
    assert_eq!(code(client.put_bucket_acl(BUCKET).acl("no-such-acl").send()), "InvalidArgument");
}

#[test]
fn versioning_is_unset_on_and_suspended() {
    let (cos, client) = start();
    assert_eq!(client.get_bucket_versioning(BUCKET).send().unwrap().status, "");
    for status in ["Enabled", "Suspended"] {
        client.put_bucket_versioning(BUCKET, status).send().unwrap();
        assert_eq!(client.get_bucket_versioning(BUCKET).send().unwrap().status, status);
    }
    let sent = cos.requests().len();
    let CosError::Client(error) = client.put_bucket_versioning(BUCKET, "On").send().unwrap_err() else { panic!() };
    assert_eq!(*error.kind(), ClientErrorKind::InvalidInput { field: "status".to_owned() });
    assert_eq!(cos.requests().len(), sent, "nothing is sent");
}

#[test]
fn versions_of_all_pages() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"0", "a/中 1+").send().unwrap();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    for text in ["1", "22", "333"] {
        client.put_object(BUCKET, text.as_bytes(), "a/中 1+").send().unwrap();
        client.put_object(BUCKET, text.as_bytes(), "b").send().unwrap();
    }
    client.delete_object(BUCKET, "b").send().unwrap();
    let all: Vec<_> = client.list_objects_versions(BUCKET).versions().map(Result::unwrap).collect();
    assert_eq!(all.len(), 7);
    assert_eq!((all[0].key.as_str(), all[0].size, all[0].is_latest), ("a/中 1+", 3, true));
    assert_eq!((all[3].version_id.as_str(), all[3].is_latest), ("null", false));
    let text = client.get_object(BUCKET, "b").version_id(&all[5].version_id).send().unwrap().body;
    assert_eq!(std::io::read_to_string(text).unwrap(), "22");
    for size in 1..=8 {
        let pages = client.list_objects_versions(BUCKET).max_keys(size).pages().map(Result::unwrap);
        let (versions, markers): (Vec<_>, Vec<_>) =
            pages.map(|page| (page.version.clone(), page.delete_marker.clone())).unzip();
        assert_eq!(versions.concat(), all, "{size} a page");
        assert_eq!(markers.concat().len(), 1, "{size} a page");
        let encoded = client.list_objects_versions(BUCKET).max_keys(size).encoding_type("url");
        assert_eq!(encoded.versions().count(), 7, "{size} a page");
    }
    let folders = client.list_objects_versions(BUCKET).delimiter("/").send().unwrap();
    assert_eq!((folders.common_prefixes[0].prefix.as_str(), folders.version.len()), ("a/", 3));
    let from = client.list_objects_versions(BUCKET).key_marker("b").version_id_marker(&all[5].version_id);
    assert_eq!(from.send().unwrap().version.len(), 1);
}

#[test]
fn a_list_of_versions_that_does_not_move_on_ends_with_an_error() {
    let (cos, client) = start();
    let page = |next: &str| {
        format!(
            "<ListVersionsResult><IsTruncated>true</IsTruncated>{next}<Version><Key>k</Key></Version></ListVersionsResult>"
        )
    };
    let same = "<NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>";
    for (next, pages) in [("", 1), ("<NextKeyMarker>k</NextKeyMarker>", 2), (same, 2)] {
        cos.inject(Fault::Answer(Answer::new(200).body(page(next))), Match::any().query("versions"), 10);
        let found: Vec<_> = client.list_objects_versions(BUCKET).pages().take(9).collect();
        assert_eq!(found.len(), pages + 1, "{next}");
        assert!(found[..pages].iter().all(Result::is_ok), "{next}");
        let CosError::Client(error) = found[pages].as_ref().unwrap_err() else { panic!() };
        assert_eq!(*error.kind(), ClientErrorKind::Protocol);
        cos.clear_faults();
    }
}
