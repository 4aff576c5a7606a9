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

#[test]
fn neither_side_is_emptied_because_the_other_is_empty() {
    let (_cos, client, folder) = scene();
    let empty = tempfile::tempdir().unwrap();
    let before = keys(&client);
    assert_eq!(field(client.upload_directory(BUCKET, "b", empty.path()).delete_extra(true).send()), "local_dir");
    assert_eq!(keys(&client), before);
    let down = || client.download_directory(BUCKET, "mistyped", folder.path()).delete_extra(true);
    assert_eq!(field(down().send()), "prefix");
    assert_eq!(files(folder.path()), ["a-2", "a/1", "new"]);

    assert_eq!(down().empty_source(true).send().unwrap().deleted, 3);
    assert!(files(folder.path()).is_empty());
    let emptied = client.upload_directory(BUCKET, "b", empty.path()).delete_extra(true).empty_source(true).send();
    assert_eq!(emptied.unwrap().deleted, 5);
    assert_eq!(keys(&client), ["a", "b/folder/", "b2/other"]);
}

/// The files below a folder, links included, in the order of the keys that they would have.
fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_without_an_object_are_deleted_once_all_objects_are_there() {
    let (_cos, client, _) = scene();
    put(&client, "b/folder/", b"");
    let temporary = format!(".x.{}.cos-part", "0".repeat(32));
    let folder = folder(&["a/1", "a-2", "a/gone", "a.x", "old.tmp", "z/gone", "gone/deep/er", "~"]);
    write(folder.path(), &[(&temporary, b"part")]);
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), &[("precious", b"p")]);
    #[cfg(unix)]
    for (target, name) in [(outside.path().join("precious"), "link"), (outside.path().to_path_buf(), "links")] {
        std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
    }
    let down = || client.download_directory(BUCKET, "b", folder.path()).exclude("*.tmp").delete_extra(true);

    let told = Mutex::new(Vec::new());
    let note = |file: &FileResult| {
        let what = match file.outcome {
            FileOutcome::Downloaded => "down",
            FileOutcome::Deleted => "deleted",
            _ => "other",
        };
        assert!(file.key.ends_with('/') || file.path.ends_with(&file.key[2..]), "{file:?}");
        lock(&told).push(format!("{what} {}", file.key));
    };
    let before = files(folder.path());
    let report = down().dry_run(true).on_result(note).send().unwrap();
    let dry = (report.transferred, report.deleted, report.is_complete());
    let mut told = told.into_inner().unwrap();
    told.sort();
    assert_eq!(told[..4], ["deleted b/a.x", "deleted b/a/gone", "deleted b/gone/deep/er", "deleted b/~"]);
    assert_eq!(told[4..], ["down b/a-2", "down b/a.gone", "down b/a/1", "down b/folder/", "down b/z/gone"]);
    assert_eq!(files(folder.path()), before, "a dry run changes nothing");
    assert!(!folder.path().join("folder").exists());

    let report = down().send().unwrap();
    assert_eq!((report.transferred, report.deleted, report.is_complete()), dry);
    let mut expected = vec![temporary.as_str(), "a-2", "a.gone", "a/1", "old.tmp", "z/gone"];
    expected.extend(if cfg!(unix) { vec!["link", "links"] } else { vec![] });
    expected.sort_unstable();
    assert_eq!(files(folder.path()), expected);
    assert!(folder.path().join("gone/deep").exists() && folder.path().join("folder").exists(), "folders stay");
    assert_eq!(files(outside.path()), ["precious"]);
    let report = down().send().unwrap();
    assert_eq!((report.transferred, report.skipped, report.deleted), (1, 4, 0));

    let missing = outside.path().join("new");
    let report = client.download_directory(BUCKET, "b", &missing).delete_extra(true).dry_run(true).send().unwrap();
    assert_eq!((report.transferred, report.deleted, missing.exists()), (6, 0, false));
}

#[cfg(unix)]
#[test]
fn a_file_under_two_names_that_nothing_changed_is_no_other_keys_file() {
    let (_cos, client) = start();
    put(&client, "one", b"same");
    put(&client, "two", b"same");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("one", b"same")]);
    std::fs::hard_link(folder.path().join("one"), folder.path().join("two")).unwrap();
    for dry in [true, false] {
        let report = client.download_directory(BUCKET, "", folder.path()).dry_run(dry).send().unwrap();
        assert_eq!((report.skipped, report.transferred, report.is_complete()), (2, 0, true), "{dry}");
    }
}

#[test]
fn no_file_is_deleted_after_a_failure_or_by_a_list_that_is_wrong() {
    let (cos, client, _) = scene();
    put(&client, "b/folder/", b"");
    let folder = folder(&["a/1", "extra"]);
    let down = || client.download_directory(BUCKET, "b", folder.path()).delete_extra(true);
    let refusal = cos_emulator::Answer::error(403, "AccessDenied");
    cos.inject(cos_emulator::Fault::Answer(refusal), cos_emulator::Match::any().method("GET").path("a-2"), 1);
    let report = down().send().unwrap();
    assert_eq!((report.failed, report.deleted), (1, 0));
    assert!(files(folder.path()).contains(&"extra".to_owned()));

    let contents = |keys: &[&str]| {
        let entry = |key: &&str| format!("<Contents><Key>{key}</Key><Size>3</Size></Contents>");
        let entries = keys.iter().map(entry).collect::<String>();
        cos_emulator::Answer::new(200).body(format!("<ListBucketResult>{entries}</ListBucketResult>"))
    };
    let before = files(folder.path());
    let refused = cos_emulator::Answer::error(403, "AccessDenied");
    for (wrong, lists) in [(contents(&["b/z/gone", "b/a-2"]), 0), (contents(&["a/elsewhere"]), 1), (refused, 1)] {
        let list = cos_emulator::Match::any().query("prefix").skip(lists);
        cos.inject(cos_emulator::Fault::Answer(wrong), list, 2);
        assert!(down().send().is_ok_and(|report| report.failed > 0 && report.deleted == 0) == (lists == 0));
        cos.clear_faults();
        let kept = files(folder.path());
        assert!(before.iter().all(|file| kept.contains(file)), "{kept:?}");
    }
    assert_eq!(down().send().unwrap().deleted, 1);
}
