//! What COS's documents say and official clients rely on, each with the page that says it.

mod common;

use std::io::{BufReader, Write};

use common::{Answer, BUCKET, Client, percent, started};
use cos_emulator::CosEmulator;
use cos_emulator::signature::{Request, Signature, authorization};

/// The grants of a list: who has which permission.
fn grants(answer: &Answer) -> Vec<(String, String)> {
    let grants = answer.text().split("<Grant>").skip(1);
    let between = |text: &str, name: &str| {
        let rest = text.split(&format!("<{name}>")).nth(1)?;
        Some(rest.split("</").next()?.to_owned())
    };
    grants
        .map(|grant| {
            let who = between(grant, "ID").or_else(|| between(grant, "URI")).unwrap();
            (who, between(grant, "Permission").unwrap())
        })
        .collect()
}

fn account(number: u64) -> String {
    format!("qcs::cam::uin/{number}:uin/{number}")
}

/// "PUT Object - Copy": the source may be named by bucket and key alone, as opendal does.
#[test]
fn a_copy_source_may_begin_with_the_bucket() {
    let (_emulator, client) = started();
    client.put("/a/b c", "content");
    for source in [format!("/{BUCKET}/a/b%20c"), format!("{BUCKET}/a/b%20c"), format!("/{}/a/b%20c", client.host)] {
        let copy = client.request("PUT", "/copy").header("x-cos-copy-source", &source).send();
        assert_eq!(copy.status, 200, "{source}: {}", copy.text());
        assert_eq!(client.get("/copy").text(), "content");
    }
}

/// "Common Request Headers": a header without a value says nothing; the Node SDK sends such ones.
#[test]
fn an_empty_header_is_none() {
    let (_emulator, client) = started();
    let mut put = client.request("PUT", "/k").body("x");
    for name in [
        "cache-control",
        "content-disposition",
        "content-md5",
        "expires",
        "if-match",
        "x-cos-acl",
        "x-cos-grant-read",
        "x-cos-storage-class",
        "x-cos-tagging",
        "x-cos-traffic-limit",
        "x-cos-forbid-overwrite",
    ] {
        put = put.header(name, "");
    }
    let put = put.send();
    assert_eq!(put.status, 200, "{}", put.text());
    let got = client.request("GET", "/k").header("range", "").header("if-none-match", "").send();
    assert_eq!((got.status, got.text()), (200, "x"));
    assert_eq!((got.header("cache-control"), got.header("content-disposition")), (None, None));
}

/// "PUT Object", Content-Type: without one, COS takes it from the key's suffix.
#[test]
fn a_content_type_comes_from_the_suffix() {
    let (_emulator, client) = started();
    for (key, expected) in [
        ("/a.txt", "text/plain"),
        ("/b.JPG", "image/jpeg"),
        ("/c/d.html", "text/html"),
        ("/e.json", "application/json"),
        ("/none", "application/octet-stream"),
        ("/x.unheard-of", "application/octet-stream"),
    ] {
        client.put(key, "x");
        assert_eq!(client.get(key).header("content-type"), Some(expected), "{key}");
    }
    client.request("PUT", "/a.txt").header("content-type", "text/x-own").send();
    assert_eq!(client.get("/a.txt").header("content-type"), Some("text/x-own"));
}

/// "PUT Bucket acl", "GET Bucket acl".
#[test]
fn a_list_of_grants_comes_back_as_it_was_put() {
    let (_emulator, client) = started();
    let get = || grants(&client.request("GET", "/").query("acl", "").send());
    let owner = (account(100_000_000_001), "FULL_CONTROL".to_owned());
    assert_eq!(get(), std::slice::from_ref(&owner));
    let put = client
        .request("PUT", "/")
        .query("acl", "")
        .header("x-cos-grant-read", "id=\"100000000003\", Id=\"100000000002\"")
        .header("x-cos-grant-full-control", "id=\"100000000001\"")
        .send();
    assert_eq!(put.status, 200);
    let read = |number| (account(number), "READ".to_owned());
    assert_eq!(get(), [read(100_000_000_003), read(100_000_000_002), owner.clone()]);
    for (canned, expected) in [
        ("public-read", vec![("http://cam.qcloud.com/groups/global/AllUsers".to_owned(), "READ".to_owned())]),
        ("private", vec![owner]),
    ] {
        client.request("PUT", "/").query("acl", "").header("x-cos-acl", canned).send();
        assert_eq!(get(), expected);
    }
    // The page's own example writes the grantee's id as `Id`.
    for id in ["ID", "Id"] {
        let document = format!(
            "<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList><Grant><Grantee><{id}>{}</{id}></Grantee>\
             <Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>",
            account(5)
        );
        let put = client.request("PUT", "/").query("acl", "").body(document.as_str()).send();
        assert_eq!(put.status, 200, "{}", put.text());
        assert_eq!(get(), [read(5)]);
        // "You can only select one of the two methods, otherwise the conflict will be returned."
        let both = client.request("PUT", "/").query("acl", "").header("x-cos-acl", "private").body(document).send();
        assert_eq!(both.error(), (400, "InvalidRequest"));
    }
}

