//! S5, S7: what is addressed is what was named, and nothing else.

use qcloud_cos::{CopySource, CosConfig, CosConfigBuilder, CosError};

use crate::common::{BUCKET, field, start};

/// What is no host, whatever it is put into.
const NO_HOSTS: [&str; 24] = [
    "a@b",
    "user:password@a",
    "http://a",
    "//a",
    "a/b",
    "a/",
    "a?b",
    "a#b",
    "a\\b",
    "a b",
    " a",
    "a\tb",
    "a\r\nb",
    "a\0",
    "ä.example",
    "a:",
    "a:b",
    "a:0",
    "a:65536",
    "a:1:2",
    "[::1",
    "a..b",
    ".a",
    "a%2fb",
];

fn valid() -> CosConfigBuilder {
    CosConfig::builder().region("ap-beijing").secret_id("AKIDEXAMPLE").secret_key("key")
}

#[test]
fn s05_hosts_are_refused_by_the_settings_name_wherever_they_stand() {
    type Set = fn(CosConfigBuilder, &str) -> CosConfigBuilder;
    let settings: [(&str, Set); 5] = [
        ("endpoint", |config, host| config.endpoint(host)),
        ("endpoint_ci", |config, host| config.endpoint_ci(host)),
        ("domain", |config, host| config.domain(host)),
        ("service_domain", |config, host| config.service_domain(host)),
        ("ip", |config, host| config.ip(host)),
    ];
    for host in NO_HOSTS {
        for (name, set) in settings {
            assert_eq!(field(set(valid(), host).build()), name, "{host:?}");
        }
        assert_eq!(field(valid().build().unwrap().set_ip_port(host, None)), "ip", "{host:?}");
    }
}

#[test]
fn s05_regions_are_refused_by_name() {
    for region in
        ["", "a", "a b", "a@b", "a/b", "a?b", "a#b", "a\\b", "a:80", "a\r\nb", "-ab", "ab-", ".ab", "ä-1", "a%2f"]
    {
        assert_eq!(field(valid().region(region).build()), "region", "{region:?}");
    }
}

