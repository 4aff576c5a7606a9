//! Rows 1 to 7, 26 to 28: connections that do not come about, break, or stand still.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use cos_emulator::{Fault as Hook, Match, Moment};
use fault_proxy::{Certificates, Fault, TlsFront, Way};
use qcloud_cos::{ClientErrorKind, CopySource, CosConfigBuilder, Sent};

use super::scene::{SIZE, Scene, within};
use crate::common::{
    BUCKET, client, code, config, failed, get, keys, kind, open_uploads, put, recording_client, start,
};

#[test]
fn fault_01_connect_refused() {
    let scene = Scene::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (client, pauses) = recording_client(keys(&scene.cos).ip("127.0.0.1").port(closed), 3);
    // Nothing was sent, so even an append is tried again.
    for error in [
        failed(client.append_object(BUCKET, "log", 0, b"x").send()),
        failed(client.put_object(BUCKET, "x", "new").send()),
        failed(client.download_file(BUCKET, "k", &scene.path).send()),
    ] {
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Connect, 4, Sent::Nothing));
    }
    assert_eq!(pauses.take().len(), 9);
    assert_eq!(scene.cos.request_count(), 0);
    scene.assert_untouched();
}

#[test]
fn fault_02_dns_failure() {
    let scene = Scene::new();
    // A label this long is refused by the resolver itself: no network is asked.
    let host = format!("{}.invalid", "n".repeat(64));
    let (client, pauses) = recording_client(keys(&scene.cos).endpoint(&host), 3);
    let error = failed(client.download_file(BUCKET, "k", &scene.path).send());
    assert!(error.to_string().starts_with(&format!("{BUCKET}.{host}: the host name does not resolve: ")), "{error}");
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Dns, 4, Sent::Nothing));
    assert_eq!(pauses.take().len(), 3);
    scene.assert_untouched();
}

/// A client that speaks TLS with a front, and trusts an authority.
fn over_tls(scene: &Scene, front: &TlsFront, authority: &Certificates) -> (CosConfigBuilder, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    let config = keys(&scene.cos).scheme("https").connect_to(front.addr()).ca_bundle(file.path());
    (config, file)
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
            failed(client.put_object(BUCKET, "x", "new").send()),
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
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Tls, 1));
    let heard = heard.join().unwrap();
    assert!(!heard.windows(4).any(|four| four == b"q-ak"), "never in the clear");
}

#[test]
fn fault_04_stale_pooled_connection() {
    let scene = Scene::new();
    let (client, pauses) = recording_client(config(&scene.cos), 0);
    put(&client, "one", b"one");
    scene.cos.inject(Hook::Close(Moment::BeforeAnswer), Match::any(), 1);
    put(&client, "one", b"two");
    assert!(pauses.take().is_empty());
    assert_eq!(scene.statuses(), [Some(200), None, Some(200)]);
    // An append is looked up before it is sent again.
    scene.cos.clear_requests();
    scene.cos.inject(Hook::Close(Moment::BeforeAnswer), Match::any().method("POST"), 1);
    client.append_object(BUCKET, "log", 0, b"x").send().unwrap();
    assert_eq!(scene.methods(), "POST HEAD");
    assert_eq!(get(&client, "log"), b"x");
}

#[test]
fn fault_05_reset_while_sending() {
    let scene = Scene::new();
    scene.break_first(2, Fault::reset(Way::Up, 100_000));
    let client = client(scene.through().keep_alive(false));
    client.put_object(BUCKET, &scene.content, "new").send().unwrap();
    assert!(get(&scene.client, "new") == scene.content);
    assert_eq!(scene.proxy.connections(), 3);
    // A part that was not sent whole does not count.
    scene.break_first(u64::MAX, Fault::reset(Way::Up, 700_000));
    let error = failed(scene.upload(&client).send());
    assert_eq!((error.kind(), error.sent()), (&ClientErrorKind::Transport, Sent::Maybe));
    let id = open_uploads(&scene.client).remove(0);
    assert!(scene.client.list_parts(BUCKET, "up", &id).parts().count() < 3);
    assert_eq!(code(scene.client.get_object(BUCKET, "up").send()).0, 404);
}

