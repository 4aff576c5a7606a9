//! Rows 12 to 22, 29 to 32, 53: what COS, or something before it, answers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use cos_emulator::{Answer, CosEmulator, Fault as Hook, Match, Moment};
use fault_proxy::{Certificates, TlsFront};
use qcloud_cos::multipart::Part;
use qcloud_cos::{
    Body, ClientErrorKind, CopySource, CosConfig, CosConfigBuilder, CosError, CosS3Client, CredentialProvider,
    Credentials, Sent,
};

use super::scene::{Scene, over_tls, part, range};
use crate::common::{
    BUCKET, MIB, Pauses, SSE_KEY, client, code, config, failed, get, kind, put, recording_client, refused, requests,
    start,
};

#[test]
fn fault_12_server_error_once() {
    for (status, code) in [(500, "InternalError"), (501, "Unknown"), (502, "BadGateway"), (504, "GatewayTimeout")] {
        let scene = Scene::new();
        let (ticks, pauses) = (AtomicU64::new(0), Pauses::default());
        let (noted, clock) =
            (pauses.clone(), move || SystemTime::now() + Duration::from_secs(ticks.fetch_add(1, Ordering::SeqCst)));
        let client = CosS3Client::builder(config(&scene.cos).build().unwrap()).clock(clock);
        let client = client.sleeper(move |pause| noted.note(pause)).build().unwrap();
        scene.cos.inject(Hook::error(status, code), Match::any(), 2);
        put(&client, "new", b"hello");
        assert_eq!(scene.statuses(), [Some(status), Some(status), Some(200)]);
        scene.assert_attempts("PUT", "/new", &[0, 1, 1]);
        assert!(scene.cos.requests().iter().all(|request| request.body_length == 5));
        let signatures: BTreeSet<_> =
            scene.cos.requests().iter().map(|r| r.header("authorization").unwrap().to_owned()).collect();
        assert_eq!(signatures.len(), 3, "each is signed anew");
        assert!(pauses.take().iter().zip([100, 200]).all(|(pause, most)| *pause <= Duration::from_millis(most)));
        assert_eq!(client.get_retry_exe_times(), 2);
        // The next request begins anew.
        assert_eq!(get(&client, "new"), b"hello");
        scene.assert_attempts("GET", "/new", &[0]);
    }
}

#[test]
fn fault_13_server_error_for_ever() {
    for (status, code) in [(500, "InternalError"), (502, "BadGateway"), (503, "Unavailable"), (504, "GatewayTimeout")] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(status, code), part(2), usize::MAX);
        let error = refused(scene.upload(&scene.client).send());
        assert_eq!((error.get_status_code(), error.get_error_code()), (status, code));
        assert_eq!((error.attempts(), error.sent(), error.quota_exhausted()), (4, Sent::All, false));
        assert_ne!(error.get_request_id(), "Unknown");
        scene.assert_attempts("PUT", "partNumber=2", &[0, 1, 1, 1]);
        scene.assert_goes_on_with(&["2", "3"]);
    }
}

#[test]
fn fault_14_throttled() {
    let second = Duration::from_secs(1);
    for (status, code) in
        [(503, "SlowDown"), (503, "ServiceUnavailable"), (503, "RequestLimitExceeded"), (429, "TooManyRequests")]
    {
        let scene = Scene::new();
        let busy = Answer::error(status, code).header("Retry-After", "7");
        scene.cos.inject(Hook::Answer(busy), Match::any(), 4);
        let (client, pauses) = recording_client(config(&scene.cos), 3);
        let error = refused(client.put_object(BUCKET, b"x", "new").send());
        assert_eq!((error.get_status_code(), error.get_error_code()), (status, code));
        assert_eq!((error.attempts(), error.sent(), error.retry_after()), (4, Sent::All, Some(second * 7)));
        let pauses = pauses.take();
        assert_eq!(pauses.len(), 3);
        assert!(pauses.iter().all(|pause| *pause >= second * 7 && *pause <= second * 8), "{pauses:?}");
        scene.assert_attempts("PUT", "/new", &[0, 1, 1, 1]);
        assert_eq!(crate::common::code(client.get_object(BUCKET, "new").send()).0, 404);
    }
}