/// "Complete Multipart Upload": only the last part may be smaller than 1 MB.
#[test]
fn parts_but_the_last_have_a_smallest_size() {
    let (_emulator, client) = started();
    let initiated = client.request("POST", "/k").query("uploads", "").send();
    let id = initiated.element("UploadId");
    let part = |number: &str, size: usize| {
        let put = client.request("PUT", "/k").query("partNumber", number).query("uploadId", id).body(vec![b'x'; size]);
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", put.send().header("etag").unwrap())
    };
    let complete = |parts: String| {
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        client.request("POST", "/k").query("uploadId", id).body(body).send()
    };
    let last = part("2", 3);
    assert_eq!(complete(part("1", 1024 * 1024 - 1) + &last).error(), (400, "EntityTooSmall"));
    assert_eq!(complete(part("1", 1024 * 1024) + &last).status, 200);
}

/// "Request Signature": a signature may stand in the parameter `sign`, encoded once.
#[test]
fn a_signature_in_a_parameter_is_decoded_once() {
    let (_emulator, client) = started();
    client.put("/k", "content");
    let headers = [("host", client.host.as_str())];
    let query = [("x name/é", "a%20b")];
    let request = Request { method: "GET", path: "/k", query: &query, headers: &headers };
    let signed = authorization(&request, &client.id, &client.key, common::window());
    assert!(signed.contains("x%20name%2f"), "{signed}");
    let stream = client.connect();
    let (name, value) = (percent(query[0].0), percent(query[0].1));
    let head = format!("GET /k?{name}={value}&sign={} HTTP/1.1\r\nhost: {}\r\n\r\n", percent(&signed), client.host);
    (&stream).write_all(head.as_bytes()).unwrap();
    let answer = Answer::read(&mut BufReader::new(&stream), false).unwrap();
    assert_eq!((answer.status, answer.text()), (200, "content"));
}

/// "Error Codes", `SignatureDoesNotMatch`: COS says what it signed, by which people find their mistake.
#[test]
fn a_signature_that_does_not_match_is_explained() {
    let (emulator, client) = started();
    let wrong = Client { key: "wrong".into(), ..client };
    let answer = wrong.request("GET", "/a b").query("Prefix", "p&q").header("x-cos-meta-a", "1 2").send();
    assert_eq!(answer.error(), (403, "SignatureDoesNotMatch"));
    let format = answer.element("FormatString").replace("&amp;", "&");
    assert_eq!(format, format!("get\n/a b\nprefix=p%26q\nhost={}&x-cos-meta-a=1%202\n", wrong.host));
    let sent = emulator.requests().pop().unwrap();
    let signature = Signature::parse(sent.header("authorization").unwrap()).unwrap();
    let to_sign = answer.element("StringToSign");
    assert!(to_sign.starts_with(&format!("sha1\n{}\n", signature.sign_time)), "{to_sign}");
    assert_eq!(to_sign.lines().count(), 3);
    assert_eq!(sent.refusal.as_deref(), Some("SignatureDoesNotMatch: The Signature you specified is invalid."));
}

/// "PUT Object tagging", "PUT Bucket tagging", "PUT Bucket policy": 204.
#[test]
fn some_settings_are_answered_without_content() {
    let (_emulator, client) = started();
    client.put("/k", "x");
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    assert_eq!(client.request("PUT", "/k").query("tagging", "").body(tags).send().status, 204);
    assert_eq!(client.configure("tagging", tags).status, 204);
    let policy = r#"{"version":"2.0","Statement":[]}"#;
    assert_eq!(client.request("PUT", "/").query("policy", "").body(policy).send().status, 204);
    assert_eq!(client.request("GET", "/").query("policy", "").send().text(), policy);
    let lower = r#"{"statement":[{"effect":"allow"}],"version":"2.0"}"#;
    client.request("PUT", "/").query("policy", "").body(lower).send();
    let upper = r#"{"Statement":[{"effect":"allow"}],"version":"2.0"}"#;
    assert_eq!(client.request("GET", "/").query("policy", "").send().text(), upper);
}

