//! Credential providers at the emulator's STS and metadata service: what they give signs, is narrowed by policies,
//! and is carried by presigned URLs.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::common::providers::*;
use crate::common::{BUCKET, client, code, failed, field, kind, plain};
use cos_emulator::CosEmulator;
use qcloud_cos::credentials::{
    AssumeRoleCredentials, CredentialChain, EnvironmentCredentials, FederationTokenCredentials,
    InstanceRoleCredentials, ProfileCredentials, StsPolicy, StsStatement,
};
use qcloud_cos::{ClientErrorKind, CosConfig, CredentialProvider, Credentials};

#[test]
fn an_instance_role_signs_requests_and_is_asked_once() {
    let cos = start();
    let client = client_of(&cos, InstanceRoleCredentials::new().connect_to(cos.addr()));
    for number in 0..3 {
        crate::common::put(&client, &format!("k{number}"), b"x");
    }
    let asked = asked(&cos, "metadata.tencentyun.com");
    let paths: Vec<&str> = asked.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/latest/meta-data/cam/security-credentials/", ROLE]);
    for request in cos.requests().iter().skip(2) {
        let [token, signature] = ["x-cos-security-token", "authorization"].map(|name| request.header(name).unwrap());
        assert!(!token.is_empty() && signature.contains("x-cos-security-token"), "{signature}");
    }
}

