//! Rows 1 to 7, 26 to 28: connections that do not come about, break, or stand still.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cos_emulator::{CosEmulator, Fault as Hook, Match, Moment};
use fault_proxy::{Certificates, Fault, TlsFront, Way};
use qcloud_cos::object::RestoreRequest;
use qcloud_cos::{Body, ClientErrorKind, CopySource, CosClientError, CosS3Client, Sent};

use super::scene::{SIZE, Scene, over_tls, within};
use crate::common::{
    BUCKET, MIB, client, client_with_retry, code, config, failed, get, keys, lock, open_uploads, put, recording_client,
    refused, start,
};

#[test]
fn fault_01_connect_refused() {
    let scene = Scene::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // No connection can be made to a multicast address.
    let unreachable = (Ipv4Addr::new(224, 0, 0, 1), 80).into();
    for nowhere in [closed, unreachable] {
        let (client, pauses) = recording_client(keys(&scene.cos).connect_to(nowhere), 3);
        // Nothing was sent, so even an append, and what can be read once, is tried again.
        let once = Body::reader(&b"x"[..]);
        for error in [
            failed(client.append_object(BUCKET, "log", 0, b"x").send()),
            failed(client.put_object(BUCKET, once, "new").send()),
            failed(client.download_file(BUCKET, "k", &scene.path).send()),
            failed(scene.upload(&client).send()),
        ] {
            assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Connect, 4, Sent::Nothing));
            assert!(error.get_ref().is_some());
        }
        assert_eq!(pauses.take().len(), 12);
    }
    assert_eq!(scene.cos.request_count(), 0);
    scene.assert_untouched();
}

#[test]
fn fault_01_the_other_domain_is_connected_to_last() {
    // Somebody listens from the last pause on.
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listening: Arc<Mutex<Option<CosEmulator>>> = Arc::default();
    let (pauses, late) = (AtomicU32::new(0), Arc::clone(&listening));
    let wait = move |_| {
        if pauses.fetch_add(1, Ordering::SeqCst) == 2 {
            let cos = CosEmulator::builder().port(addr.port()).start().unwrap();
            cos.create_bucket(BUCKET).unwrap();
            *lock(&late) = Some(cos);
        }
    };
    let config = keys(&start().0).connect_to(addr).auto_switch_domain_on_retry(true).build().unwrap();
    let client = CosS3Client::builder(config).sleeper(wait).build().unwrap();
    put(&client, "k", b"x");
    let sent = lock(&listening).as_ref().unwrap().requests().remove(0);
    assert!(sent.header("host").unwrap().ends_with(".tencentcos.cn"), "{sent:?}");
    assert_eq!((sent.status, sent.header("x-cos-sdk-retry")), (Some(200), Some("true")));
}

#[test]
fn fault_02_dns_failure() {
    let scene = Scene::new();
    // A label this long is refused by the resolver itself: no network is asked.
    let host = format!("{}.invalid", "n".repeat(64));
    let (client, pauses) = recording_client(keys(&scene.cos).endpoint(&host), 3);
    for error in [
        failed(client.append_object(BUCKET, "log", 0, b"x").send()),
        failed(client.download_file(BUCKET, "k", &scene.path).send()),
    ] {
        assert!(
            error.to_string().starts_with(&format!("{BUCKET}.{host}: the host name does not resolve: ")),
            "{error}"
        );
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Dns, 4, Sent::Nothing));
    }
    assert_eq!(pauses.take().len(), 6);
    assert_eq!(scene.cos.request_count(), 0);
    scene.assert_untouched();
}

#[test]
fn fault_03_tls() {
    let scene = Scene::new();
    let (authority, stranger) = (Certificates::new().unwrap(), Certificates::new().unwrap());
    let host = format!("{BUCKET}.cos.{}.myqcloud.com", scene.cos.region());
    let front = TlsFront::start(&authority, &host, false, scene.cos.addr()).unwrap();
    let (good, _file) = over_tls(&scene, &front, &authority);
    assert!(get(&client(good), "k") == scene.content);
    scene.cos.clear_requests();
    for (host, expired, trusted) in
        [(host.as_str(), true, &authority), ("other.example", false, &authority), (host.as_str(), false, &stranger)]
    {
        let front = TlsFront::start(&authority, host, expired, scene.cos.addr()).unwrap();
        let (config, _file) = over_tls(&scene, &front, trusted);
        let client = client(config);
        for error in [
            failed(client.put_object(BUCKET, b"x", "new").send()),
            failed(client.download_file(BUCKET, "k", &scene.path).send()),
        ] {
            assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Tls, 1, Sent::Nothing));
        }
        assert_eq!(front.bytes(), 0);
    }
    assert_eq!(scene.cos.request_count(), 0);
    scene.assert_untouched();
}

