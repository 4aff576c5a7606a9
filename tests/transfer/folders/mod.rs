//! Folders up and down, and objects away by their prefix.

mod deletes;
mod downloads;
mod names;
mod uploads;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use cos_emulator::CosEmulator;
use qcloud_cos::transfer::{DirectoryReport, FileOutcome};
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client};

use crate::common::{BUCKET, get};

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

/// The keys with what became of them: `up`, `down`, `skipped`, or the kind of error.
fn outcomes(report: &DirectoryReport) -> Vec<(&str, String)> {
    let word = |outcome: &FileOutcome| match outcome {
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
    };
    report.files.iter().map(|file| (file.key.as_str(), word(&file.outcome))).collect()
}

/// The same with the words borrowed, to compare.
fn is(report: &DirectoryReport, expected: &[(&str, &str)]) {
    let found = outcomes(report);
    let found: Vec<(&str, &str)> = found.iter().map(|(key, word)| (*key, word.as_str())).collect();
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
