//! The retry policy where it needs the whole client: budget, deadline, clock, credentials, domains, and answers
//! that got lost.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::common::{
    BUCKET, Pauses, client, client_off_by, client_with_retry, code, config, failed, get, keys, kind, lock, put,
    recording_client, refused, requests, start, start_with,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use qcloud_cos::multipart::Part;
use qcloud_cos::{ClientErrorKind, CosConfigBuilder, CosError, CosS3Client, CredentialProvider, Credentials, Sent};

const SECOND: Duration = Duration::from_secs(1);

/// A client on which time passes only while it pauses.
fn timed_client(config: CosConfigBuilder) -> (CosS3Client, Pauses) {
    let pauses = Pauses::default();
    let (now, noted) = (Arc::new(AtomicU64::new(0)), pauses.clone());
    let clock = Arc::clone(&now);
    let client = CosS3Client::builder(config.build().unwrap())
        .monotonic(move || Duration::from_millis(clock.load(Ordering::SeqCst)))
        .random(|| 1.0)
        .sleeper(move |pause| {
            now.fetch_add(pause.as_millis() as u64, Ordering::SeqCst);
            noted.note(pause);
        });
    (client.build().unwrap(), pauses)
}

// ------------------------------------------------------------------ budget

#[test]
fn a_thousand_calls_during_an_outage_send_at_most_a_tenth_more() {
    for (fault, most) in [(Fault::error(503, "SlowDown"), 1100), (Fault::error(503, "Unknown"), 1035)] {
        let (cos, client) = start();
        cos.inject(fault, Match::any(), usize::MAX);
        let mut exhausted = 0;
        for _ in 0..1000 {
            let error = refused(client.get_object(BUCKET, "k").send());
            assert_eq!(error.get_status_code(), 503);
            exhausted += u32::from(error.quota_exhausted());
        }
        assert!(cos.request_count() <= most, "{}", cos.request_count());
        assert!(exhausted > 900, "{exhausted}");
    }
}

#[test]
fn success_pays_back_and_each_host_has_a_budget_of_its_own() {
    let (cos, client) = start();
    cos.create_bucket("other-1250000000").unwrap();
    put(&client, "k", b"x");
    for _ in 0..100 {
        cos.inject(Fault::error(500, "InternalError"), Match::any(), 3);
        assert_eq!(get(&client, "k"), b"x");
    }
    cos.inject(Fault::error(500, "InternalError"), Match::any(), usize::MAX);
    while !refused(client.get_object(BUCKET, "k").send()).quota_exhausted() {}
    cos.clear_requests();
    let error = refused(client.get_object(BUCKET, "k").send());
    assert_eq!((error.attempts(), error.quota_exhausted(), cos.request_count()), (1, true, 1));
    assert!(error.to_string().contains("too much failed"), "{error}");
    let other = refused(client.get_object("other-1250000000", "k").send());
    assert_eq!((other.attempts(), other.quota_exhausted()), (4, false));
    // Each clean success is worth one token, so 14 of them are worth another try.
    cos.clear_faults();
    for _ in 0..14 {
        assert_eq!(get(&client, "k"), b"x");
    }
    cos.inject(Fault::error(500, "InternalError"), Match::any(), 1);
    assert_eq!(get(&client, "k"), b"x");
}

#[test]
fn a_body_of_which_nothing_comes_burdens_the_host_as_a_failed_request_does() {
    let (cos, client) = start();
    put(&client, "k", b"hello");
    cos.inject(Fault::CutBody(0), Match::any().method("GET"), usize::MAX);
    let fetch = || {
        let body = client.get_object(BUCKET, "k").send().unwrap().body;
        failed(body.get_stream(5).next().unwrap())
    };
    let mut calls = 1;
    while !fetch().quota_exhausted() {
        calls += 1;
    }
    // 500 tokens, 14 for each of three repetitions, and one back for each request that was answered at once.
    assert!((13..=16).contains(&calls), "{calls}");
    cos.clear_requests();
    let error = fetch();
    assert_eq!((error.attempts(), error.quota_exhausted(), cos.request_count()), (1, true, 1));
    // What comes pays back what was taken since.
    let (cos, client) = start();
    put(&client, "k", b"hello");
    for _ in 0..100 {
        cos.inject(Fault::CutBody(0), Match::any().method("GET"), 3);
        assert_eq!(get(&client, "k"), b"hello");
    }
}

