//! Every bit of a body flipped in turn, on its way up and on its way down.

use std::fs;

use crate::common::{BUCKET, client_with_retry, config, get, kind, noise, put, start};
use cos_emulator::{Fault, Match};
use qcloud_cos::ClientErrorKind;

/// The length of the body in bytes.
const SIZE: u64 = 4096;

#[test]
fn every_flipped_bit_of_an_upload_is_detected() {
    let (cos, _) = start();
    let client = client_with_retry(config(&cos), 0);
    let content = noise(1, SIZE as usize);
    for bit in 0..SIZE * 8 {
        cos.inject(Fault::FlipUpload(bit), Match::any().method("PUT"), 1);
        let result = client.put_object(BUCKET, &content[..], "k").send();
        assert_eq!(kind(result), ClientErrorKind::Integrity, "bit {bit}");
    }
    cos.clear_requests();
    client.put_object(BUCKET, &content[..], "k").send().unwrap();
    assert!(get(&client, "k") == content);
}

#[test]
fn every_flipped_bit_of_a_download_is_detected() {
    let (cos, _) = start();
    let client = client_with_retry(config(&cos), 0);
    put(&client, "k", &noise(2, SIZE as usize));
    for bit in 0..SIZE * 8 {
        cos.inject(Fault::FlipAnswer(bit), Match::any().method("GET"), 1);
        let mut body = client.get_object(BUCKET, "k").send().unwrap().body;
        assert!(std::io::copy(&mut body, &mut std::io::sink()).is_err(), "bit {bit}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    for bit in (0..SIZE * 8).step_by(1021) {
        cos.inject(Fault::FlipAnswer(bit), Match::any().method("GET"), usize::MAX);
        let result = client.download_file(BUCKET, "k", &path).send();
        assert_eq!(kind(result), ClientErrorKind::Integrity, "bit {bit}");
        cos.clear_faults();
    }
    assert_eq!(fs::read(&path).unwrap(), b"old");
}
