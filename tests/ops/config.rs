//! Settings: wrong ones are refused by name, changes take effect, and secrets show nowhere.

use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use crate::common::{BUCKET, SSE_KEY, client, code, config, failed, field, get, keys, put, refused, start};
use cos_emulator::{CosEmulator, Fault, Match};
use qcloud_cos::{
    ClientErrorKind, CosClientError, CosConfig, CosConfigBuilder, CosError, CosS3Client, CredentialProvider,
    Credentials,
};

fn valid() -> CosConfigBuilder {
    CosConfig::builder().region("ap-beijing").secret_id("AKIDEXAMPLE").secret_key("key")
}

#[test]
fn every_wrong_setting_is_refused_by_its_name() {
    let bare = CosConfig::builder;
    for (name, builder) in vec![
        ("region", bare().secret_id("i").secret_key("k")),
        ("region", valid().region("")),
        ("region", valid().region("ap beijing")),
        ("region", valid().region("ap-beijing.evil.com/")),
        ("region", valid().region("a@b")),
        ("endpoint", valid().endpoint("https://cos.ap-beijing.myqcloud.com")),
        ("endpoint", valid().endpoint("")),
        ("endpoint", valid().endpoint("a@b")),
        ("endpoint_ci", valid().endpoint_ci("a/b")),
        ("domain", valid().domain("http://files.example.com")),
        ("domain", valid().domain("files.example.com/path")),
        ("domain", valid().domain("a\r\nb")),
        ("service_domain", valid().service_domain("a b")),
        ("ip", valid().ip("1.2.3.4/")),
        ("ip", valid().ip("")),
        ("ip", valid().ip("127.0.0.1:80").port(80)),
        ("port", valid().ip("127.0.0.1").port(0)),
        ("scheme", valid().scheme("ftp")),
        ("scheme", valid().scheme("HTTPS")),
        ("appid", valid().appid("125-0")),
        ("secret_id", bare().region("ap-beijing")),
        ("secret_id", bare().region("ap-beijing").secret_key("k")),
        ("secret_key", bare().region("ap-beijing").secret_id("i")),
        ("secret_id", valid().secret_id("")),
        ("secret_id", valid().secret_id("id ")),
        ("secret_key", valid().secret_key(" key")),
        ("secret_key", valid().secret_key("")),
        ("token", valid().token("a\nb")),
        ("timeout", valid().timeout(0)),
        ("connect_timeout", valid().connect_timeout(Duration::ZERO)),
        ("response_timeout", valid().response_timeout(Duration::ZERO)),
        ("stall_timeout", valid().stall_timeout(Duration::ZERO)),
        ("endpoint", valid().endpoint("[::1]:9340")),
        ("endpoint", valid().endpoint("::1")),
        ("endpoint_ci", valid().endpoint_ci("[::1]")),
        ("domain", valid().domain("::1")),
        ("connect_to", valid().connect_to(([127, 0, 0, 1], 1).into()).proxies([("https", "127.0.0.1:1")])),
        ("pool_connections", valid().pool_connections(0)),
        ("pool_max_size", valid().pool_max_size(0)),
        ("ua", valid().ua("a\r\nb")),
    ] {
        assert_eq!(field(builder.build()), name);
    }
}

/// Writes a certificate and a key, which belong together or not.
fn certificate(folder: &Path, own_key: bool) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["client".to_owned()]).unwrap();
    let key = if own_key { made.signing_key } else { rcgen::KeyPair::generate().unwrap() };
    let (cert_file, key_file) = (folder.join("certificate.pem"), folder.join("key.pem"));
    fs::write(&cert_file, made.cert.pem()).unwrap();
    fs::write(&key_file, key.serialize_pem()).unwrap();
    (cert_file, key_file)
}

#[test]
fn a_certificate_needs_the_key_that_belongs_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let client = |(cert, key)| CosS3Client::new(valid().ssl_cert_and_key(cert, key).build().unwrap());
    assert!(client(certificate(folder.path(), true)).is_ok());
    let error = failed(client(certificate(folder.path(), false)));
    assert_eq!(*error.kind(), ClientErrorKind::InvalidInput { field: "ssl_cert".to_owned() });
}

