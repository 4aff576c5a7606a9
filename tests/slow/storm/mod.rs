//! Transfers in a storm: paused, resumed and cancelled, with callbacks that panic, in processes that fork, through slow
//! and lying servers. Each is checked, and then finished in fair weather.
//!
//! `STORM_SECONDS` says for how long (default: short), `STORM_SEED` replays a storm: what happens in an operation comes
//! from the seed and the operation's number alone, so that `STORM_FIRST` begins with the one that failed.

mod plan;

use std::any::Any;
use std::fs;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use cos_emulator::{CosEmulator, RecordedRequest};
use fault_proxy::Proxy;
use qcloud_cos::transfer::{DirectoryReport, FileOutcome, SkipIdentical};
use qcloud_cos::{ClientErrorKind, CopySource, CosError, CosS3Client, Sent, TransferHandle};
use tempfile::TempDir;

use self::plan::{Gust, Kind, Plan, SMALL};
use crate::chaos::patient;
use crate::common::{BUCKET, MIB, child, keys, lock, names, noise, open_uploads, put};
use crate::{Held, number};

/// How many operations run at a time.
const WORKERS: usize = 3;
/// How long one may take, its repetition in fair weather included, before it counts as hanging.
const LIMIT: Duration = Duration::from_secs(90);

/// What a callback of the storm panics with; no hook reports it.
struct Planned;

/// The warnings of the log about what stays at the server.
struct Warnings(Mutex<Vec<String>>);

static WARNINGS: Warnings = Warnings(Mutex::new(Vec::new()));

impl log::Log for Warnings {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record<'_>) {
        let text = record.args().to_string();
        if text.contains(" stay: ") || text.contains("another upload of") {
            lock(&self.0).push(text);
        }
    }

    fn flush(&self) {}
}

#[derive(Default)]
struct Tally {
    operations: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    panicked: AtomicU64,
    forked: AtomicU64,
    connections: AtomicU64,
}

