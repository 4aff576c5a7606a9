//! S1: no secret shows in any log record, `Debug` output or error.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use log::{Level, LevelFilter, Log, Metadata, Record};
use qcloud_cos::multipart::{MultipartUpload, Part};
use qcloud_cos::object::{CsvInput, CsvOutput, InputSerialization, OutputSerialization};
use qcloud_cos::{CopySource, CosConfig, CosError, CosS3Client, Credentials};

use crate::common::{BUCKET, MIB, OTHER_SSE_KEY, SSE_KEY, client, client_with_retry, domain_config, lock, noise};

const KEY: &str = "CanarySecretKeyCanarySecretKey";
const TOKEN: &str = "CanaryTokenCanaryToken";
const PASSWORD: &str = "CanaryPassword";
const SECRETS: [&str; 5] = [KEY, TOKEN, PASSWORD, SSE_KEY[0], OTHER_SSE_KEY[0]];

/// The library for HTTP writes what goes over the wire, byte by byte, under this name at level `trace`.
const WIRE: &str = "ureq_proto";

/// Keeps every record of every crate, but for the wire's.
struct Recorder {
    kept: Mutex<Vec<(Level, String, String)>>,
    wire: AtomicUsize,
}

static RECORDER: Recorder = Recorder { kept: Mutex::new(Vec::new()), wire: AtomicUsize::new(0) };

impl Log for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if record.level() == Level::Trace && record.target().starts_with(WIRE) {
            self.wire.fetch_add(1, Ordering::Relaxed);
            return;
        }
        lock(&self.kept).push((record.level(), record.target().to_owned(), record.args().to_string()));
    }

    fn flush(&self) {}
}

#[track_caller]
fn assert_clean(what: &str, shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{what} shows {secret}: {shown}");
    }
}

#[track_caller]
fn debug(what: &str, value: &impl Debug) {
    assert_clean(what, &format!("{value:?}"));
    assert_clean(what, &format!("{value:#?}"));
}

