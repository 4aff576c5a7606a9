//! What is sent again, when, and how it looks; and what is not.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Write as _};
use std::time::Duration;

use crate::common::{
    BUCKET, ByHand, SSE_KEY, client, client_with_retry, code, config, get, keys, kind, noise, put, recording_client,
    refused, requests, start,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use qcloud_cos::{Body, ClientErrorKind, CosError, CosS3Client};

const TRANSIENT: Duration = Duration::from_millis(100);
const THROTTLED: Duration = Duration::from_secs(1);

fn statuses(cos: &CosEmulator) -> Vec<Option<u16>> {
    cos.requests().iter().map(|request| request.status).collect()
}

#[test]
fn a_failure_that_stays_is_sent_as_often_as_set_and_counted() {
    for retry in [0, 1, 3, 5] {
        let (cos, _client) = start();
        let client = client_with_retry(config(&cos), retry);
        cos.inject(Fault::error(500, "InternalError"), Match::any(), usize::MAX);
        let error = refused(client.clone().get_object(BUCKET, "k").send());
        assert_eq!((error.get_status_code(), error.attempts()), (500, retry + 1));
        assert_eq!(error.to_string().contains("attempts"), retry > 0, "{error}");
        assert_eq!(cos.request_count(), retry as usize + 1);
        assert_eq!(client.get_retry_exe_times(), u64::from(retry));
    }
}

/// The pauses of many requests that all fail so, each of a client of its own: one client would soon stop trying.
fn pauses(fault: &Fault) -> Vec<Vec<Duration>> {
    let (cos, _client) = start();
    cos.inject(fault.clone(), Match::any(), usize::MAX);
    let of_one = |_| {
        let (client, pauses) = recording_client(config(&cos).deadline(Duration::from_secs(3600)), 3);
        assert!(client.head_object(BUCKET, "k").send().is_err());
        pauses.take()
    };
    (0..30).map(of_one).collect()
}

#[track_caller]
fn assert_jittered(all: &[Vec<Duration>], base: Duration) {
    for of_one in all {
        assert_eq!(of_one.len(), 3);
        for (pause, ceiling) in of_one.iter().zip([base, base * 2, base * 4]) {
            assert!(*pause <= ceiling, "{of_one:?}");
        }
    }
    // Evenly drawn up to the ceiling: of 30 last pauses some are in its upper half, and they differ.
    assert!(all.iter().any(|of_one| of_one[2] > base * 2), "{all:?}");
    assert!(all.iter().map(|of_one| of_one[2]).collect::<BTreeSet<_>>().len() > 20, "{all:?}");
}

#[test]
fn pauses_double_and_are_jittered() {
    assert_jittered(&pauses(&Fault::error(500, "InternalError")), TRANSIENT);
}

#[test]
fn pauses_are_longer_where_cos_asks_for_less_traffic() {
    for busy in [Fault::error(503, "SlowDown"), Fault::error(429, "TooManyRequests")] {
        // A HEAD has no document: the code is in a header.
        let busy = Fault::All(vec![busy, Fault::SetHeader("x-cos-error-code".to_owned(), "SlowDown".to_owned())]);
        assert_jittered(&pauses(&busy), THROTTLED);
    }
}

#[test]
fn a_body_that_can_be_read_once_is_sent_once() {
    let (cos, client) = start();
    cos.inject(Fault::error(500, "InternalError"), Match::any(), usize::MAX);
    for body in [Body::reader(&b"hello"[..]), Body::sized_reader(&b"hello"[..], 5)] {
        cos.clear_requests();
        assert_eq!(refused(client.put_object(BUCKET, body, "k").send()).attempts(), 1);
        assert_eq!(cos.request_count(), 1);
    }
}

#[test]
fn every_other_body_is_sent_again_from_where_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "..hello").unwrap();
    let file = || {
        let mut file = fs::File::open(&path).unwrap();
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(2)).unwrap();
        file
    };
    let mut cursor = Cursor::new(b"..hello".to_vec());
    cursor.set_position(2);
    for fault in [Fault::error(500, "InternalError"), Fault::Reset(Moment::BeforeBody), Fault::Reset(Moment::AfterBody)]
    {
        let bodies: [Body<'_>; 4] =
            [b"hello".into(), vec![b'h', b'e', b'l', b'l', b'o'].into(), file().into(), Body::seekable(cursor.clone())];
        for body in bodies {
            let (cos, client) = start();
            cos.inject(fault.clone(), Match::any().method("PUT"), 2);
            client.put_object(BUCKET, body, "k").send().unwrap();
            assert_eq!((get(&client, "k"), cos.requests()[2].status), (b"hello".to_vec(), Some(200)));
        }
    }
}

