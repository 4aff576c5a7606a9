//! Requests that go through a proxy, and proxies that fail.

use std::io::Write as _;
use std::time::Duration;

use fault_proxy::{Certificates, ForwardProxy, Reply, TlsFront};
use qcloud_cos::{ClientErrorKind, CosConfigBuilder, CosError, CosS3Client, Sent};
use tempfile::NamedTempFile;

use super::scene::{Scene, within};
use crate::common::{BUCKET, client, failed, get, keys, put};

/// A proxy that leads to the emulator, and to TLS before it.
struct Proxied {
    scene: Scene,
    plain: ForwardProxy,
    tls: ForwardProxy,
    _front: TlsFront,
    authority: NamedTempFile,
}

impl Proxied {
    fn new() -> Self {
        let scene = Scene::new();
        let certificates = Certificates::new().unwrap();
        let host = format!("{BUCKET}.cos.{}.myqcloud.com", scene.cos.region());
        let front = TlsFront::start(&certificates, &host, false, scene.cos.addr()).unwrap();
        let plain = ForwardProxy::start(scene.cos.addr()).unwrap();
        let tls = ForwardProxy::start(front.addr()).unwrap();
        let mut authority = NamedTempFile::new().unwrap();
        authority.write_all(certificates.pem().as_bytes()).unwrap();
        Self { scene, plain, tls, _front: front, authority }
    }

    /// Settings of a client that goes through the proxy by TLS, to the host's own name.
    fn https(&self) -> CosConfigBuilder {
        let config = keys(&self.scene.cos).scheme("https").ca_bundle(self.authority.path());
        config.proxies([("https", format!("http://user:pass%20word@{}", self.tls.addr()))])
    }

    fn http(&self) -> CosConfigBuilder {
        keys(&self.scene.cos).proxies([("http", format!("http://user:pass%20word@{}", self.plain.addr()))])
    }
}

const AUTHORIZATION: &str = "Proxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n";

