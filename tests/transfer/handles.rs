//! Transfers with a handle: watched, paused, resumed, cancelled.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{BUCKET, MIB, config, get, kind, names, noise, open_uploads, put, requests, start};
use cos_emulator::{CosEmulator, Fault, Match, Moment};
use qcloud_cos::transfer::{DownloadFile, UploadFile};
use qcloud_cos::{ClientErrorKind, CopySource, CosS3Client, TransferControl};
use tempfile::TempDir;

const SIZE: usize = 4 * MIB + 5;

struct Scene {
    cos: CosEmulator,
    client: CosS3Client,
    folder: TempDir,
    content: Vec<u8>,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let (cos, _) = start();
        // Its pauses between attempts are real.
        let client = CosS3Client::new(config(&cos).build().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let content = noise(seed, SIZE);
        fs::write(folder.path().join("source"), &content).unwrap();
        Self { cos, client, folder, content }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn upload(&self) -> UploadFile<'static> {
        let upload = self.client.upload_file(BUCKET, "k", self.path("source"));
        upload.part_size(1).multipart_threshold(0).max_thread(2).checkpoint_dir(self.path("checkpoints"))
    }

    fn download(&self) -> DownloadFile<'static> {
        self.client.download_file(BUCKET, "k", self.path("copy")).part_size(1).multipart_threshold(0).max_thread(2)
    }

    /// Waits until a request has come that no answer was given to.
    fn until_hanging(&self) {
        let started = Instant::now();
        while self.cos.pending_faults() > 0 {
            assert!(started.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn left(&self) -> Vec<String> {
        names(self.folder.path()).into_iter().filter(|name| name != "source").collect()
    }
}

/// Reports once when so many bytes are done, and holds the transfer until it is told to go on.
fn gate(at: u64) -> (impl Fn(u64, u64) + Send + Sync + 'static, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (arrived, wait_for_arrival) = mpsc::channel();
    let (go_on, wait_to_go_on) = mpsc::channel();
    let gate = std::sync::Mutex::new(Some((arrived, wait_to_go_on)));
    let callback = move |done, _| {
        if done >= at
            && let Some((arrived, wait)) = gate.lock().unwrap().take()
        {
            arrived.send(()).unwrap();
            wait.recv().unwrap();
        }
    };
    (callback, wait_for_arrival, go_on)
}

fn stops_within_a_second(cancel: impl FnOnce() -> ClientErrorKind) {
    let started = Instant::now();
    assert_eq!(cancel(), ClientErrorKind::Cancelled);
    // The pauses, silences and timeouts that are cut short here are all far longer.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_handle_shows_progress_and_gives_the_result() {
    let scene = Scene::new(1);
    let upload = scene.upload().start().unwrap();
    let control = upload.control();
    let done = upload.wait().unwrap();
    assert!(done.crc64.is_some());
    let progress = control.progress();
    assert_eq!((progress.consumed, progress.total), (SIZE as u64, SIZE as u64));
    assert!(!progress.paused && !progress.cancelled);
    let download = scene.download().start().unwrap();
    let control = download.control();
    assert!(download.wait().unwrap().verified);
    assert_eq!((control.progress().consumed, control.progress().total), (SIZE as u64, SIZE as u64));
    assert!(fs::read(scene.path("copy")).unwrap() == scene.content);
}

/// Pauses a transfer in the middle and resumes it from another thread.
fn paused_and_resumed<T>(scene: &Scene, start: impl FnOnce(Callback) -> qcloud_cos::TransferHandle<T>)
where
    T: Send + 'static,
{
    let (callback, arrived, go_on) = gate(MIB as u64 + 1);
    let handle = start(Box::new(callback));
    arrived.recv().unwrap();
    handle.pause();
    assert!(handle.progress().paused);
    go_on.send(()).unwrap();
    // Once the parts in flight have broken off, nothing moves.
    let mut before = scene.cos.requests().len();
    loop {
        thread::sleep(Duration::from_millis(100));
        let now = scene.cos.requests().len();
        if now == before {
            break;
        }
        before = now;
    }
    assert!(!handle.is_finished());
    let control: TransferControl = handle.control();
    thread::spawn(move || control.resume()).join().unwrap();
    handle.wait().unwrap();
}

type Callback = Box<dyn Fn(u64, u64) + Send + Sync>;

#[test]
fn a_paused_upload_goes_on_when_it_is_resumed() {
    let scene = Scene::new(2);
    paused_and_resumed(&scene, |callback| scene.upload().progress_callback(callback).start().unwrap());
    assert!(get(&scene.client, "k") == scene.content);
    assert!(open_uploads(&scene.client).is_empty());
    assert!(names(&scene.path("checkpoints")).is_empty());
}

#[test]
fn a_paused_download_goes_on_where_it_stopped() {
    let scene = Scene::new(3);
    put(&scene.client, "k", &scene.content);
    paused_and_resumed(&scene, |callback| scene.download().progress_callback(callback).start().unwrap());
    assert!(fs::read(scene.path("copy")).unwrap() == scene.content);
    assert_eq!(scene.left(), ["copy"]);
}

#[test]
fn fault_64_a_cancelled_upload_is_gone_on_with_by_the_next_call() {
    let scene = Scene::new(4);
    let (callback, arrived, go_on) = gate(3 * MIB as u64);
    let upload = scene.upload().max_thread(1).progress_callback(callback).start().unwrap();
    arrived.recv().unwrap();
    upload.cancel();
    go_on.send(()).unwrap();
    assert_eq!(kind(upload.wait()), ClientErrorKind::Cancelled);
    assert_eq!(open_uploads(&scene.client).len(), 1);
    scene.cos.clear_requests();
    scene.upload().send().unwrap();
    assert!(get(&scene.client, "k") == scene.content);
    let sent: u64 = requests(&scene.cos, "PUT", "partNumber").iter().map(|part| part.body_length).sum();
    assert!(sent < SIZE as u64 - MIB as u64, "{sent} bytes were sent again");
    assert!(open_uploads(&scene.client).is_empty());
}

#[test]
fn fault_64_a_cancelled_copy_is_gone_on_with_or_leaves_nothing() {
    for discard in [false, true] {
        let scene = Scene::new(15);
        put(&scene.client, "k", &scene.content);
        scene.client.get_conf().set_copy_part_threshold_size(1);
        let copy = || {
            let source = CopySource::new(BUCKET, "k", scene.cos.region());
            let copy =
                scene.client.copy(BUCKET, "copy", source).storage_class("STANDARD_IA").part_size(1).max_thread(1);
            copy.checkpoint_dir(scene.path("checkpoints")).discard_on_cancel(discard)
        };
        scene.cos.inject(Fault::Hang(Moment::AfterBody), Match::any().method("PUT").query("partNumber=3"), 1);
        let started = copy().start().unwrap();
        scene.until_hanging();
        stops_within_a_second(|| {
            started.cancel();
            kind(started.wait())
        });
        let left = (open_uploads(&scene.client).len(), names(&scene.path("checkpoints")).len());
        assert_eq!(left, if discard { (0, 0) } else { (1, 1) });
        scene.cos.clear_requests();
        copy().send().unwrap();
        assert_eq!(requests(&scene.cos, "PUT", "partNumber").len(), if discard { 5 } else { 3 });
        assert!(get(&scene.client, "copy") == scene.content);
        assert!(open_uploads(&scene.client).is_empty() && names(&scene.path("checkpoints")).is_empty());
    }
}

#[test]
fn fault_64_a_cancelled_upload_can_leave_nothing() {
    let scene = Scene::new(5);
    let (callback, arrived, go_on) = gate(MIB as u64 + 1);
    let upload = scene.upload().discard_on_cancel(true).progress_callback(callback).start().unwrap();
    arrived.recv().unwrap();
    upload.cancel();
    go_on.send(()).unwrap();
    assert_eq!(kind(upload.wait()), ClientErrorKind::Cancelled);
    assert!(open_uploads(&scene.client).is_empty());
    assert!(names(&scene.path("checkpoints")).is_empty());
}

#[test]
fn fault_64_a_cancelled_download_keeps_or_discards_what_it_has() {
    for discard in [false, true] {
        let scene = Scene::new(6);
        put(&scene.client, "k", &scene.content);
        let (callback, arrived, go_on) = gate(2 * MIB as u64 + 1);
        let download = scene.download().max_thread(1).discard_on_cancel(discard).progress_callback(callback);
        let download = download.start().unwrap();
        arrived.recv().unwrap();
        download.cancel();
        go_on.send(()).unwrap();
        assert_eq!(kind(download.wait()), ClientErrorKind::Cancelled);
        assert_eq!(scene.left().len(), if discard { 0 } else { 2 }, "{:?}", scene.left());
        scene.cos.clear_requests();
        scene.download().send().unwrap();
        assert!(fs::read(scene.path("copy")).unwrap() == scene.content);
        assert_eq!(requests(&scene.cos, "GET", "").len(), if discard { 5 } else { 3 });
        assert_eq!(scene.left(), ["copy"]);
    }
}

#[test]
fn a_server_that_is_silent_does_not_hold_up_a_cancel() {
    for moment in [Moment::BeforeBody, Moment::BeforeAnswer] {
        let scene = Scene::new(7);
        scene.cos.inject(Fault::Hang(moment), Match::any().method("PUT"), 1);
        let upload = scene.upload().multipart_threshold(u64::MAX).start().unwrap();
        scene.until_hanging();
        stops_within_a_second(|| {
            upload.cancel();
            kind(upload.wait())
        });
        put(&scene.client, "k", &scene.content);
        scene.cos.inject(Fault::Hang(moment), Match::any().method("GET"), 1);
        // One thread: what another one fetched meanwhile would be kept.
        let download = scene.download().max_thread(1).start().unwrap();
        scene.until_hanging();
        stops_within_a_second(|| {
            download.cancel();
            kind(download.wait())
        });
        assert!(scene.left().is_empty(), "{:?}", scene.left());
    }
}

#[test]
fn fault_64_a_server_that_is_silent_when_an_upload_starts_or_is_aborted_does_not_hold_up_a_cancel() {
    let scene = Scene::new(9);
    scene.cos.inject(Fault::Hang(Moment::BeforeAnswer), Match::any().method("POST").query("uploads"), 1);
    let upload = scene.upload().start().unwrap();
    scene.until_hanging();
    stops_within_a_second(|| {
        upload.cancel();
        kind(upload.wait())
    });
    let scene = Scene::new(10);
    let (callback, arrived, go_on) = gate(MIB as u64 + 1);
    scene.cos.inject(Fault::Hang(Moment::BeforeBody), Match::any().method("DELETE"), 1);
    let upload = scene.upload().discard_on_cancel(true).progress_callback(callback).start().unwrap();
    arrived.recv().unwrap();
    stops_within_a_second(|| {
        upload.cancel();
        go_on.send(()).unwrap();
        kind(upload.wait())
    });
}

#[test]
fn fault_64_a_pause_between_attempts_does_not_hold_up_a_cancel() {
    let scene = Scene::new(8);
    let busy = cos_emulator::Answer::error(503, "SlowDown").header("Retry-After", "30");
    scene.cos.inject(Fault::Answer(busy), Match::any().method("PUT"), usize::MAX);
    let upload = scene.upload().start().unwrap();
    let started = Instant::now();
    while requests(&scene.cos, "PUT", "partNumber").is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(1));
    }
    stops_within_a_second(|| {
        upload.cancel();
        kind(upload.wait())
    });
    assert_eq!((open_uploads(&scene.client).len(), names(&scene.path("checkpoints")).len()), (1, 1));
}

