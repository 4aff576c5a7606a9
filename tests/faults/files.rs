//! Rows 37 to 40, 59, 60, 63: local files, bad input, and code of the caller's.

use std::fs::{self, File};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use cos_emulator::{Fault as Hook, Match};
use qcloud_cos::{ClientErrorKind, CosError};

use super::scene::{SIZE, Scene};
use crate::common::{
    BUCKET, MIB, Once, code, ends, failed, field, get, kind, names, noise, open_uploads, put, refused, requests, start,
};

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

/// A place that was a file when the download began, and cannot be replaced when it ends.
#[test]
fn fault_37_rename_fails() {
    for (threshold, left) in [(0, 3), (u64::MAX, 1)] {
        let scene = Scene::new();
        let once = Once::default();
        let occupy = || {
            fs::remove_file(&scene.path).unwrap();
            fs::create_dir(&scene.path).unwrap();
        };
        let download = scene.download(&scene.client).multipart_threshold(threshold);
        let error = failed(download.progress_callback(|_, _| once.run(occupy)).send());
        assert_eq!(*error.kind(), ClientErrorKind::Local { path: scene.path.clone() });
        assert!(error.get_ref().and_then(|cause| cause.downcast_ref::<std::io::Error>()).is_some(), "{error}");
        // What is kept is all that the next call needs: nothing is fetched again.
        assert_eq!(names(scene.path.parent().unwrap()).len(), left);
        fs::remove_dir(&scene.path).unwrap();
        scene.cos.clear_requests();
        scene.download(&scene.client).multipart_threshold(threshold).send().unwrap();
        assert_eq!(requests(&scene.cos, "GET", "").len(), usize::from(threshold > 0));
        scene.assert_new();
    }
}

