//! Going through a local folder, in the order that the keys will have.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::filter::Filter;
use super::keys::key_name;
use crate::error::{CosClientError, CosError};
use crate::local::{DirEntry, Folder, Kind, is_hidden};

/// An entry of a folder: a file, or an error in its place.
pub(super) struct Found {
    /// The path below the folder, with `/` between the names: the key without its prefix.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) file: Result<FoundFile, Unfit>,
}

/// Why an entry of a folder is no file to transfer.
#[derive(Debug)]
pub(super) enum Unfit {
    /// A folder that cannot be read: files in it are not found.
    Unreadable(CosClientError),
    /// A link, a device, or a name that no key can have.
    NoFile(CosClientError),
}

impl From<Unfit> for CosError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Unreadable(error) | Unfit::NoFile(error) => error.into(),
        }
    }
}

impl Found {
    pub(super) fn is_unreadable(&self) -> bool {
        matches!(self.file, Err(Unfit::Unreadable(_)))
    }

    /// Fails if it is a folder that cannot be read.
    pub(super) fn check_readable(&self) -> Result<(), CosError> {
        match &self.file {
            Err(Unfit::Unreadable(error)) => Err(error.again().into()),
            _ => Ok(()),
        }
    }
}

pub(super) struct FoundFile {
    pub(super) len: u64,
    place: DirEntry,
    follow_links: bool,
}

impl FoundFile {
    /// Opens the file, if it is still one: a link that took its place is followed only if links are.
    pub(super) fn open(&self, path: &Path) -> Result<File, CosClientError> {
        let place = if self.follow_links { resolved(&self.place) } else { Ok(self.place.clone()) };
        place.and_then(|place| place.open()).map_err(|e| CosClientError::local(path, "cannot open", e))
    }

    /// Whether this call has not put the file there itself.
    pub(super) fn claim(&self) -> bool {
        self.place.claim()
    }

    /// Deletes the file.
    pub(super) fn remove(&self, path: &Path) -> Result<(), CosClientError> {
        self.place.remove().map_err(|e| CosClientError::local(path, "cannot delete", e))
    }
}

/// Goes through a folder and those in it.
pub(super) struct Walk<'f> {
    filter: &'f Filter,
    follow_links: bool,
    root: PathBuf,
    levels: Vec<Level>,
}

/// How many names of a folder are in memory. A larger folder is read several times, each time for the names that
/// follow: a million names cost 20 readings and not the memory for a million names.
const BATCH: usize = 50_000;

/// A folder on the way down to where the walk is.
struct Level {
    folder: Folder,
    /// The path below the first folder, with a `/` at its end if it is not empty.
    name: String,
    /// The folder's real path, by which a link back to it is recognized; known only if links are followed.
    real: Option<PathBuf>,
    batch: Batch,
}

/// The next names of a folder, in the order of the keys.
struct Batch {
    names: std::vec::IntoIter<Name>,
    /// The last of the names, if more may follow it.
    last: Option<Name>,
}

/// A name in a folder. The name of a folder sorts as the `/` follows it that keys have there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    name: OsString,
    is_folder: bool,
}

