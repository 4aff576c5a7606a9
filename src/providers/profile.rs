//! Credentials from coscli's configuration file.

use std::fs::File;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::coscli::Base;
use super::instance::InstanceRoleCredentials;
use crate::credential::{CredentialProvider, Credentials};
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// The longest file that is read, in bytes.
const LIMIT: u64 = 64 * 1024;

/// Reads the credentials from the configuration file of coscli, Tencent Cloud's command line tool, anew for every
/// request, so that a change by `coscli config set` takes effect.
///
/// The provider reads `secretid`, `secretkey` and `sessiontoken` under `cos: base:`, hidden or plain, as coscli writes
/// them. If the file says `mode: CvmRole`, the credentials are those of the instance role `cvmrolename`
/// ([`InstanceRoleCredentials`]). Without the file, or without credentials in it, the error's kind is
/// [`NoCredentials`](ClientErrorKind::NoCredentials). A file may have 64 KiB.
///
/// coscli hides values with a key that is part of its source: anyone with read access to the file has the credentials.
///
/// ```
/// use qcloud_cos::CosConfig;
/// use qcloud_cos::credentials::ProfileCredentials;
///
/// let provider = ProfileCredentials::new(); // ~/.cos.yaml
/// let config = CosConfig::builder().region("ap-beijing").credential_instance(provider).build()?;
/// # Ok::<(), qcloud_cos::CosError>(())
/// ```
///
/// coscli: <https://cloud.tencent.com/document/product/436/63144>
#[derive(Debug)]
pub struct ProfileCredentials {
    path: Option<PathBuf>,
    connect_to: Option<SocketAddr>,
    /// The role that the file named last, with its cached credentials.
    role: Mutex<Option<(String, Arc<InstanceRoleCredentials>)>>,
}

impl ProfileCredentials {
    /// Makes the provider for `.cos.yaml` in the user's home directory, without reading it yet.
    pub fn new() -> Self {
        // With an empty HOME the path would be relative to the working directory.
        let home = std::env::home_dir().filter(|home| home.is_absolute());
        Self { path: home.map(|home| home.join(".cos.yaml")), connect_to: None, role: Mutex::default() }
    }

    /// Makes the provider for a file with another name, without reading it yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), connect_to: None, role: Mutex::default() }
    }

    /// Sets the address of the metadata service that gives the instance role's credentials. For tests. Default: as for
    /// [`InstanceRoleCredentials`].
    pub fn connect_to(mut self, address: SocketAddr) -> Self {
        self.connect_to = Some(address);
        self
    }

    fn given(
        &self,
        of_role: impl Fn(&InstanceRoleCredentials) -> Result<Credentials, CosError>,
    ) -> Result<Credentials, CosError> {
        let Some(path) = &self.path else {
            return Err(CosError::no_credentials("the user has no home directory for .cos.yaml"));
        };
        let text = read(path)?;
        let base = Base::read(&text).map_err(|why| unusable(path, &why))?;
        if base.plain("mode") == Some("CvmRole") {
            return of_role(&self.role(base.plain("cvmrolename").unwrap_or_default()));
        }
        let (id, key) = match (base.secret("secretid"), base.secret("secretkey")) {
            (Some(id), Some(key)) => (id, key),
            (None, None) => return Err(CosError::no_credentials(format!("{} holds no secretid", path.display()))),
            (id, _) => {
                let missing = if id.is_some() { "secretkey" } else { "secretid" };
                return Err(unusable(path, &format!("it lacks the {missing}")).into());
            }
        };
        let credentials = match base.secret("sessiontoken") {
            Some(token) => Credentials::with_token(id.as_str(), key.as_str(), token.as_str()),
            None => Credentials::new(id.as_str(), key.as_str()),
        };
        credentials.check().map_err(|error| unusable(path, &error.to_string()))?;
        Ok(credentials)
    }

    fn role(&self, name: &str) -> Arc<InstanceRoleCredentials> {
        let mut role = self.role.lock().unwrap_or_else(PoisonError::into_inner);
        match &*role {
            Some((known, provider)) if known == name => Arc::clone(provider),
            _ => {
                let mut provider = InstanceRoleCredentials::new();
                if !name.is_empty() {
                    provider = provider.role(name);
                }
                if let Some(address) = self.connect_to {
                    provider = provider.connect_to(address);
                }
                let provider = Arc::new(provider);
                *role = Some((name.to_owned(), Arc::clone(&provider)));
                provider
            }
        }
    }
}

impl Default for ProfileCredentials {
    fn default() -> Self {
        Self::new()
    }
}

impl CredentialProvider for ProfileCredentials {
    fn credentials(&self) -> Result<Credentials, CosError> {
        self.given(CredentialProvider::credentials)
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        self.given(CredentialProvider::refresh)
    }
}

fn unusable(path: &Path, why: &str) -> CosClientError {
    CosClientError::new(ClientErrorKind::Credentials, format!("{}: {why}", path.display()))
}

fn read(path: &Path) -> Result<Zeroizing<String>, CosError> {
    let failed = |error: io::Error| unusable(path, &error.to_string()).caused_by(error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(CosError::no_credentials(format!("there is no {}", path.display())));
        }
        Err(error) => return Err(failed(error).into()),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT as usize + 1));
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(unusable(path, &format!("it is longer than {LIMIT} bytes")).into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| unusable(path, "it is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