#[test]
fn fault_36_power_cut() {
    type Loss = fn(&mut Vec<u8>);
    // How many of the three ranges have to be fetched when this is lost of the bytes, and of the record.
    let losses: [(Loss, usize, usize); 5] = [
        (|bytes| bytes.fill(0), 3, 3),
        (|bytes| bytes.truncate(bytes.len() / 2), 2, 3),
        (|bytes| bytes.truncate(bytes.len().saturating_sub(1)), 2, 2),
        (Vec::clear, 3, 3),
        (|bytes| bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0), 3, 1),
    ];
    // What was not on the disk yet is lost: of the bytes, of what is said of them, or of both.
    for lost in [&["part"][..], &["record"], &["part", "record"]] {
        for (number, (loss, of_bytes, of_record)) in losses.into_iter().enumerate() {
            let scene = Scene::new();
            scene.cos.inject(Hook::error(500, "InternalError"), super::scene::range(2), usize::MAX);
            assert!(scene.download(&scene.client).send().is_err());
            scene.assert_kept();
            scene.cos.clear_faults();
            scene.cos.clear_requests();
            for path in scene.leftovers() {
                let name = path.to_string_lossy().into_owned();
                if lost.iter().any(|kind| name.ends_with(kind)) {
                    let mut bytes = fs::read(&path).unwrap();
                    loss(&mut bytes);
                    fs::write(&path, bytes).unwrap();
                }
            }
            scene.download(&scene.client).send().unwrap();
            let missing = lost.iter().map(|kind| if *kind == "part" { of_bytes } else { of_record }).max();
            assert_eq!(Some(requests(&scene.cos, "GET", "").len()), missing, "loss {number} of {lost:?}");
            scene.assert_new();
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
    assert_eq!(scene.cos.request_count(), 0);
    // A folder that is not there, and one that takes no files, whoever asks.
    let closed = Path::new("/proc/self").exists().then(|| PathBuf::from("/proc/file"));
    for path in [folder.path().join("missing/file")].into_iter().chain(closed) {
        for threshold in [0, 2 * SIZE as u64] {
            let download = scene.client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(threshold);
            assert!(matches!(kind(download.send()), ClientErrorKind::Local { .. }), "{}", path.display());
        }
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
        scene.cos.clear_requests();
        for path in [fifo.as_path(), Path::new("/dev/null")] {
            assert!(matches!(kind(download(path)), ClientErrorKind::Local { .. }), "{}", path.display());
            assert!(!fs::symlink_metadata(path).unwrap().is_file());
        }
        assert_eq!(scene.cos.request_count(), 0);
        assert_eq!(names(folder.path()), ["fifo", "link"]);
        // Nor is a link written through where the file is written in place.
        for to in [scene.path.as_path(), &fifo, Path::new("nowhere")] {
            fs::remove_file(&link).unwrap();
            std::os::unix::fs::symlink(to, &link).unwrap();
            let in_place = scene.client.download_file(BUCKET, "k", &link).disable_temp_dest_file_path(true);
            assert_eq!(kind(in_place.send()), ClientErrorKind::Local { path: link.clone() }, "{}", to.display());
            scene.assert_untouched();
        }
        assert_eq!(names(folder.path()), ["fifo", "link"]);
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
            let error = failed(upload.send());
            assert_eq!(*error.kind(), ClientErrorKind::SourceChanged, "{name} at {moment}");
            // It says what is there.
            let is_there = scene.client.object_exists(BUCKET, "up").send().unwrap();
            let told = if is_there { "is stored, and may hold" } else { "nothing was completed" };
            assert!(error.to_string().contains(told), "{name} at {moment}: {error}");
            let sent: Vec<_> = requests(&scene.cos, "PUT", "partNumber");
            let sent: Vec<_> = sent.iter().map(|part| part.param("partNumber").unwrap()).collect();
            // One that broke off need not be in the log.
            let whole = parts - usize::from(parts > 0 && *name == "truncated");
            assert!(["1", "2"][..parts].starts_with(&sent) && sent.len() >= whole, "{name}: {sent:?}");
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
        let put = || client.put_object(BUCKET, b"x", "new");
        assert!(field(put().metadata("x-cos-meta-a", bad).send()).contains("x-cos-meta-a"), "{bad:?}");
        assert!(field(put().content_type(bad).send()).contains("content-type"), "{bad:?}");
        assert!(field(put().header(bad, "v").send()).contains("header"), "{bad:?}");
        assert!(field(put().header("x-own", bad).send()).contains("x-own"), "{bad:?}");
        assert!(field(put().metadata(format!("x-cos-meta-{bad}"), "v").send()).contains("header"), "{bad:?}");
        assert_eq!(field(client.put_object(bad, b"x", "new").send()), "bucket", "{bad:?}");
        let source = |bucket: &str| qcloud_cos::CopySource::new(bucket, "k", scene.cos.region());
        assert!(field(client.copy_object(BUCKET, "copy", source(bad)).send()).contains("opy_source"), "{bad:?}");
        let copy = client.copy_object(BUCKET, "copy", source(BUCKET)).copy_source_if_match(bad);
        assert!(field(copy.send()).contains("x-cos-copy-source-if-match"), "{bad:?}");
    }
    assert!(field(client.put_object(BUCKET, b"x", "new").header("x-名", "v").send()).contains("header"));
    for key in ["", "/", ".", ".."] {
        assert_eq!(field(client.put_object(BUCKET, b"x", key).send()), "key", "{key:?}");
    }
    assert_eq!(scene.cos.request_count(), 0, "no byte was sent");
    // In a query, a key and a copy source they are encoded.
    for key in ["a\rb\nc", "a\r\nX-Other: 1", "a\0b", "广州 塔"] {
        client.put_object(BUCKET, b"x", key).metadata("x-cos-meta-a", "广州").send().unwrap();
        assert_eq!(get(client, key), b"x");
        let source = qcloud_cos::CopySource::new(BUCKET, key, scene.cos.region());
        client.copy_object(BUCKET, "copy", source).send().unwrap();
        assert_eq!(get(client, "copy"), b"x");
        let sent = scene.cos.requests();
        assert!(sent.iter().all(|request| request.header("x-other").is_none()), "{key:?}");
        let source = sent.iter().find_map(|request| request.header("x-cos-copy-source")).unwrap();
        assert!(source.bytes().all(|byte| byte.is_ascii_graphic()), "{source}");
        scene.cos.clear_requests();
        client.get_object(BUCKET, key).query("x-own", key).send().unwrap();
        assert_eq!(scene.cos.requests()[0].param("x-own"), Some(key));
        if key.contains('\0') {
            continue; // a list in XML could not hold it
        }
        assert_eq!(client.list_objects(BUCKET).prefix(key).send().unwrap().contents[0].key, key);
    }
}

#[test]
fn fault_60_what_is_not_utf_8() {
    let scene = Scene::new();
    let client = &scene.client;
    scene.cos.inject(Hook::SetHeader("x-cos-meta-a".into(), "广".into()), Match::any(), 1);
    assert_eq!(client.head_object(BUCKET, "k").send().unwrap().headers.get("x-cos-meta-a").as_deref(), Some("广"));
    let server = crate::common::ByHand::start(|number, stream| {
        use std::io::Write as _;
        let answer: &[u8] = match number {
            0 => b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: e\r\nx-cos-meta-a: \xff\xfe\r\n\r\n",
            1 => b"HTTP/1.1 403 No\r\nContent-Length: 2\r\nx-cos-error-code: \xff\r\nx-cos-request-id: \xfe\r\n\r\n\xff\xfe",
            _ => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \xff\r\n\r\n\xff\xfe",
        };
        stream.write_all(answer).unwrap();
        true
    });
    let direct = crate::common::client(server.config());
    let head = direct.head_object(BUCKET, "k").send().unwrap();
    let error = refused(direct.get_object(BUCKET, "k").send());
    assert_eq!(
        (error.get_error_code(), error.get_request_id(), error.get_status_code()),
        ("\u{fffd}", "\u{fffd}", 403)
    );
    assert_eq!(get(&direct, "k"), b"\xff\xfe");
    assert_eq!(kind(direct.list_objects(BUCKET).send()), ClientErrorKind::Xml);
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

/// What a panic in the caller's code comes to.
fn panicked<T>(sent: impl FnOnce() -> T) {
    let payload = catch_unwind(AssertUnwindSafe(sent)).err().expect("no panic came through");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"the caller's own"));
}

