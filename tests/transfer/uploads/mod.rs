//! Uploading files: in one request or in parts, resumed, and never completed when something is wrong.

mod completions;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::common::{
    BUCKET, MIB, Once, Reports, SSE_KEY, client_with_retry, code, config, ends, field, get, kind, noise, open_uploads,
    refused, requests, start,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use qcloud_cos::transfer::UploadFile;
use qcloud_cos::{ClientErrorKind, CopySource, CosS3Client};
use tempfile::TempDir;

/// The size of the file: two whole parts of 1 MiB and a short one.
const SIZE: usize = 2 * MIB + 5;

/// A file that was last written a while ago, so that a change shows in its time.
struct Source {
    _folder: TempDir,
    path: PathBuf,
    content: Vec<u8>,
}

impl Source {
    fn new(seed: u64, size: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (path, content) = (folder.path().join("source"), noise(seed, size));
        fs::write(&path, &content).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(a_while_ago()).unwrap();
        Self { _folder: folder, path, content }
    }

    /// An upload in parts of 1 MiB, one after the other.
    fn upload<'a>(&self, client: &'a CosS3Client) -> UploadFile<'a> {
        client.upload_file(BUCKET, "k", &self.path).part_size(1).multipart_threshold(0).max_thread(1)
    }
}

fn a_while_ago() -> SystemTime {
    SystemTime::now() - Duration::from_secs(3600)
}

fn part(number: u32) -> Match {
    Match::any().method("PUT").query(format!("partNumber={number}&"))
}

fn parts_sent(cos: &CosEmulator) -> Vec<String> {
    requests(cos, "PUT", "partNumber").iter().map(|part| part.param("partNumber").unwrap().to_owned()).collect()
}

fn completions(cos: &CosEmulator) -> usize {
    requests(cos, "POST", "uploadId").len()
}

/// An upload of three parts that stopped at the second.
fn broken_off(source: &Source) -> (CosEmulator, CosS3Client) {
    let (cos, client) = start();
    cos.inject(Fault::error(500, "InternalError"), part(2), usize::MAX);
    let error = refused(source.upload(&client).send());
    assert_eq!((error.get_status_code(), error.get_error_code(), error.attempts()), (500, "InternalError", 4));
    assert_eq!((completions(&cos), open_uploads(&client).len()), (0, 1));
    cos.clear_faults();
    cos.clear_requests();
    (cos, client)
}

#[test]
fn up_to_the_threshold_a_file_goes_in_one_request() {
    for (size, threshold, part_size) in [(0, 0, 1), (10, 0, 1), (MIB, 0, 1), (SIZE, SIZE, 1), (SIZE, 0, 3)] {
        let (cos, client) = start();
        let source = Source::new(1, size);
        let upload = source.upload(&client).multipart_threshold(threshold as u64).part_size(part_size);
        let done = upload.storage_class("STANDARD_IA").send().unwrap();
        let sent = cos.requests();
        assert_eq!(sent.len(), 1, "{size} {threshold}");
        assert_eq!(sent[0].header("content-length"), Some(size.to_string().as_str()));
        assert_eq!(sent[0].header("x-cos-storage-class"), Some("STANDARD_IA"));
        assert!(done.crc64.is_some() && done.location.is_none());
        assert!(get(&client, "k") == source.content, "{size} {threshold}");
    }
}

#[test]
fn above_the_threshold_a_file_goes_in_parts() {
    let (cos, client) = start();
    let source = Source::new(2, SIZE);
    let done = source.upload(&client).multipart_threshold(SIZE as u64 - 1).max_thread(3).send().unwrap();
    let lengths: Vec<u64> = requests(&cos, "PUT", "partNumber").iter().map(|part| part.body_length).collect();
    assert_eq!((lengths.len(), lengths.iter().sum::<u64>()), (3, SIZE as u64));
    assert!(done.etag.ends_with("-3\"") && done.location.is_some() && done.crc64.is_some());
    assert!(get(&client, "k") == source.content);
    assert!(open_uploads(&client).is_empty());
}

