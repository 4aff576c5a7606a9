//! Rows 12 to 22, 29 to 32, 53: what COS, or something before it, answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use cos_emulator::{Answer, CosEmulator, Fault as Hook, Match, Moment};
use qcloud_cos::{
    ClientErrorKind, CopySource, CosConfig, CosError, CosS3Client, CredentialProvider, Credentials, Part, Sent,
};

use super::scene::{Scene, part};
use crate::common::{
    BUCKET, MIB, SSE_KEY, client, code, config, failed, get, kind, open_uploads, put, recording_client, refused,
    requests, start,
};

#[test]
fn fault_12_server_error_once() {
    for status in [500, 502, 504] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(status, "InternalError"), Match::any(), 1);
        put(&scene.client, "new", b"x");
        assert_eq!(scene.statuses(), [Some(status), Some(200)]);
        scene.assert_marked();
    }
}

#[test]
fn fault_13_server_error_for_ever() {
    for status in [500, 502, 503, 504] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(status, "Unknown"), part(2), usize::MAX);
        let error = refused(scene.upload(&scene.client).send());
        assert_eq!((error.get_status_code(), error.attempts()), (status, 4));
        assert_ne!(error.get_request_id(), "Unknown");
        assert_eq!(open_uploads(&scene.client).len(), 1, "kept, to go on with");
        scene.cos.clear_faults();
        scene.cos.clear_requests();
        scene.upload(&scene.client).send().unwrap();
        let sent = requests(&scene.cos, "PUT", "partNumber");
        assert!(sent.iter().all(|part| part.param("partNumber") != Some("1")), "part 1 is not sent again");
        assert!(open_uploads(&scene.client).is_empty());
    }
}

#[test]
fn fault_14_throttled() {
    for (status, code) in [(503, "SlowDown"), (429, "TooManyRequests")] {
        let scene = Scene::new();
        let busy = Answer::error(status, code).header("Retry-After", "7");
        scene.cos.inject(Hook::Answer(busy), Match::any(), usize::MAX);
        let (client, pauses) = recording_client(config(&scene.cos), 3);
        let error = refused(client.put_object(BUCKET, "x", "new").send());
        assert_eq!((error.attempts(), error.retry_after()), (4, Some(Duration::from_secs(7))));
        assert!(pauses.take().iter().all(|pause| *pause >= Duration::from_secs(7)));
    }
}

#[test]
fn fault_15_odd_retry_after() {
    let pauses_of = |after: &str| {
        let scene = Scene::new();
        let busy = Answer::error(503, "SlowDown").header("Retry-After", after);
        scene.cos.inject(Hook::Answer(busy), Match::any(), 1);
        let (client, pauses) = recording_client(config(&scene.cos), 3);
        put(&client, "new", b"x");
        pauses.take().remove(0)
    };
    let second = Duration::from_secs(1);
    let long = pauses_of("3600");
    assert!(long >= second * 30 && long <= second * 33, "{long:?}");
    for nonsense in ["-5", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT", "99999999999999999999"] {
        assert!(pauses_of(nonsense) <= second, "{nonsense}");
    }
    // More than the call has left: no use to wait.
    let scene = Scene::new();
    let busy = Answer::error(503, "SlowDown").header("Retry-After", "3600");
    scene.cos.inject(Hook::Answer(busy), Match::any(), usize::MAX);
    let (client, pauses) = recording_client(config(&scene.cos).deadline(second * 20), 3);
    let error = refused(client.list_objects(BUCKET).send());
    assert_eq!((error.attempts(), error.deadline_exceeded(), pauses.take().len()), (1, true, 0));
}

#[test]
fn fault_16_request_timeout() {
    for fault in [Hook::error(408, "Unknown"), Hook::error(400, "RequestTimeout")] {
        let scene = Scene::new();
        scene.cos.inject(fault.clone(), Match::any(), 2);
        put(&scene.client, "new", b"x");
        assert_eq!(scene.cos.request_count(), 3);
        scene.cos.inject(fault, Match::any(), usize::MAX);
        assert_eq!(refused(scene.client.put_object(BUCKET, "x", "new").send()).attempts(), 4);
        let once = qcloud_cos::Body::reader(&b"x"[..]);
        assert_eq!(refused(scene.client.put_object(BUCKET, once, "new").send()).attempts(), 1);
    }
}

