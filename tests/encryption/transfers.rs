//! Files through client-side encryption, in parallel parts, in both modes.

use std::env;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{
    BUCKET, MIB, Once, Reports, client_with_retry, config, failed, field, kind, noise, open_uploads, requests, start,
};
use cos_emulator::{CosEmulator, Fault, Match, Moment};
use qcloud_cos::encryption::{AESProvider, EncryptionMode};
use qcloud_cos::{ClientErrorKind, CosEncryptionClient};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MODES: [EncryptionMode; 2] = [EncryptionMode::Python, EncryptionMode::Native];

fn started(mode: EncryptionMode) -> (CosEmulator, CosEncryptionClient) {
    let (cos, _) = start();
    // As often as one part can be hit by the faults of a test, should they all come to it.
    let client = client_with_retry(config(&cos), 9);
    let provider = AESProvider::aes_key(AES_KEY).unwrap();
    (cos, CosEncryptionClient::with_client(client, provider).mode(mode))
}

/// The documents' call, for which Python stores what cannot be decrypted: `ENCRYPTION_RUNS` times, 2 by default.
#[test]
fn a_file_in_many_parts_by_ten_threads_decrypts_equal_each_time() {
    let runs = env::var("ENCRYPTION_RUNS").map_or(2, |runs| runs.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    let content = noise(1, 50 * MIB);
    fs::write(&file, &content).unwrap();
    for mode in MODES {
        let (_cos, client) = started(mode);
        for run in 1..=runs {
            client.upload_file(BUCKET, "big", &file).max_thread(10).part_size(1).send().unwrap();
            client.download_file(BUCKET, "big", &copy).max_thread(10).part_size(5).send().unwrap();
            assert!(fs::read(&copy).unwrap() == content, "{mode}, run {run}");
            println!("{mode}: run {run} of {runs} decrypts equal");
        }
    }
}

#[test]
fn fault_62_eight_threads_and_repeated_parts_decrypt_equal() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    // The last part: a piece of a frame, whole frames, and a full part.
    for (mode, len) in
        MODES.into_iter().flat_map(|mode| [11 * MIB + 12_345, 11 * MIB + 131_072, 12 * MIB].map(|len| (mode, len)))
    {
        let content = noise(len as u64, len);
        fs::write(&file, &content).unwrap();
        let (cos, client) = started(mode);
        let parts = || Match::any().method("PUT").query("partNumber");
        cos.inject(Fault::error(503, "SlowDown"), parts(), 3);
        cos.inject(Fault::Reset(Moment::AfterBody), parts().skip(2), 2);
        cos.inject(Fault::Reset(Moment::BeforeAnswer), parts().skip(4), 2);
        cos.inject(Fault::CorruptUpload(70_000), parts().skip(6), 1);
        let sent = Reports::default();
        let upload = client.upload_file(BUCKET, "big", &file).part_size(1).max_thread(8).multipart_threshold(0);
        upload.progress_callback(|done, total| sent.note(done, total)).send().unwrap();
        assert_eq!(cos.pending_faults(), 0, "all faults happened");
        sent.of(len);
        for threshold in [0, u64::MAX] {
            cos.inject(Fault::CutBody(100_000), Match::any().method("GET"), usize::from(threshold == 0) * 3);
            let received = Reports::default();
            let download = client.download_file(BUCKET, "big", &copy).part_size(1).max_thread(8);
            let download = download.progress_callback(|done, total| received.note(done, total));
            let done = download.multipart_threshold(threshold).send().unwrap();
            assert!(fs::read(&copy).unwrap() == content, "{mode} {len} {threshold}");
            assert_eq!((done.verified, done.content_length), (true, len as u64));
            received.of(len);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "only the file and its copy");
    }
}

