//! Buckets.

pub(crate) mod base;
pub(crate) mod list;
pub(crate) mod location;
