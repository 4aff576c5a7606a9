//! Folders of Unix.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::retry_on_intr;

use super::kinds::{Access, Kind, Metadata, checked};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// A folder of which this user may not read the names can be written to all the same, where the system can open it so.
#[cfg(any(target_os = "android", target_os = "linux"))]
const UNREAD: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
const UNREAD: OFlags = OFlags::empty();

#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

impl From<FileType> for Kind {
    fn from(found: FileType) -> Self {
        match found {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

impl From<Stat> for Metadata {
    // The types of the fields are not the same on all systems.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, clippy::cast_lossless)]
    fn from(found: Stat) -> Self {
        Self {
            kind: FileType::from_raw_mode(found.st_mode).into(),
            len: found.st_size as u64,
            identity: Some((found.st_dev as u64, found.st_ino as u64)),
            links: found.st_nlink as u64,
            owner: Some((found.st_uid as u32, found.st_mode as u32)),
        }
    }
}

impl Dir {
    /// Opens a folder by its path. Links in it are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(retry_on_intr(|| fs::open(path, FOLDER | UNREAD, Mode::empty()))?))
    }

    /// Opens the folder again, for its names or to sync it.
    fn readable(&self) -> rustix::io::Result<OwnedFd> {
        retry_on_intr(|| fs::openat(&self.0, ".", FOLDER, Mode::empty()))
    }

    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        let name = checked(name)?;
        Ok(Self(retry_on_intr(|| fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()))?))
    }

    pub(crate) fn create_dir(&self, name: &OsStr) -> io::Result<()> {
        let all = Mode::RWXU | Mode::RWXG | Mode::RWXO;
        Ok(fs::mkdirat(&self.0, checked(name)?, all)?)
    }

    /// Returns what is there, in no order.
    pub(crate) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<(OsString, io::Result<Kind>)>>> {
        let is_inside = |entry: &rustix::io::Result<fs::DirEntry>| {
            entry.as_ref().map_or(true, |entry| !matches!(entry.file_name().to_bytes(), b"." | b".."))
        };
        Ok(fs::Dir::new(self.readable()?)?.filter(is_inside).map(|entry| {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes()).to_os_string();
            let kind = match entry.file_type() {
                FileType::Unknown => self.metadata_of(&name).map(|found| found.kind),
                known => Ok(known.into()),
            };
            Ok((name, kind))
        }))
    }

    /// Returns the metadata of the folder itself.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        Ok(fs::fstat(&self.0)?.into())
    }

    pub(crate) fn metadata_of(&self, name: &OsStr) -> io::Result<Metadata> {
        Ok(fs::statat(&self.0, checked(name)?, AtFlags::SYMLINK_NOFOLLOW)?.into())
    }

    pub(crate) fn open_file(&self, name: &OsStr, access: Access) -> io::Result<File> {
        let name = checked(name)?;
        let (how, mode) = match access {
            Access::Read => (OFlags::RDONLY, 0),
            Access::Write => (OFlags::RDWR, 0),
            Access::CreateNew(mode) => (OFlags::RDWR | OFlags::CREATE | OFlags::EXCL, mode),
            Access::Create(mode) => (OFlags::RDWR | OFlags::CREATE, mode),
        };
        // A pipe may have taken its place: opening it must not wait for its writer.
        let how = how | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(retry_on_intr(|| fs::openat(&self.0, name, how, Mode::from(u32::from(mode))))?.into())
    }

    pub(crate) fn rename(&self, name: &OsStr, to: &Self, new: &OsStr) -> io::Result<()> {
        Ok(fs::renameat(&self.0, checked(name)?, &to.0, checked(new)?)?)
    }

    pub(crate) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, checked(name)?, AtFlags::empty())?)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(self.readable()?)?)
    }
}

/// Returns the metadata of an open file.
pub(crate) fn metadata_of_open(file: &File) -> io::Result<Metadata> {
    Ok(fs::fstat(file)?.into())
}
