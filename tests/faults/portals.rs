//! Answers of something that is not COS: nothing is a success that COS did not say.

use std::io::Cursor;
use std::io::Write as _;

use qcloud_cos::object::AppendObject;
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client, Sent};

use crate::common::{BUCKET, ByHand, client, failed, start};

/// A portal that shows its page to all.
fn portal(headers: &'static str) -> ByHand {
    ByHand::start(move |_, stream| {
        let page = "<html><body>Please log in</body></html>";
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n{page}", page.len());
        stream.write_all(answer.as_bytes()).unwrap();
        true
    })
}

/// Everything that changes something.
fn changes(client: &CosS3Client) -> Vec<(&'static str, Result<(), CosError>)> {
    vec![
        ("put", client.put_object(BUCKET, b"x", "k").send().map(drop)),
        ("part", client.upload_part(BUCKET, "k", b"x", 1, "id").send().map(drop)),
        ("append", client.append_object(BUCKET, "k", 0, b"x").send().map(drop)),
        ("buffer", client.upload_file_from_buffer(BUCKET, "k", Cursor::new(b"x")).send().map(drop)),
        ("delete", client.delete_object(BUCKET, "k").send().map(drop)),
        ("restore", client.restore_object(BUCKET, "k", qcloud_cos::object::RestoreRequest::default()).send().map(drop)),
        ("acl", client.put_object_acl(BUCKET, "k").acl("private").send().map(drop)),
        ("bucket acl", client.put_bucket_acl(BUCKET).acl("private").send().map(drop)),
        ("create", client.create_bucket(BUCKET).send()),
        ("delete bucket", client.delete_bucket(BUCKET).send()),
        ("versioning", client.put_bucket_versioning(BUCKET, "Enabled").send().map(drop)),
        ("abort", client.abort_multipart_upload(BUCKET, "k", "id").send().map(drop)),
    ]
}

#[test]
fn fault_75_a_portals_page_is_no_success() {
    let portal = portal("Content-Type: text/html\r\n");
    let client = client(portal.config());
    for (name, result) in changes(&client) {
        let error = failed(result);
        let expected = if name == "append" { ClientErrorKind::Ambiguous } else { ClientErrorKind::Protocol };
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&expected, 1, Sent::All), "{name}: {error}");
    }
}