#[test]
fn a_paused_transfer_can_be_cancelled_and_one_that_ended_stays_as_it_is() {
    let scene = Scene::new(9);
    let (callback, arrived, go_on) = gate(1);
    let upload = scene.upload().progress_callback(callback).start().unwrap();
    arrived.recv().unwrap();
    upload.pause();
    go_on.send(()).unwrap();
    upload.cancel();
    assert_eq!(kind(upload.wait()), ClientErrorKind::Cancelled);
    let upload = scene.upload().start().unwrap();
    let control = upload.control();
    let done = upload.wait();
    control.cancel();
    assert!(done.is_ok() && control.progress().cancelled);
    assert!(get(&scene.client, "k") == scene.content);
}

#[test]
fn other_requests_of_the_client_go_on_when_a_transfer_is_cancelled() {
    let scene = Scene::new(10);
    for _ in 0..20 {
        let upload = scene.upload().start().unwrap();
        upload.cancel();
        let _ = upload.wait();
        // Over the connections that the upload left.
        put(&scene.client, "other", b"content");
        assert_eq!(get(&scene.client, "other"), b"content");
    }
}

#[test]
fn copies_and_readers_have_handles_too() {
    let scene = Scene::new(11);
    put(&scene.client, "k", &scene.content);
    let source = CopySource::new(BUCKET, "k", scene.cos.region());
    let copy = scene.client.copy(BUCKET, "copy", source).start().unwrap();
    copy.wait().unwrap();
    assert!(get(&scene.client, "copy") == scene.content);
    let body = std::io::Cursor::new(scene.content.clone());
    let upload = scene.client.upload_file_from_buffer(BUCKET, "buffer", body).part_size(1).start().unwrap();
    upload.wait().unwrap();
    assert!(get(&scene.client, "buffer") == scene.content);
    let endless = std::io::repeat(7);
    let upload = scene.client.upload_file_from_buffer(BUCKET, "endless", endless).part_size(1).start().unwrap();
    upload.cancel();
    assert_eq!(kind(upload.wait()), ClientErrorKind::Cancelled);
    assert!(open_uploads(&scene.client).is_empty());
}

