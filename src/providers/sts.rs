//! Temporary credentials from Tencent Cloud's Security Token Service.
//!
//! API: <https://cloud.tencent.com/document/product/1312/48059>

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use http::{Method, Request};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::fetch::{Denied, check_name, fetch, request, seconds, temporary};
use super::policy::StsPolicy;
use crate::config::Network;
use crate::credential::{Cache, CredentialProvider, Credentials};
use crate::error::{CosClientError, CosError};
use crate::wire::host::check_host;
use crate::wire::tc3::Tc3;
use crate::wire::uri::encode;

const CONTENT_TYPE: &str = "application/json";
const VERSION: &str = "2018-08-13";

/// The parts that both actions share: the signer, the network, and the arguments.
struct Sts<P> {
    source: P,
    duration_seconds: u64,
    policy: Option<StsPolicy>,
    region: String,
    endpoint: String,
    scheme: String,
    network: Network,
    cache: Cache,
}

impl<P: CredentialProvider> Sts<P> {
    fn new(source: P, duration_seconds: u64) -> Self {
        Self {
            source,
            duration_seconds,
            policy: None,
            region: "ap-guangzhou".to_owned(),
            endpoint: "sts.tencentcloudapi.com".to_owned(),
            scheme: "https".to_owned(),
            network: Network::default(),
            cache: Cache::default(),
        }
    }

    /// Checks the arguments that both actions share, and returns their parameters.
    fn parameters(&self, longest: u64) -> Result<Map<String, Value>, CosError> {
        check_host("endpoint", &self.endpoint)?;
        check_name("region", &self.region, [1, 64], "-")?;
        if self.scheme != "https" && self.scheme != "http" {
            let why = format!("{:?} is neither http nor https", self.scheme);
            return Err(CosClientError::invalid("scheme", why).into());
        }
        if !(1..=longest).contains(&self.duration_seconds) {
            let why = format!("{} is not within 1..={longest}", self.duration_seconds);
            return Err(CosClientError::invalid("duration_seconds", why).into());
        }
        let mut parameters = Map::new();
        parameters.insert("DurationSeconds".to_owned(), self.duration_seconds.into());
        if let Some(policy) = &self.policy {
            // STS wants this one value percent-encoded, in JSON too.
            parameters.insert("Policy".to_owned(), encode(&policy.to_json()?).into());
        }
        Ok(parameters)
    }

    fn ask(&self, action: &'static str, parameters: Map<String, Value>) -> Result<Credentials, CosError> {
        let body = Value::Object(parameters).to_string().into_bytes();
        fetch(action, &self.network, || self.request(action, &body), read)
    }

    /// Makes the request of one attempt, signed anew.
    fn request(&self, action: &'static str, body: &[u8]) -> Result<Request<Vec<u8>>, CosError> {
        let source = self.source.credentials()?;
        source.check()?;
        let timestamp = seconds(self.cache.now());
        let authorization = Tc3 {
            secret_id: source.secret_id(),
            secret_key: source.secret_key(),
            service: "sts",
            host: &self.endpoint,
            content_type: CONTENT_TYPE,
            body,
            timestamp,
        }
        .authorization();
        let timestamp = timestamp.to_string();
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("content-type", CONTENT_TYPE),
            ("host", &self.endpoint),
            ("x-tc-action", action),
            ("x-tc-region", &self.region),
            ("x-tc-timestamp", &timestamp),
            ("x-tc-version", VERSION),
        ];
        headers.extend(source.token().map(|token| ("x-tc-token", token)));
        request(Method::POST, &format!("{}://{}/", self.scheme, self.endpoint), &headers, body.to_vec())
    }
}

