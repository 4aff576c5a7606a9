//! The builder of [`CosConfig`]: every keyword of Python's constructor, collected.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::CosConfig;
use crate::credential::CredentialProvider;
use crate::param::Param;

/// Collects the settings of a [`CosConfig`].
///
/// The region (or an endpoint or a domain) and the credentials are required; every other setting has a default.
/// [`build`](Self::build) checks the settings, and nothing before it does.
///
/// ```
/// use qcloud_cos::CosConfig;
///
/// let config = CosConfig::builder().region("ap-beijing").secret_id("AKIDEXAMPLE").secret_key("key").build()?;
/// # Ok::<(), qcloud_cos::CosError>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "settings do nothing before `build`"]
pub struct CosConfigBuilder {
    pub(super) appid: Option<String>,
    pub(super) region: Option<String>,
    pub(super) secret_id: Option<String>,
    pub(super) secret_key: Option<Zeroizing<String>>,
    pub(super) access_id: Option<String>,
    pub(super) access_key: Option<Zeroizing<String>>,
    pub(super) token: Option<Zeroizing<String>>,
    pub(super) credential_instance: Option<Arc<dyn CredentialProvider>>,
    pub(super) scheme: Option<String>,
    pub(super) timeout: Option<u64>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) response_timeout: Option<Duration>,
    pub(super) stall_timeout: Option<Duration>,
    pub(super) minimum_throughput: Option<(u64, Duration)>,
    pub(super) deadline: Option<Duration>,
    pub(super) endpoint: Option<String>,
    pub(super) endpoint_ci: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) anonymous: bool,
    pub(super) ua: Option<String>,
    pub(super) proxies: Option<Vec<(String, String)>>,
    pub(super) domain: Option<String>,
    pub(super) service_domain: Option<String>,
    pub(super) keep_alive: Option<bool>,
    pub(super) pool_connections: Option<usize>,
    pub(super) pool_max_size: Option<usize>,
    pub(super) allow_redirects: bool,
    pub(super) sign_host: Option<bool>,
    pub(super) sign_params: Option<bool>,
    pub(super) enable_old_domain: Option<bool>,
    pub(super) enable_internal_domain: Option<bool>,
    pub(super) auto_switch_domain_on_retry: bool,
    pub(super) require_request_id: Option<bool>,
    pub(super) verify_ssl: Option<bool>,
    pub(super) ca_bundle: Option<PathBuf>,
    pub(super) ssl_cert: Option<(PathBuf, PathBuf)>,
    pub(super) connect_to: Option<SocketAddr>,
}

impl CosConfig {
    /// Starts a configuration.
    pub fn builder() -> CosConfigBuilder {
        CosConfigBuilder::default()
    }
}

impl CosConfigBuilder {
    /// Sets the APPID that is appended to bucket names that lack it. Python: `Appid`. Default: none.
    pub fn appid(mut self, appid: impl Param) -> Self {
        self.appid = appid.into_param();
        self
    }

    /// Sets the region, such as `ap-beijing`. Python: `Region`.
    pub fn region(mut self, region: impl Param) -> Self {
        self.region = region.into_param();
        self
    }

    /// Sets the secret id. Python: `SecretId`, `Secret_id`.
    pub fn secret_id(mut self, secret_id: impl Param) -> Self {
        self.secret_id = secret_id.into_param();
        self
    }

    /// Sets the secret key. Python: `SecretKey`, `Secret_key`.
    pub fn secret_key(mut self, secret_key: impl Param) -> Self {
        self.secret_key = secret_key.into_param().map(Zeroizing::new);
        self
    }

    /// Sets the secret id under its oldest name; used if no secret id is set. Python: `Access_id`.
    pub fn access_id(mut self, access_id: impl Param) -> Self {
        self.access_id = access_id.into_param();
        self
    }

    /// Sets the secret key under its oldest name; used if no secret id is set. Python: `Access_key`.
    pub fn access_key(mut self, access_key: impl Param) -> Self {
        self.access_key = access_key.into_param().map(Zeroizing::new);
        self
    }

    /// Sets the token of temporary credentials; `None` and empty text mean no token, as in Python. Python: `Token`.
    /// Default: none.
    pub fn token(mut self, token: impl Param) -> Self {
        self.token = token.into_param().filter(|token| !token.is_empty()).map(Zeroizing::new);
        self
    }

    /// Sets the provider of the credentials for each request; used if no secret id is set. The crate has providers for
    /// the environment, coscli's file, an instance's role and STS, and a
    /// [`CredentialChain`](crate::credentials::CredentialChain) tries several. Python: `CredentialInstance`. Default: none.
    pub fn credential_instance(mut self, provider: impl CredentialProvider + 'static) -> Self {
        self.credential_instance = Some(Arc::new(provider));
        self
    }

