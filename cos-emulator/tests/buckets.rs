//! Buckets: life, listings, settings.

mod common;

use common::{BUCKET, Client, started};
use cos_emulator::CosEmulator;

/// Sends a document with the Content-MD5 that some requests must have.
fn with_md5(client: &Client, method: &str, path: &str, sub: &str, body: &str) -> (u16, String) {
    let answer = client.request(method, path).query(sub, "").body(body).with_md5().send();
    (answer.status, String::from_utf8(answer.body).unwrap())
}

#[test]
fn a_bucket_from_birth_to_death() {
    let emulator = CosEmulator::builder().region("ap-beijing").start().unwrap();
    let client = Client { host: "new-1.cos.ap-beijing.myqcloud.com".into(), ..Client::of(&emulator) };
    assert_eq!(client.get("/").error(), (404, "NoSuchBucket"));
    assert_eq!(client.put("/k", "x").error(), (404, "NoSuchBucket"));
    let body = "<CreateBucketConfiguration><BucketAZConfig>MAZ</BucketAZConfig></CreateBucketConfiguration>";
    assert_eq!(client.put("/", body).status, 200);
    assert_eq!(client.put("/", "").error(), (409, "BucketAlreadyOwnedByYou"));
    let head = client.request("HEAD", "/").send();
    assert_eq!(head.header("x-cos-bucket-region"), Some("ap-beijing"));
    assert_eq!(head.header("x-cos-bucket-az-type"), Some("MAZ"));
    let location = client.request("GET", "/").query("location", "").send();
    assert_eq!(location.element("LocationConstraint"), "ap-beijing");
    client.put("/k", "x");
    assert_eq!(client.request("DELETE", "/").send().error(), (409, "BucketNotEmpty"));
    client.request("DELETE", "/k").send();
    assert_eq!(client.request("DELETE", "/").send().status, 204);
    assert_eq!(client.request("HEAD", "/").send().status, 404);
    let wrong = Client { host: "NotABucket.localhost".into(), ..client };
    assert_eq!(wrong.put("/", "").error(), (400, "InvalidBucketName"));
    assert!(emulator.create_bucket("nope").is_err());
    assert!(emulator.create_bucket(BUCKET).is_ok());
}

#[test]
fn buckets_are_listed_in_pages() {
    let (emulator, client) = started();
    for name in ["a-1", "b-1", "c-1"] {
        emulator.create_bucket(name).unwrap();
    }
    let service = Client { host: "service.cos.myqcloud.com".into(), ..client };
    let first = service.request("GET", "/").query("max-keys", "2").send();
    assert_eq!((first.element("IsTruncated"), first.element("NextMarker")), ("true", "b-1"));
    let rest = service.request("GET", "/").query("marker", "b-1").send();
    assert_eq!((rest.element("IsTruncated"), rest.element("Name")), ("false", "c-1"));
    assert!(rest.text().contains(BUCKET));
    assert_eq!(service.request("GET", "/").anonymous().send().error(), (403, "AccessDenied"));
}