// ------------------------------------------------------------------ deadline

#[test]
fn a_call_ends_before_a_pause_that_would_last_too_long() {
    let (cos, _client) = start();
    let busy = Answer::error(503, "SlowDown").header("Retry-After", "20");
    cos.inject(Fault::Answer(busy), Match::any(), usize::MAX);
    let (client, pauses) = timed_client(config(&cos).deadline(SECOND * 30));
    let error = refused(client.list_objects(BUCKET).send());
    assert_eq!((error.attempts(), error.deadline_exceeded(), error.retry_after()), (2, true, Some(SECOND * 20)));
    assert_eq!(pauses.take(), [SECOND * 22]);
    assert!(error.to_string().contains("no time left"), "{error}");
    // One that asks for more than there is fails at once.
    let (client, pauses) = timed_client(config(&cos).deadline(SECOND * 10));
    let error = refused(client.list_objects(BUCKET).send());
    assert_eq!((error.attempts(), error.deadline_exceeded(), pauses.take()), (1, true, vec![]));
    // An upload moves data and has no such limit.
    let (client, pauses) = timed_client(config(&cos).deadline(SECOND * 10));
    let error = refused(client.put_object(BUCKET, b"x", "k").send());
    assert_eq!((error.attempts(), error.deadline_exceeded(), pauses.take().len()), (4, false, 3));
}

#[test]
fn a_call_that_gets_no_answer_ends_at_its_deadline() {
    let (cos, _client) = start();
    let limit = Duration::from_millis(400);
    for fault in [Fault::Hang(Moment::AfterBody), Fault::Trickle(1, Duration::from_millis(20))] {
        cos.clear_faults();
        cos.inject(fault.clone(), Match::any(), usize::MAX);
        let client = client(config(&cos).deadline(limit));
        let before = Instant::now();
        let error = failed(client.list_objects(BUCKET).send());
        assert!(before.elapsed() < limit * 2, "{fault:?}: {:?}", before.elapsed());
        assert_eq!((error.kind(), error.deadline_exceeded()), (&ClientErrorKind::Timeout, true), "{fault:?}");
    }
}

// ------------------------------------------------------------------ clock

fn off_by(cos: &CosEmulator, seconds: i64, trust: bool) -> CosS3Client {
    let off = Duration::from_secs(seconds.unsigned_abs());
    let clock = move || if seconds < 0 { SystemTime::now() - off } else { SystemTime::now() + off };
    let builder = CosS3Client::builder(config(cos).build().unwrap()).clock(clock).sleeper(|_| {});
    builder.trust_http_date(trust).build().unwrap()
}

#[test]
fn a_wrong_clock_is_put_right_once_and_for_all() {
    for seconds in [-20_000, 3600, 80_000] {
        let (cos, owner) = start();
        put(&owner, "k", b"x");
        cos.clear_requests();
        let client = off_by(&cos, seconds, true);
        assert_eq!(get(&client, "k"), b"x", "{seconds}");
        let statuses: Vec<_> = cos.requests().iter().map(|request| request.status).collect();
        assert_eq!(statuses, [Some(403), Some(200)], "{seconds}");
        put(&client, "k", b"y");
        assert_eq!(cos.request_count(), 3, "the offset is kept");
        assert!(owner.get_object(BUCKET, "k").send().is_ok());
    }
}

#[test]
fn a_head_that_only_says_403_puts_the_clock_right_too() {
    let (cos, owner) = start();
    put(&owner, "k", b"x");
    assert_eq!(off_by(&cos, 3600, true).head_object(BUCKET, "k").send().unwrap().content_length, 1);
}

