//! Who is let in, and who is not.

mod common;

use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};

use common::{Answer, BUCKET, Client, now, started, window};
use cos_emulator::CosEmulator;
use cos_emulator::signature::{Request, Window, authorization, presigned_query};

/// Sends a request whose signed text and sent text may differ.
fn raw(client: &Client, head: &str) -> Answer {
    let stream = client.connect();
    (&stream).write_all(head.as_bytes()).unwrap();
    Answer::read(&mut std::io::BufReader::new(&stream), false).unwrap()
}

const MISMATCH: (u16, &str) = (403, "SignatureDoesNotMatch");

#[test]
fn the_right_key_is_accepted_and_a_wrong_one_refused() {
    let (_emulator, client) = started();
    assert_eq!(client.put("/k", "x").status, 200);
    let wrong = Client { key: "wrong".into(), ..client.clone() };
    assert_eq!(wrong.get("/k").error(), MISMATCH);
    let unknown = Client { id: "AKIDnobody".into(), ..client };
    assert_eq!(unknown.get("/k").error(), (403, "InvalidAccessKeyId"));
}

#[test]
fn signatures_hold_for_their_time_only() {
    let (_emulator, client) = started();
    let get = |start: u64, end: u64| client.request("GET", "/").window(Window { start, end }).send();
    assert_eq!(get(now() - 10, now() + 10).status, 200);
    assert_eq!(get(now() + 600, now() + 700).status, 200);
    let expired = get(now() - 100, now() - 10);
    assert_eq!(expired.error(), (403, "AccessDenied"));
    assert_eq!(expired.element("Message"), "Request has expired");
    assert_eq!(get(now() + 1200, now() + 1300).error(), (403, "RequestTimeTooSkewed"));
}

#[test]
fn the_clock_decides() {
    let frozen = UNIX_EPOCH + Duration::from_secs(1_760_000_000);
    let emulator = CosEmulator::builder().clock(move || frozen).start().unwrap();
    let client = Client::of(&emulator);
    let window = Window { start: 1_759_999_940, end: 1_760_010_000 };
    let answer = client.request("PUT", "/k").window(window).send();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("date"), Some("Thu, 09 Oct 2025 08:53:20 GMT"));
    assert_eq!(client.get("/k").error(), (403, "RequestTimeTooSkewed"));
}

#[test]
fn whatever_is_signed_cannot_be_changed() {
    let (_emulator, client) = started();
    let head = client.request("GET", "/a b").query("prefix", "p").header("x-cos-meta-a", "1").head();
    assert_eq!(raw(&client, &head).error(), (404, "NoSuchKey"));
    for (from, to) in [
        ("GET ", "PUT "),
        ("/a%20b", "/a%20c"),
        ("/a%20b", "/./a%20b"),
        ("prefix=p", "prefix=q"),
        ("prefix=p", "prefix=p&prefix=q"),
        ("?prefix=p", "?"),
        ("x-cos-meta-a: 1", "x-cos-meta-a: 2"),
        ("x-cos-meta-a: 1", "x-cos-meta-a: 1\r\nx-cos-meta-a: 2"),
        ("x-cos-meta-a: 1\r\n", ""),
        ("host: examplebucket", "host: otherbucket"),
        ("q-signature=", "q-signature=0"),
    ] {
        let changed = head.replacen(from, to, 1);
        assert_ne!(head, changed, "{from}");
        assert_eq!(raw(&client, &changed).error(), MISMATCH, "{from} -> {to}");
    }
}

#[test]
fn a_header_may_be_signed_with_blanks_around_it_gone() {
    let (_emulator, client) = started();
    let head = client.request("GET", "/k").header("x-cos-meta-a", "1").head();
    assert_eq!(raw(&client, &head.replace("x-cos-meta-a: 1", "X-Cos-Meta-A:   1  ")).status, 404);
}

#[test]
fn malformed_signatures_are_refused() {
    let (_emulator, client) = started();
    let head = client.request("GET", "/").head();
    for (from, to) in [
        ("q-sign-algorithm=sha1", "q-sign-algorithm=md5"),
        ("q-ak=", "q-xx="),
        ("q-sign-time=", "q-sign-time=x"),
        ("q-header-list=", "q-nothing="),
        ("&q-url-param-list=", "&q-url-param-list=&q-url-param-list="),
        ("Authorization: q", "Authorization: Bearer q"),
    ] {
        let changed = head.replacen(from, to, 1);
        assert_ne!(head, changed, "{from}");
        assert_eq!(raw(&client, &changed).error(), (403, "AccessDenied"), "{from}");
    }
}

