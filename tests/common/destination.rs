//! The destination of a download.

use std::fs;
use std::path::PathBuf;

use cos_emulator::Match;
use tempfile::TempDir;

use super::{MIB, names};

/// A folder in which an old file waits to be replaced by new content.
pub(crate) struct Destination {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) content: Vec<u8>,
}

impl Destination {
    pub(crate) fn new(content: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        Self { folder, path, content }
    }

    #[track_caller]
    pub(crate) fn assert_old(&self) {
        assert_eq!(fs::read(&self.path).unwrap(), b"old");
    }

    /// The old file is there and nothing else.
    #[track_caller]
    pub(crate) fn assert_untouched(&self) {
        self.assert_old();
        assert_eq!(names(self.folder.path()), ["file"]);
    }

    /// The new file is there and nothing else.
    #[track_caller]
    pub(crate) fn assert_new(&self) {
        assert!(fs::read(&self.path).unwrap() == self.content);
        assert_eq!(names(self.folder.path()), ["file"]);
    }
}

/// GET requests of the range with this number, of 1 MiB and from 0 on.
pub(crate) fn range(number: usize) -> Match {
    Match::any().method("GET").header("range", format!("bytes={}-", number * MIB))
}
