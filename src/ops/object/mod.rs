//! Objects.

pub(crate) mod acl;
pub(crate) mod append;
pub(crate) mod delete;
pub(crate) mod delete_many;
pub(crate) mod get;
pub(crate) mod head;
pub(crate) mod put;
pub(crate) mod restore;
pub(crate) mod stream_body;