#[test]
fn the_host_may_be_signed_with_or_without_its_port() {
    let (emulator, client) = started();
    let with_port = format!("{BUCKET}.localhost:{}", emulator.port());
    let by_port = Client { host: with_port.clone(), ..client };
    assert_eq!(by_port.get("/").status, 200);
    let headers = [("host", "examplebucket-1250000000.localhost")];
    let request = Request { method: "GET", path: "/", query: &[], headers: &headers };
    let signed = authorization(&request, emulator.secret_id(), emulator.secret_key(), window());
    let head = format!("GET / HTTP/1.1\r\nhost: {with_port}\r\nauthorization: {signed}\r\n\r\n");
    assert_eq!(raw(&by_port, &head).status, 200);
}

#[test]
fn the_host_need_not_be_signed_unless_so_required() {
    for required in [false, true] {
        let emulator = CosEmulator::builder().require_signed_host(required).start().unwrap();
        let client = Client::of(&emulator);
        let request = Request { method: "GET", path: "/", query: &[], headers: &[] };
        let signed = authorization(&request, &client.id, &client.key, window());
        let head = format!("GET / HTTP/1.1\r\nhost: {}\r\nauthorization: {signed}\r\n\r\n", client.host);
        assert_eq!(raw(&client, &head).status, if required { 403 } else { 200 });
        assert_eq!(client.get("/").status, 200);
    }
}

#[test]
fn presigned_urls() {
    let (_emulator, client) = started();
    client.put("/a b+", "content");
    let headers = [("host", client.host.as_str())];
    let query = [("response-content-type", "text/x y")];
    let request = Request { method: "GET", path: "/a b+", query: &query, headers: &headers };
    let signed = presigned_query(&request, &client.id, &client.key, window());
    let fetch = |target: &str| raw(&client, &format!("GET {target} HTTP/1.1\r\nhost: {}\r\n\r\n", client.host));
    let good = fetch(&format!("/a%20b%2B?{signed}"));
    assert_eq!((good.status, good.text()), (200, "content"));
    assert_eq!(good.header("content-type"), Some("text/x y"));
    assert_eq!(fetch(&format!("/a%20b?{signed}")).error(), MISMATCH);
    assert_eq!(fetch(&format!("/a%20b%2B?{}", signed.replace("x%20y", "x%20z"))).error(), MISMATCH);
    let plain = authorization(&request, &client.id, &client.key, window());
    let wrapped = format!("/a%20b%2B?sign={}&response-content-type=text/x%20y", common::percent(&plain));
    assert_eq!(fetch(&wrapped).text(), "content");
}

#[test]
fn temporary_keys_need_their_token() {
    let emulator = CosEmulator::builder().temporary_credential("tmp", "tmpkey", "token").start().unwrap();
    let client = Client { id: "tmp".into(), key: "tmpkey".into(), ..Client::of(&emulator) };
    let get = |token: &str| client.request("GET", "/").header("x-cos-security-token", token).send();
    assert_eq!(get("token").status, 200);
    assert_eq!(get("other").error(), (403, "InvalidSecurityToken"));
    assert_eq!(client.get("/").error(), (403, "InvalidAccessKeyId"));
    assert_eq!(client.request("GET", "/").query("x-cos-security-token", "token").send().status, 200);
    emulator.remove_credential("tmp");
    assert_eq!(get("token").error(), (403, "InvalidAccessKeyId"));
    emulator.add_temporary_credential("tmp", "tmpkey", "new");
    assert_eq!(get("new").status, 200);
}

#[test]
fn anonymous_requests_follow_the_access_control_lists() {
    let (_emulator, client) = started();
    client.put("/private", "x");
    client.request("PUT", "/public").header("x-cos-acl", "public-read").body("x").send();
    let anonymous = |method: &str, path: &str| client.request(method, path).anonymous().send();
    assert_eq!(anonymous("GET", "/private").error(), (403, "AccessDenied"));
    assert_eq!(anonymous("GET", "/public").text(), "x");
    assert_eq!(anonymous("PUT", "/public").error(), (403, "AccessDenied"));
    assert_eq!(anonymous("GET", "/").error(), (403, "AccessDenied"));
    client.request("PUT", "/").query("acl", "").header("x-cos-acl", "public-read-write").send();
    assert_eq!(anonymous("GET", "/private").status, 200);
    assert_eq!(anonymous("PUT", "/private").status, 200);
    assert_eq!(anonymous("GET", "/").status, 200);
    let acl = client.request("GET", "/").query("acl", "").anonymous().send();
    assert_eq!(acl.error(), (403, "AccessDenied"));
}
