//! Rows 8 to 11, 23 to 25, 42 to 44: bodies and objects that are not what they should be.

use cos_emulator::{Fault as Hook, Match};
use qcloud_cos::{ClientErrorKind, CopySource, CosS3Client};

use super::scene::{Scene, part, range};
use crate::common::{BUCKET, MIB, Once, code, config, failed, get, kind, noise, open_uploads, put, refused, requests};

#[test]
fn fault_08_cut_body() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CutBody(1000), range(1), 1);
    scene.download(&scene.client).send().unwrap();
    scene.assert_new();
    let resumed = scene.cos.requests().into_iter().filter(|r| r.header("range") == Some("bytes=1049576-2097151"));
    assert_eq!(resumed.count(), 1);
}

#[test]
fn fault_08_cut_body_for_ever() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CutBody(0), range(1), usize::MAX);
    let found = kind(scene.download(&scene.client).send());
    assert!(matches!(found, ClientErrorKind::Integrity | ClientErrorKind::Transport), "{found:?}");
    scene.assert_kept();
}

#[test]
fn fault_09_cut_chunks() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CutChunked(1000), range(1), 1);
    scene.download(&scene.client).send().unwrap();
    scene.assert_new();
    scene.cos.inject(Hook::CutChunked(1000), Match::any().method("GET"), 1);
    assert!(get(&scene.client, "k") == scene.content);
    scene.cos.inject(Hook::CutChunked(0), Match::any().method("GET"), usize::MAX);
    let body = scene.client.get_object(BUCKET, "k").send().unwrap().body;
    assert!(body.get_stream_to_file(&scene.path).is_err());
    scene.assert_new();
}

#[test]
fn fault_10_range_ignored() {
    let scene = Scene::new();
    scene.cos.inject(Hook::IgnoreRange, range(1), usize::MAX);
    assert_eq!(kind(scene.download(&scene.client).send()), ClientErrorKind::Protocol);
    assert_eq!(scene.methods(), "HEAD GET GET");
    scene.assert_untouched();
    // A whole object was asked for.
    scene.cos.clear_faults();
    scene.cos.inject(Hook::IgnoreRange, Match::any().method("GET"), 1);
    scene.download(&scene.client).part_size(3).send().unwrap();
    scene.assert_new();
}

#[test]
fn fault_11_wrong_content_range() {
    for fault in [
        Hook::SetHeader("Content-Range".into(), "bytes 0-1048575/2097157".into()),
        Hook::SetHeader("Content-Range".into(), "bytes 1048576-2097151/2097158".into()),
        Hook::DropHeader("content-range".into()),
    ] {
        let scene = Scene::new();
        scene.cos.inject(fault.clone(), range(1), usize::MAX);
        assert_eq!(kind(scene.download(&scene.client).send()), ClientErrorKind::Protocol, "{fault:?}");
        assert_eq!(scene.methods(), "HEAD GET GET GET", "once more: {fault:?}");
        scene.assert_untouched();
        let scene = Scene::new();
        scene.cos.inject(fault, range(1), 1);
        scene.download(&scene.client).send().unwrap();
        scene.assert_new();
    }
}

#[test]
fn fault_23_flipped_bit_in_an_upload() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CorruptUpload(5), Match::any().method("PUT"), 2);
    put(&scene.client, "new", b"0123456789");
    scene.assert_marked();
    assert_eq!((scene.methods().as_str(), get(&scene.client, "new")), ("PUT PUT PUT", b"0123456789".to_vec()));
    scene.cos.inject(Hook::CorruptUpload(5), part(2), usize::MAX);
    let error = failed(scene.upload(&scene.client).send());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Integrity, 3));
    assert_eq!(code(scene.client.get_object(BUCKET, "up").send()).0, 404);
    // An object whose whole is wrong is named by its ETag.
    scene.cos.inject(Hook::CorruptUpload(5), Match::any().method("PUT"), usize::MAX);
    let error = failed(scene.client.put_object(BUCKET, "0123456789", "bad").send());
    let etag = scene.client.head_object(BUCKET, "bad").send().unwrap().etag;
    assert!(error.to_string().contains(&etag), "{error}");
}

#[test]
fn fault_24_flipped_bit_in_a_download() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CorruptAnswer(10), range(1), 1);
    assert!(scene.download(&scene.client).send().unwrap().verified);
    scene.assert_new();
    let scene = Scene::new();
    scene.cos.inject(Hook::CorruptAnswer(10), range(1), usize::MAX);
    assert_eq!(kind(scene.download(&scene.client).send()), ClientErrorKind::Integrity);
    assert_eq!(scene.methods(), "HEAD GET GET GET GET GET GET", "all parts, once more");
    scene.assert_untouched();
}