#[test]
fn a_clock_is_not_put_right_by_what_cannot_be_trusted() {
    let (cos, owner) = start();
    put(&owner, "k", b"x");
    cos.clear_requests();
    // Over http, unless that is allowed.
    let error = refused(client_off_by(config(&cos), 3600).get_object(BUCKET, "k").send());
    assert_eq!((error.get_error_code(), error.attempts()), ("RequestTimeTooSkewed", 1));
    let offset = error.clock_offset().unwrap();
    assert!((-3602..=-3598).contains(&offset), "{offset}");
    // By more than a day.
    let error = refused(off_by(&cos, 100_000, true).get_object(BUCKET, "k").send());
    assert_eq!((error.attempts(), error.clock_offset()), (1, None));
    // Where the clock is right after all.
    cos.inject(Fault::error(403, "RequestTimeTooSkewed"), Match::any(), usize::MAX);
    assert_eq!(refused(off_by(&cos, 0, true).get_object(BUCKET, "k").send()).attempts(), 1);
    // Where COS insists.
    assert_eq!(refused(off_by(&cos, 3600, true).get_object(BUCKET, "k").send()).attempts(), 2);
}

// ------------------------------------------------------------------ credentials

/// Gives old credentials until it is told to refresh.
#[derive(Clone, Default)]
struct Provider {
    asked: Arc<Mutex<Vec<&'static str>>>,
    refreshed: Arc<AtomicBool>,
    useless: bool,
}

impl CredentialProvider for Provider {
    fn credentials(&self) -> Result<Credentials, CosError> {
        lock(&self.asked).push("credentials");
        let id = if self.refreshed.load(Ordering::SeqCst) { "AKIDNEW" } else { "AKIDOLD" };
        Ok(Credentials::with_token(id, "key", "token"))
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        lock(&self.asked).push("refresh");
        if self.useless {
            return Err(CosS3Client::new(qcloud_cos::CosConfig::builder().build()?).map(drop).unwrap_err());
        }
        self.refreshed.store(true, Ordering::SeqCst);
        Ok(Credentials::with_token("AKIDNEW", "key", "token"))
    }
}

fn provided(cos: &CosEmulator, provider: &Provider) -> CosS3Client {
    let config = qcloud_cos::CosConfig::builder().region(cos.region()).credential_instance(provider.clone());
    let config = config.scheme("http").ip("127.0.0.1").port(cos.port()).proxies(Vec::<(&str, &str)>::new());
    client(config)
}

#[test]
fn refused_credentials_are_replaced_once() {
    let (cos, owner) = start();
    put(&owner, "k", b"x");
    cos.clear_requests();
    let provider = Provider::default();
    let client = provided(&cos, &provider);
    // Neither the old nor the new ones are any good yet.
    assert_eq!(code(client.get_object(BUCKET, "k").send()), (403, "InvalidAccessKeyId".to_owned()));
    assert_eq!(cos.request_count(), 2);
    assert_eq!(*lock(&provider.asked), ["credentials", "refresh"]);
    cos.add_temporary_credential("AKIDNEW", "key", "token");
    let provider = Provider::default();
    assert_eq!(get(&provided(&cos, &provider), "k"), b"x");
    for code in ["ExpiredToken", "InvalidToken"] {
        cos.inject(Fault::error(403, code), Match::any(), 1);
        let provider = Provider::default();
        assert_eq!(get(&provided(&cos, &provider), "k"), b"x", "{code}");
        assert_eq!(*lock(&provider.asked), ["credentials", "refresh"], "{code}");
    }
}

#[test]
fn credentials_that_cannot_be_replaced_are_not_sent_again() {
    let (cos, _owner) = start();
    cos.inject(Fault::error(403, "ExpiredToken"), Match::any(), usize::MAX);
    // Fixed ones are all there is.
    let error = refused(client(config(&cos)).get_object(BUCKET, "k").send());
    assert_eq!((error.get_error_code(), error.attempts()), ("ExpiredToken", 1));
    // A provider that fails is the cause.
    let provider = Provider { useless: true, ..Provider::default() };
    let error = refused(provided(&cos, &provider).get_object(BUCKET, "k").send());
    assert_eq!((error.get_error_code(), error.attempts()), ("ExpiredToken", 1));
    assert!(std::error::Error::source(&error).unwrap().to_string().starts_with("secret_id"));
    // Nobody to ask.
    let error = refused(client(config(&cos).anonymous(true)).get_object(BUCKET, "k").send());
    assert_eq!(error.attempts(), 1);
}

// ------------------------------------------------------------------ domains

