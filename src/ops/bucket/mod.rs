//! Buckets.

pub(crate) mod acl;
pub(crate) mod base;
pub(crate) mod cors;
pub(crate) mod lifecycle;
pub(crate) mod list;
pub(crate) mod location;
pub(crate) mod tagging;
pub(crate) mod versioning;
pub(crate) mod versions;

pub use acl::*;
pub use base::*;
pub use cors::*;
pub use lifecycle::*;
pub use list::*;
pub use location::*;
pub use tagging::*;
pub use versioning::*;
pub use versions::*;
