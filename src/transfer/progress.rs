//! How far a transfer is.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::control::Control;

/// What is called with the bytes done and the bytes in all.
pub(crate) type Callback<'a> = Box<dyn Fn(u64, u64) + Send + Sync + 'a>;

/// Adds up the bytes of all parts and reports them, also to the transfer's handle.
pub(crate) struct Progress<'a> {
    total: u64,
    done: Mutex<u64>,
    callback: Option<Callback<'a>>,
    control: Control,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(total: u64, callback: Option<Callback<'a>>, control: &Control) -> Self {
        control.expect(total);
        Self { total, done: Mutex::new(0), callback, control: control.clone() }
    }

    /// Reports more bytes done.
    pub(crate) fn forward(&self, bytes: u64) {
        self.change(|done| done.saturating_add(bytes));
    }

    /// Takes back bytes that are sent again.
    pub(crate) fn back(&self, bytes: u64) {
        self.change(|done| done.saturating_sub(bytes));
    }

    /// Goes back to the start.
    pub(crate) fn restart(&self) {
        self.change(|_| 0);
    }

    fn change(&self, to: impl FnOnce(u64) -> u64) {
        // The lock is held during the call, so that reports arrive in the order of the numbers.
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *done;
        *done = to(before);
        self.control.moved(before, *done);
        if let Some(callback) = &self.callback {
            callback(*done, self.total);
        }
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("total", &self.total).finish_non_exhaustive()
    }
}
