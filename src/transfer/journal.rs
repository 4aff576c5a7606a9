//! A checkpoint in its file, which one transfer at a time holds.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::checkpoint::{Parsed, line, parse};
use crate::local::{Place, write_all_at};

/// The largest checkpoint that is read, in bytes; one of 10,000 parts is far below it.
const SIZE_LIMIT: u64 = 4 * 1024 * 1024;

/// The file of a checkpoint, locked as long as this lives.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    place: Place,
    /// How many bytes of it are whole lines. Not a file for appending: Windows lets none of these be cut, and what
    /// a write that failed has left must not stand before the next line.
    len: Mutex<u64>,
    removed: bool,
}

/// What opening a checkpoint came to.
pub(crate) enum Opened<H, E> {
    /// Another transfer, of this program or another one, holds it.
    Held,
    /// It is ours, with what it says; nothing if it is new, damaged, or no checkpoint at all.
    Ours(Journal, Option<(H, Vec<E>)>),
}

impl Journal {
    /// Opens the checkpoint, or makes an empty one that only its owner can read.
    pub(crate) fn open<H: DeserializeOwned, E: DeserializeOwned>(place: &Place) -> io::Result<Opened<H, E>> {
        let mut file = loop {
            // A link planted under the name must not be written through.
            if place.metadata().is_ok_and(|found| found.is_symlink()) {
                place.remove()?;
            }
            let file = place.open_or_create()?;
            if !file.metadata()?.is_file() {
                return Err(io::Error::other("it is not a file"));
            }
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(Opened::Held),
                // Not every file system has locks.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            // Whoever held it may have removed it before it was locked here.
            if place.has(&file)? {
                break file;
            }
        };
        let mut text = Vec::new();
        (&mut file).take(SIZE_LIMIT).read_to_end(&mut text)?;
        let mut journal = Self { file, place: place.clone(), len: Mutex::default(), removed: false };
        let Some(Parsed { head, entries, len }) = parse(&text) else {
            if !text.is_empty() {
                log::warn!("the checkpoint {} is damaged or none, and ignored", place.path().display());
            }
            return Ok(Opened::Ours(journal, None));
        };
        // What is appended must follow a whole line.
        journal.file.set_len(len as u64)?;
        journal.len = Mutex::new(len as u64);
        Ok(Opened::Ours(journal, Some((head, entries))))
    }

    /// Starts the checkpoint anew.
    pub(crate) fn begin(&self, head: &impl Serialize) -> io::Result<()> {
        let mut len = self.len();
        self.file.set_len(0)?;
        *len = 0;
        drop(len);
        self.append(head)
    }

    /// Adds a line. It is there after the program was killed; should a power cut take it, or the bytes that
    /// it speaks of, the checksums tell.
    pub(crate) fn append(&self, entry: &impl Serialize) -> io::Result<()> {
        let line = line(entry)?;
        let mut len = self.len();
        write_all_at(&self.file, line.as_bytes(), *len)?;
        *len += line.len() as u64;
        Ok(())
    }

    fn len(&self) -> MutexGuard<'_, u64> {
        self.len.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the checkpoint.
    pub(crate) fn remove(mut self) {
        self.removed = true;
        if let Err(error) = self.place.remove() {
            log::warn!("the checkpoint {} stays: {error}", self.place.path().display());
        }
    }
}

impl Drop for Journal {
    /// Leaves no file of what failed before it began.
    fn drop(&mut self) {
        if !self.removed && self.file.metadata().is_ok_and(|found| found.len() == 0) {
            let _ = self.place.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::path::Path;

    use super::*;

    type Found = Option<(String, Vec<u32>)>;

    fn open(path: &Path) -> Option<(Journal, Found)> {
        match Journal::open(&Place::of(path).unwrap()).unwrap() {
            Opened::Held => None,
            Opened::Ours(journal, found) => Some((journal, found)),
        }
    }

    #[test]
    fn what_was_written_is_there_for_the_next_but_not_for_two_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        let (journal, found) = open(&path).unwrap();
        assert_eq!(found, None);
        journal.begin(&"head").unwrap();
        journal.append(&7).unwrap();
        assert!(open(&path).is_none());
        drop(journal);
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"0123 cut").unwrap();
        let (journal, found) = open(&path).unwrap();
        assert_eq!(found, Some(("head".to_owned(), vec![7])));
        journal.append(&8).unwrap();
        drop(journal);
        let (journal, found) = open(&path).unwrap();
        assert_eq!(found, Some(("head".to_owned(), vec![7, 8])));
        journal.remove();
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn it_is_for_its_owner_alone_and_never_behind_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("c"), folder.path().join("victim"));
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, &path).unwrap();
        let (journal, _) = open(&path).unwrap();
        journal.begin(&"head").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        let found = fs::symlink_metadata(&path).unwrap();
        assert!(found.is_file());
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
    }
}
