//! Control by requests, as programs in other languages use it; the log and the traffic limit.

mod common;

use std::io::{BufReader, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Answer, Client, started};
use cos_emulator::CosEmulator;
use serde_json::{Value, json};

fn controlled() -> (CosEmulator, Client) {
    let emulator = CosEmulator::builder().control(true).start().unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

/// Sends a control request; returns status and answer.
fn control(client: &Client, method: &str, what: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let stream = client.connect();
    let head = format!(
        "{method} /_emulator/{what} HTTP/1.1\r\nhost: 127.0.0.1:9000\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    (&stream).write_all(head.as_bytes()).unwrap();
    let answer = Answer::read(&mut BufReader::new(&stream), false).unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

#[test]
fn nothing_is_controlled_unless_asked_for() {
    let (_emulator, client) = started();
    let own = Client { host: "127.0.0.1".into(), ..client };
    assert_eq!(own.get("/_emulator/requests").error(), (404, "NoSuchBucket"));
    let (_emulator, client) = controlled();
    // For a bucket it is a key like others.
    assert_eq!(client.put("/_emulator/requests", "x").status, 200);
    assert_eq!(client.get("/_emulator/requests").text(), "x");
}

#[test]
fn faults_are_injected_by_request() {
    let (emulator, client) = controlled();
    let inject = |body: Value| control(&client, "POST", "faults", &body);
    let busy = json!({
        "fault": { "answer": { "status": 503, "code": "SlowDown", "headers": { "Retry-After": "1" } } },
        "match": { "method": "PUT", "path": "/k", "skip": 1 },
        "times": 2,
    });
    assert_eq!(inject(busy), (200, json!({ "pending_faults": 2 })));
    assert_eq!(client.put("/k", "x").status, 200);
    assert_eq!(client.get("/k").status, 200);
    let refused = client.put("/k", "x");
    assert_eq!((refused.error(), refused.header("retry-after")), ((503, "SlowDown"), Some("1")));
    assert_eq!(control(&client, "GET", "faults", &Value::Null).1, json!({ "pending_faults": 1 }));
    assert_eq!(control(&client, "DELETE", "faults", &Value::Null).0, 200);
    assert_eq!(client.put("/k", "x").status, 200);
    for (fault, broken) in [(json!({ "reset": "before_answer" }), true), (json!("chunked"), false)] {
        inject(json!({ "fault": fault }));
        assert_eq!(client.request("GET", "/k").try_send().is_err(), broken, "{fault}");
    }
    inject(json!({ "fault": { "all": [{ "cut_body": 0 }, { "set_header": { "name": "x-a", "value": "b" } }] } }));
    let cut = client.get("/k");
    assert_eq!((cut.cut, cut.header("x-a")), (true, Some("b")));
    for wrong in [
        json!({ "fault": "explode" }),
        json!({ "fault": "chunked", "when": {} }),
        json!({ "fault": { "answer": { "status": 7 } } }),
        json!([]),
    ] {
        let (status, answer) = inject(wrong.clone());
        assert!(status == 400 && answer["error"].is_string(), "{wrong}: {answer}");
    }
    assert_eq!(emulator.pending_faults(), 0);
}

#[test]
fn the_log_is_read_by_request() {
    let (_emulator, client) = controlled();
    client.put("/a b", "abc");
    client.get("/none");
    let (_, log) = control(&client, "GET", "requests", &Value::Null);
    assert_eq!(log["count"], 2);
    let [put, get] = log["requests"].as_array().unwrap().as_slice() else { panic!("{log}") };
    assert_eq!((&put["method"], &put["path"], &put["body_length"]), (&json!("PUT"), &json!("/a%20b"), &json!(3)));
    assert_eq!((&put["status"], &put["refusal"]), (&json!(200), &Value::Null));
    assert_eq!(get["refusal"], "NoSuchKey: The specified key does not exist.");
    control(&client, "DELETE", "requests", &Value::Null);
    assert_eq!(control(&client, "GET", "requests", &Value::Null).1["count"], 0);
}

#[test]
fn the_clock_is_set_by_request() {
    let (_emulator, client) = controlled();
    let set = |body: Value| control(&client, "PUT", "clock", &body);
    assert_eq!(set(json!({ "frozen_at": 1_760_000_000 })), (200, json!({ "now": 1_760_000_000 })));
    assert_eq!(client.get("/").error(), (403, "RequestTimeTooSkewed"));
    set(json!({ "offset_seconds": 3600 }));
    assert_eq!(client.get("/").error(), (403, "AccessDenied"));
    assert_eq!(set(json!({})).0, 400);
    control(&client, "DELETE", "clock", &Value::Null);
    assert_eq!(client.get("/").status, 200);
}

#[test]
fn keys_are_made_by_request() {
    let (_emulator, client) = controlled();
    let policy = json!({ "version": "2.0", "statement": [
        { "effect": "allow", "action": "name/cos:GetBucket", "resource": "*" },
    ] });
    let (_, key) = control(&client, "POST", "credentials", &json!({ "lifetime_seconds": 60, "policy": policy }));
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    let temporary = Client { id: text("secret_id"), key: text("secret_key"), ..client.clone() };
    let send = |method: &str| {
        let path = if method == "GET" { "/" } else { "/k" };
        temporary.request(method, path).header("x-cos-security-token", &text("token")).send()
    };
    assert_eq!(send("GET").status, 200);
    assert_eq!(send("PUT").error(), (403, "AccessDenied"));
    control(&client, "DELETE", "credentials", &Value::Null);
    assert_eq!(send("GET").error(), (403, "ExpiredToken"));
    control(&client, "POST", "credentials", &json!({ "secret_id": "second", "secret_key": "key" }));
    let second = Client { id: "second".into(), key: "key".into(), ..client.clone() };
    assert_eq!(second.get("/").status, 200);
    control(&client, "DELETE", "credentials/second", &Value::Null);
    assert_eq!(second.get("/").error(), (403, "InvalidAccessKeyId"));
}

#[test]
fn a_reset_makes_everything_as_it_was_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for builder in [CosEmulator::builder(), CosEmulator::builder().data_dir(folder.path())] {
        let emulator = builder.control(true).start().unwrap();
        let client = Client::of(&emulator);
        client.put("/k", "x");
        control(&client, "POST", "buckets", &json!({ "name": "other-1250000000" }));
        control(&client, "POST", "faults", &json!({ "fault": "chunked", "times": 0 }));
        assert_eq!(control(&client, "POST", "reset", &Value::Null), (200, json!({})));
        assert_eq!(client.get("/k").error(), (404, "NoSuchKey"));
        let cors = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
                    </CORSRule></CORSConfiguration>";
        let own = json!({ "name": "own-1250000000", "configurations": { "cors": cors } });
        assert_eq!(control(&client, "POST", "buckets", &own).0, 200);
        let own = Client { host: "own-1250000000.cos.x.myqcloud.com".into(), ..client.clone() };
        assert_eq!(own.request("GET", "/").query("cors", "").send().text(), cors);
        let wrong = json!({ "name": "own-1250000000", "configurations": { "cors": "<CORSConfiguration/>" } });
        assert_eq!(control(&client, "POST", "buckets", &wrong).0, 400);
        let other = Client { host: "other-1250000000.cos.x.myqcloud.com".into(), ..client };
        assert_eq!(other.get("/").status, 200);
        assert_eq!(emulator.pending_faults(), 0);
    }
}

#[test]
fn web_pages_have_no_control() {
    let (_emulator, client) = controlled();
    let stream = client.connect();
    let head =
        "POST /_emulator/reset HTTP/1.1\r\nhost: localhost\r\norigin: https://example.com\r\ncontent-length: 0\r\n\r\n";
    (&stream).write_all(head.as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut BufReader::new(&stream), false).unwrap().status, 403);
}

#[test]
fn the_log_keeps_the_last_requests() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let observer = move |request: &cos_emulator::RecordedRequest| noted.lock().unwrap().push(request.path.clone());
    let emulator = CosEmulator::builder().log_capacity(2).observer(observer).start().unwrap();
    let client = Client::of(&emulator);
    for path in ["/1", "/2", "/3"] {
        client.get(path);
    }
    let paths: Vec<String> = emulator.requests().into_iter().map(|request| request.path).collect();
    assert_eq!((paths, emulator.request_count()), (vec!["/2".to_owned(), "/3".to_owned()], 3));
    assert_eq!(*seen.lock().unwrap(), ["/1", "/2", "/3"]);
    emulator.clear_requests();
    assert_eq!((emulator.requests().len(), emulator.request_count()), (0, 0));
    let emulator = CosEmulator::builder().log_capacity(0).start().unwrap();
    Client::of(&emulator).get("/1");
    assert_eq!((emulator.requests().len(), emulator.request_count()), (0, 1));
}

/// "Single-Connection Bandwidth Limit": x-cos-traffic-limit in bits a second, as header or parameter.
#[test]
fn a_traffic_limit_holds_both_directions_back() {
    let (_emulator, client) = started();
    let limit = "819200";
    let body = vec![b'x'; 51_200];
    let begin = Instant::now();
    let put = client.request("PUT", "/k").header("x-cos-traffic-limit", limit).body(body.clone()).send();
    // Half a second by the limit; never faster, however slow this machine is.
    assert_eq!(put.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(450), "{:?}", begin.elapsed());
    let begin = Instant::now();
    let got = client.request("GET", "/k").query("x-cos-traffic-limit", limit).send();
    assert!(got.body == body && begin.elapsed() >= Duration::from_millis(450), "{:?}", begin.elapsed());
    assert_eq!(client.request("GET", "/k").header("x-cos-traffic-limit", "1").send().error(), (400, "InvalidArgument"));
}