#[test]
fn fault_65_a_tunnel_carries_tls_and_plain_requests_name_their_host() {
    let proxied = Proxied::new();
    let host = format!("{BUCKET}.cos.{}.myqcloud.com", proxied.scene.cos.region());
    let https = client(proxied.https());
    put(&https, "a", b"through a tunnel");
    assert!(get(&https, "a") == b"through a tunnel");
    let heads = proxied.tls.heads();
    assert_eq!(heads.len(), 1, "one connection is enough");
    assert!(heads[0].starts_with(&format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n")), "{}", heads[0]);
    assert!(heads[0].contains(AUTHORIZATION));

    let http = client(proxied.http().keep_alive(false));
    put(&http, "b", b"as it is");
    assert!(get(&http, "b") == b"as it is");
    let heads = proxied.plain.heads();
    assert!(heads[0].starts_with(&format!("PUT http://{host}/b HTTP/1.1\r\n")), "{}", heads[0]);
    assert!(heads[1].starts_with(&format!("GET http://{host}/b HTTP/1.1\r\n")), "{}", heads[1]);
    assert!(heads.iter().all(|head| head.contains(AUTHORIZATION) && head.contains(&format!("host: {host}\r\n"))));
    // A kept connection names the host in each request.
    let http = client(proxied.http());
    for key in ["b", "c", "d"] {
        put(&http, key, b"as it is");
        assert!(get(&http, key) == b"as it is");
    }
}

/// What a failure must look like: kind, attempts.
#[track_caller]
fn assert_told(result: Result<(), CosError>, proxy: &ForwardProxy, kind: &ClientErrorKind, attempts: u32) {
    let error = failed(result);
    assert_eq!((error.kind(), error.attempts(), error.sent()), (kind, attempts, Sent::Nothing), "{error}");
    assert!(error.to_string().contains(&proxy.addr().to_string()), "{error}");
    assert!(!error.to_string().contains("word"), "{error}");
    assert_eq!(proxy.heads().len(), attempts as usize);
}

fn each(client: &CosS3Client) -> [Box<dyn Fn() -> Result<(), CosError> + '_>; 3] {
    [
        Box::new(|| client.put_object(BUCKET, b"content", "new").send().map(drop)),
        Box::new(|| client.append_object(BUCKET, "new", 0, b"content").send().map(drop)),
        Box::new(|| client.get_object(BUCKET, "k").send().map(drop)),
    ]
}

#[test]
fn fault_66_a_proxy_that_refuses_is_named_and_asked_as_often_as_it_helps() {
    let proxied = Proxied::new();
    let config = || proxied.https().connect_timeout(Duration::from_millis(500));
    for (reply, attempts) in [
        (Reply::Status(407), 1),
        (Reply::Status(403), 1),
        (Reply::Nonsense, 1),
        (Reply::Status(502), 4),
        (Reply::Close, 4),
    ] {
        let client = client(config());
        for call in each(&client) {
            proxied.tls.plan(move |_| reply);
            assert_told(call(), &proxied.tls, &ClientErrorKind::Proxy, attempts);
        }
    }
    let client = crate::common::client_with_retry(config(), 1);
    for reply in [Reply::Silence, Reply::Drip(Duration::from_millis(100))] {
        proxied.tls.plan(move |_| reply);
        let upload = || client.append_object(BUCKET, "new", 0, b"content").send().map(drop);
        assert_told(within(Duration::from_secs(5), upload), &proxied.tls, &ClientErrorKind::Proxy, 2);
    }
    assert!(!proxied.scene.client.object_exists(BUCKET, "new").send().unwrap());
}

#[test]
fn fault_67_a_tunnel_that_breaks_or_leads_to_a_stranger_sends_nothing() {
    let proxied = Proxied::new();
    let cut = client(proxied.https());
    proxied.tls.plan(|_| Reply::Cut);
    for call in each(&cut) {
        proxied.tls.plan(|_| Reply::Cut);
        assert_told(call(), &proxied.tls, &ClientErrorKind::Connect, 4);
    }
    // Whom the tunnel leads to is known by another authority.
    let mut other = NamedTempFile::new().unwrap();
    other.write_all(Certificates::new().unwrap().pem().as_bytes()).unwrap();
    let stranger = client(proxied.https().ca_bundle(other.path()));
    for call in each(&stranger) {
        proxied.tls.plan(|_| Reply::Carry);
        assert_told(call(), &proxied.tls, &ClientErrorKind::Tls, 1);
    }
    // Plain requests: the proxy itself answers.
    let plain = client(proxied.http());
    for call in each(&plain) {
        proxied.plain.plan(|_| Reply::Status(407));
        assert_told(call(), &proxied.plain, &ClientErrorKind::Proxy, 1);
    }
    assert!(!proxied.scene.client.object_exists(BUCKET, "new").send().unwrap());
}

#[test]
fn fault_66_a_proxy_that_is_not_there_is_named() {
    let proxied = Proxied::new();
    let nobody = crate::common::client(keys(&proxied.scene.cos).scheme("https").proxies([("all", "127.0.0.1:1")]));
    let error = failed(nobody.put_object(BUCKET, b"content", "new").send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Proxy, 4, Sent::Nothing));
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
}

/// Set where this program runs again, with another environment.
const CHILD: &str = "QCLOUD_COS_TEST_CHILD";

/// The process that runs one test again, with the emulator's keys and no proxy.
fn child(test: &str, scene: &Scene) -> std::process::Command {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test]);
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.to_lowercase().ends_with("_proxy") || name.ends_with("_CA_BUNDLE"))
    {
        child.env_remove(name);
    }
    child.env("COS_SECRET_ID", scene.cos.secret_id()).env("COS_SECRET_KEY", scene.cos.secret_key());
    child
}

