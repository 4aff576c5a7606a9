//! Rows 8 to 11, 23 to 25, 42 to 44: bodies and objects that are not what they should be.

use cos_emulator::{Answer, Fault as Hook, Match};
use qcloud_cos::{ClientErrorKind, CopySource, CosS3Client, Sent};

use super::scene::{Scene, part, range};
use crate::common::{
    BUCKET, MIB, Once, code, config, enable_versions, failed, get, kind, noise, open_uploads, put, refused, requests,
};

#[test]
fn fault_08_cut_body() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CutBody(1000), range(1), 1);
    scene.download(&scene.client).send().unwrap();
    scene.assert_new();
    assert_eq!(
        scene.ranges(),
        ["bytes=0-1048575", "bytes=1048576-2097151", "bytes=1049576-2097151", "bytes=2097152-2097156"]
    );
    assert!(scene.cos.requests()[1..].iter().all(|get| get.header("if-match").is_some()));
    scene.assert_attempts("GET", "/k", &[0, 0, 1, 0]);
}

#[test]
fn fault_08_cut_body_for_ever() {
    let scene = Scene::new();
    let streamed =
        || failed(scene.client.get_object(BUCKET, "k").send().and_then(|k| k.body.get_stream_to_file(&scene.path)));
    let in_one = || failed(scene.download(&scene.client).part_size(3).send());
    // Less than was announced, and an announcement of more than there is.
    for (cut, attempts) in [(Hook::CutBody(0), 4), (Hook::DeclareLength(1 << 30), 2)] {
        scene.cos.clear_faults();
        scene.cos.inject(cut.clone(), Match::any().method("GET"), usize::MAX);
        for error in [streamed(), in_one()] {
            let found = (error.kind(), error.attempts(), error.sent());
            assert_eq!(found, (&ClientErrorKind::Integrity, attempts, Sent::All), "{cut:?}");
            assert!(error.get_ref().is_some());
        }
        scene.assert_untouched();
    }
    // What a part already has stays.
    scene.cos.clear_faults();
    scene.cos.clear_requests();
    scene.cos.inject(Hook::CutBody(1000), range(1), 1);
    scene.cos.inject(Hook::CutBody(0), Match::any().method("GET").skip(2), usize::MAX);
    let error = failed(scene.download(&scene.client).send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Integrity, 4, Sent::All));
    assert_eq!(scene.ranges()[2..], ["bytes=1049576-2097151"; 3]);
    scene.assert_attempts("GET", "/k", &[0, 0, 1, 1, 1]);
    scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
}

#[test]
fn fault_09_cut_chunks() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CutChunked(1000), range(1), 1);
    scene.download(&scene.client).send().unwrap();
    scene.assert_new();
    scene.assert_attempts("GET", "/k", &[0, 0, 1, 0]);
    scene.cos.inject(Hook::CutChunked(1000), Match::any().method("GET"), 1);
    assert!(get(&scene.client, "k") == scene.content);
    // Also where all bytes came, but not the last chunk.
    for cut in [0, scene.content.len() as u64] {
        scene.cos.clear_faults();
        scene.cos.inject(Hook::CutChunked(cut), Match::any().method("GET"), usize::MAX);
        let body = scene.client.get_object(BUCKET, "k").send().unwrap().body;
        let error = failed(body.get_stream_to_file(&scene.path));
        assert_eq!((error.kind(), error.sent()), (&ClientErrorKind::Integrity, Sent::All), "{cut}");
        scene.assert_new();
    }
}

#[test]
fn fault_10_range_ignored() {
    let scene = Scene::new();
    let longer = |scene: &Scene| {
        let length = |kept: usize| scene.content[MIB..][..kept].to_vec();
        let answer = Answer::new(206).header("Content-Range", "bytes 1048576-2097151/2097157");
        Hook::Answer(answer.body([length(MIB), noise(9, 5)].concat()))
    };
    // All of the object, and more than the range that the answer says it is.
    for fault in [Hook::IgnoreRange, longer(&scene)] {
        let scene = Scene::new();
        scene.cos.inject(fault, range(1), usize::MAX);
        let error = failed(scene.download(&scene.client).send());
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Protocol, 1, Sent::All));
        assert_eq!(scene.methods(), "HEAD GET GET");
        scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
    }
    // A whole object was asked for.
    scene.cos.inject(Hook::IgnoreRange, Match::any().method("GET"), 1);
    scene.download(&scene.client).part_size(3).send().unwrap();
    scene.assert_new();
    // So it was here, as the only range.
    scene.cos.inject(Hook::IgnoreRange, range(0), 1);
    scene.download(&scene.client).max_part_count(1).send().unwrap();
    scene.assert_new();
    assert_eq!(scene.cos.pending_faults(), 0);
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
        let error = failed(scene.download(&scene.client).send());
        let found = (error.kind(), error.attempts(), error.sent());
        assert_eq!(found, (&ClientErrorKind::Protocol, 2, Sent::All), "{fault:?}");
        assert!(error.to_string().contains("1048576-2097151/2097157"), "{error}");
        scene.assert_attempts("GET", "/k", &[0, 0, 1]);
        scene.assert_fetches_only(&["bytes=1048576-2097151", "bytes=2097152-2097156"]);
        let scene = Scene::new();
        scene.cos.inject(fault, range(1), 1);
        scene.download(&scene.client).send().unwrap();
        scene.assert_new();
    }
}

