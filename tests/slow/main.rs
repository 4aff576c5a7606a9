//! Tests that start programs or take long: transfers that are killed, full disks, random faults, the examples.

#[path = "../common/mod.rs"]
mod common;

mod chaos;
mod crash_points;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(unix)]
mod disk_full;
mod examples;
#[cfg(unix)]
mod kills;
mod storm;

use std::env;

/// A number that the environment sets.
fn number(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}: {text:?} is no number")),
        Err(_) => default,
    }
}

/// What decides an operation of a run, whatever came before it.
fn decisions(seed: u64, operation: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(operation))
}

/// How many files and threads this program has.
struct Held([usize; 2]);

impl Held {
    fn now() -> Self {
        #[cfg(target_os = "linux")]
        let held = ["/proc/self/fd", "/proc/self/task"].map(|folder| std::fs::read_dir(folder).unwrap().count());
        #[cfg(not(target_os = "linux"))]
        let held = [0; 2];
        Self(held)
    }

    /// Waits until no more is held than when this was made.
    fn check_given_back(&self) {
        let begin = std::time::Instant::now();
        while Self::now().0.iter().zip(self.0).any(|(now, before)| *now > before) {
            let (now, before) = (Self::now().0, self.0);
            assert!(begin.elapsed().as_secs() < 20, "{now:?} files and threads, {before:?} before");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}
