//! Native mode of client-side encryption against who can write to the bucket: whatever is changed, nothing of it
//! is handed out.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crate::common::{BUCKET, MIB, client_with_retry, config, failed, get, kind, noise, start};
use cos_emulator::{CosEmulator, Fault, Match, Moment};
use qcloud_cos::encryption::{AESProvider, EncryptionMode, RSAProvider};
use qcloud_cos::{Body, ClientErrorKind, CosEncryptionClient, CosError, CosS3Client};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEY: &str = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MODE: &str = "x-cos-meta-client-side-encryption-mode";
const KEY: &str = "x-cos-meta-client-side-encryption-wrapped-key";
const COMMITMENT: &str = "x-cos-meta-client-side-encryption-commitment";
/// How much content a frame holds, and how long it is when stored.
const FRAME: usize = 65_536;
const STORED: usize = FRAME + 16;

fn native(client: &CosS3Client, key: &str) -> CosEncryptionClient {
    let provider = AESProvider::aes_key(key).unwrap();
    CosEncryptionClient::with_client(client.clone(), provider).mode(EncryptionMode::Native)
}

/// A bucket as who can write to it sees it.
struct Bucket {
    cos: CosEmulator,
    plain: CosS3Client,
    client: CosEncryptionClient,
    folder: tempfile::TempDir,
}

/// An object as it is stored.
#[derive(Clone)]
struct Object {
    metadata: BTreeMap<&'static str, String>,
    stored: Vec<u8>,
}

impl Bucket {
    fn new() -> Self {
        let (cos, plain) = start();
        let client = native(&plain, AES_KEY);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "old").unwrap();
        Self { cos, plain, client, folder }
    }

    /// Encrypts an object and returns what is stored then.
    fn write(&self, key: &str, content: &[u8]) -> Object {
        self.client.put_object(BUCKET, content, key).send().unwrap();
        let headers = self.plain.head_object(BUCKET, key).send().unwrap().headers;
        let metadata = [MODE, KEY, COMMITMENT].into_iter().map(|name| (name, headers.get(name).unwrap()));
        Object { metadata: metadata.collect(), stored: get(&self.plain, key) }
    }

    fn plant(&self, key: &str, object: &Object) {
        let mut put = self.plain.put_object(BUCKET, object.stored.clone(), key);
        for (name, value) in &object.metadata {
            put = put.metadata(name, value);
        }
        put.send().unwrap();
    }

    /// Whatever way it is read, there is an error, and nothing of the content from `intact` on is seen.
    #[track_caller]
    fn refuses(&self, what: &str, key: &str, object: &Object, content: &[u8], intact: usize) {
        self.plant(key, object);
        let mut found = Vec::new();
        let read = |found: &mut Vec<u8>| -> Result<(), CosError> {
            let mut body = self.client.get_object(BUCKET, key).send()?.body;
            let error = body.read_to_end(found).expect_err(what);
            assert!(body.read_to_end(found).is_err(), "{what}: an error stays");
            Err(error.downcast::<qcloud_cos::CosClientError>().unwrap().into())
        };
        assert_eq!(kind(read(&mut found)), ClientErrorKind::Decryption, "{what}");
        assert!(found.len() <= intact && content.starts_with(&found), "{what}: {} bytes were seen", found.len());
        let path = self.folder.path().join("file");
        if let Ok(response) = self.client.get_object(BUCKET, key).send() {
            let error = failed(response.body.get_stream_to_file(&path));
            assert_eq!(*error.kind(), ClientErrorKind::Decryption, "{what}");
        }
        let error = failed(self.client.download_file(BUCKET, key, &path).send());
        assert_eq!(*error.kind(), ClientErrorKind::Decryption, "{what}");
        assert_eq!(fs::read(&path).unwrap(), b"old", "{what}");
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 1, "{what}: nothing else is left");
    }
}

