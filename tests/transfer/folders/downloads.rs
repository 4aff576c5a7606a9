//! `download_directory`. Keys that lead elsewhere are in `tests/folder_download.rs`.

use std::collections::HashSet;
use std::fs;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use cos_emulator::{Fault, Match};
use qcloud_cos::ClientErrorKind;
use qcloud_cos::transfer::SkipIdentical;

use super::{Record as _, count, is, sent, wait_for};
use crate::common::{
    BUCKET, MIB, SSE_KEY, client_with_retry, config, failed, field, kind, lock, names, noise, put, refused, requests,
    start,
};

#[test]
fn keys_below_the_prefix_become_files() {
    let (_cos, client) = start();
    for key in ["p/a", "p/b/c", "p/b/d/", "p/e/", "p-other", "p", "p/"] {
        put(&client, key, if key.ends_with('/') { b"" } else { key.as_bytes() });
    }
    let outer = tempfile::tempdir().unwrap();
    let local = outer.path().join("made/here");
    let report = client.download_directory(BUCKET, "/p", &local).recorded();
    is(&report, &["p/", "p/a", "p/b/c", "p/b/d/", "p/e/"].map(|key| (key, "down")));
    assert_eq!(names(&local), ["a", "b", "e"]);
    assert_eq!(names(&local.join("b")), ["c", "d"]);
    assert_eq!(fs::read(local.join("b/c")).unwrap(), b"p/b/c");
    assert!(local.join("b/d").is_dir() && local.join("e").is_dir());
    let paths: Vec<_> = report.files.iter().map(|file| file.1.clone()).collect();
    assert_eq!(paths[..3], [local.clone(), local.join("a"), local.join("b/c")]);
    assert_eq!(report.files[2].2, 5);
}