#[test]
fn a_completion_that_is_refused_leaves_no_parts_for_nobody_has_their_key() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), noise(7, 2 * MIB)).unwrap();
    let refusals =
        [(400, "InvalidPart"), (403, "AccessDenied"), (409, "FileAlreadyExists"), (429, "Unknown"), (503, "SlowDown")];
    for (mode, (status, code)) in MODES.into_iter().flat_map(|mode| refusals.map(|refusal| (mode, refusal))) {
        let (cos, client) = started(mode);
        cos.inject(Fault::error(status, code), Match::any().method("POST").query("uploadId"), usize::MAX);
        let upload = client.upload_file(BUCKET, "k", file.path()).multipart_threshold(0);
        assert!(upload.resume(false).send().is_err());
        assert!(open_uploads(&client_with_retry(config(&cos), 0)).is_empty(), "{mode} {status} {code}");
    }
}

#[test]
fn a_completion_that_is_refused_leaves_the_parts_of_an_upload_whose_key_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, state) = (folder.path().join("file"), folder.path().join("state"));
    fs::write(&path, noise(7, 2 * MIB)).unwrap();
    let (cos, client) = started(EncryptionMode::Native);
    let upload = || client.upload_file(BUCKET, "k", &path).multipart_threshold(0).checkpoint_dir(&state).send();
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("POST").query("uploadId"), usize::MAX);
    assert!(upload().is_err());
    assert_eq!(open_uploads(client.inner()).len(), 1);
    cos.clear_faults();
    cos.clear_requests();
    upload().unwrap();
    assert!(requests(&cos, "PUT", "partNumber").is_empty(), "all parts were there");
    assert!(open_uploads(client.inner()).is_empty());
    assert!(fs::read_dir(&state).unwrap().next().is_none());
}

#[test]
fn a_completion_that_may_have_succeeded_is_left_alone() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), noise(8, 2 * MIB)).unwrap();
    for mode in MODES {
        let (cos, client) = started(mode);
        cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("POST").query("uploadId"), usize::MAX);
        assert!(client.upload_file(BUCKET, "k", file.path()).multipart_threshold(0).send().is_err());
        assert_eq!(open_uploads(&client_with_retry(config(&cos), 0)).len(), 1, "{mode}");
    }
}

#[test]
fn what_is_read_for_an_md5_is_no_progress() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), noise(6, 3 * MIB)).unwrap();
    for (mode, threshold) in MODES.into_iter().flat_map(|mode| [0, u64::MAX].map(|threshold| (mode, threshold))) {
        let (_cos, client) = started(mode);
        let reports = Reports::default();
        let upload = client.upload_file(BUCKET, "k", file.path()).part_size(1).multipart_threshold(threshold);
        let upload = upload.enable_md5(true).progress_callback(|done, total| reports.note(done, total));
        upload.send().unwrap();
        assert!(reports.of(3 * MIB).is_sorted(), "{mode} {threshold}");
    }
}

#[test]
fn an_encrypted_upload_has_a_handle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, noise(9, 2 * MIB)).unwrap();
    for mode in MODES {
        let (_cos, client) = started(mode);
        client.upload_file(BUCKET, "k", &path).multipart_threshold(0).start().unwrap().wait().unwrap();
        let body = client.get_object(BUCKET, "k").send().unwrap().body;
        assert!(body.get_stream(MIB).collect::<Result<Vec<_>, _>>().unwrap().concat() == noise(9, 2 * MIB), "{mode}");
    }
}

#[test]
fn small_and_empty_files_decrypt_equal() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    for (mode, len) in MODES.into_iter().flat_map(|mode| [0, 1, 65_536, 70_000].map(|len| (mode, len))) {
        let (_cos, client) = started(mode);
        fs::write(&file, noise(2, len)).unwrap();
        client.upload_file(BUCKET, "small", &file).send().unwrap();
        let received = Reports::default();
        let download = client.download_file(BUCKET, "small", &copy);
        download.progress_callback(|done, total| received.note(done, total)).send().unwrap();
        assert!(fs::read(&copy).unwrap() == noise(2, len), "{mode} {len}");
        assert!(len == 0 || !received.of(len).is_empty());
    }
}

