//! What browsers need: preflights, CORS rules in effect, forms.

mod common;

use std::io::{BufReader, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Answer, BUCKET, Client, now, started};
use cos_emulator::CosEmulator;
use cos_emulator::signature::{Request, authorization, policy_signature};

const RULES: &str = "<CORSConfiguration>\
    <CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>\
    <AllowedMethod>GET</AllowedMethod><AllowedHeader>content-type</AllowedHeader>\
    <AllowedHeader>x-cos-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader>\
    <MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>";

fn preflight(client: &Client, origin: &str, method: &str, headers: &str) -> Answer {
    let stream = client.connect();
    let head = format!(
        "OPTIONS /k HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\naccess-control-request-method: {method}\r\n\
         access-control-request-headers: {headers}\r\n\r\n",
        client.host
    );
    (&stream).write_all(head.as_bytes()).unwrap();
    Answer::read(&mut BufReader::new(&stream), false).unwrap()
}

/// "OPTIONS Object": 403 without a rule that matches; no signature is asked for.
#[test]
fn preflights_follow_the_rules() {
    let (_emulator, client) = started();
    let origin = "https://www.example.com";
    assert_eq!(preflight(&client, origin, "PUT", "").error(), (403, "AccessForbidden"));
    assert_eq!(client.configure("cors", RULES).status, 200);
    let allowed = preflight(&client, origin, "PUT", "Content-Type, x-cos-acl");
    assert_eq!(allowed.status, 200);
    for (name, value) in [
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", "PUT,GET"),
        ("access-control-allow-headers", "Content-Type,x-cos-acl"),
        ("access-control-expose-headers", "ETag,x-cos-request-id"),
        ("access-control-max-age", "600"),
        ("vary", "Origin"),
    ] {
        assert_eq!(allowed.header(name), Some(value), "{name}");
    }
    for (origin, method, headers) in [
        ("http://www.example.com", "PUT", ""),
        ("https://example.org", "PUT", ""),
        (origin, "DELETE", ""),
        (origin, "PUT", "authorization"),
    ] {
        assert_eq!(preflight(&client, origin, method, headers).error(), (403, "AccessForbidden"), "{origin} {method}");
    }
    let any = preflight(&client, "https://example.org", "HEAD", "");
    assert_eq!((any.status, any.header("access-control-allow-origin")), (200, Some("*")));
    let gone = Client { host: "gone-1250000000.cos.x.myqcloud.com".into(), ..client };
    assert_eq!(preflight(&gone, origin, "PUT", "").error(), (404, "NoSuchBucket"));
}

/// "Setting Cross-Origin Access": the rules are in effect on every answer, errors and refusals too.
#[test]
fn answers_carry_what_lets_a_page_see_them() {
    let (_emulator, client) = started();
    let get = |client: &Client, origin: &str| client.request("GET", "/k").header("origin", origin).send();
    let allow = |answer: &Answer| answer.header("access-control-allow-origin").map(str::to_owned);
    assert_eq!(allow(&get(&client, "https://a.example.com")), None);
    client.configure("cors", RULES);
    let put = client.request("PUT", "/k").header("origin", "https://a.example.com").body("x").send();
    assert_eq!((put.status, allow(&put).as_deref()), (200, Some("https://a.example.com")));
    assert_eq!(put.header("access-control-expose-headers"), Some("ETag,x-cos-request-id"));
    let wrong = Client { key: "wrong".into(), ..client.clone() };
    let refused = get(&wrong, "https://a.example.com");
    assert_eq!((refused.status, allow(&refused).as_deref()), (403, Some("https://a.example.com")));
    assert_eq!(allow(&get(&client, "https://example.org")), None);
    assert_eq!(allow(&client.get("/k")), None);
}

