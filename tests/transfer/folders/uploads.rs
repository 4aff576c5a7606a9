//! `upload_directory`.

use std::collections::HashSet;
use std::fs;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use cos_emulator::{Fault, Match};
use qcloud_cos::ClientErrorKind;
use qcloud_cos::transfer::SkipIdentical;

use super::{Record as _, Recorder, count, folder, is, keys, objects, sent, wait_for, write};
use crate::common::{
    BUCKET, MIB, Once, SSE_KEY, failed, field, kind, lock, names, noise, open_uploads, put, requests, start,
};

#[test]
fn a_folder_becomes_keys_below_the_prefix() {
    let (cos, client) = start();
    let local = folder(&["a.txt", "b/c.txt", "b/d/e 中.txt", "b-", "b.txt", ".hidden"]);
    fs::create_dir(local.path().join("empty")).unwrap();
    let report = client.upload_directory(BUCKET, "/p/q", local.path()).storage_class("STANDARD_IA").recorded();
    let expected = ["p/q/.hidden", "p/q/a.txt", "p/q/b-", "p/q/b.txt", "p/q/b/c.txt", "p/q/b/d/e 中.txt"];
    is(&report, &expected.map(|key| (key, "up")));
    assert!(report.is_complete());
    let objects = objects(&client);
    assert_eq!(objects.keys().collect::<Vec<_>>(), expected);
    assert!(objects.iter().all(|(key, content)| key.as_bytes().ends_with(content)));
    assert!(requests(&cos, "PUT", "").iter().all(|put| put.header("x-cos-storage-class") == Some("STANDARD_IA")));
    let first = &report.files[1];
    assert_eq!((first.1.as_path(), first.2), (local.path().join("a.txt").as_path(), 5));
    assert_eq!(report.transferred, 6);
}

#[test]
fn what_is_there_already_is_not_sent_again() {
    let (cos, client) = start();
    let local = folder(&["a", "b/c", "d"]);
    let upload = || client.upload_directory(BUCKET, "p/", local.path());
    assert_eq!(upload().recorded().transferred, 3);
    assert_eq!(count(&cos), sent(&[("GET", 1), ("PUT", 3)]));
    let again = upload().recorded();
    is(&again, &[("p/a", "skipped"), ("p/b/c", "skipped"), ("p/d", "skipped")]);
    assert_eq!(again.skipped, 3);
    assert_eq!(count(&cos), sent(&[("GET", 1), ("HEAD", 3)]), "a list, and each object's checksum");
    // One of the same length, one longer, one gone.
    fs::write(local.path().join("a"), "A").unwrap();
    fs::write(local.path().join("b/c"), "longer").unwrap();
    client.delete_object(BUCKET, "p/d").send().unwrap();
    cos.clear_requests();
    is(&upload().recorded(), &[("p/a", "up"), ("p/b/c", "up"), ("p/d", "up")]);
    assert_eq!(count(&cos), sent(&[("GET", 1), ("HEAD", 1), ("PUT", 3)]));
    is(&upload().skip_identical(SkipIdentical::Never).include("d").recorded(), &[("p/d", "up")]);
    assert_eq!(count(&cos), sent(&[("PUT", 1)]));
}

#[test]
fn without_a_checksum_nothing_counts_as_identical() {
    let (cos, client) = start();
    let local = folder(&["a"]);
    let upload = || client.upload_directory(BUCKET, "", local.path()).recorded();
    is(&upload(), &[("a", "up")]);
    cos.inject(Fault::omit_crc64(), Match::any().method("HEAD"), 1);
    is(&upload(), &[("a", "up")]);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("HEAD"), 1);
    is(&upload(), &[("a", "up")]);
    is(&upload(), &[("a", "skipped")]);
    cos.inject(Fault::omit_crc64(), Match::any(), usize::MAX);
    let required = client.upload_directory(BUCKET, "", local.path()).require_crc(true).recorded();
    is(&required, &[("a", "Integrity")]);
}