#[test]
fn fault_11_wrong_range_at_either_end() {
    // The first range and the last one are checked as those between: neither is the whole object.
    let content_range = |value: &str| Hook::SetHeader("Content-Range".into(), value.into());
    for (number, fault) in [
        (0, content_range("bytes 1-1048576/2097157")),
        (2, content_range("bytes 0-4/2097157")),
        (0, Hook::Answer(Answer::new(200).body(vec![7; MIB]))),
        (2, Hook::Answer(Answer::new(200).body(vec![7; 5]))),
    ] {
        let scene = Scene::new();
        scene.cos.inject(fault.clone(), range(number), usize::MAX);
        assert_eq!(kind(scene.download(&scene.client).send()), ClientErrorKind::Protocol, "{fault:?}");
        // What came before it stays.
        if number == 0 { scene.assert_untouched() } else { scene.assert_kept() }
    }
}

#[test]
fn fault_23_flipped_bit_in_an_upload() {
    let scene = Scene::new();
    let corrupt = |when: Match, times| scene.cos.inject(Hook::CorruptUpload(5), when, times);
    corrupt(Match::any().method("PUT"), 2);
    put(&scene.client, "new", b"0123456789");
    scene.assert_attempts("PUT", "/new", &[0, 1, 1]);
    assert_eq!(get(&scene.client, "new"), b"0123456789");
    corrupt(part(2), usize::MAX);
    let error = failed(scene.upload(&scene.client).send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Integrity, 3, Sent::All));
    scene.assert_attempts("PUT", "partNumber=2", &[0, 1, 1]);
    scene.assert_goes_on_with(&["2", "3"]);
    // An object whose whole is wrong is named by its ETag and version.
    enable_versions(&scene.cos);
    corrupt(Match::any().method("PUT"), usize::MAX);
    scene.cos.clear_requests();
    let error = failed(scene.client.put_object(BUCKET, b"0123456789", "bad").send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Integrity, 3, Sent::All));
    scene.assert_attempts("PUT", "/bad", &[0, 1, 1]);
    let bad = scene.client.head_object(BUCKET, "bad").send().unwrap();
    let bad = bad.into_inner();
    for named in [bad.etag, bad.version_id.unwrap(), bad.crc64.unwrap().to_string()] {
        assert!(error.to_string().contains(&named), "{named}: {error}");
    }
}

#[test]
fn fault_24_flipped_bit_in_a_download() {
    let scene = Scene::new();
    scene.cos.inject(Hook::CorruptAnswer(10), range(1), 1);
    assert!(scene.download(&scene.client).send().unwrap().verified);
    scene.assert_new();
    let scene = Scene::new();
    scene.cos.inject(Hook::CorruptAnswer(10), range(1), usize::MAX);
    let error = failed(scene.download(&scene.client).send());
    assert_eq!((error.kind(), error.sent()), (&ClientErrorKind::Integrity, Sent::All));
    let stored = scene.client.head_object(BUCKET, "k").send().unwrap().crc64.unwrap();
    assert!(error.to_string().contains(&stored.to_string()), "{error}");
    assert_eq!(scene.methods(), "HEAD GET GET GET GET GET GET HEAD", "all parts, once more");
    scene.assert_untouched();
    // In one request there is no part to blame either.
    scene.cos.clear_faults();
    scene.cos.clear_requests();
    scene.cos.inject(Hook::CorruptAnswer(10), Match::any().method("GET"), usize::MAX);
    let error = failed(scene.download(&scene.client).part_size(3).send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Integrity, 4, Sent::All));
    scene.assert_attempts("GET", "/k", &[0, 1, 1, 1]);
    scene.assert_untouched();
}

#[test]
fn fault_25_no_checksum() {
    for threshold in [0, 4 * MIB as u64] {
        let scene = Scene::new();
        scene.cos.inject(Hook::omit_crc64(), Match::any(), usize::MAX);
        let download = || scene.download(&scene.client).multipart_threshold(threshold);
        for demanding in [download().enable_crc(true), download().require_crc(true)] {
            scene.cos.clear_requests();
            assert_eq!(kind(demanding.send()), ClientErrorKind::Integrity);
            assert_eq!(scene.methods(), "HEAD");
            scene.assert_untouched();
        }
        assert!(!download().send().unwrap().verified);
        scene.assert_new();
        let upload = || scene.upload(&scene.client).multipart_threshold(threshold);
        assert_eq!(upload().send().unwrap().crc64, None);
        assert_eq!(kind(upload().require_crc(true).send()), ClientErrorKind::Integrity);
        scene.cos.clear_faults();
        assert!(get(&scene.client, "up") == scene.content);
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
    scene.destination.content = noise(8, scene.content.len());
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
