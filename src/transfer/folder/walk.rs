//! Going through a local folder, in the order that the keys will have.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::filter::Filter;
use super::keys::key_name;
use crate::error::CosClientError;
use crate::local::{DirEntry, Folder, is_hidden};

/// Something in a folder: a file, or what stands in a file's way.
pub(super) struct Found {
    /// The path below the folder, with `/` between the names: the key without its prefix.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) file: Result<FoundFile, CosClientError>,
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
}

/// Goes through a folder and those in it.
pub(super) struct Walk<'f> {
    filter: &'f Filter,
    follow_links: bool,
    levels: Vec<Level>,
}

/// A folder on the way down to where the walk is.
struct Level {
    folder: Folder,
    /// The path below the first folder, with a `/` at its end if it is not empty.
    name: String,
    /// Where the folder really is, which tells a link back to it; known only if links are followed.
    real: Option<PathBuf>,
    entries: std::vec::IntoIter<Entry>,
}

struct Entry {
    name: OsString,
    kind: EntryKind,
}

enum EntryKind {
    Folder,
    /// How long it is.
    File(u64),
    Unfit(CosClientError),
}

impl<'f> Walk<'f> {
    /// Starts a walk; that the folder cannot be read is an error, and of no other folder.
    pub(super) fn new(root: &Path, filter: &'f Filter, follow_links: bool) -> Result<Self, CosClientError> {
        let failed = |e| CosClientError::local(root, "cannot read the folder", e);
        let folder = Folder::open(root).map_err(failed)?;
        let real = if follow_links { Some(root.canonicalize().map_err(failed)?) } else { None };
        let entries = entries(&folder, follow_links).map_err(failed)?;
        Ok(Self { filter, follow_links, levels: vec![Level { folder, name: String::new(), real, entries }] })
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
        let entries = entries(&folder, self.follow_links)?;
        Ok(Level { folder, name: path, real, entries })
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while let Some(mut level) = self.levels.pop() {
            let Some(Entry { name: own, kind }) = level.entries.next() else { continue };
            let path = level.folder.path().join(&own);
            let name = match key_name(&own) {
                Ok(text) => format!("{}{text}", level.name),
                Err(why) => {
                    let name = format!("{}{}", level.name, own.to_string_lossy());
                    self.levels.push(level);
                    let file = Err(CosClientError::local(&path, "cannot upload", io::Error::other(why)));
                    return Some(Found { name, path, file });
                }
            };
            let found = match kind {
                EntryKind::Folder if self.filter.prunes(&name) => None,
                EntryKind::Folder => match self.enter(&level, &own, format!("{name}/")) {
                    Ok(inner) => {
                        self.levels.extend([level, inner]);
                        continue;
                    }
                    Err(e) => Some(Err(CosClientError::local(&path, "cannot read the folder", e))),
                },
                _ if !self.filter.takes(&name) => None,
                EntryKind::File(_) if own.to_str().is_some_and(is_hidden) => None,
                EntryKind::File(len) => {
                    let place = level.folder.place(own);
                    Some(Ok(FoundFile { len, place, follow_links: self.follow_links }))
                }
                EntryKind::Unfit(error) => Some(Err(error)),
            };
            self.levels.push(level);
            if let Some(file) = found {
                return Some(Found { name, path, file });
            }
        }
        None
    }
}

/// Reads a folder, in the order of the keys: a folder's name counts with the `/` that will follow it.
fn entries(folder: &Folder, follow_links: bool) -> io::Result<std::vec::IntoIter<Entry>> {
    let mut entries = Vec::new();
    for name in folder.names()? {
        let name = name?;
        let kind = kind(&folder.place(&name), follow_links);
        entries.push(Entry { name, kind });
    }
    let order = |entry: &Entry| {
        let mut name = entry.name.as_encoded_bytes().to_vec();
        name.extend(matches!(entry.kind, EntryKind::Folder).then_some(b'/'));
        name
    };
    entries.sort_by_cached_key(order);
    Ok(entries.into_iter())
}

fn kind(place: &DirEntry, follow_links: bool) -> EntryKind {
    let path = place.path();
    let unfit = |e| EntryKind::Unfit(CosClientError::local(&path, "cannot upload", e));
    match place.metadata() {
        Ok(found) if found.is_dir() => EntryKind::Folder,
        Ok(found) if found.is_file() => EntryKind::File(found.len()),
        Ok(found) if found.is_symlink() && follow_links => match resolved(place).and_then(|to| to.metadata()) {
            Ok(found) if found.is_dir() => EntryKind::Folder,
            Ok(found) if found.is_file() => EntryKind::File(found.len()),
            Ok(_) => unfit(io::Error::other("it is a link to neither a file nor a folder")),
            Err(e) => unfit(e),
        },
        Ok(found) if found.is_symlink() => unfit(io::Error::other("it is a link; follow_links(true) follows it")),
        Ok(_) => unfit(io::Error::other("it is neither a file nor a folder")),
        Err(e) => unfit(e),
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