#[test]
fn a_connection_that_breaks_is_tried_again() {
    let content = noise(1, 3 * crate::common::MIB);
    for fault in [
        Fault::Reset(Moment::BeforeBody),
        Fault::Reset(Moment::AfterBody),
        Fault::Reset(Moment::BeforeAnswer),
        Fault::Close(Moment::BeforeBody),
        Fault::Close(Moment::AfterBody),
    ] {
        let (cos, client) = start();
        cos.inject(fault.clone(), Match::any(), 2);
        put(&client, "k", &content);
        cos.inject(fault.clone(), Match::any(), 2);
        assert!(get(&client, "k") == content, "{fault:?}");
        assert_eq!(statuses(&cos), [None, None, Some(200), None, None, Some(200)], "{fault:?}");
    }
}

#[test]
fn a_server_that_closes_after_every_answer_costs_no_request() {
    let server = ByHand::start(|_, stream| {
        let etag = "ETag: \"e\"\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(format!("HTTP/1.1 200 OK\r\n{etag}").as_bytes()).unwrap();
        false
    });
    let (client, pauses) = recording_client(server.config(), 0);
    for _ in 0..50 {
        client.put_object(BUCKET, b"x", "k").send().unwrap();
    }
    assert!(pauses.take().is_empty());
    assert_eq!(server.request_count(), 50);
}

#[test]
fn a_body_that_stands_still_is_given_up() {
    let server = ByHand::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nx-cos-request-id: r\r\n\r\nhello").unwrap();
        true
    });
    let patience = Duration::from_millis(400);
    let client = client(server.config().response_timeout(patience).stall_timeout(patience));
    let body = client.get_object(BUCKET, "k").send().unwrap().body;
    let pieces: Vec<_> = body.get_stream(5).collect();
    assert_eq!(pieces[0].as_ref().unwrap(), b"hello");
    assert!(matches!(&pieces[1], Err(CosError::Client(e)) if *e.kind() == ClientErrorKind::Timeout), "{pieces:?}");
}

/// Two emulators, the first of which sends every request for `k` to the second.
fn redirecting(status: u16) -> (CosEmulator, CosEmulator, CosS3Client) {
    let ((from, client), (to, _)) = (start(), start());
    put(&client, "k", b"from");
    let elsewhere = crate::common::client(config(&to));
    elsewhere.put_object(BUCKET, b"elsewhere", "k").acl("public-read").send().unwrap();
    from.clear_requests();
    to.clear_requests();
    from.inject(Fault::redirect(status, format!("http://{}/{BUCKET}/k", to.addr())), Match::any(), usize::MAX);
    (from, to, client)
}

#[test]
fn redirects_followed_on_request_take_no_secrets_to_another_host() {
    for status in [301, 302, 303, 307, 308] {
        let (from, to, _client) = redirecting(status);
        from.add_temporary_credential("AKIDTEMPORARY", "TemporaryKey", "TemporaryToken");
        let keys = config(&from).secret_id("AKIDTEMPORARY").secret_key("TemporaryKey").token("TemporaryToken");
        let client = client(keys.allow_redirects(true));
        let get =
            client.get_object(BUCKET, "k").range("bytes=0-3").header("x-cos-meta-a", "secret").referer("http://r/");
        let get = get.sse_customer_algorithm("AES256").sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]);
        // The other one stored its object without a key, so the range is read only if no key came.
        assert_eq!(std::io::read_to_string(get.send().unwrap().body).unwrap(), "else", "{status}");
        let arrived = to.requests().remove(0);
        assert_eq!(arrived.header("range"), Some("bytes=0-3"));
        let expected = ["host", "user-agent", "accept", "accept-encoding", "connection", "range"];
        for (name, value) in &arrived.headers {
            assert!(expected.contains(&name.to_ascii_lowercase().as_str()), "{name}: {value}");
        }
        assert!(!format!("{arrived:?}").contains("TemporaryToken"));
    }
}