#[test]
fn fault_17_refused() {
    for (status, code) in [
        (403, "AccessDenied"),
        (404, "NoSuchKey"),
        (409, "BucketNotEmpty"),
        (412, "PreconditionFailed"),
        (416, "InvalidRange"),
    ] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(status, code), Match::any(), usize::MAX);
        for error in [
            refused(scene.client.put_object(BUCKET, "x", "new").send()),
            refused(scene.client.get_object(BUCKET, "k").send()),
            refused(scene.download(&scene.client).send()),
        ] {
            assert_eq!((error.get_status_code(), error.attempts()), (status, 1));
        }
        assert_eq!(scene.cos.request_count(), 3);
        scene.assert_untouched();
    }
}

fn completion() -> Match {
    Match::any().method("POST").query("uploadId=")
}

#[test]
fn fault_18_completion_fails_inside_200() {
    for code in ["InternalError", "SlowDown"] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(200, code), completion(), 2);
        scene.upload(&scene.client).send().unwrap();
        assert_eq!(requests(&scene.cos, "POST", "uploadId").len(), 3);
        let scene = Scene::new();
        scene.cos.inject(Hook::error(200, code), completion(), usize::MAX);
        let error = refused(scene.upload(&scene.client).send());
        assert_eq!((error.get_status_code(), error.get_error_code()), (200, code));
        assert_eq!(open_uploads(&scene.client).len(), 1, "kept, to go on with");
    }
}

#[test]
fn fault_19_completion_says_nothing() {
    for body in ["", "  \n  ", "<CompleteMultipartUploadResult><ETag>", "<CompleteMultipartUploadResult/>"] {
        // It was carried out: a look at the object tells.
        let scene = Scene::new();
        scene.cos.inject(Hook::Answer(Answer::new(200).body(body).carried_out()), completion(), 1);
        scene.upload(&scene.client).send().unwrap();
        assert_eq!(requests(&scene.cos, "POST", "uploadId").len(), 1, "{body:?}");
        assert!(get(&scene.client, "up") == scene.content);
        // It was not: it is sent again, also where the same bytes were there before.
        for before in [None, Some("old")] {
            let scene = Scene::new();
            if let Some(meta) = before {
                let old = scene.client.put_object(BUCKET, &scene.content, "up");
                old.metadata("x-cos-meta-a", meta).send().unwrap();
            }
            scene.cos.inject(Hook::Answer(Answer::new(200).body(body)), completion(), 1);
            scene.upload(&scene.client).metadata("x-cos-meta-a", "new").send().unwrap();
            let made = scene.client.head_object(BUCKET, "up").send().unwrap();
            assert_eq!(made.headers.get("x-cos-meta-a").as_deref(), Some("new"), "{body:?}");
            assert!(get(&scene.client, "up") == scene.content);
            assert!(open_uploads(&scene.client).is_empty());
        }
        // Nothing tells.
        let scene = Scene::new();
        scene.cos.inject(Hook::Answer(Answer::new(200).body(body)), completion(), usize::MAX);
        assert_eq!(kind(scene.upload(&scene.client).send()), ClientErrorKind::Ambiguous, "{body:?}");
        assert!(requests(&scene.cos, "DELETE", "uploadId").is_empty(), "never given up");
        assert_eq!(open_uploads(&scene.client).len(), 1);
    }
}

#[test]
fn fault_20_completion_takes_long() {
    // Silence before the answer, and blanks within it, each longer in all than the limits for any other answer.
    let patience = Duration::from_millis(300);
    for slow in [Hook::Delay(patience * 3), Hook::Trickle(1, Duration::from_millis(10))] {
        let scene = Scene::new();
        let hasty = config(&scene.cos).response_timeout(patience).stall_timeout(patience).deadline(patience);
        let client = client(hasty.least_speed(1_000_000, patience));
        scene.cos.inject(slow, completion(), 1);
        scene.upload(&client).send().unwrap();
        assert_eq!(requests(&scene.cos, "POST", "uploadId").len(), 1);
        assert!(get(&scene.client, "up") == scene.content);
    }
}

#[test]
fn fault_21_completion_repeated() {
    let scene = Scene::new();
    scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), completion(), 1);
    scene.upload(&scene.client).send().unwrap();
    assert_eq!(requests(&scene.cos, "POST", "uploadId").last().unwrap().status, Some(404));
    // Somebody overwrote it meanwhile: whether it was made cannot be told.
    let scene = Scene::new();
    scene.cos.inject(Hook::Reset(Moment::AfterBody), completion(), 1);
    scene.cos.inject(Hook::error(404, "NoSuchUpload"), completion(), 1);
    put(&scene.client, "up", b"another");
    assert_eq!(kind(scene.upload(&scene.client).send()), ClientErrorKind::Ambiguous);
    assert_eq!(get(&scene.client, "up"), b"another");
    assert!(requests(&scene.cos, "DELETE", "uploadId").is_empty(), "never given up");
}

