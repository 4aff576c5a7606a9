//! Native mode of client-side encryption: what is written reads back, byte for byte and range for range, and
//! wrong use is refused.

use std::fs;
use std::io::{Cursor, Read as _};

use crate::common::{BUCKET, MIB, SSE_KEY, field, kind, noise, requests, start};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cos_emulator::CosEmulator;
use qcloud_cos::encryption::{AESProvider, EncryptionMode, Provider, RSAProvider};
use qcloud_cos::multipart::Part;
use qcloud_cos::{Body, ClientErrorKind, CosEncryptionClient, CosS3Client, KeyProof};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const KEY_HEADER: &str = "x-cos-meta-client-side-encryption-key";
/// How much content a frame holds, and how long it is when stored.
const FRAME: usize = 65_536;
const STORED: usize = FRAME + 16;

fn native(client: &CosS3Client, provider: impl Into<Provider>) -> CosEncryptionClient {
    CosEncryptionClient::with_client(client.clone(), provider).mode(EncryptionMode::Native)
}

fn aes() -> AESProvider {
    AESProvider::aes_key(AES_KEY).unwrap()
}

fn started() -> (CosEmulator, CosEncryptionClient) {
    let (cos, client) = start();
    (cos, native(&client, aes()))
}

fn read(client: &CosEncryptionClient, key: &str) -> Vec<u8> {
    let mut content = Vec::new();
    client.get_object(BUCKET, key).send().unwrap().body.read_to_end(&mut content).unwrap();
    content
}

fn listed(client: &CosEncryptionClient, key: &str, upload_id: &str) -> Vec<Part> {
    let listed = client.list_parts(BUCKET, key, upload_id).send().unwrap().into_inner().part;
    listed.into_iter().map(|part| Part { part_number: part.part_number, etag: part.etag }).collect()
}

#[test]
fn every_length_and_every_kind_of_body_reads_back() {
    let (_cos, client) = started();
    for len in [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 5] {
        let content = noise(1, len);
        let stored_len = (len + 16 * len.div_ceil(FRAME).max(1)) as u64;
        for (kind, body) in [
            ("bytes", Body::from(content.clone())),
            ("seekable", Body::seekable(Cursor::new(content.clone()))),
            ("reader", Body::reader(&content[..])),
            ("sized reader", Body::sized_reader(&content[..], len as u64)),
        ] {
            client.put_object(BUCKET, body, "object").metadata("x-cos-meta-own", "kept").send().unwrap();
            let stored = client.inner().head_object(BUCKET, "object").send().unwrap();
            assert_eq!(stored.content_length, stored_len, "{kind} {len}");
            assert_eq!(EncryptionMode::Native.content_length(stored_len), Some(len as u64));
            assert_eq!(stored.headers.get("x-cos-meta-own").as_deref(), Some("kept"));
            assert!(read(&client, "object") == content, "{kind} {len}");
        }
        let body = Body::reader(Cursor::new([&content[..], b"and more"].concat()));
        client.put_object(BUCKET, body, "object").content_length(len as u64).send().unwrap();
        assert!(read(&client, "object") == content, "declared {len}");
    }
}

#[test]
fn a_body_that_ends_before_its_declared_length_stores_nothing() {
    let (_cos, client) = started();
    for len in [5, FRAME, FRAME + 5] {
        let body = Body::reader(Cursor::new(noise(7, len)));
        let error = client.put_object(BUCKET, body, "object").content_length(len as u64 + 3).send().unwrap_err();
        assert!(error.to_string().contains("ended 3 bytes before its length"), "{error}");
        assert!(!client.inner().object_exists(BUCKET, "object").send().unwrap());
    }
}

