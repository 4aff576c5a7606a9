//! What became of the files of a folder.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::error::CosError;

/// What became of every file. That some failed is no error of the call: ask [`is_complete`](Self::is_complete).
#[derive(Debug, Default)]
#[non_exhaustive]
#[must_use = "files may have failed"]
pub struct DirectoryReport {
    /// The files, in the order of their keys.
    pub files: Vec<FileResult>,
}

impl DirectoryReport {
    /// Tells whether no file failed.
    pub fn is_complete(&self) -> bool {
        self.failed().next().is_none()
    }

    /// Goes through the files that failed.
    pub fn failed(&self) -> impl Iterator<Item = &FileResult> {
        self.files.iter().filter(|file| file.error().is_some())
    }

    /// Goes through the files that were transferred.
    pub fn transferred(&self) -> impl Iterator<Item = &FileResult> {
        self.files.iter().filter(|file| matches!(file.outcome, FileOutcome::Uploaded | FileOutcome::Downloaded))
    }

    /// Goes through the files that were there already.
    pub fn skipped(&self) -> impl Iterator<Item = &FileResult> {
        self.files.iter().filter(|file| matches!(file.outcome, FileOutcome::Skipped))
    }
}

/// What became of one file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileResult {
    /// The object's key.
    pub key: String,
    /// The local file; the folder as a whole, for a key that cannot become a path in it.
    pub path: PathBuf,
    /// How long the file is, in bytes; 0 if that is not known.
    pub bytes: u64,
    /// What became of it.
    pub outcome: FileOutcome,
}

impl FileResult {
    /// Returns why the file failed, if it did.
    pub fn error(&self) -> Option<&CosError> {
        match &self.outcome {
            FileOutcome::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// What became of one file.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileOutcome {
    /// It was uploaded.
    Uploaded,
    /// It was downloaded; for a key that ends with `/`, the folder is there.
    Downloaded,
    /// It is on the other side already.
    Skipped,
    /// It failed, and the others went on.
    Failed(CosError),
}

/// Collects the results from all threads.
#[derive(Default)]
pub(super) struct Results(Mutex<Vec<FileResult>>);

impl Results {
    pub(super) fn add(&self, key: String, path: PathBuf, bytes: u64, outcome: Result<FileOutcome, CosError>) {
        let outcome = outcome.unwrap_or_else(FileOutcome::Failed);
        let result = FileResult { key, path, bytes, outcome };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(result);
    }

    pub(super) fn report(self) -> DirectoryReport {
        let mut files = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.sort_by(|a, b| a.key.cmp(&b.key));
        DirectoryReport { files }
    }
}
