//! Buckets and their settings; all of it is on page B only.

use qcloud_cos::Dict;
use qcloud_cos::bucket::{CorsConfiguration, LifecycleConfiguration};
use qcloud_cos::get_date;
use serde_json::json;

use super::objects::{both_arrived, has_grants, policy};
use super::sent::{GRANT, GRANT_READ, GRANT_WRITE, Recorder, Sent, has};
use crate::common::{BUCKET, start};

/// The bucket of B's prototypes.
const TEST: &str = "test01-123456789";

/// B, "Create a Bucket".
#[test]
fn create_bucket() {
    let (cos, client) = start();
    client
        .create_bucket(TEST)
        .acl("public-read-write")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .grant_write(GRANT_WRITE)
        .send()
        .unwrap();
    Sent::last("create_bucket", &cos)
        .bucket(TEST)
        .header("ACL", "x-cos-acl", "public-read-write")
        .header("GrantFullControl", "x-cos-grant-full-control", GRANT)
        .header("GrantRead", "x-cos-grant-read", GRANT_READ)
        .header("GrantWrite", "x-cos-grant-write", GRANT_WRITE);
    assert!(client.bucket_exists(TEST).send().unwrap());
}

/// B, "Remove Bucket".
#[test]
fn delete_bucket() {
    let (cos, client) = start();
    client.delete_bucket(BUCKET).send().unwrap();
    Sent::last("delete_bucket", &cos).bucket(BUCKET);
    assert!(!client.bucket_exists(BUCKET).send().unwrap());
}

/// B, "Query whether Bucket exists".
#[test]
fn head_bucket() {
    let (cos, client) = start();
    client.head_bucket(BUCKET).send().unwrap();
    Sent::last("head_bucket", &cos).bucket(BUCKET);
}

/// B, "Get Bucket Location".
#[test]
fn get_bucket_location() {
    let (cos, client) = start();
    let response = client.get_bucket_location(BUCKET).send().unwrap();
    assert_eq!(has(&response, &["/LocationConstraint"])["LocationConstraint"], "ap-guangzhou");
    Sent::last("get_bucket_location", &cos).bucket(BUCKET);
}

/// B, "Setting Bucket ACL information". The page says that COS takes headers or a document, not both; the
/// prototype has both, and both must be sent.
#[test]
fn put_bucket_acl() {
    let (cos, client) = start();
    client
        .put_bucket_acl(BUCKET)
        .acl("public-read-write")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .grant_write(GRANT_WRITE)
        .send()
        .unwrap();
    let sent = Sent::last("put_bucket_acl", &cos)
        .bucket(BUCKET)
        .header("ACL", "x-cos-acl", "public-read-write")
        .header("GrantFullControl", "x-cos-grant-full-control", GRANT)
        .header("GrantRead", "x-cos-grant-read", GRANT_READ)
        .header("GrantWrite", "x-cos-grant-write", GRANT_WRITE);
    let policy = || policy(client.get_bucket_acl(BUCKET).send().unwrap().owner.id.as_deref());
    client.put_bucket_acl(BUCKET).access_control_policy(policy()).send().unwrap();
    let found = client.get_bucket_acl(BUCKET).send().unwrap();
    let grant = found.access_control_list.grant.last().unwrap();
    let sent =
        sent.shows("AccessControlPolicy", grant.permission == "READ" && found.access_control_list.grant.len() == 2);
    // All of it at once.
    let recorder = Recorder::start();
    recorder
        .client()
        .put_bucket_acl(BUCKET)
        .acl("private")
        .grant_full_control(GRANT)
        .grant_read(GRANT_READ)
        .grant_write(GRANT_WRITE)
        .access_control_policy(policy())
        .send()
        .unwrap();
    both_arrived(&recorder, sent);
}

/// B, "Get Bucket ACL Information".
#[test]
fn get_bucket_acl() {
    let (cos, client) = start();
    client.put_bucket_acl(BUCKET).grant_read(GRANT_READ).acl("public-read").send().unwrap();
    let response = client.get_bucket_acl(BUCKET).send().unwrap();
    has(&response, &["/Owner/DisplayName", "/Owner/ID"]);
    has_grants(&response);
    Sent::last("get_bucket_acl", &cos).bucket(BUCKET);
}

