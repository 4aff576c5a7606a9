//! Local files: replaced as a whole, read and written at positions.

mod batch;
mod dir;
mod entry;

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use md5::{Digest, Md5};

use crate::error::CosClientError;
use crate::wire::sign::hex;

pub(crate) use dir::Kind;
pub(crate) use entry::{DirEntry, Folder};

/// A file that takes its place only when it is complete. Dropped before that, it is removed.
pub(crate) struct Replacement {
    file: File,
    temporary: DirEntry,
    destination: DirEntry,
    /// The temporary name is free for another file.
    placed: bool,
}

impl Replacement {
    /// Creates the temporary file beside `path`. An entry at `path` that a file cannot replace is
    /// an error now rather than after the download.
    pub(crate) fn create(path: &Path) -> Result<Self, CosClientError> {
        Self::create_at(destination(path)?)
    }

    /// Creates the temporary file beside a destination that was checked.
    pub(crate) fn create_at(destination: DirEntry) -> Result<Self, CosClientError> {
        let failed = |e| CosClientError::local(&destination.path(), "cannot create a temporary file for", e);
        // Always the same name, so that the leftover of a killed program is found again.
        let usual =
            destination.beside(hidden(&destination, &hex(&Md5::digest(destination.name().as_encoded_bytes())), "part"));
        if let Some(file) = create_unused(&usual) {
            return Ok(Self { file, temporary: usual, destination, placed: false });
        }
        let temporary = destination.beside(hidden(&destination, &unique(), "part"));
        let file = temporary.create().map_err(failed)?;
        Ok(Self { file, temporary, destination, placed: false })
    }

    /// Puts the file in its place, with its bytes on the disk first.
    pub(crate) fn finish(mut self) -> Result<(), CosClientError> {
        self.take_place()
    }

    fn take_place(&mut self) -> Result<(), CosClientError> {
        let failed = |doing: &str, e| CosClientError::local(&self.destination.path(), doing, e);
        self.temporary.set_usual_mode(&self.file);
        self.file.sync_all().map_err(|e| failed("cannot write", e))?;
        self.destination.take(&self.temporary).map_err(|e| failed("cannot replace", e))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // Once the file is in its place, the next download to it may have created a file of this name.
        if !self.placed {
            let _ = self.temporary.remove();
        }
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

/// Creates a file in place of a leftover. `None`: another transfer writes it, or it cannot be replaced.
fn create_unused(place: &DirEntry) -> Option<File> {
    // The writer of such a file holds its lock.
    let unused = |file: &File| try_lock(file).is_ok() && place.has(file).unwrap_or(false);
    let file = match place.create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let old = place.open_for_writing().ok().filter(unused)?;
            place.remove().ok()?;
            drop(old);
            place.create()
        }
        created => created,
    };
    let file = file.ok()?;
    if unused(&file) {
        return Some(file);
    }
    // This file system has no locks. A file that was created just now belongs to this transfer.
    if place.has(&file).unwrap_or(false) {
        let _ = place.remove();
    }
    None
}

/// Opens the folder of a file to be written. An existing entry that is not a file is an error: a folder cannot be
/// replaced, a pipe or device must not be.
pub(crate) fn destination(path: &Path) -> Result<DirEntry, CosClientError> {
    let place = DirEntry::of(path).map_err(|e| CosClientError::local(path, "cannot write", e))?;
    let refuse = |why: &str| Err(CosClientError::local(path, "cannot replace", io::Error::other(why.to_owned())));
    match place.metadata() {
        Ok(found) => match found.kind {
            Kind::File | Kind::Link => Ok(place),
            Kind::Folder => refuse("it is a folder"),
            Kind::Other => refuse("it is neither a file nor a link"),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(place),
        Err(error) => Err(CosClientError::local(path, "cannot replace", error)),
    }
}

/// Opens a file to be uploaded. A pipe is refused, because opening it would wait for its writer. Where there is no such
/// file, the error tells the call's order of arguments: a key looks like a path, and the two may be swapped.
pub(crate) fn open_file(path: &Path, order: &str) -> Result<File, CosClientError> {
    let found = std::fs::metadata(path).map_err(|e| {
        let missing = e.kind() == io::ErrorKind::NotFound;
        let error = CosClientError::local(path, "cannot open", e);
        if missing { error.with_hint(&format!("the order of the arguments is ({order})")) } else { error }
    })?;
    if !found.is_file() {
        let why = if found.is_dir() { "it is a folder" } else { "it is not a file" };
        return Err(CosClientError::local(path, "cannot upload", io::Error::other(why)));
    }
    File::open(path).map_err(|e| CosClientError::local(path, "cannot open", e))
}

/// Locks an open file against other transfers. An error that is not [`WouldBlock`](TryLockError::WouldBlock): the file
/// system has no locks.
pub(crate) fn try_lock(file: &File) -> Result<(), TryLockError> {
    #[cfg(test)]
    if WITHOUT_LOCKS.get() {
        return Err(TryLockError::Error(io::ErrorKind::Unsupported.into()));
    }
    file.try_lock()
}

#[cfg(test)]
thread_local! {
    /// Whether the file system seems to have no locks to this thread.
    pub(crate) static WITHOUT_LOCKS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Returns 32 hex digits that no other file has.
pub(crate) fn unique() -> String {
    format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..))
}

