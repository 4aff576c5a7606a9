//! Files that hold keys. The crate reads them, and writes new ones only on request.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::CosClientError;

/// The largest key file, in bytes.
const LIMIT: u64 = 64 * 1024;

/// The other users that may read or write a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// None: it holds a secret.
    Owner,
    /// Any, with the caller's consent.
    Others,
}

/// Reads a key file. A missing file, or one that more users can open than `access` says, is an error.
pub(crate) fn read(path: &Path, access: Access) -> Result<Zeroizing<Vec<u8>>, CosClientError> {
    let failed = |e| CosClientError::local(path, "cannot read the key", e);
    let file = File::open(path).map_err(failed)?;
    if access == Access::Owner && is_open_to_others(&file).map_err(failed)? {
        let why = "other users may read or write it: `chmod 600` it, or say that it is `readable_by_others`";
        return Err(failed(io::Error::new(io::ErrorKind::PermissionDenied, why)));
    }
    // Never grown, so that no copy stays behind in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(LIMIT as usize));
    file.take(LIMIT).read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Writes a new key file that only its owner may read; an existing file is an error.
pub(crate) fn create(path: &Path, content: &[u8]) -> Result<(), CosClientError> {
    let failed = |e| CosClientError::local(path, "cannot create the key", e);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)
}