/// The setters that both providers share.
macro_rules! sts_setters {
    () => {
        /// Sets the host of STS, without a scheme: `sts.internal.tencentcloudapi.com` from inside Tencent Cloud,
        /// `sts.intl.tencentcloudapi.com` for international accounts. Default: `sts.tencentcloudapi.com`.
        pub fn endpoint(mut self, host: impl Into<String>) -> Self {
            self.sts.endpoint = host.into();
            self
        }

        /// Sets the region that answers. Default: `ap-guangzhou`; the credentials are valid in all regions.
        pub fn region(mut self, region: impl Into<String>) -> Self {
            self.sts.region = region.into();
            self
        }

        /// Sets `"https"` or `"http"`. With http, anyone on the network path can read the credentials. For
        /// tests. Default: https.
        pub fn scheme(mut self, scheme: impl Into<String>) -> Self {
            self.sts.scheme = scheme.into();
            self
        }

        /// Connects to this address, without a proxy; URL, `Host` header, signature and certificate check are
        /// unchanged. For tests and private networks. Default: the endpoint's own address, through the environment's
        /// proxy if there is one.
        pub fn connect_to(mut self, address: SocketAddr) -> Self {
            self.sts.network.connect_to = Some(address);
            self
        }

        /// Sets the proxy for each scheme, as [`CosConfigBuilder::proxies`](crate::CosConfigBuilder::proxies) does for
        /// requests to COS. Default: the environment's.
        pub fn proxies<S: Into<String>, U: Into<String>>(mut self, proxies: impl IntoIterator<Item = (S, U)>) -> Self {
            let proxies = proxies.into_iter().map(|(scheme, url)| (scheme.into(), url.into()));
            self.sts.network.proxies = Some(proxies.collect());
            self
        }

        /// Uses no proxy, and ignores the environment's. Default: the environment's.
        pub fn no_proxy(mut self) -> Self {
            self.sts.network.proxies = Some(Vec::new());
            self
        }

        /// Trusts the authorities in this PEM file, or in the files of this folder, instead of the built-in ones.
        /// Default: what `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE` names; else the built-in ones.
        pub fn ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
            self.sts.network.ca_bundle = Some(path.into());
            self
        }

        /// Checks the server's certificate. False is dangerous: anyone on the network path can read the credentials.
        /// Default: true.
        pub fn verify_ssl(mut self, verify: bool) -> Self {
            self.sts.network.verify_ssl = verify;
            self
        }

        /// Sets how long before they expire credentials are renewed; at most a quarter of the time for which they
        /// are valid. Default: 5 minutes.
        pub fn refresh_before(mut self, early: Duration) -> Self {
            self.sts.cache.early = early;
            self
        }

        /// Sets where the time comes from. For tests. Default: the system's clock.
        pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
            self.sts.cache.clock = std::sync::Arc::new(clock);
            self
        }
    };
}

/// Gets temporary credentials of a role from STS.
///
/// The credentials of `source`, permanent ones or those of another role, sign the request. The provider keeps the
/// role's credentials until 5 minutes before they expire. An answer may take 5 s and have 64 KiB, and the provider
/// makes 3 attempts.
///
/// Python: `Sts(config).get_role_credential(role_arn)` of `qcloud-python-sts`.
///
/// ```
/// use cos_emulator::CosEmulator;
/// use qcloud_cos::{CosConfig, CosS3Client, Credentials};
/// use qcloud_cos::credentials::AssumeRoleCredentials;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cos = CosEmulator::start()?; // for the real STS leave out `scheme` and `connect_to`
/// let source = Credentials::new(cos.secret_id(), cos.secret_key());
/// let provider = AssumeRoleCredentials::new(source, "qcs::cam::uin/100000000001:roleName/reader")
///     .duration_seconds(3600)
///     .scheme("http").connect_to(cos.addr());
/// let config = CosConfig::builder()
///     .region("ap-guangzhou").credential_instance(provider)
///     .scheme("http").ip("127.0.0.1").port(cos.port())
///     .build()?;
/// CosS3Client::new(config)?.create_bucket("examplebucket-1250000000").send()?;
/// # Ok(()) }
/// ```
///
/// API: <https://cloud.tencent.com/document/product/1312/48197>
pub struct AssumeRoleCredentials<P> {
    sts: Sts<P>,
    role_arn: String,
    role_session_name: String,
    external_id: Option<String>,
}

impl<P: CredentialProvider> AssumeRoleCredentials<P> {
    /// Makes the provider, without sending anything yet.
    pub fn new(source: P, role_arn: impl Into<String>) -> Self {
        Self {
            sts: Sts::new(source, 7200),
            role_arn: role_arn.into(),
            role_session_name: "qcloud-cos".to_owned(),
            external_id: None,
        }
    }

    /// Sets the name under which the account's logs show the session: 2 to 128 letters, digits and `+=,.@_-`.
    /// Default: `qcloud-cos`.
    pub fn role_session_name(mut self, name: impl Into<String>) -> Self {
        self.role_session_name = name.into();
        self
    }

    /// Sets for how many seconds the credentials are valid, at most 43200. Default: 7200.
    pub fn duration_seconds(mut self, seconds: u64) -> Self {
        self.sts.duration_seconds = seconds;
        self
    }

    /// Sets the external id that the role may ask for: 2 to 128 letters, digits and `=,.@:/_-`. Default: none.
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// Narrows the rights of the credentials. Default: all rights of the role.
    pub fn policy(mut self, policy: StsPolicy) -> Self {
        self.sts.policy = Some(policy);
        self
    }

    sts_setters!();

    fn ask(&self) -> Result<Credentials, CosError> {
        if !self.role_arn.starts_with("qcs::cam::") {
            let why = format!("{:?} is not of the form qcs::cam::uin/...:roleName/...", self.role_arn);
            return Err(CosClientError::invalid("role_arn", why).into());
        }
        check_name("role_session_name", &self.role_session_name, [2, 128], "+=,.@_-")?;
        let mut parameters = self.sts.parameters(43_200)?;
        parameters.insert("RoleArn".to_owned(), self.role_arn.as_str().into());
        parameters.insert("RoleSessionName".to_owned(), self.role_session_name.as_str().into());
        if let Some(id) = &self.external_id {
            check_name("external_id", id, [2, 128], "=,.@:/_-")?;
            parameters.insert("ExternalId".to_owned(), id.as_str().into());
        }
        self.sts.ask("AssumeRole", parameters)
    }
}

