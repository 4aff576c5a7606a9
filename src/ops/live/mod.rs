//! Live channels: streams that are pushed by RTMP and kept as HLS.

pub(crate) mod channel;
pub(crate) mod list;
pub(crate) mod push;
pub(crate) mod vod;

pub use channel::*;
pub use list::*;
pub use push::*;
