//! A pool of threads for tasks of the caller's own, as Python's `SimpleThreadPool`.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::{ClientErrorKind, CosClientError, CosError};

/// Runs tasks on threads of its own and reports which of them failed.
///
/// A task runs as soon as a thread is free. A thread runs one task at a time, even while that task waits for a
/// transfer. A task that panics counts as failed. Added tasks run to their end, even if the pool is dropped.
///
/// The tasks of one pool return one type; `.map(drop)` makes the results of different calls alike.
///
/// Python: `SimpleThreadPool(num_threads=5)`; `SimpleThreadPool()` is `SimpleThreadPool::default()`
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (_cos, client, bucket) = start()?;
/// use qcloud_cos::SimpleThreadPool;
///
/// let pool = SimpleThreadPool::new(5)?;
/// for key in ["a.txt", "b.txt", "c.txt"] {
///     let client = client.clone();
///     pool.add_task(move || client.put_object("examplebucket-1250000000", key.as_bytes(), key).send());
/// }
/// pool.wait_completion();
/// let result = pool.get_result();
/// if !result.success_all {
///     println!("not all files were uploaded, please retry");
/// }
/// # assert!(result.success_all);
/// # Ok(()) }
/// ```
pub struct SimpleThreadPool<T> {
    shared: Arc<Shared<T>>,
    threads: usize,
}

/// How many threads Python's pool has where its number is not given.
const DEFAULT_THREADS: usize = 5;

/// The most threads that a pool may have.
const MOST_THREADS: usize = 65_535;

/// A task and its result.
type Task<T> = Box<dyn FnOnce() -> Result<T, String> + Send>;

/// The results of the tasks of a [`SimpleThreadPool`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThreadPoolResult<T> {
    /// Whether no task of the pool has failed.
    pub success_all: bool,
    /// The results of each thread.
    pub detail: Vec<WorkerResult<T>>,
}

/// The results of one thread of a [`SimpleThreadPool`]. Python: the tuple `(succ, fail, results)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerResult<T> {
    /// How many of its tasks have succeeded.
    pub succ_task_num: usize,
    /// How many of its tasks have failed.
    pub fail_task_num: usize,
    /// The results in the order in which the tasks ended, those that were taken before left out. A failed task has its
    /// error's text here.
    pub results: Vec<Result<T, String>>,
}

impl<T> Default for WorkerResult<T> {
    fn default() -> Self {
        Self { succ_task_num: 0, fail_task_num: 0, results: Vec::new() }
    }
}

/// The state that the threads share.
struct Shared<T> {
    state: Mutex<State<T>>,
    /// Signals a new task, or that no more tasks will come.
    added: Condvar,
    idle: Condvar,
}

struct State<T> {
    /// Tasks that have not begun.
    waiting: VecDeque<Task<T>>,
    /// Tasks that have not ended.
    open: usize,
    workers: Vec<WorkerResult<T>>,
    closed: bool,
}

impl<T> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs tasks in the order in which they were added, until no more will come.
    fn work(&self, worker: usize) {
        loop {
            let state = self.state();
            let waited = self.added.wait_while(state, |state| state.waiting.is_empty() && !state.closed);
            let Some(task) = waited.unwrap_or_else(PoisonError::into_inner).waiting.pop_front() else { return };
            self.run(worker, task);
        }
    }

    fn run(&self, worker: usize, task: Task<T>) {
        // No code of the caller runs under the lock, not even its logger.
        let result = guarded(task).and_then(|result| result);
        if let Err(error) = &result {
            let _ = guarded(|| log::error!("a task failed: {error}"));
        }
        let mut state = self.state();
        if let Some(worker) = state.workers.get_mut(worker) {
            match &result {
                Ok(_) => worker.succ_task_num += 1,
                Err(_) => worker.fail_task_num += 1,
            }
            worker.results.push(result);
        }
        state.open -= 1;
        if state.open == 0 {
            self.idle.notify_all();
        }
    }
}

/// Calls the caller's code. An uncaught panic would end the thread, and the pool would wait for its task for ever.
fn guarded<R>(call: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panicked(&*panic))
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the task panicked: {}", text.unwrap_or_default())
}

