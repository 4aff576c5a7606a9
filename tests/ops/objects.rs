//! Objects: what is put comes back, byte for byte and header for header, or there is an error.

use std::io;

use crate::common::{
    BUCKET, OTHER_SSE_KEY, SSE_KEY, code, config, enable_versions, failed, field, get, put, refused, requests, start,
};
use qcloud_cos::{Acl, CopySource, StorageClass};

#[test]
fn every_key_comes_back_as_the_key_it_was() {
    let long = "长".repeat(283);
    let keys = [
        "plain.txt",
        "目录/文件.txt",
        "a b",
        " blanks ",
        "a+b",
        "100%",
        "%2F",
        "%41",
        "A",
        "//double",
        "a//b",
        "/leading",
        "trailing/",
        "./x",
        "../x",
        "a/..",
        "a/../b",
        "a/./b",
        "a/.",
        "...",
        "a?b=c",
        "a#b",
        "a&b=c",
        "a=b;c:d,e@f$g!h'(i)*j~k",
        "a\\b",
        "\"quoted\" <tag>",
        "😀",
        "e\u{301}",
        "\u{1}\t\r\n\u{1f}\u{7f}",
        &long,
    ];
    let (cos, client) = start();
    for key in keys {
        put(&client, key, key.as_bytes());
    }
    for key in keys {
        assert_eq!(String::from_utf8(get(&client, key)).unwrap(), key);
        assert_eq!(client.head_object(BUCKET, key).send().unwrap().content_length, key.len() as u64, "{key:?}");
    }
    for request in cos.requests() {
        // Proxies resolve such segments, and the request would be about something else.
        assert!(!request.path.split('/').any(|segment| matches!(segment, "." | "..")), "{}", request.path);
    }
    let mut expected: Vec<&str> = keys.iter().map(|key| key.strip_prefix('/').unwrap_or(key)).collect();
    expected.sort_unstable();
    let listed: Vec<String> = client.list_objects(BUCKET).objects().map(|object| object.unwrap().key).collect();
    assert_eq!(listed, expected);
    for key in keys {
        client.delete_object(BUCKET, key).send().unwrap();
        assert!(!client.object_exists(BUCKET, key).send().unwrap(), "{key:?}");
    }
    assert!(client.bucket_exists(BUCKET).send().unwrap());
}

