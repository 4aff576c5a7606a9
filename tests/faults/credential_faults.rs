//! Credential providers when something goes wrong: bad answers, slow ones, keys that expire; and many threads at once.
//! What goes wrong is an error, and never a secret in a log.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::providers::*;
use crate::common::{BUCKET, code, failed, kind, lock};
use cos_emulator::{Answer, Fault, Match, Moment};
use log::{LevelFilter, Log, Metadata, Record};
use qcloud_cos::credentials::{AssumeRoleCredentials, CachedCredentials, CredentialChain, InstanceRoleCredentials};
use qcloud_cos::{ClientErrorKind, CredentialProvider, Credentials};

/// An answer that the metadata service could give.
fn metadata_answer(id: &str, expires: &str, code: &str) -> Answer {
    let body = format!(
        r#"{{"TmpSecretId":"{id}","TmpSecretKey":"CanaryKey","Token":"CanaryToken","ExpiredTime":{expires},"Code":"{code}"}}"#
    );
    Answer::new(200).body(body)
}

/// One that would do, were it not for its length.
fn huge() -> Answer {
    let body = r#"{"TmpSecretId":"id","TmpSecretKey":"k","Token":"t","ExpiredTime":9999999999,"Code":"Success"}"#;
    Answer::new(200).body(format!("{body}{}", " ".repeat(64 * 1024)))
}

#[test]
fn fault_33_a_bad_credential_endpoint_is_tried_three_times_and_then_an_error() {
    let cos = start();
    let answers = [
        ("500", Fault::Answer(Answer::new(500).body("CanaryBody"))),
        ("429", Fault::Answer(Answer::new(429))),
        ("garbage", Fault::Answer(Answer::new(200).body("CanaryBody \u{fffd}"))),
        ("another shape", Fault::Answer(Answer::new(200).body(r#"{"Token": ["CanaryBody"]}"#))),
        ("huge", Fault::Answer(huge())),
        ("cut", Fault::CutBody(20)),
        ("reset", Fault::Reset(Moment::BeforeAnswer)),
        ("closed", Fault::Close(Moment::BeforeAnswer)),
        ("failed", Fault::Answer(metadata_answer("id", "9999999999", "Failed"))),
        ("no id", Fault::Answer(metadata_answer("", "9999999999", "Success"))),
        ("a bad id", Fault::Answer(metadata_answer("a\\nb", "9999999999", "Success"))),
        ("no expiry", Fault::Answer(metadata_answer("id", "0", "Success"))),
        ("a far expiry", Fault::Answer(metadata_answer("id", "18446744073709551615", "Success"))),
    ];
    for (what, fault) in answers {
        cos.clear_requests();
        cos.inject(fault.clone(), at_metadata(), 3);
        let error = failed(instance(&cos).credentials());
        assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 3), "{what}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Canary") && shown.starts_with("the instance role: "), "{what}: {shown}");
        assert_eq!(cos.request_count(), 3, "{what}");
        // The third try is made, and may succeed.
        cos.inject(fault.clone(), at_metadata(), 2);
        assert!(instance(&cos).credentials().is_ok(), "{what}");
        cos.inject(fault, at_sts(), 3);
        assert_eq!(kind(role_of(&cos).credentials()), ClientErrorKind::Credentials, "{what}");
        cos.clear_faults();
    }
    for code in ["InternalError.DbError", "RequestLimitExceeded"] {
        let body = format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}}}"#);
        cos.inject(Fault::Answer(Answer::new(200).body(body)), at_sts(), 2);
        assert!(role_of(&cos).credentials().is_ok(), "{code}");
    }
    let unreachable = InstanceRoleCredentials::new().role("reader").connect_to(([127, 0, 0, 1], 1).into());
    let error = failed(unreachable.credentials());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 3));
}

#[test]
fn fault_33_a_slow_credential_endpoint_has_five_seconds_for_all_of_its_answer() {
    let cos = start();
    // Never silent for long, but it would take a minute.
    cos.inject(Fault::Trickle(1, Duration::from_millis(200)), at_metadata(), 1);
    let started = Instant::now();
    instance(&cos).credentials().unwrap();
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(5) && took < Duration::from_secs(15), "{took:?}");
    assert_eq!(cos.request_count(), 2);
}

#[test]
fn redirects_are_not_followed() {
    let (cos, elsewhere) = (start(), start());
    for status in [301, 302, 307, 308] {
        let location = format!("http://127.0.0.1:{}{ROLE}", elsewhere.port());
        cos.inject(Fault::redirect(status, location), Match::any(), 2);
        let error = failed(instance(&cos).credentials());
        assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 1), "{error}");
        assert_eq!(kind(role_of(&cos).credentials()), ClientErrorKind::Credentials);
    }
    assert_eq!(elsewhere.request_count(), 0);
}