impl Name {
    fn key(&self) -> impl Iterator<Item = u8> {
        self.name.as_encoded_bytes().iter().copied().chain(self.is_folder.then_some(b'/'))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

enum EntryKind {
    Folder,
    /// How long it is.
    File(u64),
    Unfit(CosClientError),
}

impl Batch {
    /// Reads the names of a folder that follow `after`, at most `most`.
    fn read(folder: &Folder, follow_links: bool, after: Option<&Name>, most: usize) -> io::Result<Self> {
        let mut first = BinaryHeap::new();
        for entry in folder.entries()? {
            let (name, found) = entry?;
            let leads_to = || resolved(&folder.place(&name)).and_then(|to| to.metadata()).map(|to| to.kind);
            let is_folder = match found {
                Kind::Link if follow_links => leads_to().is_ok_and(|to| to == Kind::Folder),
                found => found == Kind::Folder,
            };
            let name = Name { name, is_folder };
            if after.is_some_and(|after| name <= *after) {
                continue;
            }
            if first.len() == most {
                match first.peek_mut() {
                    Some(mut largest) if name < *largest => *largest = name,
                    _ => {}
                }
            } else {
                first.push(name);
            }
        }
        let last = if first.len() == most { first.peek().cloned() } else { None };
        Ok(Self { names: first.into_sorted_vec().into_iter(), last })
    }
}

impl Level {
    /// Returns the next name. An error: the folder cannot be read any more.
    fn next(&mut self, follow_links: bool) -> io::Result<Option<OsString>> {
        if self.batch.names.len() == 0
            && let Some(last) = self.batch.last.take()
        {
            self.batch = Batch::read(&self.folder, follow_links, Some(&last), BATCH)?;
        }
        Ok(self.batch.names.next().map(|next| next.name))
    }
}

impl<'f> Walk<'f> {
    /// Starts a walk. Fails if the folder itself cannot be read; one in it is an entry that says so.
    pub(super) fn new(root: &Path, filter: &'f Filter, follow_links: bool) -> Result<Self, CosClientError> {
        let folder = Folder::open(root).map_err(|e| CosClientError::local(root, "cannot read the folder", e))?;
        Self::over(folder, filter, follow_links)
    }

    /// Starts a walk through an open folder.
    pub(super) fn over(folder: Folder, filter: &'f Filter, follow_links: bool) -> Result<Self, CosClientError> {
        let root = folder.path().to_path_buf();
        let failed = |e| CosClientError::local(&root, "cannot read the folder", e);
        let real = if follow_links { Some(root.canonicalize().map_err(failed)?) } else { None };
        let batch = Batch::read(&folder, follow_links, None, BATCH).map_err(failed)?;
        let levels = vec![Level { folder, name: String::new(), real, batch }];
        Ok(Self { filter, follow_links, root, levels })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Opens a folder; an error if the walk is in it already, by a link.
    fn enter(&self, parent: &Level, name: &OsStr, path: String) -> io::Result<Level> {
        let (folder, real) = if self.follow_links {
            let real = parent.folder.path().join(name).canonicalize()?;
            if self.levels.iter().chain([parent]).any(|level| level.real.as_ref() == Some(&real)) {
                return Err(io::Error::other("it is a link back to a folder that it is in"));
            }
            (Folder::open(&real)?.found_at(parent.folder.path().join(name)), Some(real))
        } else {
            (parent.folder.enter(name)?, None)
        };
        let batch = Batch::read(&folder, self.follow_links, None, BATCH)?;
        Ok(Level { folder, name: path, real, batch })
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while let Some(mut level) = self.levels.pop() {
            let own = match level.next(self.follow_links) {
                Ok(Some(own)) => own,
                Ok(None) => continue,
                Err(e) => {
                    let path = level.folder.path().to_path_buf();
                    let file = Err(Unfit::Unreadable(CosClientError::local(&path, "cannot read the folder", e)));
                    return Some(Found { name: level.name, path, file });
                }
            };
            let path = level.folder.path().join(&own);
            let name = match key_name(&own) {
                Ok(text) => format!("{}{text}", level.name),
                Err(why) => {
                    let name = format!("{}{}", level.name, own.to_string_lossy());
                    self.levels.push(level);
                    let error = CosClientError::local(&path, "cannot upload", io::Error::other(why));
                    let file = Err(Unfit::NoFile(error));
                    return Some(Found { name, path, file });
                }
            };
            let found = match kind(&level.folder.place(&own), self.follow_links) {
                EntryKind::Folder if self.filter.prunes(&name) => None,
                EntryKind::Folder => match self.enter(&level, &own, format!("{name}/")) {
                    Ok(inner) => {
                        self.levels.extend([level, inner]);
                        continue;
                    }
                    Err(e) => {
                        let error = CosClientError::local(&path, "cannot read the folder", e);
                        Some(Err(Unfit::Unreadable(error)))
                    }
                },
                _ if !self.filter.takes(&name) => None,
                EntryKind::File(_) if own.to_str().is_some_and(is_hidden) => None,
                EntryKind::File(len) => {
                    let place = level.folder.place(own);
                    Some(Ok(FoundFile { len, place, follow_links: self.follow_links }))
                }
                EntryKind::Unfit(error) => Some(Err(Unfit::NoFile(error))),
            };
            self.levels.push(level);
            if let Some(file) = found {
                return Some(Found { name, path, file });
            }
        }
        None
    }
}

fn kind(place: &DirEntry, follow_links: bool) -> EntryKind {
    let path = place.path();
    let unfit = |e| EntryKind::Unfit(CosClientError::local(&path, "cannot upload", e));
    let found = match place.metadata() {
        Ok(found) => found,
        Err(e) => return unfit(e),
    };
    let (found, what) = match found.kind {
        Kind::Link if follow_links => match resolved(place).and_then(|to| to.metadata()) {
            Ok(to) => (to, "it is a link to neither a file nor a folder"),
            Err(e) => return unfit(e),
        },
        Kind::Link => return unfit(io::Error::other("it is a link; follow_links(true) follows it")),
        _ => (found, "it is neither a file nor a folder"),
    };
    match found.kind {
        Kind::Folder => EntryKind::Folder,
        Kind::File => EntryKind::File(found.len),
        Kind::Link | Kind::Other => unfit(io::Error::other(what)),
    }
}

/// Returns where a name leads, links followed.
fn resolved(place: &DirEntry) -> io::Result<DirEntry> {
    DirEntry::of(&place.path().canonicalize()?)
}

/// Returns when a file was last changed.
pub(super) fn modified(file: &File) -> Option<SystemTime> {
    file.metadata().and_then(|found| found.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_read_in_batches_gives_every_name_once_and_in_the_order_of_keys() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a", "a-b", "a.b", "b", "ab", "z", "Z", "0", "~"];
        for name in files {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        for name in ["d", "a!", "a0"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let open = Folder::open(folder.path()).unwrap();
        let mut expected: Vec<String> = files.iter().map(|name| (*name).to_owned()).collect();
        expected.extend(["d/".to_owned(), "a!/".to_owned(), "a0/".to_owned()]);
        expected.sort();
        for most in [1, 2, 3, 100] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let batch = Batch::read(&open, false, after.as_ref(), most).unwrap();
                assert!(batch.names.len() <= most);
                found.extend(batch.names.map(|name| String::from_utf8(name.key().collect()).unwrap()));
                match batch.last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
            assert_eq!(found, expected, "{most} at a time");
        }
    }
}