impl Tally {
    fn count(&self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Done => &self.succeeded,
            Outcome::Panicked => &self.panicked,
            Outcome::Failed(error) if is(error, &ClientErrorKind::Cancelled) => &self.cancelled,
            Outcome::Failed(_) => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    fn told(&self) -> String {
        let [operations, succeeded, failed, cancelled, panicked, forked, connections] = [
            &self.operations,
            &self.succeeded,
            &self.failed,
            &self.cancelled,
            &self.panicked,
            &self.forked,
            &self.connections,
        ]
        .map(|counter| counter.load(Ordering::Relaxed));
        format!(
            "{operations} operations over {connections} connections: {succeeded} succeeded, {failed} failed, \
             {cancelled} cancelled, {panicked} panicked; {forked} forks"
        )
    }
}

enum Outcome {
    Done,
    Failed(CosError),
    Panicked,
}

struct World {
    cos: CosEmulator,
    proxy: Proxy,
    /// Straight to the emulator.
    truth: CosS3Client,
    folder: TempDir,
    /// The key of what is uploaded or copied; no other worker's.
    to: String,
}

impl World {
    fn new(worker: usize) -> Self {
        let (cos, truth) = crate::common::start();
        let proxy = Proxy::start(cos.addr()).unwrap();
        Self { cos, proxy, truth, folder: tempfile::tempdir().unwrap(), to: format!("to{worker}/k") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn stormy(&self, plan: &Plan) -> CosS3Client {
        let patience = Duration::from_millis(250);
        let config = keys(&self.cos).ip("127.0.0.1").port(self.proxy.addr().port()).keep_alive(plan.keep_alive);
        let config = config.response_timeout(patience).stall_timeout(patience);
        CosS3Client::builder(config.build().unwrap()).sleeper(|pause| thread::sleep(pause / 100)).build().unwrap()
    }

    /// Lays out the files and objects from before.
    fn prepare(&self, plan: &Plan) {
        for name in ["source", "made"] {
            fs::create_dir(self.path(name)).unwrap();
        }
        if plan.kind.is_download() {
            put(&self.truth, "from/k", &plan.content);
            fs::write(self.path("made/k"), &plan.old).unwrap();
        } else {
            fs::write(self.path("source/k"), &plan.content).unwrap();
            put(&self.truth, &self.to, &plan.old);
            if plan.kind == Kind::Copy {
                put(&self.truth, "from/k", &plan.content);
            }
        }
    }

    /// Removes everything, for the next operation.
    fn clear(&self) {
        for name in ["source", "made"] {
            fs::remove_dir_all(self.path(name)).unwrap();
        }
        for key in ["from/k", &self.to] {
            self.truth.delete_object(BUCKET, key).send().unwrap();
        }
        for id in open_uploads(&self.truth) {
            self.truth.abort_multipart_upload(BUCKET, &self.to, id).send().unwrap();
        }
        lock(&WARNINGS.0).retain(|warning| !warning.contains(&self.to));
        self.cos.clear_requests();
    }

    /// Starts the transfer, hands its handle to `hold`, and returns its end.
    fn transfer(
        &self,
        client: &CosS3Client,
        plan: &Plan,
        callback: impl Fn(u64, u64) + Send + Sync + 'static,
        gusts: &[Gust],
    ) -> Result<(), CosError> {
        let (source, made, checkpoints) = (self.path("source/k"), self.path("made/k"), self.path("checkpoints"));
        match plan.kind {
            Kind::Upload | Kind::UploadWhole => {
                let upload = client.upload_file(BUCKET, &self.to, source).part_size(1).multipart_threshold(0);
                let upload = upload.max_thread(2).checkpoint_dir(checkpoints).discard_on_cancel(plan.discard);
                held(upload.progress_callback(callback).start()?, gusts).map(drop)
            }
            Kind::UploadBuffer => {
                let reader = Calling(fs::File::open(source).unwrap(), callback);
                let upload = client.upload_file_from_buffer(BUCKET, &self.to, reader).part_size(1).max_thread(2);
                held(upload.start()?, gusts).map(drop)
            }
            Kind::UploadFolder => {
                let upload =
                    client.upload_directory(BUCKET, self.to.trim_end_matches("/k"), self.path("source")).max_thread(2);
                let upload = upload.skip_identical(SkipIdentical::Never).checkpoint_dir(checkpoints);
                all_done(held(upload.progress_callback(callback).start()?, gusts)?)
            }
            Kind::Download | Kind::DownloadWhole => {
                let download = client.download_file(BUCKET, "from/k", made).part_size(1).multipart_threshold(0);
                let download = download.max_thread(2).discard_on_cancel(plan.discard);
                held(download.progress_callback(callback).start()?, gusts).map(drop)
            }
            Kind::DownloadFolder => {
                let download = client.download_directory(BUCKET, "from", self.path("made")).max_thread(2);
                let download = download.skip_identical(SkipIdentical::Never);
                all_done(held(download.progress_callback(callback).start()?, gusts)?)
            }
            Kind::Copy => {
                client.get_conf().set_copy_part_threshold_size(1);
                let copy = client.copy(BUCKET, &self.to, CopySource::new(BUCKET, "from/k", self.cos.region()));
                let copy = copy.part_size(1).max_thread(2).checkpoint_dir(checkpoints).discard_on_cancel(plan.discard);
                held(copy.start()?, gusts).map(drop)
            }
        }
    }

    fn in_the_storm(&self, operation: u64, plan: &Plan, tally: &Tally) -> Outcome {
        let (schedule, flip) = (plan.schedule, plan.flip.clone());
        self.proxy.plan(move |connection| match &flip {
            Some((number, fault)) if *number == connection => Some(fault.clone()),
            _ => schedule.fault(operation, connection).map(patient),
        });
        if let Some((lie, when)) = plan.lie.clone() {
            self.cos.inject(lie, when, 1);
        }
        let (calls, panics) = (AtomicU64::new(0), plan.panics);
        let callback = move |_, _| {
            if panics == Some(calls.fetch_add(1, Ordering::SeqCst)) {
                resume_unwind(Box::new(Planned));
            }
        };
        let client = self.stormy(plan);
        let ended = catch_unwind(AssertUnwindSafe(|| self.transfer(&client, plan, callback, &plan.gusts)));
        tally.connections.fetch_add(self.proxy.connections(), Ordering::Relaxed);
        self.cos.clear_faults();
        self.proxy.plan(|_| None);
        match ended {
            Ok(Ok(())) => Outcome::Done,
            Ok(Err(error)) => Outcome::Failed(error),
            Err(panic) if is_planned(&*panic) => Outcome::Panicked,
            Err(panic) => resume_unwind(panic),
        }
    }

    /// What is at the destination.
    fn made(&self, plan: &Plan) -> Vec<u8> {
        if plan.kind.is_download() {
            fs::read(self.path("made/k")).unwrap()
        } else {
            crate::common::get(&self.truth, &self.to)
        }
    }

    /// A success has the content, a failure the old or the new one.
    fn check(&self, plan: &Plan, outcome: &Outcome) {
        let made = self.made(plan);
        // A damaged PUT is stored before its answer tells so; only a success must have put it right.
        let (is_old, is_new) = (made == plan.old, made == plan.content || !plan.kind.is_download() && plan.damages());
        match outcome {
            Outcome::Done => assert!(made == plan.content, "a wrong success: {} bytes", made.len()),
            Outcome::Failed(error) if error.sent() == Sent::Nothing && !plan.kind.is_folder() => {
                assert!(is_old, "{error}: nothing was sent, but the old is gone");
            }
            Outcome::Failed(error) => assert!(is_old || is_new, "{error}: neither old nor new"),
            Outcome::Panicked => assert!(is_old || is_new, "neither old nor new"),
        }
    }

    /// The same transfer in fair weather. One that was cancelled may still be at its last request.
    fn in_fair_weather(&self, plan: &Plan) {
        let begin = Instant::now();
        loop {
            match self.transfer(&self.truth, plan, |_, _| (), &[]) {
                Ok(()) => break,
                Err(error) if is(&error, &ClientErrorKind::Locked) && begin.elapsed() < LIMIT / 3 => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(error) => panic!("in fair weather: {error}"),
            }
        }
        assert!(self.made(plan) == plan.content, "wrong in fair weather");
    }

    /// Which files are left of an operation beside its result.
    fn litter(&self) -> Vec<String> {
        let mut left = Vec::new();
        for name in ["source", "made", "checkpoints"] {
            let folder = self.path(name);
            if folder.exists() {
                left.extend(names(&folder).into_iter().filter(|name| name != "k"));
            }
        }
        left
    }

    /// Whether the log or the error told of an upload that stays: its deletion failed, or the answer to its start was
    /// lost, so that it has no parts.
    fn is_told(&self, id: &str, outcome: &Outcome) -> bool {
        let told = |text: &str| lock(&WARNINGS.0).iter().any(|warning| warning.contains(text));
        let lost = matches!(outcome, Outcome::Failed(error) if error.sent() != Sent::Nothing)
            || told(&format!("another upload of {:?}", self.to));
        // A server that says that it deleted an upload, and did not, is believed.
        let claimed = |sent: &RecordedRequest| {
            sent.method == "DELETE"
                && sent.status.is_some_and(|status| status < 300)
                && sent.query.iter().any(|(name, value)| name == "uploadId" && value == id)
        };
        told(&format!("the parts of upload {id} of {:?} stay", self.to))
            || self.cos.requests().iter().any(claimed)
            || lost && self.truth.list_parts(BUCKET, &self.to, id).parts().next().is_none()
    }

    fn check_nothing_is_left(&self, outcome: &Outcome) {
        let begin = Instant::now();
        loop {
            let mut left = self.litter();
            left.extend(open_uploads(&self.truth).into_iter().filter(|id| !self.is_told(id, outcome)));
            if left.is_empty() {
                break;
            }
            assert!(begin.elapsed() < LIMIT / 3, "left behind: {left:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn play(&self, seed: u64, operation: u64, tally: &Tally) {
        let plan = Plan::draw(seed, operation);
        self.prepare(&plan);
        let outcome = self.in_the_storm(operation, &plan, tally);
        self.check(&plan, &outcome);
        if !matches!(outcome, Outcome::Done) {
            self.in_fair_weather(&plan);
        }
        self.check_nothing_is_left(&outcome);
        self.clear();
        tally.count(&outcome);
    }

    /// Parent and child use the connections that were kept, at the same time.
    #[cfg(unix)]
    fn fork(&self) {
        use fork::{Fork, fork, waitpid};
        let contents = [noise(1, SMALL), noise(2, 2 * MIB)];
        put(&self.truth, "parent", &contents[0]);
        put(&self.truth, "child", &contents[1]);
        let read = |key, content: &[u8]| (0..3).all(|_| crate::common::get(&self.truth, key) == content);
        match fork().unwrap() {
            Fork::Child => {
                let right = catch_unwind(AssertUnwindSafe(|| read("child", &contents[1]))).unwrap_or(false);
                exit(i32::from(!right));
            }
            Fork::Parent(child) => {
                let right = read("parent", &contents[0]);
                assert!(right && waitpid(child).unwrap() == 0, "a fork: {right} in the parent");
            }
        }
        for key in ["parent", "child"] {
            self.truth.delete_object(BUCKET, key).send().unwrap();
        }
    }
}

fn is(error: &CosError, kind: &ClientErrorKind) -> bool {
    matches!(error, CosError::Client(error) if error.kind() == kind)
}

/// The callback's place in an upload that has none: it is called at each read.
struct Calling<C>(fs::File, C);

impl<C: Fn(u64, u64)> Read for Calling<C> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (self.1)(0, 0);
        self.0.read(buf)
    }
}

fn is_planned(panic: &(dyn Any + Send)) -> bool {
    panic.is::<Planned>()
}

fn all_done(report: DirectoryReport) -> Result<(), CosError> {
    match report.failures.into_iter().next().map(|failed| failed.outcome) {
        Some(FileOutcome::Failed(error)) => Err(error),
        _ => Ok(()),
    }
}

/// Pauses, resumes and cancels as planned, and waits for the end.
fn held<T: Send + 'static>(handle: TransferHandle<T>, gusts: &[Gust]) -> Result<T, CosError> {
    for gust in gusts {
        thread::sleep(gust.after);
        match gust.pause {
            Some(time) => {
                handle.pause();
                thread::sleep(time);
                handle.resume();
            }
            None => handle.cancel(),
        }
    }
    handle.wait()
}

/// What the workers share.
struct Storm {
    seed: u64,
    next: AtomicU64,
    over: AtomicBool,
    tally: Tally,
    /// Nothing else runs during a fork: a child has the locks of the threads that it lacks.
    quiet: RwLock<()>,
    /// The operation of each worker, and since when.
    running: [Mutex<Option<(u64, Instant)>>; WORKERS],
}

impl Storm {
    fn work(&self, worker: usize) {
        let world = World::new(worker);
        while !self.over.load(Ordering::SeqCst) {
            let operation = self.next.fetch_add(1, Ordering::SeqCst);
            *lock(&self.running[worker]) = Some((operation, Instant::now()));
            let played = catch_unwind(AssertUnwindSafe(|| {
                #[cfg(unix)]
                if operation % 20 == 19 {
                    let _quiet = self.quiet.write().unwrap_or_else(PoisonError::into_inner);
                    *lock(&self.running[worker]) = Some((operation, Instant::now()));
                    world.fork();
                    self.tally.forked.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                let _at_work = self.quiet.read().unwrap_or_else(PoisonError::into_inner);
                world.play(self.seed, operation, &self.tally);
            }));
            *lock(&self.running[worker]) = None;
            if let Err(panic) = played {
                self.over.store(true, Ordering::SeqCst);
                let plan = Plan { content: Vec::new(), old: Vec::new(), ..Plan::draw(self.seed, operation) };
                eprintln!("STORM_SEED={} failed at operation {operation}: {plan:?}", self.seed);
                resume_unwind(panic);
            }
        }
    }

    /// Waits for the end of the storm, and ends the program if an operation hangs.
    fn watch(&self, seconds: u64, ended: impl Fn() -> bool) {
        let begin = Instant::now();
        while !ended() {
            if begin.elapsed() >= Duration::from_secs(seconds) {
                self.over.store(true, Ordering::SeqCst);
            }
            for running in &self.running {
                if let Some((operation, _)) = lock(running).filter(|(_, since)| since.elapsed() > LIMIT) {
                    eprintln!("STORM_SEED={}: operation {operation} hangs", self.seed);
                    exit(3);
                }
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn whatever_happens_in_a_storm_nothing_is_wrong_hangs_or_stays() {
    // In a process of its own: it counts its threads and files, and forks.
    if !child::is_alone() {
        let output =
            child::alone("storm::whatever_happens_in_a_storm_nothing_is_wrong_hangs_or_stays").output().unwrap();
        println!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let (seconds, seed) = (number("STORM_SECONDS", 2), number("STORM_SEED", fastrand::u64(..1_000_000)));
    println!("STORM_SEED={seed}");
    log::set_logger(&WARNINGS).unwrap();
    log::set_max_level(log::LevelFilter::Warn);
    let before = Held::now();
    let storm = Arc::new(Storm {
        seed,
        next: AtomicU64::new(number("STORM_FIRST", 0)),
        over: AtomicBool::new(false),
        tally: Tally::default(),
        quiet: RwLock::new(()),
        running: Default::default(),
    });
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let storm = Arc::clone(&storm);
            thread::spawn(move || storm.work(worker))
        })
        .collect();
    storm.watch(seconds, || workers.iter().all(thread::JoinHandle::is_finished));
    for worker in workers {
        worker.join().unwrap_or_else(|panic| resume_unwind(panic));
    }
    println!("{}", storm.tally.told());
    before.check_given_back();
}
