//! What the fuzz targets of `fuzz/` and the property tests call. Not part of the public API: it changes
//! without notice, and programs have no use for it.
//!
//! A target takes any bytes and panics where a property does not hold.

mod address;
mod checkpoint;
#[cfg(feature = "encryption")]
mod encrypted;
mod events;
mod headers;
#[cfg(feature = "encryption")]
mod keys;
mod paths;
#[cfg(all(test, feature = "encryption"))]
mod properties;
mod xml;

pub use address::{redirect, sign};
pub use checkpoint::checkpoint;
#[cfg(feature = "encryption")]
pub use encrypted::{encrypted_checkpoint, native_range};
pub use events::event_stream;
pub use headers::{content_range, retry_after};
#[cfg(feature = "encryption")]
pub use keys::{envelope, pem};
pub use paths::key_to_path;
pub use xml::{error_xml, list_xml, written_xml};

/// Cuts the input into texts, at a byte that no text has.
fn texts(data: &[u8]) -> Vec<String> {
    data.split(|byte| *byte == 0xff).map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

/// Cuts off the first byte, for a choice.
fn choice(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (*first, rest))
}
