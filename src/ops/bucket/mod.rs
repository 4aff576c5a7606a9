//! Buckets.

// In the order of the client's page in the documentation, the common ones first; blank lines keep it.
pub(crate) mod base;

pub(crate) mod list;

pub(crate) mod versions;

pub(crate) mod location;

pub(crate) mod acl;
pub(crate) mod cors;
pub(crate) mod lifecycle;
pub(crate) mod tagging;
pub(crate) mod versioning;

pub use acl::*;
pub use base::*;
pub use cors::*;
pub use lifecycle::*;
pub use list::*;
pub use location::*;
pub use tagging::*;
pub use versioning::*;
pub use versions::*;
