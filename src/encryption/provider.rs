//! The providers that wrap the keys of objects.

use super::aes_provider::AESProvider;
use super::keys::{DataKey, ObjectKey, Wrapped};
use super::rsa_provider::RSAProvider;
use crate::cipher::KeyProof;
use crate::error::CosClientError;

/// Wraps the keys of objects: made by `into()` from [`AESProvider`] or [`RSAProvider`].
#[derive(Debug, Clone)]
pub struct Provider(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Aes(AESProvider),
    Rsa(RSAProvider),
}

impl Provider {
    pub(crate) fn wrap(&self, data: &DataKey) -> Result<Wrapped, CosClientError> {
        match &self.0 {
            Kind::Aes(provider) => provider.wrap(data),
            Kind::Rsa(provider) => provider.wrap(data),
        }
    }

    pub(crate) fn unwrap(&self, wrapped: &Wrapped) -> Result<DataKey, CosClientError> {
        match &self.0 {
            Kind::Aes(provider) => provider.unwrap(wrapped),
            Kind::Rsa(provider) => provider.unwrap(wrapped),
        }
    }

    pub(crate) fn wrap_native(&self, object: &ObjectKey) -> Result<Vec<u8>, CosClientError> {
        match &self.0 {
            Kind::Aes(provider) => provider.wrap_native(object),
            Kind::Rsa(provider) => provider.wrap_native(object),
        }
    }

    pub(crate) fn unwrap_native(&self, wrapped: &[u8]) -> Result<ObjectKey, CosClientError> {
        match &self.0 {
            Kind::Aes(provider) => provider.unwrap_native(wrapped),
            Kind::Rsa(provider) => provider.unwrap_native(wrapped),
        }
    }

    /// Whether this provider can unwrap the keys that it wraps.
    pub(crate) fn can_unwrap(&self) -> bool {
        match &self.0 {
            Kind::Aes(_) => true,
            Kind::Rsa(provider) => provider.can_unwrap(),
        }
    }

    /// The proof that a matching tag gives.
    pub(crate) fn tag_proof(&self) -> KeyProof {
        match &self.0 {
            Kind::Aes(_) => KeyProof::Tagged,
            Kind::Rsa(_) => KeyProof::Consistent,
        }
    }

    /// The secret from which the key of an object's tag is derived. A writer with only a public key has no secret, so
    /// for RSA it is the object's key.
    pub(crate) fn secret<'k>(&'k self, data: &'k DataKey) -> &'k [u8] {
        match &self.0 {
            Kind::Aes(provider) => provider.secret(),
            Kind::Rsa(_) => &data.key[..],
        }
    }
}

impl From<AESProvider> for Provider {
    fn from(provider: AESProvider) -> Self {
        Self(Kind::Aes(provider))
    }
}

impl From<RSAProvider> for Provider {
    fn from(provider: RSAProvider) -> Self {
        Self(Kind::Rsa(provider))
    }
}