#[test]
fn fault_06_reset_before_the_status() {
    let scene = Scene::new();
    let client = client(scene.through());
    scene.break_first(1, Fault::reset(Way::Down, 0));
    put(&client, "new", b"x");
    assert_eq!(scene.statuses().len(), 2);
    // Appends and completions are looked up.
    scene.cos.clear_requests();
    scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), Match::any().method("POST"), 1);
    client.append_object(BUCKET, "log", 0, b"x").send().unwrap();
    assert_eq!(scene.methods(), "POST HEAD");
    scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), Match::any().method("POST").query("uploadId"), 1);
    scene.upload(&client).send().unwrap();
    assert!(get(&client, "up") == scene.content);
    // What cannot be told is no success.
    scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), Match::any().method("POST"), 1);
    let error = failed(client.append_object(BUCKET, "log", 1, b"y").send());
    assert_eq!((error.kind(), error.sent()), (&ClientErrorKind::Ambiguous, Sent::Maybe));
    let lost = || scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), Match::any().method("PUT"), 1);
    lost();
    let copy = client.copy_object(BUCKET, "another", CopySource::new(BUCKET, "k", scene.cos.region()));
    let copied = failed(copy.header("x-cos-forbid-overwrite", "true").send());
    let put = client.put_object(BUCKET, "z", "another").header("x-cos-forbid-overwrite", "true");
    lost();
    scene.cos.inject(Hook::error(403, "AccessDenied"), Match::any().method("HEAD"), 1);
    for error in [copied, failed(put.send())] {
        let found = (error.kind(), error.attempts(), error.sent());
        assert_eq!(found, (&ClientErrorKind::Ambiguous, 2, Sent::All), "{error}");
    }
}

#[test]
fn fault_07_reset_while_receiving() {
    let scene = Scene::new();
    let client = client(scene.through().keep_alive(false));
    // The HEAD passes, then every other connection breaks within its range.
    scene.proxy.plan(|number| (number % 2 == 1).then(|| Fault::reset(Way::Down, 700_000)));
    scene.download(&client).send().unwrap();
    scene.assert_new();
    let gets: Vec<_> = scene.cos.requests().into_iter().filter(|request| request.method == "GET").collect();
    let resumed = gets.iter().filter(|get| !get.header("range").unwrap().contains("048575-"));
    assert!(resumed.clone().count() >= 4, "{gets:?}");
    assert!(gets.iter().all(|get| get.header("if-match").is_some()));
    // A body that is read as a stream goes on as well.
    scene.break_first(1, Fault::reset(Way::Down, 700_000));
    assert!(get(&client, "k") == scene.content);
    assert_eq!(scene.proxy.connections(), 2);
    // Without progress it ends.
    fs::write(&scene.path, "old").unwrap();
    scene.proxy.plan(|number| (number > 1).then(|| Fault::reset(Way::Down, 0)));
    let error = failed(scene.download(&client).send());
    assert_eq!(*error.kind(), ClientErrorKind::Transport);
    assert!(scene.proxy.connections() <= 2 + 4 * 4, "{}", scene.proxy.connections());
    scene.assert_kept();
}

#[test]
fn fault_26_no_status() {
    let scene = Scene::new();
    let client = scene.hasty();
    scene.break_first(1, Fault::hang(Way::Down, 0));
    put(&client, "new", b"x");
    scene.break_first(u64::MAX, Fault::hang(Way::Down, 0));
    let error = within(Duration::from_secs(5), || failed(client.head_object(BUCKET, "k").send()));
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Timeout, 4));
}

#[test]
fn fault_27_slow_body() {
    let scene = Scene::new();
    let slow = scene.through().least_speed(1_000_000, Duration::from_millis(200)).keep_alive(false);
    let client = client(slow);
    let crawl = Fault::crawl(Way::Down, 1000, 100, Duration::from_millis(5));
    // The HEAD and the first range are quick; the second crawls once.
    let once = crawl.clone();
    scene.proxy.plan(move |number| (number == 2).then(|| once.clone()));
    scene.download(&client).send().unwrap();
    scene.assert_new();
    scene.proxy.plan(move |number| (number > 0).then(|| crawl.clone()));
    let body = client.get_object(BUCKET, "k");
    let error = within(Duration::from_secs(10), || {
        let _ = client.head_object(BUCKET, "k").send();
        kind(body.send().unwrap().body.get_stream_to_file(&scene.path))
    });
    assert_eq!(error, ClientErrorKind::Stalled);
}

#[test]
fn fault_28_zero_window() {
    let scene = Scene::new();
    let patience = Duration::from_millis(300);
    let client = client(scene.through().keep_alive(false).response_timeout(patience).stall_timeout(patience));
    let large = vec![7; 8 * SIZE];
    scene.break_first(1, Fault::freeze(Way::Up, 100_000));
    client.put_object(BUCKET, &large, "new").send().unwrap();
    assert_eq!(scene.proxy.connections(), 2);
    scene.break_first(u64::MAX, Fault::freeze(Way::Up, 100_000));
    let error = within(Duration::from_secs(10), || failed(client.put_object(BUCKET, &large, "newer").send()));
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Timeout, 4, Sent::Maybe));
    assert_eq!(code(scene.client.get_object(BUCKET, "newer").send()).0, 404);
}
