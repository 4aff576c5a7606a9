//! The role of the machine, from its metadata service.
//!
//! API: <https://cloud.tencent.com/document/product/213/4934>

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::{Duration, SystemTime};

use http::Method;
use serde::Deserialize;

use super::fetch::{Denied, check_name, fetch, request, temporary};
use crate::config::Network;
use crate::credential::{Cache, CredentialProvider, Credentials};
use crate::error::CosError;

const WHAT: &str = "the instance role";
/// The address of `metadata.tencentyun.com` on every machine: link-local, so that no name server and no router can
/// redirect it.
const SERVICE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 0, 23), 80);
const ROLES: &str = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/";

/// Reads temporary credentials of the role that is bound to the program's CVM instance or container.
///
/// The machine's metadata service gives them, and the provider keeps them until 5 minutes before they expire. It asks
/// the service at its link-local address, without proxy, name server or redirects. An answer may take 5 s and have
/// 64 KiB, and the provider makes 3 attempts. If no role is bound, the error's kind is
/// [`NoCredentials`](crate::ClientErrorKind::NoCredentials).
///
/// Python: `tencentcloud.common.credential.CVMRoleCredential()`, which the COS SDK does not use.
///
/// ```
/// use cos_emulator::CosEmulator;
/// use qcloud_cos::{CosConfig, CosS3Client};
/// use qcloud_cos::credentials::InstanceRoleCredentials;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cos = CosEmulator::builder().instance_role("reader").start()?; // on a real machine: leave out `connect_to`
/// let provider = InstanceRoleCredentials::new().connect_to(cos.addr());
/// let config = CosConfig::builder()
///     .region("ap-guangzhou").credential_instance(provider)
///     .scheme("http").ip("127.0.0.1").port(cos.port())
///     .build()?;
/// CosS3Client::new(config)?.create_bucket("examplebucket-1250000000").send()?;
/// # Ok(()) }
/// ```
///
/// API: <https://cloud.tencent.com/document/product/213/4934>
#[derive(Debug, Default)]
pub struct InstanceRoleCredentials {
    role: Option<String>,
    connect_to: Option<SocketAddr>,
    cache: Cache,
}

impl InstanceRoleCredentials {
    /// Makes the provider, without sending anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the role's name. Default: the service tells it, once for every renewal.
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.role = Some(name.into());
        self
    }

    /// Sets how long before they expire credentials are renewed; at most a quarter of the time for which they are
    /// valid. Default: 5 minutes.
    pub fn refresh_before(mut self, early: Duration) -> Self {
        self.cache.early = early;
        self
    }

    /// Sets the address of the metadata service. For tests. Default: 169.254.0.23, port 80.
    pub fn connect_to(mut self, address: SocketAddr) -> Self {
        self.connect_to = Some(address);
        self
    }

    /// Sets where the time comes from. For tests. Default: the system's clock.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.cache.clock = std::sync::Arc::new(clock);
        self
    }

    fn ask(&self) -> Result<Credentials, CosError> {
        let role = match &self.role {
            Some(role) => role.clone(),
            None => self.get("", read_role)?,
        };
        check_name("role", &role, [1, 128], "+=,.@_-")?;
        self.get(&role, read_credentials)
    }

    fn get<T>(&self, role: &str, read: impl Fn(u16, &[u8]) -> Result<T, Denied>) -> Result<T, CosError> {
        let url = format!("{ROLES}{role}");
        let network = Network { connect_to: self.connect_to.or(Some(SERVICE.into())), ..Network::default() };
        fetch(WHAT, &network, || request(Method::GET, &url, &[], Vec::new()), read)
    }
}

impl CredentialProvider for InstanceRoleCredentials {
    fn credentials(&self) -> Result<Credentials, CosError> {
        self.cache.get(|| self.ask())
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        self.cache.refresh(|| self.ask())
    }
}

/// The service's answer about a role. Only a success has all fields.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Answer {
    code: String,
    tmp_secret_id: String,
    tmp_secret_key: String,
    token: String,
    expired_time: u64,
}

fn succeeded(status: u16) -> Result<(), Denied> {
    match status {
        200 => Ok(()),
        404 => Err(Denied::Nothing("no such role is bound to this machine".to_owned())),
        429 | 500.. => Err(Denied::Passing(format!("the metadata service answered {status}"))),
        _ => Err(Denied::Final(format!("the metadata service answered {status}"))),
    }
}

/// Reads the list of roles; there is one at most.
fn read_role(status: u16, body: &[u8]) -> Result<String, Denied> {
    succeeded(status)?;
    let text = std::str::from_utf8(body).map_err(|_| Denied::Passing("the role's name is not text".to_owned()))?;
    let role = text.lines().next().unwrap_or_default().trim();
    match check_name("role", role, [1, 128], "+=,.@_-") {
        Ok(()) => Ok(role.to_owned()),
        Err(_) if text.trim().is_empty() => Err(Denied::Nothing("no role is bound to this machine".to_owned())),
        Err(_) => Err(Denied::Passing("the answer is not a role's name".to_owned())),
    }
}

fn read_credentials(status: u16, body: &[u8]) -> Result<Credentials, Denied> {
    succeeded(status)?;
    // serde's message would quote the answer, and that may hold a key.
    let answer: Answer =
        serde_json::from_slice(body).map_err(|_| Denied::Passing("the answer is not the JSON expected".to_owned()))?;
    if answer.code != "Success" {
        return Err(Denied::Passing(format!("the metadata service says {:?}", answer.code)));
    }
    temporary(answer.tmp_secret_id, answer.tmp_secret_key, answer.token, answer.expired_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_on_this_link() {
        assert!(SERVICE.ip().is_link_local());
        let host = ROLES.strip_prefix("http://").and_then(|rest| rest.split('/').next());
        assert_eq!(host, Some("metadata.tencentyun.com"));
    }
}
