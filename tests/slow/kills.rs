//! Transfers whose process is killed at a random moment, and which are then called again.
//!
//! `KILLS` says how many uploads and how many downloads are killed (3 by default), `KILL_SEED` replays a
//! run's sizes and moments. What holds after each: the result is right, nothing is left on either side, and no
//! more than the parts in flight went over the line twice.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::common::{BUCKET, MIB, client, config, get, names, noise, open_uploads, put, start};
use crate::number;
use cos_emulator::CosEmulator;
use fastrand::Rng;
use qcloud_cos::CosS3Client;
use tempfile::TempDir;

/// Parts at a time in the program that is killed.
const THREADS: u64 = 5;
const PART: u64 = MIB as u64;

struct Scene {
    cos: CosEmulator,
    client: CosS3Client,
    folder: TempDir,
    rng: Rng,
    /// How long the transfer takes when nobody disturbs it, for each MiB.
    pace: Duration,
}

impl Scene {
    fn new() -> Self {
        let seed = env::var("KILL_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
        println!("KILL_SEED={seed}");
        let (cos, _) = start();
        let client = client(config(&cos));
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("files")).unwrap();
        Self { cos, client, folder, rng: Rng::with_seed(seed), pace: Duration::ZERO }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("files/file")
    }

    /// Starts the program on the file.
    fn run(&self, verb: &str) -> Child {
        let this = env::current_exe().unwrap();
        let program = this.parent().unwrap().with_file_name("examples").join("cli");
        assert!(program.exists(), "run `cargo build --examples` first: it builds the program that is killed");
        Command::new(program)
            .args([verb, BUCKET, "k"])
            .arg(self.file())
            .env("COS_REGION", self.cos.region())
            .env("COS_SECRET_ID", self.cos.secret_id())
            .env("COS_SECRET_KEY", self.cos.secret_key())
            .env("COS_SCHEME", "http")
            .env("COS_CONNECT_TO", self.cos.addr().to_string())
            .env("COS_PART_SIZE", "1")
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env_remove("COS_TOKEN")
            .env_remove("http_proxy")
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// A few parts and a short one, or now and then less than a part.
    fn content(&mut self) -> Vec<u8> {
        let parts = if self.rng.u32(..5) == 0 { 0 } else { self.rng.usize(6..32) };
        let len = parts * MIB + self.rng.usize(0..MIB);
        noise(self.rng.u64(..), len)
    }

    /// Measures how long an undisturbed run takes.
    fn measure(&mut self, verb: &str, size: usize) {
        let started = Instant::now();
        assert!(self.run(verb).wait().unwrap().success());
        self.pace = started.elapsed() / u32::try_from(size / MIB).unwrap();
        self.cos.clear_requests();
    }

    /// Kills the program once or twice, then lets it finish; `look` is called after each kill. Returns how
    /// often it was really killed: it may have been quicker.
    fn kill_and_finish(&mut self, verb: &str, size: usize, mut look: impl FnMut()) -> u64 {
        let mut killed = 0;
        for _ in 0..self.rng.u32(1..=2) {
            let whole = self.pace * u32::try_from(size / MIB + 1).unwrap();
            let moment = whole.mul_f64(self.rng.f64());
            let mut child = self.run(verb);
            thread::sleep(moment);
            child.kill().unwrap();
            let quicker = child.wait().unwrap().success();
            killed += u64::from(!quicker);
            // The machine's other work changes how long a run takes.
            self.pace = self.pace.mul_f64(if quicker { 0.8 } else { 1.05 });
            look();
        }
        assert!(self.run(verb).wait().unwrap().success());
        killed
    }

    /// How many bytes of parts went over the line.
    fn moved(&self, count: impl Fn(&cos_emulator::RecordedRequest) -> u64) -> u64 {
        self.cos.requests().iter().map(count).sum()
    }

    fn checkpoints(&self) -> Vec<String> {
        let folder = self.folder.path().join("state/qcloud_cos");
        if Path::new(&folder).exists() { names(&folder) } else { Vec::new() }
    }
}

fn times() -> usize {
    number("KILLS", 3) as usize
}

#[test]
fn fault_34_an_upload_that_was_killed_is_finished_by_the_next_call() {
    let mut scene = Scene::new();
    let (mut kills, mut twice) = (0, 0);
    let content = noise(0, 16 * MIB);
    fs::write(scene.file(), &content).unwrap();
    scene.measure("upload", content.len());
    assert!(scene.folder.path().join("state/qcloud_cos").is_dir(), "the folder of the checkpoints");
    for round in 0..times() {
        let content = scene.content();
        fs::write(scene.file(), &content).unwrap();
        let killed = scene.kill_and_finish("upload", content.len(), || ());
        assert!(get(&scene.client, "k") == content, "round {round}: corrupt");
        assert!(open_uploads(&scene.client).is_empty(), "round {round}: stray uploads");
        assert!(scene.checkpoints().is_empty(), "round {round}: stray checkpoint");
        let sent = scene.moved(|request| match request.param("partNumber") {
            Some(_) if request.method == "PUT" => request.body_length,
            _ => 0,
        });
        // A run that was quicker than its kill made the object; the next one makes it again.
        if killed > 0 {
            let again = sent.saturating_sub(content.len() as u64 * runs(&scene));
            assert!(again <= killed * (THREADS + 1) * PART, "round {round}: {again} bytes sent again");
            twice += again;
        }
        kills += killed;
        scene.cos.clear_requests();
    }
    println!("uploads: {kills} kills in {} runs, {:.2} parts a kill sent again", times(), per_kill(twice, kills));
}

/// How often the object was completed.
fn runs(scene: &Scene) -> u64 {
    let completed = |request: &&cos_emulator::RecordedRequest| {
        request.method == "POST" && request.param("uploadId").is_some() && request.status == Some(200)
    };
    scene.cos.requests().iter().filter(completed).count() as u64
}

#[test]
fn fault_35_a_download_that_was_killed_is_finished_by_the_next_call() {
    let mut scene = Scene::new();
    let (mut kills, mut twice) = (0, 0);
    let content = noise(0, 16 * MIB);
    put(&scene.client, "k", &content);
    scene.measure("download", content.len());
    for round in 0..times() {
        let content = scene.content();
        put(&scene.client, "k", &content);
        scene.cos.clear_requests();
        fs::write(scene.file(), "old").unwrap();
        let file = scene.file();
        let mut finished = 0;
        let killed = scene.kill_and_finish("download", content.len(), || {
            let now = fs::read(&file).unwrap();
            assert!(now == b"old" || now == content, "round {round}: neither old nor new");
            // The bytes and their record; what was made to learn the usual rights holds nothing.
            let left = names(file.parent().unwrap()).into_iter().filter(|name| !name.ends_with("-mode")).count();
            assert!(left <= 3, "round {round}: {left} files");
            // The next call fetches it anew.
            finished += u64::from(now == content);
        });
        assert!(fs::read(scene.file()).unwrap() == content, "round {round}: corrupt");
        assert_eq!(names(scene.file().parent().unwrap()), ["file"], "round {round}: stray files");
        let fetched = scene.moved(|request| match request.header("range") {
            Some(range) if request.method == "GET" => length(range),
            _ => 0,
        });
        let again = fetched.saturating_sub(content.len() as u64 * (finished + 1));
        assert!(again <= killed * (THREADS + 1) * PART, "round {round}: {again} bytes fetched again");
        (kills, twice) = (kills + killed, twice + again);
    }
    println!("downloads: {kills} kills in {} runs, {:.2} parts a kill fetched again", times(), per_kill(twice, kills));
}

/// How many bytes `bytes=first-last` are.
fn length(range: &str) -> u64 {
    let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    last.parse::<u64>().unwrap() + 1 - first.parse::<u64>().unwrap()
}

#[allow(clippy::cast_precision_loss, reason = "for people to read")]
fn per_kill(bytes: u64, kills: u64) -> f64 {
    bytes as f64 / PART as f64 / kills.max(1) as f64
}