#[test]
fn by_time_newer_files_are_sent() {
    let (cos, client) = start();
    let local = folder(&["old", "new", "other"]);
    put(&client, "old", b"OLD");
    put(&client, "new", b"NEW");
    put(&client, "other", b"another length");
    let set = |name: &str, time| {
        fs::File::options().write(true).open(local.path().join(name)).unwrap().set_modified(time).unwrap();
    };
    let hour = Duration::from_secs(3600);
    set("old", SystemTime::now() - hour);
    set("other", SystemTime::now() - hour);
    set("new", SystemTime::now() + hour);
    cos.clear_requests();
    let upload = client.upload_directory(BUCKET, "", local.path()).skip_identical(SkipIdentical::ModifiedTime);
    is(&upload.recorded(), &[("new", "up"), ("old", "skipped"), ("other", "up")]);
    assert_eq!(count(&cos), sent(&[("GET", 1), ("PUT", 2)]));
}

#[test]
fn a_bucket_that_holds_much_more_is_not_listed_whole() {
    let (cos, client) = start();
    for number in 0..30 {
        put(&client, &format!("m{number:02}"), b"x");
    }
    put(&client, "z", b"z");
    let local = folder(&["m05", "z"]);
    write(local.path(), &[("m05", b"x")]);
    cos.clear_requests();
    let report = client.upload_directory(BUCKET, "", local.path()).recorded();
    is(&report, &[("m05", "skipped"), ("z", "skipped")]);
    let markers: Vec<_> =
        requests(&cos, "GET", "marker").iter().map(|r| r.param("marker").unwrap().to_owned()).collect();
    assert_eq!(markers, ["m0"]);
}

#[test]
fn patterns_choose_files() {
    let (_cos, client) = start();
    let local = folder(&["a.log", "a.txt", "b/c.txt", "b/d.tmp", "cache/x.txt", "x/cache.txt"]);
    let upload = client.upload_directory(BUCKET, "", local.path());
    let report = upload.include("*.txt").include("b/*").exclude("cache/*").exclude("*.tmp").recorded();
    is(&report, &[("a.txt", "up"), ("b/c.txt", "up"), ("x/cache.txt", "up")]);
    assert_eq!(keys(&client), ["a.txt", "b/c.txt", "x/cache.txt"]);
}