#[test]
fn fault_63_panic_in_the_callers_code() {
    for threads in [1, 3] {
        ends(move || {
            let scene = Scene::new();
            let own = |done: u64, _| assert!(done <= MIB as u64, "the caller's own");
            panicked(|| scene.download(&scene.client).max_thread(threads).progress_callback(own).send());
            scene.assert_kept();
            panicked(|| scene.upload(&scene.client).max_thread(threads).progress_callback(own).send());
            assert!(requests(&scene.cos, "POST", "uploadId").is_empty());
            assert_eq!(open_uploads(&scene.client).len(), 1);
            // A client is used after a panic without a word that it may be.
            let client = &scene.client;
            assert!(catch_unwind(|| client.object_exists(BUCKET, "k").send().is_ok()).unwrap());
            // No lock is poisoned, and what is recorded is true: both go on.
            scene.cos.clear_requests();
            scene.download(&scene.client).send().unwrap();
            scene.upload(&scene.client).send().unwrap();
            if threads == 1 {
                let moved = |method, param| requests(&scene.cos, method, param).len();
                assert_eq!((moved("GET", ""), moved("PUT", "partNumber")), (2, 2), "one part of three was there");
            }
            scene.assert_new();
            assert!(get(&scene.client, "up") == scene.content);
            assert!(open_uploads(&scene.client).is_empty());
        });
    }
}

