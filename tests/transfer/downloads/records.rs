//! Downloads in ranges that broke off and are called again: what their records are believed, and what not.

use std::fs;
use std::path::PathBuf;

use cos_emulator::Fault;
use serde_json::json;

use super::scene::{SIZE, Scene, range};
use crate::common::destination::Destination;
use crate::common::{MIB, Reports, forge, names, noise, put};

#[test]
fn a_download_that_broke_off_is_taken_up_and_only_missing_ranges_are_fetched() {
    let scene = Scene::broken_off(14);
    assert_eq!(names(scene.folder.path()).len(), 3, "one temporary file and one record");
    let reports = Reports::default();
    let done = scene.download().progress_callback(|done, total| reports.note(done, total)).send().unwrap();
    assert!(done.verified);
    assert_eq!(scene.ranges(), ["bytes=1048576-2097151", "bytes=2097152-2097156"]);
    assert!(reports.of(SIZE)[0] >= MIB as u64, "what is there counts as done");
    scene.assert_new();
}

#[test]
fn the_record_is_kept_in_the_folder_asked_for() {
    let scene = Scene::new(15);
    let records = scene.folder.path().join("records/of/downloads");
    scene.cos.inject(Fault::error(500, "InternalError"), range(1), usize::MAX);
    assert!(scene.download().dump_record_dir(&records).send().is_err());
    assert_eq!(names(&records).len(), 1);
    scene.cos.clear_faults();
    scene.cos.clear_requests();
    scene.download().dump_record_dir(&records).send().unwrap();
    assert_eq!(scene.ranges(), ["bytes=1048576-2097151", "bytes=2097152-2097156"]);
    assert!(names(&records).is_empty());
    assert_eq!(names(scene.folder.path()), ["file", "records"]);
}

/// The record or the temporary file that is there.
fn left(scene: &Scene, ending: &str) -> PathBuf {
    let name = names(scene.folder.path()).into_iter().find(|name| name.ends_with(ending)).unwrap();
    scene.folder.path().join(name)
}

fn damage(scene: &Scene, ending: &str, change: impl Fn(&mut Vec<u8>)) {
    let path = left(scene, ending);
    let mut content = fs::read(&path).unwrap();
    change(&mut content);
    fs::write(path, content).unwrap();
}

/// The next call fetches all of the object, and leaves nothing but the file.
#[track_caller]
fn assert_begun_anew(scene: &Scene, what: &str) {
    scene.download().send().unwrap();
    assert_eq!(scene.ranges().len(), 3, "{what}");
    scene.assert_new();
}

#[test]
fn fault_47_a_damaged_record_is_ignored() {
    let whole = |record: &[u8]| record.iter().position(|byte| *byte == b'\n').unwrap();
    for change in [
        |record: &mut Vec<u8>, _| record.truncate(record.len() / 2),
        |record: &mut Vec<u8>, end: usize| record.truncate(end),
        |record: &mut Vec<u8>, _| record.clear(),
        |record: &mut Vec<u8>, _| record[20] ^= 1,
        |record: &mut Vec<u8>, end: usize| record[end - 3] ^= 0x80,
        |record: &mut Vec<u8>, end: usize| record[end] = b' ',
        |record: &mut Vec<u8>, end: usize| record[end + 20] ^= 1,
        |record: &mut Vec<u8>, _| *record = b"{\"crc64\":0,\"record\":\"/etc/passwd\"}".to_vec(),
        |record: &mut Vec<u8>, _| *record = vec![b'7'; 5 * MIB],
    ] {
        let scene = Scene::broken_off(16);
        damage(&scene, ".cos-record", |record| change(record, whole(record)));
        assert_begun_anew(&scene, "damaged");
    }
}