#[test]
fn files_and_proxies_that_cannot_be_used_are_refused_by_name() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    for (name, builder) in [
        ("ca_bundle", valid().ca_bundle("/no/such/file.pem")),
        ("ca_bundle", valid().ca_bundle(empty.path())),
        ("ssl_cert", valid().ssl_cert("/no/such/file.pem")),
        ("ssl_cert", valid().ssl_cert_and_key(empty.path(), empty.path())),
        ("proxies", valid().proxies([("https", "socks5://127.0.0.1:1")])),
        ("proxies", valid().proxies([("ftp", "http://127.0.0.1:1")])),
        ("proxies", valid().proxies([("https", "http://user:hushhush@[not a host/")])),
    ] {
        let error = failed(CosS3Client::new(builder.build().unwrap()));
        assert_eq!(*error.kind(), ClientErrorKind::InvalidInput { field: name.to_owned() });
        assert!(!error.to_string().contains("hushhush"), "{error}");
    }
}

#[test]
fn what_is_valid_is_taken() {
    for builder in [
        valid(),
        valid().region("cn-north"),
        valid().scheme("http").ip("127.0.0.1").port(80),
        valid().ip("::1"),
        valid().endpoint("cos.accelerate.myqcloud.com"),
        CosConfig::builder().domain("files.example.com:8080").secret_id("i").secret_key("k"),
        CosConfig::builder().region("ap-beijing").anonymous(true),
        CosConfig::builder().region("ap-beijing").access_id("i").access_key("k"),
        valid().appid("1250000000").timeout(1).pool_max_size(1),
    ] {
        CosS3Client::new(builder.build().unwrap()).unwrap();
    }
}

#[test]
fn a_time_longer_than_any_is_as_none() {
    let (cos, _) = start();
    let ever = Duration::MAX;
    let each =
        config(&cos).connect_timeout(ever).response_timeout(ever).stall_timeout(ever).minimum_throughput(1, ever);
    for settings in [config(&cos).timeout(u64::MAX), each, config(&cos).deadline(ever)] {
        let client = client(settings);
        put(&client, "k", b"x");
        assert_eq!(get(&client, "k"), b"x");
        client.list_objects(BUCKET).send().unwrap();
    }
}

#[test]
fn a_client_is_shared_between_threads_and_cheap_to_clone() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    fn check_error<T: Send + Sync + Error + 'static>() {}
    check::<CosS3Client>();
    check::<CosConfig>();
    check_error::<CosError>();
    let (_cos, client) = start();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let client = client.clone();
            scope.spawn(move || put(&client, &format!("k{number}"), b"x"));
        }
    });
    assert_eq!(client.list_objects(BUCKET).objects().count(), 8);
}

#[test]
fn other_credentials_take_effect_in_every_client_of_the_configuration() {
    let (cos, _owner) = start();
    let settings = config(&cos).secret_key("AnotherSecretKey").build().unwrap();
    let clients = [CosS3Client::new(settings.clone()).unwrap(), CosS3Client::new(settings.clone()).unwrap()];
    assert_eq!(code(clients[0].list_objects(BUCKET).send()).0, 403);
    settings.set_credential(cos.secret_id(), cos.secret_key(), None).unwrap();
    for client in &clients {
        client.list_objects(BUCKET).send().unwrap();
    }
    cos.add_temporary_credential("AKIDTEMPORARY", "TemporaryKey", "TemporaryToken");
    clients[0].get_conf().set_credential("AKIDTEMPORARY", "TemporaryKey", Some("TemporaryToken")).unwrap();
    cos.clear_requests();
    clients[1].list_objects(BUCKET).send().unwrap();
    assert_eq!(cos.requests()[0].header("x-cos-security-token"), Some("TemporaryToken"));
    for (id, key, token, name) in
        [("", "k", None, "secret_id"), ("i", "k ", None, "secret_key"), ("i", "k", Some(""), "token")]
    {
        assert_eq!(field(settings.set_credential(id, key, token)), name);
    }
    clients[1].list_objects(BUCKET).send().unwrap();
}