#[test]
fn fault_22_copy_fails_inside_200() {
    let scene = Scene::new();
    let source = || CopySource::new(BUCKET, "k", scene.cos.region());
    let upload_id = scene.client.create_multipart_upload(BUCKET, "parts").send().unwrap().upload_id;
    for code in ["InternalError", "SlowDown"] {
        scene.cos.inject(Hook::error(200, code), Match::any().method("PUT"), 2);
        scene.client.copy_object(BUCKET, "copy", source()).send().unwrap();
        scene.cos.inject(Hook::error(200, code), Match::any().method("PUT"), 2);
        scene.client.upload_part_copy(BUCKET, "parts", 1, &upload_id, source()).send().unwrap();
        scene.cos.inject(Hook::error(200, code), Match::any().method("PUT"), 8);
        let error = refused(scene.client.copy_object(BUCKET, "other", source()).send());
        assert_eq!((error.get_status_code(), error.get_error_code(), error.attempts()), (200, code, 4));
        let error = refused(scene.client.upload_part_copy(BUCKET, "parts", 2, &upload_id, source()).send());
        assert_eq!((error.get_status_code(), error.get_error_code(), error.attempts()), (200, code, 4));
    }
    assert_eq!(crate::common::code(scene.client.get_object(BUCKET, "other").send()).0, 404);
    assert_eq!(scene.client.list_parts(BUCKET, "parts", &upload_id).parts().count(), 1);
}

#[test]
fn fault_29_redirects() {
    let (elsewhere, _) = start();
    for status in [301, 302, 307, 308] {
        let scene = Scene::new();
        let location = format!("http://{}/{BUCKET}/k?secret=1", elsewhere.addr());
        for answer in [Answer::new(status), Answer::new(status).without_request_id()] {
            scene.cos.inject(Hook::Answer(answer.header("Location", location.clone())), Match::any(), 3);
            let put = scene.client.put_object(BUCKET, "x", "k").sse_customer_algorithm("AES256");
            let put = put.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]);
            for error in [
                refused(put.send()),
                refused(scene.client.get_object(BUCKET, "k").send()),
                refused(scene.download(&scene.client).send()),
            ] {
                assert_eq!((error.get_status_code(), error.attempts()), (status, 1));
                assert!(!error.to_string().contains("secret"), "{error}");
            }
            assert_eq!(elsewhere.request_count(), 0);
            scene.assert_untouched();
        }
    }
}

#[test]
fn fault_30_not_modified() {
    let scene = Scene::new();
    let etag = scene.client.head_object(BUCKET, "k").send().unwrap().etag;
    let error = refused(scene.client.get_object(BUCKET, "k").if_none_match(&etag).send());
    assert_eq!((error.get_status_code(), error.get_error_code(), error.attempts()), (304, "NotModified", 1));
}

#[test]
fn fault_31_wrong_clock() {
    for hours in [-1_i64, 1] {
        let scene = Scene::new();
        // An hour back is within the signature's window, so COS is made to mind.
        let clock = move || {
            let off = Duration::from_secs(hours.unsigned_abs() * 3600);
            if hours < 0 { SystemTime::now() - off } else { SystemTime::now() + off }
        };
        let client = |trust| {
            let builder = CosS3Client::builder(config(&scene.cos).build().unwrap()).clock(clock);
            builder.sleeper(|_| {}).trust_http_date(trust).build().unwrap()
        };
        scene.cos.inject(Hook::error(403, "RequestTimeTooSkewed"), Match::any(), 1);
        let trusting = client(true);
        assert!(get(&trusting, "k") == scene.content);
        assert_eq!(scene.statuses(), [Some(403), Some(200)]);
        put(&trusting, "new", b"x");
        assert_eq!(scene.cos.request_count(), 3, "the offset is kept");
        scene.cos.inject(Hook::error(403, "RequestTimeTooSkewed"), Match::any(), 1);
        let error = refused(client(false).get_object(BUCKET, "k").send());
        assert_eq!((error.get_error_code(), error.attempts()), ("RequestTimeTooSkewed", 1));
        assert_eq!(error.clock_offset().map(|offset| (offset + 60).div_euclid(3600)), Some(-hours));
    }
}

