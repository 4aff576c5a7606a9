//! Encrypted uploads of files whose process is killed at a random moment, and which are then called again; a server
//! in between sees every byte that was sent.
//!
//! `KILLS` says how many uploads are killed in each mode (3 by default), `KILL_SEED` replays a run's sizes and moments.
//! What holds after each: the object is right, nothing is left on either side, nothing was encrypted twice by one key
//! unless it was the same, and of an upload that could be resumed no more than the parts on their way were sent twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use cos_emulator::CosEmulator;
use fastrand::Rng;
use qcloud_cos::encryption::{AESProvider, EncryptionMode};
use qcloud_cos::{CosConfig, CosEncryptionClient, CosS3Client};
use tempfile::TempDir;

use super::attacks::tap::{Seen, Tap};
use crate::common::{BUCKET, MIB, client, config, names, noise, open_uploads, start};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Tells a process that it is the one that is killed, and by which mode it encrypts.
const MODE: &str = "ENCRYPTED_KILL_MODE";
const THREADS: usize = 5;

fn encrypting(plain: CosS3Client, mode: EncryptionMode) -> CosEncryptionClient {
    CosEncryptionClient::with_client(plain, AESProvider::aes_key(AES_KEY).unwrap()).mode(mode)
}

/// Does nothing unless another test starts it as a process of its own.
#[test]
fn the_process_that_is_killed() {
    let Ok(mode) = env::var(MODE) else { return };
    let mode = if mode == "native" { EncryptionMode::Native } else { EncryptionMode::Python };
    let var = |name: &str| env::var(format!("ENCRYPTED_KILL_{name}")).unwrap();
    let config = CosConfig::builder()
        .region(var("REGION"))
        .secret_id(var("SECRET_ID"))
        .secret_key(var("SECRET_KEY"))
        .scheme("http")
        .proxies(Vec::<(&str, &str)>::new())
        .ip("127.0.0.1")
        .port(var("PORT").parse().unwrap());
    let folder = PathBuf::from(var("FOLDER"));
    let upload = encrypting(client(config), mode).upload_file(BUCKET, "k", folder.join("files/file")).part_size(1);
    upload.multipart_threshold(0).max_thread(THREADS).checkpoint_dir(folder.join("state")).send().unwrap();
}

struct Scene {
    cos: CosEmulator,
    plain: CosS3Client,
    tap: Tap,
    folder: TempDir,
    mode: EncryptionMode,
    rng: Rng,
    /// How long a MiB takes when nobody disturbs.
    pace: Duration,
}

impl Scene {
    fn new(mode: EncryptionMode) -> Self {
        let seed = env::var("KILL_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
        println!("KILL_SEED={seed}");
        let (cos, _) = start();
        let tap = Tap::to(cos.addr());
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("files")).unwrap();
        let plain = client(config(&cos));
        Self { cos, plain, tap, folder, mode, rng: Rng::with_seed(seed), pace: Duration::ZERO }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("files/file")
    }

