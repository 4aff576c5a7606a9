//! Uploads in parts whose server confuses them, and clients that confuse uploads.

use qcloud_cos::encryption::{AESProvider, EncryptionMode};
use qcloud_cos::multipart::Part;
use qcloud_cos::{ClientErrorKind, CosEncryptionClient};

use super::tap::Tap;
use crate::common::{BUCKET, MIB, client_with_retry, field, kind, noise, start};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MODES: [EncryptionMode; 2] = [EncryptionMode::Python, EncryptionMode::Native];

fn aes() -> AESProvider {
    AESProvider::aes_key(AES_KEY).unwrap()
}

#[test]
fn c02_one_upload_id_for_two_uploads_ends_both() {
    for mode in MODES {
        // Whatever is started, it gets the same id.
        let tap = Tap::answering(|request| match request.method.as_str() {
            "POST" => {
                let id = "<Bucket>b</Bucket><Key>k</Key><UploadId>same</UploadId>";
                let xml = format!("<InitiateMultipartUploadResult>{id}</InitiateMultipartUploadResult>");
                (200, String::new(), xml.into_bytes())
            }
            _ => (200, "ETag: \"e\"\r\n".to_owned(), Vec::new()),
        });
        let plain = client_with_retry(tap.config(), 0);
        let client = CosEncryptionClient::with_client(plain, aes()).mode(mode);
        let create = |key: &str| client.create_multipart_upload(BUCKET, key).send().map(|made| made.upload_id.clone());
        assert_eq!(create("alice").unwrap(), "same");
        client.upload_part(BUCKET, "alice", noise(1, MIB), 1, "same").send().unwrap();
        assert_eq!(kind(create("mallory")), ClientErrorKind::Protocol, "{mode}");
        tap.clear();
        for key in ["alice", "mallory"] {
            let part = client.upload_part_at(BUCKET, key, noise(2, MIB), 2, "same", MIB as u64);
            assert_eq!(kind(part.send()), ClientErrorKind::Protocol, "{mode} {key}");
            let parts = vec![Part { part_number: 1, etag: "\"e\"".to_owned() }];
            let complete = client.complete_multipart_upload(BUCKET, key, "same", parts);
            assert_eq!(kind(complete.send()), ClientErrorKind::Protocol, "{mode} {key}");
        }
        assert!(tap.seen().is_empty(), "{mode}: nothing was sent");
    }
}

#[test]
fn c02_a_part_goes_to_the_object_its_upload_was_started_for() {
    for mode in MODES {
        let (cos, plain) = start();
        plain.create_bucket("other-1250000000").send().unwrap();
        let client = CosEncryptionClient::with_client(plain, aes()).mode(mode);
        let id = client.create_multipart_upload(BUCKET, "object").send().unwrap().upload_id.clone();
        let count = cos.request_count();
        for (bucket, key) in [(BUCKET, "other"), ("other-1250000000", "object")] {
            assert_eq!(field(client.upload_part(bucket, key, b"x", 1, &id).send()), "upload_id", "{mode}");
            let parts = vec![Part { part_number: 1, etag: "\"e\"".to_owned() }];
            assert_eq!(field(client.complete_multipart_upload(bucket, key, &id, parts).send()), "upload_id", "{mode}");
            assert_eq!(field(client.abort_multipart_upload(bucket, key, &id).send()), "upload_id", "{mode}");
        }
        assert_eq!(cos.request_count(), count, "nothing was sent");
        // The same name, written otherwise.
        client.upload_part(BUCKET, "/object", b"x", 1, &id).send().unwrap();
        client.abort_multipart_upload(BUCKET, "object", &id).send().unwrap();
    }
}

#[test]
fn c06_an_upload_is_not_completed_by_a_client_that_does_not_know_its_end() {
    let (_cos, plain) = start();
    let sender = CosEncryptionClient::with_client(plain.clone(), aes()).mode(EncryptionMode::Native);
    let id = sender.create_multipart_upload(BUCKET, "object").send().unwrap().upload_id.clone();
    let etag = sender.upload_part(BUCKET, "object", noise(1, MIB), 1, &id).send().unwrap().etag.clone();
    let parts = vec![Part { part_number: 1, etag }];
    let other = CosEncryptionClient::with_client(plain.clone(), aes()).mode(EncryptionMode::Native);
    let complete = other.complete_multipart_upload(BUCKET, "object", &id, parts.clone());
    assert_eq!(field(complete.send()), "upload_id");
    assert!(!plain.object_exists(BUCKET, "object").send().unwrap());
    // A clone of the sender knows it.
    sender.clone().complete_multipart_upload(BUCKET, "object", &id, parts).send().unwrap();
    let found = sender.get_object(BUCKET, "object").send().unwrap().body.get_stream(MIB);
    assert!(found.collect::<Result<Vec<_>, _>>().unwrap().concat() == noise(1, MIB));
}
