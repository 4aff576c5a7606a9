//! How far many files are together.

use std::sync::{Mutex, PoisonError};

use crate::transfer::progress::Callback;

/// Adds up what the files report.
pub(super) struct Total<'a> {
    state: Mutex<(u64, u64)>,
    callback: Option<Callback<'a>>,
}

/// What one file has added.
pub(super) struct Share<'t> {
    total: &'t Total<'t>,
    added: Mutex<(u64, u64)>,
}

impl<'a> Total<'a> {
    pub(super) fn new(callback: Option<Callback<'a>>) -> Self {
        Self { state: Mutex::default(), callback }
    }

    /// Adds a file of this length.
    pub(super) fn share(&self, bytes: u64) -> Share<'_> {
        let share = Share { total: self, added: Mutex::default() };
        share.set(0, bytes);
        share
    }
}

impl Share<'_> {
    /// Reports that the file is done, or that it is none of those to be done any more.
    pub(super) fn end(&self, len: u64, done: bool) {
        let len = if done { len } else { 0 };
        self.set(len, len);
    }

    /// Reports where the file is now, and how long it is.
    pub(super) fn set(&self, done: u64, len: u64) {
        let Some(callback) = &self.total.callback else { return };
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        // Held during the call, so that reports arrive in the order of the numbers.
        let mut state = self.total.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *added != (done, len) {
            *state = (state.0 - added.0 + done, state.1 - added.1 + len);
            *added = (done, len);
            callback(state.0, state.1);
        }
    }
}
