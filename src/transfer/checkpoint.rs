//! Checkpoints: their text, and the file that one transfer at a time holds. The first line names the transfer, the others
//! the parts that are done.
//!
//! Each line carries its own CRC-64, so that it can be appended when a part is done: a line that was cut
//! short or damaged ends the part that is trusted, and nothing before it is lost.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::local::{DirEntry, Kind, hidden, try_lock, unique, write_all_at};
use crate::wire::crc64::Crc64;

/// How long the checksum at the start of a line is, in hex digits.
const DIGITS: usize = 16;

/// The part of a checkpoint that can be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parsed<H, E> {
    pub(crate) head: H,
    pub(crate) entries: Vec<E>,
    /// How many bytes of the text these are.
    pub(crate) len: usize,
}

/// Returns a value as a line.
pub(crate) fn line(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(format!("{:0DIGITS$x} {json}\n", crc64(json.as_bytes())))
}

/// Reads a checkpoint. `None`: not even its first line is whole.
pub(crate) fn parse<H: DeserializeOwned, E: DeserializeOwned>(text: &[u8]) -> Option<Parsed<H, E>> {
    let (head, mut len) = next(text)?;
    let mut entries = Vec::new();
    while let Some((entry, more)) = next(text.get(len..)?) {
        entries.push(entry);
        len += more;
    }
    Some(Parsed { head, entries, len })
}

/// Reads the first line. `None`: it is not whole.
fn next<T: DeserializeOwned>(text: &[u8]) -> Option<(T, usize)> {
    let len = text.iter().position(|byte| *byte == b'\n')?;
    let (sum, json) = text.get(..len)?.split_at_checked(DIGITS)?;
    let json = json.strip_prefix(b" ")?;
    let sum = u64::from_str_radix(str::from_utf8(sum).ok()?, 16).ok()?;
    (sum == crc64(json)).then_some(())?;
    Some((serde_json::from_slice(json).ok()?, len + 1))
}

fn crc64(json: &[u8]) -> u64 {
    let mut crc = Crc64::new();
    crc.update(json);
    crc.value()
}

/// The largest checkpoint that is read, in bytes; one of 10,000 parts is far below it.
const SIZE_LIMIT: u64 = 4 * 1024 * 1024;

/// The file of a checkpoint, locked as long as this lives.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    place: DirEntry,
    /// How many bytes of it are whole lines. Not a file for appending: Windows lets none of these be cut, and what
    /// a write that failed has left must not stand before the next line.
    len: Mutex<u64>,
    removed: bool,
    /// It has a name of its own that nobody looks for, and goes with this.
    transient: bool,
}

/// The result of opening a checkpoint.
pub(crate) enum Opened<H, E> {
    /// Another transfer, of this program or another one, holds it.
    Held,
    /// It is ours, with its content. `None`: it is new, damaged, or no checkpoint at all.
    Ours(Journal, Option<(H, Vec<E>)>),
}

