//! What a folder is asked for, and what it answers.

use std::ffi::OsStr;
use std::io;

/// Device and number of a file or folder.
pub(crate) type Identity = (u64, u64);

/// What a name in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// What the system tells of an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metadata {
    pub(crate) kind: Kind,
    pub(crate) len: u64,
    /// `None`: the system has none.
    pub(crate) identity: Option<Identity>,
    /// How many names it has.
    pub(crate) links: u64,
    /// The user that owns it and its permissions. `None`: the system has none.
    pub(crate) owner: Option<(u32, u32)>,
}

/// How a file is opened. A new one gets these permissions, where the system knows such.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access {
    Read,
    /// Reading and writing, as all below.
    Write,
    /// The file must not be there.
    CreateNew(u16),
    /// The file may be there.
    Create(u16),
}

/// Refuses what is no name in a folder.
pub(super) fn checked(name: &OsStr) -> io::Result<&OsStr> {
    let text = name.as_encoded_bytes();
    let separated = text.iter().any(|byte| std::path::is_separator(char::from(*byte)));
    if text.is_empty() || text == b"." || text == b".." || separated {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not the name of an entry in a folder"));
    }
    Ok(name)
}
