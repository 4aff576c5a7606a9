//! Files by the handle of their folder and a name. A change of the folder's path has no effect on them,
//! and no link is followed.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::Duration;

use super::batch::{Batch, sync};
#[cfg(unix)]
use super::dir;
use super::dir::{Access, Dir, Identity, Kind, Metadata};

/// An open folder. A clone is the same one.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    dir: Arc<Dir>,
    /// Its path, for messages.
    path: PathBuf,
    /// What it shares with other folders that one call puts files into, and which one it is.
    batch: Option<(Arc<Batch>, Option<Identity>)>,
}

#[cfg(unix)]
fn is_private(found: &Metadata) -> bool {
    let by_others = 0o022;
    found.owner.is_some_and(|(user, mode)| user == rustix::process::geteuid().as_raw() && mode & by_others == 0)
}

#[cfg(not(unix))]
fn is_private(_: &Metadata) -> bool {
    true
}

/// The permissions of any new file, before the process's mask.
const NEW: u16 = 0o666;
const OWNER_ONLY: u16 = 0o600;

impl Folder {
    /// Opens a folder that the caller names. Links in the path are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { dir: Arc::new(Dir::open(path)?), path: path.to_path_buf(), batch: None })
    }

    /// Takes the folder for many files of one call. It and those below it are synced by the time that the last handle
    /// is gone.
    pub(crate) fn for_many(self) -> Self {
        self.with(Batch::default().into())
    }

    /// Remembers which files are placed below this folder, so that none of them is replaced: a file system may treat
    /// different names as one. Else as [`for_many`](Self::for_many).
    pub(crate) fn remembering(self) -> Self {
        self.with(Batch::remembering().into())
    }

    fn with(mut self, batch: Arc<Batch>) -> Self {
        self.batch = Some((batch, self.dir.metadata().ok().and_then(|found| found.identity)));
        self
    }

    fn taken(&self) -> Option<MutexGuard<'_, HashSet<Identity>>> {
        self.batch.as_ref().and_then(|(batch, _)| batch.taken())
    }

    /// Returns what many files share, where folders can be told from each other.
    fn shared(&self) -> Option<(&Batch, Identity)> {
        self.batch.as_ref().and_then(|(batch, folder)| Some((&**batch, (*folder)?)))
    }

    /// Sets the path that messages name it by, which the caller knows.
    pub(crate) fn found_at(mut self, path: PathBuf) -> Self {
        self.path = path;
        self
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a folder in this one. A link is refused.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        let dir = Arc::new(self.dir.enter(name)?);
        let entered = Self { dir, path: self.path.join(name), batch: None };
        Ok(match &self.batch {
            Some((batch, _)) => entered.with(Arc::clone(batch)),
            None => entered,
        })
    }

    /// Creates a folder in this one, if it is not there, and opens it.
    pub(crate) fn enter_or_create(&self, name: &OsStr) -> io::Result<Self> {
        match self.dir.create_dir(name) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.enter(name),
        }
    }

    /// Returns the names in it and what they are, in no order.
    pub(crate) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<(OsString, Kind)>>> {
        Ok(self.dir.entries()?.map(|entry| entry.and_then(|(name, kind)| Ok((name, kind?)))))
    }

    /// Returns the names in it, in no order.
    pub(crate) fn names(&self) -> io::Result<impl Iterator<Item = io::Result<OsString>>> {
        Ok(self.dir.entries()?.map(|entry| entry.map(|(name, _)| name)))
    }

    pub(crate) fn place(&self, name: impl Into<OsString>) -> DirEntry {
        DirEntry { folder: self.clone(), name: name.into() }
    }

    /// Syncs the folder, now or when the last file of the call is placed.
    fn sync(&self) {
        match self.shared() {
            Some((batch, folder)) => batch.sync_later(folder, &self.dir),
            None => sync(&self.dir),
        }
    }
}

/// How long Windows is left alone before a file is renamed again: a virus scanner may hold the file that it replaces.
const RENAME_PAUSES: &[Duration] = &[Duration::from_millis(10), Duration::from_millis(50), Duration::from_millis(250)];