/// A form with fields and a file, as a browser encodes it.
fn form(fields: &[(&str, &str)], file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(
        b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.png\"\r\nContent-Type: image/x\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    body
}

fn post(client: &Client, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    let body = form(fields, file);
    let request = client.request("POST", "/").anonymous().header("content-type", "multipart/form-data; boundary=XX");
    request.body(body).send()
}

/// Fields that sign a form with these conditions.
fn signed(client: &Client, conditions: &str) -> Vec<(&'static str, String)> {
    let key_time = format!("{};{}", now() - 60, now() + 600);
    let policy = format!(
        r#"{{"expiration":"2099-01-01T00:00:00.000Z","conditions":[{{"q-sign-algorithm":"sha1"}},{{"q-ak":"{}"}},{{"q-sign-time":"{key_time}"}}{conditions}]}}"#,
        client.id
    );
    vec![
        ("q-sign-algorithm", "sha1".to_owned()),
        ("q-ak", client.id.clone()),
        ("q-signature", policy_signature(&policy, &client.key, &key_time)),
        ("q-key-time", key_time),
        ("policy", STANDARD.encode(policy)),
    ]
}

fn post_signed(client: &Client, conditions: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    let signed = signed(client, conditions);
    let all: Vec<(&str, &str)> =
        fields.iter().copied().chain(signed.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    post(client, &all, file)
}

/// "POST Object", with its examples.
#[test]
fn a_form_uploads_an_object() {
    let (_emulator, client) = started();
    let file = b"bytes\r\n--X\r\n--Y\r\n";
    let done = post_signed(
        &client,
        r#",{"bucket":"examplebucket-1250000000"},["starts-with","$key","user/"],["content-length-range",1,100]"#,
        &[
            ("key", "user/${filename}"),
            ("x-cos-meta-a", "b"),
            ("Content-Type", "image/own"),
            ("success_action_status", "201"),
        ],
        file,
    );
    assert_eq!(done.status, 201, "{}", done.text());
    assert_eq!((done.element("Bucket"), done.element("Key")), (BUCKET, "user/cat.png"));
    assert_eq!(done.element("Location"), format!("http://{}/user/cat.png", client.host));
    let got = client.get("/user/cat.png");
    assert_eq!(got.body, file);
    assert_eq!((got.header("content-type"), got.header("x-cos-meta-a")), (Some("image/own"), Some("b")));
    assert_eq!(got.header("etag"), done.header("etag"));
    let plain = post_signed(&client, "", &[("key", "plain.txt")], b"");
    assert_eq!((plain.status, plain.header("location")), (204, Some(&*format!("http://{}/plain.txt", client.host))));
    assert_eq!(client.get("/plain.txt").header("content-type"), Some("text/plain"));
    let to = "https://example.com/done?a=b";
    let moved = post_signed(&client, "", &[("key", "a b"), ("success_action_redirect", to)], b"x");
    let etag = common::percent(moved.header("etag").unwrap());
    assert_eq!(
        (moved.status, moved.header("location")),
        (303, Some(&*format!("{to}&bucket={BUCKET}&key=a%20b&etag={etag}")))
    );
}

#[test]
fn a_form_must_be_as_its_policy_says() {
    let (_emulator, client) = started();
    let key = [("key", "k")];
    for (conditions, code) in [
        (r#",{"key":"other"}"#, (403, "AccessDenied")),
        (r#",["starts-with","$key","user/"]"#, (403, "AccessDenied")),
        (r#",{"x-cos-acl":"private"}"#, (403, "AccessDenied")),
        (r#",{"bucket":"other-1"}"#, (403, "AccessDenied")),
        (r#",["content-length-range",0,3]"#, (400, "EntityTooLarge")),
        (r#",["content-length-range",5,9]"#, (400, "EntityTooSmall")),
        (r#",["like","$key","k"]"#, (400, "InvalidPolicyDocument")),
        (",1", (400, "InvalidPolicyDocument")),
    ] {
        assert_eq!(post_signed(&client, conditions, &key, b"abcd").error(), code, "{conditions}");
    }
    assert_eq!(post(&client, &key, b"x").error(), (403, "AccessDenied"));
    assert_eq!(post(&client, &[], b"x").error(), (400, "InvalidArgument"));
    let wrong = Client { key: "wrong".into(), ..client.clone() };
    assert_eq!(post_signed(&wrong, "", &key, b"x").error(), (403, "SignatureDoesNotMatch"));
    assert_eq!(
        post_signed(&client, "", &[("key", "k"), ("Content-MD5", "AAAA")], b"x").error(),
        (400, "InvalidDigest")
    );
    assert_eq!(client.get("/k").status, 404);
    let request = client.request("POST", "/").anonymous().header("content-type", "multipart/form-data; boundary=YY");
    assert_eq!(request.body("--YY--\r\n").send().error(), (400, "MalformedPOSTRequest"));
}

#[test]
fn a_form_may_carry_the_signature_of_a_request() {
    let (_emulator, client) = started();
    let headers = [("host", client.host.as_str())];
    let request = Request { method: "POST", path: "/", query: &[], headers: &headers };
    let signature = authorization(&request, &client.id, &client.key, common::window());
    assert_eq!(post(&client, &[("key", "k"), ("Signature", &signature)], b"x").status, 204);
    assert_eq!(client.get("/k").text(), "x");
}

#[test]
fn everyone_may_post_where_everyone_may_write() {
    let emulator = CosEmulator::builder().min_part_size(0).start().unwrap();
    let client = Client::of(&emulator);
    client.request("PUT", "/").query("acl", "").header("x-cos-acl", "public-read-write").send();
    let large = vec![b'x'; 1_000_000];
    assert_eq!(post(&client, &[("key", "k"), ("success_action_status", "200")], &large).status, 200);
    assert!(client.get("/k").body == large);
}
