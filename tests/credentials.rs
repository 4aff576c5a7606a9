//! Credential providers at the emulator's STS and metadata service: what they give signs, is kept, renewed in time
//! by one thread, and narrowed by policies; what goes wrong on the way is an error and never a secret in a log.

mod common;

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{BUCKET, client, code, failed, field, kind, lock, plain};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment, RecordedRequest};
use log::{LevelFilter, Log, Metadata, Record};
use qcloud_cos::{
    AssumeRoleCredentials, CachedCredentials, ClientErrorKind, CosConfig, CosConfigBuilder, CosS3Client,
    CredentialChain, CredentialProvider, Credentials, EnvironmentCredentials, FederationTokenCredentials,
    InstanceRoleCredentials, ProfileCredentials, StsPolicy, StsStatement,
};

const ROLE: &str = "/latest/meta-data/cam/security-credentials/reader";
const ARN: &str = "qcs::cam::uin/100000000001:roleName/reader";

fn start() -> CosEmulator {
    let cos = CosEmulator::builder().instance_role("reader").start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    cos
}

/// The settings of a client without credentials.
fn bare(cos: &CosEmulator) -> CosConfigBuilder {
    let config = CosConfig::builder().region(cos.region()).scheme("http").proxies(Vec::<(&str, &str)>::new());
    config.ip("127.0.0.1").port(cos.port())
}

fn client_of(cos: &CosEmulator, provider: impl CredentialProvider + 'static) -> CosS3Client {
    client(bare(cos).credential_instance(provider))
}

fn instance(cos: &CosEmulator) -> InstanceRoleCredentials {
    InstanceRoleCredentials::new().role("reader").connect_to(cos.addr())
}

fn key_of(cos: &CosEmulator) -> Credentials {
    Credentials::new(cos.secret_id(), cos.secret_key())
}

fn role_of(cos: &CosEmulator) -> AssumeRoleCredentials<Credentials> {
    AssumeRoleCredentials::new(key_of(cos), ARN).scheme("http").connect_to(cos.addr())
}

fn token_of(cos: &CosEmulator, policy: StsPolicy) -> FederationTokenCredentials<Credentials> {
    FederationTokenCredentials::new(key_of(cos), policy).scheme("http").connect_to(cos.addr())
}

fn everything() -> StsPolicy {
    StsPolicy::new().statement(StsStatement::allow(["name/cos:*"]).resource("*"))
}

/// The requests to a host whose name begins so.
fn asked(cos: &CosEmulator, host: &str) -> Vec<RecordedRequest> {
    cos.requests().into_iter().filter(|request| request.header("host").unwrap().starts_with(host)).collect()
}

fn at_metadata() -> Match {
    Match::any().host("metadata")
}

fn at_sts() -> Match {
    Match::any().host("sts.")
}

