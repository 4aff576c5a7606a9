//! Every fault, as a client meets it.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::{BUCKET, Client, started};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};

fn with_object() -> (CosEmulator, Client) {
    let (emulator, client) = started();
    client.put("/k", "0123456789");
    emulator.clear_requests();
    (emulator, client)
}

#[test]
fn a_status_with_an_error_document_and_headers() {
    let (emulator, client) = with_object();
    let busy = Answer::error(503, "SlowDown").header("Retry-After", "7");
    emulator.inject(Fault::Answer(busy), Match::any(), 2);
    for _ in 0..2 {
        let answer = client.put("/new", "x");
        assert_eq!(answer.error(), (503, "SlowDown"));
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert_eq!(answer.header("x-cos-request-id"), Some(answer.element("RequestId")));
    }
    assert_eq!(client.get("/new").status, 404);
    assert_eq!(emulator.requests()[0].body_length, 1);
}

#[test]
fn success_with_an_error_document() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::error(200, "InternalError"), Match::any(), 1);
    assert_eq!(client.get("/k").error(), (200, "InternalError"));
}

#[test]
fn a_raw_body() {
    let (emulator, client) = with_object();
    let answer = Answer::new(502).body("<html>").header("Content-Type", "text/html").without_request_id();
    emulator.inject(Fault::Answer(answer), Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.status, answer.text()), (502, "<html>"));
    assert_eq!(answer.header("x-cos-request-id"), None);
}

#[test]
fn an_answer_that_hides_success() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::Answer(Answer::error(500, "InternalError").carried_out()), Match::any(), 1);
    assert_eq!(client.put("/new", "x").status, 500);
    assert_eq!(client.get("/new").text(), "x");
}

#[test]
fn a_redirect() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::redirect(307, "http://elsewhere/"), Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.status, answer.header("location")), (307, Some("http://elsewhere/")));
}

#[test]
fn resets_and_closes() {
    for moment in [Moment::BeforeBody, Moment::AfterBody, Moment::BeforeAnswer] {
        let (emulator, client) = with_object();
        emulator.inject(Fault::Reset(moment), Match::any(), 1);
        let error = client.request("PUT", "/new").body("x").try_send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{moment:?}");
        emulator.inject(Fault::Close(moment), Match::any(), 1);
        let error = client.request("PUT", "/newer").body("x").try_send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{moment:?}");
        let requests = emulator.requests();
        let read = u64::from(moment != Moment::BeforeBody);
        assert!(requests.iter().all(|request| request.status.is_none() && request.body_length == read));
        let status = if moment == Moment::BeforeAnswer { 200 } else { 404 };
        assert_eq!(client.get("/new").status, status, "{moment:?}");
        assert_eq!(client.get("/newer").status, status, "{moment:?}");
    }
}

#[test]
fn silence_ends_with_the_emulator() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::Hang(Moment::AfterBody), Match::any(), 1);
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let answer = client.request("GET", "/k").try_send();
        sender.send(()).unwrap();
        answer
    });
    assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err());
    drop(emulator);
    assert!(waiting.join().unwrap().is_err());
}

#[test]
fn a_delay_before_the_answer() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::Delay(Duration::from_millis(80)), Match::any(), 1);
    let begin = Instant::now();
    assert_eq!(client.get("/k").status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(80));

    // A client that does not wait for it finds its request in the log all the same.
    emulator.clear_requests();
    emulator.inject(Fault::Delay(Duration::from_secs(60)), Match::any(), 1);
    let stream = client.connect();
    (&stream).write_all(client.request("GET", "/k").head().as_bytes()).unwrap();
    while emulator.request_count() == 0 {
        thread::yield_now();
    }
    assert_eq!(emulator.requests()[0].status, Some(200));
}

#[test]
fn a_delay_ends_with_the_emulator() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::Delay(Duration::MAX), Match::any(), 1);
    let stream = client.connect();
    (&stream).write_all(client.request("GET", "/k").head().as_bytes()).unwrap();
    while emulator.pending_faults() > 0 {
        thread::yield_now();
    }
    let begin = Instant::now();
    drop(emulator);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_body_cut_short() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::CutBody(4), Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.text(), answer.cut, answer.header("content-length")), ("0123", true, Some("10")));
    emulator.inject(Fault::CutChunked(4), Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.text(), answer.cut, answer.header("content-length")), ("0123", true, None));
    emulator.inject(Fault::Chunked, Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.text(), answer.cut), ("0123456789", false));
}

#[test]
fn a_body_that_comes_slowly() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::Trickle(3, Duration::from_millis(20)), Match::any(), 2);
    let begin = Instant::now();
    assert_eq!(client.get("/k").text(), "0123456789");
    assert!(begin.elapsed() >= Duration::from_millis(80));
    let stream = client.connect();
    emulator.clear_faults();
    emulator.inject(Fault::Trickle(1, Duration::from_secs(60)), Match::any(), 1);
    (&stream).write_all(client.request("GET", "/k").head().as_bytes()).unwrap();
    (&stream).read_exact(&mut [0; 100]).unwrap();
    drop(emulator);
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_length_that_is_not_true() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::DeclareLength(20), Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.text(), answer.cut), ("0123456789", true));
    emulator.inject(Fault::DeclareLength(3), Match::any(), 1);
    let stream = client.connect();
    (&stream).write_all(client.request("GET", "/k").head().as_bytes()).unwrap();
    let mut all = String::new();
    (&stream).read_to_string(&mut all).unwrap();
    assert!(all.contains("Content-Length: 3\r\n") && all.ends_with("0123456789"));
}

