//! Objects that are uploaded in parts.

pub(crate) mod checkpoint;
pub(crate) mod complete;
pub(crate) mod resume;
pub(crate) mod session;