#[test]
fn an_instance_role_signs_requests_and_is_asked_once() {
    let cos = start();
    let client = client_of(&cos, InstanceRoleCredentials::new().connect_to(cos.addr()));
    for number in 0..3 {
        common::put(&client, &format!("k{number}"), b"x");
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
    common::put(&client, "k", b"x");
    assert_eq!(common::get(&client, "k"), b"x");
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
    common::put(&client_of(&cos, provider), "k", b"x");
    assert!(asked(&cos, "sts.")[0].header("x-tc-token").is_some_and(|token| !token.is_empty()));
    let provider = FederationTokenCredentials::new(instance(&cos), everything()).scheme("http");
    let error = failed(provider.connect_to(cos.addr()).credentials());
    assert!(error.to_string().starts_with("GetFederationToken: UnauthorizedOperation"), "{error}");
}

#[test]
fn a_policy_narrows_what_its_holder_may_do() {
    let cos = start();
    let owner = client_of(&cos, key_of(&cos));
    common::put(&owner, "private/k", b"x");
    let policy = StsPolicy::new()
        .statement(StsStatement::allow(["name/cos:PutObject", "name/cos:GetObject"]).prefix(
            BUCKET,
            "ap-guangzhou",
            "up/*",
        ))
        .statement(StsStatement::deny(["name/cos:PutObject"]).prefix(BUCKET, "ap-guangzhou", "up/locked/*"));
    let holder = client_of(&cos, token_of(&cos, policy).name("uploader").duration_seconds(900));
    common::put(&holder, "up/k", b"mine");
    assert_eq!(common::get(&holder, "up/k"), b"mine");
    let denied = (403, "AccessDenied".to_owned());
    assert_eq!(code(holder.put_object(BUCKET, "x", "up/locked/k").send()), denied);
    assert_eq!(code(holder.put_object(BUCKET, "x", "upper").send()), denied);
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

/// An answer that the metadata service could give.
fn metadata_answer(id: &str, expires: &str, code: &str) -> Answer {
    let body = format!(
        r#"{{"TmpSecretId":"{id}","TmpSecretKey":"CanaryKey","Token":"CanaryToken","ExpiredTime":{expires},"Code":"{code}"}}"#
    );
    Answer::new(200).body(body)
}

#[test]
fn fault_33_a_bad_credential_endpoint_is_tried_three_times_and_then_an_error() {
    let cos = start();
    let answers = [
        ("500", Fault::Answer(Answer::new(500).body("CanaryBody"))),
        ("429", Fault::Answer(Answer::new(429))),
        ("garbage", Fault::Answer(Answer::new(200).body("CanaryBody \u{fffd}"))),
        ("another shape", Fault::Answer(Answer::new(200).body(r#"{"Token": ["CanaryBody"]}"#))),
        ("huge", Fault::Answer(Answer::new(200).body("x".repeat(64 * 1024 + 1)))),
        ("cut", Fault::CutBody(20)),
        ("reset", Fault::Reset(Moment::BeforeAnswer)),
        ("closed", Fault::Close(Moment::BeforeAnswer)),
        ("failed", Fault::Answer(metadata_answer("id", "9999999999", "Failed"))),
        ("no id", Fault::Answer(metadata_answer("", "9999999999", "Success"))),
        ("a bad id", Fault::Answer(metadata_answer("a\\nb", "9999999999", "Success"))),
        ("no expiry", Fault::Answer(metadata_answer("id", "0", "Success"))),
        ("a far expiry", Fault::Answer(metadata_answer("id", "18446744073709551615", "Success"))),
    ];
    for (what, fault) in answers {
        cos.clear_requests();
        cos.inject(fault.clone(), at_metadata(), 3);
        let error = failed(instance(&cos).credentials());
        assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 3), "{what}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Canary") && shown.starts_with("the instance role: "), "{what}: {shown}");
        assert_eq!(cos.request_count(), 3, "{what}");
        // The third try is made, and may succeed.
        cos.inject(fault.clone(), at_metadata(), 2);
        assert!(instance(&cos).credentials().is_ok(), "{what}");
        cos.inject(fault, at_sts(), 3);
        assert_eq!(kind(role_of(&cos).credentials()), ClientErrorKind::Credentials, "{what}");
        cos.clear_faults();
    }
    for code in ["InternalError.DbError", "RequestLimitExceeded"] {
        let body = format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}}}"#);
        cos.inject(Fault::Answer(Answer::new(200).body(body)), at_sts(), 2);
        assert!(role_of(&cos).credentials().is_ok(), "{code}");
    }
    let unreachable = InstanceRoleCredentials::new().role("reader").connect_to(([127, 0, 0, 1], 1).into());
    let error = failed(unreachable.credentials());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 3));
}

#[test]
fn fault_33_a_slow_credential_endpoint_has_five_seconds_for_all_of_its_answer() {
    let cos = start();
    // Never silent for long, but it would take a minute.
    cos.inject(Fault::Trickle(1, Duration::from_millis(200)), at_metadata(), 1);
    let started = Instant::now();
    instance(&cos).credentials().unwrap();
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(5) && took < Duration::from_secs(15), "{took:?}");
    assert_eq!(cos.request_count(), 2);
}

#[test]
fn redirects_are_not_followed() {
    let (cos, elsewhere) = (start(), start());
    for status in [301, 302, 307, 308] {
        let location = format!("http://127.0.0.1:{}{ROLE}", elsewhere.port());
        cos.inject(Fault::redirect(status, location), Match::any(), 2);
        let error = failed(instance(&cos).credentials());
        assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 1), "{error}");
        assert_eq!(kind(role_of(&cos).credentials()), ClientErrorKind::Credentials);
    }
    assert_eq!(elsewhere.request_count(), 0);
}

/// A time that a provider and the emulator share.
#[derive(Clone)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn start() -> (Self, CosEmulator) {
        let time = Self(Arc::new(AtomicU64::new(1_760_000_000)));
        let cos = CosEmulator::builder().instance_role("reader").clock(time.clock()).start().unwrap();
        cos.create_bucket(BUCKET).unwrap();
        (time, cos)
    }

    fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static + use<> {
        let seconds = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst))
    }

    fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn client(&self, cos: &CosEmulator, provider: impl CredentialProvider + 'static) -> CosS3Client {
        let config = bare(cos).credential_instance(provider).build().unwrap();
        CosS3Client::builder(config).clock(self.clock()).retry(0).sleeper(|_| {}).build().unwrap()
    }
}

#[test]
fn keys_are_renewed_early_and_the_old_are_used_while_valid_when_that_fails() {
    let (time, cos) = Time::start();
    let client = time.client(&cos, role_of(&cos).duration_seconds(3600).clock(time.clock()));
    let used = || {
        common::put(&client, "k", b"x");
        cos.requests().last().unwrap().header("x-cos-security-token").unwrap().to_owned()
    };
    let first = used();
    time.pass(3299);
    assert_eq!(used(), first);
    cos.inject(Fault::error(500, "InternalError"), at_sts(), usize::MAX);
    time.pass(1);
    assert_eq!(used(), first);
    assert_eq!(asked(&cos, "sts.").len(), 4);
    time.pass(299);
    assert_eq!(used(), first);
    time.pass(1);
    let before = asked(&cos, "127.0.0.1").len();
    assert_eq!(kind(client.head_bucket(BUCKET).send()), ClientErrorKind::Credentials);
    assert_eq!(asked(&cos, "127.0.0.1").len(), before);
    cos.clear_faults();
    assert_ne!(used(), first);
}