#[test]
fn what_is_there_already_is_not_fetched_again() {
    let (cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    for key in ["a", "b", "c"] {
        put(&client, &format!("p/{key}"), key.as_bytes());
    }
    let download = || client.download_directory(BUCKET, "p/", local.path());
    assert_eq!(download().recorded().transferred, 3);
    cos.clear_requests();
    is(&download().recorded(), &[("p/a", "skipped"), ("p/b", "skipped"), ("p/c", "skipped")]);
    assert_eq!(count(&cos), sent(&[("GET", 1), ("HEAD", 3)]), "a list, and each object's checksum");
    fs::write(local.path().join("a"), "A").unwrap();
    fs::write(local.path().join("b"), "longer").unwrap();
    fs::remove_file(local.path().join("c")).unwrap();
    is(&download().recorded(), &[("p/a", "down"), ("p/b", "down"), ("p/c", "down")]);
    assert_eq!(count(&cos), sent(&[("GET", 4), ("HEAD", 1)]), "nothing is asked for twice");
    is(&download().skip_identical(SkipIdentical::Never).include("c").recorded(), &[("p/c", "down")]);
    assert_eq!(fs::read(local.path().join("a")).unwrap(), b"a");
    assert_eq!(names(local.path()), ["a", "b", "c"]);
}

#[test]
fn by_time_newer_objects_are_fetched() {
    let (cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    for (name, age) in [("old", 3600), ("new", -3600)] {
        put(&client, name, name.as_bytes());
        fs::write(local.path().join(name), name.to_uppercase()).unwrap();
        let now = SystemTime::now();
        let time = if age > 0 { now - Duration::from_secs(3600) } else { now + Duration::from_secs(3600) };
        fs::File::options().write(true).open(local.path().join(name)).unwrap().set_modified(time).unwrap();
    }
    cos.clear_requests();
    let download = client.download_directory(BUCKET, "", local.path()).skip_identical(SkipIdentical::ModifiedTime);
    is(&download.recorded(), &[("new", "skipped"), ("old", "down")]);
    assert_eq!(count(&cos), sent(&[("GET", 2)]));
    assert_eq!(fs::read(local.path().join("new")).unwrap(), b"NEW");
}

#[test]
fn patterns_choose_objects() {
    let (_cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    for key in ["p/a.txt", "p/b/c.txt", "p/b/d.log", "p/cache/x.txt", "p/../x.tmp"] {
        put(&client, key, b"x");
    }
    let download = client.download_directory(BUCKET, "p", local.path());
    let report = download.include("*.txt").include("../*").exclude("cache/**").exclude("*.tmp").recorded();
    is(&report, &[("p/a.txt", "down"), ("p/b/c.txt", "down")]);
}

#[test]
fn wrong_input_is_named_before_anything_is_sent() {
    let (cos, client) = start();
    let outer = tempfile::tempdir().unwrap();
    let local = outer.path().join("local");
    let download = || client.download_directory(BUCKET, "p", &local);
    assert_eq!(field(download().max_thread(0).send()), "max_thread");
    assert_eq!(field(download().part_size(6000).send()), "part_size");
    assert_eq!(field(download().include("a[").send()), "include");
    assert_eq!(field(download().exclude("{a").send()), "exclude");
    assert!(!local.exists());
    fs::write(&local, "a file").unwrap();
    let error = failed(download().send());
    assert!(error.to_string().starts_with("cannot use the folder"), "{error}");
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn a_list_that_fails_is_the_calls_error() {
    let (cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("prefix="), 1);
    let error = refused(client.download_directory(BUCKET, "p", local.path()).send());
    assert_eq!(error.get_error_code(), "AccessDenied");
    assert!(names(local.path()).is_empty());
}

#[test]
fn threads_are_shared_by_files_and_parts_and_progress_adds_up() {
    let (_cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    let big: Vec<Vec<u8>> = (0..3).map(|seed| noise(seed, 3 * MIB + 7)).collect();
    for (number, content) in big.iter().enumerate() {
        put(&client, &format!("d/big{number}"), content);
    }
    for number in 0..20 {
        put(&client, &format!("small{number:02}"), b"1234567");
    }
    put(&client, "empty", b"");
    fs::write(local.path().join("small00"), "1234567").unwrap();
    let (reports, used) = (Mutex::new(Vec::new()), Mutex::new(HashSet::new()));
    let caller = std::thread::current().id();
    let download = client.download_directory(BUCKET, "", local.path()).max_thread(3).part_size(1);
    let download = download.multipart_threshold(MIB as u64).progress_callback(|done, total| {
        lock(&reports).push((done, total));
        lock(&used).insert(std::thread::current().id());
    });
    let report = download.recorded();
    assert_eq!((report.skipped, report.transferred), (1, 23));
    let (reports, mut used) = (reports.into_inner().unwrap(), used.into_inner().unwrap());
    used.remove(&caller);
    assert!((1..=3).contains(&used.len()), "{} threads", used.len());
    let total = 3 * (3 * MIB as u64 + 7) + 20 * 7;
    assert_eq!(reports.last(), Some(&(total, total)));
    assert!(reports.iter().all(|(done, total)| done <= total));
    for (number, content) in big.iter().enumerate() {
        assert!(fs::read(local.path().join(format!("d/big{number}"))).unwrap() == *content);
    }
    assert_eq!(names(&local.path().join("d")), ["big0", "big1", "big2"]);
}

#[test]
fn a_download_that_broke_off_is_gone_on_with() {
    let (cos, _) = start();
    let client = client_with_retry(config(&cos), 0);
    let local = tempfile::tempdir().unwrap();
    let content = noise(1, 3 * MIB);
    put(&client, "p/big", &content);
    put(&client, "p/small", b"x");
    let last = Match::any().header("range", format!("bytes={}-", 2 * MIB));
    cos.inject(Fault::error(403, "AccessDenied"), last, 1);
    let download = || {
        let download = client.download_directory(BUCKET, "p", local.path()).max_thread(1);
        download.part_size(1).multipart_threshold(0).recorded()
    };
    is(&download(), &[("p/big", "AccessDenied"), ("p/small", "down")]);
    assert_eq!(names(local.path()).len(), 3, "the part, its record, and the other file");
    // What is left is not uploaded as if it were a file.
    let uploaded = client.upload_directory(BUCKET, "copy", local.path()).recorded();
    is(&uploaded, &[("copy/small", "up")]);
    cos.clear_requests();
    is(&download(), &[("p/big", "down"), ("p/small", "skipped")]);
    let ranges: Vec<_> = cos.requests().iter().filter_map(|r| r.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [format!("bytes={}-{}", 2 * MIB, 3 * MIB - 1)]);
    assert_eq!(names(local.path()), ["big", "small"]);
    assert!(fs::read(local.path().join("big")).unwrap() == content);
}

#[test]
fn a_damaged_file_fails_alone_and_is_not_there() {
    let (cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    put(&client, "a", b"content");
    put(&client, "b", b"content");
    cos.inject(Fault::CorruptAnswer(3), Match::any().method("GET").path("/a"), usize::MAX);
    let report = client.download_directory(BUCKET, "", local.path()).recorded();
    is(&report, &[("a", "Integrity"), ("b", "down")]);
    assert_eq!(names(local.path()), ["b"]);
}

#[test]
fn without_a_checksum_a_file_fails_if_one_is_required() {
    let (cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    put(&client, "a", b"content");
    cos.inject(Fault::omit_crc64(), Match::any(), usize::MAX);
    let download = || client.download_directory(BUCKET, "", local.path());
    is(&download().require_crc(true).recorded(), &[("a", "Integrity")]);
    is(&download().recorded(), &[("a", "down")]);
    is(&download().recorded(), &[("a", "down")]);
}

#[test]
fn customer_keys_go_with_every_request() {
    let (cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    let upload = client.put_object(BUCKET, b"x", "a").sse_customer_algorithm("AES256");
    upload.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).send().unwrap();
    let download = || {
        let download = client.download_directory(BUCKET, "", local.path()).sse_customer_algorithm("AES256");
        download.sse_customer_key(SSE_KEY[0]).sse_customer_key_md5(SSE_KEY[1]).recorded()
    };
    is(&download(), &[("a", "down")]);
    is(&download(), &[("a", "skipped")]);
    let name = "x-cos-server-side-encryption-customer-key";
    let without = requests(&cos, "HEAD", "").iter().filter(|head| head.header(name) != Some(SSE_KEY[0])).count();
    assert_eq!(without, 0);
}

#[test]
fn names_of_this_system_alone_are_taken_on_request() {
    let (_cos, client) = start();
    let local = tempfile::tempdir().unwrap();
    for key in ["10:30.log", "CON", "a\\b", "dot.", "../x"] {
        put(&client, key, b"x");
    }
    let download = || client.download_directory(BUCKET, "", local.path());
    let refused = ["../x", "10:30.log", "CON", "a\\b", "dot."].map(|key| (key, "unsafe"));
    let report = download().recorded();
    is(&report, &refused);
    if cfg!(unix) {
        // The way out is told where there is one.
        let hints = report.report.failures.iter().map(|file| file.error().unwrap().to_string());
        let hinted: Vec<bool> = hints.map(|text| text.contains("native_names(true)")).collect();
        assert_eq!(hinted, [false, true, true, true, true]);
    }
    let report = download().native_names(true).recorded();
    if cfg!(unix) {
        let down = [refused[0], ("10:30.log", "down"), ("CON", "down"), ("a\\b", "down"), ("dot.", "down")];
        is(&report, &down);
    } else {
        is(&report, &refused);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_swapped_for_a_link_meanwhile_leads_nowhere() {
    use std::os::unix::fs::symlink;

    let (_cos, client) = start();
    let content = noise(1, 3 * MIB);
    for (threshold, key) in [(0, "d/parts"), (u64::MAX, "d/whole")] {
        let (outside, local) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        put(&client, key, &content);
        let swapped = Mutex::new(false);
        let download = client.download_directory(BUCKET, "", local.path()).part_size(1).include(key);
        let download = download.multipart_threshold(threshold).progress_callback(|done, _| {
            let mut swapped = lock(&swapped);
            if done > 0 && !*swapped {
                *swapped = true;
                fs::rename(local.path().join("d"), local.path().join("moved")).unwrap();
                symlink(outside.path(), local.path().join("d")).unwrap();
            }
        });
        is(&download.recorded(), &[(key, "down")]);
        assert!(names(outside.path()).is_empty());
        assert!(fs::read(local.path().join(key.replace("d/", "moved/"))).unwrap() == content);
        let (outside, report) = (names(outside.path()), client.download_directory(BUCKET, "", local.path()).send());
        assert!(outside.is_empty() && !report.unwrap().is_complete());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_swapped_once_it_was_looked_at_leads_nowhere() {
    use std::os::unix::fs::symlink;

    let (cos, client) = start();
    put(&client, "d/a", b"content");
    let (outside, local) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(local.path().join("d")).unwrap();
    fs::write(local.path().join("d/a"), "CONTENT").unwrap();
    // While the object's checksum is asked for, the folder is open already.
    cos.inject(Fault::Delay(Duration::from_millis(300)), Match::any().method("HEAD"), 1);
    let download = client.download_directory(BUCKET, "", local.path()).start().unwrap();
    wait_for(|| cos.pending_faults() == 0);
    fs::rename(local.path().join("d"), local.path().join("moved")).unwrap();
    symlink(outside.path(), local.path().join("d")).unwrap();
    assert_eq!(download.wait().unwrap().transferred, 1);
    assert!(names(outside.path()).is_empty());
    assert_eq!(fs::read(local.path().join("moved/a")).unwrap(), b"content");
}

#[test]
fn a_cancelled_folder_keeps_or_discards_what_was_under_way() {
    for discard in [false, true] {
        let (cos, client) = start();
        put(&client, "large", &noise(1, 2 * MIB + 1));
        let local = tempfile::tempdir().unwrap();
        let download = || {
            let download = client.download_directory(BUCKET, "", local.path()).multipart_threshold(0).part_size(1);
            download.max_thread(1).discard_on_cancel(discard)
        };
        cos.inject(Fault::Hang(cos_emulator::Moment::AfterBody), Match::any().header("range", "bytes=1048576"), 1);
        let handle = download().start().unwrap();
        wait_for(|| cos.pending_faults() == 0);
        handle.cancel();
        assert_eq!(kind(handle.wait()), ClientErrorKind::Cancelled);
        assert_eq!(names(local.path()).len(), if discard { 0 } else { 2 });
        cos.clear_requests();
        is(&download().recorded(), &[("large", "down")]);
        assert_eq!(count(&cos)["GET"], if discard { 4 } else { 3 }, "a list, and the ranges that are missing");
        assert_eq!(names(local.path()), ["large"]);
    }
}
