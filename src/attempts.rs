//! The attempts that a call made before it failed.

use std::fmt;
use std::time::Duration;

/// How much of a request reached COS, over all its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Sent {
    /// Nothing: COS knows nothing of the request.
    #[default]
    Nothing,
    /// Some or all of it. No answer came that could tell.
    Maybe,
    /// All of it: there was an answer.
    All,
}

/// The attempts that an error reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// How many attempts were made.
    pub(crate) count: u32,
    pub(crate) sent: Sent,
    pub(crate) quota_exhausted: bool,
    pub(crate) deadline_exceeded: bool,
    /// An attempt, the last or an earlier one, may have been carried out.
    pub(crate) may_have_succeeded: bool,
    /// How long the last answer asks to wait before another attempt.
    pub(crate) retry_after: Option<Duration>,
    /// The correction of the clock in seconds, if the last answer blames the clock.
    pub(crate) clock_offset: Option<i64>,
    /// The CRC-64 of the body, once an attempt sent all of it and computed the checksum.
    pub(crate) body_crc: Option<u64>,
}

impl Attempts {
    /// Adds earlier attempts that were answered: the number of all attempts, and whether the retry budget is used up.
    pub(crate) fn with_total(self, count: u32, quota_exhausted: bool) -> Self {
        let sent = if count > self.count { Sent::All } else { self.sent };
        Self { count, sent, quota_exhausted: self.quota_exhausted || quota_exhausted, ..self }
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 1 {
            write!(f, " (after {} attempts)", self.count)?;
        }
        if self.quota_exhausted {
            f.write_str(" (too much failed at this host lately to try again)")?;
        }
        if self.deadline_exceeded {
            f.write_str(" (no time left to try again)")?;
        }
        Ok(())
    }
}

/// The getters of an error that has a method `all_attempts`.
macro_rules! getters {
    () => {
        /// Returns how many times the request was sent, or tried to be; 0 if it never was. Of a body that broke off,
        /// requests for the rest of it count, too.
        pub fn attempts(&self) -> u32 {
            self.all_attempts().count
        }

        /// Returns how much of the request reached COS: with [`Sent::Maybe`](crate::Sent::Maybe) it may have been
        /// carried out all the same.
        pub fn sent(&self) -> $crate::Sent {
            self.all_attempts().sent
        }

        /// Returns true if there was no retry because too many requests to this host failed lately.
        pub fn quota_exhausted(&self) -> bool {
            self.all_attempts().quota_exhausted
        }

        /// Returns true if there was no retry because the call's time is over.
        pub fn deadline_exceeded(&self) -> bool {
            self.all_attempts().deadline_exceeded
        }
    };
}

pub(crate) use getters;