/// Checks an error with all its causes, or the `Debug` output of a result.
#[track_caller]
fn outcome<T: Debug>(what: &str, result: &Result<T, CosError>) {
    debug(what, result);
    let mut cause: Option<&(dyn Error + 'static)> = result.as_ref().err().map(|error| error as _);
    while let Some(error) = cause {
        assert_clean(what, &format!("{error} {error:?} {error:#?}"));
        cause = error.source();
    }
}

/// Checks a builder, sends what it builds, and checks what comes back.
macro_rules! call {
    ($builder:expr) => {{
        let builder = $builder;
        debug(stringify!($builder), &builder);
        outcome(stringify!($builder), &builder.send());
    }};
}

/// A secret wherever one can be put.
macro_rules! sse {
    ($builder:expr) => {
        $builder
            .sse_customer_algorithm("AES256")
            .sse_customer_key(SSE_KEY[0])
            .sse_customer_key_md5(SSE_KEY[1])
            .header("x-cos-copy-source-server-side-encryption-customer-key", OTHER_SSE_KEY[0])
    };
}

/// Calls every kind of method once.
fn everything(client: &CosS3Client, folder: &std::path::Path) {
    let (big, copy) = (folder.join("big"), folder.join("copy"));
    std::fs::write(&big, noise(1, 2 * MIB)).unwrap();
    let source = || CopySource::new(BUCKET, "k", "ap-guangzhou");
    let part = || MultipartUpload { part: vec![Part { part_number: 1, etag: "\"e\"".into() }] };
    call!(sse!(client.put_object(BUCKET, b"x", "k")));
    call!(sse!(client.get_object(BUCKET, "k")));
    call!(sse!(client.head_object(BUCKET, "k")));
    call!(sse!(client.copy_object(BUCKET, "copy", source())));
    call!(sse!(client.create_multipart_upload(BUCKET, "k")));
    call!(sse!(client.upload_part(BUCKET, "k", b"x", 1, "id")));
    call!(sse!(client.upload_part_copy(BUCKET, "k", 1, "id", source())));
    call!(sse!(client.upload_file(BUCKET, "big", &big)).multipart_threshold(0).part_size(1));
    call!(sse!(client.download_file(BUCKET, "big", &copy)).multipart_threshold(0).part_size(1));
    call!(sse!(client.upload_file_from_buffer(BUCKET, "buffer", &b"x"[..])));
    call!(client.complete_multipart_upload(BUCKET, "k", "id", part()).header("x-cos-security-token", TOKEN));
    call!(client.list_parts(BUCKET, "k", "id").header("authorization", KEY));
    call!(client.abort_multipart_upload(BUCKET, "k", "id"));
    call!(client.list_multipart_uploads(BUCKET));
    call!(client.append_object(BUCKET, "appended", 0, b"x"));
    call!(client.list_objects(BUCKET));
    call!(client.list_objects_versions(BUCKET));
    call!(client.list_buckets());
    call!(client.head_bucket(BUCKET));
    call!(client.get_bucket_acl(BUCKET));
    call!(client.get_object_acl(BUCKET, "k"));
    call!(client.get_bucket_lifecycle(BUCKET));
    let input = InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    let output = OutputSerialization { csv: Some(CsvOutput::default()), ..Default::default() };
    call!(client.select_object_content(BUCKET, "k", "Select * from COSObject", "SQL", input, output));
    call!(client.delete_objects(BUCKET, ["a", "b"]));
    call!(client.delete_object(BUCKET, "k"));
    // What is refused before it is sent.
    call!(client.put_object(BUCKET, b"x", "k").sse_customer_key(format!("{}\n", SSE_KEY[0])));
    call!(client.put_object(BUCKET, b"x", "k").header("x-cos-security-token", format!(" {TOKEN}")));
    call!(client.put_object(BUCKET, b"x", "").sse_customer_key(SSE_KEY[0]));
    let presigned = client.get_presigned_url(BUCKET, "k", "PUT").param("x-cos-security-token", TOKEN);
    debug("a presigned URL's builder", &presigned.header("x-cos-security-token", TOKEN));
}

/// What goes wrong with all requests, one after the other.
fn faults() -> Vec<Option<Fault>> {
    // COS repeats what was signed when the signature is wrong.
    let signed = format!("x-cos-security-token={TOKEN}&key={}&{}", SSE_KEY[0], OTHER_SSE_KEY[0]);
    let echo = format!("<Error><Code>SignatureDoesNotMatch</Code><FormatString>{signed}</FormatString></Error>");
    let elsewhere = format!("http://user:{PASSWORD}@127.0.0.1:1/k?x-cos-security-token={TOKEN}");
    vec![
        None,
        Some(Fault::Answer(Answer::new(403).body(echo.clone()))),
        Some(Fault::redirect(302, elsewhere)),
        Some(Fault::Answer(Answer::new(200).body(echo))),
        Some(Fault::error(503, "SlowDown")),
        Some(Fault::Answer(Answer::new(200).body("<ListBucketResult><Name>cut"))),
        Some(Fault::Reset(Moment::AfterBody)),
        Some(Fault::CutBody(1)),
        Some(Fault::SetHeader("Content-Length".to_owned(), "nonsense".to_owned())),
    ]
}

/// Calls everything under every fault, and returns the signatures of all requests.
fn everything_that_goes_wrong(faults: Vec<Option<Fault>>) -> Vec<String> {
    let cos = CosEmulator::builder().custom_domain("127.0.0.1", BUCKET).start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    cos.add_temporary_credential("AKIDCANARY", KEY, TOKEN);
    let canary = || domain_config(&cos).secret_id("AKIDCANARY").secret_key(KEY).token(TOKEN);
    let folder = tempfile::tempdir().unwrap();
    for fault in faults {
        if let Some(fault) = fault {
            // A part of which a byte comes at a time would take a million requests.
            let of_parts = if fault == Fault::CutBody(1) { Fault::CutBody(300_000) } else { fault.clone() };
            cos.inject(of_parts, Match::any().path("/big"), usize::MAX);
            cos.inject(fault, Match::any(), usize::MAX);
        }
        everything(&client_with_retry(canary().allow_redirects(true), 1), folder.path());
        cos.clear_faults();
    }
    everything(&client_with_retry(canary().domain("127.0.0.1:1"), 0), folder.path());
    let proxied = canary().proxies([("http", format!("http://user:{PASSWORD}@127.0.0.1:1"))]);
    everything(&client_with_retry(proxied, 0), folder.path());
    let signature = |authorization: &str| Some(authorization.split_once("q-signature=")?.1.to_owned());
    cos.requests().iter().filter_map(|request| signature(request.header("authorization")?)).collect()
}

#[test]
fn s01_no_secret_shows_at_any_level_whatever_goes_wrong() {
    log::set_logger(&RECORDER).unwrap();
    log::set_max_level(LevelFilter::Debug);
    let mut signatures = everything_that_goes_wrong(faults().into_iter().take(3).collect());
    assert_log_clean(&signatures, |_| true);
    lock(&RECORDER.kept).clear();
    log::set_max_level(LevelFilter::Trace);
    signatures.extend(everything_that_goes_wrong(faults()));
    // That the library for HTTP then shows everything is what the documentation warns of.
    assert_log_clean(&signatures, |target| !target.starts_with("ureq"));
    assert!(RECORDER.wire.load(Ordering::Relaxed) > 300);
}

#[track_caller]
fn assert_log_clean(signatures: &[String], counts: fn(&str) -> bool) {
    let records = lock(&RECORDER.kept);
    let ours = records.iter().filter(|(_, target, _)| target.starts_with("qcloud_cos")).count();
    assert!(ours > 50 && signatures.len() > 50, "{ours} records, {} signatures", signatures.len());
    for (level, target, text) in records.iter().filter(|(_, target, _)| counts(target)) {
        let shown = format!("{level} {target} {text}");
        assert_clean("the log", &shown);
        assert!(!signatures.iter().any(|signature| shown.contains(signature)), "{shown}");
    }
}

#[test]
fn s01_settings_and_credentials_show_no_secret() {
    let builder = || {
        let builder = CosConfig::builder().region("ap-beijing").secret_id("AKIDCANARY").secret_key(KEY).token(TOKEN);
        builder.proxies([("https", format!("http://user:{PASSWORD}@127.0.0.1:1"))])
    };
    debug("the builder", &builder());
    debug("the oldest names", &CosConfig::builder().access_id("AKIDCANARY").access_key(KEY));
    let config = builder().build().unwrap();
    debug("the configuration", &config);
    debug("the client's builder", &CosS3Client::builder(config));
    debug("the client", &client(builder()));
    debug("credentials", &Credentials::with_token("AKIDCANARY", KEY, TOKEN));
    for wrong in [builder().token(format!("{TOKEN}\n")), builder().secret_key(format!("{KEY} ")), builder().region("")]
    {
        outcome("a refused setting", &wrong.build());
    }
    let config = builder().build().unwrap();
    outcome("refused credentials", &config.set_credential("AKIDCANARY", format!(" {KEY}"), Some(TOKEN)));
    let proxy = format!("http://user:{PASSWORD}@[no host/");
    outcome("a refused proxy", &CosS3Client::new(builder().proxies([("https", proxy)]).build().unwrap()));
}