#[test]
fn once_the_other_domain_helped_requests_stay_there_for_a_minute() {
    let (cos, _owner) = start();
    let silent = Fault::Answer(Answer::new(502).without_request_id());
    cos.inject(silent, Match::any().host("myqcloud.com"), usize::MAX);
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let config = keys(&cos).connect_to(cos.addr()).auto_switch_domain_on_retry(true).build().unwrap();
    let client = CosS3Client::builder(config)
        .monotonic(move || Duration::from_secs(clock.load(Ordering::SeqCst)))
        .sleeper(|_| {})
        .build()
        .unwrap();
    let new_hosts = |count: usize| {
        cos.clear_requests();
        put(&client, "k", b"x");
        let hosts: Vec<_> = cos.requests().iter().map(|request| request.header("host").unwrap().to_owned()).collect();
        assert_eq!(hosts.len(), count, "{hosts:?}");
        hosts.iter().filter(|host| host.ends_with(".tencentcos.cn")).count()
    };
    assert_eq!(new_hosts(4), 1);
    assert_eq!(new_hosts(1), 1);
    now.store(59, Ordering::SeqCst);
    assert_eq!(new_hosts(1), 1);
    now.store(60, Ordering::SeqCst);
    assert_eq!(new_hosts(4), 1);
}

// ------------------------------------------------------------------ answers that got lost

fn lost() -> Fault {
    Fault::Reset(Moment::BeforeAnswer)
}

fn methods(cos: &CosEmulator) -> String {
    cos.requests().iter().map(|request| request.method.clone()).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_append_whose_answer_was_lost_is_looked_up() {
    let (cos, client) = start();
    cos.inject(lost(), Match::any().method("POST"), 1);
    let first = client.append_object(BUCKET, "k", 0, b"hello").send().unwrap();
    assert_eq!((first.next_append_position, methods(&cos).as_str()), (5, "POST HEAD"));
    cos.clear_requests();
    cos.inject(lost(), Match::any().method("POST"), 1);
    let second = client.append_object(BUCKET, "k", 5, b" world").previous_crc64(first.crc64).send().unwrap();
    assert_eq!((second.next_append_position, methods(&cos).as_str()), (11, "POST HEAD"));
    assert_eq!(get(&client, "k"), b"hello world");
    // What was before is not known, so the length alone tells too little.
    cos.clear_requests();
    cos.inject(lost(), Match::any().method("POST"), 1);
    let error = failed(client.append_object(BUCKET, "k", 11, b"!").send());
    assert_eq!((error.kind(), error.sent()), (&ClientErrorKind::Ambiguous, Sent::Maybe));
    assert_eq!(methods(&cos), "POST HEAD");
    assert_eq!(get(&client, "k"), b"hello world!", "never twice");
}

#[test]
fn an_append_that_was_not_carried_out_is_repeated() {
    for (fault, sent) in [
        (Fault::Reset(Moment::AfterBody), "POST HEAD POST"),
        (Fault::error(500, "InternalError"), "POST HEAD POST"),
        (Fault::error(503, "SlowDown"), "POST POST"),
    ] {
        let (cos, client) = start();
        client.append_object(BUCKET, "k", 0, b"a").send().unwrap();
        cos.clear_requests();
        cos.inject(fault.clone(), Match::any().method("POST"), 1);
        assert_eq!(client.append_object(BUCKET, "k", 1, b"b").send().unwrap().next_append_position, 2);
        assert_eq!(methods(&cos), sent, "{fault:?}");
        assert_eq!(get(&client, "k"), b"ab");
    }
}

#[test]
fn an_append_that_somebody_else_was_faster_with_is_a_conflict() {
    let (cos, client) = start();
    client.append_object(BUCKET, "k", 0, b"first").send().unwrap();
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("POST"), 1);
    assert_eq!(kind(client.append_object(BUCKET, "k", 0, b"other").send()), ClientErrorKind::AppendConflict);
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("POST"), 1);
    assert_eq!(kind(client.append_object(BUCKET, "k", 2, b"x").send()), ClientErrorKind::AppendConflict);
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("POST"), 1);
    assert_eq!(kind(client.append_object(BUCKET, "gone", 2, b"x").send()), ClientErrorKind::AppendConflict);
    // A first try that COS refuses is COS's error.
    assert_eq!(code(client.append_object(BUCKET, "k", 2, b"x").send()).0, 409);
    assert_eq!(get(&client, "k"), b"first");
}