#[test]
fn fault_75_a_portals_page_is_no_object() {
    let portal = portal("Content-Type: text/html\r\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "old").unwrap();
    let reads = |client: &CosS3Client| {
        [
            ("get", client.get_object(BUCKET, "k").send().map(drop)),
            ("head", client.head_object(BUCKET, "k").send().map(drop)),
            ("exists", client.object_exists(BUCKET, "k").send().map(drop)),
            ("head bucket", client.head_bucket(BUCKET).send().map(drop)),
            ("download", client.download_file(BUCKET, "k", &path).send().map(drop)),
        ]
    };
    for (name, result) in reads(&client(portal.config())) {
        assert_eq!(failed(result).kind(), &ClientErrorKind::Protocol, "{name}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    for (name, result) in reads(&client(portal.config().require_request_id(false))) {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    std::fs::write(&path, "old").unwrap();
    // A portal that comes between the look at the object and its bytes.
    let (cos, client) = start();
    crate::common::put(&client, "k", b"content");
    let page = cos_emulator::Answer::new(200).body("<html>Please log in</html>").without_request_id();
    cos.inject(cos_emulator::Fault::Answer(page), cos_emulator::Match::any().method("GET"), 1);
    assert_eq!(failed(client.download_file(BUCKET, "k", &path).send()).kind(), &ClientErrorKind::Protocol);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
}

#[test]
fn fault_75_a_gateway_that_drops_the_request_id_can_be_trusted() {
    let gateway = portal("Content-Type: text/html\r\n");
    let client = client(gateway.config().require_request_id(false));
    for (name, result) in changes(&client) {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    let gateway = portal("ETag: \"e\"\r\nx-cos-next-append-position: 1\r\n");
    let client = crate::common::client(gateway.config());
    for (name, result) in changes(&client).drain(..3) {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}

#[test]
fn fault_75_an_append_without_a_position_is_looked_up() {
    let (cos, client) = start();
    let drop = cos_emulator::Fault::DropHeader("x-cos-next-append-position".to_owned());
    let append: AppendObject<'_> = client.append_object(BUCKET, "k", 0, b"abc");
    cos.inject(drop, cos_emulator::Match::any().method("POST"), 1);
    assert_eq!(append.send().unwrap().next_append_position, 3);
    assert!(crate::common::get(&client, "k") == b"abc");
}

#[test]
fn fault_76_what_is_called_back_is_not_called_twice() {
    let (cos, client) = start();
    let lost = || cos_emulator::Fault::Close(cos_emulator::Moment::BeforeAnswer);
    cos.inject(lost(), cos_emulator::Match::any().method("PUT"), 1);
    let call = client.put_object(BUCKET, b"x", "k").header("x-cos-callback", "e30=");
    let error = failed(call.send());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Transport, 1));
    cos.inject(lost(), cos_emulator::Match::any().method("PUT"), 1);
    client.put_object(BUCKET, b"x", "k").send().unwrap();
}

fn answer(stream: &mut std::net::TcpStream, status: u16, body: &str) -> bool {
    let head = format!("HTTP/1.1 {status} x\r\nx-cos-request-id: id\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_ok()
}

#[test]
fn fault_77_a_refused_batch_does_not_hide_what_the_others_did() {
    let server = ByHand::start(|number, stream| match number {
        1 => answer(stream, 403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>"),
        _ => answer(stream, 200, "<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>"),
    });
    let client = client(server.config());
    let keys: Vec<String> = (0..2500).map(|number| format!("{number:04}")).collect();
    let done = client.delete_objects(BUCKET, keys.clone()).send().unwrap();
    assert_eq!(server.request_count(), 3);
    assert_eq!(done.deleted.len(), 2);
    let refused: Vec<_> = done.error.iter().map(|error| (error.key.as_str(), error.code.as_str())).collect();
    let expected: Vec<_> = keys[1000..2000].iter().map(|key| (key.as_str(), "AccessDenied")).collect();
    assert_eq!(refused, expected);
    // A single batch that is refused is an error, as in Python.
    let server = ByHand::start(|_, stream| answer(stream, 403, "<Error><Code>AccessDenied</Code></Error>"));
    let error = crate::common::code(crate::common::client(server.config()).delete_objects(BUCKET, ["a"]).send());
    assert_eq!(error, (403, "AccessDenied".to_owned()));
}

/// A server that lists these keys whatever it is asked, and says of these that they are deleted.
fn careless(listed: &'static str, deleted: &'static str) -> (ByHand, CosS3Client) {
    let server = ByHand::start(move |number, stream| answer(stream, 200, if number == 0 { listed } else { deleted }));
    let client = client(server.config());
    (server, client)
}

#[test]
fn fault_78_nothing_outside_of_the_prefix_is_deleted() {
    let listed = "<ListBucketResult><Contents><Key>t/1</Key></Contents><Contents><Key>u/2</Key></Contents>\
        </ListBucketResult>";
    let (server, client) = careless(listed, "<DeleteResult/>");
    let error = failed(client.delete_prefix(BUCKET, "t/").send());
    assert_eq!(*error.kind(), ClientErrorKind::Protocol);
    assert!(error.to_string().contains("u/2"), "{error}");
    assert_eq!(server.request_count(), 1);
    let listed = "<ListVersionsResult><Version><Key>u/2</Key><VersionId>v</VersionId></Version></ListVersionsResult>";
    let (server, client) = careless(listed, "<DeleteResult/>");
    assert!(client.delete_prefix(BUCKET, "t/").versions(true).send().is_err());
    assert_eq!(server.request_count(), 1);
}

#[test]
fn fault_78_only_what_was_named_counts_as_deleted() {
    let listed = "<ListBucketResult><Contents><Key>t/1</Key></Contents><Contents><Key>t/2</Key></Contents>\
        </ListBucketResult>";
    let deleted = "<DeleteResult><Deleted><Key>t/1</Key></Deleted><Deleted><Key>t/1</Key></Deleted>\
        <Deleted><Key>t/3</Key></Deleted></DeleteResult>";
    let (_server, client) = careless(listed, deleted);
    let report = client.delete_prefix(BUCKET, "t/").send().unwrap();
    assert_eq!((report.deleted, report.error.len()), (1, 1));
    assert_eq!(report.error[0].key, "t/2");
}

#[test]
fn fault_79_names_are_decoded_only_where_the_answer_says_that_they_are_encoded() {
    let page = |encoding: &str, key: &str| {
        format!("<ListBucketResult>{encoding}<Contents><Key>{key}</Key></Contents></ListBucketResult>")
    };
    let url = "<EncodingType>url</EncodingType>";
    for (encoding, key, expected) in [("", "a%2Fb", Some("a%2Fb")), (url, "a%2Fb", Some("a/b")), (url, "a%FFb", None)] {
        let page = page(encoding, key);
        let server = ByHand::start(move |_, stream| answer(stream, 200, &page));
        let listed = client(server.config()).list_objects(BUCKET).send();
        if let Some(expected) = expected {
            assert_eq!(listed.unwrap().contents[0].key, expected);
            continue;
        }
        let error = failed(listed);
        assert_eq!(*error.kind(), ClientErrorKind::Protocol);
        assert!(error.to_string().contains("a%FFb"), "{error}");
    }
}

#[test]
fn fault_79_every_list_decodes_only_what_is_said_to_be_encoded() {
    type List = fn(&CosS3Client) -> String;
    let lists: [(&str, &str, List); 4] = [
        ("ListBucketResult", "Contents", |client| client.list_objects(BUCKET).send().unwrap().contents[0].key.clone()),
        ("ListVersionsResult", "Version", |client| {
            client.list_objects_versions(BUCKET).send().unwrap().version[0].key.clone()
        }),
        ("ListMultipartUploadsResult", "Upload", |client| {
            client.list_multipart_uploads(BUCKET).send().unwrap().upload[0].key.clone()
        }),
        ("ListPartsResult", "", |client| client.list_parts(BUCKET, "k", "id").send().unwrap().key.clone()),
    ];
    for (root, item, list) in lists {
        for (encoding, expected) in [("", "a%2Fb"), ("<EncodingType>url</EncodingType>", "a/b")] {
            let key = "<Key>a%2Fb</Key>";
            let item =
                if item.is_empty() { key.to_owned() } else { format!("<{item}>{key}<UploadId>u</UploadId></{item}>") };
            let page = format!("<{root}>{encoding}{item}</{root}>");
            let server = ByHand::start(move |_, stream| answer(stream, 200, &page));
            assert_eq!(list(&client(server.config())), expected, "{root}, {encoding}");
        }
    }
}

#[test]
fn fault_80_a_result_says_what_the_answer_with_the_bytes_said() {
    use cos_emulator::{Answer, Fault, Match};
    let (cos, client) = start();
    crate::common::put(&client, "k", b"content");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let gets = || Match::any().method("GET");
    // The HEAD names a checksum, the answer with the bytes does not.
    cos.inject(Fault::omit_crc64(), gets(), 1);
    let done = client.download_file(BUCKET, "k", &path).send().unwrap();
    assert!(!done.verified);
    cos.inject(Fault::omit_crc64(), gets(), 1);
    assert!(client.download_file(BUCKET, "k", &path).require_crc(true).send().is_err());
    // Replaced between the two.
    let old = client.head_object(BUCKET, "k").send().unwrap();
    cos.inject(Fault::SetHeader("ETag".to_owned(), "\"old\"".to_owned()), Match::any().method("HEAD"), 1);
    let done = client.download_file(BUCKET, "k", &path).send().unwrap();
    assert_eq!((done.etag.as_str(), done.content_length, done.verified), (old.etag.as_str(), 7, true));
    // Neither no content nor somebody else's.
    for status in [203, 204] {
        std::fs::write(&path, "old").unwrap();
        cos.inject(Fault::Answer(Answer::new(status).header("ETag", "\"e\"")), gets(), 2);
        let error = failed(client.download_file(BUCKET, "k", &path).send());
        assert_eq!(*error.kind(), ClientErrorKind::Protocol, "{status}: {error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let error = failed(client.get_object(BUCKET, "k").send());
        assert_eq!(*error.kind(), ClientErrorKind::Protocol, "{status}: {error}");
        cos.clear_faults();
    }
    // A part of it that nobody asked for would pass for the whole.
    std::fs::write(&path, "old").unwrap();
    let part = Answer::new(206).header("ETag", "\"e\"").header("Content-Range", "bytes 0-2/7").body("con");
    cos.inject(Fault::Answer(part), gets(), 2);
    let error = failed(client.download_file(BUCKET, "k", &path).send());
    assert_eq!(*error.kind(), ClientErrorKind::Protocol, "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    let error = failed(client.get_object(BUCKET, "k").send());
    assert_eq!(*error.kind(), ClientErrorKind::Protocol, "{error}");
    cos.clear_faults();
    // A range that is answered by the whole says so.
    cos.inject(Fault::IgnoreRange, gets(), 1);
    assert_eq!(client.get_object(BUCKET, "k").range("bytes=0-1").send().unwrap().status, 200);
    assert_eq!(client.get_object(BUCKET, "k").range("bytes=0-1").send().unwrap().status, 206);
}

#[test]
fn fault_81_a_length_that_is_not_told_is_not_zero() {
    let content = crate::common::noise(9, 2 * crate::common::MIB);
    let head = "HTTP/1.1 200 OK\r\nx-cos-request-id: id\r\nETag: \"e\"\r\nConnection: close\r\n";
    let body = content.clone();
    let server = ByHand::start(move |number, stream| {
        // The HEAD, and then one GET for all.
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        if number == 1 {
            stream.write_all(&body).unwrap();
        }
        false
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let client = crate::common::client(server.config());
    let done = client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(0).send().unwrap();
    assert_eq!((done.content_length, done.verified), (content.len() as u64, false));
    assert!(std::fs::read(&path).unwrap() == content);
    assert_eq!(server.request_count(), 2);
}

#[test]
fn fault_81_an_object_of_unknown_length_does_not_say_what_was_lost() {
    let head = "HTTP/1.1 200 OK\r\nx-cos-request-id: id\r\nETag: \"e\"\r\nConnection: close\r\n";
    let server =
        ByHand::start(move |number, stream| number > 0 && stream.write_all(format!("{head}\r\n").as_bytes()).is_err());
    let error = failed(crate::common::client(server.config()).append_object(BUCKET, "log", 0, b"x").send());
    assert_eq!(*error.kind(), ClientErrorKind::Ambiguous, "{error}");
    // The upload whose answer was lost may be why its repetition is refused.
    let server = ByHand::start(move |number, stream| match number {
        0 => false,
        1 => answer(stream, 412, "<Error><Code>PreconditionFailed</Code></Error>"),
        _ => stream.write_all(format!("{head}\r\n").as_bytes()).is_err(),
    });
    let upload = client(server.config());
    let error = failed(upload.put_object(BUCKET, b"x", "k").if_none_match("*").send());
    assert_eq!((error.kind(), server.request_count()), (&ClientErrorKind::Ambiguous, 3), "{error}");
}

#[test]
fn fault_82_a_folder_goes_up_with_keys_that_may_not_list() {
    use cos_emulator::{Fault, Match};
    let (cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("GET").query("prefix"), usize::MAX);
    let report = client.upload_directory(BUCKET, "up/", folder.path()).send().unwrap();
    assert!(report.is_complete());
    cos.clear_faults();
    assert!(crate::common::get(&client, "up/a") == b"a" && crate::common::get(&client, "up/b") == b"b");
    // Once refused, the list is not asked for again with each file.
    assert_eq!(crate::common::requests(&cos, "GET", "prefix").len(), 1);
}

#[test]
fn fault_76_what_a_lost_answer_said_is_told_from_what_comes_after() {
    use cos_emulator::{Fault, Match};
    let (cos, client) = start();
    let lost = || Fault::Answer(cos_emulator::Answer::error(500, "InternalError").carried_out());
    cos.inject(lost(), Match::any().method("PUT"), 1);
    client.create_bucket("new-1250000000").send().unwrap();
    cos.inject(lost(), Match::any().method("DELETE"), 1);
    client.delete_bucket("new-1250000000").send().unwrap();
    // Without a lost answer they are what they are.
    client.create_bucket("new-1250000000").send().unwrap();
    assert_eq!(crate::common::code(client.create_bucket("new-1250000000").send()).0, 409);
    client.delete_bucket("new-1250000000").send().unwrap();
    assert_eq!(crate::common::code(client.delete_bucket("new-1250000000").send()).0, 404);
}

#[test]
fn fault_83_no_request_carries_more_than_cos_takes() {
    let (cos, client) = start();
    let big = || qcloud_cos::Body::sized_reader(std::io::repeat(0), 6 << 30);
    for result in [
        client.put_object(BUCKET, big(), "k").send().map(drop),
        client.append_object(BUCKET, "k", 0, big()).send().map(drop),
        client.upload_part(BUCKET, "k", big(), 1, "id").send().map(drop),
    ] {
        assert_eq!(crate::common::field(result), "body");
    }
    assert_eq!(cos.request_count(), 0);
}
