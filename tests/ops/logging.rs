//! What the log says: a line for each call and for each retry, and no secret.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::common::{
    BUCKET, MIB, SSE_KEY, client, domain_config, get, lock, names, noise, put, refused, start, start_with_domain,
};
use crate::config::assert_clean;
use cos_emulator::{Fault, Match};
use log::{LevelFilter, Log, Metadata, Record};

/// Keeps every record of this crate.
struct Recorder(Mutex<Vec<String>>);

static RECORDER: Recorder = Recorder(Mutex::new(Vec::new()));

/// Records from now on.
fn record() {
    // Fails for every test but the first, which is as well.
    let _ = log::set_logger(&RECORDER);
    log::set_max_level(LevelFilter::Trace);
}

/// Returns the records about a key.
fn records_of(key: &str) -> Vec<String> {
    lock(&RECORDER.0).iter().filter(|record| record.contains(key)).cloned().collect()
}

/// Asserts that a record is `pattern`, in which `*` stands for anything.
#[track_caller]
fn assert_like(record: &str, pattern: &str) {
    let escaped = regex::escape(pattern).replace("\\*", ".*");
    assert!(regex::Regex::new(&format!("^{escaped}$")).unwrap().is_match(record), "{record}");
}

#[test]
fn a_call_is_a_line_and_so_is_each_retry() {
    record();
    let (cos, client) = start();
    let host = format!("{BUCKET}.cos.{}.myqcloud.com", cos.region());
    client.put_object(BUCKET, b"abcdefg", "logged one").send().unwrap();
    get(&client, "logged one");
    client.head_object(BUCKET, "logged one").send().unwrap();
    client.delete_object(BUCKET, "logged one").send().unwrap();
    let records = records_of("logged%20one");
    assert_eq!(records.len(), 4, "{records:#?}");
    for (record, (call, bytes)) in records.iter().zip([
        ("put_object PUT", ", 7 bytes sent"),
        ("get_object GET", ", 7 bytes to read"),
        ("head_object HEAD", ""),
        ("delete_object DELETE", ""),
    ]) {
        let status = if call.contains("DELETE") { 204 } else { 200 };
        assert_like(record, &format!("DEBUG {call} {host}/logged%20one: {status} in * ms{bytes}, request id \"*\""));
    }

    cos.inject(Fault::error(503, "SlowDown"), Match::any(), 2);
    client.put_object(BUCKET, b"abc", "logged-two").send().unwrap();
    let records = records_of("logged-two");
    assert_eq!(records.len(), 3, "{records:#?}");
    let name = format!("put_object PUT {host}/logged-two");
    for (number, record) in (1..).zip(&records[..2]) {
        let why = "put_object (PUT): status 503, code SlowDown, message *, request id *";
        assert_like(record, &format!("WARN {name}: attempt {number} failed: {why}; retrying in * ms"));
    }
    assert_like(&records[2], &format!("DEBUG {name}: 200 in * ms, 3 bytes sent, request id \"*\" (after 3 attempts)"));

    assert_eq!(refused(client.get_object(BUCKET, "logged-three").send()).get_status_code(), 404);
    let records = records_of("logged-three");
    assert_eq!(records.len(), 1, "{records:#?}");
    let why = "get_object (GET): status 404, code NoSuchKey, message *, request id *";
    assert_like(&records[0], &format!("DEBUG get_object GET {host}/logged-three: failed in * ms: {why}"));
}

#[test]
fn a_client_that_checks_no_certificate_says_so_once() {
    record();
    let (cos, _client) = start();
    let before = records_of("verify_ssl(false)").len();
    let unchecked = client(crate::common::config(&cos).verify_ssl(false));
    for key in ["a", "b", "c"] {
        unchecked.put_object(BUCKET, b"x", key).send().unwrap();
    }
    let records = records_of("verify_ssl(false)");
    assert_eq!(records.len() - before, 1, "{records:#?}");
    assert!(records[before].starts_with("WARN"), "{records:#?}");
}

#[test]
fn a_body_that_breaks_off_is_a_line() {
    record();
    let (cos, client) = start();
    put(&client, "logged-body", &noise(1, 100_000));
    cos.inject(Fault::CutBody(50_000), Match::any().method("GET"), 1);
    assert_eq!(get(&client, "logged-body").len(), 100_000);
    let records = records_of("logged-body");
    let (warned, _): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.starts_with("WARN"));
    assert_eq!(warned.len(), 1, "{records:#?}");
    assert_like(warned[0], "WARN get_object GET */logged-body: the body broke off at byte *: *; retrying in * ms");
}

impl Log for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.target().starts_with("qcloud_cos") {
            lock(&self.0).push(format!("{} {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

/// The `q-signature` of an `Authorization` header or URL.
fn signature(signed: &str) -> String {
    signed.split_once("q-signature=").unwrap().1.split('&').next().unwrap().to_owned()
}

#[test]
fn the_log_holds_no_secret_at_any_level() {
    record();
    let (cos, _owner) = start_with_domain();
    cos.add_temporary_credential("AKIDCANARY", "CanarySecretKey", "CanaryToken");
    let client = client(domain_config(&cos).secret_id("AKIDCANARY").secret_key("CanarySecretKey").token("CanaryToken"));
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("file");
    std::fs::write(&path, noise(1, 2 * MIB)).unwrap();

    cos.inject(Fault::error(500, "InternalError"), Match::any().method("PUT"), 1);
    let put = client.put_object(BUCKET, b"x", "canary-key").sse_customer_algorithm("AES256");
    put.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    let upload = client.upload_file(BUCKET, "big", &path).multipart_threshold(0).sse_customer_algorithm("AES256");
    upload.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    let download = client.download_file(BUCKET, "big", folder.path().join("copy")).part_size(1).multipart_threshold(0);
    let download = download.sse_customer_algorithm("AES256").sse_customer_key(SSE_KEY[0]);
    download.sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    assert_eq!(names(folder.path()), ["copy", "file"]);
    assert!(client.get_object(BUCKET, "missing").send().is_err());
    cos.inject(Fault::Reset(cos_emulator::Moment::AfterBody), Match::any(), usize::MAX);
    assert!(client.put_object(BUCKET, b"x", "k").send().is_err());
    cos.clear_faults();
    let url = client.get_presigned_url(BUCKET, "canary-key", "PUT").sign().unwrap();
    let auth = client.get_auth("GET", BUCKET, "canary-key").sign().unwrap();
    assert!(client.get_object(BUCKET, "canary-key").query("q-own", "1").send().is_err());

    let records = lock(&RECORDER.0).join("\n");
    assert!(records.contains("canary-key") && records.contains("attempt"), "nothing was logged: {records}");
    assert_clean("the log", &records);
    let sent = cos.requests();
    assert!(sent.len() > 10);
    for request in &sent {
        let signature = signature(request.header("authorization").unwrap());
        assert!(!records.contains(&signature), "{records}");
    }
    for signed in [url, auth] {
        assert!(!records.contains(&signature(&signed)), "{records}");
    }
}