#[test]
fn a_conditional_upload_that_succeeded_unheard_is_no_failure() {
    let (cos, client) = start();
    let once = |content: &'static str, key: &str| {
        client.put_object(BUCKET, content.as_bytes(), key).header("x-cos-forbid-overwrite", "true").send()
    };
    cos.inject(lost(), Match::any().method("PUT"), 1);
    let done = once("mine", "k").unwrap();
    assert_eq!(methods(&cos), "PUT PUT HEAD");
    assert_eq!(cos.requests()[1].status, Some(409));
    assert_eq!(done.etag, client.head_object(BUCKET, "k").send().unwrap().etag);
    // What is there is somebody else's.
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("PUT"), 1);
    assert_eq!(code(once("another", "k")).0, 409);
    // The first attempt was refused.
    cos.clear_requests();
    assert_eq!(code(once("mine", "k")).0, 409);
    assert_eq!(methods(&cos), "PUT");
    assert_eq!(get(&client, "k"), b"mine");
}

#[test]
fn what_was_deleted_or_aborted_unheard_is_gone() {
    let (cos, client) = start();
    let upload = client.create_multipart_upload(BUCKET, "k").send().unwrap();
    assert!(!upload.maybe_orphan);
    cos.inject(lost(), Match::any().method("DELETE"), 1);
    client.abort_multipart_upload(BUCKET, "k", &upload.upload_id).send().unwrap();
    assert_eq!(code(client.abort_multipart_upload(BUCKET, "k", &upload.upload_id).send()).0, 404);
    put(&client, "k", b"x");
    for gone in ["NoSuchVersion", "NoSuchKey"] {
        cos.inject(lost(), Match::any().method("DELETE"), 1);
        cos.inject(Fault::error(404, gone), Match::any().method("DELETE"), 2);
        client.delete_object(BUCKET, "k").version_id("v").send().unwrap();
        assert_eq!(code(client.delete_object(BUCKET, "k").version_id("v").send()).0, 404);
    }
}

#[test]
fn an_upload_that_may_have_been_started_twice_says_so() {
    let (cos, client) = start();
    cos.inject(lost(), Match::any().query("uploads"), 1);
    assert!(client.create_multipart_upload(BUCKET, "k").send().unwrap().maybe_orphan);
    assert_eq!(client.list_multipart_uploads(BUCKET).uploads().count(), 2);
    cos.inject(Fault::error(503, "SlowDown"), Match::any().query("uploads"), 1);
    assert!(!client.create_multipart_upload(BUCKET, "k").send().unwrap().maybe_orphan);
}

#[test]
fn a_completion_that_nothing_tells_of_is_ambiguous() {
    let (cos, client) = start();
    let upload = || {
        let id = client.create_multipart_upload(BUCKET, "k").send().unwrap().into_inner().upload_id;
        let etag = client.upload_part(BUCKET, "k", b"part", 1, &id).send().unwrap().into_inner().etag;
        (id, vec![Part { part_number: 1, etag }])
    };
    for fault in [lost(), Fault::Answer(Answer::new(200).body("   ").carried_out())] {
        let (id, parts) = upload();
        cos.inject(fault.clone(), Match::any().method("POST").query("uploadId="), 1);
        let error = failed(client.complete_multipart_upload(BUCKET, "k", &id, parts).send());
        assert_eq!(*error.kind(), ClientErrorKind::Ambiguous, "{fault:?}: {error}");
        assert!(error.attempts() > 0 && error.sent() != Sent::Nothing, "{fault:?}: {error}");
        assert!(error.get_ref().is_some());
    }
    let (_, parts) = upload();
    assert_eq!(code(client.complete_multipart_upload(BUCKET, "k", "unknown", parts).send()).0, 404);
}

