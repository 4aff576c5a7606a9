//! Objects.

// In the order of the client's page in the documentation, the common ones first; blank lines keep it.
pub(crate) mod put;

pub(crate) mod get;

pub(crate) mod head;

pub(crate) mod delete;
pub(crate) mod delete_many;

pub(crate) mod copy;

pub(crate) mod append;

pub(crate) mod acl;
pub(crate) mod symlink;
pub(crate) mod tagging;

pub(crate) mod restore;

pub(crate) mod select;

pub(crate) mod event_stream;
pub(crate) mod stream_body;

pub use acl::*;
pub use append::*;
pub use copy::*;
pub use delete::*;
pub use delete_many::*;
pub use event_stream::*;
pub use get::*;
pub use head::*;
pub use put::*;
pub use restore::*;
pub use select::*;
pub use symlink::*;
pub use tagging::*;