#[test]
fn fault_03_a_server_that_shows_an_authority_as_its_own_is_told_what_it_needs() {
    let scene = Scene::new();
    let host = format!("{BUCKET}.cos.{}.myqcloud.com", scene.cos.region());
    let own = Certificates::self_signed(&host).unwrap();
    let front = TlsFront::start(&own, &host, false, scene.cos.addr()).unwrap();
    let (config, _file) = over_tls(&scene, &front, &own);
    let error = failed(client(config).put_object(BUCKET, b"x", "new").send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Tls, 1, Sent::Nothing));
    assert!(error.to_string().contains("CA:TRUE"), "{error}");
}

#[test]
fn fault_03_plain_http_on_a_tls_port() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (cos, _client) = start();
    let config = keys(&cos).scheme("https").ip("127.0.0.1").port(listener.local_addr().unwrap().port());
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        heard
    });
    let error = failed(client(config).list_objects(BUCKET).send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Tls, 1, Sent::Nothing));
    let heard = heard.join().unwrap();
    assert!(!heard.windows(4).any(|four| four == b"q-ak"), "never in the clear");
}

#[test]
fn fault_04_stale_pooled_connection() {
    let scene = Scene::new();
    let stale = |moment, method: &str| scene.cos.inject(Hook::Close(moment), Match::any().method(method), 1);
    let (client, pauses) = recording_client(config(&scene.cos), 0);
    put(&client, "one", b"one");
    scene.cos.clear_requests();
    stale(Moment::BeforeAnswer, "PUT");
    put(&client, "one", b"two");
    assert_eq!(scene.statuses(), [None, Some(200)]);
    scene.assert_attempts("PUT", "/one", &[0, 1]);
    // An append is looked up before it is sent again.
    for (moment, methods) in [(Moment::AfterBody, "POST HEAD POST"), (Moment::BeforeAnswer, "POST HEAD")] {
        scene.cos.clear_requests();
        stale(moment, "POST");
        client.append_object(BUCKET, methods, 0, b"x").send().unwrap();
        assert_eq!((scene.methods().as_str(), get(&client, methods).as_slice()), (methods, &b"x"[..]));
    }
    // What cannot be looked up, and what can be read once, is not sent again.
    scene.cos.clear_requests();
    stale(Moment::AfterBody, "POST");
    let days = RestoreRequest { days: Some(1), ..Default::default() };
    let restored = failed(client.restore_object(BUCKET, "one", days).send());
    get(&client, "one");
    stale(Moment::AfterBody, "PUT");
    let once = failed(client.put_object(BUCKET, Body::reader(&b"x"[..]), "other").send());
    for error in [restored, once] {
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Transport, 1, Sent::Maybe));
    }
    assert_eq!(scene.methods(), "POST GET PUT");
    assert!(pauses.take().is_empty());
}

#[test]
fn fault_04_a_stale_connection_costs_no_token() {
    let scene = Scene::new();
    let client = client_with_retry(config(&scene.cos), 3);
    for _ in 0..60 {
        get(&client, "k");
        scene.cos.inject(Hook::Close(Moment::BeforeAnswer), Match::any(), 1);
        scene.cos.inject(Hook::error(404, "NoSuchKey"), Match::any(), 1);
        assert_eq!(refused(client.get_object(BUCKET, "k").send()).attempts(), 2);
    }
    scene.cos.inject(Hook::error(500, "InternalError"), Match::any(), 3);
    assert!(get(&client, "k") == scene.content);
}

#[test]
fn fault_05_reset_while_sending() {
    let scene = Scene::new();
    let client = client(scene.through().keep_alive(false));
    let broken = |error: CosClientError, attempts| {
        let found = (error.kind(), error.attempts(), error.sent());
        assert_eq!(found, (&ClientErrorKind::Transport, attempts, Sent::Maybe), "{error}");
    };
    scene.break_first(2, Fault::reset(Way::Up, 100_000));
    client.put_object(BUCKET, &scene.content, "new").send().unwrap();
    assert!(get(&scene.client, "new") == scene.content);
    assert_eq!(scene.proxy.connections(), 3);
    // What can be read once is sent once.
    scene.break_first(u64::MAX, Fault::reset(Way::Up, 100_000));
    let once = Body::sized_reader(&scene.content[..], SIZE as u64);
    broken(failed(client.put_object(BUCKET, once, "other").send()), 1);
    assert_eq!(scene.proxy.connections(), 1);
    // An append is looked up first.
    scene.break_first(1, Fault::reset(Way::Up, 100_000));
    client.append_object(BUCKET, "log", 0, &scene.content).send().unwrap();
    assert_eq!(scene.proxy.connections(), 3);
    assert!(get(&scene.client, "log") == scene.content);
    // A part that was not sent whole does not count.
    scene.break_first(u64::MAX, Fault::reset(Way::Up, 700_000));
    broken(failed(scene.upload(&client).send()), 4);
    let id = open_uploads(&scene.client).remove(0);
    assert_eq!(scene.client.list_parts(BUCKET, "up", &id).parts().count(), 0);
    assert_eq!(code(scene.client.get_object(BUCKET, "other").send()).0, 404);
    scene.assert_goes_on_with(&["1", "2", "3"]);
}

