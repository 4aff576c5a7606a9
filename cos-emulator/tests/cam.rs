//! STS and the metadata service: who is given temporary keys, and how long those are good.

mod common;

use std::io::{BufReader, Write};
use std::time::{Duration, UNIX_EPOCH};

use common::{Answer, BUCKET, Client};
use cos_emulator::CosEmulator;

/// When the recorded requests were signed, and with which key.
const NOW: u64 = 1_760_000_000;
const ID: &str = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001";
const KEY: &str = "ExampleSecretKeyExampleSecretKey";

/// A request as the official `tencentcloud-sdk-python` 3.0.1459 made it at that time.
const BODY: &str = r#"{"RoleArn": "qcs::cam::uin/100000000001:roleName/reader", "RoleSessionName": "example", "DurationSeconds": 7200}"#;
const AUTHORIZATION: &str = "TC3-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001/2025-10-09/sts/tc3_request, \
     SignedHeaders=content-type;host, Signature=35ad02a6f43e23ee1d179088a621390bdedb03929185aae0dbb5b268fbb27eea";

fn start(now: u64) -> CosEmulator {
    let clock = move || UNIX_EPOCH + Duration::from_secs(now);
    let emulator = CosEmulator::builder().credential(ID, KEY).instance_role("reader").clock(clock).start().unwrap();
    emulator.create_bucket(BUCKET).unwrap();
    emulator
}