#[test]
fn keys_that_could_not_be_deleted_just_now_are_sent_again_alone() {
    let (cos, client) = start();
    let passing = |codes: &[(&str, &str)]| {
        let error = |(key, code): &(&str, &str)| format!("<Error><Key>{key}</Key><Code>{code}</Code></Error>");
        let errors = codes.iter().map(error).collect::<Vec<_>>().concat();
        let xml = format!("<DeleteResult><Deleted><Key>a</Key></Deleted>{errors}</DeleteResult>");
        Fault::Answer(Answer::new(200).body(xml))
    };
    let all = [("b", "SlowDown"), ("c", "AccessDenied"), ("d", "InternalError")];
    cos.inject(passing(&all), Match::any().method("POST"), 1);
    let output = client.delete_objects(BUCKET, ["a", "b", "c", "d"]).send().unwrap();
    let deleted: Vec<_> = output.deleted.iter().map(|deleted| deleted.key.as_str()).collect();
    assert_eq!(deleted, ["a", "b", "d"]);
    assert_eq!((output.error.len(), output.error[0].key.as_str()), (1, "c"));
    let sent = requests(&cos, "POST", "delete");
    assert_eq!(sent.len(), 2);
    assert!(sent[1].body_length < sent[0].body_length);
    cos.inject(passing(&[("b", "SlowDown")]), Match::any().method("POST"), usize::MAX);
    cos.clear_requests();
    let client = client_with_retry(config(&cos), 2);
    let output = client.delete_objects(BUCKET, ["a", "b"]).send().unwrap();
    assert_eq!((cos.request_count(), output.error[0].code.as_str()), (3, "SlowDown"));
}

#[test]
fn a_restoration_is_repeated_only_if_it_was_not_carried_out() {
    let (cos, client) = start();
    client.put_object(BUCKET, b"x", "k").storage_class("ARCHIVE").send().unwrap();
    let days = || qcloud_cos::object::RestoreRequest { days: Some(1), ..Default::default() };
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("POST"), 1);
    let error = failed(client.restore_object(BUCKET, "k", days()).send());
    assert_eq!((error.attempts(), error.sent()), (1, Sent::Maybe));
    cos.inject(Fault::error(503, "SlowDown"), Match::any().method("POST"), 1);
    client.restore_object(BUCKET, "k", days()).send().unwrap();
}

// ------------------------------------------------------------------ what errors tell

#[test]
fn errors_tell_how_much_was_sent() {
    let (cos, client) = start();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (nowhere, _) = recording_client(keys(&cos).ip("127.0.0.1").port(closed), 1);
    assert_eq!(nowhere.put_object(BUCKET, b"x", "k").send().unwrap_err().sent(), Sent::Nothing);
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any(), 4);
    assert_eq!(client.put_object(BUCKET, b"x", "k").send().unwrap_err().sent(), Sent::Maybe);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any(), 1);
    assert_eq!(client.put_object(BUCKET, b"x", "k").send().unwrap_err().sent(), Sent::All);
    assert_eq!(client.get_object(BUCKET, "").send().unwrap_err().sent(), Sent::Nothing);
    // An answer that cannot be read is one, too.
    cos.inject(Fault::error(500, "InternalError"), Match::any(), 1);
    cos.inject(Fault::Answer(Answer::new(200).body("<Odd/>")), Match::any(), 1);
    let error = failed(client.list_objects(BUCKET).send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Xml, 2, Sent::All));
    put(&client, "k", b"hello");
    cos.inject(Fault::CorruptAnswer(1), Match::any().method("GET"), 1);
    let body = client.get_object(BUCKET, "k").send().unwrap().body;
    let error = failed(body.get_stream(9).last().unwrap());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Integrity, 1, Sent::All));
}

#[test]
fn a_body_that_crawls_is_given_up() {
    let (cos, owner) = start_with(CosEmulator::builder());
    put(&owner, "k", &[7; 1000]);
    cos.inject(Fault::Trickle(1, Duration::from_millis(10)), Match::any().method("GET"), usize::MAX);
    let client = client(config(&cos).minimum_throughput(100_000, Duration::from_millis(100)));
    let before = Instant::now();
    let pieces: Vec<_> = client.get_object(BUCKET, "k").send().unwrap().body.get_stream(4096).collect();
    assert!(before.elapsed() < SECOND * 5, "{:?}", before.elapsed());
    assert!(
        matches!(pieces.last(), Some(Err(e)) if matches!(e, CosError::Client(e) if *e.kind() == ClientErrorKind::Stalled))
    );
}