#[test]
fn fault_06_reset_before_the_status() {
    let scene = Scene::new();
    let fresh = client(scene.through().keep_alive(false));
    let client = client(scene.through());
    let lost = |method: &str| scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), Match::any().method(method), 1);
    scene.break_first(1, Fault::reset(Way::Down, 0));
    put(&client, "new", b"x");
    scene.assert_attempts("PUT", "/new", &[0, 1]);
    // A copy may be made twice.
    let source = || CopySource::new(BUCKET, "k", scene.cos.region());
    lost("PUT");
    client.copy_object(BUCKET, "copy", source()).send().unwrap();
    scene.assert_attempts("PUT", "/copy", &[0, 1]);
    // Appends and completions are looked up.
    scene.cos.clear_requests();
    lost("POST");
    client.append_object(BUCKET, "log", 0, b"x").send().unwrap();
    assert_eq!(scene.methods(), "POST HEAD");
    scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), Match::any().method("POST").query("uploadId"), 1);
    scene.upload(&client).send().unwrap();
    assert!(get(&client, "up") == scene.content);
    assert_eq!(scene.unfinished(), (0, 0));
    // Where it never comes, it was sent as often as may be.
    scene.cos.inject(Hook::Reset(Moment::AfterBody), Match::any().path("never"), usize::MAX);
    let error = failed(fresh.put_object(BUCKET, b"x", "never").send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Transport, 4, Sent::Maybe));
    assert!(error.get_ref().is_some());
    scene.assert_attempts("PUT", "/never", &[0, 1, 1, 1]);
    // What cannot be told is no success.
    lost("POST");
    let appended = failed(client.append_object(BUCKET, "log", 1, b"y").send());
    lost("PUT");
    let copy = client.copy_object(BUCKET, "another", source()).header("x-cos-forbid-overwrite", "true");
    let copied = failed(copy.send());
    assert!(copied.get_ref().is_some_and(|cause| cause.to_string().contains("status 409")), "{copied:?}");
    let new = client.put_object(BUCKET, b"z", "another").header("x-cos-forbid-overwrite", "true");
    lost("PUT");
    scene.cos.inject(Hook::error(403, "AccessDenied"), Match::any().method("HEAD"), 1);
    let put = failed(new.send());
    for (error, attempts, sent) in [(appended, 1, Sent::Maybe), (copied, 2, Sent::All), (put, 2, Sent::All)] {
        let found = (error.kind(), error.attempts(), error.sent());
        assert_eq!(found, (&ClientErrorKind::Ambiguous, attempts, sent), "{error}");
    }
    assert_eq!(get(&client, "log"), b"xy", "never twice");
}

#[test]
fn fault_07_reset_while_receiving() {
    let scene = Scene::new();
    let client = client(scene.through().keep_alive(false));
    // Each break comes after progress, so that there may be many more of them than attempts.
    scene.proxy.plan(|number| (number > 0).then(|| Fault::reset(Way::Down, 150_000)));
    scene.download(&client).send().unwrap();
    scene.assert_new();
    let gets: Vec<_> = scene.cos.requests().into_iter().filter(|request| request.method == "GET").collect();
    assert!(gets.len() > 12, "{gets:?}");
    let mut next = 0;
    for get in gets {
        assert!(get.header("if-match").is_some());
        let (first, last) = get.header("range").unwrap().trim_start_matches("bytes=").split_once('-').unwrap();
        let (first, last) = (first.parse::<usize>().unwrap(), last.parse::<usize>().unwrap());
        let part_starts = first.is_multiple_of(MIB);
        assert!((part_starts || first > next) && last == (first / MIB * MIB + MIB).min(SIZE) - 1, "{first}-{last}");
        assert_eq!(get.header("x-cos-sdk-retry").is_some(), !part_starts, "{first}");
        next = first;
    }
    // A body that is read as a stream goes on as well.
    scene.break_first(1, Fault::reset(Way::Down, 700_000));
    assert!(get(&client, "k") == scene.content);
    assert_eq!(scene.proxy.connections(), 2);
}