    fn run(&self) -> Child {
        let mode = if self.mode == EncryptionMode::Native { "native" } else { "python" };
        Command::new(env::current_exe().unwrap())
            .args(["--exact", "kills::the_process_that_is_killed"])
            .env(MODE, mode)
            .env("ENCRYPTED_KILL_REGION", self.cos.region())
            .env("ENCRYPTED_KILL_SECRET_ID", self.cos.secret_id())
            .env("ENCRYPTED_KILL_SECRET_KEY", self.cos.secret_key())
            .env("ENCRYPTED_KILL_PORT", self.tap.port().to_string())
            .env("ENCRYPTED_KILL_FOLDER", self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn write(&mut self, parts: usize) -> Vec<u8> {
        let content = noise(self.rng.u64(..), parts * MIB + self.rng.usize(0..MIB));
        fs::write(self.file(), &content).unwrap();
        content
    }

    /// The names of what is kept for a later call.
    fn kept(&self) -> Vec<String> {
        let state = self.folder.path().join("state");
        if Path::new(&state).exists() { names(&state) } else { Vec::new() }
    }

    /// Kills the process at a random moment; false if it was quicker.
    fn kill(&mut self, parts: usize) -> bool {
        let whole = self.pace * u32::try_from(parts + 1).unwrap();
        let moment = whole.mul_f64(self.rng.f64());
        let mut child = self.run();
        thread::sleep(moment);
        child.kill().unwrap();
        let quicker = child.wait().unwrap().success();
        self.pace = self.pace.mul_f64(if quicker { 0.8 } else { 1.05 });
        !quicker
    }
}

/// Whether any two bodies under one key that start at the same place go on in the same way, as far as both were sent.
fn is_one_content_for_each_place(seen: &[Seen]) -> bool {
    let names = ["wrapped-key", "key"].map(|name| format!("x-cos-meta-client-side-encryption-{name}"));
    let key = |request: &Seen| names.iter().find_map(|name| request.headers.get(name)).cloned();
    let started = seen.iter().filter_map(|request| Some((request.started.clone()?, key(request)?)));
    let keys: HashMap<String, String> = started.collect();
    assert!(!keys.is_empty(), "the tap sees which upload has which key");
    let mut bodies: HashMap<(String, String), Vec<&[u8]>> = HashMap::new();
    for request in seen.iter().filter(|request| request.method == "PUT") {
        let (Some(id), Some(number)) = (request.param("uploadId"), request.param("partNumber")) else { continue };
        // A process can be killed before the tap has seen an answer that the next one knows from its checkpoint.
        let key = keys.get(id).cloned().unwrap_or_else(|| id.to_owned());
        bodies.entry((key, number.to_owned())).or_default().push(&request.body);
    }
    bodies.values().all(|bodies| {
        let longest = bodies.iter().max_by_key(|body| body.len()).unwrap();
        bodies.iter().all(|body| longest.starts_with(body))
    })
}

fn kills(mode: EncryptionMode) {
    let times = env::var("KILLS").map_or(3, |times| times.parse().unwrap());
    let mut scene = Scene::new(mode);
    scene.write(16);
    let started = Instant::now();
    assert!(scene.run().wait().unwrap().success());
    scene.pace = started.elapsed() / 16;
    let (mut killed, mut again, mut resumed, mut changed) = (0, 0, 0, 0);
    for round in 0..times {
        scene.tap.clear();
        scene.cos.clear_requests();
        let parts = scene.rng.usize(6..32);
        let mut content = scene.write(parts);
        let mut hits = 0;
        for _ in 0..scene.rng.u32(1..=2) {
            hits += u64::from(scene.kill(parts));
        }
        // Now and then the file is another one by then, of the same length.
        let is_rewritten = scene.rng.u32(..4) == 0;
        if is_rewritten {
            let at = scene.rng.usize(..content.len());
            content[at] ^= 1;
            fs::write(scene.file(), &content).unwrap();
        }
        assert!(scene.run().wait().unwrap().success());
        let client = encrypting(scene.plain.clone(), mode);
        let found: Result<Vec<_>, _> = client.get_object(BUCKET, "k").send().unwrap().body.get_stream(MIB).collect();
        assert!(found.unwrap().concat() == content, "{mode}, round {round}: corrupt");
        assert!(open_uploads(&scene.plain).is_empty(), "{mode}, round {round}: stray uploads");
        assert_eq!(scene.kept(), [""; 0], "{mode}, round {round}: stray checkpoints");
        let seen = scene.tap.seen();
        assert!(is_one_content_for_each_place(&seen), "{mode}, round {round}: one key stream for two contents");
        let uploads = seen.iter().filter(|request| request.param("uploads").is_some()).count() as u64;
        let sent: u64 = scene
            .cos
            .requests()
            .iter()
            .filter(|request| request.param("partNumber").is_some())
            .map(|request| request.body_length)
            .sum();
        killed += hits;
        changed += u64::from(is_rewritten);
        if hits > 0 && mode == EncryptionMode::Native && uploads == 1 {
            resumed += hits;
            let whole = EncryptionMode::Native.content_length(sent).unwrap_or(sent);
            let twice = whole.saturating_sub(content.len() as u64);
            assert!(twice <= hits * (THREADS as u64 + 1) * MIB as u64, "round {round}: {twice} bytes sent again");
            again += twice;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "for people to read")]
    let per_kill = again as f64 / MIB as f64 / resumed.max(1) as f64;
    println!(
        "{mode}: {killed} kills in {times} uploads, {changed} of files that changed then; {resumed} kills resumed, \
         {per_kill:.2} parts a kill sent again; 0 corrupt, 0 key streams for two contents"
    );
}

#[test]
fn an_upload_in_native_mode_that_was_killed_is_resumed_by_its_own_key() {
    kills(EncryptionMode::Native);
}

#[test]
fn an_upload_in_pythons_format_that_was_killed_starts_anew_and_leaves_nothing() {
    kills(EncryptionMode::Python);
}
