//! Tests with given random bytes: against recordings of the official Python SDK, and against objects that another
//! implementation of native mode wrote.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cos_emulator::CosEmulator;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::cipher::KeyProof;
use crate::client::CosS3Client;
use crate::config::CosConfig;
use crate::encryption::{AESProvider, CosEncryptionClient, EncryptionMode, Provider, RSAProvider};
use crate::error::{ClientErrorKind, CosError};
use crate::wire::sign::hex;

const BUCKET: &str = "examplebucket-1250000000";
const MIB: usize = 1024 * 1024;
const KEY_HEADER: &str = "x-cos-meta-client-side-encryption-key";
const IV_HEADER: &str = "x-cos-meta-client-side-encryption-iv";
const TAG_HEADER: &str = "x-cos-meta-client-side-encryption-tag";

fn start() -> (CosEmulator, CosS3Client) {
    let cos = CosEmulator::start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let config = CosConfig::builder().region(cos.region()).secret_id(cos.secret_id()).secret_key(cos.secret_key());
    let config = config.scheme("http").proxies(Vec::<(&str, &str)>::new()).ip("127.0.0.1").port(cos.port());
    let client = CosS3Client::new(config.build().unwrap()).unwrap();
    (cos, client)
}

fn read(client: &CosEncryptionClient, key: &str) -> Vec<u8> {
    let mut content = Vec::new();
    client.get_object(BUCKET, key).send().unwrap().body.read_to_end(&mut content).unwrap();
    content
}