#[test]
fn s05_buckets_are_refused_by_name_and_nothing_is_sent() {
    let (cos, client) = start();
    for bucket in
        ["", "a/b", "a.b", "a@b", "a?b", "a#b", "a:1", "a b", "a\\b", "a\r\nb", "-a", "a-", "ä-1", "a%2f", "..", "a_b"]
    {
        let results: Vec<Result<(), CosError>> = vec![
            client.put_object(bucket, b"x", "k").send().map(drop),
            client.get_object(bucket, "k").send().map(drop),
            client.list_objects(bucket).send().map(drop),
            client.create_bucket(bucket).send().map(drop),
            client.delete_bucket(bucket).send().map(drop),
            client.delete_objects(bucket, ["k"]).send().map(drop),
            client.get_presigned_url(bucket, "k", "GET").sign().map(drop),
            client.get_object_url(bucket, "k").map(drop),
            client.get_auth("GET", bucket, "k").sign().map(drop),
        ];
        for result in results {
            assert_eq!(field(result), "bucket", "{bucket:?}");
        }
        let source = CopySource::new(bucket, "k", "ap-guangzhou");
        assert_eq!(field(client.copy_object(BUCKET, "k", source).send()), "copy_source", "{bucket:?}");
    }
    for host in NO_HOSTS {
        let source = CopySource { endpoint: host.into(), ..CopySource::new(BUCKET, "k", "ap-guangzhou") };
        assert_eq!(field(client.copy_object(BUCKET, "k", source).send()), "copy_source", "{host:?}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn s05_a_bucket_that_the_endpoint_names_already_is_noticed() {
    let (cos, _) = start();
    let config = valid().endpoint(format!("{BUCKET}.cos.ap-beijing.myqcloud.com")).connect_to(cos.addr());
    let client = qcloud_cos::CosS3Client::new(config.build().unwrap()).unwrap();
    assert_eq!(field(client.head_object(BUCKET, "k").send()), "endpoint");
    assert_eq!(field(client.get_object_url(BUCKET, "k")), "endpoint");
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn s05_no_header_sends_a_request_to_another_host() {
    let (cos, client) = start();
    cos.create_bucket("other-1250000000").unwrap();
    let other = "other-1250000000.cos.ap-guangzhou.myqcloud.com";
    let file = tempfile::NamedTempFile::new().unwrap();
    let name = r#"header "host""#;
    for host in ["Host", "host", "HOST"] {
        let results: Vec<Result<(), CosError>> = vec![
            client.put_object(BUCKET, b"x", "k").header(host, other).send().map(drop),
            client.get_object(BUCKET, "k").header(host, other).send().map(drop),
            client.list_objects(BUCKET).header(host, other).send().map(drop),
            client.upload_file(BUCKET, "k", file.path()).header(host, other).send().map(drop),
            client.upload_file(BUCKET, "k", file.path()).multipart_threshold(0).header(host, other).send().map(drop),
            client.delete_object(BUCKET, "k").header(host, other).send().map(drop),
        ];
        for result in results {
            assert_eq!(field(result), name);
        }
        assert_eq!(field(client.put_object(BUCKET, b"x", "k").metadata(host, other).send()), "metadata");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn s05_more_headers_than_a_server_takes_are_refused_before_anything_is_sent() {
    let (cos, client) = start();
    let many = (0..30_000)
        .fold(client.put_object(BUCKET, b"x", "k"), |put, number| put.header(format!("x-cos-meta-{number}"), "v"));
    assert_eq!(field(many.send()), "headers");
    let long = client.put_object(BUCKET, b"x", "k").header("x-cos-meta-a", "v".repeat(300_000));
    assert_eq!(field(long.send()), "headers");
    assert_eq!(cos.request_count(), 0);
    client.put_object(BUCKET, b"x", "k").header("x-cos-meta-a", "v".repeat(4_000)).send().unwrap();
}

#[test]
fn s07_dot_segments_reach_the_wire_as_they_are_signed() {
    let (cos, client) = start();
    for (key, path) in [
        ("a/./b", "/a/.%2Fb"),
        ("a/../b", "/a/..%2Fb"),
        ("../up", "/..%2Fup"),
        ("./here", "/.%2Fhere"),
        ("a/..", "/a%2F.."),
        ("a/.", "/a%2F."),
        ("a//b", "/a//b"),
        ("/a", "/a"),
        ("...", "/..."),
    ] {
        cos.clear_requests();
        client.put_object(BUCKET, b"x", key).send().unwrap();
        client.get_object(BUCKET, key).key_simplify_check(false).send().unwrap();
        client.head_object(BUCKET, key).send().unwrap();
        client.delete_object(BUCKET, key).send().unwrap();
        let sent = cos.requests();
        assert_eq!(sent.len(), 4, "{key}");
        for request in sent {
            assert_eq!(request.path, path, "{key}");
            assert!(request.status.is_some_and(|status| status < 300), "{key}: the signature is of another path");
        }
        let url = client.get_presigned_download_url(BUCKET, key).sign().unwrap();
        assert!(url.split('?').next().unwrap().ends_with(&format!("{}{path}", cos.port())), "{url}");
    }
}

#[test]
fn s07_no_key_stands_for_the_bucket_in_any_method() {
    let (cos, client) = start();
    for key in ["", "/", ".", "..", "/.", "/.."] {
        let results: Vec<Result<(), CosError>> = vec![
            client.put_object(BUCKET, b"x", key).send().map(drop),
            client.append_object(BUCKET, key, 0, b"x").send().map(drop),
            client.get_object_acl(BUCKET, key).send().map(drop),
            client.put_object_acl(BUCKET, key).acl("private").send().map(drop),
            client.create_multipart_upload(BUCKET, key).send().map(drop),
            client.abort_multipart_upload(BUCKET, key, "id").send().map(drop),
            client.list_parts(BUCKET, key, "id").send().map(drop),
            client.delete_object(BUCKET, key).send().map(drop),
            client.get_object_url(BUCKET, key).map(drop),
        ];
        // A signature is for a bucket by `/` alone.
        let signed = client.get_presigned_url(BUCKET, key, "DELETE").sign();
        assert_eq!(signed.is_ok(), key == "/", "{key:?}");
        for result in results {
            assert_eq!(field(result), "key", "{key:?}");
        }
    }
    assert_eq!(cos.request_count(), 0);
}