#[test]
fn no_more_threads_are_started_than_there_are_parts() {
    let (_cos, client) = start();
    let source = Source::new(6, SIZE);
    let down = source.path.with_file_name("down");
    let names = Mutex::new(BTreeSet::new());
    let note = |_, _| {
        let name = thread::current().name().filter(|name| name.starts_with("cos-transfer-")).map(str::to_owned);
        names.lock().unwrap().extend(name);
    };
    source.upload(&client).max_thread(usize::MAX).progress_callback(note).send().unwrap();
    let download = client.download_file(BUCKET, "k", &down).part_size(1).multipart_threshold(0);
    download.max_thread(usize::MAX).progress_callback(note).send().unwrap();
    let names = names.into_inner().unwrap();
    let possible = [0, 1, 2].map(|number| format!("cos-transfer-{number}"));
    assert!(!names.is_empty() && names.iter().all(|name| possible.contains(name)), "{names:?}");
    client.get_conf().set_copy_part_threshold_size(1);
    let copy = client.copy(BUCKET, "copy", CopySource::new(BUCKET, "k", "ap-guangzhou")).storage_class("STANDARD_IA");
    copy.part_size(1).max_thread(usize::MAX).send().unwrap();
}

#[test]
fn progress_rises_to_exactly_the_total() {
    for (threads, threshold, md5) in
        [(1, 0, false), (3, 0, false), (1, SIZE as u64, false), (3, 0, true), (1, SIZE as u64, true)]
    {
        let (_cos, client) = start();
        let source = Source::new(3, SIZE);
        let reports = Reports::default();
        let upload = source.upload(&client).max_thread(threads).multipart_threshold(threshold).enable_md5(md5);
        upload.progress_callback(|done, total| reports.note(done, total)).send().unwrap();
        assert!(reports.of(SIZE).is_sorted());
    }
}

#[test]
fn progress_goes_back_when_a_part_is_sent_again() {
    let (cos, client) = start();
    let source = Source::new(4, SIZE);
    cos.inject(Fault::error(500, "InternalError"), part(2), 1);
    let reports = Reports::default();
    source.upload(&client).progress_callback(|done, total| reports.note(done, total)).send().unwrap();
    let done = reports.of(SIZE);
    let steps_back: Vec<u64> = done.windows(2).filter(|two| two[1] < two[0]).map(|two| two[0] - two[1]).collect();
    assert_eq!(steps_back, [MIB as u64]);
}

#[test]
fn every_request_carries_the_headers_it_should_and_no_others() {
    let (cos, client) = start();
    // The emulator refuses what it does not do, such as callbacks: the answer to the completion is made up.
    let completed = "<CompleteMultipartUploadResult><ETag>\"e-6\"</ETag></CompleteMultipartUploadResult>";
    let completion = Match::any().method("POST").query("uploadId");
    cos.inject(Fault::Answer(Answer::new(200).body(completed)), completion, 1);
    let source = Source::new(5, SIZE);
    let upload = source.upload(&client).storage_class("STANDARD_IA").metadata("x-cos-meta-a", "b").acl("private");
    let upload = upload.content_type("text/plain").callback("e30=").callback_var("e30=").traffic_limit(838_860_800);
    let upload = upload.sse_customer_algorithm("AES256").sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]);
    upload.enable_md5(true).send().unwrap();
    let of_object = ["x-cos-storage-class", "x-cos-meta-a", "x-cos-acl", "content-type"];
    let of_key = ["algorithm", "key", "key-md5"].map(|name| format!("x-cos-server-side-encryption-customer-{name}"));
    let of_completion = ["x-cos-callback", "x-cos-callback-var"];
    let create = requests(&cos, "POST", "uploads").remove(0);
    assert!(of_object.iter().all(|name| create.header(name).is_some()), "{create:?}");
    assert!(of_key.iter().all(|name| create.header(name).is_some()), "{create:?}");
    for part in requests(&cos, "PUT", "partNumber") {
        assert!(of_key.iter().all(|name| part.header(name).is_some()), "{part:?}");
        assert!(part.header("x-cos-traffic-limit").is_some() && part.header("content-md5").is_some(), "{part:?}");
        assert!(of_object.iter().chain(&of_completion).all(|name| part.header(name).is_none()), "{part:?}");
    }
    let complete = requests(&cos, "POST", "uploadId").remove(0);
    assert!(of_completion.iter().all(|name| complete.header(name).is_some()), "{complete:?}");
    assert!(of_object[..3].iter().all(|name| complete.header(name).is_none()), "{complete:?}");
    assert!(of_key.iter().all(|name| complete.header(name).is_none()), "{complete:?}");
}