#[test]
fn fault_15_odd_retry_after() {
    let pauses_of = |after: &str| {
        let scene = Scene::new();
        let busy = Answer::error(503, "SlowDown").header("Retry-After", after);
        scene.cos.inject(Hook::Answer(busy), Match::any(), 3);
        let (client, pauses) = recording_client(config(&scene.cos), 3);
        put(&client, "new", b"x");
        scene.assert_attempts("PUT", "/new", &[0, 1, 1, 1]);
        pauses.take()
    };
    let second = Duration::from_secs(1);
    let long = pauses_of("3600");
    assert!(long.iter().all(|pause| *pause >= second * 30 && *pause <= second * 33), "{long:?}");
    for nonsense in ["-5", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT", "99999999999999999999"] {
        let own = pauses_of(nonsense);
        assert!(own.iter().zip([1, 2, 4]).all(|(pause, most)| *pause <= second * most), "{nonsense}: {own:?}");
    }
    // More than the call has left: no use to wait.
    let scene = Scene::new();
    let busy = Answer::error(503, "SlowDown").header("Retry-After", "3600");
    scene.cos.inject(Hook::Answer(busy), Match::any(), usize::MAX);
    let (client, pauses) = recording_client(config(&scene.cos).deadline(second * 20), 3);
    let error = refused(client.list_objects(BUCKET).send());
    assert_eq!((error.attempts(), error.deadline_exceeded(), pauses.take().len()), (1, true, 0));
    assert_eq!((error.retry_after(), scene.cos.request_count()), (Some(second * 3600), 1));
}

#[test]
fn fault_16_request_timeout() {
    for (status, code) in [(408, "Unknown"), (400, "RequestTimeout")] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(status, code), Match::any(), 2);
        put(&scene.client, "new", b"x");
        scene.assert_attempts("PUT", "/new", &[0, 1, 1]);
        scene.cos.inject(Hook::error(status, code), Match::any(), usize::MAX);
        for (body, attempts) in [(b"x".into(), 4), (Body::reader(&b"x"[..]), 1)] {
            scene.cos.clear_requests();
            let error = refused(scene.client.put_object(BUCKET, body, "newer").send());
            assert_eq!((error.get_status_code(), error.get_error_code()), (status, code));
            assert_eq!((error.attempts(), error.sent()), (attempts, Sent::All));
            assert_eq!(scene.cos.request_count(), attempts as usize);
        }
        scene.cos.clear_faults();
        assert_eq!(crate::common::code(scene.client.get_object(BUCKET, "newer").send()).0, 404);
    }
}

#[test]
fn fault_17_refused() {
    for (status, code) in [
        (400, "InvalidArgument"),
        (403, "AccessDenied"),
        (404, "NoSuchKey"),
        (405, "MethodNotAllowed"),
        (409, "BucketNotEmpty"),
        (411, "MissingContentLength"),
        (412, "PreconditionFailed"),
        (416, "InvalidRange"),
    ] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(status, code), Match::any(), usize::MAX);
        let downloaded = scene.download(&scene.client).send().unwrap_err();
        assert_eq!(downloaded.is_not_found(), status == 404);
        assert_eq!(refused::<()>(Err(downloaded)).attempts(), 1);
        for error in [
            refused(scene.client.put_object(BUCKET, b"x", "new").send()),
            refused(scene.client.get_object(BUCKET, "k").send()),
            refused(scene.client.delete_object(BUCKET, "k").send()),
            refused(scene.client.append_object(BUCKET, "log", 0, b"x").send()),
        ] {
            assert_eq!((error.get_status_code(), error.get_error_code()), (status, code));
            assert_eq!((error.attempts(), error.sent()), (1, Sent::All));
        }
        assert_eq!(scene.methods(), "HEAD PUT GET DELETE POST");
        scene.assert_untouched();
        // Of a range it is no different, and what is there stays.
        scene.cos.clear_faults();
        scene.cos.inject(Hook::error(status, code), range(1), usize::MAX);
        let error = scene.download(&scene.client).send().unwrap_err();
        assert_eq!((error.attempts(), error.sent()), (1, Sent::All));
        if status == 412 {
            assert_eq!(kind::<()>(Err(error)), ClientErrorKind::ObjectChanged);
            scene.assert_untouched();
        } else {
            assert_eq!(crate::common::code::<()>(Err(error)), (status, code.to_owned()));
            scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
        }
    }
}

fn completion() -> Match {
    Match::any().method("POST").query("uploadId=")
}

