//! Repeating what a request that succeeded left undone: the rest of a body that broke off, or of a batch.

use std::time::Duration;

use super::CosS3Client;
use crate::error::CosError;
use crate::tried::{Sent, Tried};
use crate::wire::retry::pause;
use crate::wire::uri::Target;

/// How often something was tried since it last got on.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    tried: Tried,
    /// What the host was charged for that.
    spent: u32,
}

impl Repeats {
    /// Adds to the error of the last try what was tried.
    pub(crate) fn told(&self, error: CosError) -> CosError {
        error.after(self.tried)
    }
}

impl CosS3Client {
    /// Pauses before a repetition; false if there were as many tries as a request may have attempts, or if the
    /// host has no tokens left.
    pub(crate) fn repeat(&self, repeats: &mut Repeats, target: &Target, (base, cost): (Duration, u32)) -> bool {
        let Repeats { tried, spent } = repeats;
        tried.attempts += 1;
        tried.sent = Sent::All;
        if tried.attempts >= self.inner.attempts {
            return false;
        }
        let host = self.place(target).map(|location| location.signed_host());
        if !host.is_ok_and(|host| self.inner.hosts.spend(&host, cost)) {
            tried.quota_exhausted = true;
            return false;
        }
        *spent += cost;
        self.sleep(pause(tried.attempts, base, (self.inner.random)()));
        true
    }

    /// Notes that what is repeated got on: it has all its tries again, and its host the tokens.
    pub(crate) fn got_on(&self, repeats: &mut Repeats, target: &Target) {
        if let (1.., Ok(location)) = (repeats.spent, self.place(target)) {
            self.inner.hosts.refund(&location.signed_host(), repeats.spent);
        }
        *repeats = Repeats::default();
    }
}