/// Gets temporary credentials from STS whose rights a policy limits.
///
/// They are for handing to others by [`Credentials::expose`], such as browsers that may upload under one prefix.
/// `source` must be permanent credentials. The provider keeps the credentials until 5 minutes before they expire;
/// [`refresh`](CredentialProvider::refresh) gets new ones. An answer may take 5 s and have 64 KiB, and the provider
/// makes 3 attempts.
///
/// Python: `Sts(config).get_credential()` of `qcloud-python-sts`.
///
/// ```
/// use cos_emulator::CosEmulator;
/// use qcloud_cos::{CredentialProvider, Credentials};
/// use qcloud_cos::credentials::{FederationTokenCredentials, StsPolicy, StsStatement};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cos = CosEmulator::start()?; // for the real STS leave out `scheme` and `connect_to`
/// let source = Credentials::new(cos.secret_id(), cos.secret_key());
/// let uploads = StsStatement::allow(["name/cos:PutObject"])
///     .prefix("examplebucket-1250000000", "ap-guangzhou", "uploads/*");
/// let provider = FederationTokenCredentials::new(source, StsPolicy::new().statement(uploads))
///     .duration_seconds(900)
///     .scheme("http").connect_to(cos.addr());
/// assert!(provider.credentials()?.expires_at().is_some());
/// # Ok(()) }
/// ```
///
/// API: <https://cloud.tencent.com/document/product/1312/48195>
pub struct FederationTokenCredentials<P> {
    sts: Sts<P>,
    name: String,
}

impl<P: CredentialProvider> FederationTokenCredentials<P> {
    /// Makes the provider, without sending anything yet.
    pub fn new(source: P, policy: StsPolicy) -> Self {
        let sts = Sts { policy: Some(policy), ..Sts::new(source, 1800) };
        Self { sts, name: "qcloud-cos".to_owned() }
    }

    /// Sets the name under which the account's logs show the holder: 1 to 128 letters, digits, `_` and `-`.
    /// Default: `qcloud-cos`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets for how many seconds the credentials are valid, at most 129600, and 7200 if `source` is the account's
    /// own key. Python: `duration_seconds`. Default: 1800.
    pub fn duration_seconds(mut self, seconds: u64) -> Self {
        self.sts.duration_seconds = seconds;
        self
    }

    sts_setters!();

    fn ask(&self) -> Result<Credentials, CosError> {
        check_name("name", &self.name, [1, 128], "_-")?;
        let mut parameters = self.sts.parameters(129_600)?;
        parameters.insert("Name".to_owned(), self.name.as_str().into());
        self.sts.ask("GetFederationToken", parameters)
    }
}

/// The setters that both providers share.
macro_rules! sts_provider {
    ($name:ident) => {
        impl<P: CredentialProvider> CredentialProvider for $name<P> {
            fn credentials(&self) -> Result<Credentials, CosError> {
                self.sts.cache.get(|| self.ask())
            }

            fn refresh(&self) -> Result<Credentials, CosError> {
                self.sts.cache.refresh(|| self.ask())
            }
        }

        impl<P> std::fmt::Debug for $name<P> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("endpoint", &self.sts.endpoint)
                    .field("cache", &self.sts.cache)
                    .finish_non_exhaustive()
            }
        }
    };
}

sts_provider!(AssumeRoleCredentials);
sts_provider!(FederationTokenCredentials);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    response: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome {
    error: Option<Refusal>,
    credentials: Option<Given>,
    #[serde(default)]
    expired_time: u64,
    #[serde(default)]
    request_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    tmp_secret_id: String,
    tmp_secret_key: String,
    token: String,
}

fn read(status: u16, body: &[u8]) -> Result<Credentials, Denied> {
    match status {
        200 => {}
        429 | 500.. => return Err(Denied::Passing(format!("STS answered {status}"))),
        _ => return Err(Denied::Final(format!("STS answered {status}"))),
    }
    // serde's message would quote the answer, and that may hold a key.
    let answer: Answer =
        serde_json::from_slice(body).map_err(|_| Denied::Passing("the answer is not the JSON expected".to_owned()))?;
    let Outcome { error, credentials, expired_time, request_id } = answer.response;
    match (error, credentials) {
        (Some(Refusal { code, message }), _) => {
            let why = format!("{code}: {message} (request id {request_id})");
            let passing = code.starts_with("InternalError") || code.starts_with("RequestLimitExceeded");
            Err(if passing { Denied::Passing(why) } else { Denied::Final(why) })
        }
        (None, Some(given)) => temporary(given.tmp_secret_id, given.tmp_secret_key, given.token, expired_time),
        (None, None) => Err(Denied::Passing("the answer holds no credentials".to_owned())),
    }
}
