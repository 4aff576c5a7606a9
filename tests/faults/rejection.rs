//! What COS must refuse: wrong keys, wrong times, and anything changed after it was signed.

use std::time::{Duration, SystemTime};

use crate::common::{
    BUCKET, client, client_off_by, code, config, domain_config, get, keys, plain, put, refused, requests, start,
    start_with_domain,
};
use cos_emulator::CosEmulator;
use qcloud_cos::{CosError, CosS3Client, CredentialProvider, Credentials};

const TOKEN: [&str; 3] = ["AKIDTEMPORARY", "TemporarySecretKey", "TemporaryToken+/="];

fn denied() -> (u16, String) {
    (403, "AccessDenied".to_owned())
}

fn forged() -> (u16, String) {
    (403, "SignatureDoesNotMatch".to_owned())
}

/// The error code in an answer that no SDK read.
fn plain_code(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let (status, text) = plain(method, url, headers, body.as_bytes());
    let found = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (status, found.map_or(text.clone(), |(code, _)| code.to_owned()))
}

fn ok(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

#[test]
fn a_wrong_secret_key_is_refused_and_sent_once() {
    let (cos, _owner) = start();
    let client = client(config(&cos).secret_key("AnotherSecretKey"));
    assert_eq!(code(client.put_object(BUCKET, b"x", "k").send()), forged());
    assert_eq!(code(client.list_objects(BUCKET).send()), forged());
    assert_eq!(refused(client.head_object(BUCKET, "k").send()).get_status_code(), 403);
    assert_eq!(cos.request_count(), 3);
}

#[test]
fn a_wrong_secret_id_is_refused() {
    let (cos, _owner) = start();
    let client = client(config(&cos).secret_id("AKIDNOBODY"));
    assert_eq!(code(client.list_objects(BUCKET).send()), (403, "InvalidAccessKeyId".to_owned()));
}

#[test]
fn a_clock_that_is_days_wrong_is_refused_and_a_little_is_not() {
    let (cos, _owner) = start();
    let day = 24 * 3600;
    let late = refused(client_off_by(config(&cos), -2 * day).list_objects(BUCKET).send());
    assert_eq!((late.get_error_code(), late.get_error_msg()), ("AccessDenied", "Request has expired"));
    let early = client_off_by(config(&cos), 2 * day).list_objects(BUCKET).send();
    assert_eq!(code(early), (403, "RequestTimeTooSkewed".to_owned()));
    for seconds in [-9000, -30, 30, 600] {
        client_off_by(config(&cos), seconds).list_objects(BUCKET).send().unwrap();
    }
}

#[test]
fn temporary_keys_work_with_their_token_alone() {
    let (cos, _owner) = start();
    cos.add_temporary_credential(TOKEN[0], TOKEN[1], TOKEN[2]);
    let temporary = || config(&cos).secret_id(TOKEN[0]).secret_key(TOKEN[1]);
    put(&client(temporary().token(TOKEN[2])), "k", b"x");
    let sent = requests(&cos, "PUT", "").remove(0);
    assert_eq!(sent.header("x-cos-security-token"), Some(TOKEN[2]));
    assert!(sent.header("authorization").unwrap().contains("x-cos-security-token"), "the token must be signed");
    let without = refused(client(temporary()).list_objects(BUCKET).send());
    let wrong = refused(client(temporary().token("AnotherToken")).list_objects(BUCKET).send());
    assert_eq!((without.get_status_code(), wrong.get_status_code()), (403, 403));
    let foreign = client(config(&cos).token(TOKEN[2])).list_objects(BUCKET).send();
    assert_eq!(refused(foreign).get_status_code(), 403);
    cos.remove_credential(TOKEN[0]);
    assert_eq!(refused(client(temporary().token(TOKEN[2])).list_objects(BUCKET).send()).get_status_code(), 403);
}

#[test]
fn credentials_of_a_provider_sign_with_their_token() {
    struct Provider;
    impl CredentialProvider for Provider {
        fn credentials(&self) -> Result<Credentials, CosError> {
            Ok(Credentials::with_token(TOKEN[0], TOKEN[1], TOKEN[2]))
        }
    }
    let (cos, _owner) = start();
    cos.add_temporary_credential(TOKEN[0], TOKEN[1], TOKEN[2]);
    let builder = qcloud_cos::CosConfig::builder().region(cos.region()).scheme("http").ip("127.0.0.1").port(cos.port());
    put(&client(builder.credential_instance(Provider)), "k", b"x");
}

#[test]
fn an_anonymous_client_signs_nothing_and_sees_only_what_is_public() {
    let (cos, owner) = start();
    owner.put_object(BUCKET, b"x", "open").acl("public-read").send().unwrap();
    put(&owner, "closed", b"x");
    cos.clear_requests();
    let anyone = client(config(&cos).anonymous(true));
    assert_eq!(get(&anyone, "open"), b"x");
    assert_eq!(code(anyone.get_object(BUCKET, "closed").send()), denied());
    assert_eq!(code(anyone.put_object(BUCKET, b"x", "k").send()), denied());
    assert_eq!(code(anyone.list_objects(BUCKET).send()), denied());
    assert!(cos.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_presigned_get_works_for_whoever_has_it() {
    let (_cos, client) = start_with_domain();
    for key in ["k", "目录/a b+c%2F?&#.txt", "a/../b"] {
        put(&client, key, key.as_bytes());
        let url = client.get_presigned_download_url(BUCKET, key).sign().unwrap();
        assert_eq!(plain_code("GET", &url, &[], ""), ok(key));
        let url = client.get_presigned_url(BUCKET, key, "head").sign().unwrap();
        assert_eq!(plain("HEAD", &url, &[], b"").0, 200);
    }
    let url = client.get_presigned_download_url(BUCKET, "missing").sign().unwrap();
    assert_eq!(plain_code("GET", &url, &[], ""), (404, "NoSuchKey".to_owned()));
}

#[test]
fn a_presigned_get_is_refused_once_anything_of_it_is_changed() {
    let (cos, client) = start_with_domain();
    cos.create_bucket("other-1250000000").unwrap();
    client.put_object(BUCKET, b"x", "k").send().unwrap();
    client.put_object(BUCKET, b"y", "k2").send().unwrap();
    let url = client.get_presigned_download_url(BUCKET, "k").param("response-content-type", "a/b").sign().unwrap();
    assert_eq!(plain_code("GET", &url, &[], ""), ok("x"));
    for (from, to) in [
        ("/k?", "/k2?"),
        ("a%2Fb", "text%2Fhtml"),
        ("response-content-type", "response-content-encoding"),
        ("q-signature=", "q-signature=0"),
        ("q-url-param-list=response-content-type", "q-url-param-list="),
        ("q-header-list=host", "q-header-list="),
    ] {
        let changed = url.replacen(from, to, 1);
        assert_ne!(changed, url, "{from}");
        assert_eq!(plain_code("GET", &changed, &[], ""), forged(), "{from}");
    }
    assert_eq!(plain_code("PUT", &url, &[], "z"), forged());
    assert_eq!(plain_code("DELETE", &url, &[], ""), forged());
    let other_host = ("Host", "other-1250000000.cos.ap-guangzhou.myqcloud.com");
    assert_eq!(plain_code("GET", &url, &[other_host], ""), forged());
    assert_eq!(get(&client, "k"), b"x");
}

#[test]
fn the_time_of_a_presigned_url_cannot_be_stretched() {
    let (cos, _client) = start_with_domain();
    let past = client_off_by(domain_config(&cos), -3600);
    put(&past, "k", b"x");
    let expired = past.get_presigned_download_url(BUCKET, "k").expired(60).sign().unwrap();
    assert_eq!(plain_code("GET", &expired, &[], ""), denied());
    let valid = past.get_presigned_download_url(BUCKET, "k").expired(7200).sign().unwrap();
    assert_eq!(plain_code("GET", &valid, &[], ""), ok("x"));
    let end = |url: &str| {
        let (_, rest) = url.split_once("q-key-time=").unwrap();
        rest.split('&').next().unwrap().rsplit("%3B").next().unwrap().to_owned()
    };
    let stretched = expired.replace(&end(&expired), &end(&valid));
    assert_ne!(stretched, expired);
    assert_eq!(plain_code("GET", &stretched, &[], ""), forged());
}

#[test]
fn a_presigned_url_is_valid_for_five_minutes_unless_told() {
    let (_cos, client) = start_with_domain();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let url = client.get_presigned_download_url(BUCKET, "k").sign().unwrap();
    let end = url.split_once("q-sign-time=").unwrap().1.split('&').next().unwrap().rsplit("%3B").next().unwrap();
    let end = Duration::from_secs(end.parse().unwrap());
    assert!((now + Duration::from_secs(299)..now + Duration::from_secs(310)).contains(&end), "{end:?} {now:?}");
}

#[test]
fn a_presigned_put_takes_the_headers_it_was_signed_with_and_no_others() {
    let (_cos, client) = start_with_domain();
    let sign = client.get_presigned_url(BUCKET, "k", "PUT").header("x-cos-meta-a", "1").header("content-type", "a/b");
    let url = sign.sign().unwrap();
    let own = ("content-type", "a/b");
    assert_eq!(plain_code("PUT", &url, &[], "x"), forged());
    assert_eq!(plain_code("PUT", &url, &[("x-cos-meta-a", "2"), own], "x"), forged());
    assert_eq!(plain_code("PUT", &url, &[("x-cos-meta-a", "1"), ("content-type", "text/html")], "x"), forged());
    assert!(!client.object_exists(BUCKET, "k").send().unwrap());
    assert_eq!(plain_code("PUT", &url, &[("x-cos-meta-a", "1"), own], "x").0, 200);
    let head = client.head_object(BUCKET, "k").send().unwrap();
    assert_eq!((head.content_type.as_str(), head.headers.get("x-cos-meta-a").unwrap().as_str()), ("a/b", "1"));
    assert_eq!(get(&client, "k"), b"x");
}

#[test]
fn a_presigned_url_of_temporary_keys_carries_its_token_signed() {
    let (cos, owner) = start_with_domain();
    put(&owner, "k", b"x");
    cos.add_temporary_credential(TOKEN[0], TOKEN[1], TOKEN[2]);
    let client = client(domain_config(&cos).secret_id(TOKEN[0]).secret_key(TOKEN[1]).token(TOKEN[2]));
    let url = client.get_presigned_download_url(BUCKET, "k").sign().unwrap();
    assert_eq!(plain_code("GET", &url, &[], ""), ok("x"));
    let (before, _) = url.split_once("&x-cos-security-token=").unwrap();
    assert_eq!(plain("GET", before, &[], b"").0, 403);
    assert_eq!(plain("GET", &url.replace("TemporaryToken", "OtherToken"), &[], b"").0, 403);
    assert!(url.contains("q-url-param-list=x-cos-security-token"));
}

#[test]
fn an_anonymous_clients_presigned_url_is_the_plain_one() {
    let (cos, _owner) = start_with_domain();
    let anyone = client(domain_config(&cos).anonymous(true));
    let url = anyone.get_presigned_download_url(BUCKET, "a b").sign().unwrap();
    assert_eq!(url, format!("http://{}/a%20b", cos.addr()));
    assert_eq!(url, anyone.get_object_url(BUCKET, "a b").unwrap());
    assert_eq!(anyone.get_auth("GET", BUCKET, "a b").sign().unwrap(), "");
}

#[test]
fn get_auth_signs_a_request_made_by_hand() {
    let (_cos, client) = start_with_domain();
    let auth = |method: &str, key: &str| {
        client.get_auth(method, BUCKET, key).header("x-cos-meta-a", "1").param("versionId", "").sign().unwrap()
    };
    let url = client.get_object_url(BUCKET, "目录/k").unwrap() + "?versionId=";
    let put = auth("put", "目录/k");
    let send = |method: &str, auth: &str, meta: &str| {
        plain_code(method, &url, &[("Authorization", auth), ("x-cos-meta-a", meta)], "x")
    };
    assert_eq!(send("PUT", &put, "1").0, 200);
    assert_eq!(send("PUT", &put, "2"), forged());
    assert_eq!(send("GET", &put, "1"), forged());
    assert_eq!(send("GET", &auth("GET", "目录/k"), "1"), ok("x"));
    assert_eq!(send("GET", &auth("GET", "目录/other"), "1"), forged());
    assert_eq!(send("GET", "nonsense", "1"), denied());
}

/// Sends a recorded request again, as someone would who had overheard it.
fn replay(cos: &CosEmulator, path: &str, query: &str, header: (&str, &str)) -> (u16, String) {
    let heard = requests(cos, "PUT", "").into_iter().chain(requests(cos, "PUT", "x-own")).next().unwrap();
    let mut headers: Vec<(&str, &str)> =
        ["authorization", "host", "x-cos-meta-a"].map(|name| (name, heard.header(name).unwrap())).to_vec();
    match headers.iter_mut().find(|(name, _)| *name == header.0) {
        Some(found) => found.1 = header.1,
        None => headers.push(header),
    }
    plain_code("PUT", &format!("http://{}{path}{query}", cos.addr()), &headers, "x")
}

#[test]
fn a_request_overheard_is_of_no_use_for_another() {
    let (cos, client) = start();
    cos.create_bucket("other-1250000000").unwrap();
    client.put_object(BUCKET, b"x", "k").metadata("x-cos-meta-a", "1").query("x-own", "1").send().unwrap();
    let same = ("x-cos-meta-a", "1");
    assert_eq!(replay(&cos, "/k", "?x-own=1", same).0, 200);
    assert_eq!(replay(&cos, "/k2", "?x-own=1", same), forged());
    assert_eq!(replay(&cos, "/k", "?x-own=2", same), forged());
    assert_eq!(replay(&cos, "/k", "", same), forged());
    assert_eq!(replay(&cos, "/k", "?x-own=1&x-own=2", same), forged());
    assert_eq!(replay(&cos, "/k", "?x-own=1", ("x-cos-meta-a", "2")), forged());
    let host = ("host", "other-1250000000.cos.ap-guangzhou.myqcloud.com");
    assert_eq!(replay(&cos, "/k", "?x-own=1", host), forged());
}

#[test]
fn a_server_that_wants_the_host_signed_gets_it() {
    let cos = CosEmulator::builder().require_signed_host(true).start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    client(config(&cos)).list_objects(BUCKET).send().unwrap();
    // Behind an IP the host is a header like others and is signed all the same, as in Python.
    let unsigned = client(keys(&cos).connect_to(cos.addr()).sign_host(false)).list_objects(BUCKET).send();
    assert_eq!(code(unsigned), denied());
}

#[test]
fn unsigned_parameters_are_left_out_of_the_signature_on_request() {
    let (cos, _owner) = start();
    let client: CosS3Client = client(config(&cos).sign_params(false));
    client.list_objects(BUCKET).send().unwrap();
    let sent = requests(&cos, "GET", "prefix").remove(0);
    assert!(sent.header("authorization").unwrap().contains("q-url-param-list=&"));
}

#[test]
fn a_signature_can_be_for_the_bucket_itself() {
    let (_cos, client) = start_with_domain();
    put(&client, "k", b"x");
    let url = client.get_presigned_url(BUCKET, "/", "GET").param("prefix", "").sign().unwrap();
    let (status, body) = crate::common::plain("GET", &url, &[], b"");
    assert!(status == 200 && body.contains("<Key>k</Key>"), "{body}");
    let authorization = client.get_auth("GET", BUCKET, "/").param("prefix", "").sign().unwrap();
    let url = url.split("q-sign").next().unwrap().to_owned() + "prefix=";
    assert_eq!(plain_code("GET", &url, &[("Authorization", &authorization)], "").0, 200);
    for key in ["", ".", "..", "/.", "/.."] {
        assert_eq!(crate::common::field(client.get_auth("GET", BUCKET, key).sign()), "key", "{key:?}");
        assert_eq!(crate::common::field(client.get_presigned_url(BUCKET, key, "GET").sign()), "key", "{key:?}");
    }
}

#[test]
fn methods_are_refused_by_name() {
    let (_cos, client) = start_with_domain();
    assert_eq!(crate::common::field(client.get_presigned_url(BUCKET, "k", "G E T").sign()), "method");
    assert!(
        crate::common::field(client.get_presigned_url(BUCKET, "k", "PUT").header("a b", "c").sign()).contains("a b")
    );
}

#[test]
fn signatures_that_could_not_be_used_are_refused_by_name() {
    let (_cos, client) = start_with_domain();
    assert_eq!(crate::common::field(client.get_auth("GET", BUCKET, "k").expired(0).sign()), "expired");
    assert_eq!(crate::common::field(client.get_presigned_url(BUCKET, "k", "GET").expired(0).sign()), "expired");
    for name in ["q-signature", "Q-Sign-Time"] {
        let error = crate::common::failed(client.get_presigned_download_url(BUCKET, "k").param(name, "").sign());
        assert_eq!(error.to_string(), format!("params: {name:?} is set by the signature"));
    }
}