#[test]
fn a_role_that_is_not_bound_is_no_credentials() {
    let none = CosEmulator::start().unwrap();
    let cos = start();
    for (cos, provider) in [
        (&none, InstanceRoleCredentials::new().connect_to(none.addr())),
        (&none, instance(&none)),
        (&cos, InstanceRoleCredentials::new().role("writer").connect_to(cos.addr())),
    ] {
        let before = cos.request_count();
        assert_eq!(kind(provider.credentials()), ClientErrorKind::NoCredentials);
        assert_eq!(cos.request_count() - before, 1);
    }
    cos.clear_requests();
    for role in ["", "a/b", "../x", "a b", "a\r\nb"] {
        assert_eq!(field(InstanceRoleCredentials::new().role(role).connect_to(cos.addr()).credentials()), "role");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn roles_of_sts_sign_requests_and_say_when_they_end() {
    let cos = start();
    let provider = Arc::new(role_of(&cos).duration_seconds(3600).external_id("a1:/b").policy(everything()));
    let client = client_of(&cos, Arc::clone(&provider));
    crate::common::put(&client, "k", b"x");
    assert_eq!(crate::common::get(&client, "k"), b"x");
    let given = provider.credentials().unwrap();
    let [id, key] = [given.expose().secret_id, given.expose().secret_key].map(str::to_owned);
    let copied = Credentials::with_token(id, key, given.expose().token.unwrap());
    assert_eq!(crate::common::get(&client_of(&cos, copied), "k"), b"x");
    let end = given.expires_at().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(given.expose().expired_time, Some(end.as_secs()));
    let left = provider.credentials().unwrap().expires_at().unwrap().duration_since(SystemTime::now()).unwrap();
    assert!((3590..=3600).contains(&left.as_secs()), "{left:?}");
    let [request] = asked(&cos, "sts.tencentcloudapi.com").try_into().unwrap();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/"));
    let header = |name: &str| request.header(name).unwrap_or_default();
    assert_eq!((header("x-tc-action"), header("x-tc-version")), ("AssumeRole", "2018-08-13"));
    assert_eq!((header("x-tc-region"), header("x-tc-token")), ("ap-guangzhou", ""));
}

#[test]
fn a_temporary_key_can_assume_a_role_and_sends_its_token() {
    let cos = start();
    let provider = AssumeRoleCredentials::new(instance(&cos), ARN).scheme("http").connect_to(cos.addr());
    crate::common::put(&client_of(&cos, provider), "k", b"x");
    assert!(asked(&cos, "sts.")[0].header("x-tc-token").is_some_and(|token| !token.is_empty()));
    let provider = FederationTokenCredentials::new(instance(&cos), everything()).scheme("http");
    let error = failed(provider.connect_to(cos.addr()).credentials());
    assert!(error.to_string().starts_with("GetFederationToken: UnauthorizedOperation"), "{error}");
}

#[test]
fn a_policy_narrows_what_its_holder_may_do() {
    let cos = start();
    let owner = client_of(&cos, key_of(&cos));
    crate::common::put(&owner, "private/k", b"x");
    let policy = StsPolicy::new()
        .statement(StsStatement::allow(["name/cos:PutObject", "name/cos:GetObject"]).prefix(
            BUCKET,
            "ap-guangzhou",
            "up/*",
        ))
        .statement(StsStatement::deny(["name/cos:PutObject"]).prefix(BUCKET, "ap-guangzhou", "up/locked/*"));
    let holder = client_of(&cos, token_of(&cos, policy).name("uploader").duration_seconds(900));
    crate::common::put(&holder, "up/k", b"mine");
    assert_eq!(crate::common::get(&holder, "up/k"), b"mine");
    let denied = (403, "AccessDenied".to_owned());
    assert_eq!(code(holder.put_object(BUCKET, b"x", "up/locked/k").send()), denied);
    assert_eq!(code(holder.put_object(BUCKET, b"x", "upper").send()), denied);
    assert_eq!(code(holder.get_object(BUCKET, "private/k").send()), denied);
    assert_eq!(code(holder.delete_object(BUCKET, "up/k").send()), denied);
    assert_eq!(code(holder.list_objects(BUCKET).send()), denied);
    assert_eq!(asked(&cos, "sts.").len(), 1);
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_sent() {
    let cos = start();
    let role = || role_of(&cos);
    let token = || token_of(&cos, everything());
    let long = "a".repeat(129);
    for (name, provider) in [
        ("role_arn", AssumeRoleCredentials::new(key_of(&cos), "reader").connect_to(cos.addr())),
        ("role_session_name", role().role_session_name("a")),
        ("role_session_name", role().role_session_name("a b")),
        ("role_session_name", role().role_session_name(&long)),
        ("external_id", role().external_id("")),
        ("duration_seconds", role().duration_seconds(0)),
        ("duration_seconds", role().duration_seconds(43_201)),
        ("endpoint", role().endpoint("")),
        ("endpoint", role().endpoint("sts.example.com/path")),
        ("endpoint", role().endpoint("user@sts.example.com")),
        ("scheme", role().scheme("ftp")),
        ("region", role().region("")),
        ("region", role().region("a\r\nb")),
        ("policy", role().policy(StsPolicy::new())),
        ("secret_key", AssumeRoleCredentials::new(Credentials::new("id", "key "), ARN).connect_to(cos.addr())),
    ] {
        assert_eq!(field(provider.credentials()), name);
    }
    for (name, provider) in [
        ("name", token().name("")),
        ("name", token().name("a b")),
        ("duration_seconds", token().duration_seconds(129_601)),
        ("policy", token_of(&cos, StsPolicy::from_json("not JSON"))),
        ("bucket", token_of(&cos, StsPolicy::new().statement(StsStatement::allow(["*"]).prefix("b", "r", "*")))),
    ] {
        assert_eq!(field(provider.credentials()), name);
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn what_sts_refuses_is_told_and_not_repeated() {
    let cos = start();
    for (source, expected) in [
        (Credentials::new(cos.secret_id(), "AnotherKey"), "AssumeRole: AuthFailure.SignatureFailure: "),
        (Credentials::new("AKIDUNKNOWN", "key"), "AssumeRole: AuthFailure.SecretIdNotFound: "),
        (Credentials::with_token(cos.secret_id(), cos.secret_key(), "t"), "AssumeRole: AuthFailure.TokenFailure: "),
    ] {
        cos.clear_requests();
        let provider = AssumeRoleCredentials::new(source, ARN).scheme("http").connect_to(cos.addr());
        let error = failed(provider.credentials());
        assert!(error.to_string().starts_with(expected) && error.to_string().contains("request id"), "{error}");
        assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 1));
        assert_eq!(cos.request_count(), 1);
    }
    let late = role_of(&cos).clock(|| SystemTime::now() - Duration::from_secs(301));
    let error = failed(late.credentials()).to_string();
    assert!(error.starts_with("AssumeRole: AuthFailure.SignatureExpire: "), "{error}");
    let foreign = AssumeRoleCredentials::new(key_of(&cos), "qcs::cam::root").scheme("http").connect_to(cos.addr());
    assert!(failed(foreign.credentials()).to_string().contains("InvalidParameter.ResouceError"));
}

#[test]
fn presigned_urls_carry_the_token_and_end_with_the_credentials() {
    let (time, cos) = Time::start();
    let end = time.clock()() + Duration::from_secs(120);
    let temporary = instance(&cos).clock(time.clock()).credentials().unwrap();
    let client = time.client(&cos, temporary.clone().with_expiry(end));
    let ends = |signed: &str| {
        let times = signed.split("q-sign-time=").nth(1).unwrap().replace("%3B", ";");
        let (_, end) = times.split('&').next().unwrap().split_once(';').unwrap();
        end.parse::<u64>().unwrap()
    };
    for (asked, expected) in [(60, 60), (120, 120), (121, 120), (86_400, 120)] {
        let url = client.get_presigned_url(BUCKET, "k", "GET").expired(asked).sign().unwrap();
        assert_eq!(ends(&url), 1_760_000_000 + expected);
        assert!(
            url.contains("&x-cos-security-token=") && url.contains("q-url-param-list=x-cos-security-token&"),
            "{url}"
        );
        let header = client.get_auth("GET", BUCKET, "k").expired(asked).sign().unwrap();
        assert_eq!(ends(&header), 1_760_000_000 + expected);
    }
    time.pass(120);
    let error = failed(client.get_presigned_url(BUCKET, "k", "GET").sign());
    assert_eq!(*error.kind(), ClientErrorKind::Credentials);
    // Where the end is not known, the caller's word holds.
    let unknown = time.client(&cos, Credentials::with_token("AKIDEXAMPLE", "key", "token"));
    let url = unknown.get_presigned_url(BUCKET, "k", "GET").expired(86_400).sign().unwrap();
    assert_eq!(ends(&url), 1_760_000_120 + 86_400);
}

#[test]
fn a_presigned_url_of_a_temporary_key_works_without_it_and_not_beyond() {
    let cos = CosEmulator::builder().instance_role("reader").custom_domain("127.0.0.1", BUCKET).start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let config = CosConfig::builder().region(cos.region()).scheme("http").proxies(Vec::<(&str, &str)>::new());
    let provider = Arc::new(role_of(&cos));
    let signer = client(config.domain(cos.addr().to_string()).credential_instance(Arc::clone(&provider)));
    let put = signer.get_presigned_url(BUCKET, "k", "PUT").sign().unwrap();
    assert_eq!(plain("PUT", &put, &[], b"content").0, 200);
    let get = signer.get_presigned_download_url(BUCKET, "k").sign().unwrap();
    assert_eq!(plain("GET", &get, &[], b""), (200, "content".to_owned()));
    let without = get.split("&x-cos-security-token=").next().unwrap();
    assert_eq!(plain("GET", without, &[], b"").0, 403);
    let other = get.replace("x-cos-security-token=", "x-cos-security-token=0");
    assert_eq!(plain("GET", &other, &[], b"").0, 403);
    cos.expire_credentials();
    let (status, body) = plain("GET", &get, &[], b"");
    assert!(status == 403 && body.contains("ExpiredToken"), "{body}");
}

/// Writes a file as coscli does and returns its provider.
fn profile(folder: &Path, base: &str) -> ProfileCredentials {
    let path = folder.join(".cos.yaml");
    std::fs::write(&path, format!("cos:\n  base:\n{base}  buckets: []\n")).unwrap();
    ProfileCredentials::at(path)
}

#[test]
fn a_profile_of_coscli_signs_requests_hidden_or_plain() {
    let cos =
        CosEmulator::builder().credential("AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001", "ExampleSecretKeyExampleSecretKey");
    let cos = cos.start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hidden = "    closeautoswitchhost: \"\"\n    cvmrolename: \"\"\n    disableencryption: \"\"\n    mode: SecretKey\n    \
                  protocol: https\n    secretid: z3Zh11ync9cue0cTqg39EsL96zG1gepOU0vsZBBRnpuQ6N9CHnkSFADwFEl3unO1\n    \
                  secretkey: 27bmExfV38WMoEhRIqvwPNu25hMX1d/FjKBIUSKr8DzeQ1lHjB+NSA6psd9+JBIz\n    \
                  sessiontoken: 3kNZR4wfjUgOqbHffiQSMw==\n";
    let client = client_of(&cos, profile(folder.path(), hidden));
    crate::common::put(&client, "k", b"x");
    // What is changed in the file takes effect.
    profile(folder.path(), "    secretid: AKIDOTHER\n    secretkey: key\n    disableencryption: \"true\"\n");
    assert_eq!(code(client.get_object(BUCKET, "k").send()).1, "InvalidAccessKeyId");
    let plain = "    secretid: AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001\n    secretkey: ExampleSecretKeyExampleSecretKey\n";
    profile(folder.path(), plain);
    assert_eq!(crate::common::get(&client, "k"), b"x");
}

#[test]
fn a_profile_that_gives_nothing_or_is_broken_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let none = ClientErrorKind::NoCredentials;
    assert_eq!(kind(ProfileCredentials::at(folder.path().join("missing")).credentials()), none);
    assert_eq!(kind(profile(folder.path(), "    secretid: \"\"\n").credentials()), none);
    for base in [
        "    secretid: hush\n",
        "    secretkey: hush\n",
        "    secretid: [hush\n",
        "    secretid: \"hu sh \"\n    secretkey: hush\n",
        &format!("    secretid: {}\n", "hush".repeat(20_000)),
    ] {
        let error = failed(profile(folder.path(), base).credentials());
        assert_eq!(*error.kind(), ClientErrorKind::Credentials, "{error}");
        assert!(error.to_string().contains(".cos.yaml: ") && !error.to_string().contains("hush"), "{error}");
    }
    assert_eq!(kind(ProfileCredentials::at(folder.path()).credentials()), ClientErrorKind::Credentials);
    assert_eq!(field(profile(folder.path(), "    mode: CvmRole\n    cvmrolename: a/b\n").credentials()), "role");
}

#[test]
fn a_profile_can_name_the_role_of_the_instance() {
    let cos = start();
    let folder = tempfile::tempdir().unwrap();
    let base = "    mode: CvmRole\n    cvmrolename: reader\n    secretid: unused\n";
    let client = client_of(&cos, profile(folder.path(), base).connect_to(cos.addr()));
    crate::common::put(&client, "k", b"x");
    crate::common::put(&client, "k", b"x");
    // Its keys are kept while the file names the same role.
    assert_eq!(asked(&cos, "metadata").iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), [ROLE]);
    profile(folder.path(), "    mode: CvmRole\n");
    crate::common::put(&client, "k", b"x");
    assert_eq!(asked(&cos, "metadata").len(), 3);
    profile(folder.path(), "    mode: CvmRole\n    cvmrolename: writer\n");
    assert_eq!(kind(client.head_bucket(BUCKET).send()), ClientErrorKind::NoCredentials);
}

#[test]
fn a_chain_goes_on_where_nothing_is_and_stops_where_something_is_broken() {
    let cos = start();
    let missing = || ProfileCredentials::at("/no/such/file.yaml");
    crate::common::put(&client_of(&cos, CredentialChain::new(missing()).or(instance(&cos))), "k", b"x");
    let folder = tempfile::tempdir().unwrap();
    let broken = CredentialChain::new(profile(folder.path(), "    secretid: id\n")).or(instance(&cos));
    cos.clear_requests();
    assert_eq!(kind(broken.credentials()), ClientErrorKind::Credentials);
    assert_eq!(cos.request_count(), 0);
    let none = CosEmulator::start().unwrap();
    let error = failed(CredentialChain::new(missing()).or(instance(&none)).credentials());
    assert_eq!(*error.kind(), ClientErrorKind::NoCredentials);
    assert!(error.to_string().contains("/no/such/file.yaml; the instance role: "), "{error}");
}

#[test]
fn clients_do_not_share_what_their_providers_keep() {
    let (a, b) = (start(), start());
    let clients = [client_of(&a, instance(&a)), client_of(&b, instance(&b))];
    let tokens = clients.map(|client| {
        let url = client.get_presigned_url(BUCKET, "k", "GET").sign().unwrap();
        url.split("x-cos-security-token=").nth(1).unwrap().to_owned()
    });
    assert_ne!(tokens[0], tokens[1]);
}

/// Runs one test of this file again, in an environment of its own.
fn again(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([&format!("credentials::{test}"), "--exact", "--nocapture"]).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_metadata_service_is_asked_without_a_proxy() {
    let nowhere = "http://127.0.0.1:1";
    let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"];
    again("an_instance_role_signs_requests_and_is_asked_once", &proxies.map(|name| (name, nowhere)));
}

#[test]
fn the_environment_is_read() {
    let Ok(token) = env::var("CREDENTIALS_TEST_TOKEN") else {
        let secrets = [("TENCENTCLOUD_SECRET_ID", "AKIDENV"), ("TENCENTCLOUD_SECRET_KEY", "key")];
        let others = [("TENCENTCLOUD_TOKEN", "token"), ("CREDENTIALS_TEST_TOKEN", "token"), ("COS_SECRET_ID", "")];
        return again("the_environment_is_read", &[&secrets[..], &others[..]].concat());
    };
    let given = EnvironmentCredentials::new().credentials().unwrap();
    assert!(given == Credentials::with_token("AKIDENV", "key", token));
    let chain = CredentialChain::standard().credentials().unwrap();
    assert!(chain == given);
}
