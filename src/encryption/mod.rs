//! Client-side encryption in the official Python SDK's format.
//!
//! An object is encrypted by AES-256-CTR with a key and an IV of its own. Both are stored in its metadata,
//! wrapped by the caller's key, which never leaves the machine.

mod aes_provider;
mod client;
mod key_file;
mod keys;
mod pem;
mod provider;
mod rsa_provider;
mod tag;
mod uploads;

pub use aes_provider::AESProvider;
pub use client::CosEncryptionClient;
pub use provider::Provider;
pub use rsa_provider::{RSAKeyPair, RSAKeyPairPath, RSAProvider, RsaKeys};
