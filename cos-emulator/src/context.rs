//! What all connections share, and what one request brings along.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::auth::{Credential, Principal};
use crate::error::Error;
use crate::fault::Faults;
use crate::http::{Body, Head};
use crate::log::Log;
use crate::store::Store;
use crate::target::Target;

pub(crate) type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// The server's state.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) credentials: Mutex<Vec<Credential>>,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) stop: Stop,
}

/// What is fixed at the start.
pub(crate) struct Settings {
    pub(crate) region: String,
    pub(crate) clock: Clock,
    pub(crate) require_signed_host: bool,
    pub(crate) min_part_size: u64,
    pub(crate) domains: Vec<(String, String)>,
    /// The role of the instance that the metadata service knows, and for how long its keys are good.
    pub(crate) instance_role: Option<(String, Duration)>,
}

impl Context {
    /// The account everything belongs to: the root account of the application id.
    pub(crate) const OWNER: &str = "qcs::cam::uin/100000000001:uin/100000000001";

    pub(crate) fn now(&self) -> SystemTime {
        (self.settings.clock)()
    }
}

/// One request in the hands of the operation that answers it.
pub(crate) struct Call<'a, 'b> {
    pub(crate) context: &'a Context,
    pub(crate) head: &'a Head,
    pub(crate) body: &'a mut Body<'b>,
    pub(crate) target: Target,
    pub(crate) principal: Principal,
    /// Milliseconds since 1970.
    pub(crate) now: u64,
}

impl Call<'_, '_> {
    pub(crate) fn bucket(&self) -> &str {
        self.target.bucket.as_deref().unwrap_or_default()
    }

    pub(crate) fn key(&self) -> &str {
        &self.target.key
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.head.param(name)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)
    }

    /// The version the request names.
    pub(crate) fn version(&self) -> Option<&str> {
        self.param("versionId").filter(|id| !id.is_empty())
    }

    pub(crate) fn buckets(&self) -> crate::store::Buckets<'_> {
        self.context.store.lock()
    }

    /// Fails unless the bucket exists.
    pub(crate) fn check_bucket(&self) -> Result<(), Error> {
        self.buckets().find(self.bucket()).map(|_| ())
    }
}

/// Ends waits when the server stops.
#[derive(Default)]
pub(crate) struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub(crate) fn set(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_set(&self) -> bool {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, though no longer than until the server stops.
    pub(crate) fn wait(&self, time: Duration) {
        let deadline = Instant::now().checked_add(time);
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        while !*stopped {
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => Duration::MAX,
            };
            if left.is_zero() {
                return;
            }
            stopped = self
                .changed
                .wait_timeout(stopped, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(guard, _)| guard);
        }
    }
}