#[test]
fn a_download_that_broke_off_goes_on_and_decrypts_equal() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    let content = noise(3, 4 * MIB + 5);
    fs::write(&file, &content).unwrap();
    for mode in MODES {
        let (cos, client) = started(mode);
        client.upload_file(BUCKET, "big", &file).send().unwrap();
        let download = || client.download_file(BUCKET, "big", &copy).part_size(1).max_thread(1).multipart_threshold(0);
        cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("GET").header("range", "bytes=2097152-"), 1);
        assert!(download().send().is_err());
        let count = cos.request_count();
        download().send().unwrap();
        assert_eq!(cos.request_count(), count + 1 + 3, "a HEAD and the three ranges that were missing");
        assert!(fs::read(&copy).unwrap() == content, "{mode}");
        fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn a_file_that_changes_before_it_is_sent_again_is_not_encrypted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, noise(4, 3 * MIB)).unwrap();
    let (cos, client) = started(EncryptionMode::Native);
    let unchanged = fs::metadata(&path).unwrap().modified().unwrap();
    // The upload vanishes at its last part, and is started anew with the same key.
    cos.inject(Fault::error(404, "NoSuchUpload"), Match::any().query("partNumber=3"), 1);
    let (began, change) = (AtomicBool::new(false), Once::default());
    let upload = client.upload_file(BUCKET, "big", &path).part_size(1).max_thread(1).multipart_threshold(0);
    let upload = upload.progress_callback(|done, _| {
        if !began.fetch_or(done > 0, Ordering::SeqCst) {
            return;
        }
        if done == 0 {
            change.run(|| {
                let mut file = File::options().write(true).open(&path).unwrap();
                file.seek(SeekFrom::Start(MIB as u64)).unwrap();
                file.write_all(b"changed").unwrap();
                // Nothing but the bytes tells, or on Unix that something changed at all.
                file.set_modified(unchanged).unwrap();
            });
        }
    });
    let result = upload.send();
    if cfg!(unix) {
        // The time of the change tells, which nobody can put back.
        assert!(failed(result).to_string().contains("changed while it was uploaded"));
        assert!(!client.inner().object_exists(BUCKET, "big").send().unwrap());
        return;
    }
    // All of it was encrypted by a new key, so that nothing of the old content is mixed in.
    result.unwrap();
    let copy = folder.path().join("copy");
    client.download_file(BUCKET, "big", &copy).send().unwrap();
    assert!(fs::read(&copy).unwrap() == fs::read(&path).unwrap());
}

#[test]
fn a_failed_upload_of_a_file_whose_key_is_not_kept_leaves_no_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, noise(5, 3 * MIB)).unwrap();
    let (cos, client) = started(EncryptionMode::Native);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber"), 100);
    let upload = client.upload_file(BUCKET, "big", &path).multipart_threshold(0).resume(false);
    assert!(upload.send().is_err());
    assert!(open_uploads(client.inner()).is_empty());
    // So does one that the caller's own code ends.
    cos.clear_faults();
    let upload = client.upload_file(BUCKET, "big", &path).multipart_threshold(0).resume(false);
    let upload = upload.progress_callback(|done, _| assert!(done < MIB as u64, "the caller's own"));
    assert!(catch_unwind(AssertUnwindSafe(|| upload.send())).is_err());
    assert!(open_uploads(client.inner()).is_empty());
}

#[test]
fn damage_on_the_way_is_found_by_its_checksum_before_anything_is_decrypted() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    fs::write(&file, noise(6, 2 * MIB)).unwrap();
    fs::write(&copy, "old").unwrap();
    let (cos, client) = started(EncryptionMode::Native);
    client.upload_file(BUCKET, "big", &file).send().unwrap();
    cos.inject(Fault::CorruptAnswer(1000), Match::any().method("GET"), usize::MAX);
    let download = client.download_file(BUCKET, "big", &copy).part_size(1).multipart_threshold(0);
    assert_eq!(kind(download.send()), ClientErrorKind::Integrity);
    assert_eq!(fs::read(&copy).unwrap(), b"old");
}

#[test]
fn parts_that_grow_too_long_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    File::create(&path).unwrap().set_len(6 * 1024 * MIB as u64).unwrap();
    let (cos, client) = started(EncryptionMode::Native);
    assert_eq!(field(client.upload_file(BUCKET, "big", &path).part_size(5 * 1024).send()), "part_size");
    assert_eq!(cos.request_count(), 0, "nothing was sent");
}
