//! A prefix that becomes what the folder is.

use super::*;
use crate::common::{field, put, start};

/// Objects and files of which some have no twin, and names that sort differently as paths and as keys.
fn scene() -> (CosEmulator, CosS3Client, tempfile::TempDir) {
    let (cos, client) = start();
    for key in ["b/a/1", "b/a-2", "b/a.gone", "b/keep.tmp", "b/folder/", "b/z/gone", "b2/other", "a"] {
        put(&client, key, b"old");
    }
    (cos, client, folder(&["a/1", "a-2", "new"]))
}

#[test]
fn objects_without_a_file_are_deleted_once_all_files_are_there() {
    let (_cos, client, folder) = scene();
    let upload = || client.upload_directory(BUCKET, "b", folder.path()).exclude("*.tmp").delete_extra(true);

    let told = Mutex::new(Vec::new());
    let note = |file: &FileResult| {
        let what = match file.outcome {
            FileOutcome::Uploaded => "up",
            FileOutcome::Deleted => "deleted",
            _ => "other",
        };
        lock(&told).push(format!("{what} {}", file.key));
    };
    let before = objects(&client);
    let report = upload().dry_run(true).on_result(note).send().unwrap();
    assert_eq!((report.transferred, report.deleted), (3, 2));
    let mut told = told.into_inner().unwrap();
    told.sort();
    assert_eq!(told, ["deleted b/a.gone", "deleted b/z/gone", "up b/a-2", "up b/a/1", "up b/new"]);
    assert_eq!(objects(&client), before, "a dry run changes nothing");

    let report = upload().send().unwrap();
    assert_eq!((report.transferred, report.deleted, report.is_complete()), (3, 2, true));
    assert_eq!(keys(&client), ["a", "b/a-2", "b/a/1", "b/folder/", "b/keep.tmp", "b/new", "b2/other"]);
    let report = upload().send().unwrap();
    assert_eq!((report.skipped, report.deleted), (3, 0));
}

#[test]
fn nothing_is_deleted_after_a_failure_or_from_a_whole_bucket_unasked() {
    let (cos, client, folder) = scene();
    let refusal = cos_emulator::Answer::error(403, "AccessDenied");
    cos.inject(cos_emulator::Fault::Answer(refusal), cos_emulator::Match::any().method("PUT").path("new"), 1);
    let before = keys(&client);
    let report = client.upload_directory(BUCKET, "b", folder.path()).delete_extra(true).send().unwrap();
    assert_eq!((report.failed, report.deleted), (1, 0));
    assert!(before.iter().all(|key| keys(&client).contains(key)));
    assert_eq!(field(client.upload_directory(BUCKET, "", folder.path()).delete_extra(true).send()), "prefix");
    let whole = client.upload_directory(BUCKET, "", folder.path()).delete_extra(true).whole_bucket(true).send();
    assert_eq!(whole.unwrap().deleted, 7);
    assert_eq!(keys(&client), ["a-2", "a/1", "b/folder/", "new"]);
}
