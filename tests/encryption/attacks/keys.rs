//! Attacks on the keys of objects: metadata that were changed, keys that were made up, key files of others.

use std::fs;
use std::path::PathBuf;

use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qcloud_cos::encryption::{AESProvider, EncryptionMode, RSAProvider};
use qcloud_cos::{ClientErrorKind, CosEncryptionClient, CosError, CosS3Client, KeyProof};
use tempfile::TempDir;

use crate::common::{BUCKET, failed, field, get, kind, noise, start};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const KEY: &str = "x-cos-meta-client-side-encryption-key";
const IV: &str = "x-cos-meta-client-side-encryption-iv";
const TAG: &str = "x-cos-meta-client-side-encryption-tag";

fn aes(plain: &CosS3Client) -> CosEncryptionClient {
    CosEncryptionClient::with_client(plain.clone(), AESProvider::aes_key(AES_KEY).unwrap())
}

fn read(client: &CosEncryptionClient, key: &str) -> Result<(Option<KeyProof>, Vec<u8>), CosError> {
    let response = client.get_object(BUCKET, key).send()?;
    let proof = response.key_proof;
    let pieces: Result<Vec<_>, _> = response.body.get_stream(100_000).collect();
    Ok((proof, pieces?.concat()))
}

/// A pair of RSA keys in files.
struct Pair {
    _folder: TempDir,
    public: PathBuf,
    private: PathBuf,
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (public, private) = (folder.path().join("public"), folder.path().join("private"));
        RSAProvider::generate_key_files(&public, &private).unwrap();
        Self { _folder: folder, public, private }
    }

    fn as_texts(&self) -> RSAProvider {
        let [public, private] = [&self.public, &self.private].map(|path| fs::read_to_string(path).unwrap());
        RSAProvider::new(RSAProvider::get_rsa_key_pair(public, private)).unwrap()
    }

    fn as_files(&self) -> RSAProvider {
        RSAProvider::new(RSAProvider::get_rsa_key_pair_path(&self.public, &self.private)).unwrap()
    }

    /// Wraps as an attacker can, who has the public key.
    fn wrap(&self, plain: &[u8]) -> Vec<u8> {
        let text = fs::read_to_string(&self.public).unwrap();
        let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let public = PublicEncryptingKey::from_der(&BASE64_STANDARD.decode(base64).unwrap()).unwrap();
        let key = Pkcs1PublicEncryptingKey::new(public).unwrap();
        let mut room = vec![0; key.ciphertext_size()];
        key.encrypt(plain, &mut room).unwrap().to_vec()
    }
}

/// Puts an object with the metadata of Python's format.
fn plant(plain: &CosS3Client, key: &str, stored: &[u8], wrapped: &[&[u8]; 2], tag: Option<&[u8]>) {
    let put = plain.put_object(BUCKET, stored, key);
    let put = put.metadata(KEY, BASE64_STANDARD.encode(wrapped[0])).metadata(IV, BASE64_STANDARD.encode(wrapped[1]));
    let put = match tag {
        Some(tag) => put.metadata(TAG, BASE64_STANDARD.encode(tag)),
        None => put,
    };
    put.send().unwrap();
}