/// Returns the hidden name of a file that belongs to a transfer into `destination`.
pub(crate) fn hidden(destination: &DirEntry, id: &str, kind: &str) -> String {
    format!(".{}.{id}.{HIDDEN}{kind}", stem(destination))
}

/// Returns as much of a name as fits into a hidden name.
pub(crate) fn stem(destination: &DirEntry) -> String {
    destination.name().to_string_lossy().chars().take(40).collect()
}

/// The text before the kind in a hidden name.
const HIDDEN: &str = "cos-";

/// Whether a name is such a hidden one, not one of the user's files.
pub(crate) fn is_hidden(name: &str) -> bool {
    let mut parts = name.rsplitn(3, '.');
    let kind = parts.next().and_then(|kind| kind.strip_prefix(HIDDEN));
    let id = parts.next().unwrap_or_default();
    parts.next().is_some_and(|stem| stem.starts_with('.'))
        && kind.is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_lowercase()))
        && kind.is_some_and(|kind| kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        && id.len() == 32
        && id.bytes().all(|b| b.is_ascii_hexdigit())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_are_known_again_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = DirEntry::of(&folder.path().join("a.b")).unwrap();
        assert!(is_hidden(&hidden(&place, &unique(), "part")));
        let id = "0123456789abcdef0123456789abcdef";
        for (name, expected) in [
            (format!(".a.{id}.cos-record"), true),
            (format!("..{id}.cos-part"), true),
            (format!(".a.{id}.cos-part-mode"), true),
            (format!("a.{id}.cos-part"), false),
            (format!(".{id}.cos-part"), false),
            (format!(".a.{id}.cos-"), false),
            (format!(".a.{id}.part"), false),
            (format!(".a.{id}0.cos-part"), false),
            (".cos-part".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_hidden(&name), expected, "{name}");
        }
    }

    #[test]
    fn what_was_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut file = Replacement::create(&path).unwrap();
        file.write_all(b"x").unwrap();
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_program_left_is_replaced_but_not_what_another_one_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let mut first = Replacement::create(&path).unwrap();
        first.write_all(b"first").unwrap();
        let left = first.temporary.path();
        let second = Replacement::create(&path).unwrap();
        assert_ne!(second.temporary.path(), left);
        drop(second);
        first.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        std::fs::write(&left, "left, and longer").unwrap();
        let mut third = Replacement::create(&path).unwrap();
        assert_eq!(third.temporary.path(), left);
        third.write_all(b"third").unwrap();
        third.finish().unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), files()), (b"third".to_vec(), 1));
    }

    #[test]
    fn without_locks_nothing_is_shared_and_nothing_stays() {
        WITHOUT_LOCKS.set(true);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let mut first = Replacement::create(&path).unwrap();
        let mut second = Replacement::create(&path).unwrap();
        assert_eq!(files(), 2);
        first.write_all(b"first, and longer").unwrap();
        second.write_all(b"second").unwrap();
        second.finish().unwrap();
        first.write_all(b", more").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        drop(first);
        assert_eq!(files(), 1);
    }

    #[test]
    fn what_took_its_place_leaves_the_next_ones_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut first = Replacement::create(&path).unwrap();
        first.take_place().unwrap();
        let mut second = Replacement::create(&path).unwrap();
        second.write_all(b"second").unwrap();
        assert_eq!(second.temporary.path(), first.temporary.path());
        drop(first);
        second.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
    }

    #[cfg(unix)]
    #[test]
    fn what_one_call_has_put_somewhere_is_not_replaced_by_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("old"), "old").unwrap();
        let remembering = Folder::open(folder.path()).unwrap().remembering();
        // As on a file system that treats two names as one.
        let put = |name: &str, content: &str| {
            let mut file = Replacement::create_at(remembering.place(name)).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            file.finish()
        };
        put("old", "first").unwrap();
        let error = put("old", "second").unwrap_err();
        assert!(error.to_string().contains("another key's file"), "{error}");
        assert_eq!(std::fs::read(folder.path().join("old")).unwrap(), b"first");
        put("other", "second").unwrap();
        // A folder below knows, too.
        let below = remembering.enter_or_create("below".as_ref()).unwrap();
        let mut file = Replacement::create_at(below.place("a")).unwrap();
        file.write_all(b"first").unwrap();
        file.finish().unwrap();
        let below = remembering.enter("below".as_ref()).unwrap();
        assert!(Replacement::create_at(below.place("a")).unwrap().finish().is_err());
        // A file that is left as it is counts once, too.
        std::fs::write(folder.path().join("kept"), "kept").unwrap();
        let kept = remembering.place("kept");
        assert!(kept.claim() && !kept.claim() && put("kept", "new").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[cfg(unix)]
    #[test]
    fn only_files_are_opened_and_no_links() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        std::fs::write(folder.path().join("file"), "x").unwrap();
        symlink("file", folder.path().join("link")).unwrap();
        symlink("folder", folder.path().join("link-to-folder")).unwrap();
        let open = Folder::open(folder.path()).unwrap();
        assert!(open.place("file").open().is_ok());
        for name in ["folder", "link", "missing"] {
            assert!(open.place(name).open().is_err() && open.place(name).open_for_writing().is_err(), "{name}");
        }
        assert!(open.place("link").create().is_err());
        assert!(open.enter("folder".as_ref()).is_ok() && open.enter("link-to-folder".as_ref()).is_err());
        assert!(open.enter("..".as_ref()).is_err() && open.enter("/".as_ref()).is_err());
    }

    #[cfg(unix)]
    fn put(folder: &Folder, name: &str) {
        let mut file = Replacement::create_at(folder.place(name)).unwrap();
        file.write_all(name.as_bytes()).unwrap();
        file.finish().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_is_synced_once_for_files_that_follow_each_other() {
        let scratch = tempfile::tempdir().unwrap();
        let syncs = || batch::SYNCS.replace(0);
        let single = Folder::open(scratch.path()).unwrap();
        put(&single, "one");
        put(&single, "two");
        assert_eq!(syncs(), 2);
        let many = single.for_many();
        put(&many, "three");
        put(&many, "four");
        assert_eq!(syncs(), 0);
        put(&many.enter_or_create("below".as_ref()).unwrap(), "five");
        assert_eq!(syncs(), 1, "the folder that is left");
        put(&many.enter("below".as_ref()).unwrap(), "six");
        put(&many, "seven");
        assert_eq!(syncs(), 1, "the folder below");
        drop(many);
        assert_eq!(syncs(), 1, "the last one");
    }

    #[cfg(unix)]
    #[test]
    fn files_of_a_call_have_the_permissions_of_new_files_in_their_folders() {
        let scratch = tempfile::tempdir().unwrap();
        let many = Folder::open(scratch.path()).unwrap().for_many();
        let below = many.enter_or_create("below".as_ref()).unwrap();
        for (folder, name) in [(&many, "a"), (&many, "b"), (&below, "c"), (&many, "d")] {
            put(folder, name);
        }
        std::fs::write(scratch.path().join("usual"), "").unwrap();
        let mode = |path: &str| std::fs::metadata(scratch.path().join(path)).unwrap().permissions();
        for name in ["a", "b", "below/c", "d"] {
            assert_eq!(mode(name), mode("usual"), "{name}");
        }
    }
}