#[test]
fn every_bit_of_a_small_object_counts() {
    let bucket = Bucket::new();
    let object = bucket.write("object", b"hello");
    for bit in 0..object.stored.len() * 8 {
        let mut changed = object.clone();
        changed.stored[bit / 8] ^= 1 << (bit % 8);
        bucket.refuses(&format!("bit {bit}"), "object", &changed, b"hello", 0);
    }
    for len in 0..object.stored.len() {
        let mut cut = object.clone();
        cut.stored.truncate(len);
        bucket.refuses(&format!("cut at {len}"), "object", &cut, b"hello", 0);
    }
    for (name, value) in &object.metadata {
        for at in 0..value.len() {
            for bit in 0..8 {
                let mut text = value.clone().into_bytes();
                text[at] ^= 1 << bit;
                if text[at].is_ascii_graphic() {
                    let mut changed = object.clone();
                    changed.metadata.insert(name, String::from_utf8(text).unwrap());
                    bucket.refuses(&format!("{name} {at} {bit}"), "object", &changed, b"hello", 0);
                }
            }
        }
        let mut without = object.clone();
        without.metadata.remove(name);
        bucket.refuses(&format!("without {name}"), "object", &without, b"hello", 0);
    }
}

#[test]
fn a_bit_of_any_frame_hides_that_frame_and_what_follows() {
    let bucket = Bucket::new();
    let content = noise(1, 3 * FRAME + 100);
    let object = bucket.write("object", &content);
    let end = object.stored.len();
    for at in
        [0, 1, FRAME - 1, FRAME, STORED - 1, STORED, 2 * STORED + 5, 3 * STORED - 1, 3 * STORED, end - 17, end - 1]
    {
        let mut changed = object.clone();
        changed.stored[at] ^= 0x80;
        bucket.refuses(&format!("bit in byte {at}"), "object", &changed, &content, at / STORED * FRAME);
    }
}

#[test]
fn an_object_that_was_cut_or_extended_is_refused() {
    let bucket = Bucket::new();
    for (content, name) in [(noise(2, 3 * FRAME + 100), "a short last frame"), (noise(3, 3 * FRAME), "full frames")] {
        let object = bucket.write("object", &content);
        for len in [0, 15, 16, 100, STORED - 1, STORED, STORED + 1, STORED + 16, 2 * STORED, object.stored.len() - 1] {
            let mut cut = object.clone();
            cut.stored.truncate(len);
            let intact = len.saturating_sub(1) / STORED * FRAME;
            bucket.refuses(&format!("{name}, cut at {len}"), "object", &cut, &content, intact);
        }
        for (tail, what) in [(vec![0], "a byte"), (vec![0; STORED], "a frame"), (object.stored.clone(), "itself")] {
            let mut longer = object.clone();
            longer.stored.extend(tail);
            let intact = content.len().div_ceil(FRAME) * FRAME;
            bucket.refuses(&format!("{name}, and {what} more"), "object", &longer, &content, intact);
        }
    }
}

#[test]
fn frames_hold_only_in_their_place_of_their_object() {
    let bucket = Bucket::new();
    let content = noise(4, 4 * FRAME);
    let object = bucket.write("object", &content);
    let other = bucket.write("other", &content);
    let again = bucket.write("object", &content);
    assert_ne!(object.stored, again.stored, "each upload has a key of its own");
    let frames: Vec<&[u8]> = object.stored.chunks(STORED).collect();
    let with = |order: &[usize]| Object {
        stored: order.iter().map(|index| frames[*index]).collect::<Vec<_>>().concat(),
        ..object.clone()
    };
    for (order, intact) in [
        (&[1, 0, 2, 3][..], 0),
        (&[0, 2, 1, 3], 1),
        (&[0, 1, 3, 2], 2),
        (&[0, 0, 2, 3], 1),
        (&[0, 1, 1, 2, 3], 2),
        (&[0, 1, 3], 2),
        (&[1, 2, 3], 0),
        (&[3], 0),
        (&[3, 3, 3, 3], 0),
    ] {
        bucket.refuses(&format!("{order:?}"), "object", &with(order), &content, intact * FRAME);
    }
    for (name, source) in [("another object", &other), ("another upload of the object", &again)] {
        for index in 0..4 {
            let mut mixed = object.clone();
            let place = index * STORED..(index + 1) * STORED;
            mixed.stored[place.clone()].copy_from_slice(&source.stored[place]);
            bucket.refuses(&format!("frame {index} of {name}"), "object", &mixed, &content, index * FRAME);
        }
    }
}

