//! Folders up and down, and objects away by their prefix.

mod deletes;
mod downloads;
mod extra;
mod names;
mod uploads;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cos_emulator::CosEmulator;
use qcloud_cos::transfer::{DirectoryReport, DownloadDirectory, FileOutcome, FileResult, UploadDirectory};
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client};

use crate::common::{BUCKET, get, lock};

/// Writes files; the content of one that is given none is its name.
fn write(root: &Path, files: &[(&str, &[u8])]) {
    for (name, content) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, if content.is_empty() { name.as_bytes() } else { content }).unwrap();
    }
}

/// A folder of small files.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &names.iter().map(|name| (*name, &b""[..])).collect::<Vec<_>>());
    folder
}

/// What is in the bucket.
fn objects(client: &CosS3Client) -> BTreeMap<String, Vec<u8>> {
    let keys = client.list_objects(BUCKET).objects().map(|object| object.unwrap().key);
    keys.map(|key| (key.clone(), get(client, &key))).collect()
}

fn keys(client: &CosS3Client) -> Vec<String> {
    client.list_objects(BUCKET).objects().map(|object| object.unwrap().key).collect()
}

/// The report of a transfer, and every result of which it told.
#[derive(Debug)]
struct Recorded {
    report: DirectoryReport,
    /// Key, path, length and outcome, in the order of the keys: `up`, `down`, `skipped`, or the kind of error.
    files: Vec<(String, PathBuf, u64, String)>,
}

impl Deref for Recorded {
    type Target = DirectoryReport;

    fn deref(&self) -> &DirectoryReport {
        &self.report
    }
}

fn word(outcome: &FileOutcome) -> String {
    match outcome {
        FileOutcome::Uploaded => "up".to_owned(),
        FileOutcome::Downloaded => "down".to_owned(),
        FileOutcome::Skipped => "skipped".to_owned(),
        FileOutcome::Failed(CosError::Client(error)) => match error.kind() {
            ClientErrorKind::Local { .. } => "local".to_owned(),
            ClientErrorKind::UnsafePath { .. } => "unsafe".to_owned(),
            other => format!("{other:?}"),
        },
        FileOutcome::Failed(CosError::Service(error)) => error.get_error_code().to_owned(),
        other => format!("{other:?}"),
    }
}

/// Sends the transfer of a folder and records the result of each file.
trait Record {
    fn recorded(self) -> Recorded;
}

/// Key, path, length and outcome of a file.
type FileRecord = (String, PathBuf, u64, String);

/// Collects results, and compares them with the report.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<FileRecord>>>);

impl Recorder {
    fn note(&self) -> impl Fn(&FileResult) + Send + Sync + use<> {
        let results = Arc::clone(&self.0);
        move |file| {
            lock(&results).push((file.key.clone(), file.path.clone(), file.bytes, word(&file.outcome)));
        }
    }

    fn with(self, report: DirectoryReport) -> Recorded {
        let mut files = std::mem::take(&mut *lock(&self.0));
        files.sort();
        let count = |words: &[&str]| files.iter().filter(|file| words.contains(&file.3.as_str())).count() as u64;
        let done = count(&["up", "down"]);
        assert_eq!((report.transferred, report.skipped), (done, count(&["skipped"])), "{files:?}");
        assert_eq!(report.failed, files.len() as u64 - report.transferred - report.skipped);
        assert_eq!((report.failures.len() as u64, report.is_complete()), (report.failed, report.failed == 0));
        Recorded { report, files }
    }
}

impl Record for UploadDirectory<'_> {
    fn recorded(self) -> Recorded {
        let recorder = Recorder::default();
        let report = self.on_result(recorder.note()).send().unwrap();
        recorder.with(report)
    }
}

impl Record for DownloadDirectory<'_> {
    fn recorded(self) -> Recorded {
        let recorder = Recorder::default();
        let report = self.on_result(recorder.note()).send().unwrap();
        recorder.with(report)
    }
}

#[track_caller]
fn is(report: &Recorded, expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = report.files.iter().map(|(key, .., word)| (key.as_str(), word.as_str())).collect();
    assert_eq!(found, expected, "{report:#?}");
}

/// Waits until something is so.
fn wait_for(so: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came to be");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How many requests of each method there were since the last time.
fn count(cos: &CosEmulator) -> BTreeMap<String, usize> {
    let mut methods = BTreeMap::new();
    for request in cos.requests() {
        *methods.entry(request.method).or_default() += 1;
    }
    cos.clear_requests();
    methods
}

fn sent(methods: &[(&str, usize)]) -> BTreeMap<String, usize> {
    methods.iter().map(|(method, count)| ((*method).to_owned(), *count)).collect()
}
