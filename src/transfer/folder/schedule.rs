//! Work on many files, on the threads that their parts share.

use rayon::ThreadPool;

use crate::control::Control;
use crate::error::CosError;
use crate::transfer::pool::{Semaphore, waiting_for};

/// How many files may be under way or wait for each thread: enough that none is idle while more are found, and few
/// enough that a long list is not read far ahead.
const WAITING: usize = 4;

/// Does `task` for all that `find` hands out, on the pool's threads. It is called while the first tasks run, and waits
/// if they do not keep up. Returns when all is done, with the error of `find`.
///
/// A task may use the same pool for its parts; it must not wait for another task.
pub(super) fn each<T: Send>(
    pool: &ThreadPool,
    control: &Control,
    find: impl FnOnce(&mut dyn FnMut(T) -> Result<(), CosError>) -> Result<(), CosError> + Send,
    task: impl Fn(T) + Sync,
) -> Result<(), CosError> {
    let waiting = Semaphore::patient(pool.current_num_threads() * WAITING);
    let hand_out_all = || {
        pool.in_place_scope(|scope| {
            find(&mut |item| {
                control.proceed()?;
                let (permit, task) = (waiting.acquire(), &task);
                scope.spawn(move |_| {
                    let _permit = permit;
                    task(item);
                });
                Ok(())
            })
        })
    };
    waiting_for(pool, Box::new(hand_out_all))?;
    Ok(control.proceed()?)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::{ClientErrorKind, CosClientError};
    use crate::transfer::pool::{StopSignal, run, threads};

    #[test]
    fn tasks_with_parts_of_their_own_all_end() {
        let (pool, done) = (threads(3).unwrap(), AtomicUsize::new(0));
        let found = each(
            &pool,
            &Control::default(),
            |hand_out| (0..200).try_for_each(hand_out),
            |_| {
                run(&pool, &StopSignal::new(&Control::default()), 0..20, |_| {
                    done.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                })
                .unwrap();
            },
        );
        found.unwrap();
        assert_eq!(done.into_inner(), 4000);
    }

    #[test]
    fn no_more_is_found_than_can_soon_be_done() {
        let (pool, found, done) = (threads(2).unwrap(), AtomicUsize::new(0), AtomicUsize::new(0));
        let result = each(
            &pool,
            &Control::default(),
            |hand_out| {
                for item in 0..100 {
                    assert!(found.fetch_add(1, Ordering::SeqCst) <= done.load(Ordering::SeqCst) + 2 * WAITING);
                    hand_out(item)?;
                }
                Err(CosClientError::new(ClientErrorKind::Protocol, "the list broke off").into())
            },
            |_| {
                done.fetch_add(1, Ordering::SeqCst);
            },
        );
        assert_eq!(result.unwrap_err().to_string(), "the list broke off");
        assert_eq!(done.into_inner(), 100);
    }

    #[test]
    fn a_cancelled_one_finds_nothing_more() {
        let (pool, done, control) = (threads(1).unwrap(), AtomicUsize::new(0), Control::default());
        let result = each(
            &pool,
            &control,
            |hand_out| (0..1000).try_for_each(hand_out),
            |_| {
                control.cancel();
                done.fetch_add(1, Ordering::SeqCst);
            },
        );
        assert_eq!(result.unwrap_err().kind(), Some(&ClientErrorKind::Cancelled));
        assert!(done.into_inner() <= 2 * WAITING);
    }
}
