//! Rows 37 to 40, 59, 60, 63: local files, bad input, and code of the caller's.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use cos_emulator::{Fault as Hook, Match};
use qcloud_cos::{ClientErrorKind, CosError};

use super::scene::{SIZE, Scene};
use crate::common::{BUCKET, MIB, Once, code, ends, field, get, kind, noise, open_uploads, put, requests, start};

/// Tells the process that it is the one whose files must not grow.
const BOUNDED: &str = "FAULT_37_PATH";

#[cfg(unix)]
#[test]
fn fault_37_disk_full() {
    if let Some(path) = std::env::var_os(BOUNDED) {
        let (_cos, client) = start();
        put(&client, "k", &noise(7, SIZE));
        for threshold in [0, 2 * SIZE as u64] {
            let download = client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(threshold);
            let Err(CosError::Client(error)) = download.send() else { panic!("it must not fit") };
            assert!(matches!(error.kind(), ClientErrorKind::Local { .. }), "{error}");
            assert_eq!(error.attempts(), 0);
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    // A file of more than 1.5 MiB cannot be written there: an error of the write itself, as on a full disk.
    let bounded = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 3072; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "files::fault_37_disk_full"])
        .env(BOUNDED, &path)
        .output()
        .unwrap();
    assert!(bounded.status.success(), "{}", String::from_utf8_lossy(&bounded.stdout));
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn fault_36_power_cut() {
    type Loss = fn(&mut Vec<u8>);
    let losses: [Loss; 5] = [
        |bytes| bytes.fill(0),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.truncate(bytes.len().saturating_sub(1)),
        Vec::clear,
        |bytes| bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0),
    ];
    // What was not on the disk yet is lost: of the bytes, of what is said of them, or of both.
    for lost in [&["part"][..], &["record"], &["part", "record"]] {
        for loss in losses {
            let scene = Scene::new();
            scene.cos.inject(Hook::error(500, "InternalError"), super::scene::range(2), usize::MAX);
            assert!(scene.download(&scene.client).send().is_err());
            scene.assert_kept();
            scene.cos.clear_faults();
            for path in scene.leftovers() {
                let name = path.to_string_lossy().into_owned();
                if lost.iter().any(|kind| name.ends_with(kind)) {
                    let mut bytes = fs::read(&path).unwrap();
                    loss(&mut bytes);
                    fs::write(&path, bytes).unwrap();
                }
            }
            scene.download(&scene.client).send().unwrap();
            assert!(fs::read(&scene.path).unwrap() == scene.content);
        }
    }
}

#[test]
fn fault_38_destination_that_cannot_be() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), PathBuf::from("/"), folder.path().join("n".repeat(300))] {
        for threshold in [0, 2 * SIZE as u64] {
            let download = scene.client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(threshold);
            assert!(matches!(kind(download.send()), ClientErrorKind::Local { .. }), "{}", path.display());
        }
    }
    let missing = scene.client.download_file(BUCKET, "k", folder.path().join("missing/file")).part_size(1).send();
    assert!(matches!(kind(missing), ClientErrorKind::Local { .. }));
    // A folder that takes no files, whoever asks.
    if Path::new("/proc/self").exists() {
        let refused = scene.client.download_file(BUCKET, "k", "/proc/file").part_size(1).multipart_threshold(0).send();
        assert!(matches!(kind(refused), ClientErrorKind::Local { .. }));
    }
    assert!(scene.cos.requests().iter().all(|request| request.method == "HEAD"), "{}", scene.methods());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn fault_39_destination_that_is_no_file() {
    for threshold in [0, 2 * SIZE as u64] {
        let scene = Scene::new();
        let folder = tempfile::tempdir().unwrap();
        let (link, fifo) = (folder.path().join("link"), folder.path().join("fifo"));
        std::os::unix::fs::symlink(&scene.path, &link).unwrap();
        let download = |path: &Path| {
            scene.client.download_file(BUCKET, "k", path).part_size(1).multipart_threshold(threshold).send()
        };
        download(&link).unwrap();
        scene.assert_untouched();
        assert!(!fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read(&link).unwrap() == scene.content);
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for path in [fifo.as_path(), Path::new("/dev/null")] {
            assert!(matches!(kind(download(path)), ClientErrorKind::Local { .. }), "{}", path.display());
        }
        assert!(!fs::symlink_metadata(&fifo).unwrap().is_file());
    }
}