/// Gives new credentials once it is asked to.
#[derive(Clone, Default)]
struct Renewed(Arc<AtomicBool>);

impl CredentialProvider for Renewed {
    fn credentials(&self) -> Result<Credentials, CosError> {
        let id = if self.0.load(Ordering::SeqCst) { "AKIDNEW" } else { "AKIDOLD" };
        Ok(Credentials::with_token(id, "key", "token"))
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        self.0.store(true, Ordering::SeqCst);
        self.credentials()
    }
}

fn provided(cos: &CosEmulator) -> CosS3Client {
    let config = CosConfig::builder().region(cos.region()).credential_instance(Renewed::default()).scheme("http");
    client(config.ip("127.0.0.1").port(cos.port()).proxies(Vec::<(&str, &str)>::new()))
}

#[test]
fn fault_32_expired_token() {
    let scene = Scene::new();
    for id in ["AKIDOLD", "AKIDNEW"] {
        scene.cos.add_temporary_credential(id, "key", "token");
    }
    scene.cos.inject(Hook::error(403, "ExpiredToken"), part(2), 1);
    scene.upload(&provided(&scene.cos)).send().unwrap();
    let twice: Vec<_> = requests(&scene.cos, "PUT", "partNumber");
    let twice = twice.iter().filter(|part| part.param("partNumber") == Some("2"));
    let keys: Vec<_> = twice.map(|part| part.header("authorization").unwrap().contains("AKIDNEW")).collect();
    assert_eq!(keys, [false, true]);
    // Where new ones are no better, parts that are there stay.
    scene.cos.inject(Hook::error(403, "ExpiredToken"), part(2), usize::MAX);
    let error = refused(scene.upload(&provided(&scene.cos)).resume(false).send());
    assert_eq!((error.get_error_code(), error.attempts()), ("ExpiredToken", 2));
    assert_eq!(open_uploads(&scene.client).len(), 1);
}

#[test]
fn fault_53_error_bodies() {
    let scene = Scene::new();
    let ask = |answer: Answer| {
        scene.cos.inject(Hook::Answer(answer), Match::any(), 1);
        refused(scene.client.get_object(BUCKET, "k").send())
    };
    let error = ask(Answer::new(403).body("<Error><Code>AccessDenied</Code></Error>"));
    assert_eq!((error.get_error_code(), error.get_error_msg()), ("AccessDenied", "Unknown"));
    assert_ne!(error.get_request_id(), "Unknown", "from the header");
    let error = ask(Answer::new(403).body("{\"code\": \"Denied\", \"message\": \"no\"}"));
    assert_eq!((error.get_error_code(), error.get_error_msg()), ("Denied", "no"));
    let error = ask(Answer::new(403).body("text").header("x-cos-error-code", "Denied"));
    assert_eq!((error.get_error_code(), error.get_origin_msg()), ("Denied", "text"));
    let error = ask(Answer::new(400).body("<html>"));
    assert_eq!((error.get_error_code(), error.get_origin_msg()), ("Unknown", "<html>"));
    assert_eq!(code(scene.client.head_object(BUCKET, "nothing").send()), (404, "NoSuchResource".to_owned()));
    // Of a HEAD there are only headers.
    let head = |answer: Answer| {
        scene.cos.inject(Hook::Answer(answer), Match::any(), 1);
        refused(scene.client.head_object(BUCKET, "k").send())
    };
    let error = head(Answer::new(403).header("x-cos-error-code", "AccessDenied"));
    assert_eq!((error.get_error_code(), error.get_origin_msg(), error.attempts()), ("AccessDenied", "", 1));
    let error = head(Answer::new(403));
    assert_eq!((error.get_status_code(), error.get_error_code()), (403, "Unknown"));
    assert_ne!(error.get_request_id(), "Unknown", "from the header");
    let error = ask(Answer::new(403).without_request_id());
    assert_eq!(
        (error.get_error_code(), error.get_request_id(), error.get_trace_id()),
        ("Unknown", "Unknown", "Unknown")
    );
    // A body without an end is not read to its end.
    let error = ask(Answer::new(400).body(vec![b'x'; 3 * MIB]));
    assert!(error.get_origin_msg().len() <= 64 * 1024);
    assert_eq!(error.sent(), Sent::All);
    let none: Vec<Part> = Vec::new();
    assert!(failed(scene.client.complete_multipart_upload(BUCKET, "k", "id", none).send()).attempts() == 0);
}
