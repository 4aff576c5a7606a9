//! The keys that the server accepts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cam::policy::Policy;

/// How many temporary keys are kept, so that memory does not grow with the keys that the server issues.
const MOST_TEMPORARY: usize = 10_000;

/// A key pair the server accepts; with a token, a temporary one.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) secret_id: String,
    pub(crate) secret_key: String,
    pub(crate) token: Option<String>,
    /// The time of its expiry, in seconds since 1970.
    pub(crate) expires: Option<u64>,
    /// The policy of its rights; `None` allows everything.
    pub(crate) policy: Option<Policy>,
}

impl Credential {
    pub(crate) fn permanent(id: impl Into<String>, key: impl Into<String>) -> Self {
        Self { secret_id: id.into(), secret_key: key.into(), token: None, expires: None, policy: None }
    }

    pub(crate) fn temporary(id: impl Into<String>, key: impl Into<String>, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..Self::permanent(id, key) }
    }
}

/// All accepted keys.
pub(crate) struct Credentials(Mutex<Vec<Credential>>);

impl Credentials {
    pub(crate) fn new(credentials: Vec<Credential>) -> Self {
        Self(Mutex::new(credentials))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Credential>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn find(&self, secret_id: &str) -> Option<Credential> {
        self.lock().iter().find(|credential| credential.secret_id == secret_id).cloned()
    }

    /// Accepts another key; the oldest temporary one is forgotten when there are too many.
    pub(crate) fn add(&self, credential: Credential) {
        let mut all = self.lock();
        all.push(credential);
        let is_temporary = |credential: &Credential| credential.token.is_some();
        if all.len() > MOST_TEMPORARY
            && let Some(oldest) = all.iter().position(is_temporary)
        {
            all.remove(oldest);
        }
    }

    pub(crate) fn remove(&self, secret_id: &str) {
        self.lock().retain(|credential| credential.secret_id != secret_id);
    }

    /// Forgets the keys that have a token.
    pub(crate) fn forget_temporary(&self) {
        self.lock().retain(|credential| credential.token.is_none());
    }

    /// Lets all temporary keys expire at this moment, in seconds since 1970.
    pub(crate) fn expire(&self, now: u64) {
        for credential in self.lock().iter_mut().filter(|credential| credential.token.is_some()) {
            credential.expires = Some(now);
        }
    }
}