/// What would do something at COS and does not here is refused, headers too.
#[test]
fn headers_that_would_do_something_are_refused() {
    let (_emulator, client) = started();
    for name in ["x-cos-callback", "Pic-Operations", "x-cos-return-body"] {
        let put = client.request("PUT", "/k").header(name, "e30=").body("x").send();
        assert_eq!(put.error(), (501, "NotImplemented"), "{name}");
        assert!(put.element("Message").to_lowercase().contains(&name.to_lowercase()), "{}", put.text());
    }
    assert_eq!(client.get("/k").status, 404);
    // Where COS would do nothing either, nothing is refused.
    let initiated = client.request("POST", "/k").query("uploads", "").header("x-cos-callback", "e30=").send();
    let id = initiated.element("UploadId");
    let complete = client.request("POST", "/k").query("uploadId", id).header("x-cos-callback", "e30=").send();
    assert_eq!(complete.error(), (501, "NotImplemented"));
}

/// "PUT Bucket", x-cos-tagging.
#[test]
fn a_bucket_may_be_created_with_tags() {
    let (_emulator, client) = started();
    let client = Client { host: "tagged-1250000000.cos.ap-guangzhou.myqcloud.com".into(), ..client };
    assert_eq!(client.request("PUT", "/").header("x-cos-tagging", "team=a%20b&x=").send().status, 200);
    let tags = client.request("GET", "/").query("tagging", "").send();
    assert_eq!((tags.element("Key"), tags.element("Value")), ("team", "a b"));
}

/// "APPEND Object": refused only while versioning is enabled.
#[test]
fn appending_to_a_bucket_whose_versioning_is_suspended() {
    let (_emulator, client) = started();
    let set = |status: &str| {
        let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        assert_eq!(client.request("PUT", "/").query("versioning", "").body(body).send().status, 200);
    };
    let append = |position: &str, body: &str| {
        client.request("POST", "/log").query("append", "").query("position", position).body(body).send()
    };
    set("Enabled");
    assert_eq!(append("0", "abc").error(), (400, "InvalidRequest"));
    set("Suspended");
    assert_eq!(append("0", "abc").header("x-cos-next-append-position"), Some("3"));
    assert_eq!(append("3", "def").header("x-cos-next-append-position"), Some("6"));
    assert_eq!(client.get("/log").text(), "abcdef");
}

/// "GET Object", versionId: 404 for a delete marker. "POST Object", Versioning: no id while versioning is suspended.
/// "HEAD Object", x-cos-storage-tier.
#[test]
fn versions_and_classes_as_headers_tell_them() {
    let (_emulator, client) = started();
    let set = |status: &str| {
        let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        client.request("PUT", "/").query("versioning", "").body(body).send();
    };
    set("Enabled");
    assert!(client.put("/k", "x").header("x-cos-version-id").is_some());
    let deleted = client.request("DELETE", "/k").send();
    for method in ["GET", "HEAD"] {
        let id = deleted.header("x-cos-version-id").unwrap();
        let gone = client.request(method, "/k").query("versionId", id).send();
        assert_eq!((gone.status, gone.header("x-cos-delete-marker")), (404, Some("true")), "{method}");
    }
    set("Suspended");
    assert_eq!(client.put("/k", "x").header("x-cos-version-id"), None);
    assert_eq!(client.get("/k").header("x-cos-version-id"), Some("null"));
    assert_eq!(client.request("DELETE", "/k").send().header("x-cos-version-id"), Some("null"));
    client.request("PUT", "/tiered").header("x-cos-storage-class", "INTELLIGENT_TIERING").body("x").send();
    assert_eq!(client.get("/tiered").header("x-cos-storage-tier"), Some("FREQUENT"));
    assert_eq!(client.put("/plain", "x").header("x-cos-storage-tier"), None);
}

