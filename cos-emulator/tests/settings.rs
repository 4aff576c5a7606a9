//! Settings of buckets that are kept, and those that take effect.

mod common;

use std::io::{BufReader, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use common::{Answer, BUCKET, Client, started};
use cos_emulator::CosEmulator;
use cos_emulator::signature::{Request, Window, presigned_query};

fn get(client: &Client, sub: &str) -> Answer {
    client.request("GET", "/").query(sub, "").send()
}

/// Every setting of the official SDK: put, got as it was put, deleted where there is a DELETE.
#[test]
fn every_setting_is_kept() {
    let (_emulator, client) = started();
    let domain = "<DomainRule><Status>ENABLED</Status><Name>www.example.com</Name><Type>REST</Type></DomainRule>";
    for (sub, document, put_status, deletes) in [
        ("origin", "<OriginConfiguration><OriginRule><OriginType>Mirror</OriginType></OriginRule></OriginConfiguration>".to_owned(), 200, true),
        ("domain", format!("<DomainConfiguration>{domain}</DomainConfiguration>"), 200, true),
        ("referer", "<RefererConfiguration><Status>Disabled</Status><RefererType>Black-List</RefererType><DomainList><Domain>*.example.com</Domain></DomainList></RefererConfiguration>".to_owned(), 200, true),
        ("website", "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>".to_owned(), 200, true),
        ("logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs-1</TargetBucket></LoggingEnabled></BucketLoggingStatus>".to_owned(), 200, true),
        ("encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>".to_owned(), 200, true),
        ("replication", "<ReplicationConfiguration><Role>qcs::cam::uin/1:uin/1</Role><Rule><Status>Enabled</Status><Destination><Bucket>qcs::cos:ap-beijing::other-1</Bucket></Destination></Rule></ReplicationConfiguration>".to_owned(), 200, true),
        ("tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>".to_owned(), 204, true),
        ("policy", r#"{"version":"2.0","Statement":[]}"#.to_owned(), 204, true),
        ("response-control", "<ResponseControlConfiguration><ControlParamList><Param>response-content-type</Param></ControlParamList></ResponseControlConfiguration>".to_owned(), 200, true),
        ("intelligenttiering", "<IntelligentTieringConfiguration><Status>Enabled</Status></IntelligentTieringConfiguration>".to_owned(), 200, false),
        ("object-lock", "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>".to_owned(), 200, false),
    ] {
        let put = client.configure(sub, &document);
        assert_eq!(put.status, put_status, "{sub}: {}", put.text());
        assert_eq!((get(&client, sub).status, get(&client, sub).text()), (200, document.as_str()), "{sub}");
        let deleted = client.request("DELETE", "/").query(sub, "").send();
        assert_eq!(deleted.status, if deletes { 204 } else { 501 }, "{sub}");
        if deletes && sub != "logging" {
            assert_eq!(get(&client, sub).status, 404, "{sub}");
        }
    }
    // The list of pages is cleared by a PUT without a document.
    assert_eq!(client.configure("referer", "").status, 200);
    assert_eq!(get(&client, "referer").error(), (404, "NoSuchRefererConfiguration"));
}

#[test]
fn settings_that_a_bucket_has_several_of_are_kept_by_their_ids() {
    let (_emulator, client) = started();
    for (sub, root, tag, list_root) in [
        ("inventory", "InventoryConfiguration", "Id", "ListInventoryConfigurationResult"),
        (
            "intelligent-tiering",
            "IntelligentTieringConfiguration",
            "Id",
            "ListBucketIntelligentTieringConfigurationsOutput",
        ),
    ] {
        let send = |method: &str, id: &str, body: &str| {
            client.request(method, "/").query(sub, "").query("id", id).body(body).with_md5().send()
        };
        let document = |id: &str| format!("<?xml version=\"1.0\"?>\n<{root}><{tag}>{id}</{tag}></{root}>");
        assert_eq!(send("GET", "a", "").error(), (404, "NoSuchConfiguration"));
        for id in ["b", "a"] {
            assert_eq!(send("PUT", id, &document(id)).status, 200);
        }
        assert_eq!(send("GET", "a", "").text(), document("a"));
        assert_eq!(send("PUT", "a", &document("b")).error(), (400, "InvalidArgument"));
        assert_eq!(client.configure(sub, &document("a")).error(), (400, "InvalidArgument"));
        let list = get(&client, sub);
        assert!(list.text().contains(&format!("<{list_root}>")), "{}", list.text());
        assert_eq!(list.text().matches(&format!("<{root}>")).count(), 2);
        assert_eq!(list.text().matches("<?xml").count(), 1);
        assert_eq!(send("DELETE", "a", "").status, 204);
        assert_eq!(send("GET", "a", "").error(), (404, "NoSuchConfiguration"));
    }
    let once = client.request("POST", "/").query("inventory", "").query("id", "x");
    assert_eq!(once.body("<InventoryConfiguration/>").with_md5().send().status, 200);
    let certificate = "<DomainCertificate><CertificateInfo/><DomainList><DomainName>a.example.com</DomainName></DomainList></DomainCertificate>";
    assert_eq!(client.configure("domaincertificate", certificate).status, 200);
    let of =
        |domain: &str| client.request("GET", "/").query("domaincertificate", "").query("domainname", domain).send();
    assert_eq!(of("a.example.com").text(), certificate);
    assert_eq!(of("b.example.com").error(), (404, "NoSuchDomainCertificate"));
}

/// "GET Service": tagkey and tagvalue choose buckets by their tags.
#[test]
fn buckets_are_listed_by_their_tags() {
    let (emulator, client) = started();
    emulator.create_bucket("other-1250000000").unwrap();
    client.configure("tagging", "<Tagging><TagSet><Tag><Key>team</Key><Value>a</Value></Tag></TagSet></Tagging>");
    let service = Client { host: "service.cos.myqcloud.com".into(), ..client };
    let list = |value: &str| service.request("GET", "/").query("tagkey", "team").query("tagvalue", value).send();
    assert_eq!(list("a").element("Name"), BUCKET);
    assert!(!list("b").text().contains("<Name>"));
}

/// "PUT Bucket encryption": what is stored without any of its own gets the bucket's.
#[test]
fn the_default_encryption_shows_on_objects() {
    let (_emulator, client) = started();
    let rule = |algorithm: &str| {
        format!(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}\
             </SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
        )
    };
    let name = "x-cos-server-side-encryption";
    assert_eq!(client.put("/before", "x").header(name), None);
    client.configure("encryption", &rule("AES256"));
    assert_eq!(client.put("/k", "x").header(name), Some("AES256"));
    assert_eq!(client.get("/k").header(name), Some("AES256"));
    assert_eq!(client.get("/before").header(name), None);
    client.configure("encryption", &rule("KMS"));
    assert_eq!(client.put("/k", "x").header(name), Some("cos/kms"));
    let own = client.request("PUT", "/k").header(name, "AES256").body("x").send();
    assert_eq!(own.header(name), Some("AES256"));
    let initiated = client.request("POST", "/parts").query("uploads", "").send();
    assert_eq!(initiated.header(name), Some("cos/kms"));
}

/// "Symlink Overview": downloads through a link give the target; the link has its own size, ETag and list of grants.
#[test]
fn symlinks_lead_to_their_targets() {
    let (_emulator, client) = started();
    client.request("PUT", "/a/中 b.txt").header("x-cos-meta-a", "b").body("content").send();
    let link = |name: &str, target: &str| {
        client.request("PUT", name).query("symlink", "").header("x-cos-symlink-target", target).send()
    };
    assert_eq!(link("/none", "").error(), (400, "InvalidArgument"));
    for target in ["a/中 b.txt", "/a/%E4%B8%AD%20b.txt"] {
        let put = link("/link", target);
        assert_eq!(put.status, 200, "{}", put.text());
        let got = client.get("/link");
        assert_eq!((got.text(), got.header("x-cos-meta-a")), ("content", Some("b")));
        let head = client.request("HEAD", "/link").send();
        assert_eq!((head.header("content-length"), head.header("etag")), (Some("7"), got.header("etag")));
        let asked = client.request("GET", "/link").query("symlink", "").send();
        assert_eq!(asked.header("x-cos-symlink-target"), Some("a/%E4%B8%AD%20b.txt"));
        assert_eq!(asked.header("etag"), put.header("etag"));
    }
    let listing = client.request("GET", "/").query("prefix", "link").send();
    assert_eq!(listing.element("Size"), "11");
    assert_eq!(client.request("GET", "/a/中 b.txt").query("symlink", "").send().error(), (400, "InvalidArgument"));
    link("/second", "link");
    assert_eq!(client.get("/second").error(), (400, "InvalidArgument"));
    link("/dangling", "nothing");
    assert_eq!(client.get("/dangling").error(), (404, "NoSuchKey"));
    // Both the link and its target must be open.
    let anonymous = || client.request("GET", "/link").anonymous().send();
    client.request("PUT", "/link").query("acl", "").header("x-cos-acl", "public-read").send();
    assert_eq!(anonymous().error(), (403, "AccessDenied"));
    client.request("PUT", "/a/中 b.txt").query("acl", "").header("x-cos-acl", "public-read").send();
    assert_eq!(anonymous().text(), "content");
    assert_eq!(client.request("DELETE", "/link").send().status, 204);
    assert_eq!(client.get("/a/中 b.txt").text(), "content");
    // A link has versions of its own, each with its target.
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    client.request("PUT", "/").query("versioning", "").body(versioning).send();
    client.put("/other", "other");
    let first = link("/versioned", "a/中 b.txt").header("x-cos-version-id").unwrap().to_owned();
    link("/versioned", "other");
    let old = client.request("GET", "/versioned").query("versionId", &first);
    assert_eq!((client.get("/versioned").text(), old.send().text()), ("other", "content"));
    let target = client.request("GET", "/versioned").query("symlink", "").query("versionId", &first).send();
    assert_eq!(target.header("x-cos-symlink-target"), Some("a/%E4%B8%AD%20b.txt"));
}

/// "Object Lock Overview", "PUT Object Retention".
#[test]
fn a_locked_object_is_neither_replaced_nor_deleted() {
    const START: u64 = 1_760_000_000;
    let time = Arc::new(AtomicU64::new(START));
    let clock = Arc::clone(&time);
    let emulator = CosEmulator::builder()
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)))
        .start()
        .unwrap();
    let client = Client::of(&emulator);
    let window = Window { start: START - 10, end: START + 10 * 86_400 };
    let request = |method: &str, path: &str| client.request(method, path).window(window);
    let put = |key: &str| request("PUT", key).body("x").send();
    let until = "x-cos-object-lock-retain-until-date";
    let locked = |date: &str| {
        let put = request("PUT", "/own").header("x-cos-object-lock-mode", "COMPLIANCE").header(until, date);
        put.body("x").send()
    };
    assert_eq!(locked("2025-10-10T00:00:00.000Z").error(), (400, "InvalidRequest"));
    put("/before");
    let rule = "<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>2</Days></DefaultRetention></Rule>";
    let document = format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>"
    );
    let lock = request("PUT", "/").query("object-lock", "").body(document).with_md5().send();
    assert_eq!(lock.status, 200, "{}", lock.text());
    assert_eq!(put("/k").status, 200);
    assert_eq!(request("HEAD", "/k").send().header(until), Some("2025-10-11T08:53:20.000Z"));
    assert_eq!(put("/k").error(), (409, "ObjectLocked"));
    assert_eq!(request("DELETE", "/k").send().error(), (409, "ObjectLocked"));
    let many = "<Delete><Object><Key>k</Key></Object><Object><Key>before</Key></Object></Delete>";
    let deleted = request("POST", "/").query("delete", "").body(many).with_md5().send();
    assert_eq!(deleted.element("Code"), "ObjectLocked");
    assert_eq!(deleted.text().matches("<Deleted>").count(), 1);
    assert_eq!(locked("2025-10-09T00:00:00.000Z").error(), (400, "InvalidArgument"));
    assert_eq!(locked("2025-10-12T00:00:00.000Z").status, 200);
    let retention = |date: &str| {
        let body = format!("<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>{date}</RetainUntilDate></Retention>");
        request("PUT", "/own").query("retention", "").body(body).send()
    };
    assert_eq!(retention("2025-10-11T00:00:00.000Z").error(), (403, "AccessDenied"));
    assert_eq!(retention("2025-10-13T00:00:00.000Z").status, 200);
    let asked = request("GET", "/own").query("retention", "").send();
    assert_eq!(asked.element("RetainUntilDate"), "2025-10-13T00:00:00.000Z");
    time.store(START + 5 * 86_400, Ordering::Relaxed);
    assert_eq!(put("/k").status, 200);
    assert_eq!(request("DELETE", "/own").send().status, 204);
}

