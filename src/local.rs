//! Local files: replaced as a whole, read and written at positions.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::CosClientError;

/// A file that takes its place only when it is complete.
pub(crate) struct Replacement {
    file: NamedTempFile,
    path: PathBuf,
}

impl Replacement {
    /// Creates the temporary file beside `path`. What stands at `path` and cannot be replaced by a file is
    /// an error now rather than after the download.
    pub(crate) fn create(path: &Path) -> Result<Self, CosClientError> {
        check_destination(path)?;
        let file = tempfile::Builder::new()
            .tempfile_in(folder_of(path))
            .map_err(|e| CosClientError::local(path, "cannot create a temporary file for", e))?;
        Ok(Self { file, path: path.to_path_buf() })
    }

    /// Puts the file in its place, with its bytes on the disk first.
    pub(crate) fn finish(self) -> Result<(), CosClientError> {
        let Self { file, path } = self;
        set_usual_mode(file.as_file(), file.path());
        let synced = file.as_file().sync_all();
        synced.map_err(|e| CosClientError::local(&path, "cannot write", e))?;
        file.persist(&path).map_err(|e| CosClientError::local(&path, "cannot replace", e.error))?;
        sync_folder(&path);
        Ok(())
    }
}

impl Write for Replacement {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Refuses a destination that is not a file: a folder cannot be replaced, a pipe or device must not be.
pub(crate) fn check_destination(path: &Path) -> Result<(), CosClientError> {
    let refuse = |why: &str| Err(CosClientError::local(path, "cannot replace", io::Error::other(why.to_owned())));
    if path.file_name().is_none() {
        return refuse("it is not a file name");
    }
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => refuse("it is a folder"),
        Ok(found) if found.is_file() || found.is_symlink() => Ok(()),
        Ok(_) => refuse("it is neither a file nor a link"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CosClientError::local(path, "cannot replace", error)),
    }
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Gives a temporary file, which only its owner could read, the rights that any new file gets.
pub(crate) fn set_usual_mode(file: &File, path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Nothing but a new file tells them.
        let probe =
            tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder_of(path));
        let usual = probe.and_then(|probe| probe.as_file().metadata());
        if let Err(error) = usual.and_then(|usual| file.set_permissions(usual.permissions())) {
            log::warn!("{} stays readable to its owner alone: {error}", path.display());
        }
    }
    #[cfg(not(unix))]
    let _ = (file, path);
}

/// Makes a rename survive a power cut, where the system can.
pub(crate) fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        // Some file systems refuse to sync a folder; the rename itself has succeeded.
        let _ = folder.sync_all();
    }
}

/// Reads at a position, leaving the file's own position alone on Unix.
pub(crate) fn read_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buf, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buf, offset);
}

/// Writes all of `buf` at a position.
pub(crate) fn write_all_at(file: &File, buf: &[u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, buf, offset);
    #[cfg(windows)]
    {
        let (mut rest, mut at) = (buf, offset);
        while !rest.is_empty() {
            match std::os::windows::fs::FileExt::seek_write(file, rest, at) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => (rest, at) = (&rest[written..], at + written as u64),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