#[test]
fn redirects_of_uploads_and_deletions_are_never_followed() {
    let (from, to, _client) = redirecting(307);
    let client = client(config(&from).allow_redirects(true));
    assert_eq!(refused(client.put_object(BUCKET, b"x", "k").send()).get_status_code(), 307);
    assert_eq!(refused(client.delete_object(BUCKET, "k").send()).get_status_code(), 307);
    assert_eq!(to.request_count(), 0);
}

#[test]
fn a_redirect_to_the_same_host_is_followed_with_a_signature() {
    let (cos, _owner) = start();
    let client = client(config(&cos).allow_redirects(true));
    put(&client, "new", b"moved");
    cos.clear_requests();
    cos.inject(Fault::redirect(302, "/new"), Match::any().path("/old"), 1);
    assert_eq!(get(&client, "old"), b"moved");
    assert_eq!(statuses(&cos), [Some(302), Some(200)]);
}

#[test]
fn redirects_in_a_circle_end() {
    let (cos, _owner) = start();
    let client = client_with_retry(config(&cos).allow_redirects(true), 0);
    cos.inject(Fault::redirect(302, "/k"), Match::any(), usize::MAX);
    assert_eq!(kind(client.get_object(BUCKET, "k").send()), ClientErrorKind::Protocol);
    assert!(cos.request_count() <= 6, "{}", cos.request_count());
}

/// The hosts asked, and whether the request succeeded in the end.
fn hosts(switch: bool, fault: &Fault, retry: u32) -> (Vec<String>, bool) {
    let (cos, _client) = start();
    let config = keys(&cos).connect_to(cos.addr()).auto_switch_domain_on_retry(switch);
    cos.inject(fault.clone(), Match::any().host("myqcloud.com"), usize::MAX);
    let result = client_with_retry(config, retry).put_object(BUCKET, b"x", "k.myqcloud.com").send();
    let stem = format!("{BUCKET}.cos.{}.", cos.region());
    let host = |request: &cos_emulator::RecordedRequest| {
        assert_eq!(request.path, "/k.myqcloud.com");
        request.header("host").unwrap().strip_prefix(&stem).unwrap().to_owned()
    };
    (requests(&cos, "PUT", "").iter().map(host).collect(), result.is_ok())
}

#[test]
fn the_last_attempt_goes_to_the_other_domain_where_cos_did_not_answer() {
    let silent = Fault::Answer(Answer::new(502).without_request_id());
    let (old, new) = ("myqcloud.com".to_owned(), "tencentcos.cn".to_owned());
    let switched = vec![old.clone(), old.clone(), old.clone(), new.clone()];
    let stayed = vec![old.clone(); 4];
    assert_eq!(hosts(true, &silent, 3), (switched.clone(), true));
    assert_eq!(hosts(true, &Fault::Reset(Moment::AfterBody), 3), (switched, true));
    assert_eq!(hosts(false, &silent, 3), (stayed.clone(), false));
    assert_eq!(hosts(true, &Fault::error(500, "InternalError"), 3), (stayed, false));
    assert_eq!(hosts(true, &silent, 0), (vec![old.clone()], false));
    let moved = Fault::Answer(Answer::new(302).header("Location", "http://elsewhere.invalid/").without_request_id());
    assert_eq!(hosts(true, &moved, 3), (vec![old.clone(), new], true));
    assert_eq!(hosts(true, &Fault::error(403, "AccessDenied"), 3), (vec![old], false));
}

#[test]
fn attempts_of_an_answer_are_those_of_its_own_request() {
    let (cos, client) = start();
    cos.inject(Fault::error(500, "InternalError"), Match::any(), 1);
    assert_eq!(refused(client.get_object(BUCKET, "k").send()).attempts(), 2);
    assert_eq!(refused(client.get_object(BUCKET, "k").send()).attempts(), 1);
    assert_eq!(code(client.get_object(BUCKET, "k").send()), (404, "NoSuchKey".to_owned()));
}
