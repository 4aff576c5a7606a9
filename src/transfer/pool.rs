//! The threads of a transfer: a rayon pool of its own, never the global one, which blocking would starve.

use std::ops::Deref;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

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

    /// Tells whether a running part must stop now.
    pub(crate) fn is_set(&self) -> bool {
        self.has_failed() || self.control.is_interrupted()
    }

    /// See [`Control::proceed`].
    pub(crate) fn proceed(&self) -> Result<(), CosClientError> {
        self.control.proceed()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.control.is_cancelled()
    }

    /// Tells whether another part failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Forgets a failure, before the transfer starts over.
    pub(crate) fn reset(&self) {
        self.failed.store(false, Ordering::Relaxed);
    }

    /// Does a part, unless the transfer is cancelled. A panic stops the other parts.
    pub(crate) fn guard<R>(&self, work: impl FnOnce() -> Result<R, CosError>) -> Result<R, CosError> {
        let _panic = SetOnPanic(self);
        self.proceed()?;
        work()
    }
}

/// Stops the other parts when one panics.
struct SetOnPanic<'s>(&'s StopSignal);

impl Drop for SetOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.set();
        }
    }
}

/// How many parts or files may be in memory or waiting at a time.
#[derive(Debug)]
pub(crate) struct Semaphore {
    free: Mutex<usize>,
    released: Condvar,
    /// How many permits must be free again before a thread that waits goes on.
    enough: usize,
}

impl Semaphore {
    /// Makes one with so many permits, at least one.
    pub(crate) fn new(permits: usize) -> Self {
        Self { free: Mutex::new(permits.max(1)), released: Condvar::new(), enough: 1 }
    }

    /// Lets the thread that waits, of which there is one, sleep until half of the permits are free: to wake it for each
    /// costs more than small work does.
    pub(crate) fn patient(permits: usize) -> Self {
        Self { enough: (permits / 2).max(1), ..Self::new(permits) }
    }

    /// Waits for a permit.
    pub(crate) fn acquire(&self) -> Permit<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if *free == 0 {
            let waited = self.released.wait_while(free, |free| *free < self.enough);
            free = waited.unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Permit(self)
    }
}

/// One permit of a [`Semaphore`]; released when dropped, also by a panic.
#[must_use = "it is released when dropped"]
pub(crate) struct Permit<'s>(&'s Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free += 1;
        if *free >= self.0.enough {
            self.0.released.notify_one();
        }
    }
}

/// Refuses a transfer without threads.
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
    pool.map_err(|e| no_threads(&e).caused_by(e))
}

fn no_threads(error: &dyn std::error::Error) -> CosClientError {
    CosClientError::new(ClientErrorKind::Transport, format!("max_thread: no threads: {error}"))
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

/// Does work that waits for the pool's threads.
///
/// A worker of another rayon pool that waits takes up the next job of that pool meanwhile, which may be the next
/// transfer, or need a lock that the caller holds. Called on such a worker, the work is done by a plain thread.
pub(crate) fn waiting_for(
    pool: &ThreadPool,
    work: Box<dyn FnOnce() -> Result<(), CosError> + Send + '_>,
) -> Result<(), CosError> {
    if rayon::current_thread_index().is_none() || pool.current_thread_index().is_some() {
        return work();
    }
    thread::scope(|scope| match thread::Builder::new().name("cos-transfer".into()).spawn_scoped(scope, work) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(e) => Err(no_threads(&e).caused_by(e).into()),
    })
}

/// Does `work` for every item, in about their order, on the pool's threads. The first error stops the rest and is
/// returned. A cancel that comes while the last item ends is heard, too.
pub(crate) fn run<T: Send, R: Send>(
    pool: &ThreadPool,
    stop: &StopSignal,
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(&T) -> Result<R, CosError> + Sync,
) -> Result<Vec<R>, CosError> {
    let (results, work) = (Mutex::new(Vec::new()), &work);
    let jobs = items.map(|item| -> Job<'_> {
        let results = &results;
        Box::new(move || {
            let result = work(&item)?;
            results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
            Ok(())
        })
    });
    run_jobs(pool, stop, Box::new(jobs))?;
    Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// An item and what is to be done for it. A box, because rayon's code is long and would be compiled for every transfer.
type Job<'j> = Box<dyn FnOnce() -> Result<(), CosError> + Send + 'j>;

fn run_jobs<'j>(
    pool: &ThreadPool,
    stop: &StopSignal,
    jobs: Box<dyn Iterator<Item = Job<'j>> + Send + '_>,
) -> Result<(), CosError> {
    let (first, mut all) = (FirstError::default(), None);
    let run = |job| {
        if stop.has_failed() {
            return None;
        }
        let failed = |error| {
            stop.set();
            first.set(error);
        };
        stop.guard(job).map_err(failed).ok()
    };
    waiting_for(
        pool,
        Box::new(|| {
            all = pool.install(|| jobs.par_bridge().try_for_each(run));
            Ok(())
        }),
    )?;
    first.into_result()?;
    if all.is_none() {
        return Err(CosClientError::new(ClientErrorKind::Transport, "the transfer was stopped").into());
    }
    Ok(stop.proceed()?)
}

/// Keeps the first error. Parts that are stopped fail with later errors, which are not the cause.
#[derive(Default)]
pub(crate) struct FirstError(Mutex<Option<CosError>>);

impl FirstError {
    pub(crate) fn set(&self, error: CosError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    pub(crate) fn into_result(self) -> Result<(), CosError> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
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

    #[test]
    fn a_worker_of_another_pool_takes_up_no_job_of_its_own_while_it_waits() {
        // Two jobs on one worker: if it took up the second while it waits for the first, that would nest.
        let (outer, inner) = (threads(1).unwrap(), threads(1).unwrap());
        let (depth, deepest) = (Mutex::new(0), Mutex::new(0));
        outer.in_place_scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|_| {
                    *depth.lock().unwrap() += 1;
                    let now = *depth.lock().unwrap();
                    let most = now.max(*deepest.lock().unwrap());
                    *deepest.lock().unwrap() = most;
                    let stop = StopSignal::new(&Control::default());
                    run(&inner, &stop, 0..2, |_| {
                        thread::yield_now();
                        Ok(())
                    })
                    .unwrap();
                    *depth.lock().unwrap() -= 1;
                });
            }
        });
        assert_eq!(*deepest.lock().unwrap(), 1);
    }

    #[test]
    fn a_permit_is_released() {
        let semaphore = Semaphore::new(0);
        let permit = semaphore.acquire();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| drop(semaphore.acquire()));
            drop(permit);
            waiting.join().unwrap();
        });
        assert_eq!(*semaphore.free.lock().unwrap(), 1);
    }

    #[test]
    fn one_that_is_patient_waits_until_half_is_free() {
        let semaphore = Semaphore::patient(4);
        let mut permits: Vec<_> = (0..4).map(|_| semaphore.acquire()).collect();
        permits.pop();
        // A permit that is free is taken at once.
        permits.push(semaphore.acquire());
        let (taken, waits) = std::sync::mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                drop(semaphore.acquire());
                taken.send(()).unwrap();
            });
            permits.pop();
            permits.pop();
            waits.recv().unwrap();
        });
        drop(permits);
        assert_eq!(*semaphore.free.lock().unwrap(), 4);
    }
}
