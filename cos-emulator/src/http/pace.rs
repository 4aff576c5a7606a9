//! Holding a body to a speed.

use std::time::{Duration, Instant};

use crate::stop::Stop;

/// How often a body that is held back moves.
const TICKS_PER_SECOND: u64 = 20;

/// The speed a body keeps to, measured from its first byte.
#[derive(Clone, Copy)]
pub(crate) struct Pace<'a> {
    bytes_per_second: u64,
    stop: &'a Stop,
    started: Option<Instant>,
    moved: u64,
}

impl<'a> Pace<'a> {
    pub(crate) fn new(bits_per_second: u64, stop: &'a Stop) -> Self {
        Self { bytes_per_second: (bits_per_second / 8).max(1), stop, started: None, moved: 0 }
    }

    /// The largest piece to move at once.
    pub(crate) fn piece(&self) -> usize {
        (self.bytes_per_second / TICKS_PER_SECOND).max(1) as usize
    }

    /// Counts bytes that were moved, and waits until they may have been.
    pub(crate) fn moved(&mut self, bytes: u64) {
        let started = *self.started.get_or_insert_with(Instant::now);
        self.moved += bytes;
        let due = Duration::from_micros(self.moved.saturating_mul(1_000_000) / self.bytes_per_second);
        if let Some(early) = due.checked_sub(started.elapsed()) {
            self.stop.wait(early);
        }
    }
}
