//! Thousands of transfers in parts on few threads of the caller's, which must stay few, and end.
//!
//! `CROWD_TRANSFERS` says how many transfers each kind of caller makes, `CROWD_RUNS` how often some wait for one lock
//! (default: few).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::exit;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use qcloud_cos::{CosError, CosS3Client, SimpleThreadPool};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::common::{BUCKET, MIB, child, client, lock, noise, start};
use crate::number;

/// Who calls, for the process that is told so.
const CALLER: &str = "CROWD_CALLER";
/// How many threads of the caller's, and how many parts at a time of each of their transfers.
const CALLERS: usize = 4;
const MAX_THREAD: usize = 2;
/// Of the process at any time: the callers' transfers, each with its parts, and the program itself.
const MOST_THREADS: usize = CALLERS * (MAX_THREAD + 2) + 16;
/// How long no transfer may end before they count as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

struct Crowd {
    client: CosS3Client,
    source: PathBuf,
    folder: PathBuf,
    begun: AtomicU64,
    ended: AtomicU64,
    most: AtomicUsize,
}

impl Crowd {
    fn count_threads(&self) {
        let now = fs::read_dir("/proc/self/task").unwrap().count();
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    /// Uploads in parts, and counts the threads while it does.
    fn upload(&self) -> Result<(), CosError> {
        let number = self.begun.fetch_add(1, Ordering::SeqCst);
        let upload = self.client.upload_file(BUCKET, format!("k{}", number % 16), &self.source).max_thread(MAX_THREAD);
        let upload = upload.part_size(1).multipart_threshold(0).resume(false);
        upload.progress_callback(|_, _| self.count_threads()).send()?;
        self.ended.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn download(&self, number: u64) -> Result<(), CosError> {
        let path = self.folder.join(number.to_string());
        let download = self.client.download_file(BUCKET, "source", path).max_thread(MAX_THREAD);
        download.part_size(1).multipart_threshold(0).progress_callback(|_, _| self.count_threads()).send()?;
        self.ended.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Uploads in the callbacks of folder uploads.
    fn within_callbacks(&self, transfers: u64) {
        let (left, files) = (AtomicU64::new(transfers), tempfile::tempdir().unwrap());
        for file in 0..transfers.min(500) {
            fs::write(files.path().join(file.to_string()), "x").unwrap();
        }
        for round in 0.. {
            if left.load(Ordering::SeqCst) == 0 {
                break;
            }
            let callback = |_, _| {
                if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    self.upload().unwrap();
                }
            };
            let folder = self.client.upload_directory(BUCKET, format!("d{round}"), files.path()).max_thread(CALLERS);
            let report = folder.progress_callback(callback).send().unwrap();
            assert!(report.is_complete());
        }
    }

    /// Has more transfers than the pool has threads wait for one lock.
    fn under_a_lock(&self) {
        let shared = Mutex::new(0);
        (0..2 * CALLERS as u64).into_par_iter().for_each(|number| {
            let mut shared = lock(&shared);
            if number % 2 == 0 { self.upload() } else { self.download(number) }.unwrap();
            *shared += 1;
        });
        assert_eq!(*lock(&shared), 2 * CALLERS);
    }

    fn call(self: &std::sync::Arc<Self>, caller: &str) {
        let transfers = number("CROWD_TRANSFERS", 40);
        match caller {
            "pool" => {
                let pool = SimpleThreadPool::new(CALLERS).unwrap();
                for _ in 0..transfers {
                    let crowd = std::sync::Arc::clone(self);
                    pool.add_task(move || crowd.upload());
                }
                let result = pool.get_result();
                assert!(result.success_all, "{result:?}");
            }
            "rayon" => (0..transfers).into_par_iter().for_each(|_| self.upload().unwrap()),
            "callback" => self.within_callbacks(transfers),
            "lock" => (0..number("CROWD_RUNS", 3)).for_each(|_| self.under_a_lock()),
            other => panic!("{other}"),
        }
    }

    /// Looks at the threads until all has ended, and ends the process if nothing goes on.
    fn watch(&self, over: &AtomicUsize) {
        let (mut ended, mut since) = (0, Instant::now());
        while over.load(Ordering::SeqCst) == 0 {
            self.count_threads();
            let now = self.ended.load(Ordering::SeqCst);
            if now != ended {
                (ended, since) = (now, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                println!("it hangs after {ended} transfers");
                exit(3);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Does nothing unless another test starts it as a process of its own, which has no threads of an emulator.
#[test]
fn the_process_that_is_crowded() {
    let (Some(config), Ok(caller)) = (child::config(), env::var(CALLER)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    fs::write(&source, noise(1, MIB + 1)).unwrap();
    let crowd = std::sync::Arc::new(Crowd {
        client: client(config),
        source,
        folder: folder.path().to_path_buf(),
        begun: AtomicU64::new(0),
        ended: AtomicU64::new(0),
        most: AtomicUsize::new(0),
    });
    let over = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| crowd.watch(&over));
        crowd.call(&caller);
        over.store(1, Ordering::SeqCst);
    });
    println!("{caller}: {:?} transfers, at most {:?} threads", crowd.ended, crowd.most);
    assert!(crowd.most.load(Ordering::SeqCst) <= MOST_THREADS, "more than {MOST_THREADS} threads");
}

#[test]
fn transfers_on_few_threads_of_the_callers_stay_few_and_end() {
    let (cos, truth) = start();
    truth.put_object(BUCKET, noise(1, MIB + 1), "source").send().unwrap();
    let failed: BTreeMap<_, _> = ["pool", "rayon", "callback", "lock"]
        .into_iter()
        .filter_map(|caller| {
            let process = &mut child::process(&cos, "crowd::the_process_that_is_crowded");
            let output = process.env(CALLER, caller).env("RAYON_NUM_THREADS", CALLERS.to_string()).output().unwrap();
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            println!("{}", told.lines().find(|line| line.starts_with(caller)).unwrap_or("no result"));
            cos.clear_requests();
            (!output.status.success()).then(|| (caller, told + &String::from_utf8_lossy(&output.stderr)))
        })
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
