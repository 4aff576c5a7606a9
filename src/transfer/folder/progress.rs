//! The progress of many files together.

use std::sync::{Mutex, PoisonError};

use crate::transfer::progress::{Callback, Reporter};

/// Adds up the progress of the files.
pub(super) struct Total<'a>(Reporter<'a>);

/// The part of one file in the total.
pub(super) struct Share<'t> {
    total: &'t Total<'t>,
    added: Mutex<(u64, u64)>,
}

impl<'a> Total<'a> {
    pub(super) fn new(callback: Option<Callback<'a>>) -> Self {
        Self(Reporter::new(0, callback))
    }

    /// Adds a file of this length.
    pub(super) fn share(&self, bytes: u64) -> Share<'_> {
        let share = Share { total: self, added: Mutex::default() };
        share.set(0, bytes);
        share
    }
}

impl Share<'_> {
    /// Marks the file as done, or removes a failed file from the total.
    pub(super) fn end(&self, len: u64, done: bool) {
        let len = if done { len } else { 0 };
        self.set(len, len);
    }

    /// Reports how many bytes of the file are done, and how long it is.
    pub(super) fn set(&self, done: u64, len: u64) {
        let before = std::mem::replace(&mut *self.added.lock().unwrap_or_else(PoisonError::into_inner), (done, len));
        if before != (done, len) {
            self.total.0.change(|all_done, total| {
                *all_done = (*all_done + done).saturating_sub(before.0);
                *total = (*total + len).saturating_sub(before.1);
            });
        }
    }
}
