//! The results of a folder transfer: each file to a callback, and counts and failures at the end.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::error::CosError;

/// How many failures a report keeps.
const MAX_FAILURES: usize = 1000;

/// A caller's function that gets the result of each file.
pub(super) type ResultCallback<'a> = Box<dyn Fn(&FileResult) + Send + Sync + 'a>;

/// The result of a transfer of a folder, however many files it has. A file that failed is no error of the call: ask
/// [`is_complete`](Self::is_complete).
#[derive(Debug, Default)]
#[non_exhaustive]
#[must_use = "files may have failed"]
pub struct DirectoryReport {
    /// How many files were transferred.
    pub transferred: u64,
    /// How many files were on the other side already.
    pub skipped: u64,
    /// How many objects or files were deleted because the source had no counterpart.
    pub deleted: u64,
    /// How many files failed.
    pub failed: u64,
    /// How many bytes the transferred files have together.
    pub bytes: u64,
    /// The files that failed, in the order of their keys; of more than 1,000 the first 1,000 that failed. The
    /// `on_result` of the transfer gets every one.
    pub failures: Vec<FileResult>,
}

impl DirectoryReport {
    /// Tells whether no file failed.
    pub fn is_complete(&self) -> bool {
        self.failed == 0
    }
}

/// The result of one file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileResult {
    /// The object's key.
    pub key: String,
    /// The local file; the folder as a whole, for a key that cannot become a path in it.
    pub path: PathBuf,
    /// How long the file is, in bytes; 0 if that is not known.
    pub bytes: u64,
    /// Whether it was transferred, skipped, or failed.
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

/// Whether a file was transferred.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileOutcome {
    /// It was uploaded.
    Uploaded,
    /// It was downloaded; for a key that ends with `/`, the folder is there.
    Downloaded,
    /// It is on the other side already.
    Skipped,
    /// The source has no counterpart of it, so that it was deleted.
    Deleted,
    /// It failed, and the others went on.
    Failed(CosError),
}

/// Collects the results from all threads.
pub(super) struct Results<'a> {
    report: Mutex<DirectoryReport>,
    callback: Option<ResultCallback<'a>>,
}

impl<'a> Results<'a> {
    pub(super) fn new(callback: Option<ResultCallback<'a>>) -> Self {
        Self { report: Mutex::default(), callback }
    }

    pub(super) fn add(&self, key: String, path: PathBuf, bytes: u64, outcome: Result<FileOutcome, CosError>) {
        let result = FileResult { key, path, bytes, outcome: outcome.unwrap_or_else(FileOutcome::Failed) };
        if let Some(callback) = &self.callback {
            callback(&result);
        }
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        match result.outcome {
            FileOutcome::Uploaded | FileOutcome::Downloaded => {
                report.transferred += 1;
                report.bytes += bytes;
            }
            FileOutcome::Skipped => report.skipped += 1,
            FileOutcome::Deleted => report.deleted += 1,
            FileOutcome::Failed(_) => {
                report.failed += 1;
                if report.failures.len() < MAX_FAILURES {
                    report.failures.push(result);
                }
            }
        }
    }

    /// Tells whether a file failed until now.
    pub(super) fn has_failures(&self) -> bool {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).failed > 0
    }

    pub(super) fn report(self) -> DirectoryReport {
        let mut report = self.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.failures.sort_by(|a, b| a.key.cmp(&b.key));
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::CosClientError;

    #[test]
    fn all_failures_are_counted_and_some_are_kept() {
        let results = Results::new(None);
        for number in (0..MAX_FAILURES + 5).rev() {
            results.add(format!("{number:06}"), PathBuf::new(), 1, Err(CosClientError::invalid("file", "bad").into()));
        }
        results.add("k".to_owned(), PathBuf::new(), 7, Ok(FileOutcome::Uploaded));
        results.add("l".to_owned(), PathBuf::new(), 9, Ok(FileOutcome::Skipped));
        let report = results.report();
        assert_eq!((report.transferred, report.skipped, report.failed, report.bytes), (1, 1, 1005, 7));
        assert_eq!((report.failures.len(), report.is_complete()), (MAX_FAILURES, false));
        assert!(report.failures.is_sorted_by_key(|file| file.key.clone()));
    }
}
