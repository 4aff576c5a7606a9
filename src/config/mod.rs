//! The client's settings, checked once.

mod build;
mod builder;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

pub use builder::CosConfigBuilder;

use crate::credential::{CredentialProvider, Credentials};
use crate::error::CosError;
use crate::wire::host::check_ip;
use crate::wire::uri::Addressing;

/// The settings of a client; made by [`CosConfig::builder`].
///
/// A clone shares its settings: a change by [`set_credential`](Self::set_credential) or
/// [`set_ip_port`](Self::set_ip_port) takes effect in every client made from it, as in Python.
///
/// Python:
/// ```python
/// config = CosConfig(Region='ap-beijing', SecretId=secret_id, SecretKey=secret_key, Token=token)
/// ```
#[derive(Clone)]
pub struct CosConfig {
    pub(crate) fixed: Arc<Fixed>,
    live: Arc<RwLock<Live>>,
}

/// The settings that do not change once they are built.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) anonymous: bool,
    pub(crate) user_agent: String,
    pub(crate) keep_alive: bool,
    pub(crate) allow_redirects: bool,
    pub(crate) sign_host: bool,
    pub(crate) sign_params: bool,
    pub(crate) auto_switch_domain_on_retry: bool,
    pub(crate) require_request_id: bool,
    /// The time limit of a call that is not a transfer.
    pub(crate) deadline: Duration,
    pub(crate) connection: Connection,
}

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) https: bool,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) stall_timeout: Duration,
    /// The lowest number of bytes of a body, and the time in which they must come.
    pub(crate) minimum_throughput: (u64, Duration),
    pub(crate) pool_connections: usize,
    pub(crate) pool_max_size: usize,
    pub(crate) network: Network,
}

/// By which way a server is reached and why it is trusted; for COS and for the services that give credentials.
#[derive(Clone)]
pub(crate) struct Network {
    /// `None` means the environment's.
    pub(crate) proxies: Option<Vec<(String, String)>>,
    pub(crate) verify_ssl: bool,
    pub(crate) ca_bundle: Option<PathBuf>,
    pub(crate) ssl_cert: Option<(PathBuf, PathBuf)>,
    pub(crate) connect_to: Option<SocketAddr>,
}

impl Default for Network {
    fn default() -> Self {
        Self { proxies: None, verify_ssl: true, ca_bundle: None, ssl_cert: None, connect_to: None }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL of a proxy may hold a password.
        let proxies = self.proxies.as_ref().map(|proxies| proxies.iter().map(|(scheme, _)| scheme).collect::<Vec<_>>());
        f.debug_struct("Network")
            .field("proxies_for", &proxies)
            .field("verify_ssl", &self.verify_ssl)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("https", &self.https)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("stall_timeout", &self.stall_timeout)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

/// The settings that can change after `build`.
struct Live {
    addressing: Arc<Addressing>,
    credentials: Option<Arc<dyn CredentialProvider>>,
    copy_part_threshold_size: u64,
}

impl CosConfig {
    fn read<T>(&self, get: impl FnOnce(&Live) -> T) -> T {
        get(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, set: impl FnOnce(&mut Live)) {
        set(&mut self.live.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn addressing(&self) -> Arc<Addressing> {
        self.read(|live| Arc::clone(&live.addressing))
    }

    /// Returns the credentials to sign with, or none for an anonymous client.
    pub(crate) fn credentials(&self) -> Result<Option<Credentials>, CosError> {
        if self.fixed.anonymous {
            return Ok(None);
        }
        let provider = self.read(|live| live.credentials.clone());
        provider.map(|provider| provider.credentials()).transpose()
    }

    /// Returns new credentials in place of refused ones, or none for an anonymous client.
    pub(crate) fn refreshed_credentials(&self) -> Result<Option<Credentials>, CosError> {
        let provider = self.read(|live| live.credentials.clone()).filter(|_| !self.fixed.anonymous);
        provider.map(|provider| provider.refresh()).transpose()
    }

    /// Sends requests to this IP, with an unchanged `Host` header. Without a port, 80 or 443.
    ///
    /// Python: `config.set_ip_port('10.0.0.1', 8080)`
    pub fn set_ip_port(&self, ip: impl Into<String>, port: Option<u16>) -> Result<(), CosError> {
        let ip = ip.into();
        check_ip(Some(&ip), port)?;
        self.write(|live| {
            let addressing = Arc::make_mut(&mut live.addressing);
            (addressing.ip, addressing.port) = (Some(ip), port);
        });
        Ok(())
    }

    /// Signs all further requests with other credentials; `token` is for temporary ones.
    ///
    /// Python: `config.set_credential(secret_id, secret_key, token)`
    pub fn set_credential(
        &self,
        secret_id: impl Into<String>,
        secret_key: impl Into<String>,
        token: Option<&str>,
    ) -> Result<(), CosError> {
        let credentials = match token {
            Some(token) => Credentials::with_token(secret_id, secret_key, token),
            None => Credentials::new(secret_id, secret_key),
        };
        credentials.check()?;
        self.write(|live| live.credentials = Some(Arc::new(credentials)));
        Ok(())
    }

    /// Sets the size in bytes from which `copy` copies in parts. Default: 5 GiB. 0 leaves it unchanged.
    ///
    /// Python: `config.set_copy_part_threshold_size(size)`
    pub fn set_copy_part_threshold_size(&self, size: u64) {
        if size > 0 {
            self.write(|live| live.copy_part_threshold_size = size);
        }
    }

    /// Returns the size in bytes from which `copy` copies in parts.
    pub fn copy_part_threshold_size(&self) -> u64 {
        self.read(|live| live.copy_part_threshold_size)
    }
}

impl fmt::Debug for CosConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosConfig")
            .field("addressing", &self.addressing())
            .field("fixed", &self.fixed)
            .finish_non_exhaustive()
    }
}
