//! The end of an upload in parts: completed, refused, or unheard.

use cos_emulator::{Fault, Match, Moment};
use qcloud_cos::ClientErrorKind;

use super::{SIZE, Source, completions};
use crate::common::{BUCKET, Once, SSE_KEY, code, get, kind, noise, open_uploads, put, requests, start};

#[test]
fn a_completion_whose_answer_got_lost_is_a_success() {
    let (cos, client) = start();
    let source = Source::new(17, SIZE);
    cos.inject(Fault::Reset(Moment::BeforeAnswer), Match::any().method("POST").query("uploadId="), 1);
    let done = source.upload(&client).send();
    assert!(get(&client, "k") == source.content);
    assert!(done.unwrap().etag.ends_with("-3\""));
}

#[test]
fn a_lost_completion_of_an_object_with_the_callers_key_is_a_success() {
    let (cos, client) = start();
    let source = Source::new(36, SIZE);
    cos.inject(Fault::Reset(Moment::BeforeAnswer), Match::any().method("POST").query("uploadId="), 1);
    let upload = source.upload(&client).sse_customer_algorithm("AES256");
    let done = upload.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send();
    assert!(done.unwrap().crc64.is_some());
}

#[test]
fn a_completion_that_says_nothing_is_settled_by_looking() {
    let (cos, client) = start();
    let source = Source::new(18, SIZE);
    let silent = cos_emulator::Answer::new(200).body("  \n").carried_out();
    cos.inject(Fault::Answer(silent), Match::any().method("POST").query("uploadId="), 1);
    source.upload(&client).send().unwrap();
    assert!(get(&client, "k") == source.content);
    assert!(requests(&cos, "DELETE", "uploadId").is_empty());
}

#[test]
fn a_completion_that_never_happened_is_no_success_whatever_was_there_before() {
    let silent = Fault::Answer(cos_emulator::Answer::new(200).body("  \n"));
    for fault in [Fault::error(404, "NoSuchUpload"), silent.clone(), Fault::Reset(Moment::AfterBody)] {
        let (cos, client) = start();
        let old = noise(27, SIZE);
        put(&client, "k", &old);
        cos.inject(fault.clone(), Match::any().method("POST").query("uploadId="), usize::MAX);
        assert!(Source::new(28, SIZE).upload(&client).send().is_err(), "{fault:?}");
        assert!(get(&client, "k") == old, "{fault:?}");
    }
    // An object of the same bytes, but not the one that was to be made of them.
    for fault in [silent, Fault::Reset(Moment::AfterBody)] {
        let (cos, client) = start();
        let source = Source::new(29, SIZE);
        put(&client, "k", &source.content);
        cos.inject(fault.clone(), Match::any().method("POST").query("uploadId="), usize::MAX);
        let upload = || source.upload(&client).metadata("x-cos-meta-a", "new").send();
        assert_eq!(kind(upload()), ClientErrorKind::Ambiguous, "{fault:?}");
        assert_eq!(open_uploads(&client).len(), 1, "{fault:?}");
        cos.clear_faults();
        upload().unwrap();
        let there = client.head_object(BUCKET, "k").send().unwrap();
        assert_eq!(there.headers.get("x-cos-meta-a").as_deref(), Some("new"), "{fault:?}");
        assert!(open_uploads(&client).is_empty(), "{fault:?}");
    }
}

#[test]
fn an_older_object_of_the_same_content_is_no_completion() {
    let (cos, client) = start();
    let source = Source::new(29, SIZE);
    put(&client, "k", &source.content);
    let lost = || Match::any().method("POST").query("uploadId=");
    cos.inject(Fault::Reset(Moment::AfterBody), lost(), 4);
    source.upload(&client).metadata("x-cos-meta-a", "1").send().unwrap();
    let meta = || client.head_object(BUCKET, "k").send().unwrap().headers.get("x-cos-meta-a");
    assert_eq!((meta().as_deref(), open_uploads(&client).len()), (Some("1"), 0));
    cos.inject(Fault::Reset(Moment::AfterBody), lost(), usize::MAX);
    assert_eq!(kind(source.upload(&client).metadata("x-cos-meta-a", "2").send()), ClientErrorKind::Ambiguous);
    assert_eq!(meta().as_deref(), Some("1"));
}

#[test]
fn what_an_object_must_not_replace_it_does_not_replace_in_parts_either() {
    for (condition, value, status) in [("x-cos-forbid-overwrite", "true", 409), ("if-none-match", "*", 412)] {
        let (cos, client) = start();
        let source = Source::new(32, SIZE);
        let once = Once::default();
        let meanwhile = |_, _| once.run(|| put(&client, "k", b"another"));
        let upload = source.upload(&client).header(condition, value).progress_callback(meanwhile);
        assert_eq!(code(upload.send()).0, status);
        assert_eq!(get(&client, "k"), b"another");
        assert_eq!(completions(&cos), 1);
    }
}

#[test]
fn a_conflict_with_the_own_object_is_a_success() {
    let (cos, client) = start();
    let source = Source::new(33, SIZE);
    let completion = || Match::any().method("POST").query("uploadId=");
    cos.inject(Fault::Reset(Moment::BeforeAnswer), completion(), 1);
    cos.inject(Fault::error(409, "FileAlreadyExists"), completion(), 1);
    source.upload(&client).header("x-cos-forbid-overwrite", "true").send().unwrap();
    assert!(get(&client, "k") == source.content);
}

#[test]
fn an_object_of_another_checksum_is_an_error() {
    let (cos, client) = start();
    let wrong = Fault::SetHeader("x-cos-hash-crc64ecma".to_owned(), "1".to_owned());
    cos.inject(wrong, Match::any().method("POST").query("uploadId="), 1);
    assert_eq!(kind(Source::new(19, SIZE).upload(&client).send()), ClientErrorKind::Integrity);
}