#[test]
fn fault_47_a_record_of_something_else_is_ignored() {
    let outside = tempfile::tempdir().unwrap();
    let precious = outside.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    for (name, value) in [
        ("/version", json!(1)),
        ("/version", json!(3)),
        ("/of/bucket", json!("other-1250000000")),
        ("/of/key", json!("other")),
        ("/of/etag", json!("\"other\"")),
        ("/of/last_modified", json!("Thu, 01 Jan 1970 00:00:00 GMT")),
        ("/of/size", json!(SIZE + 1)),
        ("/of/part_size", json!(MIB / 2)),
        ("/id", json!(precious)),
        ("/id", json!("../../../../../../../../../etc/passwd")),
        ("/id", json!("")),
    ] {
        let scene = Scene::broken_off(34);
        forge(&left(&scene, ".cos-record"), |head| *head.pointer_mut(name).unwrap() = value.clone());
        assert_begun_anew(&scene, name);
    }
    // Of another destination: under its own name nothing is there.
    let scene = Scene::broken_off(35);
    let record = fs::read(left(&scene, ".cos-record")).unwrap();
    fs::remove_file(left(&scene, ".cos-record")).unwrap();
    fs::remove_file(left(&scene, ".cos-part")).unwrap();
    let other =
        Scene { destination: Destination { path: scene.folder.path().join("other"), ..scene.destination }, ..scene };
    other.cos.inject(Fault::error(500, "InternalError"), range(1), usize::MAX);
    assert!(other.download().send().is_err());
    other.cos.clear_faults();
    other.cos.clear_requests();
    fs::write(left(&other, ".cos-record"), record).unwrap();
    other.download().send().unwrap();
    assert_eq!((other.ranges().len(), names(other.folder.path())), (3, vec!["file".to_owned(), "other".to_owned()]));
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
}

#[cfg(unix)]
#[test]
fn fault_47_links_in_the_place_of_a_record_or_of_bytes_are_not_written_through() {
    let outside = tempfile::tempdir().unwrap();
    for ending in [".cos-record", ".cos-part"] {
        let scene = Scene::broken_off(36);
        let (left, moved) = (left(&scene, ending), outside.path().join(ending));
        // What the link leads to would be believed.
        fs::rename(&left, &moved).unwrap();
        let before = fs::read(&moved).unwrap();
        std::os::unix::fs::symlink(&moved, &left).unwrap();
        assert_begun_anew(&scene, ending);
        assert!(fs::read(&moved).unwrap() == before, "{ending}");
    }
}

/// How another user of the machine gets at a file.
#[cfg(unix)]
type Access = (&'static str, fn(&std::path::Path, &std::path::Path) -> std::io::Result<()>);

#[cfg(unix)]
#[test]
fn fault_47_what_another_user_can_write_to_is_not_taken_up() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let ways: [Access; 3] = [
        // Only a privileged user can try this one.
        ("another user's", |path, _| chown(path, Some(12_345), None)),
        ("a second name", |path, outside| fs::hard_link(path, outside)),
        ("writable by all", |path, _| fs::set_permissions(path, fs::Permissions::from_mode(0o666))),
    ];
    let outside = tempfile::tempdir().unwrap();
    for ending in [".cos-record", ".cos-part"] {
        for (what, give) in ways {
            let scene = Scene::broken_off(37);
            let left = left(&scene, ending);
            let before = fs::read(&left).unwrap();
            let elsewhere = outside.path().join(format!("{what}{ending}"));
            match give(&left, &elsewhere) {
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => continue,
                given => given.unwrap(),
            }
            scene.download().send().unwrap();
            assert_eq!(scene.ranges().len(), 3, "{ending}: {what}");
            assert!(fs::read(&scene.path).unwrap() == scene.content, "{ending}: {what}");
            let untouched = [left, elsewhere].iter().filter_map(|path| fs::read(path).ok()).all(|now| now == before);
            assert!(untouched, "{ending}: {what}");
        }
    }
}

#[test]
fn damaged_bytes_of_a_download_that_broke_off_are_fetched_again() {
    let scene = Scene::broken_off(17);
    damage(&scene, ".cos-part", |part| part[100] ^= 1);
    scene.download().send().unwrap();
    assert_eq!(scene.ranges().len(), 3);
    scene.assert_new();
}

#[test]
fn a_download_of_an_object_that_changed_since_starts_anew() {
    let mut scene = Scene::broken_off(18);
    scene.destination.content = noise(19, SIZE);
    put(&scene.client, "k", &scene.content);
    scene.download().send().unwrap();
    assert_eq!(scene.ranges().len(), 3);
    scene.assert_new();
}

#[test]
fn another_part_size_starts_anew() {
    let scene = Scene::broken_off(20);
    scene.download().part_size(2).send().unwrap();
    assert_eq!(scene.ranges(), ["bytes=0-2097151", "bytes=2097152-2097156"]);
    scene.assert_new();
}
