//! Uploads in parts.

// In the order of the client's page in the documentation; blank lines keep it.
pub(crate) mod create;

pub(crate) mod upload_part;
pub(crate) mod upload_part_copy;

pub(crate) mod complete;

pub(crate) mod list_parts;
pub(crate) mod list_uploads;

pub use complete::*;
pub use create::*;
pub use list_parts::*;
pub use list_uploads::*;
pub use upload_part::*;
pub use upload_part_copy::*;