/// "Setting Hotlink Protection".
#[test]
fn pages_are_kept_out_by_the_referer() {
    let (_emulator, client) = started();
    client.request("PUT", "/k").header("x-cos-acl", "public-read").body("x").send();
    let set = |kind: &str, empty: &str, more: &str| {
        let document = format!(
            "<RefererConfiguration><Status>Enabled</Status><RefererType>{kind}</RefererType><DomainList>\
             <Domain>*.example.com</Domain></DomainList><EmptyReferConfiguration>{empty}</EmptyReferConfiguration>{more}</RefererConfiguration>"
        );
        assert_eq!(client.configure("referer", &document).status, 200);
    };
    let from = |referer: &str| {
        let request = client.request("GET", "/k").anonymous();
        if referer.is_empty() { request.send().status } else { request.header("referer", referer).send().status }
    };
    set("White-List", "Allow", "");
    assert_eq!([from("https://a.example.com/x"), from("https://example.org/"), from("")], [200, 403, 200]);
    set("Black-List", "Deny", "");
    assert_eq!([from("https://a.example.com/x"), from("https://example.org/"), from("")], [403, 200, 403]);
    // Programs sign in a header.
    assert_eq!(client.get("/k").status, 200);
    let presigned = || {
        let headers = [("host", client.host.as_str())];
        let request = Request { method: "GET", path: "/k", query: &[], headers: &headers };
        let query = presigned_query(&request, &client.id, &client.key, common::window());
        let stream = client.connect();
        (&stream).write_all(format!("GET /k?{query} HTTP/1.1\r\nhost: {}\r\n\r\n", client.host).as_bytes()).unwrap();
        Answer::read(&mut BufReader::new(&stream), false).unwrap().status
    };
    assert_eq!(presigned(), 403);
    set("Black-List", "Deny", "<VerifySignatureURL>Disabled</VerifySignatureURL>");
    assert_eq!(presigned(), 200);
}

