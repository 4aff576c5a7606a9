//! Folders of systems that are not Unix.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _};
use cap_std::ambient_authority;
use cap_std::fs::{self, FileType, OpenOptions};

use super::kinds::{Access, Kind, Metadata, checked};

#[derive(Debug)]
pub(crate) struct Dir(fs::Dir);

impl From<FileType> for Kind {
    fn from(found: FileType) -> Self {
        match found {
            found if found.is_file() => Self::File,
            found if found.is_dir() => Self::Folder,
            found if found.is_symlink() => Self::Link,
            _ => Self::Other,
        }
    }
}

impl From<fs::Metadata> for Metadata {
    fn from(found: fs::Metadata) -> Self {
        Self { kind: found.file_type().into(), len: found.len(), identity: None, links: 1, owner: None }
    }
}

impl Dir {
    /// Opens a folder by its path. Links in it are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::Dir::open_ambient_dir(path, ambient_authority()).map(Self)
    }

    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        self.0.open_dir_nofollow(checked(name)?).map(Self)
    }

    pub(crate) fn create_dir(&self, name: &OsStr) -> io::Result<()> {
        self.0.create_dir(checked(name)?)
    }

    /// Returns what is there, in no order.
    pub(crate) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<(OsString, io::Result<Kind>)>>> {
        Ok(self.0.entries()?.map(|entry| entry.map(|entry| (entry.file_name(), entry.file_type().map(Kind::from)))))
    }

    /// Returns the metadata of the folder itself.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        self.0.dir_metadata().map(Metadata::from)
    }

    pub(crate) fn metadata_of(&self, name: &OsStr) -> io::Result<Metadata> {
        self.0.symlink_metadata(checked(name)?).map(Metadata::from)
    }

    pub(crate) fn open_file(&self, name: &OsStr, access: Access) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No);
        match access {
            Access::Read => &mut options,
            Access::Write => options.write(true),
            Access::CreateNew(_) => options.write(true).create_new(true),
            Access::Create(_) => options.write(true).create(true),
        };
        self.0.open_with(checked(name)?, &options).map(fs::File::into_std)
    }

    pub(crate) fn rename(&self, name: &OsStr, to: &Self, new: &OsStr) -> io::Result<()> {
        self.0.rename(checked(name)?, &to.0, checked(new)?)
    }

    pub(crate) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        self.0.remove_file(checked(name)?)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.open(".")?.sync_all()
    }
}
