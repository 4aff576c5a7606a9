//! Objects.

pub(crate) mod acl;
pub(crate) mod append;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod delete_many;
pub(crate) mod event_stream;
pub(crate) mod get;
pub(crate) mod head;
pub(crate) mod put;
pub(crate) mod restore;
pub(crate) mod select;
pub(crate) mod stream_body;