/// "Setting Up a Static Website".
#[test]
fn a_bucket_is_a_website() {
    let (_emulator, client) = started();
    let site = Client { host: format!("{BUCKET}.cos-website.ap-guangzhou.myqcloud.com"), ..client.clone() };
    let visit = |path: &str| site.request("GET", path).anonymous().send();
    assert_eq!(visit("/").status, 404);
    client.request("PUT", "/").query("acl", "").header("x-cos-acl", "public-read").send();
    for (key, content) in
        [("/index.html", "home"), ("/docs/index.html", "docs"), ("/error.html", "lost"), ("/new/a", "moved")]
    {
        client.put(key, content);
    }
    let set = |more: &str| {
        let document = format!(
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>{more}</WebsiteConfiguration>"
        );
        assert_eq!(client.configure("website", &document).status, 200);
    };
    set("");
    assert_eq!((visit("/").text(), visit("/docs/").text(), visit("/docs/index.html").text()), ("home", "docs", "docs"));
    let lost = visit("/none");
    assert_eq!((lost.status, lost.header("content-type")), (404, Some("text/html")));
    set("<ErrorDocument><Key>error.html</Key></ErrorDocument>");
    assert_eq!((visit("/none").status, visit("/none").text()), (404, "lost"));
    set("<ErrorDocument><Key>error.html</Key><OriginalHttpStatus>Disabled</OriginalHttpStatus></ErrorDocument>");
    assert_eq!((visit("/none").status, visit("/none").text()), (200, "lost"));
    set("<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect>\
         <ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule><RoutingRule><Condition>\
         <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><Protocol>https</Protocol>\
         <ReplaceKeyWith>error.html</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules>");
    let moved = visit("/old/a");
    assert_eq!((moved.status, moved.header("location")), (302, Some(&*format!("http://{}/new/a", site.host))));
    let lost = visit("/none");
    assert_eq!((lost.status, lost.header("location")), (302, Some(&*format!("https://{}/error.html", site.host))));
    set("<RedirectAllRequestsTo><Protocol>https</Protocol></RedirectAllRequestsTo>");
    assert_eq!(
        (visit("/a b").status, visit("/a b").header("location")),
        (301, Some(&*format!("https://{}/a%20b", site.host)))
    );
    assert_eq!(site.request("PUT", "/k").send().status, 405);
}