#[test]
fn objects_are_listed_in_pages() {
    let (_emulator, client) = started();
    for number in 0..25 {
        client.put(&format!("/d{}/{number:02}", number % 3), "");
    }
    for (delimiter, expected) in [("", 25), ("/", 3)] {
        let (mut found, mut marker) = (0, String::new());
        loop {
            let page = client
                .request("GET", "/")
                .query("max-keys", "2")
                .query("delimiter", delimiter)
                .query("marker", &marker)
                .send();
            let on_page = page.text().matches("<Contents>").count() + page.text().matches("<CommonPrefixes>").count();
            assert!(on_page <= 2);
            found += on_page;
            if page.element("IsTruncated") == "false" {
                break;
            }
            page.element("NextMarker").clone_into(&mut marker);
        }
        assert_eq!(found, expected, "{delimiter}");
    }
    let none = client.request("GET", "/").query("max-keys", "0").send();
    assert!(!none.text().contains("<Contents>"));
    assert_eq!(client.request("GET", "/").query("max-keys", "-1").send().error(), (400, "InvalidArgument"));
    assert_eq!(client.request("GET", "/").query("encoding-type", "x").send().error(), (400, "InvalidArgument"));
    let listed = client.request("GET", "/").query("prefix", "d0/00").send();
    assert!(listed.element("LastModified").contains(".000Z"), "{}", listed.text());
    assert_eq!((listed.element("Size"), listed.element("StorageClass")), ("0", "STANDARD"));
    assert_eq!(listed.element("ETag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
}

#[test]
fn configurations_are_kept() {
    let (_emulator, client) = started();
    let get = |sub: &str| client.request("GET", "/").query(sub, "").send();
    let rule = "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>";
    let expire = "<Rule><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>";
    let index = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";
    for (sub, root, inner, missing) in [
        ("cors", "CORSConfiguration", rule, "NoSuchCORSConfiguration"),
        ("lifecycle", "LifecycleConfiguration", expire, "NoSuchLifecycleConfiguration"),
        ("website", "WebsiteConfiguration", index, "NoSuchWebsiteConfiguration"),
    ] {
        let body = format!("<{root}>{inner}</{root}>");
        assert_eq!(get(sub).error(), (404, missing));
        let bare = client.request("PUT", "/").query(sub, "").body(body.as_str()).send();
        assert_eq!(bare.error(), (400, "InvalidRequest"), "Content-MD5 is missing");
        assert_eq!(with_md5(&client, "PUT", "/", sub, "<Other/>").0, 400);
        assert_eq!(with_md5(&client, "PUT", "/", sub, &body).0, 200);
        assert_eq!(get(sub).text(), body);
        assert_eq!(client.request("DELETE", "/").query(sub, "").send().status, 204);
        assert_eq!(get(sub).error(), (404, missing));
    }
    let tags = |key: &str| format!("<Tagging><TagSet><Tag><Key>{key}</Key></Tag></TagSet></Tagging>");
    assert_eq!(with_md5(&client, "PUT", "/", "tagging", &tags("")).0, 400);
    assert_eq!(with_md5(&client, "PUT", "/", "tagging", &tags("k")).0, 204);
}

#[test]
fn many_objects_are_deleted_at_once() {
    let (_emulator, client) = started();
    for key in ["/a", "/ b ", "/c&d"] {
        client.put(key, "x");
    }
    let object = |key: &str| format!("<Object><Key>{key}</Key></Object>");
    let all = object("a") + &object(" b ") + &object("c&amp;d") + &object("never");
    let (status, text) = with_md5(&client, "POST", "/", "delete", &format!("<Delete>{all}</Delete>"));
    assert_eq!((status, text.matches("<Deleted>").count()), (200, 4));
    assert!(!client.get("/").text().contains("<Contents>"));
    let quiet = format!("<Delete><Quiet>true</Quiet>{all}</Delete>");
    assert!(!with_md5(&client, "POST", "/", "delete", &quiet).1.contains("<Deleted>"));
    let bare = client.request("POST", "/").query("delete", "").body(quiet).send();
    assert_eq!(bare.error(), (400, "InvalidRequest"));
    let many = format!("<Delete>{}</Delete>", object("k").repeat(1001));
    assert!(with_md5(&client, "POST", "/", "delete", &many).1.contains("TooManyKeys"));
}

#[test]
fn versions_of_an_object() {
    let (_emulator, client) = started();
    let set = |status: &str| {
        let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        client.request("PUT", "/").query("versioning", "").body(body).send().status
    };
    assert_eq!(set("Off"), 400);
    assert_eq!(client.put("/k", "zero").header("x-cos-version-id"), None);
    assert_eq!(set("Enabled"), 200);
    let one = client.put("/k", "one").header("x-cos-version-id").unwrap().to_owned();
    client.put("/k", "two");
    let get = |id: &str| client.request("GET", "/k").query("versionId", id).send();
    assert_eq!(get(&one).text(), "one");
    assert_eq!(get("null").text(), "zero");
    assert_eq!(get("other").error(), (404, "NoSuchVersion"));
    let deleted = client.request("DELETE", "/k").send();
    assert_eq!(deleted.header("x-cos-delete-marker"), Some("true"));
    let marker = deleted.header("x-cos-version-id").unwrap();
    let gone = client.get("/k");
    assert_eq!((gone.error(), gone.header("x-cos-delete-marker")), ((404, "NoSuchKey"), Some("true")));
    assert_eq!(get(marker).error(), (404, "NoSuchKey"));
    let listing = client.request("GET", "/").query("versions", "").send();
    assert_eq!(listing.text().matches("<Version>").count(), 3);
    assert_eq!(listing.text().matches("<DeleteMarker>").count(), 1);
    assert_eq!(listing.text().matches("<IsLatest>true</IsLatest>").count(), 1);
    assert!(!client.get("/").text().contains("<Contents>"));
    assert_eq!(client.request("DELETE", "/").send().error(), (409, "BucketNotEmpty"));
    client.request("DELETE", "/k").query("versionId", marker).send();
    assert_eq!(client.get("/k").text(), "two");
    assert_eq!(set("Suspended"), 200);
    let suspended = client.put("/k", "null again");
    assert_eq!(suspended.header("x-cos-version-id"), None);
    assert_eq!(get("null").text(), "null again");
    assert_eq!(get(&one).text(), "one");
}