#[test]
fn c04_an_object_that_lost_its_tag_is_not_read_in_another_place() {
    let (_cos, plain) = start();
    let client = aes(&plain);
    client.put_object(BUCKET, b"pay 1 to Alice", "one").send().unwrap();
    client.put_object(BUCKET, b"pay 1,000 to Mallory", "two").send().unwrap();
    let headers = plain.head_object(BUCKET, "two").send().unwrap().headers;
    let [key, iv] = [KEY, IV].map(|name| BASE64_STANDARD.decode(headers.get(name).unwrap()).unwrap());
    plant(&plain, "one", &get(&plain, "two"), &[&key, &iv], None);
    let error = failed(read(&client, "one"));
    assert_eq!(*error.kind(), ClientErrorKind::Decryption);
    assert!(error.to_string().contains("require_key_tag(false)"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert_eq!(kind(client.download_file(BUCKET, "one", &path).send()), ClientErrorKind::Decryption);
    assert!(!path.exists());
    // A caller that asks for it gets the other object's real content, and is told that nothing proves it.
    let lenient = client.clone().require_key_tag(false);
    let (proof, content) = read(&lenient, "one").unwrap();
    assert_eq!((proof, &content[..]), (Some(KeyProof::Unauthenticated), &b"pay 1,000 to Mallory"[..]));
    // So does one that writes no tags.
    assert!(read(&client.clone().key_tag(false), "one").is_ok());
    assert_eq!(kind(read(&client.key_tag(false).require_key_tag(true), "one")), ClientErrorKind::Decryption);
}

#[test]
fn c05_errors_of_made_up_keys_tell_nothing_of_their_padding() {
    let (_cos, plain) = start();
    let pair = Pair::new();
    let client = CosEncryptionClient::with_client(plain.clone(), pair.as_texts());
    let (key, iv) = (pair.wrap(&[1; 32]), pair.wrap(&[2; 16]));
    let (short, long, wrong) = (pair.wrap(&[1; 31]), pair.wrap(&[1; 33]), noise(1, 255));
    let wrong = [&[0], &wrong[..]].concat();
    let made_up: [(&str, [&[u8]; 2]); 5] = [
        ("right", [&key, &iv]),
        ("a short key", [&short, &iv]),
        ("a long key", [&long, &iv]),
        ("no padding of the key", [&wrong, &iv]),
        ("no padding of the IV", [&key, &wrong]),
    ];
    for (what, wrapped) in &made_up {
        plant(&plain, "object", &[7; 100], wrapped, Some(&[3; 32]));
        let error = failed(read(&client, "object"));
        assert_eq!(*error.kind(), ClientErrorKind::Decryption, "{what}");
        assert!(error.to_string().contains("the tag does not fit"), "{what}: {error}");
    }
    // Where objects without a tag are read, what is no key is noise: the same each time, and no error.
    let lenient = client.require_key_tag(false);
    for (what, wrapped) in &made_up {
        plant(&plain, "object", &[7; 100], wrapped, None);
        let (proof, content) = read(&lenient, "object").unwrap();
        assert_eq!((proof, content.len()), (Some(KeyProof::Unauthenticated), 100), "{what}");
        assert_eq!(read(&lenient, "object").unwrap().1, content, "{what}");
    }
}

#[test]
fn c05_no_private_key_is_used_on_an_object_without_a_tag() {
    let (_cos, plain) = start();
    let pair = Pair::new();
    // This provider has no private key, and says so where one is needed.
    let public = RSAProvider::new(RSAProvider::get_rsa_public_key_path(&pair.public)).unwrap();
    let client = CosEncryptionClient::with_client(plain.clone(), public);
    plant(&plain, "object", b"x", &[&[1; 256], &[2; 256]], Some(&[3; 32]));
    assert_eq!(field(read(&client, "object")), "private_key");
    plant(&plain, "object", b"x", &[&[1; 256], &[2; 256]], None);
    assert_eq!(kind(read(&client, "object")), ClientErrorKind::Decryption);
}

#[test]
fn c05_a_pair_that_wraps_by_pkcs1_is_not_used_in_native_mode_too() {
    let (_cos, plain) = start();
    let pair = Pair::new();
    let both = [EncryptionMode::Python, EncryptionMode::Native];
    for mode in both {
        let provider = pair.as_texts();
        let client = CosEncryptionClient::with_client(plain.clone(), provider.clone()).mode(mode).accept(both);
        client.put_object(BUCKET, b"x", "object").send().unwrap();
        assert_eq!(read(&client, "object").unwrap().1, b"x");
        let other = both.into_iter().find(|other| *other != mode).unwrap();
        let client = CosEncryptionClient::with_client(plain.clone(), provider).mode(other).accept(both);
        assert_eq!(field(client.put_object(BUCKET, b"x", "other").send()), "provider", "{other}");
        CosEncryptionClient::with_client(plain.clone(), pair.as_texts())
            .mode(other)
            .put_object(BUCKET, b"x", "other")
            .send()
            .unwrap();
        assert_eq!(field(read(&client, "other")), "provider", "{other}");
    }
    // OAEP wraps in both modes by other hashes.
    let provider = pair.as_files();
    for mode in both {
        let client = CosEncryptionClient::with_client(plain.clone(), provider.clone()).mode(mode);
        client.put_object(BUCKET, b"x", "object").send().unwrap();
        assert_eq!(read(&client, "object").unwrap().1, b"x");
    }
}

#[test]
fn c09_a_tag_that_anybody_can_make_does_not_pass_for_the_callers() {
    let (_cos, plain) = start();
    let pair = Pair::new();
    let public = RSAProvider::new(RSAProvider::get_rsa_public_key_path(&pair.public)).unwrap();
    CosEncryptionClient::with_client(plain.clone(), public).put_object(BUCKET, b"forged", "object").send().unwrap();
    let reader = CosEncryptionClient::with_client(plain.clone(), pair.as_files());
    assert_eq!(read(&reader, "object").unwrap(), (Some(KeyProof::Consistent), b"forged".to_vec()));
    // With an AES key the writer had it.
    let client = aes(&plain);
    client.put_object(BUCKET, b"own", "object").send().unwrap();
    assert_eq!(read(&client, "object").unwrap(), (Some(KeyProof::Tagged), b"own".to_vec()));
}

#[cfg(unix)]
#[test]
fn c12_key_files_that_others_may_read_or_write_are_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let pair = Pair::new();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    AESProvider::generate_key_file(&key).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o600] {
        let allowed = mode == 0o600;
        for path in [&key, &pair.private] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let aes = AESProvider::aes_key_path(&key);
        assert_eq!(aes.is_ok(), allowed, "{mode:o}");
        let rsa = || RSAProvider::get_rsa_key_pair_path(&pair.public, &pair.private);
        assert_eq!(RSAProvider::new(rsa()).is_ok(), allowed, "{mode:o}");
        if let Err(error) = aes {
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        // A caller that knows better says so.
        AESProvider::aes_key_path_readable_by_others(&key).unwrap();
        RSAProvider::new(rsa().readable_by_others()).unwrap();
    }
}

#[test]
fn c12_native_mode_does_not_write_with_a_short_key_unless_told_to() {
    let (cos, plain) = start();
    for len in [16, 24] {
        let provider = AESProvider::aes_key(BASE64_STANDARD.encode(noise(1, len))).unwrap();
        let client = |provider: &AESProvider| {
            CosEncryptionClient::with_client(plain.clone(), provider.clone()).mode(EncryptionMode::Native)
        };
        let count = cos.request_count();
        assert_eq!(field(client(&provider).put_object(BUCKET, b"x", "object").send()), "aes_key", "{len}");
        assert_eq!(cos.request_count(), count, "nothing was sent");
        client(&provider.clone().allow_short_key()).put_object(BUCKET, b"x", "object").send().unwrap();
        // To read takes no permission: it weakens nothing.
        assert_eq!(read(&client(&provider), "object").unwrap().1, b"x");
    }
}

#[test]
fn names_of_files_in_the_place_of_keys_are_refused_with_the_call_that_takes_them() {
    let pair = Pair::new();
    let [public, private] = [&pair.public, &pair.private].map(|path| path.to_str().unwrap());
    let error = RSAProvider::new(RSAProvider::get_rsa_key_pair(public, private)).unwrap_err().to_string();
    assert!(error.starts_with("public_key: ") && error.contains("get_rsa_key_pair_path"), "{error}");
    let error = AESProvider::aes_key(public).unwrap_err().to_string();
    assert!(error.starts_with("aes_key: is not Base64") && error.contains("aes_key_path"), "{error}");
}
