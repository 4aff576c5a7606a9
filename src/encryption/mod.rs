//! Client-side encryption, in the official Python SDK's format or in this crate's own.
//!
//! Every object has its own key, which its metadata hold, wrapped by the caller's key; the caller's key never leaves
//! the machine. Python's format encrypts an object with AES-256-CTR and does not authenticate it; native mode cuts it
//! into frames that AES-256-GCM authenticates (`docs/encryption-format.md`).

mod aes_provider;
mod client;
mod ctr;
mod derive;
mod framed;
mod frames;
pub(crate) mod journal;
mod kept_key;
mod key_file;
mod keyring;
pub(crate) mod keys;
pub(crate) mod ledger;
mod mode;
mod multipart;
pub(crate) mod native;
pub(crate) mod pem;
mod plaintext;
mod provider;
mod reading;
#[cfg(test)]
mod recorded;
mod rsa_provider;
pub(crate) mod sealed;
pub(crate) mod tag;
mod uploads;

pub use aes_provider::AESProvider;
pub use client::CosEncryptionClient;
pub use mode::EncryptionMode;
pub use provider::Provider;
pub use rsa_provider::{RSAKeyPair, RSAKeyPairPath, RSAProvider, RsaKeys};