impl<T: Send + 'static> SimpleThreadPool<T> {
    /// Makes a pool of `num_threads` threads, at least 1.
    ///
    /// Python: `pool = SimpleThreadPool(num_threads)`
    pub fn new(num_threads: usize) -> Result<Self, CosError> {
        if !(1..=MOST_THREADS).contains(&num_threads) {
            let why = format!("{num_threads} is not within 1..={MOST_THREADS}");
            return Err(CosClientError::invalid("num_threads", why).into());
        }
        let mut pool = Self::without_threads();
        while pool.threads < num_threads {
            // If a thread cannot be made, dropping the pool ends the threads that were.
            pool.start_thread().map_err(|e| {
                CosClientError::new(ClientErrorKind::Transport, format!("num_threads: no threads: {e}")).caused_by(e)
            })?;
        }
        Ok(pool)
    }

    fn without_threads() -> Self {
        let state = Mutex::new(State { waiting: VecDeque::new(), open: 0, workers: Vec::new(), closed: false });
        Self { shared: Arc::new(Shared { state, added: Condvar::new(), idle: Condvar::new() }), threads: 0 }
    }

    fn start_thread(&mut self) -> io::Result<()> {
        let (worker, shared) = (self.threads, Arc::clone(&self.shared));
        thread::Builder::new().name(format!("cos-task-{worker}")).spawn(move || shared.work(worker))?;
        self.shared.state().workers.push(WorkerResult::default());
        self.threads += 1;
        Ok(())
    }

    /// Adds a task, which runs as soon as a thread is free.
    ///
    /// Python: `pool.add_task(client.upload_file, bucket, key, path)`
    pub fn add_task<E: fmt::Display>(&self, task: impl FnOnce() -> Result<T, E> + Send + 'static) {
        let task = Box::new(move || task().map_err(|error| error.to_string()));
        let mut state = self.shared.state();
        state.open += 1;
        if self.threads == 0 {
            drop(state);
            return self.shared.run(0, task);
        }
        state.waiting.push_back(task);
        drop(state);
        self.shared.added.notify_one();
    }

    /// Waits until all tasks have ended. A task must not call this of its own pool: it would wait for
    /// itself.
    ///
    /// Python: `pool.wait_completion()`
    pub fn wait_completion(&self) {
        let state = self.shared.state();
        drop(self.shared.idle.wait_while(state, |state| state.open > 0).unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until all tasks have ended and takes their results; the pool can then be used again. Counts and
    /// `success_all` are those of all tasks of the pool, as in Python, so that a failure is told again.
    ///
    /// Python: `result = pool.get_result()`
    pub fn get_result(&self) -> ThreadPoolResult<T> {
        let state = self.shared.state();
        let waited = self.shared.idle.wait_while(state, |state| state.open > 0);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let take =
            |worker: &mut WorkerResult<T>| WorkerResult { results: std::mem::take(&mut worker.results), ..*worker };
        let detail: Vec<_> = state.workers.iter_mut().map(take).collect();
        ThreadPoolResult { success_all: detail.iter().all(|worker| worker.fail_task_num == 0), detail }
    }
}

/// Makes a pool of 5 threads, Python's `SimpleThreadPool()`. Where the system has fewer to give, the pool has those; where
/// it has none, a task runs in [`add_task`](SimpleThreadPool::add_task).
impl<T: Send + 'static> Default for SimpleThreadPool<T> {
    fn default() -> Self {
        let mut pool = Self::without_threads();
        while pool.threads < DEFAULT_THREADS && pool.start_thread().is_ok() {}
        if pool.threads == 0 {
            pool.shared.state().workers.push(WorkerResult::default());
        }
        pool
    }
}

impl<T> Drop for SimpleThreadPool<T> {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.added.notify_all();
    }
}

impl<T> fmt::Debug for SimpleThreadPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        let (threads, open) = (state.workers.len(), state.open);
        f.debug_struct("SimpleThreadPool").field("threads", &threads).field("open", &open).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_succeeded_failed_and_panicked() {
        let pool = SimpleThreadPool::new(3).unwrap();
        for number in 0..30 {
            pool.add_task(move || match number {
                7 => Err("seven".to_owned()),
                8 => panic!("eight"),
                _ => Ok(number),
            });
        }
        pool.wait_completion();
        let result = pool.get_result();
        assert!(!result.success_all);
        assert_eq!(result.detail.len(), 3);
        assert_eq!(result.detail.iter().map(|worker| worker.succ_task_num).sum::<usize>(), 28);
        assert_eq!(result.detail.iter().map(|worker| worker.fail_task_num).sum::<usize>(), 2);
        let all: Vec<_> = result.detail.into_iter().flat_map(|worker| worker.results).collect();
        assert_eq!(all.len(), 30);
        assert!(all.contains(&Err("seven".to_owned())) && all.contains(&Err("the task panicked: eight".to_owned())));
        pool.add_task(|| Ok::<_, String>(1));
        let again = pool.get_result();
        assert!(again.detail.iter().any(|worker| worker.results == [Ok(1)]));
        // What failed is not forgotten by asking twice.
        assert!(!again.success_all && !pool.get_result().success_all);
        assert_eq!(again.detail.iter().map(|worker| worker.succ_task_num).sum::<usize>(), 29);
    }

    #[test]
    fn the_default_has_the_threads_of_python() {
        let pool = SimpleThreadPool::default();
        for number in 0..20 {
            pool.add_task(move || Ok::<_, String>(number));
        }
        let result = pool.get_result();
        assert_eq!((result.detail.len(), result.success_all), (5, true));
    }

    #[test]
    fn without_threads_a_task_runs_at_once() {
        let pool = SimpleThreadPool::without_threads();
        pool.shared.state().workers.push(WorkerResult::default());
        pool.add_task(|| Err::<(), _>("no"));
        assert_eq!(pool.get_result().detail[0].results, [Err("no".to_owned())]);
    }

    #[test]
    fn tasks_run_as_they_are_added() {
        let pool = SimpleThreadPool::new(1).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        pool.add_task(move || sender.send(5));
        assert_eq!(receiver.recv(), Ok(5));
        assert!(pool.get_result().success_all);
    }

    #[test]
    fn an_error_that_panics_when_it_is_shown_is_a_failed_task() {
        struct Bad;
        impl fmt::Display for Bad {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("no text")
            }
        }
        let pool = SimpleThreadPool::new(1).unwrap();
        pool.add_task(|| Err::<u32, _>(Bad));
        pool.add_task(|| Ok::<_, Bad>(1));
        let result = pool.get_result();
        assert_eq!(result.detail[0].results, [Err("the task panicked: no text".to_owned()), Ok(1)]);
    }

    #[test]
    fn tasks_are_run_though_the_pool_is_dropped() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let pool = SimpleThreadPool::new(2).unwrap();
        for number in 0..20 {
            let sender = sender.clone();
            pool.add_task(move || sender.send(number));
        }
        drop((pool, sender));
        assert_eq!(receiver.iter().sum::<u32>(), 190);
    }

    #[test]
    fn no_threads_is_an_error_that_names_the_setting() {
        for number in [0, usize::MAX] {
            assert!(SimpleThreadPool::<()>::new(number).unwrap_err().to_string().starts_with("num_threads: "));
        }
    }
}