/// Renames again, after each of these pauses, what is refused.
fn patiently(pauses: &[Duration], mut rename: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for pause in pauses {
        match rename() {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => thread::sleep(*pause),
            result => return result,
        }
    }
    rename()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A name in an open folder. An entry of that name need not exist.
#[derive(Debug, Clone)]
pub(crate) struct DirEntry {
    folder: Folder,
    name: OsString,
}

fn is_separator(byte: u8) -> bool {
    std::path::is_separator(char::from(byte))
}

impl DirEntry {
    /// Opens the parent folder of a path.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        // The name would lose a trailing separator or dot.
        let text = path.as_os_str().as_encoded_bytes();
        let text =
            text.strip_suffix(b".").filter(|text| text.last().copied().is_some_and(is_separator)).unwrap_or(text);
        if text.last().copied().is_some_and(is_separator) {
            return Err(io::Error::other("it is the name of a folder, not of a file"));
        }
        let name = path.file_name().ok_or_else(|| io::Error::other("it is not a file name"))?;
        Ok(Folder::open(folder_of(path))?.place(name))
    }

    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Returns the path, for messages.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }

    /// Returns another name in the same folder.
    pub(crate) fn beside(&self, name: impl Into<OsString>) -> Self {
        self.folder.place(name)
    }

    /// Returns the metadata of the entry itself, even of a link.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        self.folder.dir.metadata_of(&self.name)
    }

    /// Opens the existing file for reading.
    pub(crate) fn open(&self) -> io::Result<File> {
        self.open_existing(Access::Read)
    }

    /// Opens the existing file for reading and writing.
    pub(crate) fn open_for_writing(&self) -> io::Result<File> {
        self.open_existing(Access::Write)
    }

    /// Opens the existing file for reading and writing, or creates one with the permissions of any new file.
    pub(crate) fn open_in_place(&self) -> io::Result<File> {
        match self.open_for_writing() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.open_as(Access::CreateNew(NEW)),
            opened => opened,
        }
    }

    fn open_existing(&self, access: Access) -> io::Result<File> {
        // Checked first, because opening a pipe or a device can have effects.
        let not_a_file = || io::Error::other("it is not a file");
        if self.metadata()?.kind != Kind::File {
            return Err(not_a_file());
        }
        let file = self.open_as(access)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(not_a_file()) }
    }

    /// Creates the file, readable by its owner only. An existing entry is an error.
    pub(crate) fn create(&self) -> io::Result<File> {
        self.open_as(Access::CreateNew(OWNER_ONLY))
    }

    /// Opens the file with its content, or creates it, so that only its owner can read it.
    pub(crate) fn open_or_create(&self) -> io::Result<File> {
        self.open_as(Access::Create(OWNER_ONLY))
    }

    fn open_as(&self, access: Access) -> io::Result<File> {
        self.folder.dir.open_file(&self.name, access)
    }

    /// Gives the open file, readable by its owner only so far, the permissions that any new file gets.
    pub(crate) fn set_usual_mode(&self, file: &File) {
        #[cfg(unix)]
        if let Err(error) = self.usual_mode().and_then(|usual| file.set_permissions(usual)) {
            log::warn!("{} stays readable to its owner alone: {error}", self.path().display());
        }
        #[cfg(not(unix))]
        let _ = file;
    }

    #[cfg(unix)]
    fn usual_mode(&self) -> io::Result<std::fs::Permissions> {
        let shared = self.folder.shared();
        if let Some(usual) = shared.and_then(|(batch, folder)| batch.usual(folder)) {
            return Ok(usual);
        }
        // Only a new file shows them. Its name is always the same, so that a leftover of a program that was killed just
        // then is found again.
        let mut name = self.name.clone();
        name.push("-mode");
        let probe = self.beside(name);
        let _ = probe.remove();
        let found = probe.open_as(Access::CreateNew(NEW));
        let found = found.and_then(|probe| probe.metadata());
        let _ = probe.remove();
        let usual = found?.permissions();
        if let Some((batch, folder)) = shared {
            batch.learn_usual(folder, &usual);
        }
        Ok(usual)
    }

    /// Whether the name refers to the open file.
    pub(crate) fn has(&self, file: &File) -> io::Result<bool> {
        #[cfg(unix)]
        {
            let open = dir::metadata_of_open(file)?.identity;
            Ok(self.metadata().is_ok_and(|there| there.identity == open))
        }
        #[cfg(not(unix))]
        Ok(file.metadata()?.is_file())
    }

    /// Claims the file of this name for one key. False: another key has claimed it already.
    pub(crate) fn claim(&self) -> bool {
        let found = self.metadata().ok().and_then(|found| found.identity);
        match (self.folder.taken(), found) {
            (Some(mut taken), Some(found)) => taken.insert(found),
            _ => true,
        }
    }

    /// Whether the file has hard links under other names.
    pub(crate) fn has_other_names(&self) -> bool {
        self.metadata().is_ok_and(|found| found.links > 1)
    }

    /// Whether a transfer may resume with the entry of this name: there is none, or it is a file that this user owns, that
    /// nobody else can write to, and that has no other name.
    pub(crate) fn is_own(&self) -> bool {
        match self.metadata() {
            Ok(found) => found.kind == Kind::File && found.links == 1 && is_private(&found),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Renames another file of the same folder to this name, replacing an existing file.
    pub(crate) fn take(&self, file: &Self) -> io::Result<()> {
        let mut taken = self.folder.taken();
        if let Some(taken) = &mut taken {
            let there = self.metadata().ok().and_then(|found| found.identity);
            if there.is_some_and(|there| taken.contains(&there)) {
                return Err(io::Error::other("its name is that of another key's file on this file system"));
            }
            taken.extend(file.metadata()?.identity);
        }
        let pauses = if cfg!(windows) { RENAME_PAUSES } else { &[] };
        patiently(pauses, || file.folder.dir.rename(&file.name, &self.folder.dir, &self.name))?;
        drop(taken);
        self.folder.sync();
        Ok(())
    }

    pub(crate) fn remove(&self) -> io::Result<()> {
        self.folder.dir.remove_file(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_that_is_refused_is_tried_again_as_often_as_there_are_pauses() {
        let tries = |pauses: &[Duration], refusals: u32| {
            let mut count = 0;
            let result = patiently(pauses, || {
                count += 1;
                if count <= refusals { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
            });
            (count, result.is_ok())
        };
        let twice = [Duration::ZERO; 2];
        assert_eq!(tries(&twice, 0), (1, true));
        assert_eq!(tries(&twice, 2), (3, true));
        assert_eq!(tries(&twice, 3), (3, false));
        assert_eq!(tries(&[], 1), (1, false));
        let mut count = 0;
        let gone = patiently(&twice, || {
            count += 1;
            Err(io::ErrorKind::NotFound.into())
        });
        assert!(gone.is_err() && count == 1);
    }
}