/// "Live Channel": kept as records; nobody streams here.
#[test]
fn live_channels_are_kept() {
    let (_emulator, client) = started();
    let live = |method: &str, path: &str| client.request(method, path).query("live", "");
    assert_eq!(live("GET", "/ch1").send().error(), (404, "NoSuchLiveChannel"));
    let document = "<LiveChannelConfiguration><Description>d</Description><Switch>Enabled</Switch><Target><Type>HLS</Type>\
         <FragDuration>7</FragDuration><PlaylistName>p.m3u8</PlaylistName></Target></LiveChannelConfiguration>";
    for name in ["/ch1", "/ch2"] {
        let put = live("PUT", name).body(document).with_md5().send();
        assert_eq!((put.status, put.element("Url")), (200, &*format!("rtmp://{}/live{name}", client.host)));
    }
    let info = live("GET", "/ch1").send();
    assert_eq!((info.element("FragDuration"), info.element("FragCount")), ("7", "3"));
    assert_eq!(live("PUT", "/ch1").query("switch", "disabled").send().status, 200);
    assert_eq!(live("GET", "/ch1").send().element("Switch"), "Disabled");
    assert_eq!(live("GET", "/ch1").query("comp", "status").send().element("Status"), "Disabled");
    assert!(live("GET", "/ch1").query("comp", "history").send().text().ends_with("<LiveChannelHistory/>"));
    let page = live("GET", "/").query("max-keys", "1").query("prefix", "ch").send();
    assert_eq!((page.element("Name"), page.element("NextMarker")), ("ch1", "ch1"));
    let rest = live("GET", "/").query("marker", "ch1").send();
    assert_eq!((rest.element("Name"), rest.element("IsTruncated")), ("ch2", "false"));
    let vod = |method: &str, path: &str| {
        client.request(method, path).query("vod", "").query("starttime", "1").query("endtime", "2").send()
    };
    assert!(vod("GET", "/ch1").text().starts_with("#EXTM3U"));
    assert_eq!(vod("POST", "/ch1/list.m3u8").status, 200);
    assert_eq!(client.get("/ch1/list.m3u8").text(), vod("GET", "/ch1").text());
    assert_eq!(vod("GET", "/ch3").error(), (404, "NoSuchLiveChannel"));
    assert_eq!(live("DELETE", "/ch1").send().status, 204);
    assert_eq!(live("DELETE", "/ch1").send().error(), (404, "NoSuchLiveChannel"));
}