#[test]
fn keys_are_renewed_early_and_the_old_are_used_while_valid_when_that_fails() {
    let (time, cos) = Time::start();
    let client = time.client(&cos, role_of(&cos).duration_seconds(3600).clock(time.clock()));
    let used = || {
        crate::common::put(&client, "k", b"x");
        cos.requests().last().unwrap().header("x-cos-security-token").unwrap().to_owned()
    };
    let first = used();
    time.pass(3299);
    assert_eq!(used(), first);
    cos.inject(Fault::error(500, "InternalError"), at_sts(), usize::MAX);
    time.pass(1);
    assert_eq!(used(), first);
    assert_eq!(asked(&cos, "sts.").len(), 4);
    time.pass(299);
    assert_eq!(used(), first);
    time.pass(1);
    let before = asked(&cos, "127.0.0.1").len();
    assert_eq!(kind(client.head_bucket(BUCKET).send()), ClientErrorKind::Credentials);
    assert_eq!(asked(&cos, "127.0.0.1").len(), before);
    cos.clear_faults();
    assert_ne!(used(), first);
}

#[test]
fn fault_32_expired_keys_are_refused_by_cos_and_a_refresh_gets_others() {
    let (time, cos) = Time::start();
    let provider = Arc::new(instance(&cos).clock(time.clock()));
    let client = time.client(&cos, Arc::clone(&provider));
    crate::common::put(&client, "k", b"x");
    let old = provider.credentials().unwrap();
    cos.expire_credentials();
    // A client that cannot get others.
    let stuck = time.client(&cos, old.clone());
    assert_eq!(code(stuck.get_object(BUCKET, "k").send()), (403, "ExpiredToken".to_owned()));
    let others = provider.refresh().unwrap();
    assert!(others != old && others == provider.credentials().unwrap());
    assert_eq!(crate::common::get(&client, "k"), b"x");
    // Who was refused at the same time gets what the first has got.
    let asked_before = asked(&cos, "metadata").len();
    assert!(provider.refresh().unwrap() == others);
    assert_eq!(asked(&cos, "metadata").len(), asked_before);
}

#[test]
fn many_threads_ask_once() {
    let cos = start();
    cos.inject(Fault::Delay(Duration::from_millis(100)), at_metadata(), usize::MAX);
    let client = client_of(&cos, instance(&cos));
    thread::scope(|scope| {
        for number in 0..16 {
            let client = client.clone();
            scope.spawn(move || crate::common::put(&client, &format!("k{number}"), b"x"));
        }
    });
    assert_eq!(asked(&cos, "metadata").len(), 1);
}

/// Keeps every record of this crate.
struct Recorder(Mutex<Vec<String>>);

static RECORDER: Recorder = Recorder(Mutex::new(Vec::new()));

impl Log for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.target().starts_with("qcloud_cos") {
            lock(&self.0).push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn neither_debug_output_nor_the_log_shows_a_secret() {
    log::set_logger(&RECORDER).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let cos = start();
    let canary = || Credentials::with_token("AKIDEXAMPLE", "CanaryKey", "CanaryToken");
    let (cached, chain) = (CachedCredentials::new(canary()), CredentialChain::new(canary()));
    cached.credentials().unwrap();
    let unused = AssumeRoleCredentials::new(canary(), ARN).external_id("CanaryId");

    // A service that answers with secrets where nobody expects them, and one that gives some.
    cos.inject(Fault::Answer(metadata_answer("id", "0", "CanaryCode").header("x", "CanaryHeader")), at_metadata(), 2);
    let provider = Arc::new(AssumeRoleCredentials::new(instance(&cos), ARN).scheme("http").connect_to(cos.addr()));
    let client = client_of(&cos, Arc::clone(&provider));
    cos.inject(Fault::error(500, "InternalError"), Match::any().path("canary-key"), 1);
    crate::common::put(&client, "canary-key", b"x");
    let url = client.get_presigned_url(BUCKET, "k", "GET").sign().unwrap();
    let token = url.split("x-cos-security-token=").nth(1).unwrap();

    let records = lock(&RECORDER.0).join("\n");
    assert!(records.contains("canary-key") && records.contains("the instance role: "), "{records}");
    let given = provider.credentials().unwrap();
    for shown in [
        records,
        format!("{cached:?} {chain:?} {unused:?}"),
        format!("{provider:?} {given:?} {:?}", client.get_conf()),
        format!("{:?}", cos.requests().iter().map(|request| request.path.as_str()).collect::<Vec<_>>()),
    ] {
        let secrets = ["CanaryKey", "CanaryToken", "CanaryId", "CanaryHeader", token];
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
}

#[test]
fn fault_33_credentials_do_not_take_longer_than_the_call_may() {
    let cos = start();
    cos.inject(Fault::Hang(Moment::BeforeAnswer), at_metadata(), usize::MAX);
    let config = qcloud_cos::CosConfig::builder().region(cos.region()).scheme("http").no_proxy();
    let config = config.ip("127.0.0.1").port(cos.port()).deadline(Duration::from_secs(1));
    let client = qcloud_cos::CosS3Client::new(config.credential_instance(instance(&cos)).build().unwrap()).unwrap();
    let begin = Instant::now();
    // One asks, and the others wait for it.
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let error = failed(client.head_bucket(BUCKET).send());
                assert_eq!(*error.kind(), ClientErrorKind::Credentials);
                assert!(error.deadline_exceeded(), "{error}");
            });
        }
    });
    assert!(begin.elapsed() < Duration::from_secs(4), "it took {:?}", begin.elapsed());
}