#[test]
fn fault_18_completion_fails_inside_200() {
    for (code, attempts) in [("InternalError", &[0, 1, 1, 1][..]), ("SlowDown", &[0, 1, 1, 1]), ("InvalidPart", &[0])] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(200, code), completion(), usize::MAX);
        let error = refused(scene.upload(&scene.client).send());
        assert_eq!((error.get_status_code(), error.get_error_code()), (200, code));
        assert_eq!((error.attempts(), error.sent()), (attempts.len() as u32, Sent::All));
        scene.assert_attempts("POST", "uploadId=", attempts);
        assert!(requests(&scene.cos, "DELETE", "uploadId").is_empty(), "never given up");
        // Kept, to go on with: all that is left is the completion.
        scene.assert_goes_on_with(&[]);
    }
    for code in ["InternalError", "SlowDown"] {
        let scene = Scene::new();
        scene.cos.inject(Hook::error(200, code), completion(), 2);
        scene.upload(&scene.client).send().unwrap();
        scene.assert_attempts("POST", "uploadId=", &[0, 1, 1]);
        assert_eq!(scene.unfinished(), (0, 0));
    }
}

#[test]
fn fault_19_completion_says_nothing() {
    for body in ["", "  \n  ", "<CompleteMultipartUploadResult><ETag>", "<CompleteMultipartUploadResult/>"] {
        // It was carried out: a look at the object tells.
        let scene = Scene::new();
        scene.cos.inject(Hook::Answer(Answer::new(200).body(body).carried_out()), completion(), 1);
        scene.upload(&scene.client).send().unwrap();
        scene.assert_attempts("POST", "uploadId=", &[0]);
        assert!(get(&scene.client, "up") == scene.content);
        assert_eq!(scene.unfinished(), (0, 0));
        // It was not: it is sent again, also where the same bytes were there before.
        for before in [None, Some("old")] {
            let scene = Scene::new();
            if let Some(meta) = before {
                let old = scene.client.put_object(BUCKET, &scene.content, "up");
                old.metadata("x-cos-meta-a", meta).send().unwrap();
            }
            scene.cos.inject(Hook::Answer(Answer::new(200).body(body)), completion(), 1);
            scene.upload(&scene.client).metadata("x-cos-meta-a", "new").send().unwrap();
            scene.assert_attempts("POST", "uploadId=", &[0, 1]);
            let made = scene.client.head_object(BUCKET, "up").send().unwrap();
            assert_eq!(made.headers.get("x-cos-meta-a").as_deref(), Some("new"), "{body:?}");
            assert!(get(&scene.client, "up") == scene.content);
            assert_eq!(scene.unfinished(), (0, 0));
        }
        // Nothing tells.
        let scene = Scene::new();
        scene.cos.inject(Hook::Answer(Answer::new(200).body(body)), completion(), usize::MAX);
        let error = failed(scene.upload(&scene.client).send());
        assert_eq!((error.kind(), error.sent()), (&ClientErrorKind::Ambiguous, Sent::All), "{body:?}");
        assert!(error.attempts() > 0 && error.get_ref().is_some());
        scene.assert_attempts("POST", "uploadId=", &[0, 1]);
        assert!(requests(&scene.cos, "DELETE", "uploadId").is_empty(), "never given up");
        scene.assert_goes_on_with(&[]);
    }
}

#[test]
fn fault_20_completion_takes_long() {
    // Silence before the answer, and blanks within it, each longer in all than the limits for any other answer.
    let patience = Duration::from_millis(300);
    for slow in [Hook::Delay(patience * 3), Hook::Trickle(1, Duration::from_millis(10))] {
        let scene = Scene::new();
        let hasty = config(&scene.cos).response_timeout(patience).stall_timeout(patience).deadline(patience);
        let client = client(hasty.minimum_throughput(1_000_000, patience));
        scene.cos.inject(slow, completion(), 1);
        scene.upload(&client).send().unwrap();
        scene.assert_attempts("POST", "uploadId=", &[0]);
        assert!(get(&scene.client, "up") == scene.content);
        assert_eq!(scene.unfinished(), (0, 0));
    }
}

#[test]
fn fault_21_completion_repeated() {
    let scene = Scene::new();
    scene.cos.inject(Hook::Reset(Moment::BeforeAnswer), completion(), 1);
    scene.upload(&scene.client).send().unwrap();
    scene.assert_attempts("POST", "uploadId=", &[0, 1]);
    assert_eq!(requests(&scene.cos, "POST", "uploadId").last().unwrap().status, Some(404));
    assert!(get(&scene.client, "up") == scene.content);
    assert_eq!(scene.unfinished(), (0, 0));
    // Somebody overwrote it meanwhile: whether it was made cannot be told.
    let scene = Scene::new();
    scene.cos.inject(Hook::Reset(Moment::AfterBody), completion(), 1);
    scene.cos.inject(Hook::error(404, "NoSuchUpload"), completion(), 1);
    put(&scene.client, "up", b"another");
    let error = failed(scene.upload(&scene.client).send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Ambiguous, 2, Sent::All));
    assert!(error.get_ref().is_some_and(|cause| cause.to_string().contains("NoSuchUpload")), "{error}");
    assert_eq!(get(&scene.client, "up"), b"another");
    assert!(requests(&scene.cos, "DELETE", "uploadId").is_empty(), "never given up");
}