/// "PUT Bucket lifecycle", "PUT Bucket cors" and the pages of the others: what a document must hold.
#[test]
fn configurations_lack_nothing_that_is_required() {
    let (_emulator, client) = started();
    let days = "<Expiration><Days>1</Days></Expiration>";
    let origin = "<AllowedOrigin>*</AllowedOrigin>";
    for (sub, root, inner) in [
        ("lifecycle", "LifecycleConfiguration", String::new()),
        ("lifecycle", "LifecycleConfiguration", format!("<Rule>{days}</Rule>")),
        ("lifecycle", "LifecycleConfiguration", format!("<Rule><Status>On</Status>{days}</Rule>")),
        ("lifecycle", "LifecycleConfiguration", "<Rule><Status>Enabled</Status></Rule>".to_owned()),
        ("cors", "CORSConfiguration", format!("<CORSRule>{origin}</CORSRule>")),
        ("cors", "CORSConfiguration", "<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>".to_owned()),
        ("cors", "CORSConfiguration", format!("<CORSRule>{origin}<AllowedMethod>PATCH</AllowedMethod></CORSRule>")),
        ("website", "WebsiteConfiguration", "<ErrorDocument><Key>e</Key></ErrorDocument>".to_owned()),
        ("replication", "ReplicationConfiguration", "<Role>r</Role>".to_owned()),
        ("referer", "RefererConfiguration", "<Status>Enabled</Status>".to_owned()),
        ("encryption", "ServerSideEncryptionConfiguration", "<Rule/>".to_owned()),
        ("object-lock", "ObjectLockConfiguration", "<ObjectLockEnabled>No</ObjectLockEnabled>".to_owned()),
    ] {
        let put = client.configure(sub, &format!("<{root}>{inner}</{root}>"));
        assert_eq!(put.error(), (400, "MalformedXML"), "{sub} {inner}");
    }
    let rule = format!("<Rule><ID>a</ID><Status>Enabled</Status>{days}</Rule>");
    let twice = format!("<LifecycleConfiguration>{rule}{rule}</LifecycleConfiguration>");
    assert_eq!(client.configure("lifecycle", &twice).error(), (400, "InvalidArgument"));
}

/// The pages "GET Bucket ...": the error where nothing is set.
#[test]
fn a_configuration_that_is_not_there_has_its_own_error() {
    let (_emulator, client) = started();
    let get = |sub: &str| client.request("GET", "/").query(sub, "").send();
    for (sub, code) in [
        ("cors", "NoSuchCORSConfiguration"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("tagging", "NoSuchTagSet"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("replication", "ReplicationConfigurationNotFoundError"),
        ("encryption", "NoSuchEncryptionConfiguration"),
        ("referer", "NoSuchRefererConfiguration"),
        ("domain", "NoSuchDomainConfiguration"),
        ("origin", "NoSuchOriginConfiguration"),
        ("policy", "NoSuchBucketPolicy"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ("response-control", "NoSuchResponseControlConfiguration"),
    ] {
        assert_eq!(get(sub).error(), (404, code), "{sub}");
    }
    assert!(get("logging").text().ends_with("<BucketLoggingStatus/>"));
}

/// The `Resource` of an error names what was asked for, also when a proxy passed the request on.
#[test]
fn the_resource_of_a_proxied_request() {
    let (_emulator, client) = started();
    let head = client.request("GET", "/no ne").query("x-cos-a", "1").head();
    let absolute = head.replacen("GET /", &format!("GET http://{}/", client.host), 1);
    let stream = client.connect();
    (&stream).write_all(absolute.as_bytes()).unwrap();
    let answer = Answer::read(&mut BufReader::new(&stream), false).unwrap();
    assert_eq!(answer.error(), (404, "NoSuchKey"));
    assert_eq!(answer.element("Resource"), format!("{}/no%20ne", client.host));
}

/// "Error Responses": every error is a document.
#[test]
fn a_head_that_is_no_text_is_refused_by_a_document() {
    let emulator = CosEmulator::start().unwrap();
    let client = Client::of(&emulator);
    for bytes in [&b"GET /k HTTP/1.1\r\nhost: x\r\nx-cos-meta-a: \xff\xfe\r\n\r\n"[..], b"nonsense\r\n\r\n"] {
        let stream = client.connect();
        (&stream).write_all(bytes).unwrap();
        let answer = Answer::read(&mut BufReader::new(&stream), false).unwrap();
        assert_eq!(answer.error(), (400, "BadRequest"));
        assert!(answer.header("x-cos-request-id").is_some());
    }
}