#[test]
fn another_address_takes_effect_and_leaves_the_host_as_it_is() {
    let ((first, client), (second, _)) = (start(), start());
    client.get_conf().set_ip_port("127.0.0.1", Some(second.port())).unwrap();
    put(&client, "k", b"x");
    assert_eq!((first.request_count(), second.request_count()), (0, 1));
    let host = second.requests()[0].header("host").unwrap().to_owned();
    assert_eq!(host, format!("{BUCKET}.cos.{}.myqcloud.com", second.region()));
    for (wrong, port) in [("127.0.0.1/", None), ("127.0.0.1:80", Some(80))] {
        assert_eq!(field(client.get_conf().set_ip_port(wrong, port)), "ip");
    }
    put(&client, "k", b"x");
    client.get_conf().set_ip_port(first.addr().to_string(), None).unwrap();
    put(&client, "k", b"x");
    assert_eq!((first.request_count(), second.request_count()), (1, 2));
}

#[test]
fn hosts_are_made_of_region_endpoint_and_domain() {
    let (cos, _client) = start();
    let region = cos.region().to_owned();
    for (expected, builder) in [
        (format!("{BUCKET}.cos.{region}.myqcloud.com"), keys(&cos)),
        (format!("{BUCKET}.cos-internal.{region}.tencentcos.cn"), keys(&cos).enable_old_domain(false)),
        (
            format!("{BUCKET}.cos.{region}.tencentcos.cn"),
            keys(&cos).enable_old_domain(false).enable_internal_domain(false),
        ),
        (format!("{BUCKET}.cos.accelerate.myqcloud.com"), keys(&cos).endpoint("cos.accelerate.myqcloud.com")),
        (format!("{BUCKET}.files.example.com"), keys(&cos).domain(format!("{BUCKET}.files.example.com"))),
    ] {
        cos.clear_requests();
        client(builder.connect_to(cos.addr())).list_objects(BUCKET).send().unwrap();
        assert_eq!(cos.requests()[0].header("host"), Some(expected.as_str()));
    }
}

#[test]
fn user_agent_and_keep_alive_are_sent_as_set() {
    let (cos, own) = start();
    put(&own, "k", b"x");
    put(&client(config(&cos).ua("my program/1.0").keep_alive(false)), "k", b"x");
    let sent = cos.requests();
    assert!(sent[0].header("user-agent").unwrap().starts_with("qcloud-cos/"));
    assert_ne!(sent[0].header("connection"), Some("close"));
    assert_eq!((sent[1].header("user-agent"), sent[1].header("connection")), (Some("my program/1.0"), Some("close")));
}

/// Counts how often it is asked, and fails the second time.
struct Counting(Arc<AtomicUsize>);

impl CredentialProvider for Counting {
    fn credentials(&self) -> Result<Credentials, CosError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            1 => Err(provider_error()),
            _ => Ok(Credentials::new(cos_emulator::SECRET_ID, cos_emulator::SECRET_KEY)),
        }
    }
}

fn provider_error() -> CosError {
    // A region, so that it is the secret id that is missing.
    failed(CosConfig::builder().region("ap-beijing").build()).into()
}

#[test]
fn a_provider_is_asked_for_every_attempt_and_its_error_is_handed_on() {
    let cos = CosEmulator::start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let provider = Counting(Arc::clone(&asked));
    let builder = CosConfig::builder().region(cos.region()).scheme("http").ip("127.0.0.1").port(cos.port());
    let client = client(builder.credential_instance(provider));
    client.list_objects(BUCKET).send().unwrap();
    let error: CosClientError = failed(client.list_objects(BUCKET).send());
    assert!(error.to_string().starts_with("secret_id: "), "{error}");
    assert_eq!((asked.load(Ordering::SeqCst), cos.request_count()), (2, 1));
    cos.inject(Fault::error(500, "InternalError"), Match::any(), 2);
    client.list_objects(BUCKET).send().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

/// Words that must show nowhere.
const SECRETS: [&str; 6] =
    ["CanarySecretKey", "CanaryToken", "CanaryPassword", SSE_KEY[0], "CanaryNewKey", "CanaryNewToken"];

#[track_caller]
pub(crate) fn assert_clean(what: &str, shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{what} shows {secret}: {shown}");
    }
}