#[test]
fn every_range_is_the_contents() {
    let (cos, client) = started();
    let frames = 3 * FRAME;
    for len in [frames, frames + 100] {
        let content = noise(2, len);
        client.put_object(BUCKET, content.clone(), "object").send().unwrap();
        let edges = [0, FRAME, 2 * FRAME, frames, len];
        let near = edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]);
        let near: Vec<usize> = near.filter(|at| *at < len).collect();
        for first in &near {
            for last in near.iter().filter(|last| *last >= first) {
                expect(&client, &format!("bytes={first}-{last}"), &content[*first..=*last]);
            }
            expect(&client, &format!("bytes={first}-"), &content[*first..]);
            expect(&client, &format!("bytes=-{}", len - first), &content[*first..]);
        }
        expect(&client, "bytes=5-18446744073709551615", &content[5..]);
        expect(&client, "bytes=-18446744073709551615", &content);
        cos.clear_requests();
        expect(&client, &format!("bytes={}-{}", FRAME + 1, FRAME + 2), &content[FRAME + 1..FRAME + 3]);
        assert_eq!(cos.requests()[0].header("range"), Some("bytes=65552-131103"), "one frame is fetched");
    }
}

fn expect(client: &CosEncryptionClient, range: &str, expected: &[u8]) {
    let response = client.get_object(BUCKET, "object").range(range).send().unwrap();
    assert_eq!(response.content_length, expected.len() as u64, "{range}");
    let pieces: Result<Vec<_>, _> = response.body.get_stream(50_000).collect();
    assert!(pieces.unwrap().concat() == expected, "{range}");
}

#[test]
fn ranges_outside_the_content_and_odd_ones_are_refused_by_name() {
    let (cos, client) = started();
    client.put_object(BUCKET, b"content", "object").send().unwrap();
    client.put_object(BUCKET, b"", "empty").send().unwrap();
    for (key, range) in [("object", "bytes=7-"), ("object", "bytes=7-9"), ("empty", "bytes=0-"), ("empty", "bytes=-1")]
    {
        assert_eq!(field(client.get_object(BUCKET, key).range(range).send()), "range", "{key} {range}");
    }
    let count = cos.request_count();
    for range in ["bytes=3-2", "bytes=0-1,3-4", "lines=1-2", "bytes=x-"] {
        assert_eq!(field(client.get_object(BUCKET, "object").range(range).send()), "range", "{range}");
    }
    assert_eq!(cos.request_count(), count, "nothing was sent");
}

#[test]
fn a_client_reads_only_the_modes_it_accepts() {
    let (cos, plain) = start();
    let python = CosEncryptionClient::with_client(plain.clone(), aes());
    let native = native(&plain, aes());
    let content = noise(3, FRAME + 7);
    python.put_object(BUCKET, content.clone(), "python").send().unwrap();
    native.put_object(BUCKET, content.clone(), "native").send().unwrap();
    plain.put_object(BUCKET, content.clone(), "plain").send().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (client, key) in [(&python, "native"), (&native, "python"), (&python, "plain"), (&native, "plain")] {
        assert_eq!(kind(client.get_object(BUCKET, key).send()), ClientErrorKind::Decryption, "{key}");
        let download = client.download_file(BUCKET, key, folder.path().join("file"));
        assert_eq!(kind(download.send()), ClientErrorKind::Decryption, "{key}");
        // Metadata of the other mode change nothing.
        let mode = client.clone().accept([]);
        assert_eq!(kind(mode.get_object(BUCKET, key).send()), ClientErrorKind::Decryption, "{key}");
    }
    let both = python.clone().accept([EncryptionMode::Python, EncryptionMode::Native]);
    for (key, proof) in [("python", KeyProof::Tagged), ("native", KeyProof::Authenticated)] {
        let response = both.get_object(BUCKET, key).send().unwrap();
        assert_eq!(response.key_proof, Some(proof));
        assert!(read(&both, key) == content);
        cos.clear_requests();
        let response = both.get_object(BUCKET, key).range("bytes=65530-65540").send().unwrap();
        let found: Result<Vec<_>, _> = response.body.get_stream(100).collect();
        assert_eq!(found.unwrap().concat(), content[65_530..=65_540], "{key}");
        let methods: Vec<String> = cos.requests().into_iter().map(|request| request.method).collect();
        assert_eq!(methods, ["HEAD", "GET"]);
    }
    // What writes is chosen by `mode` alone, in whatever order the two are set.
    both.put_object(BUCKET, b"x", "written").send().unwrap();
    assert!(plain.head_object(BUCKET, "written").send().unwrap().headers.get(KEY_HEADER).is_some());
    let both = python.accept([EncryptionMode::Python]).mode(EncryptionMode::Native);
    both.put_object(BUCKET, b"x", "written").send().unwrap();
    assert_eq!(read(&native, "written"), b"x");
}