/// B, "Setting up Bucket cross-origin configuration", "Getting Bucket cross-origin configuration" and
/// "Delete Bucket cross-origin configuration".
#[test]
fn bucket_cors() {
    let (cos, client) = start();
    let dict = json!({
        "CORSRule": [
            {
                "ID": "string",
                "MaxAgeSeconds": 100,
                "AllowedOrigin": [
                    "http://cloud.tencent.com",
                ],
                "AllowedMethod": [
                    "GET",
                ],
                "AllowedHeader": [
                    "x-cos-meta-test",
                ],
                "ExposeHeader": [
                    "ETag",
                ]
            }
        ]
    });
    let rules: CorsConfiguration = serde_json::from_value(dict.clone()).unwrap();
    client.put_bucket_cors(BUCKET, rules).send().unwrap();
    let sent = Sent::last("put_bucket_cors", &cos).bucket(BUCKET);
    let response = client.get_bucket_cors(BUCKET).send().unwrap();
    has(&response, &["/CORSRule"]);
    let (found, dict) = (response.dict(), &Dict::from(dict));
    let same = |name: &str| found["CORSRule"][0][name] == dict["CORSRule"][0][name];
    sent.shows("CORSConfiguration", found == dict)
        .shows("CORSConfiguration.CORSRule", response.cors_rule.len() == 1)
        .shows("CORSConfiguration.CORSRule.ID", same("ID"))
        .shows("CORSConfiguration.CORSRule.MaxAgeSeconds", same("MaxAgeSeconds"))
        .shows("CORSConfiguration.CORSRule.AllowedOrigin", same("AllowedOrigin"))
        .shows("CORSConfiguration.CORSRule.AllowedMethod", same("AllowedMethod"))
        .shows("CORSConfiguration.CORSRule.AllowedHeader", same("AllowedHeader"))
        .shows("CORSConfiguration.CORSRule.ExposeHeader", same("ExposeHeader"));
    Sent::last("get_bucket_cors", &cos).bucket(BUCKET);
    client.delete_bucket_cors(BUCKET).send().unwrap();
    Sent::last("delete_bucket_cors", &cos).bucket(BUCKET);
    assert!(client.get_bucket_cors(BUCKET).send().is_err());
}

/// B, "Setting Bucket Lifecycle Configuration", "Getting Bucket Lifecycle Configuration" and "Delete Bucket
/// Lifecycle Configuration".
#[test]
fn bucket_lifecycle() {
    let (cos, client) = start();
    let dict = json!({
        "Rule": [
            {
                "ID": "string",
                "Filter": {
                    "Prefix": "string",
                    "Tag": [
                        {
                            "Key": "string",
                            "Value": "string"
                        }
                    ]
                },
                "Status": "Enabled",
                "Expiration": {
                    "Days": 100,
                    "Date": get_date(2018, 4, 20).unwrap()
                },
                "Transition": [
                    {
                        "Days": 100,
                        "Date": get_date(2018, 4, 20).unwrap(),
                        "StorageClass": "Standard_IA"
                    },
                ],
                "NoncurrentVersionExpiration": {
                    "NoncurrentDays": 100
                },
                "NoncurrentVersionTransition": [
                    {
                        "NoncurrentDays": 100,
                        "StorageClass": "Standard_IA"
                    },
                ],
                "AbortIncompleteMultipartUpload": {
                    "DaysAfterInitiation": 100
                }
            }
        ]
    });
    let rules: LifecycleConfiguration = serde_json::from_value(dict.clone()).unwrap();
    client.put_bucket_lifecycle(BUCKET, rules).send().unwrap();
    let sent = Sent::last("put_bucket_lifecycle", &cos).bucket(BUCKET);
    let response = client.get_bucket_lifecycle(BUCKET).send().unwrap();
    has(&response, &["/Rule"]);
    let (found, dict) = (response.dict(), &Dict::from(dict));
    let same = |name: &str| found["Rule"][0][name] == dict["Rule"][0][name];
    sent.shows("LifecycleConfiguration", found == dict)
        .shows("LifecycleConfiguration.Rule", response.rule.len() == 1)
        .shows("LifecycleConfiguration.Rule.ID", same("ID"))
        .shows("LifecycleConfiguration.Rule.Filter", same("Filter"))
        .shows("LifecycleConfiguration.Rule.Status", same("Status"))
        .shows("LifecycleConfiguration.Rule.Expiration", same("Expiration"))
        .shows("LifecycleConfiguration.Rule.Transition", same("Transition"))
        .shows("LifecycleConfiguration.Rule.NoncurrentVersionExpiration", same("NoncurrentVersionExpiration"))
        .shows("LifecycleConfiguration.Rule.NoncurrentVersionTransition", same("NoncurrentVersionTransition"))
        .shows("LifecycleConfiguration.Rule.AbortIncompleteMultipartUpload", same("AbortIncompleteMultipartUpload"));
    Sent::last("get_bucket_lifecycle", &cos).bucket(BUCKET);
    client.delete_bucket_lifecycle(BUCKET).send().unwrap();
    Sent::last("delete_bucket_lifecycle", &cos).bucket(BUCKET);
    assert!(client.get_bucket_lifecycle(BUCKET).send().is_err());
}