#[track_caller]
fn assert_debug_clean(what: &str, value: &impl Debug) {
    assert_clean(what, &format!("{value:?}"));
    assert_clean(what, &format!("{value:#?}"));
}

#[test]
fn debug_output_shows_no_secret() {
    let keys = || valid().secret_key("CanarySecretKey").token("CanaryToken");
    let builder = || keys().proxies([("https", "http://user:CanaryPassword@127.0.0.1:1")]);
    assert_debug_clean("the configuration's builder", &builder());
    let config = builder().build().unwrap();
    assert_debug_clean("the configuration", &config);
    assert_debug_clean("the client's builder", &CosS3Client::builder(config.clone()));
    let client = CosS3Client::new(config.clone()).unwrap();
    config.set_credential("i", "CanaryNewKey", Some("CanaryNewToken")).unwrap();
    assert_debug_clean("the client", &client);
    assert_debug_clean("credentials", &Credentials::with_token("i", "CanarySecretKey", "CanaryToken"));
    let put = client.put_object(BUCKET, b"x", "k").sse_customer_key(SSE_KEY[0]);
    assert_debug_clean("a put", &put.header("x-cos-security-token", "CanaryToken"));
    assert_debug_clean("a get", &client.get_object(BUCKET, "k").sse_customer_key(SSE_KEY[0]));
    assert_debug_clean("an upload", &client.upload_file(BUCKET, "k", "f").sse_customer_key(SSE_KEY[0]));
    assert_debug_clean("a download", &client.download_file(BUCKET, "k", "f").sse_customer_key(SSE_KEY[0]));
    assert_debug_clean(
        "a URL",
        &client.get_presigned_url(BUCKET, "k", "PUT").header("x-cos-security-token", "CanaryToken"),
    );
}

#[test]
fn errors_show_no_secret() {
    let (cos, _owner) = start();
    let keys = || config(&cos).secret_key("CanarySecretKey").token("CanaryToken");
    let client = client(keys());
    let put = client.put_object(BUCKET, b"x", "k").sse_customer_algorithm("AES256").sse_customer_key(SSE_KEY[0]);
    let answered = refused(put.send());
    assert_clean("an answered error", &format!("{answered} {answered:?}"));
    let refused = failed(client.put_object(BUCKET, b"x", "k").sse_customer_key(format!(" {}", SSE_KEY[0])).send());
    assert_clean("a refused argument", &format!("{refused} {refused:?}"));
    let refused = failed(keys().token("CanaryToken ").build());
    assert_clean("a refused setting", &format!("{refused} {refused:?}"));
}

/// Returns how many connections twice so many requests at a time take.
fn connections(threads: usize, setting: impl FnOnce(CosConfigBuilder) -> CosConfigBuilder) -> u64 {
    let (cos, _) = start();
    let client = client(setting(config(&cos)));
    cos.inject(Fault::Delay(Duration::from_millis(200)), Match::any(), usize::MAX);
    for _ in 0..2 {
        // All are under way together, so each has a connection of its own to give back.
        let together = Barrier::new(threads);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    together.wait();
                    client.object_exists(BUCKET, "none").send().unwrap();
                });
            }
        });
    }
    cos.connection_count()
}

#[test]
fn many_threads_keep_their_connections_and_pool_max_size_says_how_many() {
    assert!(connections(80, |config| config) <= 80);
    assert!(connections(20, |config| config.pool_max_size(5)) > 20);
}

/// A port of `token = None` needs no branch, nor does one of `token = ''`.
#[test]
fn a_token_may_be_none_or_empty() {
    let (cos, _client) = start();
    let token = None;
    for builder in
        [config(&cos).token(token), config(&cos).token(""), config(&cos).token(std::env::var("NO_TOKEN").ok())]
    {
        let client = CosS3Client::new(builder.build().unwrap()).unwrap();
        client.list_objects(BUCKET).send().unwrap();
    }
    assert!(cos.requests().iter().all(|request| request.header("x-cos-security-token").is_none()));
}
