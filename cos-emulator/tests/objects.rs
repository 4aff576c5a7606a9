//! Objects: uploads, downloads, listings, versions, copies.

mod common;

use common::{Answer, BUCKET, Client, percent, started};
use cos_emulator::CosEmulator;

fn keys(answer: &Answer, element: &str) -> Vec<String> {
    let open = format!("<{element}>");
    answer.text().split(&open).skip(1).map(|rest| rest.split("</").next().unwrap().to_owned()).collect()
}

fn part_element(number: &str, uploaded: &Answer) -> String {
    let etag = uploaded.header("etag").unwrap();
    format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
}

#[test]
fn nasty_keys() {
    let scratch = tempfile::tempdir().unwrap();
    let emulators = [CosEmulator::start(), CosEmulator::builder().data_dir(scratch.path()).start()];
    for emulator in emulators {
        let emulator = emulator.unwrap();
        let client = Client::of(&emulator);
        let long = "k".repeat(850);
        let mut all = vec!["a b", "a+b", "%", "%2F", "//x", "/", "a//b", "./a", "../a", "a/..", "?", "#", "&=", "😀"];
        all.extend(["中文/键", "dir/", "\u{1}\t\n\r", "A", "a", "<&>\"'", "\\", &long]);
        for key in &all {
            let path = format!("/{key}");
            assert_eq!(client.put(&path, *key).status, 200, "{key:?}");
            assert_eq!(client.get(&path).text(), *key);
        }
        let listing = client.request("GET", "/").query("encoding-type", "url").send();
        all.sort_unstable();
        assert_eq!(keys(&listing, "Key"), all.iter().map(|key| percent(key)).collect::<Vec<_>>());
        for key in all {
            assert_eq!(client.request("DELETE", &format!("/{key}")).send().status, 204);
        }
        assert_eq!(client.request("DELETE", "/").send().status, 204);
        assert_eq!(client.get("/").error(), (404, "NoSuchBucket"));
    }
}

#[test]
fn conditions_of_uploads() {
    let (_emulator, client) = started();
    let put = |name: &str, value: &str| client.request("PUT", "/k").header(name, value).body("x").send();
    assert_eq!(put("if-match", "*").error(), (412, "PreconditionFailed"));
    assert_eq!(put("if-none-match", "*").status, 200);
    assert_eq!(put("if-none-match", "*").error(), (412, "PreconditionFailed"));
    assert_eq!(put("if-match", "\"9dd4e461268c8034f5c8564e155c67a6\"").status, 200);
    assert_eq!(put("if-match", "\"other\"").error(), (412, "PreconditionFailed"));
    assert_eq!(put("x-cos-forbid-overwrite", "true").error(), (409, "FileAlreadyExists"));
    assert_eq!(put("x-cos-forbid-overwrite", "false").status, 200);
    assert_eq!(put("x-cos-storage-class", "COLD").error(), (400, "InvalidArgument"));
    assert_eq!(put("x-cos-traffic-limit", "1").error(), (400, "InvalidArgument"));
    assert_eq!(put("x-cos-traffic-limit", "819200").status, 200);
}

#[test]
fn conditions_of_downloads() {
    let (_emulator, client) = started();
    client.put("/k", "x");
    let get = |name: &str, value: &str| client.request("GET", "/k").header(name, value).send();
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    let modified = client.get("/k").header("last-modified").unwrap().to_owned();
    assert_eq!(get("if-modified-since", &modified).status, 304);
    assert_eq!(get("if-modified-since", past).status, 200);
    assert_eq!(get("if-unmodified-since", past).error(), (412, "PreconditionFailed"));
    assert_eq!(get("if-unmodified-since", &modified).status, 200);
    assert_eq!(get("if-none-match", "\"a\", \"9dd4e461268c8034f5c8564e155c67a6\"").status, 304);
    assert_eq!(get("if-none-match", "\"a\"").status, 200);
    assert_eq!(get("if-match", "*").status, 200);
    let range = get("range", "bytes=5-");
    assert_eq!(range.error(), (416, "InvalidRange"));
    assert_eq!(range.header("content-range"), Some("bytes */1"));
}

#[test]
fn digests_of_what_was_stored() {
    let (_emulator, client) = started();
    let put = client.put("/k", "123456789");
    assert_eq!(put.header("x-cos-hash-crc64ecma"), Some("11051210869376104954"));
    let get = client.request("GET", "/k").header("range", "bytes=0-1").send();
    assert_eq!(get.header("x-cos-hash-crc64ecma"), Some("11051210869376104954"));
    assert_eq!(get.header("etag"), put.header("etag"));
    let overridden = client.request("GET", "/k").query("response-expires", "a\r\nb: c").send();
    assert_eq!(overridden.error(), (400, "InvalidArgument"));
}