#[test]
fn fault_07_reset_while_receiving_for_ever() {
    let client = |scene: &Scene| client(scene.through().keep_alive(false));
    // After the HEAD and the first range: without an answer, a byte, or progress worth the name.
    for (after, sent) in [(0, Sent::Maybe), (10_000, Sent::All)] {
        let scene = Scene::new();
        scene.proxy.plan(move |number| (number > 1).then(|| Fault::reset(Way::Down, after)));
        let error = failed(scene.download(&client(&scene)).send());
        let found = (error.kind(), error.attempts(), error.sent());
        assert_eq!(found, (&ClientErrorKind::Transport, 4, sent), "{error}");
        assert!(error.get_ref().is_some());
        assert_eq!(scene.proxy.connections(), 2 + 4);
        scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
        // In one request, and as a stream, it is the same.
        for stream in [false, true] {
            fs::write(&scene.path, "old").unwrap();
            scene.proxy.plan(move |number| (stream || number > 0).then(|| Fault::reset(Way::Down, after)));
            let error = failed(if stream {
                let answer = client(&scene).get_object(BUCKET, "k").send();
                answer.and_then(|answer| answer.body.get_stream_to_file(&scene.path))
            } else {
                scene.download(&client(&scene)).part_size(3).send().map(drop)
            });
            assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Transport, 4, sent));
            assert_eq!(scene.proxy.connections(), if stream { 4 } else { 5 });
            scene.assert_untouched();
        }
    }
}

#[test]
fn fault_26_no_status() {
    let scene = Scene::new();
    let client = scene.hasty();
    scene.break_first(1, Fault::hang(Way::Down, 0));
    put(&client, "new", b"x");
    scene.assert_attempts("PUT", "/new", &[0, 1]);
    scene.break_first(u64::MAX, Fault::hang(Way::Down, 0));
    scene.cos.clear_requests();
    let error = within(Duration::from_secs(10), || failed(client.head_object(BUCKET, "k").send()));
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Timeout, 4, Sent::Maybe));
    scene.assert_attempts("HEAD", "/k", &[0, 1, 1, 1]);
    // Of a download in parts, too, each is asked for so often and no more.
    scene.proxy.plan(|number| (number > 1).then(|| Fault::hang(Way::Down, 0)));
    let error = within(Duration::from_secs(10), || failed(scene.download(&client).send()));
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Timeout, 4, Sent::Maybe));
    assert_eq!(scene.proxy.connections(), 2 + 4);
    scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
}

#[test]
fn fault_27_slow_body() {
    let scene = Scene::new();
    let slow = scene.through().minimum_throughput(1_000_000, Duration::from_millis(200)).keep_alive(false);
    let client = client(slow);
    let crawl = Fault::crawl(Way::Down, 1000, 100, Duration::from_millis(5));
    // The HEAD and the first range are quick; the second crawls once.
    let once = crawl.clone();
    scene.proxy.plan(move |number| (number == 2).then(|| once.clone()));
    scene.download(&client).send().unwrap();
    scene.assert_new();
    // What comes while it crawls is no progress.
    let for_ever = crawl.clone();
    scene.proxy.plan(move |number| (number > 1).then(|| for_ever.clone()));
    fs::write(&scene.path, "old").unwrap();
    let error = within(Duration::from_secs(20), || failed(scene.download(&client).send()));
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Stalled, 4, Sent::All));
    assert_eq!(scene.proxy.connections(), 2 + 4);
    scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
    scene.proxy.plan(move |_| Some(crawl.clone()));
    let error = within(Duration::from_secs(20), || {
        failed(client.get_object(BUCKET, "k").send().unwrap().body.get_stream_to_file(&scene.path))
    });
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Stalled, 4, Sent::All));
    assert_eq!(scene.proxy.connections(), 4);
    scene.assert_new();
}

#[test]
fn fault_28_zero_window() {
    let scene = Scene::new();
    let patience = Duration::from_millis(700);
    let client = client(scene.through().keep_alive(false).response_timeout(patience).stall_timeout(patience));
    let large = vec![7; 4 * SIZE];
    scene.break_first(1, Fault::freeze(Way::Up, 100_000));
    client.put_object(BUCKET, &large, "new").send().unwrap();
    assert_eq!(scene.proxy.connections(), 2);
    scene.break_first(u64::MAX, Fault::freeze(Way::Up, 100_000));
    let error = within(Duration::from_secs(20), || failed(client.put_object(BUCKET, &large, "newer").send()));
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Timeout, 4, Sent::Maybe));
    assert_eq!(code(scene.client.get_object(BUCKET, "newer").send()).0, 404);
}
