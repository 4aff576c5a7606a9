//! Buckets: created, found, described, listed and deleted; wrong names never leave the machine.

use crate::common::{BUCKET, ByHand, client, code, config, field, keys, kind, put, refused, requests, start};
use cos_emulator::{Answer, CosEmulator, Fault, Match};
use qcloud_cos::{Acl, ClientErrorKind};
use std::io::Write as _;

#[test]
fn a_bucket_is_created_once() {
    let cos = CosEmulator::start().unwrap();
    let client = client(config(&cos));
    assert!(!client.bucket_exists(BUCKET).send().unwrap());
    client.create_bucket(BUCKET).send().unwrap();
    assert!(client.bucket_exists(BUCKET).send().unwrap());
    cos.clear_requests();
    assert_eq!(code(client.create_bucket(BUCKET).send()), (409, "BucketAlreadyOwnedByYou".to_owned()));
    let sent = cos.requests();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].header("content-length"), Some("0"));
}

#[test]
fn a_bucket_is_created_with_its_acl_and_zones() {
    let (cos, client) = start();
    let bucket = "other-1250000000";
    client.create_bucket(bucket).acl(Acl::PublicRead).bucket_az_config("MAZ").send().unwrap();
    let head = client.head_bucket(bucket).send().unwrap();
    assert_eq!(head.headers.get("x-cos-bucket-az-type").as_deref(), Some("MAZ"));
    let anyone = crate::common::client(config(&cos).anonymous(true));
    assert!(anyone.list_objects(bucket).send().unwrap().contents.is_empty());
    assert_eq!(code(anyone.list_objects(BUCKET).send()), (403, "AccessDenied".to_owned()));
}

#[test]
fn head_tells_the_region_and_the_request() {
    let (cos, client) = start();
    let head = client.head_bucket(BUCKET).send().unwrap();
    assert_eq!(head.region, cos.region());
    assert!(!head.request_id.is_empty());
    let missing = refused(client.head_bucket("missing-1250000000").send());
    assert_eq!((missing.get_status_code(), missing.get_error_code()), (404, "NoSuchResource"));
    assert_ne!(missing.get_request_id(), "Unknown");
}

#[test]
fn a_bucket_that_may_not_be_looked_at_is_an_error_not_a_missing_one() {
    let (cos, _client) = start();
    let anyone = client(config(&cos).anonymous(true));
    assert_eq!(refused(anyone.bucket_exists(BUCKET).send()).get_status_code(), 403);
    assert_eq!(refused(anyone.object_exists(BUCKET, "k").send()).get_status_code(), 403);
}

#[test]
fn only_an_empty_bucket_is_deleted() {
    let (_cos, client) = start();
    put(&client, "k", b"x");
    assert_eq!(code(client.delete_bucket(BUCKET).send()), (409, "BucketNotEmpty".to_owned()));
    client.delete_object(BUCKET, "k").send().unwrap();
    client.delete_bucket(BUCKET).send().unwrap();
    assert!(!client.bucket_exists(BUCKET).send().unwrap());
    assert_eq!(code(client.delete_bucket(BUCKET).send()), (404, "NoSuchBucket".to_owned()));
}

#[test]
fn the_location_is_the_region() {
    let (cos, client) = start();
    let location = client.get_bucket_location(BUCKET).send().unwrap();
    assert_eq!(location.location_constraint, cos.region());
    assert!(!location.request_id.is_empty());
    let missing = client.get_bucket_location("missing-1250000000").send();
    assert_eq!(code(missing), (404, "NoSuchBucket".to_owned()));
}

#[test]
fn the_location_of_another_document_is_an_error() {
    let (cos, client) = start();
    for body in ["", "<LocationConstraint>ap-guangzhou", "<Other>ap-guangzhou</Other>"] {
        // One that is cut is asked for again.
        cos.inject(Fault::Answer(Answer::new(200).body(body)), Match::any(), usize::MAX);
        assert_eq!(kind(client.get_bucket_location(BUCKET).send()), ClientErrorKind::Xml, "{body:?}");
        cos.clear_faults();
    }
}