#[test]
fn a_reader_paused_at_its_last_request_ends_when_it_is_resumed() {
    for (last, size) in [(Match::any().method("PUT"), 1000), (Match::any().method("POST").query("uploadId="), SIZE)] {
        let scene = Scene::new(15);
        scene.cos.inject(Fault::Hang(Moment::BeforeAnswer), last, 1);
        let body = std::io::Cursor::new(scene.content[..size].to_vec());
        let upload = scene.client.upload_file_from_buffer(BUCKET, "k", body).part_size(1).start().unwrap();
        scene.until_hanging();
        upload.pause();
        upload.resume();
        upload.wait().unwrap();
        assert!(get(&scene.client, "k") == scene.content[..size]);
        assert!(open_uploads(&scene.client).is_empty());
    }
}

#[test]
fn a_panic_in_a_callback_comes_through_wait() {
    let scene = Scene::new(12);
    let upload = scene.upload().progress_callback(|_, _| panic!("mine")).start().unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| upload.wait())).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"mine"));
}

#[test]
fn bad_input_comes_through_wait_before_anything_is_sent() {
    let scene = Scene::new(13);
    scene.cos.clear_requests();
    let upload = scene.upload().part_size(0).start().unwrap();
    assert!(matches!(kind(upload.wait()), ClientErrorKind::InvalidInput { field } if field == "part_size"));
    assert_eq!(scene.cos.request_count(), 0);
}