impl Journal {
    /// Opens the checkpoint, or makes an empty one that only its owner can read. Where somebody else's file has the
    /// name, or the file system has no locks, nothing is shared: there is no checkpoint then that another call could
    /// find.
    pub(crate) fn open<H: DeserializeOwned, E: DeserializeOwned>(place: &DirEntry) -> io::Result<Opened<H, E>> {
        let mut file = loop {
            // A link planted under the name must not be written through.
            if place.metadata().is_ok_and(|found| found.kind == Kind::Link) && place.remove().is_err() {
                return Self::transient(place, "it is a link");
            }
            if !place.is_own() {
                return Self::transient(place, "it is not a file of this user's alone");
            }
            let Ok(file) = place.open_or_create() else {
                return Self::transient(place, "it cannot be opened");
            };
            match try_lock(&file) {
                Err(TryLockError::WouldBlock) => return Ok(Opened::Held),
                Err(TryLockError::Error(_)) => {
                    let is_new = file.metadata()?.len() == 0 && place.has(&file)?;
                    if is_new {
                        let _ = place.remove();
                    }
                    return Self::transient(place, "the file system has no locks");
                }
                Ok(()) => {}
            }
            // It may have been put in place of the one that was looked at.
            if !place.is_own() {
                continue;
            }
            // Whoever held it may have removed it before it was locked here.
            if place.has(&file)? {
                break file;
            }
        };
        let mut text = Vec::new();
        (&mut file).take(SIZE_LIMIT).read_to_end(&mut text)?;
        let mut journal = Self { file, place: place.clone(), len: Mutex::default(), removed: false, transient: false };
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

    /// Makes one that is for this transfer alone.
    fn transient<H, E>(place: &DirEntry, why: &str) -> io::Result<Opened<H, E>> {
        log::warn!("{} is not used, so that this transfer cannot be resumed: {why}", place.path().display());
        let place = place.beside(hidden(place, &unique(), "record"));
        let file = place.create()?;
        let journal = Self { file, place, len: Mutex::default(), removed: false, transient: true };
        Ok(Opened::Ours(journal, None))
    }

    /// Whether no other call can find it, and none is to be disturbed by this one.
    pub(crate) fn is_transient(&self) -> bool {
        self.transient
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
    /// Removes the file of a transfer that failed before it began.
    fn drop(&mut self) {
        let is_empty = || self.file.metadata().is_ok_and(|found| found.len() == 0);
        if !self.removed && (self.transient || is_empty()) {
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

    fn text() -> String {
        let entries = [line(&1).unwrap(), line(&22).unwrap(), line(&333).unwrap()];
        line(&"head\n").unwrap() + &entries.concat()
    }

    #[test]
    fn a_checkpoint_comes_back_as_it_was() {
        let text = text();
        let parsed = parse(text.as_bytes());
        assert_eq!(parsed, Some(Parsed { head: "head\n".to_owned(), entries: vec![1, 22, 333], len: text.len() }));
    }

    #[test]
    fn nothing_is_believed_from_a_damaged_line_on() {
        let whole = text().into_bytes();
        let intact = parse::<String, u32>(&whole).unwrap();
        let head = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                // Upper case digits are the same checksum.
                let Some(parsed) = parse::<String, u32>(&damaged).filter(|parsed| *parsed != intact) else {
                    assert!(at < head || damaged[at].eq_ignore_ascii_case(&whole[at]), "byte {at}, bit {bit}");
                    continue;
                };
                assert!(at >= head && parsed.len <= at, "byte {at}, bit {bit}: {parsed:?}");
                assert!(intact.entries.starts_with(&parsed.entries), "byte {at}, bit {bit}: {parsed:?}");
            }
            let cut = parse::<String, u32>(&whole[..at]);
            assert_eq!(cut.is_some(), at >= head, "cut at {at}");
            assert!(cut.is_none_or(|cut| cut.len <= at && intact.entries.starts_with(&cut.entries)), "cut at {at}");
        }
    }

    type Found = Option<(String, Vec<u32>)>;

    fn open(path: &Path) -> Option<(Journal, Found)> {
        match Journal::open(&DirEntry::of(path).unwrap()).unwrap() {
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

    #[test]
    fn without_locks_each_call_has_one_of_its_own_which_goes_with_it() {
        crate::local::WITHOUT_LOCKS.set(true);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        // What an earlier call has left where there were locks is neither believed nor removed.
        for left in [None, Some(text())] {
            if let Some(text) = &left {
                fs::write(&path, text).unwrap();
            }
            let (one, found) = open(&path).unwrap();
            let (other, _) = open(&path).unwrap();
            assert!(found.is_none() && one.is_transient() && other.is_transient());
            one.begin(&"one").unwrap();
            other.begin(&"other").unwrap();
            drop((one, other));
            assert_eq!(fs::read_to_string(&path).ok(), left);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), usize::from(left.is_some()));
        }
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

    /// What is planted, and how.
    #[cfg(unix)]
    type Plant = (&'static str, fn(&Path, &str));

    #[cfg(unix)]
    #[test]
    fn what_others_have_put_under_its_name_is_neither_believed_nor_written_to() {
        use std::os::unix::fs::PermissionsExt;
        let text = text();
        let plant: [Plant; 3] = [
            ("a hard link", |path, text| {
                fs::write(path.with_extension("victim"), text).unwrap();
                fs::hard_link(path.with_extension("victim"), path).unwrap();
            }),
            ("a file that others can write to", |path, text| {
                fs::write(path, text).unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
            }),
            ("a folder", |path, _| fs::create_dir(path).unwrap()),
        ];
        for (what, plant) in plant {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("c");
            plant(&path, &text);
            let before = fs::read_dir(folder.path()).unwrap().count();
            let (journal, found) = open(&path).unwrap();
            assert!(found.is_none() && journal.is_transient(), "{what}");
            journal.begin(&"head").unwrap();
            journal.append(&1).unwrap();
            // Two do not meet.
            assert!(open(&path).unwrap().0.is_transient(), "{what}");
            drop(journal);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "{what}");
            assert!(path.is_dir() || fs::read_to_string(&path).unwrap() == text, "{what}");
        }
    }
}