#[test]
fn wrong_input_is_named_before_anything_is_sent() {
    let (cos, client) = start();
    let local = folder(&["a"]);
    let upload = || client.upload_directory(BUCKET, "p", local.path());
    assert_eq!(field(upload().max_thread(0).send()), "max_thread");
    assert_eq!(field(upload().part_size(0).send()), "part_size");
    assert_eq!(field(upload().include("a[").send()), "include");
    assert_eq!(field(upload().exclude("{a").send()), "exclude");
    assert_eq!(field(upload().traffic_limit(1).send()), "traffic_limit");
    for path in ["missing", "a"] {
        let error = failed(client.upload_directory(BUCKET, "p", local.path().join(path)).send());
        assert!(error.to_string().starts_with("cannot read the folder"), "{error}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn one_files_failure_does_not_stop_the_others() {
    let (cos, client) = start();
    let local = folder(&["a", "b", "c"]);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("PUT").path("/p/b"), usize::MAX);
    let report = client.upload_directory(BUCKET, "p", local.path()).recorded();
    is(&report, &[("p/a", "up"), ("p/b", "AccessDenied"), ("p/c", "up")]);
    assert!(!report.is_complete());
    let names: Vec<_> = report.failures.iter().map(|file| file.path.clone()).collect();
    assert_eq!(names, [local.path().join("b")]);
}

#[test]
fn a_list_that_fails_is_the_calls_error() {
    let (cos, client) = start();
    let local = folder(&["a"]);
    cos.inject(Fault::error(404, "NoSuchBucket"), Match::any().method("GET"), 1);
    let error = client.upload_directory(BUCKET, "p", local.path()).send().unwrap_err();
    assert_eq!(error.service().unwrap().get_error_code(), "NoSuchBucket");
    let truncated =
        cos_emulator::Answer::new(200).body("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>");
    cos.inject(Fault::Answer(truncated), Match::any().method("GET"), usize::MAX);
    let error = client.upload_directory(BUCKET, "p", local.path()).send().unwrap_err();
    assert!(error.to_string().contains("marker"), "{error}");
}

#[test]
fn threads_are_shared_by_files_and_parts_and_progress_adds_up() {
    let (_cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    let big: Vec<Vec<u8>> = (0..3).map(|seed| noise(seed, 3 * MIB + 7)).collect();
    write(local.path(), &[("big0", &big[0]), ("d/big1", &big[1]), ("e/big2", &big[2])]);
    for number in 0..20 {
        write(local.path(), &[(&format!("small{number:02}"), b"")]);
    }
    fs::write(local.path().join("empty"), "").unwrap();
    put(&client, "small00", b"small00");
    let (reports, used) = (Mutex::new(Vec::new()), Mutex::new(HashSet::new()));
    let caller = std::thread::current().id();
    let upload = client.upload_directory(BUCKET, "", local.path()).max_thread(3).multipart_threshold(MIB as u64);
    let upload = upload.progress_callback(|done, total| {
        lock(&reports).push((done, total));
        lock(&used).insert(std::thread::current().id());
    });
    let report = upload.recorded();
    assert_eq!(report.skipped, 1);
    let (reports, mut used) = (reports.into_inner().unwrap(), used.into_inner().unwrap());
    used.remove(&caller);
    assert!((1..=3).contains(&used.len()), "{} threads", used.len());
    let total = 3 * (3 * MIB as u64 + 7) + 20 * 7;
    assert_eq!(reports.last(), Some(&(total, total)));
    assert!(reports.iter().all(|(done, total)| done <= total));
    let objects = objects(&client);
    assert!(big == ["big0", "d/big1", "e/big2"].map(|key| objects[key].clone()));
    assert_eq!(objects.len(), 24);
}

#[test]
fn a_failed_file_is_taken_out_of_the_progress() {
    let (cos, client) = start();
    let local = folder(&["a", "bb"]);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("PUT").path("/a"), usize::MAX);
    let last = Mutex::new((0, 0));
    let upload = client.upload_directory(BUCKET, "", local.path()).progress_callback(|d, t| *lock(&last) = (d, t));
    assert!(!upload.recorded().is_complete());
    assert_eq!(*lock(&last), (2, 2));
}

#[test]
fn what_downloads_left_behind_is_not_uploaded() {
    let (_cos, client) = start();
    let id = "0123456789abcdef0123456789abcdef";
    let left = [format!(".a.{id}.cos-part"), format!("b/.a.{id}.cos-record")];
    let local = folder(&["a", &left[0], &left[1]]);
    is(&client.upload_directory(BUCKET, "", local.path()).recorded(), &[("a", "up")]);
}

#[test]
fn customer_keys_go_with_every_request() {
    let (cos, client) = start();
    let local = folder(&["a"]);
    let upload = || {
        let upload = client.upload_directory(BUCKET, "", local.path()).sse_customer_algorithm("AES256");
        upload.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).recorded()
    };
    is(&upload(), &[("a", "up")]);
    is(&upload(), &[("a", "skipped")]);
    let name = "x-cos-server-side-encryption-customer-key";
    let with = cos.requests().iter().filter(|request| request.header(name) == Some(SSE_KEY[0])).count();
    assert_eq!(with, 2, "the PUT and the HEAD");
}

#[test]
fn fault_58_a_file_that_vanishes_fails_alone() {
    let (_cos, client) = start();
    let local = folder(&["a", "b", "c"]);
    let once = Once::default();
    let upload = client.upload_directory(BUCKET, "", local.path()).max_thread(1);
    // The first report comes when the folder has been read and nothing was opened.
    let upload = upload.progress_callback(|_, _| once.run(|| fs::remove_file(local.path().join("b")).unwrap()));
    is(&upload.recorded(), &[("a", "up"), ("b", "local"), ("c", "up")]);
}