#[test]
fn fault_40_source_changes_during_the_upload() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("grown", |path| {
            let mut content = fs::read(path).unwrap();
            content.extend_from_slice(b"more");
            fs::write(path, content).unwrap();
        }),
        ("truncated", |path| File::options().write(true).open(path).unwrap().set_len(MIB as u64 + 100).unwrap()),
        ("rewritten", |path| fs::write(path, noise(99, SIZE)).unwrap()),
        ("replaced", |path| {
            let other = path.with_extension("other");
            fs::write(&other, noise(98, SIZE)).unwrap();
            fs::rename(&other, path).unwrap();
        }),
    ];
    // Before the first part, in the midst of the second, and on the way in one request.
    for (moment, threshold, parts) in [(0, 0, 0), (MIB as u64 + 1, 0, 2), (1, u64::MAX, 0)] {
        for (name, change) in &changes {
            let scene = Scene::new();
            let past = SystemTime::now() - Duration::from_secs(3600);
            File::options().write(true).open(&scene.source).unwrap().set_modified(past).unwrap();
            let once = Once::default();
            let then = |done, _| {
                if done >= moment {
                    once.run(|| change(&scene.source));
                }
            };
            let upload = scene.upload(&scene.client).multipart_threshold(threshold).progress_callback(then);
            assert_eq!(kind(upload.send()), ClientErrorKind::SourceChanged, "{name} at {moment}");
            let sent = requests(&scene.cos, "PUT", "partNumber");
            assert_eq!(sent.len(), parts, "{name}: no other part is sent, nor one of them again");
            assert!(requests(&scene.cos, "POST", "uploadId").is_empty(), "{name}: not completed");
            if threshold > 0 {
                continue;
            }
            assert_eq!(code(scene.client.get_object(BUCKET, "up").send()).0, 404);
            assert_eq!(open_uploads(&scene.client).len(), 1, "{name}: kept, to go on with or to be given up");
            scene.upload(&scene.client).send().unwrap();
            assert!(get(&scene.client, "up") == fs::read(&scene.source).unwrap(), "{name}");
            assert!(open_uploads(&scene.client).is_empty(), "{name}");
        }
    }
}

#[test]
fn fault_59_what_would_break_a_line() {
    let scene = Scene::new();
    let client = &scene.client;
    for bad in ["a\rb", "a\nb", "a\r\nX-Other: 1", "a\0b"] {
        let put = || client.put_object(BUCKET, "x", "new");
        assert!(field(put().metadata("x-cos-meta-a", bad).send()).contains("x-cos-meta-a"), "{bad:?}");
        assert!(field(put().content_type(bad).send()).contains("content-type"), "{bad:?}");
        assert!(field(put().header(bad, "v").send()).contains("header"), "{bad:?}");
    }
    for key in ["", "/", ".", ".."] {
        assert_eq!(field(client.put_object(BUCKET, "x", key).send()), "key", "{key:?}");
    }
    assert_eq!(scene.cos.request_count(), 0, "no byte was sent");
    // In a query, a key and a copy source they are encoded.
    for key in ["a\rb\nc", "广州 塔"] {
        client.put_object(BUCKET, "x", key).metadata("x-cos-meta-a", "广州").send().unwrap();
        assert_eq!(get(client, key), b"x");
        let source = qcloud_cos::CopySource::new(BUCKET, key, scene.cos.region());
        client.copy_object(BUCKET, "copy", source).send().unwrap();
        assert_eq!(client.list_objects(BUCKET).prefix(key).send().unwrap().contents[0].key, key);
    }
}

#[test]
fn fault_60_what_is_not_utf_8() {
    let scene = Scene::new();
    let client = &scene.client;
    scene.cos.inject(Hook::SetHeader("x-cos-meta-a".into(), "广".into()), Match::any(), 1);
    assert_eq!(client.head_object(BUCKET, "k").send().unwrap().headers.get("x-cos-meta-a").as_deref(), Some("广"));
    let server = crate::common::ByHand::start(|_, stream| {
        use std::io::Write as _;
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-cos-meta-a: \xff\xfe\r\n\r\n";
        stream.write_all(head).unwrap();
        true
    });
    let head = crate::common::client(server.config()).head_object(BUCKET, "k").send().unwrap();
    assert_eq!(head.headers.get_bytes("x-cos-meta-a"), Some(&b"\xff\xfe"[..]));
    assert_eq!(head.headers.get("x-cos-meta-a").as_deref(), Some("\u{fffd}\u{fffd}"));
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(std::ffi::OsStr::from_bytes(b"file-\xff"));
        client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(0).send().unwrap();
        client.upload_file(BUCKET, "back", &path).send().unwrap();
        assert!(get(client, "back") == scene.content);
    }
}

#[test]
fn fault_63_panic_in_the_callers_code() {
    for threads in [1, 3] {
        ends(move || {
            let scene = Scene::new();
            let download = scene.download(&scene.client).max_thread(threads);
            let sent = || download.progress_callback(|_, _| panic!("the callback's own")).send();
            assert!(!matches!(catch_unwind(AssertUnwindSafe(sent)), Ok(Ok(_))));
            scene.assert_old();
            let upload = scene.upload(&scene.client).max_thread(threads);
            let sent = || upload.progress_callback(|_, _| panic!("the callback's own")).send();
            assert!(!matches!(catch_unwind(AssertUnwindSafe(sent)), Ok(Ok(_))));
            assert!(requests(&scene.cos, "POST", "uploadId").is_empty());
            // No lock is poisoned: both go on.
            scene.download(&scene.client).send().unwrap();
            scene.upload(&scene.client).send().unwrap();
            assert!(fs::read(&scene.path).unwrap() == scene.content);
            assert!(get(&scene.client, "up") == scene.content);
        });
    }
}
