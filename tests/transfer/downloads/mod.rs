//! Downloading into files: the destination is the old file or the whole, checked new one.

mod records;
mod scene;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::common::{
    BUCKET, MIB, Once, Reports, SSE_KEY, code, enable_versions, ends, failed, field, kind, names, noise, put, requests,
};
use cos_emulator::{Answer, Fault, Match, Moment};
use qcloud_cos::ClientErrorKind;
use scene::{SIZE, Scene, range};

#[test]
fn a_small_object_comes_in_one_request() {
    for (threshold, part_size) in [(SIZE as u64, 1), (0, 3)] {
        let scene = Scene::new(1);
        let done = scene.download().multipart_threshold(threshold).part_size(part_size).send().unwrap();
        assert!(done.verified);
        assert_eq!(done.content_length, SIZE as u64);
        assert_eq!(scene.ranges(), ["none"]);
        scene.assert_new();
    }
}

#[test]
fn a_large_object_comes_in_ranges_pinned_to_its_etag() {
    let scene = Scene::new(2);
    let done = scene.download().multipart_threshold(SIZE as u64 - 1).max_thread(3).send().unwrap();
    assert!(done.verified);
    let mut ranges = scene.ranges();
    ranges.sort();
    assert_eq!(ranges, ["bytes=0-1048575", "bytes=1048576-2097151", "bytes=2097152-2097156"]);
    for get in requests(&scene.cos, "GET", "") {
        assert_eq!(get.header("if-match"), Some(done.etag.as_str()));
    }
    scene.assert_new();
}

#[test]
fn progress_rises_to_exactly_the_total() {
    for (threads, threshold) in [(1, 0), (3, 0), (1, SIZE as u64)] {
        let scene = Scene::new(3);
        let reports = Reports::default();
        let download = scene.download().max_thread(threads).multipart_threshold(threshold);
        download.progress_callback(|done, total| reports.note(done, total)).send().unwrap();
        assert!(reports.of(SIZE).is_sorted());
    }
}

#[test]
fn there_are_at_most_so_many_ranges() {
    let scene = Scene::new(4);
    scene.download().max_part_count(2).send().unwrap();
    assert_eq!(scene.ranges(), ["bytes=0-2097151", "bytes=2097152-2097156"]);
    scene.assert_new();
}

#[test]
fn an_empty_object_makes_an_empty_file() {
    let scene = Scene::new(5);
    put(&scene.client, "empty", b"");
    scene.client.download_file(BUCKET, "empty", &scene.path).multipart_threshold(0).send().unwrap();
    assert_eq!(fs::read(&scene.path).unwrap(), b"");
}

#[test]
fn a_missing_object_leaves_the_old_file() {
    let scene = Scene::new(6);
    let missing = scene.client.download_file(BUCKET, "missing", &scene.path).send();
    assert_eq!(code(missing).0, 404);
    scene.assert_untouched();
}

#[test]
fn a_range_that_breaks_off_is_continued_where_it_stopped() {
    for (fault, next) in [
        (Fault::CutBody(1000), "bytes=1049576-2097151"),
        (Fault::CutChunked(1000), "bytes=1049576-2097151"),
        (Fault::CutBody(0), "bytes=1048576-2097151"),
        (Fault::Reset(Moment::BeforeAnswer), "bytes=1048576-2097151"),
        (Fault::error(503, "SlowDown"), "bytes=1048576-2097151"),
    ] {
        let scene = Scene::new(7);
        scene.cos.inject(fault.clone(), range(1), 1);
        let reports = Reports::default();
        scene.download().progress_callback(|done, total| reports.note(done, total)).send().unwrap();
        let expected = ["bytes=0-1048575", "bytes=1048576-2097151", next, "bytes=2097152-2097156"];
        assert_eq!(scene.ranges(), expected, "{fault:?}");
        assert!(reports.of(SIZE).is_sorted(), "{fault:?}");
        scene.assert_new();
    }
}

