//! Uploads from a reader against the emulator.

use crate::common::{BUCKET, start};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cos_emulator::{CosEmulator, Fault, Match, Moment};
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client};

const MIB: usize = 1024 * 1024;

/// An emulator with a bucket, and a client that does not wait between attempts.
/// Bytes that differ from part to part.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251 + at / MIB) as u8).collect()
}

fn read(client: &CosS3Client, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    client.get_object(BUCKET, key).send().unwrap().body.read_to_end(&mut body).unwrap();
    body
}

fn open_uploads(client: &CosS3Client) -> usize {
    client.list_multipart_uploads(BUCKET).uploads().map(Result::unwrap).count()
}

fn methods(cos: &CosEmulator) -> Vec<String> {
    cos.requests().into_iter().map(|request| request.method).collect()
}

/// Gives uneven little pieces, as a pipe does, and fails at the end if that is wanted.
struct Trickle<'d> {
    data: &'d [u8],
    step: usize,
    fails: bool,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.step = self.step * 7 % 70_001 + 1;
        let length = self.step.min(buf.len()).min(self.data.len());
        if length == 0 && self.fails && !buf.is_empty() {
            return Err(io::Error::other("the pipe burst"));
        }
        buf[..length].copy_from_slice(&self.data[..length]);
        self.data = &self.data[length..];
        Ok(length)
    }
}

fn trickle(data: &[u8]) -> Trickle<'_> {
    Trickle { data, step: 3, fails: false }
}

#[test]
fn less_than_a_part_goes_in_one_request() {
    let (cos, client) = start();
    for length in [0, 5, MIB - 1] {
        cos.clear_requests();
        let data = content(length);
        let upload = client.upload_file_from_buffer(BUCKET, "k", trickle(&data)).part_size(1);
        upload.storage_class("STANDARD_IA").send().unwrap();
        assert_eq!(methods(&cos), ["PUT"]);
        assert_eq!(read(&client, "k"), data);
        assert_eq!(client.head_object(BUCKET, "k").send().unwrap().storage_class, "STANDARD_IA");
    }
}

#[test]
fn a_set_parameter_goes_with_the_one_request() {
    let (cos, client) = start();
    client.upload_file_from_buffer(BUCKET, "k", &b"x"[..]).query("a", "1").send().unwrap();
    assert_eq!(cos.requests()[0].param("a"), Some("1"));
}

#[test]
fn the_md5_of_the_body_or_of_each_part_is_checked() {
    let (cos, client) = start();
    for (length, bodies) in [(5, 1), (2 * MIB + 1, 3)] {
        cos.clear_requests();
        let data = content(length);
        let upload = client.upload_file_from_buffer(BUCKET, "k", trickle(&data)).part_size(1);
        upload.enable_md5(true).send().unwrap();
        let requests = cos.requests().into_iter().filter(|request| request.method == "PUT");
        assert_eq!(requests.filter(|request| request.header("content-md5").is_some()).count(), bodies);
        assert_eq!(read(&client, "k"), data);
    }
}

#[test]
fn parts_are_full_however_little_the_reader_gives() {
    let (cos, client) = start();
    for (length, lengths) in [(MIB, vec![MIB]), (2 * MIB + 7, vec![MIB, MIB, 7]), (3 * MIB, vec![MIB; 3])] {
        cos.clear_requests();
        let data = content(length);
        let upload = client.upload_file_from_buffer(BUCKET, "big", trickle(&data)).part_size(1).max_thread(3);
        let output = upload.metadata("x-cos-meta-a", "1").send().unwrap();
        let mut sent: Vec<_> = cos
            .requests()
            .into_iter()
            .filter(|r| r.method == "PUT")
            .map(|r| (r.target, r.body_length as usize))
            .collect();
        sent.sort();
        assert_eq!(sent.into_iter().map(|(_, length)| length).collect::<Vec<_>>(), lengths);
        assert_eq!(read(&client, "big"), data);
        let head = client.head_object(BUCKET, "big").send().unwrap();
        assert_eq!((head.crc64, head.headers.get("x-cos-meta-a").as_deref()), (output.crc64, Some("1")));
    }
    assert_eq!(open_uploads(&client), 0);
}

/// How far the reader is ahead of what COS has received.
#[test]
fn no_more_is_read_than_the_buffer_may_hold() {
    struct Watched<'c> {
        cos: &'c CosEmulator,
        given: usize,
        ahead: &'c AtomicUsize,
    }
    impl Read for Watched<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let received: u64 = self.cos.requests().iter().map(|request| request.body_length).sum();
            let length = buf.len().min(64 * 1024).min(12 * MIB - self.given);
            self.given += length;
            self.ahead.fetch_max(self.given - received as usize, Ordering::Relaxed);
            Ok(length)
        }
    }
    let (cos, client) = start();
    let ahead = AtomicUsize::new(0);
    // Parts that are slow to be stored: the reader would run away.
    cos.inject(Fault::Delay(Duration::from_millis(30)), Match::any().method("PUT"), usize::MAX);
    let body = Watched { cos: &cos, given: 0, ahead: &ahead };
    let upload = client.upload_file_from_buffer(BUCKET, "big", body).part_size(1).max_buffer_size(3).max_thread(8);
    upload.send().unwrap();
    // What is received but not yet noted stands for a part that is on its way, within the same bound.
    assert!(ahead.load(Ordering::Relaxed) <= 3 * MIB, "{ahead:?} bytes ahead");
    assert_eq!(client.head_object(BUCKET, "big").send().unwrap().content_length, 12 * MIB as u64);
}

