//! Ranges of objects in native mode, answered by an attacker: a place or an end that is not proven is an error.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use cos_emulator::CosEmulator;
use qcloud_cos::encryption::{AESProvider, EncryptionMode};
use qcloud_cos::{ClientErrorKind, CosEncryptionClient, CosError};

use crate::common::{BUCKET, ByHand, client_with_retry, get, kind, noise, start};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const FRAME: usize = 65_536;
const STORED: usize = FRAME + 16;

/// An object as it is stored.
struct Object {
    metadata: String,
    stored: Vec<u8>,
}

fn written(content: &[u8]) -> Object {
    let (_cos, plain): (CosEmulator, _) = start();
    let client = CosEncryptionClient::with_client(plain.clone(), AESProvider::aes_key(AES_KEY).unwrap());
    client.mode(EncryptionMode::Native).put_object(BUCKET, content, "object").send().unwrap();
    let headers = plain.head_object(BUCKET, "object").send().unwrap().headers;
    let mut metadata = String::new();
    for name in ["mode", "wrapped-key", "commitment"].map(|name| format!("x-cos-meta-client-side-encryption-{name}")) {
        let value = headers.get(&name).unwrap();
        write!(metadata, "{name}: {value}\r\n").unwrap();
    }
    Object { metadata, stored: get(&plain, "object") }
}

/// What an attacker answers.
struct Answer<'a> {
    status: u16,
    content_range: Option<String>,
    content_length: usize,
    body: &'a [u8],
}

/// Reads a range of the object from a server that gives this answer to everything.
fn read(object: &Object, range: Option<&str>, answer: &Answer<'_>) -> Result<Vec<u8>, CosError> {
    let mut head = format!("HTTP/1.1 {} Hostile\r\nx-cos-request-id: 1\r\n{}", answer.status, object.metadata);
    if let Some(content_range) = &answer.content_range {
        write!(head, "Content-Range: bytes {content_range}\r\n").unwrap();
    }
    write!(head, "Content-Length: {}\r\n\r\n", answer.content_length).unwrap();
    let bytes = [head.as_bytes(), answer.body].concat();
    let server = ByHand::start(move |_, stream| {
        let _ = stream.write_all(&bytes);
        false
    });
    let plain = client_with_retry(server.config(), 0);
    let client = CosEncryptionClient::with_client(plain, AESProvider::aes_key(AES_KEY).unwrap());
    let client = client.mode(EncryptionMode::Native);
    let mut get = client.get_object(BUCKET, "object");
    if let Some(range) = range {
        get = get.range(range);
    }
    let response = get.send()?;
    let length = usize::try_from(response.content_length).unwrap();
    // As a reader does that knows how much to expect, and does not read on to the end.
    let mut content = vec![0; length];
    response.body.get_raw_stream().read_exact(&mut content).map_err(|error| {
        error.downcast::<qcloud_cos::CosClientError>().map_or_else(|error| panic!("{error}"), CosError::from)
    })?;
    Ok(content)
}

#[test]
fn c01_a_range_to_the_end_that_was_cut_at_a_frame_is_refused() {
    let object = written(&noise(1, 300_000));
    for frames in 1..=4 {
        let kept = STORED * frames;
        let total = kept + 16;
        for range in ["bytes=0-", "bytes=0-99999999", "bytes=-100", "bytes=-99999999", "bytes=100-"] {
            for last in [total - 1, kept - 1] {
                let answer = Answer {
                    status: 206,
                    content_range: Some(format!("0-{last}/{total}")),
                    content_length: kept,
                    body: &object.stored[..kept],
                };
                assert!(read(&object, Some(range), &answer).is_err(), "{range}, {frames} frames, to {last}");
            }
        }
    }
}

#[test]
fn c01_the_end_is_proven_before_the_last_byte_is_handed_out() {
    let object = written(&noise(1, 300_000));
    for frames in 1..=4 {
        // An attacker makes up the empty frame that could mark the end here.
        let cut = [&object.stored[..STORED * frames], &[7; 16]].concat();
        for (status, range) in [(200, None), (206, Some("bytes=0-")), (200, Some("bytes=0-"))] {
            let content_range = (status == 206).then(|| format!("0-{}/{}", cut.len() - 1, cut.len()));
            let answer = Answer { status, content_range, content_length: cut.len(), body: &cut };
            assert_eq!(kind(read(&object, range, &answer)), ClientErrorKind::Decryption, "{status} {range:?}");
        }
    }
}

#[test]
fn c01_an_answer_whose_headers_disagree_about_its_length_is_refused() {
    let content = noise(2, 300_000);
    let object = written(&content);
    let total = object.stored.len();
    for (last, length) in [(STORED - 1, STORED - 1), (STORED - 1, STORED + 1), (STORED - 1, 0)] {
        let answer = Answer {
            status: 206,
            content_range: Some(format!("0-{last}/{total}")),
            content_length: length,
            body: &object.stored[..length],
        };
        assert_eq!(kind(read(&object, Some("bytes=0-99"), &answer)), ClientErrorKind::Protocol, "{last} {length}");
    }
    // What says the truth is read, whole or in part.
    let range = Some(format!("0-{}/{total}", STORED - 1));
    let answer = Answer { status: 206, content_range: range, content_length: STORED, body: &object.stored[..STORED] };
    assert!(read(&object, Some("bytes=0-99"), &answer).unwrap() == content[..100]);
    let first = total - 3 * STORED;
    let range = Some(format!("{first}-{}/{total}", total - 1));
    let answer =
        Answer { status: 206, content_range: range, content_length: total - first, body: &object.stored[first..] };
    assert!(read(&object, Some("bytes=-100"), &answer).unwrap() == content[299_900..]);
}

#[test]
fn c01_an_object_that_is_announced_to_be_empty_is_proven_to_be() {
    let object = written(&noise(3, 100));
    let answer = Answer { status: 200, content_range: None, content_length: 16, body: &object.stored[..16] };
    assert_eq!(kind(read(&object, None, &answer)), ClientErrorKind::Decryption);
    let empty = written(b"");
    let answer = Answer { status: 200, content_range: None, content_length: 16, body: &empty.stored };
    assert!(read(&empty, None, &answer).unwrap().is_empty());
}

/// A cut is found where the end is missing: what was proven before it has been handed out by then.
#[test]
fn c11_a_stream_of_an_object_that_was_cut_ends_with_an_error_after_what_is_proven() {
    let content = noise(4, 300_000);
    let object = written(&content);
    let cut = &object.stored[..3 * STORED];
    let head =
        format!("HTTP/1.1 200 OK\r\nx-cos-request-id: 1\r\n{}Content-Length: {}\r\n\r\n", object.metadata, cut.len());
    let bytes = [head.as_bytes(), cut].concat();
    let server = ByHand::start(move |_, stream| {
        let _ = stream.write_all(&bytes);
        false
    });
    let plain = client_with_retry(server.config(), 0);
    let client = CosEncryptionClient::with_client(plain, AESProvider::aes_key(AES_KEY).unwrap());
    let client = client.mode(EncryptionMode::Native);
    let mut found = Vec::new();
    let mut body = client.get_object(BUCKET, "object").send().unwrap().body.get_raw_stream();
    assert!(body.read_to_end(&mut found).is_err());
    assert!(found == content[..2 * FRAME], "the frame that passes for the last one is not handed out");
    // A file takes its place only when all of it is proven.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "old").unwrap();
    let response = client.get_object(BUCKET, "object").send().unwrap();
    assert!(response.body.get_stream_to_file(&path).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
}
