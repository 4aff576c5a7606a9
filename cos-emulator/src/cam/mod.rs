//! Access management beside COS: the security token service (STS) and the metadata service of an instance, both of
//! which issue temporary keys.

pub(crate) mod issue;
mod metadata;
pub(crate) mod policy;
pub(crate) mod service;
mod signature;
mod sts;
