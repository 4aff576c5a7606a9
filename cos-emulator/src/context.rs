//! The state that all connections share, and that of one request.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;
use crate::credential::Credentials;
use crate::error::Error;
use crate::fault::Faults;
use crate::http::{Body, Head, Response};
use crate::log::Log;
use crate::stop::Stop;
use crate::store::{Buckets, Store};
use crate::target::Target;
use crate::tasks::Tasks;
use crate::tls;
use crate::vectors::Vectors;

/// The server's state.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) stop: Stop,
    pub(crate) tls: Option<tls::Server>,
    pub(crate) tasks: Tasks,
    pub(crate) vectors: Vectors,
    /// Buckets that were created without a request, which a reset creates again.
    pub(crate) own_buckets: Mutex<BTreeSet<String>>,
}

/// The settings, which do not change after the start.
pub(crate) struct Settings {
    pub(crate) region: String,
    pub(crate) require_signed_host: bool,
    pub(crate) min_part_size: u64,
    pub(crate) domains: Vec<(String, String)>,
    /// The role of the instance, which the metadata service names, and the lifetime of its keys.
    pub(crate) instance_role: Option<(String, Duration)>,
    /// Whether `/_emulator/` is answered.
    pub(crate) control: bool,
}

impl Context {
    pub(crate) fn own_buckets(&self) -> Vec<String> {
        self.own_buckets.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Remembers a bucket that a reset creates again.
    pub(crate) fn keep_bucket(&self, name: &str) {
        self.own_buckets.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    Owner,
    Anonymous,
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

/// An operation, which answers a request.
pub(crate) type Operation = fn(&mut Call<'_, '_>) -> Result<Response, Error>;

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

    pub(crate) fn buckets(&self) -> Buckets<'_> {
        self.context.store.lock()
    }

    /// Fails unless the bucket exists.
    pub(crate) fn check_bucket(&self) -> Result<(), Error> {
        self.buckets().find(self.bucket()).map(|_| ())
    }
}
