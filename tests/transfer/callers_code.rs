//! The caller's own code around a transfer: its readers, its callbacks, its rayon pool.

use std::fs;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use cos_emulator::{Fault, Match};

use crate::common::{BUCKET, MIB, Once, ends, get, lock, noise, put, requests, start};

/// A reader that stops once at a position, until it may go on.
struct Gated<R> {
    reader: R,
    left: usize,
    arrived: Sender<()>,
    go_on: Receiver<()>,
}

impl<R: Read> Read for Gated<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        let before = self.left;
        self.left = self.left.saturating_sub(read);
        if before > 0 && self.left == 0 {
            self.arrived.send(()).unwrap();
            self.go_on.recv().unwrap();
        }
        Ok(read)
    }
}

#[test]
fn fault_64_a_pause_of_an_upload_does_not_end_the_download_that_it_reads() {
    let (_cos, client) = start();
    let content = noise(1, 4 * MIB);
    put(&client, "from", &content);
    let reader = client.get_object(BUCKET, "from").send().unwrap().body.get_raw_stream();
    let ((arrived, arrival), (release, go_on)) = (channel(), channel());
    let reader = Gated { reader, left: MIB + MIB / 2, arrived, go_on };
    let upload = client.upload_file_from_buffer(BUCKET, "to", reader).part_size(1).start().unwrap();
    arrival.recv().unwrap();
    upload.pause();
    release.send(()).unwrap();
    upload.resume();
    upload.wait().unwrap();
    assert!(get(&client, "to") == content);
}

#[test]
fn fault_64_a_pause_does_not_end_the_callers_requests_in_a_callback() {
    let (_cos, client) = start();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), noise(2, 3 * MIB)).unwrap();
    let ((arrived, arrival), (release, go_on)) = (channel(), channel::<()>());
    let (own, outcome, once) = (client.clone(), Arc::new(Mutex::new(None)), Once::default());
    let (noted, go_on) = (Arc::clone(&outcome), Mutex::new(go_on));
    let callback = move |_, _| {
        once.run(|| {
            arrived.send(()).unwrap();
            lock(&go_on).recv().unwrap();
            *lock(&noted) = Some(own.put_object(BUCKET, b"own", "own").send());
        });
    };
    let upload = client.upload_file(BUCKET, "k", file.path()).multipart_threshold(0);
    let upload = upload.progress_callback(callback).start().unwrap();
    arrival.recv().unwrap();
    upload.pause();
    release.send(()).unwrap();
    while lock(&outcome).is_none() {
        std::thread::yield_now();
    }
    lock(&outcome).take().unwrap().unwrap();
    upload.resume();
    upload.wait().unwrap();
}

#[test]
fn transfers_in_a_rayon_pool_under_a_lock_of_the_callers_end() {
    ends(|| {
        let (_cos, client) = start();
        let content = noise(3, 2 * MIB);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &content).unwrap();
        put(&client, "k", &content);
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let shared = Mutex::new(0);
        pool.scope(|scope| {
            for number in 0..8 {
                let (client, shared, folder, file) = (&client, &shared, &folder, &file);
                scope.spawn(move |_| {
                    let mut shared = lock(shared);
                    let copy = folder.path().join(number.to_string());
                    client.download_file(BUCKET, "k", copy).part_size(1).multipart_threshold(0).send().unwrap();
                    let key = format!("up/{number}");
                    client.upload_file(BUCKET, &key, file.path()).multipart_threshold(0).send().unwrap();
                    let parts = client.upload_file_from_buffer(BUCKET, &key, fs::File::open(file.path()).unwrap());
                    parts.part_size(1).send().unwrap();
                    let upload = client.upload_directory(BUCKET, &key, file.path().parent().unwrap());
                    assert!(upload.include("none").send().unwrap().is_complete());
                    *shared += 1;
                });
            }
        });
        assert_eq!(*lock(&shared), 8);
    });
}

#[test]
fn a_callback_of_a_folder_may_start_a_transfer_in_parts() {
    ends(|| {
        let (_cos, client) = start();
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let big = tempfile::NamedTempFile::new().unwrap();
        fs::write(big.path(), noise(4, 2 * MIB)).unwrap();
        let callback = |_, _| {
            client.upload_file(BUCKET, "big", big.path()).multipart_threshold(0).resume(false).send().unwrap();
        };
        let report = client.upload_directory(BUCKET, "d", folder.path()).max_thread(2).progress_callback(callback);
        assert!(report.send().unwrap().is_complete());
        let copy = tempfile::tempdir().unwrap();
        let report = client.download_directory(BUCKET, "d", copy.path()).max_thread(2).progress_callback(callback);
        assert!(report.send().unwrap().is_complete());
    });
}

#[test]
fn a_paused_download_in_one_request_goes_on_where_it_stopped() {
    let (cos, client) = start();
    // More than the sockets of both ends hold: the pause must find some of it unsent.
    let content = noise(5, 24 * MIB);
    put(&client, "k", &content);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    let ((arrived, arrival), (release, go_on)) = (channel(), channel::<()>());
    let (once, go_on) = (Once::default(), Mutex::new(go_on));
    let callback = move |done, _| {
        if done >= MIB as u64 {
            once.run(|| {
                arrived.send(()).unwrap();
                lock(&go_on).recv().unwrap();
            });
        }
    };
    let download = client.download_file(BUCKET, "k", &path).multipart_threshold(u64::MAX);
    let download = download.progress_callback(callback).start().unwrap();
    arrival.recv().unwrap();
    download.pause();
    release.send(()).unwrap();
    download.resume();
    download.wait().unwrap();
    assert!(fs::read(&path).unwrap() == content);
    let ranges: Vec<String> =
        requests(&cos, "GET", "").iter().filter_map(|get| Some(get.header("range")?.to_owned())).collect();
    assert!(
        ranges
            .iter()
            .all(|range| range.ends_with(&format!("-{}", content.len() - 1)) && !range.starts_with("bytes=0-")),
        "{ranges:?}"
    );
    assert!(!ranges.is_empty(), "the pause did not break the body off");
}

#[test]
fn a_whole_download_that_breaks_off_resumes_at_its_next_byte() {
    let (cos, client) = start();
    let content = noise(6, 2 * MIB);
    put(&client, "k", &content);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    cos.inject(Fault::CutBody(1_000_000), Match::any().method("GET"), 1);
    client.download_file(BUCKET, "k", &path).send().unwrap();
    assert!(fs::read(&path).unwrap() == content);
    let ranges: Vec<_> = requests(&cos, "GET", "").iter().map(|get| get.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [None, Some(format!("bytes=1000000-{}", content.len() - 1))]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_of_three_bytes_starts_no_thousand_threads() {
    /// Counts the threads of this program each time it is read.
    struct Counting(&'static [u8], usize);
    impl Read for Counting {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.1 = self.1.max(fs::read_dir("/proc/self/task").unwrap().count());
            assert!(self.1 < 700, "{} threads", self.1);
            self.0.read(buf)
        }
    }
    let (_cos, client) = start();
    client.upload_file_from_buffer(BUCKET, "k", Counting(b"abc", 0)).max_thread(1000).send().unwrap();
    let big = Box::leak(noise(7, 2 * MIB).into_boxed_slice());
    let upload = client.upload_file_from_buffer(BUCKET, "k", Counting(big, 0)).max_thread(1000);
    upload.part_size(1).max_buffer_size(4).send().unwrap();
}