#[test]
fn a_range_sees_nothing_of_a_changed_frame() {
    let bucket = Bucket::new();
    let content = noise(5, 3 * FRAME);
    let mut object = bucket.write("object", &content);
    object.stored[STORED + 9] ^= 1;
    bucket.plant("object", &object);
    let read = |range: &str| {
        let mut found = Vec::new();
        let mut body = bucket.client.get_object(BUCKET, "object").range(range).send().unwrap().body;
        body.read_to_end(&mut found).map(|_| found)
    };
    for range in ["bytes=65536-65536", "bytes=131071-131072", "bytes=70000-70001", "bytes=-65537"] {
        assert!(read(range).is_err(), "{range}");
    }
    assert_eq!(read("bytes=65530-65535").unwrap(), content[65_530..65_536]);
    assert_eq!(read("bytes=-65536").unwrap(), content[2 * FRAME..]);
    // Cut after a frame: who reads to the end learns of it, also by a range.
    object.stored.truncate(2 * STORED);
    object.stored[STORED + 9] ^= 1;
    bucket.plant("object", &object);
    for range in ["bytes=-5", "bytes=65536-", "bytes=131071-131071"] {
        assert!(read(range).is_err(), "{range}");
    }
}

#[test]
fn an_answer_of_another_range_gives_the_range_asked_for_or_an_error() {
    let bucket = Bucket::new();
    let content = noise(10, 4 * FRAME);
    bucket.write("object", &content);
    let read = |fault: Fault| {
        bucket.cos.inject(fault, Match::any().method("GET"), 1);
        let response = bucket.client.get_object(BUCKET, "object").range("bytes=65540-131080").send()?;
        response.body.get_stream(MIB).collect::<Result<Vec<_>, _>>().map(|pieces| pieces.concat())
    };
    let header = |value: &str| Fault::SetHeader("Content-Range".to_owned(), value.to_owned());
    assert!(read(Fault::IgnoreRange).unwrap() == content[65_540..=131_080]);
    for value in ["bytes 65553-196655/262208", "bytes 0-131103/262208", "bytes"] {
        assert!(read(header(value)).is_err(), "{value}");
    }
    // Another length of the whole moves the end: here the frames that are read are not the last.
    assert!(read(header("bytes 65552-196655/196656")).is_err());
    assert_eq!(kind(read(header("bytes 65552-196655/*"))), ClientErrorKind::Protocol);
    assert_eq!(kind(read(Fault::DropHeader("Content-Range".to_owned()))), ClientErrorKind::Protocol);
    assert!(read(Fault::Chunked).unwrap() == content[65_540..=131_080]);
    // What breaks off is asked for again, from where it broke.
    assert!(read(Fault::CutBody(70_000)).unwrap() == content[65_540..=131_080]);
    // A whole object whose length is not told cannot be proven to be whole.
    bucket.cos.inject(Fault::Chunked, Match::any().method("GET"), 1);
    assert_eq!(kind(bucket.client.get_object(BUCKET, "object").send()), ClientErrorKind::Protocol);
}

#[test]
fn fault_61_another_key_other_metadata_and_another_name_are_refused() {
    let bucket = Bucket::new();
    let content = noise(6, FRAME + 10);
    let (one, two) = (bucket.write("one", &content), bucket.write("two", &content));
    for mask in 1..4 {
        let mut swapped = one.clone();
        for (bit, name) in [(1, KEY), (2, COMMITMENT)] {
            if mask & bit > 0 {
                swapped.metadata.insert(name, two.metadata[name].clone());
            }
        }
        bucket.refuses(&format!("swapped metadata {mask}"), "one", &swapped, &content, 0);
    }
    for name in [MODE, KEY, COMMITMENT] {
        let without = |change: &dyn Fn(&mut Object)| {
            let mut changed = one.clone();
            change(&mut changed);
            changed
        };
        let missing = without(&|object| drop(object.metadata.remove(name)));
        bucket.refuses(&format!("without {name}"), "one", &missing, &content, 0);
        let value = one.metadata[name].clone();
        for len in [1, value.len() / 2, value.len() - 1] {
            let cut = without(&|object| drop(object.metadata.insert(name, value[..len].to_owned())));
            bucket.refuses(&format!("{name} cut at {len}"), "one", &cut, &content, 0);
        }
    }
    bucket.refuses("moved object", "three", &one, &content, 0);
    let mut other = one.clone();
    other.metadata.insert(MODE, "qcloud-cos/AES-256-GCM/65536/2".to_owned());
    bucket.refuses("a format that is not known", "one", &other, &content, 0);
    bucket.plain.create_bucket("another-1250000000").send().unwrap();
    let mut put = bucket.plain.put_object("another-1250000000", one.stored.clone(), "one");
    for (name, value) in &one.metadata {
        put = put.metadata(name, value);
    }
    put.send().unwrap();
    assert_eq!(kind(bucket.client.get_object("another-1250000000", "one").send()), ClientErrorKind::Decryption);
    bucket.plant("one", &one);
    let stranger = native(&bucket.plain, OTHER_KEY);
    assert_eq!(kind(stranger.get_object(BUCKET, "one").send()), ClientErrorKind::Decryption);
    let folder = tempfile::tempdir().unwrap();
    let (public, private) = (folder.path().join("public"), folder.path().join("private"));
    RSAProvider::generate_key_files(&public, &private).unwrap();
    let rsa = RSAProvider::new(RSAProvider::get_rsa_key_pair_path(public, private)).unwrap();
    let stranger = CosEncryptionClient::with_client(bucket.plain.clone(), rsa).mode(EncryptionMode::Native);
    assert_eq!(kind(stranger.get_object(BUCKET, "one").send()), ClientErrorKind::Decryption);
    let mut found = Vec::new();
    bucket.client.get_object(BUCKET, "one").send().unwrap().body.read_to_end(&mut found).unwrap();
    assert!(found == content);
}