#[test]
fn fault_32_expired_keys_are_refused_by_cos_and_a_refresh_gets_others() {
    let (time, cos) = Time::start();
    let provider = Arc::new(instance(&cos).clock(time.clock()));
    let client = time.client(&cos, Arc::clone(&provider));
    common::put(&client, "k", b"x");
    let old = provider.credentials().unwrap();
    cos.expire_credentials();
    // A client that cannot get others.
    let stuck = time.client(&cos, old.clone());
    assert_eq!(code(stuck.get_object(BUCKET, "k").send()), (403, "ExpiredToken".to_owned()));
    let others = provider.refresh().unwrap();
    assert!(others != old && others == provider.credentials().unwrap());
    assert_eq!(common::get(&client, "k"), b"x");
    // Who was refused at the same time gets what the first has got.
    let asked_before = asked(&cos, "metadata").len();
    assert!(provider.refresh().unwrap() == others);
    assert_eq!(asked(&cos, "metadata").len(), asked_before);
}

#[test]
fn many_threads_ask_once() {
    let cos = start();
    cos.inject(Fault::Delay(Duration::from_millis(100)), at_metadata(), usize::MAX);
    let client = client_of(&cos, instance(&cos));
    thread::scope(|scope| {
        for number in 0..16 {
            let client = client.clone();
            scope.spawn(move || common::put(&client, &format!("k{number}"), b"x"));
        }
    });
    assert_eq!(asked(&cos, "metadata").len(), 1);
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
    common::put(&client, "k", b"x");
    // What is changed in the file takes effect.
    profile(folder.path(), "    secretid: AKIDOTHER\n    secretkey: key\n    disableencryption: \"true\"\n");
    assert_eq!(code(client.get_object(BUCKET, "k").send()).1, "InvalidAccessKeyId");
    let plain = "    secretid: AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001\n    secretkey: ExampleSecretKeyExampleSecretKey\n";
    profile(folder.path(), plain);
    assert_eq!(common::get(&client, "k"), b"x");
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
fn a_chain_goes_on_where_nothing_is_and_stops_where_something_is_broken() {
    let cos = start();
    let missing = || ProfileCredentials::at("/no/such/file.yaml");
    common::put(&client_of(&cos, CredentialChain::new(missing()).or(instance(&cos))), "k", b"x");
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

/// Keeps every record of this crate.
struct Recorder(Mutex<Vec<String>>);

static RECORDER: Recorder = Recorder(Mutex::new(Vec::new()));

impl Log for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.target().starts_with("qcloud_cos") {
            lock(&self.0).push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn neither_debug_output_nor_the_log_shows_a_secret() {
    log::set_logger(&RECORDER).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let cos = start();
    let canary = || Credentials::with_token("AKIDEXAMPLE", "CanaryKey", "CanaryToken");
    let (cached, chain) = (CachedCredentials::new(canary()), CredentialChain::new(canary()));
    cached.credentials().unwrap();
    let unused = AssumeRoleCredentials::new(canary(), ARN).external_id("CanaryId");

    // A service that answers with secrets where nobody expects them, and one that gives some.
    cos.inject(Fault::Answer(metadata_answer("id", "0", "CanaryCode").header("x", "CanaryHeader")), at_metadata(), 2);
    let provider = Arc::new(AssumeRoleCredentials::new(instance(&cos), ARN).scheme("http").connect_to(cos.addr()));
    let client = client_of(&cos, Arc::clone(&provider));
    cos.inject(Fault::error(500, "InternalError"), Match::any().path("canary-key"), 1);
    common::put(&client, "canary-key", b"x");
    let url = client.get_presigned_url(BUCKET, "k", "GET").sign().unwrap();
    let token = url.split("x-cos-security-token=").nth(1).unwrap();

    let records = lock(&RECORDER.0).join("\n");
    assert!(records.contains("canary-key") && records.contains("the instance role: "), "{records}");
    let given = provider.credentials().unwrap();
    for shown in [
        records,
        format!("{cached:?} {chain:?} {unused:?}"),
        format!("{provider:?} {given:?} {:?}", client.get_conf()),
        format!("{:?}", cos.requests().iter().map(|request| request.path.as_str()).collect::<Vec<_>>()),
    ] {
        let secrets = ["CanaryKey", "CanaryToken", "CanaryId", "CanaryHeader", token];
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
}

/// Runs one test of this file again, in an environment of its own.
fn again(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).envs(variables.iter().copied());
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
