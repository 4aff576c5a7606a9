//! The HTTP side: connections, bodies, shutting down.

mod common;

use std::io::{BufReader, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use common::{Answer, BUCKET, Client, started};
use cos_emulator::CosEmulator;

#[test]
fn a_connection_serves_many_requests() {
    let (_emulator, client) = started();
    let stream = client.connect();
    let mut reader = BufReader::new(&stream);
    for (method, path, status) in
        [("PUT", "/a", 200), ("HEAD", "/a", 200), ("GET", "/none", 404), ("HEAD", "/none", 404), ("DELETE", "/a", 204)]
    {
        (&stream).write_all(client.request(method, path).head().as_bytes()).unwrap();
        let answer = Answer::read(&mut reader, method == "HEAD").unwrap();
        assert_eq!((answer.status, answer.header("connection")), (status, Some("keep-alive")));
    }
}

#[test]
fn requests_can_be_pipelined() {
    let (_emulator, client) = started();
    let stream = client.connect();
    let head = client.request("GET", "/").head();
    (&stream).write_all(head.repeat(3).as_bytes()).unwrap();
    let mut reader = BufReader::new(&stream);
    for _ in 0..3 {
        assert_eq!(Answer::read(&mut reader, false).unwrap().status, 200);
    }
}

#[test]
fn a_client_can_ask_for_the_end() {
    let (_emulator, client) = started();
    let stream = client.connect();
    let head = client.request("GET", "/").header("connection", "close").head();
    (&stream).write_all(head.as_bytes()).unwrap();
    let mut all = String::new();
    (&stream).read_to_string(&mut all).unwrap();
    assert!(all.contains("Connection: close\r\n"));
}

#[test]
fn the_go_ahead_is_given_to_a_request_that_will_do() {
    let (_emulator, client) = started();
    let expecting = |client: &Client, path: &str| {
        let stream = client.connect();
        let head = client.request("PUT", path).header("expect", "100-continue").header("content-length", "3").head();
        (&stream).write_all(head.as_bytes()).unwrap();
        stream
    };
    let stream = expecting(&client, "/k");
    let mut line = [0; 25];
    (&stream).read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    (&stream).write_all(b"abc").unwrap();
    assert_eq!(Answer::read(&mut BufReader::new(&stream), false).unwrap().status, 200);

    let wrong = Client { key: "wrong".into(), ..client };
    let stream = expecting(&wrong, "/k");
    let mut first = [0; 12];
    (&stream).read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 403");
    let mut rest = String::new();
    (&stream).read_to_string(&mut rest).unwrap();
    assert!(rest.contains("Connection: close\r\n"));
}

#[test]
fn a_refused_upload_still_gets_its_answer() {
    let (_emulator, client) = started();
    let wrong = Client { key: "wrong".into(), ..client };
    for size in [1, 100_000, 20_000_000] {
        assert_eq!(wrong.put("/k", vec![b'x'; size]).status, 403, "{size}");
    }
}

#[test]
fn uploads_in_chunks() {
    let (_emulator, client) = started();
    let stream = client.connect();
    let head = client.request("PUT", "/k").header("transfer-encoding", "chunked").head();
    (&stream).write_all(head.as_bytes()).unwrap();
    (&stream).write_all(b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n").unwrap();
    assert_eq!(Answer::read(&mut BufReader::new(&stream), false).unwrap().status, 200);
    assert_eq!(client.get("/k").text(), "abcdefg");
}

#[test]
fn an_upload_cut_short_leaves_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let emulator = CosEmulator::builder().data_dir(scratch.path()).start().unwrap();
    let client = Client::of(&emulator);
    for framing in [("content-length", "100"), ("transfer-encoding", "chunked")] {
        let stream = client.connect();
        let head = client.request("PUT", "/cut").header(framing.0, framing.1).head();
        (&stream).write_all(head.as_bytes()).unwrap();
        (&stream).write_all(b"9\r\n123456789\r\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!((&stream).read(&mut [0]).unwrap(), 0);
        assert_eq!(client.get("/cut").status, 404);
    }
    let blobs = std::fs::read_dir(scratch.path().join(BUCKET).join("blobs")).unwrap();
    assert_eq!(blobs.count(), 0);
}

#[test]
fn lengths_are_asked_for_and_limited() {
    let (_emulator, client) = started();
    let send = |head: String| {
        let stream = client.connect();
        (&stream).write_all(head.as_bytes()).unwrap();
        Answer::read(&mut BufReader::new(&stream), false).unwrap()
    };
    let request = client.request("PUT", "/k").header("content-length", "5368709121");
    assert_eq!(send(request.head()).error(), (400, "EntityTooLarge"));
    let without = client.request("PUT", "/k").header("transfer-encoding", "x").head();
    assert_eq!(send(without.replace("transfer-encoding: x", "x-a: b")).status, 403);
    let head = client.request("PUT", "/k").header("transfer-encoding", "gzip").head();
    assert_eq!(send(head).error(), (400, "BadRequest"));
    assert_eq!(send("nonsense\r\n\r\n".into()).status, 400);
}

#[test]
fn stopping_waits_for_no_client() {
    let (emulator, client) = started();
    let idle = client.connect();
    let half = client.connect();
    (&half).write_all(b"GET / HTTP/1.1\r\nHos").unwrap();
    let uploading = client.connect();
    let head = client.request("PUT", "/k").header("content-length", "100").head();
    (&uploading).write_all(head.as_bytes()).unwrap();
    let port = emulator.port();
    let begin = Instant::now();
    drop(emulator);
    assert!(begin.elapsed() < Duration::from_secs(5));
    for stream in [idle, half, uploading] {
        assert!(!matches!((&stream).read(&mut [0]), Ok(1..)));
    }
    // Its port is free again.
    let again = CosEmulator::builder().port(port).start().unwrap();
    assert_eq!(again.port(), port);
}

#[test]
fn many_clients_at_once() {
    let (emulator, client) = started();
    thread::scope(|scope| {
        for number in 0..16 {
            let client = &client;
            scope.spawn(move || {
                let body = vec![number as u8; 100_000 + number];
                let path = format!("/k{number}");
                for _ in 0..5 {
                    assert_eq!(client.put(&path, body.clone()).status, 200);
                    assert_eq!(client.get(&path).body, body);
                }
            });
        }
    });
    assert_eq!(emulator.request_count(), 160);
}

#[test]
fn every_answer_names_itself() {
    let (_emulator, client) = started();
    let (one, two) = (client.get("/"), client.get("/none"));
    for answer in [&one, &two] {
        assert!(answer.header("date").is_some());
        assert_eq!(answer.header("server"), Some("tencent-cos"));
    }
    assert_ne!(one.header("x-cos-request-id"), two.header("x-cos-request-id"));
    assert_eq!(two.header("content-type"), Some("application/xml"));
    assert_eq!(two.header("x-cos-trace-id"), Some(two.element("TraceId")));
    assert_eq!(two.header("x-cos-request-id"), Some(two.element("RequestId")));
    assert!(two.element("Resource").ends_with("/none"));
    let head = client.request("HEAD", "/none").send();
    assert!(head.header("x-cos-request-id").is_some() && head.header("x-cos-trace-id").is_some());
    assert_eq!(head.header("content-length"), Some("0"));
}

#[test]
fn what_is_not_implemented_says_so() {
    let (_emulator, client) = started();
    client.put("/k", "x");
    let send = |method: &str, path: &str, sub: &str| {
        let answer = client.request(method, path).query(sub, "").send();
        (answer.status, answer.element("Code").to_owned())
    };
    for (method, path, sub) in [
        ("GET", "/", "accelerate"),
        ("GET", "/k", "torrent"),
        ("GET", "/k", "select"),
        ("GET", "/k", "imageMogr2/thumbnail/!50p"),
        ("GET", "/k", "something-new"),
        ("PUT", "/k", "append"),
        ("POST", "/k", "prefix"),
    ] {
        assert_eq!(send(method, path, sub), (501, "NotImplemented".into()), "{method} {path}?{sub}");
    }
}