#[test]
fn a_part_is_sent_again_from_memory() {
    let (cos, client) = start();
    cos.inject(Fault::Reset(Moment::BeforeBody), Match::any().query("partNumber=2"), 1);
    cos.inject(Fault::CorruptUpload(9), Match::any().query("partNumber=1"), 1);
    let data = content(2 * MIB);
    client.upload_file_from_buffer(BUCKET, "big", trickle(&data)).part_size(1).send().unwrap();
    assert_eq!(read(&client, "big"), data);
    assert!(client.get_retry_exe_times() >= 2);
}

#[test]
fn a_part_that_fails_ends_the_upload_and_the_reading() {
    let (cos, client) = start();
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber=2"), 1);
    let endless = io::repeat(7);
    let upload = client.upload_file_from_buffer(BUCKET, "big", endless).part_size(1).max_buffer_size(2);
    assert_eq!(upload.send().unwrap_err().service().unwrap().get_error_code(), "AccessDenied");
    assert_eq!(open_uploads(&client), 0);
}

#[test]
fn a_reader_that_fails_ends_the_upload() {
    let (_cos, client) = start();
    for length in [5, 2 * MIB + 5] {
        let data = content(length);
        let body = Trickle { fails: true, ..trickle(&data) };
        let error = client.upload_file_from_buffer(BUCKET, "big", body).part_size(1).send().unwrap_err();
        assert!(error.to_string().contains("the pipe burst"), "{error}");
        let CosError::Client(error) = error else { panic!("{error}") };
        assert_eq!(*error.kind(), ClientErrorKind::Body);
        assert_eq!(open_uploads(&client), 0);
        assert!(!client.object_exists(BUCKET, "big").send().unwrap());
    }
}

#[test]
fn a_reader_that_panics_leaves_no_parts() {
    struct Bomb(usize);
    impl Read for Bomb {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let left = self.0.checked_sub(buf.len().min(4096)).expect("the reader panics");
            Ok(std::mem::replace(&mut self.0, left) - left)
        }
    }
    let (_cos, client) = start();
    let upload = || client.upload_file_from_buffer(BUCKET, "big", Bomb(2 * MIB + MIB / 2)).part_size(1).send();
    assert!(catch_unwind(AssertUnwindSafe(upload)).is_err(), "the panic comes through");
    assert_eq!(open_uploads(&client), 0);
}

#[test]
fn an_upload_is_given_up_only_if_its_completion_was_refused() {
    let refusals = [(400, "InvalidPart", 0), (429, "Unknown", 0), (503, "SlowDown", 0), (503, "Whatever", 1)];
    for (fault, left) in refusals.map(|(status, code, left)| (Fault::error(status, code), left)) {
        let (cos, client) = start();
        cos.inject(fault, Match::any().method("POST").query("uploadId="), usize::MAX);
        let data = content(MIB);
        assert!(client.upload_file_from_buffer(BUCKET, "big", &data[..]).part_size(1).send().is_err());
        assert_eq!(open_uploads(&client), left);
    }
}

#[test]
fn the_callers_key_goes_with_every_part() {
    let (_cos, client) = start();
    let [key, md5] = ["MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=", "U5L61r7jcwdNvT7frmUG8g=="];
    let data = content(MIB + 1);
    let upload = client.upload_file_from_buffer(BUCKET, "secret", trickle(&data)).part_size(1);
    let upload = upload.sse_customer_algorithm("AES256").sse_customer_key(key).sse_customer_key_md5(md5);
    upload.send().unwrap();
    let head = client.head_object(BUCKET, "secret").sse_customer_algorithm("AES256").sse_customer_key(key);
    assert_eq!(head.sse_customer_key_md5(md5).send().unwrap().content_length, data.len() as u64);
}

#[test]
fn a_completion_whose_answer_was_lost_is_found_to_have_succeeded() {
    let (cos, client) = start();
    let complete = Match::any().method("POST").query("uploadId=");
    cos.inject(Fault::Reset(Moment::BeforeAnswer), complete, 1);
    let data = content(MIB + 1);
    let output = client.upload_file_from_buffer(BUCKET, "big", trickle(&data)).part_size(1).send().unwrap();
    assert_eq!(output.crc64, client.head_object(BUCKET, "big").send().unwrap().crc64);
    assert!(!methods(&cos).contains(&"DELETE".to_owned()));
}
