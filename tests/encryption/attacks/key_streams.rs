//! No key stream serves for two contents: content that changed before it is sent again never leaves.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use cos_emulator::{CosEmulator, Fault, Match};
use qcloud_cos::encryption::{AESProvider, EncryptionMode};
use qcloud_cos::{Body, ClientErrorKind, CosEncryptionClient, CosS3Client};

use super::tap::Tap;
use crate::common::{BUCKET, MIB, client_with_retry, config, kind, noise, start};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MODES: [EncryptionMode; 2] = [EncryptionMode::Python, EncryptionMode::Native];

fn started(mode: EncryptionMode) -> (CosEmulator, CosEncryptionClient) {
    let (cos, plain) = start();
    (cos, CosEncryptionClient::with_client(plain, AESProvider::aes_key(AES_KEY).unwrap()).mode(mode))
}

/// A body that is different from its second reading on.
struct Changing {
    bytes: Cursor<Vec<u8>>,
    rewound: u32,
    changed_at: usize,
}

impl Changing {
    fn new(len: usize, changed_at: usize) -> Self {
        Self { bytes: Cursor::new(noise(1, len)), rewound: 0, changed_at }
    }
}

impl Read for Changing {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buf)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Start(0) {
            self.rewound += 1;
            // To measure it, it is rewound once before it is read.
            if self.rewound == 2 {
                self.bytes.get_mut()[self.changed_at] ^= 0x20;
            }
        }
        self.bytes.seek(to)
    }
}

#[test]
fn c03_content_that_changed_before_it_is_sent_again_does_not_leave() {
    for mode in MODES {
        for (len, changed_at) in [(26, 3), (3 * MIB, 0), (3 * MIB, 2 * MIB + 7)] {
            let (cos, client) = started(mode);
            cos.inject(Fault::error(503, "ServiceUnavailable"), Match::any().method("PUT"), 1);
            let body = Body::seekable(Changing::new(len, changed_at));
            let result = client.put_object(BUCKET, body, "object").send();
            assert_eq!(kind(result), ClientErrorKind::SourceChanged, "{mode} {len} {changed_at}");
            assert!(!client.inner().object_exists(BUCKET, "object").send().unwrap());
        }
    }
}

#[test]
fn c03_a_file_that_is_overwritten_between_two_attempts_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for mode in MODES {
        fs::write(&path, noise(1, 2 * MIB)).unwrap();
        let (cos, _) = start();
        let overwritten = path.clone();
        let config = config(&cos).build().unwrap();
        let overwrite = move |_| fs::write(&overwritten, noise(2, 2 * MIB)).unwrap();
        let plain = CosS3Client::builder(config).sleeper(overwrite).build().unwrap();
        let client = CosEncryptionClient::with_client(plain, AESProvider::aes_key(AES_KEY).unwrap()).mode(mode);
        cos.inject(Fault::error(503, "ServiceUnavailable"), Match::any().method("PUT"), 1);
        let result = client.put_object(BUCKET, File::open(&path).unwrap(), "object").send();
        assert_eq!(kind(result), ClientErrorKind::SourceChanged, "{mode}");
    }
}

#[test]
fn c03_a_part_that_is_sent_again_with_other_content_is_refused() {
    for mode in MODES {
        let (_cos, client) = started(mode);
        let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().upload_id.clone();
        let (first, other) = (noise(1, MIB), noise(2, MIB));
        client.upload_part(BUCKET, "parts", first.clone(), 1, &id).send().unwrap();
        let changed = client.upload_part(BUCKET, "parts", other.clone(), 1, &id).send();
        assert_eq!(kind(changed), ClientErrorKind::SourceChanged, "{mode}");
        // A part of another number in the same place.
        let overlapping = client.upload_part_at(BUCKET, "parts", other, 2, &id, MIB as u64 / 2).send();
        assert_eq!(kind(overlapping), ClientErrorKind::SourceChanged, "{mode}");
        // The same content is fine, by whatever kind of body.
        let again = Body::sized_reader(Cursor::new(first.clone()), MIB as u64);
        client.upload_part(BUCKET, "parts", again, 1, &id).send().unwrap();
        client.upload_part(BUCKET, "parts", Body::seekable(Cursor::new(first)), 1, &id).send().unwrap();
    }
}

/// Two bodies under one key stream, as a server saw them: their difference is that of the contents.
#[test]
fn c03_a_server_that_asks_again_sees_one_content_under_a_key_stream() {
    for mode in MODES {
        let tap = Tap::answering(|_| (500, String::new(), b"<Error><Code>InternalError</Code></Error>".to_vec()));
        let plain = client_with_retry(tap.config(), 3);
        let client = CosEncryptionClient::with_client(plain, AESProvider::aes_key(AES_KEY).unwrap()).mode(mode);
        let result = client.put_object(BUCKET, Body::seekable(Changing::new(26, 3)), "object").send();
        assert_eq!(kind(result), ClientErrorKind::SourceChanged, "{mode}");
        let mut bodies: Vec<Vec<u8>> = tap.seen().into_iter().map(|seen| seen.body).collect();
        bodies.retain(|body| !body.is_empty());
        assert_eq!(bodies.len(), 1, "{mode}: a body was sent with other content");
    }
}