    /// Sets `"https"` or `"http"`. With http, anyone on the network path can read and change
    /// requests and answers. Python: `Scheme`. Default: https.
    pub fn scheme(mut self, scheme: impl Param) -> Self {
        self.scheme = scheme.into_param();
        self
    }

    /// Sets the connect, response and stall timeouts at once, in seconds. Python: `Timeout`.
    /// Default: 30.
    pub fn timeout(mut self, seconds: u64) -> Self {
        self.timeout = Some(seconds);
        self
    }

    /// Sets how long making a connection may take, TLS included. Default: 10 s, or `timeout`.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets how long the server may take to answer once it has the request. Default: 30 s, or
    /// `timeout`; `complete_multipart_upload` waits 1200 s at least.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = Some(timeout);
        self
    }

    /// Sets how long a transfer may stand still before its request fails. A transfer that makes progress is
    /// never aborted, however long it takes. Default: 30 s, or `timeout`.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = Some(timeout);
        self
    }

    /// Sets the lowest speed at which the body of an answer may come. A download that receives fewer bytes a second,
    /// over this much time of waiting, is aborted; a download in parts resumes from there. 0 bytes allows any speed.
    /// Default: 1024 bytes a second over 60 s.
    pub fn minimum_throughput(mut self, bytes_per_second: u64, over: Duration) -> Self {
        self.minimum_throughput = Some((bytes_per_second, over));
        self
    }

    /// Sets how long a call may take with all its attempts and pauses. Uploads, downloads, copies and completions
    /// have no such limit while they make progress. The lookup of the host's name is not counted.
    /// Default: 120 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the host that follows the bucket's name, such as `cos.accelerate.myqcloud.com`.
    /// Python: `Endpoint`. Default: made from the region.
    pub fn endpoint(mut self, endpoint: impl Param) -> Self {
        self.endpoint = endpoint.into_param();
        self
    }

    /// Sets the host of the Cloud Infinite service. Python: `EndpointCi`. Default: made from the
    /// region.
    pub fn endpoint_ci(mut self, endpoint: impl Param) -> Self {
        self.endpoint_ci = endpoint.into_param();
        self
    }

    /// Sets the address that requests go to, with an unchanged `Host` header. Python: `IP`.
    /// Default: what the host's name resolves to.
    pub fn ip(mut self, ip: impl Param) -> Self {
        self.ip = ip.into_param();
        self
    }

    /// Sets the port of `ip`; without an `ip` it has no effect, as in Python. Python: `Port`.
    /// Default: 443, or 80 for http.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sends requests unsigned, for public buckets. Python: `Anonymous`. Default: false.
    pub fn anonymous(mut self, anonymous: bool) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// Sets the `User-Agent`. Python: `UA`. Default: this crate's name and version.
    pub fn ua(mut self, user_agent: impl Param) -> Self {
        self.ua = user_agent.into_param();
        self
    }

    /// Sets the proxy for each scheme: `[("http", "http://proxy:3128"), ("https", "http://user:password@proxy:3128")]`.
    /// `"all"` stands for both, and `"https://host"` for one host. Only HTTP proxies are supported; the connection to
    /// the proxy may use TLS (`https://`). Python: `Proxies`. Default: what the environment says when the client is made, by
    /// the rules of Python's `requests`: `https_proxy` or `http_proxy`, else `all_proxy`, in lower case before
    /// upper case, and `no_proxy` with names, addresses and networks that are reached directly. In CGI `HTTP_PROXY` is
    /// ignored, since a visitor can set it.
    pub fn proxies<S: Into<String>, U: Into<String>>(mut self, proxies: impl IntoIterator<Item = (S, U)>) -> Self {
        self.proxies = Some(proxies.into_iter().map(|(scheme, url)| (scheme.into(), url.into())).collect());
        self
    }

    /// Uses no proxy, and ignores the environment's. Python: `Proxies={'http': '', 'https': ''}`. Default: the
    /// environment's.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(Vec::new());
        self
    }

    /// Sets a custom domain that stands for one bucket. Python: `Domain`. Default: none.
    pub fn domain(mut self, domain: impl Param) -> Self {
        self.domain = domain.into_param();
        self
    }

    /// Sets the domain that lists buckets. Python: `ServiceDomain`. Default: `service.cos.myqcloud.com`.
    pub fn service_domain(mut self, domain: impl Param) -> Self {
        self.service_domain = domain.into_param();
        self
    }

    /// Keeps connections for the next request. Python: `KeepAlive`. Default: true.
    pub fn keep_alive(mut self, keep_alive: bool) -> Self {
        self.keep_alive = Some(keep_alive);
        self
    }

    /// Sets for how many hosts idle connections are kept, where `pool_max_size` says how many for each. Python:
    /// `PoolConnections`. Default: 10.
    pub fn pool_connections(mut self, hosts: usize) -> Self {
        self.pool_connections = Some(hosts);
        self
    }

    /// Sets how many idle connections are kept for a host, for 15 seconds each and with up to 384 KiB of
    /// buffers. More threads than that connect anew for many of their requests. Python: `PoolMaxSize`.
    /// Default: as many as there were requests at a time; Python's is 10.
    pub fn pool_max_size(mut self, connections: usize) -> Self {
        self.pool_max_size = Some(connections);
        self
    }

    /// Follows redirects of GET and HEAD, at most 5 in a row. Another host gets neither signature nor
    /// token nor encryption key. Python: `AllowRedirects`. Default: false.
    pub fn allow_redirects(mut self, allow: bool) -> Self {
        self.allow_redirects = allow;
        self
    }

    /// Signs the host, so that a signature cannot be used for another bucket. Python: `SignHost`.
    /// Default: true.
    pub fn sign_host(mut self, sign: bool) -> Self {
        self.sign_host = Some(sign);
        self
    }

    /// Signs the query parameters. Python: `SignParams`. Default: true.
    pub fn sign_params(mut self, sign: bool) -> Self {
        self.sign_params = Some(sign);
        self
    }

    /// Uses `myqcloud.com`; false: `tencentcos.cn`. Python: `EnableOldDomain`. Default: true.
    pub fn enable_old_domain(mut self, enable: bool) -> Self {
        self.enable_old_domain = Some(enable);
        self
    }

    /// Uses the hosts inside Tencent's network where the new domain is used. Python:
    /// `EnableInternalDomain`. Default: true.
    pub fn enable_internal_domain(mut self, enable: bool) -> Self {
        self.enable_internal_domain = Some(enable);
        self
    }

    /// Sends the last attempt to the same bucket under `tencentcos.cn` when `myqcloud.com` gives no
    /// answer of COS. Python: `AutoSwitchDomainOnRetry`. Default: false.
    pub fn auto_switch_domain_on_retry(mut self, switch: bool) -> Self {
        self.auto_switch_domain_on_retry = switch;
        self
    }

    /// Accepts an answer as a success only if it proves that it comes from COS: an upload by its ETag, an append by its
    /// position, an object that is read by its ETag or `x-cos-request-id`, every other change by `x-cos-request-id`. A
    /// captive portal, which answers each request with its own page, has none of these. Set false for gateways that drop
    /// them: every 2xx is then a success, as in Python. Default: true.
    pub fn require_request_id(mut self, require: bool) -> Self {
        self.require_request_id = Some(require);
        self
    }

    /// Checks the server's certificate. False is dangerous: anyone on the network path can pose as COS.
    /// Python: `VerifySSL=True` or `False`. Default: true.
    pub fn verify_ssl(mut self, verify: bool) -> Self {
        self.verify_ssl = Some(verify);
        self
    }

    /// Trusts the authorities in this PEM file, or in the files of this folder, instead of the built-in ones. Python:
    /// `VerifySSL='/path/certfile'`. Default: what `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE` names when the client is
    /// made, as for Python's `requests`; else the built-in ones.
    pub fn ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// Shows this client certificate; the PEM file holds certificate and key. Python:
    /// `SSLCert='/path/client.pem'`. Default: none.
    pub fn ssl_cert(mut self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self.ssl_cert = Some((path.clone(), path));
        self
    }

    /// Shows this client certificate; two PEM files. Python: `SSLCert=('/path/client.cert',
    /// '/path/client.key')`. Default: none.
    pub fn ssl_cert_and_key(mut self, cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.ssl_cert = Some((cert.into(), key.into()));
        self
    }

    /// Opens every connection to this address, for each host that a URL names, and ignores the environment's proxies.
    /// URL, `Host` header, signature and certificate check are unchanged. For tests and private networks. Default:
    /// what the host's name resolves to.
    pub fn connect_to(mut self, address: SocketAddr) -> Self {
        self.connect_to = Some(address);
        self
    }
}

impl fmt::Debug for CosConfigBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Secrets and proxy passwords stay out of logs.
        f.debug_struct("CosConfigBuilder")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("domain", &self.domain)
            .field("ip", &self.ip)
            .finish_non_exhaustive()
    }
}