/// "Asynchronous Fetch": taken down, and told to have failed, for nothing is fetched.
#[test]
fn fetch_tasks_are_taken_down() {
    let (_emulator, client) = started();
    let client = Client { host: "ap-guangzhou.migration.myqcloud.com".into(), ..client };
    let start = |bucket: &str, body: &str| client.request("POST", &format!("/{bucket}/")).body(body).send();
    let started = start(BUCKET, r#"{"Url":"https://example.com/a","Key":"a"}"#);
    let answer: serde_json::Value = serde_json::from_slice(&started.body).unwrap();
    assert_eq!((started.status, &answer["code"]), (200, &serde_json::json!(0)));
    let id = answer["data"]["taskid"].as_str().unwrap();
    let state = client.get(&format!("/{BUCKET}/{id}"));
    let answer: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!((&answer["data"]["state"], &answer["data"]["key"]), (&"TASK_FAILED".into(), &"a".into()));
    assert_eq!(start(BUCKET, "{}").status, 400);
    assert_eq!(client.get(&format!("/{BUCKET}/none")).status, 404);
    assert_eq!(start("none-1", r#"{"Url":"u","Key":"k"}"#).error(), (404, "NoSuchBucket"));
    let anonymous = client.request("POST", &format!("/{BUCKET}/")).anonymous().body("{}").send();
    assert_eq!(anonymous.error(), (403, "AccessDenied"));
}