#[test]
fn a_large_object_that_was_changed_makes_no_file_whichever_way_it_comes() {
    let bucket = Bucket::new();
    let content = noise(7, 3 * MIB + 5);
    let mut object = bucket.write("object", &content);
    let middle = object.stored.len() / 2;
    object.stored[middle] ^= 1;
    bucket.plant("object", &object);
    let path = bucket.folder.path().join("file");
    for threshold in [0, u64::MAX] {
        let download = bucket.client.download_file(BUCKET, "object", &path).part_size(1);
        assert_eq!(kind(download.multipart_threshold(threshold).send()), ClientErrorKind::Decryption);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(bucket.folder.path()).unwrap().count(), 1);
    }
}

/// A file that holds other bytes each time it is read from the start.
struct Changing {
    /// What it holds later, the next state last.
    later: Vec<Vec<u8>>,
    now: Cursor<Vec<u8>>,
}

impl Read for Changing {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.now.read(buf)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Start(0)
            && self.now.position() > 0
            && let Some(next) = self.later.pop()
        {
            self.now = Cursor::new(next);
        }
        self.now.seek(to)
    }
}

#[test]
fn a_body_that_changes_between_two_tries_is_not_encrypted_twice() {
    let (cos, _) = start();
    let client = native(&client_with_retry(config(&cos), 3), AES_KEY);
    let first = noise(8, 3 * FRAME);
    let mut second = first.clone();
    second[2 * FRAME] ^= 1;
    // The length is measured by going to the end and back, which counts as a reading.
    let states = || Changing { now: Cursor::new(first.clone()), later: vec![second.clone(), first.clone()] };
    let body = || Body::seekable(states());
    cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("PUT"), 1);
    let error = failed(client.put_object(BUCKET, body(), "object").send());
    assert!(error.to_string().contains("the 196608 bytes at 0 are others than were encrypted before"), "{error}");
    assert!(!client.inner().object_exists(BUCKET, "object").send().unwrap());
    // The same where the checksum is computed before the body is sent.
    let error = failed(client.put_object(BUCKET, body(), "object").enable_md5(true).send());
    assert!(error.to_string().contains("others than were encrypted before"), "{error}");
    assert!(!client.inner().object_exists(BUCKET, "object").send().unwrap());
}

#[test]
fn a_repeated_request_sends_the_same_bytes() {
    let (cos, _) = start();
    let client = native(&client_with_retry(config(&cos), 3), AES_KEY);
    let content = noise(9, 3 * FRAME + 1);
    for fault in
        [Fault::error(503, "ServiceUnavailable"), Fault::Reset(Moment::AfterBody), Fault::Reset(Moment::BeforeAnswer)]
    {
        cos.inject(fault, Match::any().method("PUT"), 2);
        client.put_object(BUCKET, content.clone(), "object").enable_md5(true).send().unwrap();
        let mut found = Vec::new();
        client.get_object(BUCKET, "object").send().unwrap().body.read_to_end(&mut found).unwrap();
        assert!(found == content);
    }
}
