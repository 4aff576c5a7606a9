//! The time that a call has left for its credentials. The thread identifies the call, so that the caller's own
//! providers need not pass it on.

use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    static END: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Restores the earlier deadline.
struct Restore(Option<Instant>);

impl Drop for Restore {
    fn drop(&mut self) {
        END.set(self.0);
    }
}

/// Asks for credentials within the remaining time. `None` means no limit.
pub(crate) fn within<R>(left: Option<Duration>, ask: impl FnOnce() -> R) -> R {
    let end = left.and_then(|left| Instant::now().checked_add(left));
    let _restore = Restore(END.replace(end));
    ask()
}

/// Returns the remaining time; `None` means no deadline is set.
pub(crate) fn time_left() -> Option<Duration> {
    END.get().map(|end| end.saturating_duration_since(Instant::now()))
}