fn stored(client: &CosS3Client, key: &str) -> Vec<u8> {
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
fn what_another_implementation_wrote_is_read_and_written_byte_for_byte() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/encryption/native.json");
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(cases.len(), 9);
    let (_cos, plain) = start();
    for case in &cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let (name, key, object_key) = (text("name"), text("key"), unhex(text("object_key")));
        let provider: Provider = if text("provider") == "aes" {
            AESProvider::aes_key(text("aes_key")).unwrap().allow_short_key().into()
        } else {
            let pair = RSAProvider::get_rsa_key_pair(text("public_key"), text("private_key"));
            RSAProvider::new(pair).unwrap().into()
        };
        let client = CosEncryptionClient::with_client(plain.clone(), provider).mode(EncryptionMode::Native);
        let client = client.random_from(move |bytes| bytes.copy_from_slice(&object_key));
        let length = usize::try_from(case["content_length"].as_u64().unwrap()).unwrap();
        let content: Vec<u8> = (0..length).map(|i| ((i ^ (i >> 8) ^ (i >> 16)) & 255) as u8).collect();
        let (metadata, stored) = (case["metadata"].as_object().unwrap(), unhex(text("stored")));
        assert_eq!(text("bucket"), BUCKET);
        let mut put = plain.put_object(BUCKET, stored.clone(), key);
        for (name, value) in metadata {
            put = put.metadata(name, value.as_str().unwrap());
        }
        put.send().unwrap();
        let response = client.get_object(BUCKET, key).send().unwrap();
        assert_eq!(response.key_proof, Some(KeyProof::Authenticated), "{name}");
        assert_eq!((response.content_length, response.body.content_length()), (length as u64, Some(length as u64)));
        assert!(read(&client, key) == content, "{name}");
        if case["empty_last_frame"] == true {
            continue;
        }
        client.put_object(BUCKET, content, key).send().unwrap();
        assert!(self::stored(&plain, key) == stored, "{name}");
        let sent = plain.head_object(BUCKET, key).send().unwrap().headers;
        for (header, value) in metadata {
            // RSA wraps by random padding.
            if text("provider") == "aes" || !header.ends_with("wrapped-key") {
                assert_eq!(sent.get(header).as_deref(), value.as_str(), "{name} {header}");
            }
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// With Python's random bytes this crate sends the same requests and reads the same objects. Python's RSA uses random
/// padding, so for RSA its objects must decrypt here instead.
#[test]
fn recordings_of_python_are_equal() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire/golden.json");
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let cases: Vec<&Value> = cases.iter().filter(|case| !case["client"]["encryption"].is_null()).collect();
    assert_eq!(cases.len(), 14);
    let (cos, plain) = start();
    let folder = tempfile::tempdir().unwrap();
    let whole = |wanted: &str| {
        let same = |case: &&&Value| metadata_of_answer(case) == wanted && case["args"]["Range"].is_null();
        cases.iter().find(same).map(|case| unbase64(&case["responses"][1]["body_b64"]))
    };
    for case in &cases {
        let (id, args) = (case["id"].as_str().unwrap(), &case["args"]);
        let provider = recorded_provider(&case["client"]["encryption"], folder.path());
        let client = CosEncryptionClient::with_client(plain.clone(), provider).key_tag(false);
        let random = Mutex::new(unbase64(&case["random_b64"]));
        let client = client.random_from(move |bytes| {
            let rest = random.lock().unwrap().split_off(0);
            bytes.copy_from_slice(&rest[..bytes.len()]);
            random.lock().unwrap().extend(&rest[bytes.len()..]);
        });
        let is_rsa = case["client"]["encryption"]["type"] == "rsa";
        let request = &case["requests"][0];
        match case["call"].as_str().unwrap() {
            "put_object" if is_rsa => {
                let body = unbase64(&request["body_b64"]);
                let mut put = plain.put_object(BUCKET, body, "object");
                for name in [KEY_HEADER, IV_HEADER] {
                    put = put.metadata(name, request["headers"][name].as_str().unwrap());
                }
                put.send().unwrap();
                assert_eq!(read(&client, "object"), unbase64(&args["Body"]["$bytes_b64"]), "{id}");
            }
            "put_object" => {
                let body = [&args["Body"]["$bytes_b64"], &args["Body"]["$file_b64"]].map(unbase64).concat();
                let md5 = args["EnableMD5"] == true;
                client.put_object(BUCKET, body.clone(), "object").enable_md5(md5).send().unwrap();
                assert_eq!(read(&client, "object"), body, "{id}");
                // Python refuses to compute the MD5, so there is no request.
                if !md5 {
                    let sent = plain.get_object(BUCKET, "object").send().unwrap();
                    for name in [KEY_HEADER, IV_HEADER] {
                        assert_eq!(sent.headers.get(name).as_deref(), request["headers"][name].as_str(), "{id} {name}");
                    }
                    assert!(sent.headers.get(TAG_HEADER).is_none());
                    let stored: Result<Vec<_>, _> = sent.body.get_stream(MIB).collect();
                    let stored = stored.unwrap().concat();
                    match request["body_sha256"].as_str() {
                        Some(sha256) => assert_eq!(hex(&Sha256::digest(&stored)), sha256, "{id}"),
                        None => assert!(stored == unbase64(&request["body_b64"]), "{id}"),
                    }
                }
            }
            "create_multipart_upload" => {
                client.create_multipart_upload(BUCKET, "object").storage_class("STANDARD").send().unwrap();
                let sent = cos.requests().pop().unwrap();
                for name in [KEY_HEADER, IV_HEADER] {
                    assert_eq!(sent.header(name), request["headers"][name].as_str(), "{id} {name}");
                }
            }
            "get_object" => {
                let headers = &case["responses"][0]["headers"];
                let stored = whole(&metadata_of_answer(case)).unwrap_or_else(|| {
                    // A range, which starts at a block, of an object that is nowhere recorded as a whole.
                    [vec![0; 32], unbase64(&case["responses"][1]["body_b64"])].concat()
                });
                let mut put = plain.put_object(BUCKET, stored.clone(), "object");
                for name in [KEY_HEADER, IV_HEADER] {
                    if let Some(value) = headers[name].as_str() {
                        put = put.metadata(name, value);
                    }
                }
                put.send().unwrap();
                let mut get = client.get_object(BUCKET, "object");
                if let Some(range) = args["Range"].as_str() {
                    get = get.range(range);
                }
                if headers[KEY_HEADER].is_null() {
                    assert_eq!(*kind(&get.send().unwrap_err()), ClientErrorKind::Decryption, "{id}");
                    continue;
                }
                let mut found = Vec::new();
                get.send().unwrap().body.read_to_end(&mut found).unwrap();
                let recorded = &case["result"]["Body"]["$stream_b64"];
                match args["Range"].as_str() {
                    // Python cannot read the last bytes.
                    Some("bytes=-5") => assert_eq!(found, (106..111).collect::<Vec<u8>>(), "{id}"),
                    _ => assert_eq!(found, unbase64(recorded), "{id}"),
                }
            }
            other => panic!("{other}"),
        }
    }
}

/// The wrapped key that an answer names, which tells objects apart.
fn metadata_of_answer(case: &Value) -> String {
    case["responses"][0]["headers"][KEY_HEADER].as_str().unwrap_or_default().to_owned()
}

fn unbase64(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap_or_default()).unwrap()
}

fn recorded_provider(encryption: &Value, folder: &Path) -> Provider {
    let text = |name: &str| encryption[name].as_str().unwrap();
    let file = |name: &str| {
        fs::write(folder.join(name), text(name)).unwrap();
        folder.join(name)
    };
    match (encryption["type"].as_str().unwrap(), encryption["via"].as_str()) {
        ("aes", Some("path")) => AESProvider::aes_key_path_readable_by_others(file("key_b64")).unwrap().into(),
        ("aes", _) => AESProvider::aes_key(text("key_b64")).unwrap().into(),
        (_, Some("path")) => {
            let pair = RSAProvider::get_rsa_key_pair_path(file("public_key"), file("private_key"));
            RSAProvider::new(pair.readable_by_others()).unwrap().into()
        }
        _ => RSAProvider::new(RSAProvider::get_rsa_key_pair(text("public_key"), text("private_key"))).unwrap().into(),
    }
}