#[test]
fn a_handle_pauses_and_cancels_all_files() {
    let (cos, client) = start();
    let local = folder(&["a", "b", "c"]);
    let upload = || client.upload_directory(BUCKET, "", local.path()).max_thread(1);
    let paused = upload().start().unwrap();
    paused.pause();
    paused.resume();
    assert!(paused.wait().unwrap().is_complete());

    // Broken off while it lists and while it sends, it goes on with just that.
    for (method, expected) in [("GET", "skipped"), ("HEAD", "skipped"), ("PUT", "up")] {
        if method == "PUT" {
            assert!(client.delete_prefix(BUCKET, "").whole_bucket(true).start().unwrap().wait().unwrap().is_complete());
        }
        cos.inject(Fault::Hang(cos_emulator::Moment::AfterBody), Match::any().method(method), 1);
        cos.clear_requests();
        let recorder = Recorder::default();
        let handle = upload().on_result(recorder.note()).start().unwrap();
        wait_for(|| cos.pending_faults() == 0);
        handle.pause();
        handle.resume();
        is(&recorder.with(handle.wait().unwrap()), &["a", "b", "c"].map(|key| (key, expected)));
    }

    cos.inject(Fault::Hang(cos_emulator::Moment::AfterBody), Match::any().method("HEAD"), 1);
    let handle = upload().start().unwrap();
    wait_for(|| cos.pending_faults() == 0);
    handle.cancel();
    assert_eq!(kind(handle.wait()), ClientErrorKind::Cancelled);
}

#[test]
fn a_cancelled_folder_keeps_or_discards_what_was_under_way() {
    for discard in [false, true] {
        let (cos, client) = start();
        let (local, checkpoints) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(local.path(), &[("large", &noise(1, 2 * MIB + 1))]);
        let upload = || {
            let upload =
                client.upload_directory(BUCKET, "", local.path()).part_size(1).multipart_threshold(0).max_thread(1);
            upload.checkpoint_dir(checkpoints.path()).discard_on_cancel(discard)
        };
        cos.inject(Fault::Hang(cos_emulator::Moment::AfterBody), Match::any().query("partNumber=2"), 1);
        let handle = upload().start().unwrap();
        wait_for(|| cos.pending_faults() == 0);
        handle.cancel();
        assert_eq!(kind(handle.wait()), ClientErrorKind::Cancelled);
        let left = usize::from(!discard);
        assert_eq!((open_uploads(&client).len(), names(checkpoints.path()).len()), (left, left));
        cos.clear_requests();
        is(&upload().recorded(), &[("large", "up")]);
        assert_eq!(requests(&cos, "PUT", "partNumber").len(), 3 - left);
        assert!(open_uploads(&client).is_empty() && names(checkpoints.path()).is_empty());
    }
}