#[test]
fn buckets_are_listed_over_all_pages() {
    let cos = CosEmulator::start().unwrap();
    let names: Vec<String> = (0..5).map(|number| format!("bucket{number}-1250000000")).collect();
    for name in &names {
        cos.create_bucket(name).unwrap();
    }
    let client = client(config(&cos).service_domain(cos.addr().to_string()));
    let page = client.list_buckets().send().unwrap();
    assert_eq!(page.buckets.bucket.len(), 5);
    assert!(page.is_truncated != Some(true) && !page.owner.id.is_empty() && !page.request_id.is_empty());
    assert_eq!(page.buckets.bucket[0].location, cos.region());
    cos.clear_requests();
    let found: Vec<String> = client.list_buckets().max_keys(2).buckets().map(|bucket| bucket.unwrap().name).collect();
    assert_eq!(found, names);
    assert_eq!(cos.request_count(), 3);
    let after: Vec<String> =
        client.list_buckets().marker(&names[3]).buckets().map(|bucket| bucket.unwrap().name).collect();
    assert_eq!(after, names[4..]);
    assert!(client.list_buckets().region("ap-elsewhere").send().unwrap().buckets.bucket.is_empty());
}

#[test]
fn a_list_of_buckets_that_does_not_move_on_ends_with_an_error() {
    for next in ["", "<NextMarker>a-1</NextMarker>", "<NextMarker>b-1</NextMarker>"] {
        let cos = CosEmulator::start().unwrap();
        let client = client(config(&cos).service_domain(cos.addr().to_string()));
        let xml = format!(
            "<ListAllMyBucketsResult><IsTruncated>true</IsTruncated>{next}\
             <Buckets><Bucket><Name>b-1</Name></Bucket></Buckets></ListAllMyBucketsResult>"
        );
        cos.inject(Fault::Answer(Answer::new(200).body(xml)), Match::any(), usize::MAX);
        let all: Vec<_> = client.list_buckets().marker("b-1").buckets().take(100).collect();
        assert_eq!(all.len(), 2, "{next}");
        assert!(all[0].is_ok() && all[1].is_err(), "{next}");
        assert_eq!(cos.request_count(), 1);
    }
}

#[test]
fn wrong_bucket_names_are_refused_before_anything_is_sent() {
    let (cos, client) = start();
    for bucket in ["", "a_b-1", "-a-1", "a-1-", "a.b-1", "a/b-1", "a b-1", "桶-1", "a\r\nb-1", "a@b-1", "a?b-1", "a#b"]
    {
        assert_eq!(field(client.create_bucket(bucket).send()), "bucket", "{bucket:?}");
        assert_eq!(field(client.list_objects(bucket).send()), "bucket", "{bucket:?}");
        assert_eq!(field(client.put_object(bucket, b"x", "k").send()), "bucket", "{bucket:?}");
        assert_eq!(field(client.delete_object(bucket, "k").send()), "bucket", "{bucket:?}");
        assert_eq!(field(client.get_presigned_url(bucket, "k", "GET").sign()), "bucket", "{bucket:?}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn the_appid_is_appended_where_it_is_missing() {
    let (cos, _client) = start();
    let client = client(config(&cos).appid("1250000000"));
    for bucket in ["examplebucket", BUCKET] {
        client.put_object(bucket, b"x", bucket).send().unwrap();
    }
    for request in requests(&cos, "PUT", "") {
        assert_eq!(request.header("host").unwrap(), format!("{BUCKET}.cos.{}.myqcloud.com", cos.region()));
    }
}

#[test]
fn a_missing_bucket_is_named_by_every_operation() {
    let cos = CosEmulator::start().unwrap();
    let client = client(config(&cos));
    let expected = (404, "NoSuchBucket".to_owned());
    assert_eq!(code(client.put_object(BUCKET, b"x", "k").send()), expected);
    assert_eq!(code(client.get_object(BUCKET, "k").send()), expected);
    assert_eq!(code(client.list_objects(BUCKET).send()), expected);
    assert_eq!(code(client.create_multipart_upload(BUCKET, "k").send()), expected);
    let error = refused(client.list_objects(BUCKET).send());
    assert_eq!((error.operation(), error.attempts()), ("list_objects", 1));
    assert!(error.get_resource_location().contains(BUCKET), "{error}");
}

#[test]
fn an_upper_case_bucket_is_signed_as_it_is_sent() {
    let (cos, _client) = start();
    let client = client(keys(&cos).connect_to(cos.addr()));
    client.list_objects(BUCKET.to_ascii_uppercase()).send().unwrap();
    assert!(cos.requests()[0].header("host").unwrap().starts_with(BUCKET));
}

#[test]
fn an_answer_that_is_no_http_is_an_error() {
    let server = ByHand::start(|_, stream| {
        stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n").unwrap();
        false
    });
    let error = kind(client(server.config()).head_bucket(BUCKET).send());
    assert!(matches!(error, ClientErrorKind::Protocol | ClientErrorKind::Transport), "{error:?}");
}
