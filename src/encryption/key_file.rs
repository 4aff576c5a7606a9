//! Files that hold keys. They are read, and written only where a caller asks for new ones.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::CosClientError;

/// No key file is larger.
const LIMIT: u64 = 64 * 1024;

/// Reads a key file; one that is missing is an error.
pub(crate) fn read(path: &Path, secret: bool) -> Result<Zeroizing<Vec<u8>>, CosClientError> {
    let failed = |e| CosClientError::local(path, "cannot read the key", e);
    let file = File::open(path).map_err(failed)?;
    if secret {
        warn_of_readers(&file, path);
    }
    // Never grown, so that no copy stays behind in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(LIMIT as usize));
    file.take(LIMIT).read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

#[cfg(unix)]
fn warn_of_readers(file: &File, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0) {
        log::warn!("other users may read the key in {}", path.display());
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &File, _: &Path) {}

/// Writes a new key file that only its owner may read; one that is there already is an error.
pub(crate) fn create(path: &Path, content: &[u8]) -> Result<(), CosClientError> {
    let failed = |e| CosClientError::local(path, "cannot create the key", e);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)
}