#[test]
fn parts_become_an_object() {
    let scratch = tempfile::tempdir().unwrap();
    let builders = [CosEmulator::builder(), CosEmulator::builder().data_dir(scratch.path())];
    for builder in builders {
        let emulator = builder.min_part_size(2).start().unwrap();
        let client = Client::of(&emulator);
        let initiated = client.request("POST", "/k").query("uploads", "").send();
        let id = initiated.element("UploadId");
        let part = |number: &str, body: &str| {
            client.request("PUT", "/k").query("partNumber", number).query("uploadId", id).body(body).send()
        };
        let mut list = String::new();
        for (number, body) in [("1", "12345"), ("2", "67"), ("10000", "89")] {
            part(number, "replaced");
            let answer = part(number, body);
            list.push_str(&part_element(number, &answer));
        }
        for number in ["0", "10001", "x", ""] {
            assert_eq!(part(number, "x").error(), (400, "InvalidArgument"), "{number}");
        }
        let complete = |body: String| client.request("POST", "/k").query("uploadId", id).body(body).send();
        assert_eq!(complete("<Complete".into()).error(), (400, "MalformedXML"));
        assert_eq!(complete("<CompleteMultipartUpload/>".into()).error(), (400, "MalformedXML"));
        assert_eq!(client.get("/k").status, 404);
        let done = complete(format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>"));
        assert_eq!(done.header("x-cos-hash-crc64ecma"), Some("11051210869376104954"));
        assert!(done.element("ETag").ends_with("-3\""), "{}", done.text());
        assert_eq!(done.element("Location"), format!("http://{}/k", client.host));
        assert_eq!(client.get("/k").text(), "123456789");
        let ranged = client.request("GET", "/k").header("range", "bytes=3-7").send();
        assert_eq!(ranged.text(), "45678");
        assert_eq!(complete(String::new()).error(), (404, "NoSuchUpload"));
    }
}

#[test]
fn uploads_are_listed_in_pages() {
    let (_emulator, client) = started();
    for key in ["/a/1", "/a/2", "/b", "/b", "/c"] {
        client.request("POST", key).query("uploads", "").send();
    }
    let (mut found, mut marker, mut id_marker) = (Vec::new(), String::new(), String::new());
    loop {
        let page = client
            .request("GET", "/")
            .query("uploads", "")
            .query("max-uploads", "2")
            .query("key-marker", &marker)
            .query("upload-id-marker", &id_marker)
            .send();
        found.extend(keys(&page, "Key"));
        if page.element("IsTruncated") == "false" {
            break;
        }
        marker = page.element("NextKeyMarker").to_owned();
        id_marker = page.element("NextUploadIdMarker").to_owned();
    }
    assert_eq!(found, ["a/1", "a/2", "b", "b", "c"]);
    let folded = client.request("GET", "/").query("uploads", "").query("delimiter", "/").send();
    assert_eq!(keys(&folded, "Key"), ["b", "b", "c"]);
    assert!(folded.text().contains("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
    let prefixed = client.request("GET", "/").query("uploads", "").query("prefix", "b").send();
    assert_eq!(keys(&prefixed, "Key"), ["b", "b"]);
}

#[test]
fn everything_survives_a_restart() {
    let scratch = tempfile::tempdir().unwrap();
    let start = || CosEmulator::builder().data_dir(scratch.path()).min_part_size(0).start().unwrap();
    let emulator = start();
    assert_eq!(emulator.data_dir(), Some(scratch.path()));
    let client = Client::of(&emulator);
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    client.put("/k", "null");
    client.request("PUT", "/").query("versioning", "").body(versioning).send();
    let first =
        client.request("PUT", "/k").header("x-cos-meta-a", "é").header("x-cos-tagging", "t=1").body("one").send();
    client.request("DELETE", "/k").send();
    client.put("/中/ø", "two");
    let initiated = client.request("POST", "/up").query("uploads", "").send();
    let id = initiated.element("UploadId");
    let part = client.request("PUT", "/up").query("partNumber", "3").query("uploadId", id).body("three").send();
    let before = client.request("GET", "/").query("versions", "").send();
    drop(emulator);

    let emulator = start();
    let client = Client::of(&emulator);
    assert_eq!(client.request("GET", "/").query("versions", "").send().text(), before.text());
    assert_eq!(client.get("/k").error(), (404, "NoSuchKey"));
    let version = first.header("x-cos-version-id").unwrap();
    let old = client.request("GET", "/k").query("versionId", version).send();
    assert_eq!(
        (old.text(), old.header("x-cos-meta-a"), old.header("x-cos-tagging-count")),
        ("one", Some("é"), Some("1"))
    );
    assert_eq!(client.get("/中/ø").text(), "two");
    let list = part_element("3", &part);
    let body = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    assert_eq!(client.request("POST", "/up").query("uploadId", id).body(body).send().status, 200);
    drop(emulator);

    let emulator = start();
    let client = Client::of(&emulator);
    assert_eq!(client.get("/up").text(), "three");
    for (key, version) in [("/k", "null"), ("/k", version)] {
        client.request("DELETE", key).query("versionId", version).send();
    }
    let blobs = std::fs::read_dir(scratch.path().join(BUCKET).join("blobs")).unwrap();
    assert_eq!(blobs.count(), 2);
}

#[test]
fn a_download_goes_on_while_its_object_is_replaced() {
    use std::io::{BufReader, Read, Write};
    let scratch = tempfile::tempdir().unwrap();
    let emulator = CosEmulator::builder().data_dir(scratch.path()).start().unwrap();
    let client = Client::of(&emulator);
    let old = vec![b'o'; 30_000_000];
    client.put("/k", old.clone());
    let stream = client.connect();
    (&stream).write_all(client.request("GET", "/k").head().as_bytes()).unwrap();
    let mut first = [0; 9];
    (&stream).read_exact(&mut first).unwrap();
    client.put("/k", "new");
    let rest = first.as_slice().chain(&stream);
    let answer = Answer::read(&mut BufReader::new(rest), false).unwrap();
    assert!(answer.body == old && !answer.cut);
    assert_eq!(client.get("/k").text(), "new");
}

#[test]
fn copies_in_a_directory_stand_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let emulator = CosEmulator::builder().data_dir(scratch.path()).start().unwrap();
    let client = Client::of(&emulator);
    client.put("/a b", "content");
    let source = format!("{}/a%20b", client.host);
    let copy = client.request("PUT", "/copy").header("x-cos-copy-source", &source).send();
    assert_eq!(copy.header("x-cos-hash-crc64ecma"), client.get("/a b").header("x-cos-hash-crc64ecma"));
    client.request("DELETE", "/a b").send();
    assert_eq!(client.get("/copy").text(), "content");
    let itself = format!("{}/copy", client.host);
    let useless = client.request("PUT", "/copy").header("x-cos-copy-source", &itself).send();
    assert_eq!(useless.error(), (400, "InvalidRequest"));
}

#[test]
fn appending_in_a_directory() {
    let scratch = tempfile::tempdir().unwrap();
    let emulator = CosEmulator::builder().data_dir(scratch.path()).start().unwrap();
    let client = Client::of(&emulator);
    let append = |position: &str, body: &str| {
        client.request("POST", "/log").query("append", "").query("position", position).body(body).send()
    };
    append("0", "12345");
    let last = append("5", "6789");
    assert_eq!(last.header("x-cos-next-append-position"), Some("9"));
    assert_eq!(last.header("x-cos-hash-crc64ecma"), Some("11051210869376104954"));
    let late = append("5", "x");
    assert_eq!(late.error(), (409, "PositionNotEqualToLength"));
    assert_eq!(client.get("/log").text(), "123456789");
}

#[test]
fn buckets_by_path_and_by_domain() {
    let emulator = CosEmulator::builder().custom_domain("files.example.com", BUCKET).start().unwrap();
    let client = Client::of(&emulator);
    client.put("/a/b", "x");
    for (host, path) in [
        ("127.0.0.1", format!("/{BUCKET}/a/b")),
        ("localhost:9000", format!("/{BUCKET}/a/b")),
        ("cos.ap-guangzhou.myqcloud.com", format!("/{BUCKET}/a/b")),
        ("files.example.com", "/a/b".to_owned()),
    ] {
        let client = Client { host: host.to_owned(), ..client.clone() };
        assert_eq!(client.get(&path).text(), "x", "{host}");
    }
    let service = Client { host: "service.cos.myqcloud.com".into(), ..client };
    assert_eq!(service.get("/").element("Name"), BUCKET);
}
