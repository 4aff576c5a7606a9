//! Downloads in ranges that broke off and are called again: what their records are believed, and what not.

use std::fs;

use cos_emulator::Fault;

use crate::common::{MIB, Reports, names, noise, put};
use crate::scene::{SIZE, Scene, range};

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

/// Does something to those files of the folder whose name ends so.
fn damage(scene: &Scene, ending: &str, change: impl Fn(&mut Vec<u8>)) {
    let name = names(scene.folder.path()).into_iter().find(|name| name.ends_with(ending)).unwrap();
    let mut content = fs::read(scene.folder.path().join(&name)).unwrap();
    change(&mut content);
    fs::write(scene.folder.path().join(&name), content).unwrap();
}

#[test]
fn a_damaged_record_is_ignored() {
    for change in [
        |record: &mut Vec<u8>| record.truncate(record.len() / 2),
        |record: &mut Vec<u8>| record.clear(),
        |record: &mut Vec<u8>| record[20] ^= 1,
        |record: &mut Vec<u8>| *record = b"{\"crc64\":0,\"record\":\"/etc/passwd\"}".to_vec(),
    ] {
        let scene = Scene::broken_off(16);
        damage(&scene, ".cos-record", change);
        scene.download().send().unwrap();
        assert_eq!(scene.ranges().len(), 3);
        assert!(fs::read(&scene.path).unwrap() == scene.content);
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
    scene.content = noise(19, SIZE);
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