#[test]
fn fault_63_panic_in_the_callers_reader() {
    /// Gives so many bytes, and then panics.
    struct Panics(usize);
    impl Read for Panics {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            assert!(self.0 > 0, "the caller's own");
            let read = buf.len().min(self.0);
            self.0 -= read;
            Ok(read)
        }
    }
    ends(|| {
        let scene = Scene::new();
        let client = &scene.client;
        panicked(|| client.put_object(BUCKET, qcloud_cos::Body::reader(Panics(100)), "new").send());
        panicked(|| client.upload_file_from_buffer(BUCKET, "new", Panics(2 * MIB)).part_size(1).max_thread(2).send());
        assert_eq!(code(client.get_object(BUCKET, "new").send()).0, 404);
        assert!(open_uploads(client).is_empty(), "nobody could go on with it");
        // The client is as good as before.
        put(client, "new", b"x");
        assert_eq!(get(client, "new"), b"x");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn fault_73_content_whose_length_is_not_known_is_stored_or_an_error() {
    use std::fs::File;
    let scene = Scene::new();
    let client = &scene.client;
    let path = "/proc/self/cmdline";
    let content = fs::read(path).unwrap();
    assert_eq!((fs::metadata(path).unwrap().len(), content.is_empty()), (0, false));
    client.put_object_from_local_file(BUCKET, path, "a").send().unwrap();
    client.put_object(BUCKET, File::open(path).unwrap(), "b").send().unwrap();
    client.append_object(BUCKET, "c", 0, File::open(path).unwrap()).send().unwrap();
    for key in ["a", "b", "c"] {
        assert!(get(client, key) == content, "{key}");
    }
    let id = client.create_multipart_upload(BUCKET, "d").send().unwrap().upload_id.clone();
    let part = client.upload_part(BUCKET, "d", File::open(path).unwrap(), 1, &id).send().unwrap().etag.clone();
    let part = qcloud_cos::multipart::MultipartUpload {
        part: vec![qcloud_cos::multipart::Part { part_number: 1, etag: part }],
    };
    client.complete_multipart_upload(BUCKET, "d", &id, part).send().unwrap();
    assert!(get(client, "d") == content);
    // An upload in parts must know what it sends.
    let error = failed(client.upload_file(BUCKET, "e", path).send());
    assert!(matches!(error.kind(), ClientErrorKind::Local { .. }), "{error}");
    // It can be sent again.
    scene.cos.inject(cos_emulator::Fault::error(500, "InternalError"), Match::any().method("PUT"), 1);
    client.put_object(BUCKET, File::open(path).unwrap(), "f").send().unwrap();
    assert!(get(client, "f") == content);
    // An empty file is empty.
    client.put_object(BUCKET, tempfile::tempfile().unwrap(), "g").send().unwrap();
    assert!(get(client, "g").is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn fault_73_a_file_without_an_end_to_seek_to_is_read_to_its_end() {
    use std::io::{Seek as _, SeekFrom};
    let scene = Scene::new();
    let client = &scene.client;
    let path = "/proc/version";
    let content = fs::read(path).unwrap();
    assert!(File::open(path).unwrap().seek(SeekFrom::End(0)).is_err());
    client.put_object(BUCKET, File::open(path).unwrap(), "a").send().unwrap();
    client.put_object_from_local_file(BUCKET, path, "b").send().unwrap();
    client.append_object(BUCKET, "c", 0, File::open(path).unwrap()).send().unwrap();
    for key in ["a", "b", "c"] {
        assert!(get(client, key) == content, "{key}");
    }
}

#[cfg(unix)]
#[test]
fn fault_73_a_pipe_is_read_to_its_end() {
    use std::io::Write as _;
    use std::os::fd::OwnedFd;
    let scene = Scene::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let content = noise(8, 300_000);
    let sent = content.clone();
    let writing = std::thread::spawn(move || writer.write_all(&sent));
    scene.client.put_object(BUCKET, fs::File::from(OwnedFd::from(reader)), "pipe").send().unwrap();
    writing.join().unwrap().unwrap();
    assert!(get(&scene.client, "pipe") == content);
}

#[test]
fn fault_74_a_folders_name_is_no_destination() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    for path in ["file/", "file/.", "file//", "new/", "new/."] {
        let path = format!("{}/{path}", folder.path().display());
        scene.cos.clear_requests();
        let error = failed(scene.client.download_file(BUCKET, "k", &path).send());
        assert!(matches!(error.kind(), ClientErrorKind::Local { .. }), "{path}: {error}");
        assert!(error.to_string().contains("name of a folder"), "{path}: {error}");
        assert_eq!(scene.cos.request_count(), 0, "{path}");
        let body = scene.client.get_object(BUCKET, "k").send().unwrap().body;
        assert!(body.get_stream_to_file(&path).is_err(), "{path}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"old");
    assert_eq!(crate::common::names(folder.path()), ["file"]);
    // A name that ends with a dot is a name.
    scene.client.download_file(BUCKET, "k", folder.path().join("dot.")).send().unwrap();
}

#[cfg(unix)]
#[test]
fn fault_40_a_change_whose_time_is_put_back_is_seen() {
    use std::os::unix::fs::FileExt as _;
    let scene = Scene::new();
    let modified = fs::metadata(&scene.source).unwrap().modified().unwrap();
    let change = Once::default();
    let upload = scene.upload(&scene.client).progress_callback(|done, _| {
        if done > MIB as u64 {
            change.run(|| {
                let file = File::options().write(true).open(&scene.source).unwrap();
                file.write_all_at(b"changed", 0).unwrap();
                file.set_modified(modified).unwrap();
            });
        }
    });
    assert_eq!(kind(upload.send()), ClientErrorKind::SourceChanged);
    assert!(!scene.client.object_exists(BUCKET, "up").send().unwrap());
}
