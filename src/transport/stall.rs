//! Detects bodies that come too slowly to be worth waiting for.

use std::io;
use std::time::Duration;

use crate::error::TooSlow;

/// Watches one body. Only the time spent waiting for bytes counts, not the time of their reader.
#[derive(Debug)]
pub(super) struct StallDetector {
    bytes_per_second: u64,
    over: Duration,
    waited: Duration,
    bytes: u64,
}

impl StallDetector {
    pub(super) fn new((bytes_per_second, over): (u64, Duration)) -> Self {
        Self { bytes_per_second, over, waited: Duration::ZERO, bytes: 0 }
    }

    /// Notes bytes that came after a wait. Fails once the throughput is too low for too long.
    pub(super) fn note(&mut self, bytes: usize, waited: Duration) -> io::Result<()> {
        self.bytes += bytes as u64;
        self.waited += waited;
        if self.waited < self.over {
            return Ok(());
        }
        let least = u128::from(self.bytes_per_second) * self.waited.as_millis() / 1000;
        if u128::from(self.bytes) < least {
            return Err(io::Error::new(io::ErrorKind::TimedOut, TooSlow { least, seconds: self.waited.as_secs() }));
        }
        (self.waited, self.bytes) = (Duration::ZERO, 0);
        Ok(())
    }

    /// Returns the error of a wait in which no byte of the body came, only framing bytes or nothing.
    pub(super) fn nothing(&self, waited: Duration) -> io::Error {
        let least = (u128::from(self.bytes_per_second) * waited.as_millis() / 1000).max(1);
        io::Error::new(io::ErrorKind::TimedOut, TooSlow { least, seconds: waited.as_secs() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_too_few_bytes_over_the_whole_time_fail() {
        let second = Duration::from_secs(1);
        let mut watch = StallDetector::new((1024, second * 60));
        for _ in 0..59 {
            watch.note(1, second).unwrap();
        }
        assert!(watch.note(1, second).unwrap_err().to_string().contains("61440 bytes"));
        let mut watch = StallDetector::new((1024, second * 60));
        for _ in 0..600 {
            watch.note(1024, second).unwrap();
        }
        // A burst makes up for a slow time before it, not for one after it.
        let mut watch = StallDetector::new((1024, second * 60));
        watch.note(61_440, second * 60).unwrap();
        watch.note(1, second * 59).unwrap();
        assert!(watch.note(1, second).is_err());
        let mut watch = StallDetector::new((0, second));
        watch.note(1, second * 3600).unwrap();
    }
}
