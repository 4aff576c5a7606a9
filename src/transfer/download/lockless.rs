//! Downloads on a file system without locks.

use std::fs;
use std::sync::{Mutex, mpsc};
use std::thread;

use cos_emulator::CosEmulator;

use crate::client::CosS3Client;
use crate::config::CosConfig;
use crate::local::WITHOUT_LOCKS;
use crate::transfer::download::DownloadFile;

const BUCKET: &str = "examplebucket-1250000000";
const MIB: usize = 1024 * 1024;

/// Two downloads to one file, the second of which begins and ends while the first is in its middle.
fn one_within_another(settings: fn(DownloadFile<'_>) -> DownloadFile<'_>) {
    let cos = CosEmulator::start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let config = CosConfig::builder().region(cos.region()).secret_id(cos.secret_id()).secret_key(cos.secret_key());
    let config = config.scheme("http").no_proxy().ip("127.0.0.1").port(cos.port()).build().unwrap();
    let client = CosS3Client::new(config).unwrap();
    let content: Vec<u8> = (0..3 * MIB).map(|at| (at / 1000) as u8).collect();
    client.put_object(BUCKET, &content, "k").send().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    let ((arrived, arrival), (release, go_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let gate = Mutex::new(Some((arrived, go_on)));
    let download = || {
        WITHOUT_LOCKS.set(true);
        settings(client.download_file(BUCKET, "k", &path))
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            let callback = |done, _| {
                let reached = done > MIB as u64;
                if let Some((arrived, go_on)) = reached.then(|| gate.lock().unwrap().take()).flatten() {
                    arrived.send(()).unwrap();
                    go_on.recv().unwrap();
                }
            };
            download().progress_callback(callback).send()
        });
        arrival.recv().unwrap();
        let second = scope.spawn(|| download().send()).join().unwrap();
        assert!(second.unwrap().verified && fs::read(&path).unwrap() == content);
        // What is finished is the user's: the first must not write into it any more.
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1).unwrap();
        let finished = fs::File::open(&path).unwrap();
        release.send(()).unwrap();
        assert!(first.join().unwrap().unwrap().verified);
        assert_eq!(finished.metadata().unwrap().len(), 1);
    });
    assert!(fs::read(&path).unwrap() == content);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn two_downloads_in_ranges_without_locks_do_not_meet() {
    one_within_another(|download| download.part_size(1).multipart_threshold(0).max_thread(1));
}

#[test]
fn two_downloads_in_one_request_without_locks_do_not_meet() {
    one_within_another(|download| download.multipart_threshold(u64::MAX));
}