#[test]
fn every_file_can_be_sent_with_its_md5() {
    let (cos, client) = start();
    let local = folder(&["a"]);
    write(local.path(), &[("large", &noise(1, 2 * MIB))]);
    let upload = client.upload_directory(BUCKET, "", local.path()).multipart_threshold(1000).enable_md5(true);
    is(&upload.recorded(), &[("a", "up"), ("large", "up")]);
    let puts = [requests(&cos, "PUT", ""), requests(&cos, "PUT", "partNumber")].concat();
    assert_eq!(puts.len(), 3);
    assert!(puts.iter().all(|put| put.header("content-md5").is_some()));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::common::ends;

    fn pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    #[test]
    fn fault_58_what_is_no_file_is_reported_and_not_opened() {
        let (_cos, client) = start();
        let local = folder(&["a", "z"]);
        pipe(&local.path().join("pipe"));
        // Who opens a pipe for writing waits for somebody who opens it for reading.
        let (path, (opened, wait)) = (local.path().join("pipe"), std::sync::mpsc::channel());
        let reader = path.clone();
        let writer = std::thread::spawn(move || opened.send(fs::File::options().write(true).open(path).is_ok()));
        let _socket = UnixListener::bind(local.path().join("socket")).unwrap();
        let folder = local.path().to_owned();
        let report = ends(move || client.upload_directory(BUCKET, "", folder).recorded());
        is(&report, &[("a", "up"), ("pipe", "local"), ("socket", "local"), ("z", "up")]);
        assert!(wait.try_recv().is_err(), "nobody opened it");
        drop(fs::File::open(reader).unwrap());
        writer.join().unwrap().unwrap();
    }

    #[test]
    fn a_pipe_that_takes_a_files_place_is_not_waited_for() {
        let (_cos, client) = start();
        let local = folder(&["a", "b"]);
        let report = ends(move || {
            let once = Once::default();
            let upload = client.upload_directory(BUCKET, "", local.path()).max_thread(1);
            let upload = upload.progress_callback(|_, _| {
                once.run(|| {
                    fs::remove_file(local.path().join("b")).unwrap();
                    pipe(&local.path().join("b"));
                });
            });
            upload.recorded()
        });
        is(&report, &[("a", "up"), ("b", "local")]);
    }

    #[test]
    fn fault_58_unreadable_files_and_folders_fail_alone() {
        let (_cos, client) = start();
        let local = folder(&["a", "b", "c/d", "e"]);
        let close = |name: &str, mode| {
            fs::set_permissions(local.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        close("b", 0);
        close("c", 0);
        let report = client.upload_directory(BUCKET, "", local.path()).recorded();
        if fs::File::open(local.path().join("b")).is_err() {
            is(&report, &[("a", "up"), ("b", "local"), ("c", "local"), ("e", "up")]);
        } else {
            assert_eq!(report.files.len(), 4); // who is root reads everything
        }
        close("c", 0o700);
    }

    #[test]
    fn a_name_that_is_not_utf8_fails_alone() {
        let (_cos, client) = start();
        let local = folder(&["a"]);
        fs::write(local.path().join(OsStr::from_bytes(b"b\xff")), "x").unwrap();
        is(&client.upload_directory(BUCKET, "", local.path()).recorded(), &[("a", "up"), ("b\u{FFFD}", "local")]);
    }

    /// A folder with links to a file and a folder outside, to itself, and to nowhere.
    fn linked() -> (tempfile::TempDir, tempfile::TempDir) {
        let (outside, local) = (folder(&["secret", "folder/in"]), folder(&["a", "d/e"]));
        symlink(outside.path().join("secret"), local.path().join("file")).unwrap();
        symlink(outside.path().join("folder"), local.path().join("folder")).unwrap();
        symlink("..", local.path().join("d/loop")).unwrap();
        symlink("nowhere", local.path().join("dangling")).unwrap();
        (outside, local)
    }

    #[test]
    fn links_are_not_followed() {
        let (_cos, client) = start();
        let (_outside, local) = linked();
        let report = client.upload_directory(BUCKET, "", local.path()).recorded();
        let expected = [
            ("a", "up"),
            ("d/e", "up"),
            ("d/loop", "local"),
            ("dangling", "local"),
            ("file", "local"),
            ("folder", "local"),
        ];
        is(&report, &expected);
        assert_eq!(keys(&client), ["a", "d/e"]);
    }

    #[test]
    fn fault_58_links_are_followed_on_request_but_not_in_circles() {
        let (_cos, client) = start();
        let (_outside, local) = linked();
        let report = client.upload_directory(BUCKET, "", local.path()).follow_links(true).recorded();
        let expected = [
            ("a", "up"),
            ("d/e", "up"),
            ("d/loop", "local"),
            ("dangling", "local"),
            ("file", "up"),
            ("folder/in", "up"),
        ];
        is(&report, &expected);
        assert_eq!(objects(&client)["file"], b"secret");
    }

    #[test]
    fn a_link_that_takes_a_files_place_is_not_followed() {
        let (_cos, client) = start();
        let (outside, local) = (folder(&["secret"]), folder(&["a", "b"]));
        let once = Once::default();
        let upload = client.upload_directory(BUCKET, "", local.path()).max_thread(1);
        let upload = upload.progress_callback(|_, _| {
            once.run(|| {
                fs::remove_file(local.path().join("b")).unwrap();
                symlink(outside.path().join("secret"), local.path().join("b")).unwrap();
            });
        });
        is(&upload.recorded(), &[("a", "up"), ("b", "local")]);
    }
}
