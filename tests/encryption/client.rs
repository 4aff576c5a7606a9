//! Client-side encryption against the emulator.

use std::fs;
use std::io::Read as _;

use crate::common::{BUCKET, MIB, client_with_retry, config, start};
use cos_emulator::{CosEmulator, Fault, Match};
use qcloud_cos::encryption::{AESProvider, RSAProvider};
use qcloud_cos::multipart::Part;
use qcloud_cos::{ClientErrorKind, CosEncryptionClient, CosError, CosS3Client, KeyProof};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEY: &str = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const KEY_HEADER: &str = "x-cos-meta-client-side-encryption-key";
const IV_HEADER: &str = "x-cos-meta-client-side-encryption-iv";
const TAG_HEADER: &str = "x-cos-meta-client-side-encryption-tag";

fn aes(client: &CosS3Client, key: &str) -> CosEncryptionClient {
    CosEncryptionClient::with_client(client.clone(), AESProvider::aes_key(key).unwrap())
}

/// An emulator and clients for all kinds of keys, by their names.
fn all_kinds() -> (CosEmulator, Vec<(&'static str, CosEncryptionClient)>) {
    let (cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let (public, private) = (folder.path().join("public.pem"), folder.path().join("private.pem"));
    RSAProvider::generate_key_files(&public, &private).unwrap();
    let texts = [&public, &private].map(|path| fs::read_to_string(path).unwrap());
    let [public_text, private_text] = texts;
    let by_text = RSAProvider::new(RSAProvider::get_rsa_key_pair(public_text, private_text)).unwrap();
    let by_path = RSAProvider::new(RSAProvider::get_rsa_key_pair_path(&public, &private)).unwrap();
    let clients = vec![
        ("aes", aes(&client, AES_KEY)),
        ("rsa texts", CosEncryptionClient::with_client(client.clone(), by_text)),
        ("rsa files", CosEncryptionClient::with_client(client, by_path)),
    ];
    (cos, clients)
}

/// What a tag proves: an RSA key has no secret of its own.
fn tag_proof(name: &str) -> KeyProof {
    if name == "aes" { KeyProof::Tagged } else { KeyProof::Consistent }
}

fn data(len: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn read(client: &CosEncryptionClient, key: &str) -> Vec<u8> {
    let mut content = Vec::new();
    client.get_object(BUCKET, key).send().unwrap().body.read_to_end(&mut content).unwrap();
    content
}

fn kind(error: &CosError) -> &ClientErrorKind {
    match error {
        CosError::Client(e) => e.kind(),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_stored_is_not_what_was_sent_and_reads_back() {
    let (_cos, clients) = all_kinds();
    for (name, client) in &clients {
        for len in [0, 1, 15, 16, 17, 1000, 300_000] {
            let content = data(len);
            client.put_object(BUCKET, content.clone(), "object").metadata("x-cos-meta-own", "kept").send().unwrap();
            let mut stored = Vec::new();
            let plain = client.inner().get_object(BUCKET, "object").send().unwrap();
            assert_eq!(plain.headers.get("x-cos-meta-own").as_deref(), Some("kept"), "{name}");
            plain.body.get_raw_stream().read_to_end(&mut stored).unwrap();
            assert_eq!(stored.len(), len, "{name}");
            assert!(len < 15 || stored != content, "{name} {len}");
            let response = client.get_object(BUCKET, "object").send().unwrap();
            assert_eq!(response.key_proof, Some(tag_proof(name)), "{name}");
            assert_eq!(read(client, "object"), content, "{name} {len}");
        }
    }
}

#[test]
fn every_range_is_the_plaintexts() {
    let (_cos, clients) = all_kinds();
    let content = data(100);
    for (name, client) in &clients {
        client.put_object(BUCKET, content.clone(), "object").send().unwrap();
        let ranges = (0..40).flat_map(|first| [first, first + 1, first + 17, 99].map(|last| (first, last)));
        for (first, last) in if *name == "aes" { ranges.collect::<Vec<_>>() } else { vec![(3, 50)] } {
            let range = format!("bytes={first}-{last}");
            let response = client.get_object(BUCKET, "object").range(&range).send().unwrap();
            let pieces: Result<Vec<_>, _> = response.body.get_stream(7).collect();
            assert_eq!(pieces.unwrap().concat(), content[first..=last], "{name} {range}");
        }
        for (range, expected) in [("bytes=-5", 95..100), ("bytes=90-", 90..100)] {
            let response = client.get_object(BUCKET, "object").range(range).send().unwrap();
            let mut found = Vec::new();
            response.body.get_raw_stream().read_to_end(&mut found).unwrap();
            assert_eq!(found, content[expected]);
        }
    }
}

#[test]
fn a_file_in_parallel_parts_decrypts_equal() {
    let (_cos, clients) = all_kinds();
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    let content = data(12 * MIB + 12_345);
    fs::write(&file, &content).unwrap();
    for (name, client) in &clients {
        let upload = client.upload_file(BUCKET, "big", &file).part_size(1).max_thread(10).multipart_threshold(0);
        upload.send().unwrap();
        assert!(read(client, "big") == content, "{name}");
        for threshold in [0, u64::MAX] {
            let download = client.download_file(BUCKET, "big", &copy).part_size(1).max_thread(10);
            let done = download.multipart_threshold(threshold).send().unwrap();
            assert_eq!((done.verified, done.key_proof), (true, Some(tag_proof(name))), "{name}");
            assert!(fs::read(&copy).unwrap() == content, "{name}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{name}: only the file and its copy");
    }
}

#[test]
fn a_file_in_one_request_decrypts_equal() {
    let (_cos, clients) = all_kinds();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, data(5000)).unwrap();
    clients[0].1.upload_file(BUCKET, "small", &file).send().unwrap();
    assert_eq!(read(&clients[0].1, "small"), data(5000));
}

#[test]
fn a_repeated_request_sends_the_same_bytes() {
    let (cos, _) = start();
    let client = aes(&client_with_retry(config(&cos), 3), AES_KEY);
    cos.inject(Fault::error(503, "ServiceUnavailable"), Match::any().method("PUT"), 2);
    client.put_object(BUCKET, data(100_000), "object").enable_md5(true).send().unwrap();
    assert_eq!(read(&client, "object"), data(100_000));
}

#[test]
fn parts_in_order_and_out_of_order_decrypt_equal() {
    let (_cos, client) = start();
    let client = aes(&client, AES_KEY);
    let content = data(2 * MIB + 77);
    for backwards in [false, true] {
        let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().into_inner().upload_id;
        let mut pieces: Vec<(u32, &[u8])> = (1..).zip(content.chunks(MIB)).collect();
        if backwards {
            pieces.reverse();
        }
        for (number, piece) in pieces {
            let offset = u64::from(number - 1) * MIB as u64;
            let upload = if backwards {
                client.upload_part_at(BUCKET, "parts", piece, number, &id, offset)
            } else {
                client.upload_part(BUCKET, "parts", piece, number, &id)
            };
            upload.send().unwrap();
        }
        let listed = client.list_parts(BUCKET, "parts", &id).send().unwrap().into_inner().part;
        let parts: Vec<Part> = listed.into_iter().map(|p| Part { part_number: p.part_number, etag: p.etag }).collect();
        client.complete_multipart_upload(BUCKET, "parts", &id, parts).send().unwrap();
        assert!(read(&client, "parts") == content);
        // The key is gone with the upload.
        let late = client.upload_part(BUCKET, "parts", b"x", 1, &id).send().unwrap_err();
        assert!(late.to_string().starts_with("upload_id: "), "{late}");
    }
}

#[test]
fn parts_that_would_not_decrypt_are_refused_by_name() {
    let (cos, client) = start();
    let client = aes(&client, AES_KEY);
    let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().into_inner().upload_id;
    let sent = cos.requests().len();
    let part = |number, len: usize| client.upload_part(BUCKET, "parts", data(len), number, &id);
    let gap = part(2, 16).send().unwrap_err();
    assert!(gap.to_string().starts_with("part_number: "), "{gap}");
    let unknown = client.upload_part(BUCKET, "parts", qcloud_cos::Body::reader(&b"x"[..]), 1, &id).send().unwrap_err();
    assert!(unknown.to_string().starts_with("body: "), "{unknown}");
    let offset = client.upload_part_at(BUCKET, "parts", b"x", 2, &id, 17).send().unwrap_err();
    assert!(offset.to_string().starts_with("offset: "), "{offset}");
    let foreign = client.upload_part(BUCKET, "parts", b"x", 1, "another").send().unwrap_err();
    assert!(foreign.to_string().starts_with("upload_id: "), "{foreign}");
    assert_eq!(cos.requests().len(), sent, "nothing was sent");
    part(1, MIB + 1).send().unwrap();
    let sent = cos.requests().len();
    let odd = part(2, 16).send().unwrap_err();
    assert!(odd.to_string().starts_with("body: part 1 has 1048577 bytes"), "{odd}");
    assert_eq!(cos.requests().len(), sent, "nothing was sent");
    // The byte too many was encrypted, so that no other can take its place.
    part(1, MIB).send().unwrap();
    let used = part(2, 16).send().unwrap_err();
    assert_eq!(*kind(&used), ClientErrorKind::SourceChanged);
    client.abort_multipart_upload(BUCKET, "parts", &id).send().unwrap();

    let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().upload_id.clone();
    let part = |number, len: usize| client.upload_part(BUCKET, "parts", data(len), number, &id);
    part(1, MIB).send().unwrap();
    part(2, 16).send().unwrap();
    let sent = cos.requests().len();
    let odd = part(1, MIB + 1).send().unwrap_err();
    assert!(odd.to_string().starts_with("body: part 1 has"), "{odd}");
    assert_eq!(cos.requests().len(), sent, "nothing was sent");
    let parts = vec![Part { part_number: 2, etag: "\"x\"".to_owned() }];
    let order = client.complete_multipart_upload(BUCKET, "parts", &id, parts).send().unwrap_err();
    assert!(order.to_string().starts_with("multipart_upload: "), "{order}");
    client.abort_multipart_upload(BUCKET, "parts", &id).send().unwrap();
}

#[test]
fn a_failed_upload_of_a_file_leaves_no_parts() {
    let (cos, client) = start();
    let client = aes(&client, AES_KEY);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, data(3 * MIB)).unwrap();
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber"), 100);
    assert!(client.upload_file(BUCKET, "big", &file).multipart_threshold(0).send().is_err());
    assert!(client.inner().list_multipart_uploads(BUCKET).send().unwrap().upload.is_empty());
}

#[test]
fn a_wrong_key_or_swapped_metadata_is_refused_before_any_plaintext() {
    let (_cos, clients) = all_kinds();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    for (name, client) in &clients {
        let plain = client.inner();
        client.put_object(BUCKET, data(1000), "one").send().unwrap();
        client.put_object(BUCKET, data(1000), "two").send().unwrap();
        let head = |key: &str| plain.head_object(BUCKET, key).send().unwrap().headers;
        let mut stored = Vec::new();
        plain.get_object(BUCKET, "one").send().unwrap().body.read_to_end(&mut stored).unwrap();
        let (one, two) = (head("one"), head("two"));
        let put = |key: &str, from: [&qcloud_cos::Headers; 3]| {
            let mut put = plain.put_object(BUCKET, stored.clone(), key);
            for (name, headers) in [KEY_HEADER, IV_HEADER, TAG_HEADER].into_iter().zip(from) {
                put = put.metadata(name, headers.get(name).unwrap());
            }
            put.send().unwrap();
        };
        for (what, key, from) in [
            ("swapped key", "one", [&two, &one, &one]),
            ("swapped IV", "one", [&one, &two, &one]),
            ("another object's metadata", "one", [&two, &two, &two]),
            ("moved object", "three", [&one, &one, &one]),
        ] {
            put(key, from);
            let error = client.get_object(BUCKET, key).send().unwrap_err();
            assert_eq!(*kind(&error), ClientErrorKind::Decryption, "{name} {what}");
            let error = client.download_file(BUCKET, key, &path).send().unwrap_err();
            assert_eq!(*kind(&error), ClientErrorKind::Decryption, "{name} {what}");
        }
        // One of them missing, or cut. Without its tag an object is Python's, which must be asked for.
        for missing in [KEY_HEADER, IV_HEADER, TAG_HEADER] {
            let value = one.get(missing).unwrap();
            for len in [0, 1, value.len() / 2, value.len() - 1] {
                let mut put = plain.put_object(BUCKET, stored.clone(), "one");
                for other in [KEY_HEADER, IV_HEADER, TAG_HEADER].into_iter().filter(|other| *other != missing) {
                    put = put.metadata(other, one.get(other).unwrap());
                }
                let put = if len > 0 { put.metadata(missing, &value[..len]) } else { put };
                put.send().unwrap();
                let result = client.get_object(BUCKET, "one").send();
                if (missing, len) == (TAG_HEADER, 0) {
                    assert_eq!(*kind(&result.unwrap_err()), ClientErrorKind::Decryption, "{name}");
                    let lenient = client.clone().require_key_tag(false);
                    let result = lenient.get_object(BUCKET, "one").send();
                    assert_eq!(result.unwrap().key_proof, Some(KeyProof::Unauthenticated), "{name}");
                    continue;
                }
                assert_eq!(*kind(&result.unwrap_err()), ClientErrorKind::Decryption, "{name} {missing} {len}");
                let error = client.download_file(BUCKET, "one", &path).send().unwrap_err();
                assert_eq!(*kind(&error), ClientErrorKind::Decryption, "{name} {missing} {len}");
            }
        }
        put("one", [&one, &one, &one]);
        assert_eq!(read(client, "one"), data(1000), "{name}");
        for (other, stranger) in &clients {
            let error = stranger.get_object(BUCKET, "one").send();
            assert_eq!(error.is_ok(), other == name, "{other} reads {name}");
        }
        let stranger = aes(plain, OTHER_KEY);
        assert_eq!(*kind(&stranger.get_object(BUCKET, "one").send().unwrap_err()), ClientErrorKind::Decryption);
    }
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn an_object_without_a_tag_is_unauthenticated_or_refused() {
    let (_cos, client) = start();
    let python = aes(&client, AES_KEY).key_tag(false);
    python.put_object(BUCKET, b"content", "object").send().unwrap();
    let reader = aes(&client, AES_KEY).require_key_tag(false);
    assert_eq!(reader.get_object(BUCKET, "object").send().unwrap().key_proof, Some(KeyProof::Unauthenticated));
    assert_eq!(read(&reader, "object"), b"content");
    let strict = aes(&client, AES_KEY);
    assert_eq!(*kind(&strict.get_object(BUCKET, "object").send().unwrap_err()), ClientErrorKind::Decryption);
    client.put_object(BUCKET, b"content", "plain").send().unwrap();
    assert_eq!(*kind(&strict.get_object(BUCKET, "plain").send().unwrap_err()), ClientErrorKind::Decryption);
}

#[test]
fn altered_content_fails_its_checksum_and_the_old_file_stays() {
    let (cos, client) = start();
    let client = aes(&client, AES_KEY);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    client.put_object(BUCKET, data(2 * MIB), "object").send().unwrap();
    for threshold in [0, u64::MAX] {
        cos.inject(Fault::CorruptAnswer(1000), Match::any().method("GET"), usize::MAX);
        let download = client.download_file(BUCKET, "object", &path).part_size(1).multipart_threshold(threshold);
        assert_eq!(*kind(&download.send().unwrap_err()), ClientErrorKind::Integrity);
        let body = client.get_object(BUCKET, "object").send().unwrap().body;
        assert!(body.get_stream_to_file(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
}

#[test]
fn key_files_are_made_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    assert!(AESProvider::aes_key_path(&path).is_err());
    let pair = RSAProvider::get_rsa_key_pair_path(folder.path().join("public"), folder.path().join("private"));
    assert!(RSAProvider::new(pair).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    AESProvider::generate_key_file(&path).unwrap();
    let key = fs::read(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(AESProvider::generate_key_file(&path).is_err());
    assert_eq!(fs::read(&path).unwrap(), key);
    AESProvider::aes_key_path(&path).unwrap();
}

#[test]
fn wrong_keys_are_refused_by_name_and_do_not_show() {
    for (key, why) in [("c2hvcnQ=", "Base64 of 5 bytes"), ("no base64!", "not Base64"), ("", "0 bytes")] {
        let error = AESProvider::aes_key(key).unwrap_err().to_string();
        assert!(error.starts_with("aes_key: ") && error.contains(why), "{error}");
    }
    for text in ["", "secret words", "-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----\n"] {
        let error = RSAProvider::new(RSAProvider::get_rsa_public_key(text)).unwrap_err().to_string();
        assert!(error.starts_with("public_key: ") && !error.contains("secret"), "{error}");
    }
    let (_cos, client) = start();
    let shown = format!("{:?} {:?}", aes(&client, AES_KEY), RSAProvider::get_rsa_key_pair("public", "private"));
    assert!(!shown.contains(AES_KEY) && !shown.contains("private"), "{shown}");
}

#[test]
fn a_public_key_alone_uploads_and_does_not_read() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let (public, private) = (folder.path().join("public.pem"), folder.path().join("private.pem"));
    RSAProvider::generate_key_files(&public, &private).unwrap();
    let writer = RSAProvider::new(RSAProvider::get_rsa_public_key_path(&public)).unwrap();
    let writer = CosEncryptionClient::with_client(client.clone(), writer);
    writer.put_object(BUCKET, b"content", "object").send().unwrap();
    let error = writer.get_object(BUCKET, "object").send().unwrap_err().to_string();
    assert!(error.starts_with("private_key: "), "{error}");
    let reader = RSAProvider::new(RSAProvider::get_rsa_key_pair_path(&public, &private)).unwrap();
    assert_eq!(read(&CosEncryptionClient::with_client(client, reader), "object"), b"content");
}