#[test]
fn progress_moves_with_the_bytes_and_goes_back_with_a_part() {
    let scene = Scene::new(14);
    scene.cos.inject(Fault::Reset(Moment::AfterBody), Match::any().method("PUT").query("partNumber=2&"), 1);
    let reports = Arc::new(AtomicU64::new(0));
    let highest = Arc::clone(&reports);
    let upload = scene.upload().max_thread(1).progress_callback(move |_, _| {
        highest.fetch_add(1, Ordering::Relaxed);
    });
    let handle = upload.start().unwrap();
    let control = handle.control();
    handle.wait().unwrap();
    assert_eq!(control.progress().consumed, SIZE as u64);
    assert!(reports.load(Ordering::Relaxed) > 8, "reports come with the bytes, not with the parts");
}

#[test]
fn fault_64_an_upload_that_nobody_can_resume_leaves_no_parts_when_its_completion_is_cancelled() {
    for moment in [Moment::BeforeBody, Moment::AfterBody] {
        let scene = Scene::new(9);
        scene.cos.inject(Fault::Hang(moment), Match::any().method("POST").query("uploadId"), 1);
        let body = std::io::Cursor::new(noise(1, 3 * MIB));
        let upload = scene.client.upload_file_from_buffer(BUCKET, "k", body).part_size(1).start().unwrap();
        scene.until_hanging();
        upload.cancel();
        assert_eq!(kind(upload.wait()), ClientErrorKind::Cancelled);
        assert!(open_uploads(&scene.client).is_empty(), "{moment:?}");
    }
}
