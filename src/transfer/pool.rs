//! The threads of a transfer: a rayon pool of its own, never the global one, which blocking would
//! starve.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;
use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// Tells the parts of a transfer that one of them failed, or that its handle wants them to stop.
#[derive(Debug)]
pub(crate) struct StopSignal {
    failed: AtomicBool,
    control: Control,
}

impl StopSignal {
    pub(crate) fn new(control: &Control) -> Self {
        Self { failed: AtomicBool::new(false), control: control.clone() }
    }

    /// Whether what is on its way is broken off.
    pub(crate) fn is_set(&self) -> bool {
        self.has_failed() || self.control.is_interrupted()
    }

    /// See [`Control::interruptions`].
    pub(crate) fn interruptions(&self) -> u64 {
        self.control.interruptions()
    }

    /// See [`Control::proceed`].
    pub(crate) fn proceed(&self) -> Result<(), CosClientError> {
        self.control.proceed()
    }

    /// Whether another part failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Does a part, again after each pause that broke it off.
    pub(crate) fn repeat<R>(&self, work: impl FnMut() -> Result<R, CosError>) -> Result<R, CosError> {
        let _entered = self.control.enter();
        let _panic = SetOnPanic(self);
        self.control.repeat(work)
    }
}

/// Stops the other parts when one panics.
struct SetOnPanic<'s>(&'s StopSignal);

impl Drop for SetOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.set();
        }
    }
}

/// Refuses to do without threads.
pub(crate) fn check_threads(max_thread: usize) -> Result<(), CosClientError> {
    if max_thread == 0 {
        return Err(CosClientError::invalid("max_thread", "must be at least 1"));
    }
    Ok(())
}

/// Makes a pool; an error names `max_thread`. Starting its threads takes longer than reading a small file.
pub(crate) fn threads(max_thread: usize) -> Result<ThreadPool, CosClientError> {
    check_threads(max_thread)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(max_thread)
        .thread_name(|index| format!("cos-transfer-{index}"))
        .build();
    pool.map_err(|e| {
        CosClientError::new(ClientErrorKind::Transport, format!("max_thread: no threads: {e}")).caused_by(e)
    })
}

/// The threads of a transfer: its own, or those of the many that it is one of.
pub(crate) enum Threads<'p> {
    Own(ThreadPool),
    Shared(&'p ThreadPool),
}

impl<'p> Threads<'p> {
    pub(crate) fn new(shared: Option<&'p ThreadPool>, max_thread: usize) -> Result<Self, CosClientError> {
        Ok(match shared {
            Some(pool) => Self::Shared(pool),
            None => Self::Own(threads(max_thread)?),
        })
    }
}

impl Deref for Threads<'_> {
    type Target = ThreadPool;

    fn deref(&self) -> &ThreadPool {
        match self {
            Self::Own(pool) => pool,
            Self::Shared(pool) => pool,
        }
    }
}

/// Does `work` for every item, in about their order, on the pool's threads. The first error stops the
/// rest and is returned. A cancel that comes while the last item ends is heard, too.
pub(crate) fn run<T: Send, R: Send>(
    pool: &ThreadPool,
    stop: &StopSignal,
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(&T) -> Result<R, CosError> + Sync,
) -> Result<Vec<R>, CosError> {
    let first = Mutex::new(None);
    let results: Option<Vec<R>> = pool.install(|| {
        items
            .par_bridge()
            .map(|item| {
                if stop.has_failed() {
                    return None;
                }
                stop.repeat(|| work(&item))
                    .map_err(|error| {
                        stop.set();
                        // What the others fail with once they are stopped is not the cause.
                        first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    })
                    .ok()
            })
            .collect()
    });
    match (results, first.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        (_, Some(error)) => Err(error),
        (Some(results), None) => {
            stop.proceed()?;
            Ok(results)
        }
        (None, None) => Err(CosClientError::new(ClientErrorKind::Transport, "the transfer was stopped").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_the_one_returned_and_stops_the_rest() {
        let pool = threads(3).unwrap();
        let stop = StopSignal::new(&Control::default());
        let done = Mutex::new(0);
        let result = run(&pool, &stop, 0..1000, |&item| {
            if item == 5 {
                return Err(CosClientError::invalid("item", "five").into());
            }
            *done.lock().unwrap() += 1;
            Ok(item)
        });
        assert_eq!(result.unwrap_err().to_string(), "item: five");
        assert!(*done.lock().unwrap() < 999);
    }

    #[test]
    fn what_is_cancelled_when_the_last_item_ends_does_not_go_on() {
        let control = Control::default();
        let result = run(&threads(1).unwrap(), &StopSignal::new(&control), 0..3, |&item| {
            if item == 2 {
                control.cancel();
            }
            Ok(item)
        });
        assert_eq!(result.unwrap_err().kind(), Some(&ClientErrorKind::Cancelled));
    }

    #[test]
    fn no_threads_is_an_error_that_names_the_setting() {
        assert!(threads(0).unwrap_err().to_string().starts_with("max_thread: "));
    }
}
