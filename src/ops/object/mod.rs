//! Objects.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod head;
pub(crate) mod put;
pub(crate) mod stream_body;
