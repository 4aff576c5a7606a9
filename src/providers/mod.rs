//! Credential providers that read files or ask services: coscli's file, the machine's metadata service, STS.

pub(crate) mod chain;
#[cfg(feature = "coscli")]
mod coscli;
mod fetch;
pub(crate) mod instance;
pub(crate) mod policy;
#[cfg(feature = "coscli")]
pub(crate) mod profile;
pub(crate) mod sts;

pub use chain::CredentialChain;
pub use instance::InstanceRoleCredentials;
pub use policy::{StsPolicy, StsStatement};
#[cfg(feature = "coscli")]
pub use profile::ProfileCredentials;
pub use sts::{AssumeRoleCredentials, FederationTokenCredentials};