#[test]
fn fault_22_copy_fails_inside_200() {
    let scene = Scene::new();
    let source = || CopySource::new(BUCKET, "k", scene.cos.region());
    let upload_id = scene.client.create_multipart_upload(BUCKET, "parts").send().unwrap().into_inner().upload_id;
    let copy = |operation| match operation {
        "copy_object" => scene.client.copy_object(BUCKET, "copy", source()).send(),
        _ => scene.client.upload_part_copy(BUCKET, "parts", 1, &upload_id, source()).send(),
    };
    let operations = ["copy_object", "upload_part_copy"];
    for (code, all) in [("InternalError", &[0, 1, 1, 1][..]), ("SlowDown", &[0, 1, 1, 1]), ("NoSuchKey", &[0])] {
        for operation in operations {
            scene.cos.clear_requests();
            scene.cos.inject(Hook::error(200, code), Match::any().method("PUT"), usize::MAX);
            let error = refused(copy(operation));
            assert_eq!((error.get_status_code(), error.get_error_code()), (200, code));
            assert_eq!((error.operation(), error.attempts(), error.sent()), (operation, all.len() as u32, Sent::All));
            scene.assert_attempts("PUT", "/", all);
            scene.cos.clear_faults();
            assert_eq!(crate::common::code(scene.client.get_object(BUCKET, "copy").send()).0, 404);
            assert_eq!(scene.client.list_parts(BUCKET, "parts", &upload_id).parts().count(), 0);
        }
    }
    for operation in operations {
        scene.cos.clear_requests();
        scene.cos.inject(Hook::error(200, "SlowDown"), Match::any().method("PUT"), 2);
        copy(operation).unwrap();
        scene.assert_attempts("PUT", "/", &[0, 1, 1]);
    }
    assert!(get(&scene.client, "copy") == scene.content);
    assert_eq!(scene.client.list_parts(BUCKET, "parts", &upload_id).parts().count(), 1);
}

#[test]
fn fault_29_redirects() {
    let (elsewhere, _) = start();
    for status in [301, 302, 303, 307, 308] {
        let scene = Scene::new();
        let location = format!("http://{}/{BUCKET}/k?secret=1", elsewhere.addr());
        for answer in [Answer::new(status), Answer::new(status).without_request_id()] {
            scene.cos.clear_requests();
            scene.cos.inject(Hook::Answer(answer.header("Location", location.clone())), Match::any(), 5);
            let put = scene.client.put_object(BUCKET, b"x", "k").sse_customer_algorithm("AES256");
            let put = put.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]);
            for error in [
                refused(put.send()),
                refused(scene.client.get_object(BUCKET, "k").send()),
                refused(scene.client.head_object(BUCKET, "k").send()),
                refused(scene.client.delete_object(BUCKET, "k").send()),
                refused(scene.download(&scene.client).send()),
            ] {
                assert_eq!((error.get_status_code(), error.attempts(), error.sent()), (status, 1, Sent::All));
                assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
            }
            assert_eq!(scene.methods(), "PUT GET HEAD DELETE HEAD");
            assert_eq!((elsewhere.request_count(), elsewhere.connection_count()), (0, 0));
            scene.assert_untouched();
        }
    }
}

#[test]
fn fault_30_not_modified() {
    let scene = Scene::new();
    let etag = scene.client.head_object(BUCKET, "k").send().unwrap().into_inner().etag;
    for answer in [
        scene.client.get_object(BUCKET, "k").if_none_match(&etag).send().map(drop),
        scene.download(&scene.client).if_none_match(&etag).send().map(drop),
        scene.download(&scene.client).part_size(3).if_none_match(&etag).send().map(drop),
    ] {
        let error = refused(answer);
        assert_eq!((error.get_status_code(), error.get_error_code()), (304, "NotModified"));
        assert_eq!((error.attempts(), error.sent()), (1, Sent::All));
        scene.assert_untouched();
    }
    // A download asks with its HEAD.
    assert_eq!(scene.methods(), "HEAD GET HEAD HEAD");
}

/// A client whose clock is wrong, and which may believe an answer's date.
fn wrong_by(hours: i64, config: CosConfigBuilder, trust: bool) -> CosS3Client {
    let off = Duration::from_secs(hours.unsigned_abs() * 3600);
    let clock = move || if hours < 0 { SystemTime::now() - off } else { SystemTime::now() + off };
    let builder = CosS3Client::builder(config.build().unwrap()).clock(clock).sleeper(|_| {});
    builder.trust_http_date(trust).build().unwrap()
}