#[test]
fn all_kinds_of_keys_wrap() {
    let (_cos, plain) = start();
    let folder = tempfile::tempdir().unwrap();
    let (public, private) = (folder.path().join("public.pem"), folder.path().join("private.pem"));
    RSAProvider::generate_key_files(&public, &private).unwrap();
    let by_path = RSAProvider::new(RSAProvider::get_rsa_key_pair_path(&public, &private)).unwrap();
    let [public_text, private_text] = [&public, &private].map(|path| fs::read_to_string(path).unwrap());
    let by_text = RSAProvider::new(RSAProvider::get_rsa_key_pair(public_text, private_text)).unwrap();
    let writer = RSAProvider::new(RSAProvider::get_rsa_public_key_path(&public)).unwrap();
    // However the pair is given, it wraps the same way here.
    for (name, one, other) in
        [("text", &by_text, &by_path), ("path", &by_path, &by_text), ("public", &writer, &by_text)]
    {
        native(&plain, one.clone()).put_object(BUCKET, b"content", "object").send().unwrap();
        assert_eq!(read(&native(&plain, other.clone()), "object"), b"content", "{name}");
    }
    assert_eq!(field(native(&plain, writer).get_object(BUCKET, "object").send()), "private_key");
    for len in [16, 24, 32] {
        let client =
            native(&plain, AESProvider::aes_key(BASE64_STANDARD.encode(vec![7; len])).unwrap().allow_short_key());
        client.put_object(BUCKET, b"content", "object").send().unwrap();
        assert_eq!(read(&client, "object"), b"content", "{len}");
    }
    let shown = format!("{:?}", native(&plain, by_text));
    assert!(shown.contains("Native") && !shown.contains("PRIVATE"), "{shown}");
}

#[test]
fn an_upload_in_parts_reads_back_whatever_its_last_part() {
    let (cos, client) = started();
    // The length of the last part, and whether it marks the end by itself.
    for (last, marks) in [(0, true), (5, true), (FRAME, true), (MIB - FRAME, true), (MIB + 5, true), (MIB, false)] {
        let content = noise(4, 2 * MIB + last);
        for backwards in [false, true] {
            let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().into_inner().upload_id;
            let mut pieces = vec![(1, &content[..MIB]), (2, &content[MIB..2 * MIB]), (3, &content[2 * MIB..])];
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
                upload.enable_md5(true).send().unwrap();
            }
            cos.clear_requests();
            client.complete_multipart_upload(BUCKET, "parts", &id, listed(&client, "parts", &id)).send().unwrap();
            assert_eq!(requests(&cos, "PUT", "partNumber").len(), usize::from(!marks), "{last}");
            assert!(read(&client, "parts") == content, "{last} {backwards}");
            expect_in_parts(&client, &content);
            assert_eq!(field(client.upload_part(BUCKET, "parts", b"x", 1, &id).send()), "upload_id");
        }
    }
}

fn expect_in_parts(client: &CosEncryptionClient, content: &[u8]) {
    for range in [MIB - 3..MIB + 3, 2 * MIB - FRAME..2 * MIB, content.len() - 1..content.len(), 0..content.len()] {
        for text in
            [format!("bytes={}-{}", range.start, range.end - 1), format!("bytes=-{}", content.len() - range.start)]
        {
            let response = client.get_object(BUCKET, "parts").range(&text).send().unwrap();
            let mut found = Vec::new();
            response.body.get_raw_stream().read_to_end(&mut found).unwrap();
            let end = if text.contains("=-") { content.len() } else { range.end };
            assert!(found == content[range.start..end], "{text} of {}", content.len());
        }
    }
}