#[test]
fn a_part_that_fails_once_is_sent_again() {
    for fault in [
        Fault::error(500, "InternalError"),
        Fault::error(503, "SlowDown"),
        Fault::Reset(Moment::BeforeBody),
        Fault::Reset(Moment::AfterBody),
        Fault::Reset(Moment::BeforeAnswer),
        Fault::Close(Moment::BeforeAnswer),
        Fault::CorruptUpload(77),
    ] {
        let (cos, client) = start();
        let source = Source::new(6, SIZE);
        cos.inject(fault.clone(), part(2), 1);
        source.upload(&client).send().unwrap();
        assert_eq!(parts_sent(&cos), ["1", "2", "2", "3"], "{fault:?}");
        assert!(get(&client, "k") == source.content, "{fault:?}");
    }
}

#[test]
fn a_part_that_stays_damaged_is_an_error_and_nothing_is_completed() {
    let (cos, client) = start();
    cos.inject(Fault::CorruptUpload(3), part(3), usize::MAX);
    assert_eq!(kind(Source::new(7, SIZE).upload(&client).send()), ClientErrorKind::Integrity);
    assert_eq!(completions(&cos), 0);
    assert!(!client.object_exists(BUCKET, "k").send().unwrap());
}

#[test]
fn an_upload_that_broke_off_is_taken_up_and_only_missing_parts_are_sent() {
    let source = Source::new(8, SIZE);
    let (cos, client) = broken_off(&source);
    let reports = Reports::default();
    source.upload(&client).progress_callback(|done, total| reports.note(done, total)).send().unwrap();
    assert_eq!(parts_sent(&cos), ["2", "3"]);
    assert!(requests(&cos, "POST", "uploads").is_empty());
    assert!(reports.of(SIZE)[0] >= MIB as u64, "what is there counts as done");
    assert!(get(&client, "k") == source.content);
    assert!(open_uploads(&client).is_empty());
}

#[test]
fn resume_false_starts_anew_and_leaves_the_other_upload_alone() {
    let source = Source::new(9, SIZE);
    let (cos, client) = broken_off(&source);
    let before = open_uploads(&client);
    source.upload(&client).resume(false).send().unwrap();
    assert_eq!(parts_sent(&cos), ["1", "2", "3"]);
    assert_eq!(open_uploads(&client), before);
}

#[test]
fn parts_of_another_content_are_not_taken_up() {
    let (cos, client) = broken_off(&Source::new(10, SIZE));
    let source = Source::new(11, SIZE);
    source.upload(&client).send().unwrap();
    assert_eq!(parts_sent(&cos), ["1", "2", "3"]);
    assert!(get(&client, "k") == source.content);
    assert!(requests(&cos, "DELETE", "uploadId").is_empty(), "another's upload is not aborted");
}

#[test]
fn parts_of_another_size_are_not_taken_up() {
    let source = Source::new(12, 4 * MIB + 5);
    let (cos, client) = broken_off(&source);
    source.upload(&client).part_size(2).send().unwrap();
    assert_eq!(parts_sent(&cos), ["1", "2", "3"]);
    assert!(get(&client, "k") == source.content);
}