#[test]
fn fault_25_no_checksum() {
    for threshold in [0, 4 * MIB as u64] {
        let scene = Scene::new();
        scene.cos.inject(Hook::omit_crc64(), Match::any(), usize::MAX);
        let error = kind(scene.download(&scene.client).multipart_threshold(threshold).enable_crc(true).send());
        assert_eq!(error, ClientErrorKind::Integrity);
        scene.assert_untouched();
        assert!(!scene.download(&scene.client).multipart_threshold(threshold).send().unwrap().verified);
        scene.assert_new();
    }
}

#[test]
fn fault_42_object_overwritten_during_a_download() {
    let scene = Scene::new();
    let once = Once::default();
    let overwrite = || put(&scene.client, "k", &noise(8, scene.content.len()));
    let download = scene.download(&scene.client);
    let result = download.progress_callback(|_, _| once.run(overwrite)).send();
    assert_eq!(kind(result), ClientErrorKind::ObjectChanged);
    scene.assert_untouched();
    let ranges = requests(&scene.cos, "GET", "");
    assert!(ranges.iter().all(|range| range.header("if-match").is_some()));
    assert_eq!(ranges.last().map(|range| range.status), Some(Some(412)));
    assert_eq!(ranges.iter().filter(|range| range.status == Some(412)).count(), 1, "no other is asked for");
    // A condition that any object meets does not allow for two, nor does the want of a checksum.
    let (scene, once) = (Scene::new(), Once::default());
    scene.cos.inject(Hook::omit_crc64(), Match::any(), usize::MAX);
    let overwrite = || put(&scene.client, "k", &noise(8, scene.content.len()));
    let download = scene.download(&scene.client).if_match("*");
    let result = download.progress_callback(|_, _| once.run(overwrite)).send();
    assert_eq!(kind(result), ClientErrorKind::ObjectChanged);
    scene.assert_untouched();
    scene.cos.clear_faults();
    // A stream that has to go on says so, too.
    scene.cos.inject(Hook::CutBody(1_000_000), Match::any().method("GET"), 1);
    let body = scene.client.get_object(BUCKET, "k").send().unwrap().body;
    put(&scene.client, "k", &noise(9, scene.content.len()));
    assert_eq!(kind(body.get_stream_to_file(&scene.path)), ClientErrorKind::ObjectChanged);
    scene.assert_untouched();
}

#[test]
fn fault_43_object_overwritten_between_runs() {
    let mut scene = Scene::new();
    scene.cos.inject(Hook::error(500, "InternalError"), range(1), usize::MAX);
    assert_eq!(refused(scene.download(&scene.client).send()).get_status_code(), 500);
    scene.assert_kept();
    scene.cos.clear_faults();
    scene.content = noise(8, scene.content.len());
    put(&scene.client, "k", &scene.content);
    scene.cos.clear_requests();
    scene.download(&scene.client).send().unwrap();
    assert_eq!(requests(&scene.cos, "GET", "").len(), 3, "all of the new one");
    scene.assert_new();
}

#[test]
fn fault_44_copy_source_overwritten() {
    let scene = Scene::new();
    let (writer, len) = (scene.client.clone(), scene.content.len());
    // In the pause before the second part is tried again.
    let overwrite = move |_| put(&writer, "k", &noise(8, len));
    let client = CosS3Client::builder(config(&scene.cos).build().unwrap()).sleeper(overwrite).build().unwrap();
    scene.cos.inject(Hook::error(500, "InternalError"), part(2), 1);
    client.get_conf().set_copy_part_threshold_size(1);
    let source = CopySource::new(BUCKET, "k", scene.cos.region());
    let copy = client.copy(BUCKET, "copy", source).storage_class("STANDARD_IA").part_size(1).max_thread(1);
    assert_eq!(kind(copy.send()), ClientErrorKind::ObjectChanged);
    let parts = requests(&scene.cos, "PUT", "partNumber");
    assert_eq!(parts.iter().map(|part| part.status).collect::<Vec<_>>(), [Some(200), Some(500), Some(412)]);
    assert!(parts.iter().all(|part| part.header("x-cos-copy-source-if-match").is_some()));
    assert_eq!(requests(&scene.cos, "DELETE", "uploadId").len(), 1, "its own upload is given up");
    assert!(open_uploads(&scene.client).is_empty());
    assert_eq!(code(scene.client.get_object(BUCKET, "copy").send()).0, 404);
}
