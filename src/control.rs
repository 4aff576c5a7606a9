//! The control of a transfer, which its handle shares: it pauses, resumes and cancels it, and holds its progress.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::error::{ClientErrorKind, CosClientError};

/// A connection that blocks a thread and can be interrupted.
pub(crate) trait Interrupt: Send + Sync {
    /// Ends a blocked read or write, if it still belongs to `by`.
    fn interrupt(&self, by: &Control);
}

/// Controls a transfer of one file or many. A clone controls the same transfer.
#[derive(Clone, Default)]
pub(crate) struct Control(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<ControlState>,
    changed: Condvar,
    /// A copy of `state` for frequent questions.
    interrupted: AtomicBool,
    interruptions: AtomicU64,
    done: AtomicU64,
    total: AtomicU64,
}

#[derive(Default)]
struct ControlState {
    paused: bool,
    cancelled: bool,
    ended: bool,
    blocked: Vec<Weak<dyn Interrupt>>,
}

impl Control {
    fn state(&self) -> MutexGuard<'_, ControlState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Interrupts the requests under way. [`resume`](Self::resume) lets them go again.
    pub(crate) fn pause(&self) {
        self.change(|state| state.paused = true);
    }

    pub(crate) fn resume(&self) {
        self.change(|state| state.paused = false);
    }

    /// Interrupts the requests under way for good.
    pub(crate) fn cancel(&self) {
        self.change(|state| state.cancelled = true);
    }

    fn change(&self, change: impl FnOnce(&mut ControlState)) {
        let blocked = {
            let mut state = self.state();
            change(&mut state);
            let interrupted = state.paused || state.cancelled;
            self.0.interrupted.store(interrupted, Ordering::SeqCst);
            if interrupted {
                self.0.interruptions.fetch_add(1, Ordering::SeqCst);
                std::mem::take(&mut state.blocked)
            } else {
                Vec::new()
            }
        };
        self.0.changed.notify_all();
        for blocked in blocked.iter().filter_map(Weak::upgrade) {
            blocked.interrupt(self);
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.state().paused
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Whether it is paused or cancelled.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.0.interrupted.load(Ordering::Relaxed)
    }

    /// Returns how often it was interrupted. If this changes during a request, the interruption may be why it failed.
    pub(crate) fn interruptions(&self) -> u64 {
        self.0.interruptions.load(Ordering::SeqCst)
    }

    /// Waits while it is paused. Fails if it is cancelled.
    pub(crate) fn proceed(&self) -> Result<(), CosClientError> {
        let state = self.state();
        let waited = self.0.changed.wait_while(state, |state| state.paused && !state.cancelled);
        if waited.unwrap_or_else(PoisonError::into_inner).cancelled {
            return Err(Self::cancelled());
        }
        Ok(())
    }

    /// Returns the error of a transfer that was cancelled.
    pub(crate) fn cancelled() -> CosClientError {
        CosClientError::new(ClientErrorKind::Cancelled, "the transfer was cancelled")
    }

    /// Notes that the transfer has ended.
    pub(crate) fn end(&self) {
        self.state().ended = true;
        self.0.changed.notify_all();
    }

    /// Waits until the transfer has ended. False: it was cancelled, and did not end in the time given.
    pub(crate) fn wait_for_end(&self, grace: Duration) -> bool {
        let waited = self.0.changed.wait_while(self.state(), |state| !state.ended && !state.cancelled);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.changed.wait_timeout_while(state, grace, |state| !state.ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    /// Sleeps until the time is over or the state changes.
    pub(crate) fn sleep(&self, time: Duration) {
        let state = self.state();
        if !state.paused && !state.cancelled {
            let woken = self.0.changed.wait_timeout_while(state, time, |state| !state.paused && !state.cancelled);
            drop(woken);
        }
    }

    /// Registers a connection to be interrupted with this transfer, at once if it is interrupted already.
    pub(crate) fn watch(&self, blocked: Weak<dyn Interrupt>) {
        let mut state = self.state();
        if state.paused || state.cancelled {
            drop(state);
            if let Some(blocked) = blocked.upgrade() {
                blocked.interrupt(self);
            }
            return;
        }
        // A pooled connection registers again each time it returns to this transfer.
        state.blocked.retain(|known| known.strong_count() > 0 && !known.ptr_eq(&blocked));
        state.blocked.push(blocked);
    }

    /// Whether both control the same transfer.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Adds to the total of bytes.
    pub(crate) fn expect(&self, bytes: u64) {
        self.0.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes that a file's finished bytes went from `before` to `now`.
    pub(crate) fn moved(&self, before: u64, now: u64) {
        if now >= before {
            self.0.done.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.0.done.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Returns the finished bytes and the total.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (done, total) = self.progress();
        f.debug_struct("Control").field("done", &done).field("total", &total).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_transfer_neither_works_nor_sleeps() {
        let control = Control::default();
        control.pause();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| control.proceed());
            control.cancel();
            let error = waiting.join().unwrap().unwrap_err();
            assert_eq!(*error.kind(), ClientErrorKind::Cancelled);
        });
        control.sleep(Duration::from_secs(3600));
    }

    #[test]
    fn what_blocks_is_woken_also_if_it_comes_late() {
        #[derive(Default)]
        struct Socket(AtomicU64);
        impl Interrupt for Socket {
            fn interrupt(&self, _: &Control) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let control = Control::default();
        let (early, late) = (Arc::new(Socket::default()), Arc::new(Socket::default()));
        let weak: Weak<Socket> = Arc::downgrade(&early);
        control.watch(weak);
        control.cancel();
        let weak: Weak<Socket> = Arc::downgrade(&late);
        control.watch(weak);
        assert_eq!((early.0.load(Ordering::SeqCst), late.0.load(Ordering::SeqCst)), (1, 1));
    }

    #[test]
    fn what_is_watched_again_and_again_is_noted_once() {
        struct Socket;
        impl Interrupt for Socket {
            fn interrupt(&self, _: &Control) {}
        }
        let (control, sockets) = (Control::default(), [Arc::new(Socket), Arc::new(Socket)]);
        for socket in sockets.iter().cycle().take(10) {
            let weak: Weak<Socket> = Arc::downgrade(socket);
            control.watch(weak);
        }
        assert_eq!(control.state().blocked.len(), 2);
    }
}
