//! Checks the settings of a builder and fills in the defaults.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::builder::CosConfigBuilder;
use super::{Connection, CosConfig, Fixed, Live, Network};
use crate::credential::{CredentialProvider, Credentials};
use crate::error::{CosClientError, CosError};
use crate::wire::host::{check_host, check_ip, is_ipv6};
use crate::wire::limits::MAX_REQUEST;
use crate::wire::request::header;
use crate::wire::uri::{Addressing, Module, region_endpoint};

/// The longest wait for anything. A clock cannot count much further.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
const USER_AGENT: &str = concat!("qcloud-cos/", env!("CARGO_PKG_VERSION"));

impl CosConfigBuilder {
    /// Checks the settings; an error names the one that is wrong.
    pub fn build(self) -> Result<CosConfig, CosError> {
        let credentials = self.credentials()?;
        let live = Live { addressing: self.addressing()?.into(), credentials, copy_part_threshold_size: MAX_REQUEST };
        let user_agent = self.ua.clone().unwrap_or_else(|| USER_AGENT.to_owned());
        header("user-agent", &user_agent)
            .map_err(|e| CosClientError::invalid("ua", "is not a valid header value").caused_by(e))?;
        let fixed = Fixed {
            anonymous: self.anonymous,
            user_agent,
            keep_alive: self.keep_alive.unwrap_or(true),
            allow_redirects: self.allow_redirects,
            sign_host: self.sign_host.unwrap_or(true),
            sign_params: self.sign_params.unwrap_or(true),
            auto_switch_domain_on_retry: self.auto_switch_domain_on_retry,
            require_request_id: self.require_request_id.unwrap_or(true),
            deadline: match self.deadline.unwrap_or(Duration::from_secs(120)) {
                Duration::ZERO => return Err(CosClientError::invalid("deadline", "must be longer than 0").into()),
                deadline => deadline.min(LONGEST),
            },
            connection: self.connection(live.addressing.scheme == "https")?,
        };
        Ok(CosConfig { fixed: Arc::new(fixed), live: Arc::new(RwLock::new(live)) })
    }

    fn credentials(&self) -> Result<Option<Arc<dyn CredentialProvider>>, CosClientError> {
        let pairs = [(&self.secret_id, &self.secret_key), (&self.access_id, &self.access_key)];
        let pair = pairs.into_iter().find_map(|(id, key)| Some((id.as_ref()?, key.as_ref()?)));
        if let Some((id, key)) = pair {
            let credentials = match &self.token {
                Some(token) => Credentials::with_token(id, key.as_str(), token.as_str()),
                None => Credentials::new(id, key.as_str()),
            };
            if !self.anonymous {
                credentials.check()?;
            }
            return Ok(Some(Arc::new(credentials)));
        }
        if self.credential_instance.is_none() && !self.anonymous {
            let missing = if self.secret_id.is_some() { "secret_key" } else { "secret_id" };
            return Err(CosClientError::invalid(missing, "is required, or a credential_instance, or anonymous(true)"));
        }
        Ok(self.credential_instance.clone())
    }

    fn addressing(&self) -> Result<Addressing, CosClientError> {
        let scheme = self.scheme.clone().unwrap_or_else(|| "https".to_owned());
        if scheme != "https" && scheme != "http" {
            return Err(CosClientError::invalid("scheme", format!("{scheme:?} is neither http nor https")));
        }
        let hosts = [
            ("endpoint", &self.endpoint),
            ("endpoint_ci", &self.endpoint_ci),
            ("domain", &self.domain),
            ("service_domain", &self.service_domain),
        ];
        for (field, host) in hosts {
            let Some(host) = host else { continue };
            check_host(field, host)?;
            if host.starts_with('[') && field.starts_with("endpoint") {
                let why =
                    format!("{host:?} is an address, and no bucket name can precede an address: use ip or domain");
                return Err(CosClientError::invalid(field, why));
            }
            if is_ipv6(host) && !host.starts_with('[') {
                return Err(CosClientError::invalid(field, format!("{host:?} needs brackets: [{host}]")));
            }
        }
        check_ip(self.ip.as_deref(), self.port)?;
        if let Some(appid) = self.appid.as_deref().filter(|appid| !appid.bytes().all(|b| b.is_ascii_alphanumeric())) {
            return Err(CosClientError::invalid("appid", format!("{appid:?} may hold only letters and digits")));
        }
        let old = self.enable_old_domain.unwrap_or(true);
        let internal = self.enable_internal_domain.unwrap_or(true);
        let endpoint = match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Some(region)) => region_endpoint(region, Module::Cos, old, internal)?,
            (None, None) if self.domain.is_some() => String::new(),
            (None, None) => return Err(CosClientError::invalid("region", "is required, or an endpoint or a domain")),
        };
        let endpoint_ci = match (&self.endpoint_ci, &self.region) {
            (Some(endpoint), _) => Some(endpoint.clone()),
            (None, Some(region)) => Some(region_endpoint(region, Module::Ci, true, false)?),
            (None, None) => None,
        };
        Ok(Addressing {
            scheme,
            appid: self.appid.clone().filter(|appid| !appid.is_empty()),
            endpoint,
            region: self.region.clone(),
            endpoint_ci,
            own_endpoint_ci: self.endpoint_ci.is_some(),
            domain: self.domain.clone(),
            service: self
                .service_domain
                .clone()
                .unwrap_or_else(|| format!("service.cos.{}", if old { "myqcloud.com" } else { "tencentcos.cn" })),
            ip: self.ip.clone(),
            port: self.port,
            old_domain: old,
            internal_domain: internal,
        })
    }

    fn connection(&self, https: bool) -> Result<Connection, CosClientError> {
        if self.connect_to.is_some() && self.proxies.as_ref().is_some_and(|proxies| !proxies.is_empty()) {
            return Err(CosClientError::invalid(
                "connect_to",
                "connects past the proxies that are set, too: use one of them",
            ));
        }
        let timeout = self.timeout.map(Duration::from_secs);
        let limit = |field: &str, own: Option<Duration>, default: u64| {
            let value = own.or(timeout).unwrap_or(Duration::from_secs(default));
            let field = if own.is_none() && timeout.is_some() { "timeout" } else { field };
            if value.is_zero() {
                return Err(CosClientError::invalid(field, "must be longer than 0"));
            }
            Ok(value.min(LONGEST))
        };
        let count = |field: &str, value: Option<usize>, default: usize| match value.unwrap_or(default) {
            0 => Err(CosClientError::invalid(field, "must be at least 1")),
            count => Ok(count),
        };
        Ok(Connection {
            https,
            connect_timeout: limit("connect_timeout", self.connect_timeout, 10)?,
            response_timeout: limit("response_timeout", self.response_timeout, 30)?,
            stall_timeout: limit("stall_timeout", self.stall_timeout, 30)?,
            minimum_throughput: match self.minimum_throughput.unwrap_or((1024, Duration::from_secs(60))) {
                (_, Duration::ZERO) => {
                    return Err(CosClientError::invalid("minimum_throughput", "must be over some time"));
                }
                (bytes, over) => (bytes, over),
            },
            pool_connections: count("pool_connections", self.pool_connections, 10)?,
            pool_max_size: count("pool_max_size", self.pool_max_size, usize::MAX)?,
            network: Network {
                proxies: self.proxies.clone(),
                verify_ssl: self.verify_ssl.unwrap_or(true),
                ca_bundle: self.ca_bundle.clone(),
                ssl_cert: self.ssl_cert.clone(),
                connect_to: self.connect_to,
            },
        })
    }
}