#[test]
fn a_range_that_never_gets_on_ends_with_an_error() {
    let scene = Scene::new(8);
    scene.cos.inject(Fault::CutBody(0), range(1), usize::MAX);
    let found = kind(scene.download().send());
    assert!(matches!(found, ClientErrorKind::Transport | ClientErrorKind::Integrity), "{found:?}");
    assert!(scene.ranges().len() <= 1 + 2 * 4, "{:?}", scene.ranges());
    scene.assert_old();
}

#[test]
fn an_object_that_changes_meanwhile_is_an_error_and_leaves_no_trace() {
    for threads in [1, 3] {
        let scene = Scene::new(9);
        let once = Once::default();
        let overwrite = || put(&scene.client, "k", &noise(10, SIZE));
        let download = scene.download().max_thread(threads).part_size(1);
        let result = download.progress_callback(|_, _| once.run(overwrite)).send();
        if threads == 1 {
            assert_eq!(kind(result), ClientErrorKind::ObjectChanged);
            scene.assert_untouched();
        } else if result.is_ok() {
            // All ranges were answered before the change.
            scene.assert_new();
        } else {
            assert_eq!(kind(result), ClientErrorKind::ObjectChanged);
            scene.assert_untouched();
        }
    }
}

#[test]
fn a_damaged_range_is_an_integrity_error_and_leaves_no_trace() {
    let scene = Scene::new(11);
    scene.cos.inject(Fault::CorruptAnswer(10), range(1), usize::MAX);
    assert_eq!(kind(scene.download().send()), ClientErrorKind::Integrity);
    scene.assert_untouched();
}

#[test]
fn a_range_damaged_once_is_fetched_again() {
    let scene = Scene::new(32);
    scene.cos.inject(Fault::CorruptAnswer(10), range(1), 1);
    assert!(scene.download().send().unwrap().verified);
    scene.assert_new();
}

#[test]
fn a_damaged_or_cut_body_in_one_request_leaves_no_trace() {
    for fault in [Fault::CorruptAnswer(10), Fault::CutBody(10), Fault::CutChunked(10)] {
        let scene = Scene::new(12);
        scene.cos.inject(fault.clone(), Match::any().method("GET"), usize::MAX);
        let found = kind(scene.download().multipart_threshold(SIZE as u64).send());
        assert!(matches!(found, ClientErrorKind::Transport | ClientErrorKind::Integrity), "{fault:?}: {found:?}");
        scene.assert_untouched();
    }
}

#[test]
fn an_answer_that_is_not_the_range_asked_for_is_an_error_and_other_ranges_stay() {
    let content_range = |value: &str| Fault::SetHeader("Content-Range".to_owned(), value.to_owned());
    for fault in [
        Fault::IgnoreRange,
        content_range("bytes 0-1048575/2097157"),
        content_range("bytes 1048576-2097151/2097158"),
        content_range("nonsense"),
        Fault::DropHeader("content-range".to_owned()),
        Fault::Answer(Answer::new(200).body(vec![7; MIB])),
        Fault::Answer(Answer::new(200).header("Content-Range", "bytes 1048576-2097151/2097157").body(vec![7; MIB])),
    ] {
        let scene = Scene::new(13);
        scene.cos.inject(fault.clone(), range(1), usize::MAX);
        assert_eq!(kind(scene.download().send()), ClientErrorKind::Protocol, "{fault:?}");
        // What is a range, but another one, is asked for once more.
        let odd = matches!(fault, Fault::SetHeader(..) | Fault::DropHeader(..));
        assert_eq!(scene.ranges().len(), 2 + usize::from(odd), "{fault:?}");
        scene.assert_old();
        scene.cos.clear_faults();
        scene.cos.clear_requests();
        scene.download().send().unwrap();
        assert_eq!(scene.ranges(), ["bytes=1048576-2097151", "bytes=2097152-2097156"], "{fault:?}");
        scene.assert_new();
    }
}

