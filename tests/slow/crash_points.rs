//! Transfers whose process dies at one of their requests, each of them in turn, and which are then called again.
//!
//! `tests/kills.rs` kills at random moments of larger transfers.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use crate::common::{BUCKET, MIB, child, client, get, names, noise, open_uploads, put, requests, start};
use cos_emulator::{CosEmulator, Fault, Match, Moment};
use qcloud_cos::{CopySource, CosError, CosS3Client};
use tempfile::TempDir;

/// Two whole parts of 1 MiB and a short one.
const SIZE: usize = 2 * MIB + 5;
/// Tells a process that it is the one that dies, and at what.
const TRANSFER: &str = "CRASH_TRANSFER";

/// A transfer in parts, one after the other: `k` into a file, or a file or `k` to `made`.
fn transfer(client: &CosS3Client, what: &str, region: &str, folder: &Path) -> Result<(), CosError> {
    let (file, checkpoints) = (folder.join("files/file"), folder.join("checkpoints"));
    match what {
        "upload" => {
            let upload = client.upload_file(BUCKET, "made", file).part_size(1).multipart_threshold(0);
            upload.max_thread(1).checkpoint_dir(checkpoints).send().map(drop)
        }
        #[cfg(feature = "encryption")]
        "encrypted" => {
            let upload = encrypting(client).upload_file(BUCKET, "made", file).part_size(1).multipart_threshold(0);
            upload.max_thread(1).checkpoint_dir(checkpoints).send().map(drop)
        }
        "download" => {
            let download = client.download_file(BUCKET, "k", file).part_size(1).multipart_threshold(0);
            download.max_thread(1).send().map(drop)
        }
        _ => {
            client.get_conf().set_copy_part_threshold_size(1);
            let copy = client.copy(BUCKET, "made", CopySource::new(BUCKET, "k", region)).storage_class("STANDARD_IA");
            copy.part_size(1).max_thread(1).checkpoint_dir(checkpoints).send().map(drop)
        }
    }
}

#[cfg(feature = "encryption")]
fn encrypting(client: &CosS3Client) -> qcloud_cos::CosEncryptionClient {
    let provider =
        qcloud_cos::encryption::AESProvider::aes_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let native = qcloud_cos::encryption::EncryptionMode::Native;
    qcloud_cos::CosEncryptionClient::with_client(client.clone(), provider).mode(native)
}

/// The object that a transfer made.
fn made(client: &CosS3Client, what: &str) -> Vec<u8> {
    #[cfg(feature = "encryption")]
    if what == "encrypted" {
        let body = encrypting(client).get_object(BUCKET, "made").send().unwrap().body;
        return body.get_stream(MIB).collect::<Result<Vec<_>, _>>().unwrap().concat();
    }
    let _ = what;
    get(client, "made")
}

/// Does nothing unless another test starts it as a process of its own.
#[test]
fn the_process_that_dies() {
    let Ok(what) = env::var(TRANSFER) else { return };
    let client = client(child::config().unwrap());
    let region = env::var(child::REGION).unwrap();
    transfer(&client, &what, &region, Path::new(&env::var("CRASH_FOLDER").unwrap())).unwrap();
}

struct Scene {
    cos: CosEmulator,
    client: CosS3Client,
    folder: TempDir,
    content: Vec<u8>,
}

impl Scene {
    fn new(what: &str) -> Self {
        let (cos, client) = start();
        let folder = tempfile::tempdir().unwrap();
        let content = noise(1, SIZE);
        fs::create_dir(folder.path().join("files")).unwrap();
        let before = if what == "download" { b"old" } else { &content[..] };
        fs::write(folder.path().join("files/file"), before).unwrap();
        put(&client, "k", &content);
        cos.clear_requests();
        Self { cos, client, folder, content }
    }

    fn process(&self, what: &str) -> Child {
        child::process(&self.cos, "crash_points::the_process_that_dies")
            .env(TRANSFER, what)
            .env("CRASH_FOLDER", self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Has a process die when its request of this number, from 0 on, is at this moment; false: it has fewer.
    fn dies(&self, what: &str, number: usize, moment: Moment) -> bool {
        self.cos.inject(Fault::Hang(moment), Match::any().skip(number), 1);
        let mut process = self.process(what);
        loop {
            // A request that hangs is in the log when the moment has come.
            if self.cos.requests().len() > number {
                process.kill().unwrap();
                process.wait().unwrap();
                return true;
            }
            if let Some(status) = process.try_wait().unwrap() {
                assert!(status.success(), "{what} {number} {moment:?}");
                self.cos.clear_faults();
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn file(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("files/file")).unwrap()
    }
}

/// Has a transfer die at each of its requests, and finishes it. Returns how many there are.
fn dies_at_each_request_and_is_finished(what: &str) -> usize {
    let mut number = 0;
    for moment in [Moment::AfterBody, Moment::BeforeAnswer] {
        number = 0;
        loop {
            let scene = Scene::new(what);
            let died = scene.dies(what, number, moment);
            let (folder, at) = (scene.folder.path(), format!("{what}, request {number}, {moment:?}"));
            if what == "download" && died {
                assert_eq!(scene.file(), b"old", "{at}");
                assert!(
                    [1, 3].contains(&names(&folder.join("files")).len()),
                    "{at}: {:?}",
                    names(&folder.join("files"))
                );
            }
            if died {
                transfer(&scene.client, what, scene.cos.region(), folder).unwrap();
            }
            // Nothing is corrupt, nothing is left, and nothing but what was on its way is moved again.
            assert!(scene.file() == scene.content, "{at}");
            assert_eq!(names(&folder.join("files")), ["file"], "{at}");
            let moved = if what == "download" {
                requests(&scene.cos, "GET", "")
            } else {
                assert!(made(&scene.client, what) == scene.content, "{at}");
                assert!(open_uploads(&scene.client).is_empty(), "{at}");
                assert!(names(&folder.join("checkpoints")).is_empty(), "{at}");
                requests(&scene.cos, "PUT", "partNumber")
            };
            let unheard = moved.iter().filter(|request| request.status.is_none()).count();
            assert!(moved.len() <= 3 + unheard, "{at}: {} parts", moved.len());
            if !died {
                break;
            }
            number += 1;
        }
    }
    number
}

#[test]
fn an_upload_that_dies_at_any_request_is_finished_by_the_next_call() {
    // The list of open uploads, the start, three parts, the completion.
    assert_eq!(dies_at_each_request_and_is_finished("upload"), 6);
}

#[cfg(feature = "encryption")]
#[test]
fn an_encrypted_upload_that_dies_at_any_request_is_finished_by_the_next_call() {
    // The start, three parts, the completion: no open upload of somebody else is of use.
    assert_eq!(dies_at_each_request_and_is_finished("encrypted"), 5);
}

#[test]
fn a_download_that_dies_at_any_request_is_finished_by_the_next_call() {
    // The look at the object, and three ranges.
    assert_eq!(dies_at_each_request_and_is_finished("download"), 4);
}

#[test]
fn a_copy_that_dies_at_any_request_is_finished_by_the_next_call() {
    // The look at the source, the start, three parts, the completion.
    assert_eq!(dies_at_each_request_and_is_finished("copy"), 6);
}
