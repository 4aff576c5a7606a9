//! A chain of providers: the first one that has credentials gives them.

use std::fmt;

use super::instance::InstanceRoleCredentials;
#[cfg(feature = "coscli")]
use super::profile::ProfileCredentials;
use crate::credential::{CredentialProvider, Credentials, EnvironmentCredentials};
use crate::error::{ClientErrorKind, CosError};

/// Asks one provider after the other until one has credentials.
///
/// It asks the next one only if a provider has no credentials, that is, if its error's kind is
/// [`NoCredentials`](ClientErrorKind::NoCredentials). Any other error ends the search: a program whose key file is
/// damaged should not continue under another identity.
///
/// ```
/// use qcloud_cos::{CosConfig, Credentials};
/// use qcloud_cos::credentials::{CredentialChain, EnvironmentCredentials};
///
/// let chain = CredentialChain::new(EnvironmentCredentials::new()).or(Credentials::new("AKIDEXAMPLE", "key"));
/// let config = CosConfig::builder().region("ap-beijing").credential_instance(chain).build()?;
/// # Ok::<(), qcloud_cos::CosError>(())
/// ```
#[must_use = "a chain is for a configuration"]
pub struct CredentialChain {
    providers: Vec<Box<dyn CredentialProvider>>,
}

impl CredentialChain {
    /// Starts a chain with its first provider.
    pub fn new(first: impl CredentialProvider + 'static) -> Self {
        Self { providers: vec![Box::new(first)] }
    }

    /// Adds a provider; the chain asks it if the ones before it have no credentials.
    pub fn or(mut self, next: impl CredentialProvider + 'static) -> Self {
        self.providers.push(Box::new(next));
        self
    }

    /// Makes the usual chain: [`EnvironmentCredentials`], `ProfileCredentials` with the feature `coscli`, and
    /// [`InstanceRoleCredentials`].
    ///
    /// On a machine without a metadata service the last one takes up to 15 s to fail.
    pub fn standard() -> Self {
        let chain = Self::new(EnvironmentCredentials::new());
        #[cfg(feature = "coscli")]
        let chain = chain.or(ProfileCredentials::new());
        chain.or(InstanceRoleCredentials::new())
    }

    fn first(
        &self,
        ask: impl Fn(&(dyn CredentialProvider + 'static)) -> Result<Credentials, CosError>,
    ) -> Result<Credentials, CosError> {
        let mut lacking = Vec::new();
        for provider in &self.providers {
            match ask(&**provider) {
                Err(error) if error.kind() == Some(&ClientErrorKind::NoCredentials) => lacking.push(error.to_string()),
                found => return found,
            }
        }
        Err(CosError::no_credentials(format!("no provider has credentials: {}", lacking.join("; "))))
    }
}

impl CredentialProvider for CredentialChain {
    fn credentials(&self) -> Result<Credentials, CosError> {
        self.first(CredentialProvider::credentials)
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        self.first(CredentialProvider::refresh)
    }
}

impl fmt::Debug for CredentialChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialChain").field("providers", &self.providers.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(fn() -> Result<Credentials, CosError>);

    impl CredentialProvider for Fixed {
        fn credentials(&self) -> Result<Credentials, CosError> {
            (self.0)()
        }

        fn refresh(&self) -> Result<Credentials, CosError> {
            (self.0)().map(|given| Credentials::new(format!("new {}", given.secret_id()), "key"))
        }
    }

    const NOTHING: Fixed = Fixed(|| Err(CosError::no_credentials("nothing")));
    const BROKEN: Fixed = Fixed(|| Err(CosError::credentials("broken")));
    const ONE: Fixed = Fixed(|| Ok(Credentials::new("one", "key")));
    const TWO: Fixed = Fixed(|| Ok(Credentials::new("two", "key")));

    fn id(result: Result<Credentials, CosError>) -> String {
        result.map_or_else(|error| error.to_string(), |credentials| credentials.secret_id().to_owned())
    }

    #[test]
    fn the_first_that_has_credentials_gives_them_and_others() {
        for (chain, given, renewed) in [
            (CredentialChain::new(ONE).or(TWO), "one", "new one"),
            (CredentialChain::new(NOTHING).or(ONE).or(BROKEN), "one", "new one"),
            (CredentialChain::new(NOTHING).or(BROKEN).or(ONE), "credentials: broken", "credentials: broken"),
        ] {
            assert_eq!((id(chain.credentials()).as_str(), id(chain.refresh()).as_str()), (given, renewed));
        }
        let none = CredentialChain::new(NOTHING).or(NOTHING).credentials().unwrap_err();
        assert_eq!(none.kind(), Some(&ClientErrorKind::NoCredentials));
        assert_eq!(none.to_string(), "no provider has credentials: nothing; nothing");
    }
}
