//! Buckets.

// In the order of the client's page in the documentation, the common ones first; blank lines keep it.
pub(crate) mod base;

pub(crate) mod list;

pub(crate) mod versions;

pub(crate) mod location;

pub(crate) mod acl;
pub(crate) mod cors;
pub(crate) mod domain;
pub(crate) mod domain_certificate;
pub(crate) mod encryption;
pub(crate) mod inventory;
pub(crate) mod lifecycle;
pub(crate) mod logging;
pub(crate) mod object_lock;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod referer;
pub(crate) mod replication;
pub(crate) mod response_control;
pub(crate) mod tagging;
pub(crate) mod tiering;
pub(crate) mod versioning;
pub(crate) mod website;

pub(crate) mod meta;

pub use acl::*;
pub use base::*;
pub use cors::*;
pub use domain::*;
pub use domain_certificate::*;
pub use encryption::*;
pub use inventory::*;
pub use lifecycle::*;
pub use list::*;
pub use location::*;
pub use logging::*;
pub use meta::*;
pub use object_lock::*;
pub use origin::*;
pub use policy::*;
pub use referer::*;
pub use replication::*;
pub use response_control::*;
pub use tagging::*;
pub use tiering::*;
pub use versioning::*;
pub use versions::*;
pub use website::*;