/// Sends the recorded request with a piece of its text replaced; returns the answer's body.
fn recorded(emulator: &CosEmulator, from: &str, to: &str) -> String {
    let head = format!(
        "POST / HTTP/1.1\r\nHost: sts.tencentcloudapi.com\r\nContent-Type: application/json\r\n\
         X-TC-Action: AssumeRole\r\nX-TC-Timestamp: {NOW}\r\nX-TC-Version: 2018-08-13\r\nX-TC-Region: ap-guangzhou\r\n\
         Authorization: {AUTHORIZATION}\r\n"
    );
    let [head, body] = [head.as_str(), BODY].map(|text| text.replace(from, to));
    assert!(from.is_empty() || head.contains(to) || body.contains(to), "{from} is not replaced");
    send(emulator, &format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
}

fn send(emulator: &CosEmulator, request: &str) -> String {
    let stream = Client::of(emulator).connect();
    (&stream).write_all(request.as_bytes()).unwrap();
    Answer::read(&mut BufReader::new(&stream), false).unwrap().text().to_owned()
}

#[test]
fn a_request_of_the_official_api_sdk_is_accepted_and_nothing_in_it_can_be_changed() {
    let emulator = start(NOW + 300);
    let given = recorded(&emulator, "\u{0}", "");
    assert!(
        given.contains(r#""ExpiredTime":1760007500"#) && given.contains(r#""Expiration":"2025-10-09T10:58:20Z""#),
        "{given}"
    );
    for (from, to, code) in [
        ("7200}", "7201}", "AuthFailure.SignatureFailure"),
        ("application/json", "application/jsom", "AuthFailure.SignatureFailure"),
        ("Host: sts.tencentcloudapi.com", "Host: sts.intl.tencentcloudapi.com", "AuthFailure.SignatureFailure"),
        ("2025-10-09/", "2025-10-10/", "AuthFailure.SignatureFailure"),
        ("/sts/", "/cvm/", "AuthFailure.SignatureFailure"),
        ("eea\r\n", "eeb\r\n", "AuthFailure.SignatureFailure"),
        ("POST / ", "POST /?a=b ", "AuthFailure.SignatureFailure"),
        ("X-TC-Timestamp: 1760000000", "X-TC-Timestamp: 1760000001", "AuthFailure.SignatureFailure"),
        ("X-TC-Timestamp: 1760000000", "X-TC-Timestamp: 1759999999", "AuthFailure.SignatureExpire"),
        ("SignedHeaders=content-type;host", "SignedHeaders=host", "AuthFailure.InvalidAuthorization"),
        ("TC3-HMAC-SHA256 C", "TC4-HMAC-SHA256 C", "AuthFailure.InvalidAuthorization"),
        ("Credential=AKID", "Credential=BKID", "AuthFailure.SecretIdNotFound"),
        ("X-TC-Region: ap-guangzhou", "X-TC-Token: token", "AuthFailure.TokenFailure"),
        ("X-TC-Region: ap-guangzhou", "X-None: x", "MissingParameter"),
        ("2018-08-13", "2017-03-12", "NoSuchVersion"),
        ("X-TC-Action: AssumeRole", "X-TC-Action: GetCallerIdentity", "InvalidAction"),
        ("X-TC-Action: AssumeRole", "X-TC-Action: GetFederationToken", "MissingParameter"),
    ] {
        let answer = recorded(&emulator, from, to);
        assert!(answer.contains(&format!(r#""Code":"{code}""#)), "{to}: {answer}");
        assert!(!answer.contains("TmpSecretKey"), "{to}: {answer}");
    }
}

#[test]
fn a_request_in_the_older_form_is_accepted_and_nothing_in_it_can_be_changed() {
    let emulator = start(NOW);
    // Signed by hmac.new(KEY, 'POSTsts.tencentcloudapi.com/?...', hashlib.sha1), as qcloud-python-sts does.
    let form = "Action=AssumeRole&DurationSeconds=1800&Nonce=1&Region=ap-guangzhou&RoleArn=qcs%3A%3Acam%3A%3Auin%2F1%3AroleName%2Fr\
                &RoleSessionName=example&SecretId=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001&Timestamp=1760000000&Version=2018-08-13\
                &Signature=GE%2B3Cqj%2Bb5xwV4lWqKfbPx4HnEk%3D";
    let post = |form: &str| {
        let head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        send(&emulator, &format!("{head}Content-Length: {}\r\n\r\n{form}", form.len()))
    };
    assert!(post(form).contains(r#""ExpiredTime":1760001800"#), "{}", post(form));
    for (from, to) in [("1800", "1801"), ("Nonce=1", "Nonce=2"), ("roleName%2Fr", "roleName%2Fs"), ("example", "other")]
    {
        assert!(post(&form.replace(from, to)).contains("AuthFailure.SignatureFailure"), "{to}");
    }
    assert!(post("Action=AssumeRole").contains("AuthFailure.InvalidAuthorization"));
}

#[test]
fn the_metadata_service_gives_the_keys_of_its_role_alone() {
    let emulator = start(NOW);
    let get = |path: &str| {
        send(&emulator, &format!("GET /latest/meta-data/{path} HTTP/1.1\r\nHost: metadata.tencentyun.com\r\n\r\n"))
    };
    assert_eq!(get("cam/security-credentials/"), "reader");
    let given = get("cam/security-credentials/reader");
    assert!(given.contains(r#""ExpiredTime":1760021600"#) && given.contains(r#""Code":"Success""#), "{given}");
    assert_ne!(get("cam/security-credentials/reader"), given);
    assert_eq!(get("cam/security-credentials/writer"), "");
    assert_eq!(get("instance-id"), "");
}

#[test]
fn a_temporary_key_is_good_with_its_token_until_it_expires() {
    let emulator = CosEmulator::builder().instance_role("reader").start().unwrap();
    let text =
        send(&emulator, "GET /latest/meta-data/cam/security-credentials/reader HTTP/1.1\r\nHost: 169.254.0.23\r\n\r\n");
    let field =
        |name: &str| text.split(&format!(r#""{name}":""#)).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (id, key) = (field("TmpSecretId"), field("TmpSecretKey"));
    let client = Client { id, key, ..Client::of(&emulator) };
    let put = |token: &str| client.request("PUT", "/k").header("x-cos-security-token", token).body("x").send();
    assert_eq!(put(&field("Token")).status, 200);
    assert_eq!(put("other").error(), (403, "InvalidSecurityToken"));
    assert_eq!(client.put("/k", "x").error(), (403, "InvalidAccessKeyId"));
    emulator.expire_credentials();
    assert_eq!(put(&field("Token")).error(), (403, "ExpiredToken"));
    assert_eq!(Client::of(&emulator).put("/k", "x").status, 200);
}
