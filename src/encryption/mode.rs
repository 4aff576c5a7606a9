//! How objects are encrypted.

use std::fmt;

use super::{frames, keys, native};
use crate::wire::respond::Headers;

/// How an object is encrypted: chosen by the caller, for writing by
/// [`mode`](crate::CosEncryptionClient::mode) and for reading by [`accept`](crate::CosEncryptionClient::accept).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionMode {
    /// The official Python SDK's format: AES-256-CTR. It hides the content, but does not protect it from change.
    Python,
    /// This crate's own format: AES-256-GCM in frames of 64 KiB. Content that was altered, cut, reordered or
    /// moved is an error, and no byte of an altered frame is handed out. No other SDK reads it.
    Native,
}

impl EncryptionMode {
    /// Returns the length of the content of an object with this stored length, which `head_object` and `list_objects`
    /// tell; `None` if no object in this mode has that length.
    ///
    /// ```
    /// use qcloud_cos::encryption::EncryptionMode;
    ///
    /// assert_eq!(EncryptionMode::Python.content_length(1000), Some(1000));
    /// assert_eq!(EncryptionMode::Native.content_length(1016), Some(1000));
    /// assert_eq!(EncryptionMode::Native.content_length(15), None);
    /// ```
    pub fn content_length(self, stored: u64) -> Option<u64> {
        match self {
            Self::Python => Some(stored),
            Self::Native => frames::content_len(stored),
        }
    }

    /// Whether the metadata of an object name this mode. They prove nothing.
    pub(crate) fn is_named_by(self, headers: &Headers) -> bool {
        let name = match self {
            Self::Python => keys::KEY,
            Self::Native => native::MODE,
        };
        headers.get(name).is_some()
    }
}

impl fmt::Display for EncryptionMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Python => "Python's format",
            Self::Native => "native mode",
        })
    }
}