#[test]
fn damaged_downloads() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::CorruptAnswer(9), Match::any(), 1);
    assert_eq!(client.get("/k").text(), "0123456788");
    assert_eq!(client.get("/k").text(), "0123456789");
}

#[test]
fn damaged_uploads() {
    let (emulator, client) = with_object();
    let good = client.put("/good", "0123");
    emulator.inject(Fault::CorruptUpload(0), Match::any(), 1);
    let bad = client.put("/bad", "0123");
    assert_ne!(bad.header("x-cos-hash-crc64ecma"), good.header("x-cos-hash-crc64ecma"));
    assert_eq!(client.get("/bad").text(), "1123");
    emulator.inject(Fault::CorruptUpload(0), Match::any(), 1);
    let checked = client.request("PUT", "/md5").header("content-md5", "7WIUlXQaSvLpC5TBmgv3oA==").body("0123").send();
    assert_eq!(checked.error(), (400, "BadDigest"));
}

#[test]
fn headers_left_out_or_made_up() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::omit_crc64(), Match::any(), 1);
    assert_eq!(client.get("/k").header("x-cos-hash-crc64ecma"), None);
    assert!(client.get("/k").header("x-cos-hash-crc64ecma").is_some());
    emulator.inject(Fault::DropHeader("etag".into()), Match::any(), 1);
    assert_eq!(client.get("/k").header("etag"), None);
    emulator.inject(Fault::SetHeader("ETag".into(), "\"x\"".into()), Match::any(), 1);
    assert_eq!(client.get("/k").header("etag"), Some("\"x\""));
}

#[test]
fn a_range_not_heeded() {
    let (emulator, client) = with_object();
    let part = || client.request("GET", "/k").header("range", "bytes=2-3").send();
    emulator.inject(Fault::IgnoreRange, Match::any(), 1);
    assert_eq!((part().status, part().status), (200, 206));
    assert_eq!(emulator.requests()[0].header("Range"), Some("bytes=2-3"));
}

#[test]
fn several_faults_at_once() {
    let (emulator, client) = with_object();
    let both = Fault::All(vec![Fault::omit_crc64(), Fault::CutBody(1)]);
    emulator.inject(both, Match::any(), 1);
    let answer = client.get("/k");
    assert_eq!((answer.text(), answer.header("x-cos-hash-crc64ecma")), ("0", None));
}

#[test]
fn faults_meet_the_requests_they_match() {
    let (emulator, client) = with_object();
    let inject = |code: &str, when: Match| emulator.inject(Fault::error(500, code), when, 1);
    inject("Method", Match::any().method("DELETE"));
    inject("Path", Match::any().path("/a b"));
    inject("Query", Match::any().query("versionId=7"));
    inject("Header", Match::any().header("Range", "bytes=5"));
    inject("Host", Match::any().host("other-1"));
    inject("Third", Match::any().method("GET").path("/k").skip(2));
    assert_eq!(client.get("/k").status, 200);
    assert_eq!(client.request("DELETE", "/x").send().error(), (500, "Method"));
    assert_eq!(client.get("/x/a b").error(), (500, "Path"));
    assert_eq!(client.request("GET", "/x").query("versionId", "7").send().error(), (500, "Query"));
    assert_eq!(client.request("GET", "/x").header("range", "bytes=5-6").send().error(), (500, "Header"));
    let other = Client { host: "other-1.localhost".into(), ..client.clone() };
    assert_eq!(other.get("/").error(), (500, "Host"));
    assert_eq!(client.get("/k").status, 200);
    assert_eq!(client.get("/k").error(), (500, "Third"));
    assert_eq!(emulator.pending_faults(), 0);
    assert_eq!(client.get("/k").status, 200);
}

#[test]
fn faults_come_in_the_order_injected_and_can_be_taken_back() {
    let (emulator, client) = with_object();
    emulator.inject(Fault::error(500, "First"), Match::any(), 1);
    emulator.inject(Fault::error(503, "Second"), Match::any(), usize::MAX);
    assert_eq!(client.get("/k").error(), (500, "First"));
    assert_eq!(client.get("/k").error(), (503, "Second"));
    assert_eq!(client.get("/k").error(), (503, "Second"));
    emulator.clear_faults();
    assert_eq!(client.get("/k").status, 200);
}

#[test]
fn requests_are_recorded() {
    let (emulator, client) = with_object();
    client.request("PUT", "/a b").query("x-cos-meta", "1 2").header("x-cos-meta-a", "v").body("abc").send();
    client.get("/nothing");
    let requests = emulator.requests();
    let first = &requests[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("PUT", "/a%20b"));
    assert_eq!(first.target, "/a%20b?x-cos-meta=1%202");
    assert_eq!(first.param("x-cos-meta"), Some("1 2"));
    assert_eq!(first.header("X-Cos-Meta-A"), Some("v"));
    assert!(first.header("host").unwrap().starts_with(BUCKET));
    assert_eq!((first.body_length, first.status), (3, Some(200)));
    assert_eq!(requests[1].status, Some(404));
    assert_eq!(emulator.request_count(), 2);
    emulator.clear_requests();
    assert_eq!(emulator.request_count(), 0);
}