#[test]
fn parts_that_would_not_decrypt_are_refused_by_name() {
    let (cos, client) = started();
    let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().into_inner().upload_id;
    let part = |number, len: usize| client.upload_part(BUCKET, "parts", noise(5, len), number, &id);
    let count = cos.request_count();
    assert_eq!(field(client.upload_part_at(BUCKET, "parts", b"x", 2, &id, 16).send()), "offset");
    assert_eq!(field(part(2, MIB).send()), "part_number");
    assert_eq!(field(client.upload_part(BUCKET, "parts", Body::reader(&b"x"[..]), 1, &id).send()), "body");
    assert_eq!(field(client.upload_part(BUCKET, "parts", b"x", 1, "another").send()), "upload_id");
    assert_eq!(cos.request_count(), count, "nothing was sent");
    part(1, MIB + 16).send().unwrap();
    let odd = part(2, MIB).send().unwrap_err().to_string();
    assert!(odd.starts_with("body: part 1 has 1048592 bytes, not a multiple of 65536"), "{odd}");

    let id = client.create_multipart_upload(BUCKET, "parts").send().unwrap().into_inner().upload_id;
    let part = |number, seed, len: usize| client.upload_part(BUCKET, "parts", noise(seed, len), number, &id);
    part(1, 1, MIB).send().unwrap();
    part(2, 2, MIB).send().unwrap();
    // Again is fine, with other bytes it is not.
    part(2, 2, MIB).send().unwrap();
    let changed = part(2, 3, MIB).send().unwrap_err();
    assert!(changed.to_string().contains("others than were encrypted before"), "{changed}");
    let parts = listed(&client, "parts", &id);
    let complete = |parts| client.complete_multipart_upload(BUCKET, "parts", &id, parts).send();
    assert_eq!(field(complete(parts[..1].to_vec())), "multipart_upload", "a part that was encrypted is left out");
    complete(parts).unwrap();
    assert!(read(&client, "parts") == [noise(1, MIB), noise(2, MIB)].concat());
}

#[test]
fn parts_carry_the_keys_of_the_server_side_too() {
    let (_cos, client) = started();
    let content = noise(6, 2 * MIB);
    let create = client.create_multipart_upload(BUCKET, "parts").sse_customer_algorithm("AES256");
    let create = create.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]);
    let id = create.send().unwrap().into_inner().upload_id;
    for (number, piece) in (1..).zip(content.chunks(MIB)) {
        let part = client.upload_part(BUCKET, "parts", piece, number, &id).sse_customer_algorithm("AES256");
        part.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    }
    client.complete_multipart_upload(BUCKET, "parts", &id, listed(&client, "parts", &id)).send().unwrap();
    let both = client.accept([EncryptionMode::Python, EncryptionMode::Native]);
    let get = both.get_object(BUCKET, "parts").range("bytes=1048570-1048580").sse_customer_algorithm("AES256");
    let mut body = get.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap().body;
    let mut found = Vec::new();
    body.read_to_end(&mut found).unwrap();
    assert_eq!(found, content[1_048_570..=1_048_580]);
}

#[test]
fn metadata_of_another_object_do_not_replace_the_objects_own() {
    let (cos, plain) = start();
    let native = native(&plain, aes());
    for client in [&native, &native.clone().mode(EncryptionMode::Python)] {
        client.put_object(BUCKET, b"old", "object").send().unwrap();
        let headers = client.inner().head_object(BUCKET, "object").send().unwrap().headers;
        let taken = ["key", "iv", "tag", "mode", "wrapped-key", "commitment"];
        for name in taken.map(|name| format!("X-Cos-Meta-Client-Side-Encryption-{name}")) {
            let count = cos.request_count();
            let value = headers.get(&name).unwrap_or_default();
            let put = client.put_object(BUCKET, b"new", "object").metadata(&name, &value);
            assert!(field(put.send()).contains(&name.to_ascii_lowercase()), "{name}");
            let create = client.create_multipart_upload(BUCKET, "object").metadata(&name, &value);
            assert!(field(create.send()).contains(&name.to_ascii_lowercase()), "{name}");
            let upload = client.upload_file(BUCKET, "object", file!()).metadata(&name, &value);
            assert!(field(upload.send()).contains(&name.to_ascii_lowercase()), "{name}");
            assert_eq!(cos.request_count(), count, "nothing was sent");
        }
        assert_eq!(read(client, "object"), b"old");
    }
}

#[test]
fn sizes_are_as_the_stored_format_says() {
    assert_eq!(EncryptionMode::Python.content_length(5), Some(5));
    for (stored, content) in [(16, Some(0)), (STORED as u64, Some(FRAME as u64)), (STORED as u64 + 1, None), (0, None)]
    {
        assert_eq!(EncryptionMode::Native.content_length(stored), content);
    }
}
