//! The credentials of signatures: secret id, secret key and, for temporary ones, a token.

mod cached;
pub(crate) mod deadline;
mod environment;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use zeroize::Zeroizing;

pub(crate) use cached::Cache;
pub use cached::CachedCredentials;
pub use environment::EnvironmentCredentials;

use crate::error::{CosClientError, CosError};

/// A secret id, its secret key, an optional session token, and their expiry.
///
/// The texts are wiped from memory when dropped, and `Debug` shows neither key nor token.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    secret_id: Zeroizing<String>,
    secret_key: Zeroizing<String>,
    token: Option<Zeroizing<String>>,
    expires_at: Option<SystemTime>,
}

impl Credentials {
    /// Makes permanent credentials.
    pub fn new(secret_id: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self { secret_id: secret_id.into().into(), secret_key: secret_key.into().into(), token: None, expires_at: None }
    }

    /// Makes temporary credentials, whose requests carry the token.
    pub fn with_token(secret_id: impl Into<String>, secret_key: impl Into<String>, token: impl Into<String>) -> Self {
        Self { token: Some(token.into().into()), ..Self::new(secret_id, secret_key) }
    }

    /// Sets when the credentials expire. Presigned URLs then end no later, and
    /// [`CachedCredentials`] knows when to renew them. Default: unknown.
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Returns when the credentials expire, if that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Shows the secrets, so that a program can hand temporary credentials to others. The copy is not wiped.
    ///
    /// Python: `credentials` in the result of `Sts(config).get_credential()` of `qcloud-python-sts`.
    ///
    /// ```
    /// use qcloud_cos::Credentials;
    ///
    /// let credentials = Credentials::with_token("AKIDEXAMPLE", "key", "token");
    /// assert_eq!(
    ///     serde_json::to_string(&credentials.expose())?,
    ///     r#"{"tmpSecretId":"AKIDEXAMPLE","tmpSecretKey":"key","sessionToken":"token"}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn expose(&self) -> ExposedCredentials<'_> {
        let seconds = |end: SystemTime| end.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        ExposedCredentials {
            secret_id: self.secret_id(),
            secret_key: self.secret_key(),
            token: self.token(),
            expired_time: self.expires_at.map(seconds),
        }
    }

    pub(crate) fn secret_id(&self) -> &str {
        &self.secret_id
    }

    pub(crate) fn secret_key(&self) -> &str {
        &self.secret_key
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_ref().map(|token| token.as_str())
    }

    /// Refuses values that cannot be right: an empty one, or one with blanks at an end, as copying from a web page
    /// leaves them.
    pub(crate) fn check(&self) -> Result<(), CosClientError> {
        let parts =
            [("secret_id", Some(self.secret_id())), ("secret_key", Some(self.secret_key())), ("token", self.token())];
        for (field, value) in parts {
            let Some(value) = value else { continue };
            if value.is_empty() {
                return Err(CosClientError::invalid(field, "is empty"));
            }
            if value != value.trim() {
                return Err(CosClientError::invalid(field, "has a blank at an end"));
            }
            if value.bytes().any(|b| b.is_ascii_control()) {
                return Err(CosClientError::invalid(field, "holds a control character"));
            }
        }
        Ok(())
    }
}

/// The secrets of [`Credentials`], readable; serializes with the names of `qcloud-python-sts`. It has no `Debug`.
#[derive(Serialize)]
#[non_exhaustive]
pub struct ExposedCredentials<'a> {
    /// The secret id.
    #[serde(rename = "tmpSecretId")]
    pub secret_id: &'a str,
    /// The secret key.
    #[serde(rename = "tmpSecretKey")]
    pub secret_key: &'a str,
    /// The token of temporary credentials.
    #[serde(rename = "sessionToken", skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
    /// When they expire, in seconds since 1970, if that is known.
    #[serde(rename = "expiredTime", skip_serializing_if = "Option::is_none")]
    pub expired_time: Option<u64>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("secret_id", &self.secret_id())
            .field("secret_key", &"...")
            .field("token", &self.token().map(|_| "..."))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Gives the credentials for a request; asked once for every attempt.
///
/// Python: `CredentialInstance`, an object with `secret_id`, `secret_key` and `token`. Here the three
/// come as one value, so that a refresh cannot mix an old id with a new key, and the token is sent.
///
/// Put a provider that asks over the network into [`CachedCredentials`]. Make its errors
/// with [`CosError::credentials`] and [`CosError::no_credentials`].
///
/// ```
/// use qcloud_cos::{CosError, CredentialProvider, Credentials};
///
/// struct FromVault;
///
/// impl CredentialProvider for FromVault {
///     fn credentials(&self) -> Result<Credentials, CosError> {
///         Ok(Credentials::with_token("AKIDEXAMPLE", "secret", "token"))
///     }
/// }
/// ```
pub trait CredentialProvider: Send + Sync {
    /// Returns the credentials to sign with now.
    fn credentials(&self) -> Result<Credentials, CosError>;

    /// Returns new credentials, because COS refused the last ones as expired or unknown; asked once for a call
    /// at most. Default: the result of [`credentials`](Self::credentials).
    fn refresh(&self) -> Result<Credentials, CosError> {
        self.credentials()
    }
}

impl CredentialProvider for Credentials {
    fn credentials(&self) -> Result<Credentials, CosError> {
        Ok(self.clone())
    }
}

impl<P: CredentialProvider + ?Sized> CredentialProvider for Arc<P> {
    fn credentials(&self) -> Result<Credentials, CosError> {
        (**self).credentials()
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        (**self).refresh()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", Credentials::with_token("AKID", "hushhush", "tokentoken"));
        assert!(shown.contains("AKID") && !shown.contains("hush") && !shown.contains("tokentoken"), "{shown}");
    }

    #[test]
    fn wrong_secrets_are_refused_by_name() {
        for (credentials, field) in [
            (Credentials::new("AKID ", "k"), "secret_id"),
            (Credentials::new("AKID", ""), "secret_key"),
            (Credentials::with_token("AKID", "k", "a\nb"), "token"),
        ] {
            let error = credentials.check().unwrap_err().to_string();
            assert!(error.starts_with(field), "{error}");
        }
    }
}