#[test]
fn fault_65_the_environment_names_proxy_and_authorities() {
    if std::env::var_os(CHILD).is_some() {
        let config = qcloud_cos::CosConfig::builder()
            .region("ap-guangzhou")
            .credential_instance(qcloud_cos::credentials::EnvironmentCredentials::new());
        client(config).put_object(BUCKET, b"from a child", "child").send().unwrap();
        return;
    }
    let proxied = Proxied::new();
    let run = |variables: &[(&str, &str)]| {
        let mut child = child("proxies::fault_65_the_environment_names_proxy_and_authorities", &proxied.scene);
        let proxy = format!("http://{}", proxied.tls.addr());
        child.env(CHILD, "1").env("https_proxy", proxy).envs(variables.iter().copied());
        let output = child.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let authority = proxied.authority.path().to_str().unwrap();
    let (done, said) = run(&[("REQUESTS_CA_BUNDLE", authority), ("CURL_CA_BUNDLE", "/nowhere")]);
    assert!(done, "{said}");
    assert!(get(&proxied.scene.client, "child") == b"from a child");
    assert!(proxied.tls.heads()[0].starts_with("CONNECT "));
    let (done, said) = run(&[("CURL_CA_BUNDLE", authority)]);
    assert!(done, "{said}");
    // A folder of authorities.
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(proxied.authority.path(), folder.path().join("one.pem")).unwrap();
    let (done, said) = run(&[("REQUESTS_CA_BUNDLE", folder.path().to_str().unwrap())]);
    assert!(done, "{said}");
    let (done, said) = run(&[("REQUESTS_CA_BUNDLE", "/nowhere")]);
    assert!(!done && said.contains("REQUESTS_CA_BUNDLE: /nowhere"), "{said}");
    let (done, said) = run(&[]);
    assert!(!done && said.contains("TLS failed"), "{said}");
}

#[test]
fn fault_65_blanks_between_exceptions_do_not_count() {
    if let Ok(port) = std::env::var(CHILD) {
        let config = qcloud_cos::CosConfig::builder()
            .region("ap-guangzhou")
            .credential_instance(qcloud_cos::credentials::EnvironmentCredentials::new());
        let config = config.scheme("http").ip("127.0.0.1").port(port.parse().unwrap());
        client(config).put_object(BUCKET, b"from a child", "child").send().unwrap();
        return;
    }
    let proxied = Proxied::new();
    for (exceptions, proxied_requests) in [("10.0.0.0/8, 127.0.0.0/8", 0), ("10.0.0.0/8", 1)] {
        let mut child = child("proxies::fault_65_blanks_between_exceptions_do_not_count", &proxied.scene);
        child.env(CHILD, proxied.scene.cos.port().to_string());
        child.env("http_proxy", format!("http://{}", proxied.plain.addr())).env("no_proxy", exceptions);
        assert!(child.status().unwrap().success(), "{exceptions:?}");
        assert_eq!(proxied.plain.heads().len(), proxied_requests, "{exceptions:?}");
    }
}

#[test]
fn fault_65_the_token_service_is_reached_as_cos_is() {
    use qcloud_cos::credentials::AssumeRoleCredentials;
    use qcloud_cos::{CredentialProvider as _, Credentials};
    let scene = Scene::new();
    let certificates = Certificates::new().unwrap();
    let front = TlsFront::start(&certificates, "sts.tencentcloudapi.com", false, scene.cos.addr()).unwrap();
    let proxy = ForwardProxy::start(front.addr()).unwrap();
    let mut authority = NamedTempFile::new().unwrap();
    authority.write_all(certificates.pem().as_bytes()).unwrap();
    let provider = || {
        let source = Credentials::new(scene.cos.secret_id(), scene.cos.secret_key());
        AssumeRoleCredentials::new(source, "qcs::cam::uin/100000000001:roleName/reader")
            .proxies([("https", format!("http://{}", proxy.addr()))])
    };
    assert!(provider().ca_bundle(authority.path()).credentials().unwrap().expires_at().is_some());
    assert!(proxy.heads()[0].starts_with("CONNECT sts.tencentcloudapi.com:443 "));
    assert!(provider().verify_ssl(false).credentials().is_ok());
    let error = failed(provider().credentials());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Credentials, 1), "{error}");
    proxy.plan(|_| Reply::Status(407));
    let error = failed(provider().ca_bundle(authority.path()).credentials());
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains(&proxy.addr().to_string()), "{error}");
    assert_eq!(proxy.heads().len(), 1);
}