#[test]
fn an_upload_that_vanished_is_started_anew() {
    let source = Source::new(13, SIZE);
    let (cos, client) = broken_off(&source);
    cos.inject(Fault::error(404, "NoSuchUpload"), Match::any().method("GET").query("uploadId="), 1);
    source.upload(&client).send().unwrap();
    assert!(get(&client, "k") == source.content);
}

#[test]
fn who_may_not_list_uploads_all_the_same() {
    let (cos, client) = start();
    let source = Source::new(14, SIZE);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("GET"), 1);
    source.upload(&client).send().unwrap();
    assert_eq!(parts_sent(&cos).len(), 3);
    assert!(get(&client, "k") == source.content);
}

/// Uploads a file that something happens to while its first bytes are on their way.
fn changed_meanwhile(threshold: u64, change: impl Fn(&Source) + Sync + Send) -> (CosEmulator, CosS3Client) {
    let (cos, client) = start();
    let source = Source::new(15, SIZE);
    let once = Once::default();
    let upload = source.upload(&client).multipart_threshold(threshold);
    let found = kind(upload.progress_callback(|_, _| once.run(|| change(&source))).send());
    assert_eq!(found, ClientErrorKind::SourceChanged);
    assert_eq!(completions(&cos), 0);
    (cos, client)
}

#[test]
fn a_file_that_shrinks_meanwhile_is_an_error_and_nothing_is_completed() {
    for threshold in [0, SIZE as u64] {
        let shrink = |source: &Source| File::options().write(true).open(&source.path).unwrap().set_len(100).unwrap();
        let (_cos, client) = changed_meanwhile(threshold, shrink);
        assert!(!client.object_exists(BUCKET, "k").send().unwrap());
    }
}

#[test]
fn a_file_that_is_rewritten_meanwhile_is_an_error_and_nothing_is_completed() {
    changed_meanwhile(0, |source| fs::write(&source.path, noise(16, SIZE)).unwrap());
    changed_meanwhile(SIZE as u64, |source| fs::write(&source.path, noise(16, SIZE)).unwrap());
}

#[test]
fn a_file_that_grows_meanwhile_is_an_error_and_nothing_is_completed() {
    let grow = |source: &Source| fs::write(&source.path, noise(15, SIZE + 1)).unwrap();
    changed_meanwhile(0, grow);
}

#[test]
fn a_file_that_is_replaced_or_removed_meanwhile_is_an_error_and_nothing_is_completed() {
    changed_meanwhile(0, |source| {
        let other = source.path.with_extension("other");
        fs::write(&other, &source.content).unwrap();
        fs::rename(&other, &source.path).unwrap();
    });
    changed_meanwhile(0, |source| fs::remove_file(&source.path).unwrap());
}

#[test]
fn without_checksums_of_cos_an_upload_succeeds_unverified() {
    let (cos, client) = start();
    let source = Source::new(20, SIZE);
    cos.inject(Fault::omit_crc64(), Match::any(), usize::MAX);
    assert_eq!(source.upload(&client).send().unwrap().crc64, None);
    assert!(get(&client, "k") == source.content);
}

/// A second upload of the same key runs from start to end while the first sends its first bytes.
fn two_uploads_at_once(first_seed: u64, second_seed: u64) {
    let (cos, client) = start();
    let (first, second) = (Source::new(first_seed, SIZE), Source::new(second_seed, SIZE));
    let once = Once::default();
    let inner = || {
        second.upload(&client).send().unwrap();
        assert!(get(&client, "k") == second.content);
    };
    first.upload(&client).progress_callback(|_, _| once.run(inner)).send().unwrap();
    assert!(get(&client, "k") == first.content);
    // Each into an upload of its own.
    let mut parts: Vec<_> = requests(&cos, "PUT", "partNumber")
        .iter()
        .map(|part| format!("{:?} {:?}", part.param("uploadId"), part.param("partNumber")))
        .collect();
    parts.sort();
    parts.dedup();
    assert_eq!((parts.len(), completions(&cos)), (6, 2));
    assert!(open_uploads(&client).is_empty());
}

