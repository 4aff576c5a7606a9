//! Bodies on their way out and in: whole, or an error.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::time::Duration;

use crate::common::{
    BUCKET, MIB, client_with_retry, code, config, ends, failed, get, kind, names, noise, put, requests, start,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment, RecordedRequest};
use qcloud_cos::{Body, ClientErrorKind, CosClientError, CosS3Client, Sent};

/// Puts a body and returns what is stored then, with the request that brought it.
fn stored<'a>(body: impl Into<Body<'a>>) -> (Vec<u8>, RecordedRequest) {
    let (cos, client) = start();
    client.put_object(BUCKET, body.into(), "k").send().unwrap();
    let request = requests(&cos, "PUT", "").remove(0);
    (get(&client, "k"), request)
}

fn text_file(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

#[test]
fn bytes_of_every_kind_arrive_with_their_length() {
    let (bytes, text, file) = (b"hello".to_vec(), "hello".to_owned(), text_file("hello"));
    for (content, request) in [
        stored(&b"hello"[..]),
        stored(b"hello"),
        stored(Body::text("hello")),
        stored(Body::text(text.clone())),
        stored(Body::text(&text)),
        stored(bytes.clone()),
        stored(&bytes),
        stored(Body::seekable(Cursor::new(bytes.clone()))),
        stored(Body::sized_reader(&b"hello and more"[..], 5)),
        stored(Cow::Borrowed(&bytes[..])),
        stored(text_file("hello")),
        stored(&file),
    ] {
        assert_eq!(content, b"hello");
        assert_eq!(request.header("content-length"), Some("5"));
        assert_eq!(request.header("transfer-encoding"), None);
    }
}

#[test]
fn a_file_is_sent_from_its_current_position() {
    let mut file = text_file("0123456789");
    file.seek(SeekFrom::Start(7)).unwrap();
    assert_eq!(stored(file).0, b"789");
}

#[test]
fn a_reader_of_unknown_length_goes_out_in_chunks() {
    let content = noise(1, 700_001);
    let (arrived, request) = stored(Body::reader(Cursor::new(content.clone())));
    assert!(arrived == content);
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
    assert_eq!(request.header("content-length"), None);
}

#[test]
fn a_reader_whose_length_is_told_goes_out_with_it() {
    let (cos, client) = start();
    client.put_object(BUCKET, Body::reader(&b"hello"[..]), "k").content_length(5).send().unwrap();
    assert_eq!(cos.requests()[0].header("content-length"), Some("5"));
    assert_eq!(get(&client, "k"), b"hello");
}

#[test]
fn of_a_reader_that_holds_more_than_its_length_only_that_is_sent() {
    let (_cos, client) = start();
    client.put_object(BUCKET, Body::reader(&b"hello and more"[..]), "k").content_length(5).send().unwrap();
    assert_eq!(get(&client, "k"), b"hello");
    let short = client.put_object(BUCKET, Body::reader(&b"hell"[..]), "short").content_length(5).send();
    assert_eq!(kind(short), ClientErrorKind::Body);
    assert!(!client.object_exists(BUCKET, "short").send().unwrap());
}

#[test]
fn a_length_that_is_not_the_bodys_is_refused_by_name() {
    let (cos, client) = start();
    for put in [
        client.put_object(BUCKET, b"hello", "k"),
        client.put_object(BUCKET, text_file("hello"), "k"),
        client.put_object(BUCKET, Body::sized_reader(&b"hello"[..], 5), "k"),
    ] {
        let error = failed(put.content_length("3").send());
        assert!(error.to_string().starts_with("content_length: 3 is not the length of the body"), "{error}");
    }
    assert_eq!(cos.request_count(), 0);
    client.put_object(BUCKET, b"hello", "k").content_length("5").send().unwrap();
}

#[test]
fn a_path_that_may_be_the_key_is_told_with_the_order_of_the_arguments() {
    let (cos, client) = start();
    for (error, order) in [
        (failed(client.upload_file(BUCKET, "local.txt", "no-such-folder/key").send()), "(bucket, key, path)"),
        (failed(client.put_object_from_local_file(BUCKET, "key", "local.txt").send()), "(bucket, path, key)"),
    ] {
        assert!(error.to_string().ends_with(&format!("; the order of the arguments is {order}")), "{error}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn metadata_that_cos_would_not_keep_is_refused_by_name() {
    let (cos, client) = start();
    for name in ["key1", "Content-Type", "Host", "", "x-cos-met\u{e4}-a"] {
        let error = failed(client.put_object(BUCKET, b"x", "k").metadata(name, "v").send());
        assert!(
            error.to_string().starts_with(&format!("metadata: {name:?} does not begin with x-cos-meta-")),
            "{error}"
        );
    }
    assert_eq!(cos.request_count(), 0);
    client.put_object(BUCKET, b"x", "k").metadata("X-Cos-Meta-Key", "v").send().unwrap();
    assert_eq!(client.head_object(BUCKET, "k").send().unwrap()["x-cos-meta-key"], "v");
}

/// The content of one object becomes another one without a file in between.
#[test]
fn a_download_is_the_body_of_an_upload() {
    let (_cos, client) = start();
    put(&client, "from", b"hello");
    let from = client.get_object(BUCKET, "from").send().unwrap();
    client.put_object(BUCKET, from.body, "to").send().unwrap();
    assert_eq!(get(&client, "to"), b"hello");
}

#[test]
fn an_empty_object_and_an_empty_file_go_out_with_length_0() {
    for (content, request) in [stored(b""), stored(Vec::new()), stored(text_file(""))] {
        assert!(content.is_empty());
        assert_eq!(request.header("content-length"), Some("0"));
        assert_eq!(request.header("transfer-encoding"), None);
    }
    let (cos, client) = start();
    let file = tempfile::NamedTempFile::new().unwrap();
    client.put_object_from_local_file(BUCKET, file.path(), "k").send().unwrap();
    assert_eq!(cos.requests()[0].header("content-length"), Some("0"));
    assert_eq!(client.head_object(BUCKET, "k").send().unwrap().content_length, 0);
}

#[test]
fn a_missing_local_file_is_named_and_nothing_is_sent() {
    let (cos, client) = start();
    let error = failed(client.put_object_from_local_file(BUCKET, "/no/such/file", "k").send());
    assert_eq!(*error.kind(), ClientErrorKind::Local { path: "/no/such/file".into() });
    let nameless = failed(client.put_object_from_local_file(BUCKET, "", "k").send());
    assert!(nameless.to_string().starts_with("cannot open \"\": "), "{nameless}");
    assert_eq!(cos.request_count(), 0);
}

#[cfg(unix)]
#[test]
fn a_folder_is_no_body_and_nothing_is_sent() {
    let (cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let error = failed(client.put_object_from_local_file(BUCKET, folder.path(), "k").enable_md5(true).send());
    assert_eq!(error.to_string(), format!("cannot upload {}: it is a folder", folder.path().display()));
    for md5 in [false, true] {
        let file = File::open(folder.path()).unwrap();
        let error = failed(client.put_object(BUCKET, file, "k").enable_md5(md5).send());
        assert_eq!((error.kind(), error.to_string().as_str()), (&ClientErrorKind::Body, "body: it is a folder"));
    }
    assert_eq!(cos.request_count(), 0);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_is_not_waited_for() {
    let (cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let errors = ends(move || {
        [
            kind(client.put_object_from_local_file(BUCKET, &pipe, "k").send()),
            kind(client.upload_file(BUCKET, "k", &pipe).send()),
        ]
    });
    assert!(errors.iter().all(|error| matches!(error, ClientErrorKind::Local { .. })), "{errors:?}");
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn a_body_that_ends_before_its_length_is_an_error_and_stores_nothing() {
    let (_cos, client) = start();
    let short = client.put_object(BUCKET, Body::sized_reader(&b"abc"[..], 4), "k").send();
    assert_eq!(kind(short), ClientErrorKind::Body);
    assert!(!client.object_exists(BUCKET, "k").send().unwrap());
}

#[test]
fn an_error_of_the_bodys_reader_is_handed_on_and_stores_nothing() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the tape tore"))
        }
    }
    let (_cos, client) = start();
    let error = failed(client.put_object(BUCKET, Body::reader(Broken), "k").send());
    assert_eq!(*error.kind(), ClientErrorKind::Body);
    assert!(error.to_string().contains("the tape tore"), "{error}");
    assert!(!client.object_exists(BUCKET, "k").send().unwrap());
}

#[test]
fn a_stream_comes_in_pieces_of_the_size_asked_for() {
    let (_cos, client) = start();
    let content = noise(2, 10_000);
    put(&client, "k", &content);
    let body = client.get_object(BUCKET, "k").send().unwrap().body;
    assert_eq!(body.content_length(), Some(10_000));
    let pieces: Vec<Vec<u8>> = body.get_stream(4096).map(Result::unwrap).collect();
    assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [4096, 4096, 1808]);
    assert!(pieces.concat() == content);
}

/// What a body can suffer on its way, and what is said of it.
fn body_faults() -> [(Fault, &'static [ClientErrorKind]); 5] {
    const CUT: &[ClientErrorKind] = &[ClientErrorKind::Transport, ClientErrorKind::Integrity];
    const WRONG: &[ClientErrorKind] = &[ClientErrorKind::Integrity];
    [
        (Fault::CutBody(1000), CUT),
        (Fault::CutChunked(1000), CUT),
        (Fault::DeclareLength(MIB as u64 + 1), CUT),
        (Fault::DeclareLength(MIB as u64 - 1), WRONG),
        (Fault::CorruptAnswer(MIB as u64 - 1), WRONG),
    ]
}

fn with_old_file(check: impl Fn(&CosEmulator, &CosS3Client, &std::path::Path)) {
    let (cos, client) = start();
    put(&client, "k", &noise(3, MIB));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    check(&cos, &client, &path);
    assert_eq!(names(folder.path()), ["file"]);
}

/// What a download in ranges, one in one request, and a reader fail with.
fn failures(client: &CosS3Client, path: &std::path::Path) -> [CosClientError; 3] {
    let ranges = client.download_file(BUCKET, "k", path).part_size(1).multipart_threshold(0).max_thread(1).send();
    let whole = client.download_file(BUCKET, "k", path).part_size(5).send();
    let body = client.get_object(BUCKET, "k").send().and_then(|answer| answer.body.get_stream_to_file(path));
    [failed(ranges), failed(whole), failed(body)]
}

#[test]
fn a_body_is_asked_for_as_often_as_the_client_tries() {
    for retry in [0, 1, 3] {
        // A body that never begins, and an answer: neither multiplies the other's attempts.
        for (fault, timeout) in [(Fault::CutBody(0), 10_000), (Fault::Hang(Moment::BeforeAnswer), 50)] {
            let (cos, owner) = start();
            put(&owner, "k", &noise(1, 2 * MIB));
            let client = client_with_retry(config(&cos).response_timeout(Duration::from_millis(timeout)), retry);
            let folder = tempfile::tempdir().unwrap();
            cos.inject(fault, Match::any().method("GET"), usize::MAX);
            cos.clear_requests();
            for error in failures(&client, &folder.path().join("f")) {
                assert_eq!((error.attempts(), error.sent() > Sent::Nothing), (retry + 1, true), "{error}");
            }
            assert_eq!(requests(&cos, "GET", "").len(), 3 * (retry as usize + 1));
        }
    }
}

#[test]
fn a_file_is_replaced_by_the_whole_object() {
    with_old_file(|_, client, path| {
        client.get_object(BUCKET, "k").send().unwrap().body.get_stream_to_file(path).unwrap();
        assert!(fs::read(path).unwrap() == noise(3, MIB));
    });
}

#[test]
fn a_cut_or_damaged_body_leaves_the_old_file_and_no_other() {
    for (fault, expected) in body_faults() {
        with_old_file(|cos, client, path| {
            cos.inject(fault.clone(), Match::any(), usize::MAX);
            let found = kind(client.get_object(BUCKET, "k").send().unwrap().body.get_stream_to_file(path));
            assert!(expected.contains(&found), "{fault:?}: {found:?}");
            assert_eq!(fs::read(path).unwrap(), b"old");
        });
    }
}

#[test]
fn a_cut_or_damaged_body_never_reads_to_a_clean_end() {
    for (fault, _) in body_faults() {
        let (cos, client) = start();
        put(&client, "k", &noise(3, MIB));
        cos.inject(fault.clone(), Match::any().method("GET"), usize::MAX);
        let body = client.get_object(BUCKET, "k").send().unwrap().body;
        assert!(body.get_raw_stream().read_to_end(&mut Vec::new()).is_err(), "{fault:?}");
        let pieces: Vec<_> = client.get_object(BUCKET, "k").send().unwrap().body.get_stream(100_000).collect();
        assert!(pieces.last().unwrap().is_err(), "{fault:?}");
        assert_eq!(pieces.iter().filter(|piece| piece.is_err()).count(), 1, "{fault:?}");
    }
}

#[test]
fn a_part_of_an_object_never_passes_for_what_was_asked_for() {
    with_old_file(|cos, client, path| {
        let part = Answer::new(206).header("Content-Range", "bytes 0-3/12").header("ETag", "\"e\"").body("0123");
        cos.inject(Fault::Answer(part), Match::any().method("GET"), usize::MAX);
        assert_eq!(kind(client.download_file(BUCKET, "k", path).send()), ClientErrorKind::Protocol);
        let error = failed(client.get_object(BUCKET, "k").send());
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Protocol, 1, Sent::All));
        for other in ["bytes=1-4", "bytes=0-4", "bytes=0-", "bytes=-4"] {
            assert_eq!(kind(client.get_object(BUCKET, "k").range(other).send()), ClientErrorKind::Protocol, "{other}");
        }
        let asked = client.get_object(BUCKET, "k").range("bytes=0-3").send().unwrap();
        assert_eq!(io::read_to_string(asked.body).unwrap(), "0123");
    });
}

#[test]
fn a_body_in_chunks_is_read_to_its_end() {
    let (cos, client) = start();
    let content = noise(4, 300_000);
    put(&client, "k", &content);
    cos.inject(Fault::Chunked, Match::any().method("GET"), 1);
    assert!(get(&client, "k") == content);
}

#[test]
fn a_compressed_object_is_not_inflated() {
    let gzip = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0];
    let (_cos, client) = start();
    client.put_object(BUCKET, &gzip, "k").content_encoding("gzip").send().unwrap();
    for accepted in ["gzip", "identity"] {
        let answer = client.get_object(BUCKET, "k").accept_encoding(accepted).send().unwrap();
        assert_eq!(answer.headers.get("content-encoding").as_deref(), Some("gzip"));
        assert_eq!(answer.content_length, gzip.len() as u64);
        let mut content = Vec::new();
        answer.body.get_raw_stream().read_to_end(&mut content).unwrap();
        assert_eq!(content, gzip);
    }
}

#[test]
fn enable_md5_sends_the_digest_of_the_body() {
    let (cos, client) = start();
    client.put_object(BUCKET, b"hello", "k").enable_md5(true).send().unwrap();
    let mut file = text_file("xxhello");
    file.seek(SeekFrom::Start(2)).unwrap();
    client.put_object(BUCKET, file, "k").enable_md5(true).send().unwrap();
    for request in cos.requests() {
        assert_eq!(request.header("content-md5"), Some("XUFAKrxLKna5cZ2REBfFkg=="));
    }
    assert_eq!(get(&client, "k"), b"hello");
    cos.clear_requests();
    let once = client.put_object(BUCKET, Body::reader(&b"x"[..]), "k").enable_md5(true).send();
    assert_eq!(kind(once), ClientErrorKind::Body);
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn a_wrong_content_md5_is_refused_by_cos() {
    let (_cos, client) = start();
    let put = |md5: &str| code(client.put_object(BUCKET, b"other", "k").content_md5(md5).send());
    assert_eq!(put("XUFAKrxLKna5cZ2REBfFkg=="), (400, "BadDigest".to_owned()));
    assert_eq!(put("nonsense"), (400, "InvalidDigest".to_owned()));
    assert!(!client.object_exists(BUCKET, "k").send().unwrap());
}

#[test]
fn an_upload_damaged_on_its_way_is_sent_again() {
    let (cos, client) = start();
    cos.inject(Fault::CorruptUpload(3), Match::any().method("PUT"), 1);
    put(&client, "k", b"0123456789");
    assert_eq!(requests(&cos, "PUT", "").len(), 2);
    assert_eq!(get(&client, "k"), b"0123456789");
    cos.inject(Fault::CorruptUpload(3), Match::any().method("PUT"), usize::MAX);
    let error = failed(client.put_object(BUCKET, b"0123456789", "k").send());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Integrity, 3));
}
