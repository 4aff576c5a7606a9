//! The progress of a transfer: added up over all parts and files, and reported to the caller.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::control::Control;

/// A caller's function that gets the bytes done and the bytes in all.
pub(crate) type Callback<'a> = Box<dyn Fn(u64, u64) + Send + Sync + 'a>;

/// Reports numbers that several threads change to a callback: one call at a time, in order, the last one in any case.
///
/// No lock is held during a call, so that the callback may do what it likes, also start another transfer. A thread
/// that changes the numbers during a call leaves the report to the thread that is in it.
pub(crate) struct Reporter<'a> {
    state: Mutex<ReportState>,
    callback: Option<Callback<'a>>,
}

#[derive(Default)]
struct ReportState {
    done: u64,
    total: u64,
    /// A thread is in the callback.
    reporting: bool,
    /// The numbers changed since.
    changed: bool,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(total: u64, callback: Option<Callback<'a>>) -> Self {
        Self { state: Mutex::new(ReportState { total, ..ReportState::default() }), callback }
    }

    fn state(&self) -> MutexGuard<'_, ReportState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the bytes done and the bytes in all, and reports them.
    pub(crate) fn change(&self, change: impl FnOnce(&mut u64, &mut u64)) {
        let mut state = self.state();
        let ReportState { done, total, .. } = &mut *state;
        change(done, total);
        let Some(callback) = &self.callback else { return };
        if state.reporting {
            state.changed = true;
            return;
        }
        state.reporting = true;
        let _reporting = EndReport(self);
        loop {
            let (done, total) = (state.done, state.total);
            state.changed = false;
            drop(state);
            callback(done, total);
            state = self.state();
            if !state.changed {
                // Under the lock: a change that comes now is reported by its own thread.
                state.reporting = false;
                return;
            }
        }
    }
}

/// Lets other threads report again after a panic in the callback.
struct EndReport<'r>(&'r Reporter<'r>);

impl Drop for EndReport<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().reporting = false;
        }
    }
}

/// Adds up the bytes of all parts of one file and reports them, also to the transfer's handle.
pub(crate) struct Progress<'a> {
    reporter: Reporter<'a>,
    control: Control,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(total: u64, callback: Option<Callback<'a>>, control: &Control) -> Self {
        control.expect(total);
        Self { reporter: Reporter::new(total, callback), control: control.clone() }
    }

    /// Reports more bytes done.
    pub(crate) fn forward(&self, bytes: u64) {
        self.change(|done| done.saturating_add(bytes));
    }

    /// Takes back bytes that will be sent again.
    pub(crate) fn back(&self, bytes: u64) {
        self.change(|done| done.saturating_sub(bytes));
    }

    /// Goes back to the start.
    pub(crate) fn restart(&self) {
        self.change(|_| 0);
    }

    fn change(&self, to: impl FnOnce(u64) -> u64) {
        self.reporter.change(|done, _| {
            let before = *done;
            *done = to(before);
            self.control.moved(before, *done);
        });
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn reports_come_one_at_a_time_and_the_last_one_says_all() {
        let (inside, last) = (AtomicU64::new(0), AtomicU64::new(0));
        let callback = |done, _| {
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            assert!(last.swap(done, Ordering::SeqCst) <= done);
            inside.fetch_sub(1, Ordering::SeqCst);
        };
        let reporter = Reporter::new(4000, Some(Box::new(callback)));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| reporter.change(|done, _| *done += 1)));
            }
        });
        assert_eq!(last.load(Ordering::SeqCst), 4000);
    }

    #[test]
    fn no_lock_is_held_during_a_call() {
        let reporter = Reporter::new(2, None);
        let outer = Reporter {
            callback: Some(Box::new(|_, _| reporter.change(|done, _| *done += 1))),
            ..Reporter::new(2, None)
        };
        outer.change(|done, _| *done += 1);
        assert_eq!(reporter.state().done, 1);
        assert!(outer.state.try_lock().is_ok());
    }
}