#[test]
fn a_destination_that_is_no_file_is_refused_before_anything_is_sent() {
    let scene = Scene::new(21);
    let folder = scene.folder.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let mut wrong = vec![folder, PathBuf::from("/"), PathBuf::from(".."), scene.folder.path().join("n".repeat(300))];
    #[cfg(unix)]
    {
        let socket = scene.folder.path().join("socket");
        std::os::unix::net::UnixListener::bind(&socket).unwrap();
        wrong.push(socket);
    }
    let before = names(scene.folder.path());
    for path in wrong {
        let result = scene.client.download_file(BUCKET, "k", &path).send();
        assert_eq!(kind(result), ClientErrorKind::Local { path });
    }
    assert_eq!(scene.cos.request_count(), 0);
    assert_eq!(names(scene.folder.path()), before);
}

#[test]
fn a_missing_folder_is_noticed_before_the_first_get() {
    for threshold in [0, SIZE as u64] {
        let scene = Scene::new(22);
        let path = scene.folder.path().join("missing/file");
        let download = scene.client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(threshold);
        assert!(failed(download.send()).to_string().starts_with(&format!("cannot write {}: ", path.display())));
        assert!(scene.ranges().is_empty(), "{threshold}: {:?}", scene.ranges());
        scene.assert_untouched();
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_and_not_written_through() {
    for threshold in [0, SIZE as u64] {
        let scene = Scene::new(23);
        let link = scene.folder.path().join("link");
        std::os::unix::fs::symlink(&scene.path, &link).unwrap();
        let download = scene.client.download_file(BUCKET, "k", &link).part_size(1).multipart_threshold(threshold);
        download.send().unwrap();
        scene.assert_old();
        assert!(!fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read(&link).unwrap() == scene.content);
    }
}

#[cfg(unix)]
#[test]
fn a_temporary_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    for threshold in [0, SIZE as u64] {
        let scene = Scene::new(33);
        let mode = |name: &str| fs::metadata(scene.folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        let seen = AtomicUsize::new(0);
        let look = |_, _| {
            for name in names(scene.folder.path()).iter().filter(|name| name.starts_with('.')) {
                assert_eq!(mode(name), 0o600, "{name}");
                seen.fetch_add(1, Ordering::Relaxed);
            }
        };
        scene.download().multipart_threshold(threshold).progress_callback(look).send().unwrap();
        assert!(seen.into_inner() > 0);
        fs::write(scene.folder.path().join("usual"), "").unwrap();
        assert_eq!(mode("file"), mode("usual"));
    }
}

#[test]
fn without_a_checksum_of_cos_the_file_is_there_but_not_verified() {
    for threshold in [0, SIZE as u64] {
        let scene = Scene::new(24);
        scene.cos.inject(Fault::omit_crc64(), Match::any(), usize::MAX);
        let error = kind(scene.download().multipart_threshold(threshold).enable_crc(true).send());
        assert_eq!(error, ClientErrorKind::Integrity);
        scene.assert_untouched();
        assert!(!scene.download().multipart_threshold(threshold).send().unwrap().verified);
        scene.assert_new();
    }
}

#[test]
fn two_downloads_to_one_file_at_once_leave_it_whole() {
    for threshold in [0, SIZE as u64] {
        let scene = Scene::new(25);
        let one = || scene.download().multipart_threshold(threshold).send().is_ok();
        let (first, second) = thread::scope(|scope| {
            let second = scope.spawn(one);
            (one(), second.join().unwrap())
        });
        assert!(first || second, "at least one must succeed");
        scene.assert_new();
    }
}

#[test]
fn fault_45_a_second_download_to_the_same_file_is_refused_while_the_first_goes_on() {
    for scene in [Scene::new(26), Scene::broken_off(26)] {
        let once = Once::default();
        let second = || assert_eq!(kind(scene.download().send()), ClientErrorKind::Locked);
        let later = |done, _| {
            if done > MIB as u64 {
                once.run(second);
            }
        };
        let there = names(scene.folder.path()).len() - 1;
        scene.download().progress_callback(later).send().unwrap();
        scene.assert_new();
        // The second looked the object up, and fetched nothing.
        let fetched = if there > 0 { 2 } else { 3 };
        assert_eq!((scene.ranges().len(), requests(&scene.cos, "HEAD", "").len()), (fetched, 2));
    }
}

#[test]
fn keys_and_settings_are_refused_by_name_before_anything_is_sent() {
    let scene = Scene::new(27);
    for key in ["a/..", "a/../", "//", "./"] {
        assert_eq!(field(scene.client.download_file(BUCKET, key, &scene.path).send()), "key", "{key}");
    }
    assert_eq!(field(scene.download().part_size(0).send()), "part_size");
    assert_eq!(field(scene.download().max_thread(0).send()), "max_thread");
    assert_eq!(field(scene.download().max_part_count(0).send()), "max_part_count");
    assert_eq!(scene.cos.request_count(), 0);
    put(&scene.client, "a/..", &scene.content);
    scene.client.download_file(BUCKET, "a/..", &scene.path).key_simplify_check(false).send().unwrap();
    scene.assert_new();
}

#[test]
fn an_old_version_under_the_callers_key_is_fetched_in_ranges() {
    let scene = Scene::new(28);
    enable_versions(&scene.cos);
    let upload = |content: &[u8]| {
        let put = scene.client.put_object(BUCKET, content, "k").sse_customer_algorithm("AES256");
        put.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap().version_id.clone().unwrap()
    };
    let version = upload(&scene.content);
    upload(b"newer");
    scene.cos.clear_requests();
    let download = scene.download().version_id(&version).sse_customer_algorithm("AES256");
    download.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    for request in scene.cos.requests() {
        assert_eq!(request.param("versionId"), Some(version.as_str()));
        assert!(request.header("x-cos-server-side-encryption-customer-key").is_some());
    }
    scene.assert_new();
}

#[test]
fn a_condition_that_fails_is_an_error_and_leaves_the_old_file() {
    let scene = Scene::new(29);
    for threshold in [0, SIZE as u64] {
        let result = scene.download().multipart_threshold(threshold).if_match("\"other\"").send();
        assert_eq!(code(result), (412, "PreconditionFailed".to_owned()));
    }
    scene.assert_untouched();
}

#[test]
fn in_place_the_file_is_written_without_a_temporary_one() {
    let scene = Scene::new(30);
    let folder = scene.folder.path().to_owned();
    let alone = move |_, _| assert_eq!(names(&folder), ["file"]);
    let download = scene.download().multipart_threshold(SIZE as u64).disable_temp_dest_file_path(true);
    download.progress_callback(alone).send().unwrap();
    scene.assert_new();
}

#[test]
fn a_panic_in_the_callback_does_not_hang_and_leaves_the_old_file() {
    for (threads, threshold) in [(1, 0), (3, 0), (1, SIZE as u64)] {
        ends(move || {
            let scene = Scene::new(31);
            let download = scene.download().max_thread(threads).multipart_threshold(threshold);
            let sent = || download.progress_callback(|_, _| panic!("the callback's own")).send();
            let result = catch_unwind(AssertUnwindSafe(sent));
            assert!(!matches!(result, Ok(Ok(_))));
            scene.assert_old();
        });
    }
}

/// Hotlink protection asks it of every reading.
#[test]
fn every_request_of_a_download_carries_the_referer() {
    let scene = Scene::new(20);
    scene.download().referer("http://example.com/").send().unwrap();
    let referers: Vec<_> =
        scene.cos.requests().iter().map(|request| request.header("referer").map(str::to_owned)).collect();
    assert_eq!(referers, vec![Some("http://example.com/".to_owned()); 4]);
}