#[test]
fn keys_that_stand_for_the_bucket_are_refused_before_anything_is_sent() {
    let (cos, client) = start();
    for key in ["", "/", ".", "..", "/.", "/.."] {
        assert_eq!(field(client.put_object(BUCKET, b"x", key).send()), "key", "{key:?}");
        assert_eq!(field(client.get_object(BUCKET, key).key_simplify_check(false).send()), "key", "{key:?}");
        assert_eq!(field(client.head_object(BUCKET, key).send()), "key", "{key:?}");
        assert_eq!(field(client.object_exists(BUCKET, key).send()), "key", "{key:?}");
        assert_eq!(field(client.delete_object(BUCKET, key).send()), "key", "{key:?}");
    }
    // What allows a key is said of those alone that it allows.
    for (key, allowed) in [
        ("", false),
        ("/", false),
        ("..", false),
        ("a/..", true),
        ("a/../", true),
        ("//", true),
        ("a/b/../..", true),
        ("./", true),
    ] {
        let error = failed(client.get_object(BUCKET, key).send()).to_string();
        assert!(error.starts_with("key: "), "{error}");
        assert_eq!(error.contains("key_simplify_check(false)"), allowed, "{error}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn metadata_comes_back_also_when_it_is_not_ascii() {
    let (_cos, client) = start();
    let put = client.put_object(BUCKET, b"x", "k").metadata("x-cos-meta-plain", "a, b; c=d");
    put.metadata("x-cos-meta-city", "广州 塔").metadata("X-Cos-Meta-Case", "Ü%20").send().unwrap();
    for headers in [
        client.head_object(BUCKET, "k").send().unwrap().headers,
        client.get_object(BUCKET, "k").send().unwrap().meta.headers,
    ] {
        assert_eq!(headers.get("x-cos-meta-plain").unwrap(), "a, b; c=d");
        assert_eq!(headers.get("X-Cos-Meta-City").unwrap(), "广州 塔");
        assert_eq!(headers.get_bytes("x-cos-meta-case").unwrap(), "Ü%20".as_bytes());
    }
}

#[test]
fn header_names_and_values_that_break_the_line_are_refused_by_name() {
    let (cos, client) = start();
    for (name, value) in [
        ("x-cos-meta-a", "b\r\nx-cos-acl: public-read"),
        ("x-cos-meta-a", "b\0"),
        ("x-cos-meta-a", " b"),
        ("x-cos-meta-a b", "c"),
    ] {
        let named = field(client.put_object(BUCKET, b"x", "k").metadata(name, value).send());
        assert!(named.contains(name), "{named}");
        assert!(field(client.get_object(BUCKET, "k").header(name, value).send()).contains(name));
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn headers_of_the_object_are_kept() {
    let (_cos, client) = start();
    let put = client
        .put_object(BUCKET, b"x", "k")
        .cache_control("no-cache")
        .content_disposition("attachment; filename=\"a\"");
    let put = put.content_encoding("br").content_language("zh-CN").content_type("text/plain; charset=utf-8");
    put.expires("Wed, 21 Oct 2037 07:28:00 GMT").tagging("k1=v1&k2=v2").send().unwrap();
    let head = client.head_object(BUCKET, "k").send().unwrap();
    assert_eq!(head.content_type, "text/plain; charset=utf-8");
    for (name, value) in [
        ("cache-control", "no-cache"),
        ("content-disposition", "attachment; filename=\"a\""),
        ("content-encoding", "br"),
        ("content-language", "zh-CN"),
        ("expires", "Wed, 21 Oct 2037 07:28:00 GMT"),
        ("x-cos-tagging-count", "2"),
    ] {
        assert_eq!(head.headers.get(name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn the_storage_class_is_kept_and_standard_is_the_default() {
    let (cos, client) = start();
    client.put_object(BUCKET, b"x", "ia").storage_class("STANDARD_IA").send().unwrap();
    client.put_object(BUCKET, b"x", "maz").storage_class(StorageClass::MazStandard).send().unwrap();
    client.put_object(BUCKET, b"x", "default").send().unwrap();
    for (key, class) in
        [("ia", StorageClass::StandardIa), ("maz", StorageClass::MazStandard), ("default", StorageClass::Standard)]
    {
        assert_eq!(client.head_object(BUCKET, key).send().unwrap().storage_class, class);
    }
    assert_eq!(cos.requests()[0].header("x-cos-storage-class"), Some("STANDARD_IA"));
    let unknown = client.put_object(BUCKET, b"x", "k").storage_class("NO_SUCH_CLASS").send();
    assert_eq!(code(unknown), (400, "InvalidArgument".to_owned()));
}

#[test]
fn conditions_answer_304_and_412_as_service_errors() {
    let (_cos, client) = start();
    let etag = client.put_object(BUCKET, b"x", "k").send().unwrap().etag.clone();
    let date = client.head_object(BUCKET, "k").send().unwrap().last_modified.clone();
    let past = "Wed, 21 Oct 2015 07:28:00 GMT";
    let not_modified = (304, "NotModified".to_owned());
    assert_eq!(code(client.get_object(BUCKET, "k").if_none_match(&etag).send()), not_modified);
    assert_eq!(code(client.get_object(BUCKET, "k").if_modified_since(&date).send()), not_modified);
    assert_eq!(code(client.head_object(BUCKET, "k").if_none_match(&etag).send()), not_modified);
    let failed = (412, "PreconditionFailed".to_owned());
    assert_eq!(code(client.get_object(BUCKET, "k").if_match("\"other\"").send()), failed);
    assert_eq!(code(client.get_object(BUCKET, "k").if_unmodified_since(past).send()), failed);
    assert_eq!(refused(client.head_object(BUCKET, "k").if_match("\"other\"").send()).get_status_code(), 412);
    assert_eq!(code(client.put_object(BUCKET, b"y", "k").if_match("\"other\"").send()), failed);
    assert_eq!(code(client.put_object(BUCKET, b"y", "k").if_none_match("*").send()), failed);
    assert_eq!(get(&client, "k"), b"x");
    client.get_object(BUCKET, "k").if_match(&etag).if_modified_since(past).send().unwrap();
    client.put_object(BUCKET, b"y", "k").if_match(&etag).send().unwrap();
    assert_eq!(get(&client, "k"), b"y");
}

#[test]
fn a_range_gives_its_bytes_alone() {
    let (_cos, client) = start();
    put(&client, "k", b"0123456789");
    for (range, expected, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=0-99", "0123456789", "bytes 0-9/10"),
    ] {
        let part = client.get_object(BUCKET, "k").range(range).send().unwrap();
        assert_eq!(part.headers.get("content-range").as_deref(), Some(content_range));
        assert_eq!(io::read_to_string(part.body).unwrap(), expected);
    }
    assert_eq!(code(client.get_object(BUCKET, "k").range("bytes=10-").send()), (416, "InvalidRange".to_owned()));
    for range in ["0-9", "bytes=9-0", "bytes=", "bytes=a-b", "items=0-1"] {
        assert_eq!(crate::common::field(client.get_object(BUCKET, "k").range(range).send()), "range", "{range}");
    }
}

#[test]
fn response_headers_are_overridden() {
    let (_cos, client) = start();
    client.put_object(BUCKET, b"x", "k").content_type("text/plain").send().unwrap();
    let get = client.get_object(BUCKET, "k").response_cache_control("no-store").response_content_language("de");
    let get = get.response_content_disposition("inline; filename=\"ü & b\"").response_content_encoding("x+y");
    let answer = get.response_content_type("a/b").response_expires("Wed, 21 Oct 2037 07:28:00 GMT").send().unwrap();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-language", "de"),
        ("content-disposition", "inline; filename=\"ü & b\""),
        ("content-encoding", "x+y"),
        ("content-type", "a/b"),
        ("expires", "Wed, 21 Oct 2037 07:28:00 GMT"),
    ] {
        assert_eq!(answer.headers.get(name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn versions_are_read_and_deleted_by_their_id() {
    let (cos, client) = start();
    enable_versions(&cos);
    let mut ids = Vec::new();
    for content in ["one", "two"] {
        ids.push(client.put_object(BUCKET, content.as_bytes(), "k").send().unwrap().version_id.clone().unwrap());
    }
    let read = |id: &str| {
        let answer = client.get_object(BUCKET, "k").version_id(id).send().unwrap();
        assert_eq!(answer.version_id.as_deref(), Some(id));
        io::read_to_string(answer.body).unwrap()
    };
    assert_eq!((read(&ids[0]).as_str(), read(&ids[1]).as_str()), ("one", "two"));
    assert_eq!(client.head_object(BUCKET, "k").version_id(&ids[0]).send().unwrap().version_id, Some(ids[0].clone()));
    let marker = client.delete_object(BUCKET, "k").send().unwrap();
    assert!(marker.delete_marker && marker.version_id.is_some());
    assert_eq!(code(client.get_object(BUCKET, "k").send()), (404, "NoSuchKey".to_owned()));
    assert_eq!(read(&ids[1]), "two");
    client.delete_object(BUCKET, "k").version_id(&ids[0]).send().unwrap();
    assert_eq!(code(client.get_object(BUCKET, "k").version_id(&ids[0]).send()), (404, "NoSuchVersion".to_owned()));
}

#[test]
fn acl_and_grants_take_effect() {
    let (cos, client) = start();
    let anyone = crate::common::client(config(&cos).anonymous(true));
    client.put_object(BUCKET, b"x", "open").acl(Acl::PublicRead).send().unwrap();
    client.put_object(BUCKET, b"x", "closed").acl("private").send().unwrap();
    assert_eq!(get(&anyone, "open"), b"x");
    assert_eq!(code(anyone.get_object(BUCKET, "closed").send()), (403, "AccessDenied".to_owned()));
    cos.clear_requests();
    let grants =
        client.put_object(BUCKET, b"x", "k").grant_read("id=\"100000000011\"").grant_write("id=\"100000000012\"");
    grants.grant_full_control("id=\"100000000013\"").send().unwrap();
    let request = cos.requests().remove(0);
    for (name, id) in [("read", 11), ("write", 12), ("full-control", 13)] {
        let header = format!("x-cos-grant-{name}");
        assert_eq!(request.header(&header), Some(format!("id=\"1000000000{id}\"").as_str()), "{name}");
    }
}

#[test]
fn headers_and_parameters_without_a_setter_are_sent_and_signed() {
    let (cos, client) = start();
    client.put_object(BUCKET, b"x", "k").header("x-cos-meta-own", "1").send().unwrap();
    let put = cos.requests().remove(0);
    assert!(put.header("authorization").unwrap().contains("x-cos-meta-own"));
    let answer =
        client.get_object(BUCKET, "k").query("response-content-type", "a/b").referer("http://r/").send().unwrap();
    assert_eq!((answer.content_type.as_str(), answer.headers.get("x-cos-meta-own").unwrap().as_str()), ("a/b", "1"));
    let get = requests(&cos, "GET", "response-content-type").remove(0);
    assert!(get.header("authorization").unwrap().contains("q-url-param-list=response-content-type"));
    assert_eq!(get.header("referer"), Some("http://r/"));
}

#[test]
fn a_traffic_limit_out_of_range_is_refused_by_name() {
    let (cos, client) = start();
    for limit in [0, 819_199, 838_860_801] {
        assert_eq!(field(client.put_object(BUCKET, b"x", "k").traffic_limit(limit).send()), "traffic_limit");
        assert_eq!(field(client.get_object(BUCKET, "k").traffic_limit(limit).send()), "traffic_limit");
    }
    assert_eq!(cos.request_count(), 0);
    client.put_object(BUCKET, b"x", "k").traffic_limit(819_200).send().unwrap();
    assert_eq!(cos.requests()[0].header("x-cos-traffic-limit"), Some("819200"));
}

#[test]
fn an_object_under_the_callers_key_is_read_with_that_key_alone() {
    let (_cos, client) = start();
    let get = || client.get_object(BUCKET, "k").sse_customer_algorithm("AES256");
    let put = client.put_object(BUCKET, b"secret", "k").sse_customer_algorithm("AES256");
    put.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    let answer = get().sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    assert_eq!(io::read_to_string(answer.body).unwrap(), "secret");
    let wrong = get().sse_customer_key(OTHER_SSE_KEY[0]).sse_customer_key_md5(OTHER_SSE_KEY[1]).send();
    assert_eq!(refused(wrong).get_status_code(), 403);
    assert_eq!(refused(client.get_object(BUCKET, "k").send()).get_status_code(), 400);
}

#[test]
fn one_setter_gives_the_callers_key_with_its_algorithm_and_md5() {
    let (cos, client) = start();
    let (key, other) = (b"0123456789ABCDEF0123456789ABCDEF", b"abcdefghijklmnopabcdefghijklmnop");
    client.put_object(BUCKET, b"secret", "k").sse_c(key).send().unwrap();
    let sent = &requests(&cos, "PUT", "")[0];
    let header = |name: &str| sent.header(&format!("x-cos-server-side-encryption-customer-{name}"));
    assert_eq!((header("algorithm"), header("key")), (Some("AES256"), Some(SSE_KEY[0])));
    assert_eq!(header("key-md5"), Some(SSE_KEY[1]));
    assert_eq!(refused(client.head_object(BUCKET, "k").sse_c(other).send()).get_status_code(), 403);
    let source = CopySource::new(BUCKET, "k", cos.region());
    client.copy_object(BUCKET, "copy", source).copy_source_sse_c(key).sse_c(other).send().unwrap();
    let copied = client.get_object(BUCKET, "copy").sse_c(other).send().unwrap();
    assert_eq!(io::read_to_string(copied.body).unwrap(), "secret");
}

#[test]
fn an_error_of_cos_names_the_bucket_and_the_key() {
    let (_cos, client) = start();
    let missing = client.get_object(BUCKET, "/logs/a\nb.txt").send().unwrap_err();
    let named = format!("get_object (GET) of \"{BUCKET}/logs/a\\nb.txt\": status 404, code NoSuchKey, ");
    assert!(missing.to_string().starts_with(&named), "{missing}");
    let missing = client.list_objects("none-1250000000").send().unwrap_err();
    let named = "list_objects (GET) of \"none-1250000000\": status 404, code NoSuchBucket, ";
    assert!(missing.to_string().starts_with(named), "{missing}");
}

#[test]
fn what_is_not_there_is_not_found() {
    let (_cos, client) = start();
    assert_eq!(code(client.get_object(BUCKET, "k").send()), (404, "NoSuchKey".to_owned()));
    assert_eq!(code(client.head_object(BUCKET, "k").send()), (404, "NoSuchResource".to_owned()));
    assert!(!client.object_exists(BUCKET, "k").send().unwrap());
    client.delete_object(BUCKET, "k").send().unwrap();
    put(&client, "k", b"x");
    assert!(client.object_exists(BUCKET, "k").send().unwrap());
}