#[test]
fn fault_46_two_uploads_of_one_key_at_once_both_succeed_and_the_last_wins() {
    two_uploads_at_once(21, 22);
}

#[test]
fn two_uploads_of_one_file_at_once_both_succeed() {
    two_uploads_at_once(23, 23);
}

#[test]
fn an_upload_that_another_transfer_is_at_is_left_to_it() {
    let (cos, client) = start();
    let source = Source::new(31, SIZE);
    let once = Once::default();
    let inner = |done, _| {
        if done > MIB as u64 {
            once.run(|| drop(source.upload(&client).send().unwrap()));
        }
    };
    source.upload(&client).progress_callback(inner).send().unwrap();
    assert_eq!(requests(&cos, "POST", "uploads").len(), 2, "each has its own");
    assert_eq!((parts_sent(&cos).len(), completions(&cos)), (6, 2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_holds_more_than_its_length_is_an_error_and_nothing_is_sent() {
    let (cos, client) = start();
    let found = kind(client.upload_file(BUCKET, "k", "/proc/version").send());
    assert!(matches!(found, ClientErrorKind::Local { .. }), "{found:?}");
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_sent() {
    let (cos, client) = start();
    let source = Source::new(24, 10);
    assert_eq!(field(source.upload(&client).part_size(0).send()), "part_size");
    assert_eq!(field(source.upload(&client).part_size(5121).send()), "part_size");
    assert_eq!(field(source.upload(&client).max_thread(0).send()), "max_thread");
    assert_eq!(field(source.upload(&client).traffic_limit(1).send()), "traffic_limit");
    assert_eq!(field(client.upload_file(BUCKET, "", &source.path).send()), "key");
    for path in [PathBuf::from("/no/such/file"), source.path.parent().unwrap().to_owned()] {
        let found = kind(client.upload_file(BUCKET, "k", &path).send());
        assert_eq!(found, ClientErrorKind::Local { path });
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn an_upload_that_cannot_start_is_cos_error() {
    let (cos, _client) = start();
    let client = client_with_retry(config(&cos), 0);
    let source = Source::new(25, SIZE);
    let missing = client.upload_file("missing-1250000000", "k", &source.path).part_size(1).multipart_threshold(0);
    assert_eq!(code(missing.send()), (404, "NoSuchBucket".to_owned()));
    cos.clear_requests();
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("uploads"), usize::MAX);
    assert_eq!(code(source.upload(&client).send()), (403, "AccessDenied".to_owned()));
    assert!(parts_sent(&cos).is_empty());
}

#[test]
fn a_panic_in_the_callback_does_not_hang_and_completes_nothing() {
    for threads in [1, 3] {
        let completed = ends(move || {
            let (cos, client) = start();
            let source = Source::new(26, SIZE);
            let upload = source.upload(&client).max_thread(threads);
            let sent = || upload.progress_callback(|_, _| panic!("the callback's own")).send();
            let result = catch_unwind(AssertUnwindSafe(sent));
            assert!(!matches!(result, Ok(Ok(_))));
            completions(&cos)
        });
        assert_eq!(completed, 0);
    }
}

#[test]
fn an_empty_file_reports_that_nothing_of_nothing_is_to_be_done() {
    let (_cos, client) = start();
    let file = tempfile::NamedTempFile::new().unwrap();
    let reports = Reports::default();
    let upload = client.upload_file(BUCKET, "k", file.path());
    upload.progress_callback(|done, total| reports.note(done, total)).send().unwrap();
    assert_eq!(reports.of(0), [0]);
}