#[test]
fn fault_31_wrong_clock() {
    // An hour back is within the signature's window, so COS is made to mind.
    let expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    let expired = Hook::Answer(Answer::new(403).body(expired));
    for (hours, refusal) in [-1_i64, 1]
        .into_iter()
        .flat_map(|hours| [(hours, Hook::error(403, "RequestTimeTooSkewed")), (hours, expired.clone())])
    {
        let scene = Scene::new();
        scene.cos.inject(refusal.clone(), Match::any(), 1);
        let trusting = wrong_by(hours, config(&scene.cos), true);
        assert!(get(&trusting, "k") == scene.content);
        assert_eq!(scene.statuses(), [Some(403), Some(200)]);
        scene.assert_attempts("GET", "/k", &[0, 1]);
        put(&trusting, "new", b"x");
        assert_eq!(scene.cos.request_count(), 3, "the offset is kept");
        // The times that were signed are apart by the offset.
        let signed = |request: &cos_emulator::RecordedRequest| {
            let rest = request.header("authorization").unwrap().split_once("q-sign-time=").unwrap().1;
            rest.split(';').next().unwrap().parse::<i64>().unwrap()
        };
        let times: Vec<_> = scene.cos.requests().iter().map(signed).collect();
        assert!((times[1] - times[0] + hours * 3600).abs() < 60 && (times[2] - times[1]).abs() < 60, "{times:?}");
        // Anybody can have written the date of an answer in the clear.
        scene.cos.inject(refusal, Match::any(), 1);
        let error = refused(wrong_by(hours, config(&scene.cos), false).get_object(BUCKET, "k").send());
        assert_eq!((error.get_status_code(), error.attempts()), (403, 1));
        assert_eq!(error.clock_offset().map(|offset| (offset + 60).div_euclid(3600)), Some(-hours));
    }
}

#[test]
fn fault_31_a_date_over_tls_puts_the_clock_right() {
    let scene = Scene::new();
    let authority = Certificates::new().unwrap();
    let host = format!("{BUCKET}.cos.{}.myqcloud.com", scene.cos.region());
    let front = TlsFront::start(&authority, &host, false, scene.cos.addr()).unwrap();
    let (config, _file) = over_tls(&scene, &front, &authority);
    assert!(get(&wrong_by(1, config, false), "k") == scene.content);
    assert_eq!(scene.statuses(), [Some(403), Some(200)]);
}

/// Gives new credentials once it is asked to.
#[derive(Clone, Default)]
struct Renewed(Arc<AtomicBool>);

impl CredentialProvider for Renewed {
    fn credentials(&self) -> Result<Credentials, CosError> {
        let id = if self.0.load(Ordering::SeqCst) { "AKIDNEW" } else { "AKIDOLD" };
        Ok(Credentials::with_token(id, "key", format!("token of {id}")))
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
    for refusal in [Hook::error(403, "ExpiredToken"), Hook::error(400, "InvalidToken")] {
        let scene = Scene::new();
        for id in ["AKIDOLD", "AKIDNEW"] {
            scene.cos.add_temporary_credential(id, "key", &format!("token of {id}"));
        }
        scene.cos.inject(refusal.clone(), part(2), 1);
        scene.upload(&provided(&scene.cos)).send().unwrap();
        scene.assert_attempts("PUT", "partNumber=2", &[0, 1]);
        for (part, id) in scene.cos.requests().iter().filter(|r| r.param("partNumber") == Some("2")).zip(["OLD", "NEW"])
        {
            assert!(part.header("authorization").unwrap().contains(&format!("q-ak=AKID{id}")));
            assert_eq!(part.header("x-cos-security-token"), Some(format!("token of AKID{id}").as_str()));
        }
        // Where new ones are no better, parts that are there stay.
        scene.client.delete_object(BUCKET, "up").send().unwrap();
        scene.cos.clear_requests();
        scene.cos.inject(refusal, part(2), usize::MAX);
        let error = refused(scene.upload(&provided(&scene.cos)).send());
        assert_eq!((error.attempts(), error.sent()), (2, Sent::All));
        assert!(error.get_error_code().ends_with("Token") && !format!("{error} {error:?}").contains("token of"));
        scene.assert_attempts("PUT", "partNumber=2", &[0, 1]);
        scene.assert_goes_on_with(&["2", "3"]);
    }
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
