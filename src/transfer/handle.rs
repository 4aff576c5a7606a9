//! The handle of a transfer that runs on threads of its own.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// How long a cancelled transfer may take to end before nobody waits for it any more.
const CANCEL_GRACE: Duration = Duration::from_millis(900);

/// A transfer under way, from `start`: it can be watched, paused, cancelled and waited for.
///
/// Dropping the handle does not end the transfer. The end of the program does; the next call then resumes it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (_cos, client, bucket) = start()?;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("big.bin");
/// # std::fs::write(&path, vec![7; 3 * 1024 * 1024])?;
/// let upload = client.upload_file("examplebucket-1250000000", "big.bin", &path).start()?;
/// let control = upload.control(); // for another thread: a signal handler, a window
/// control.pause();
/// control.resume();
/// let progress = upload.progress();
/// println!("{} of {} bytes", progress.consumed, progress.total);
/// println!("{}", upload.wait()?.etag);
/// # Ok(()) }
/// ```
#[must_use = "the transfer's result is got by `wait`"]
pub struct TransferHandle<T> {
    control: Control,
    thread: JoinHandle<()>,
    /// Set when the thread has ended.
    result: Arc<Mutex<Option<Result<T, CosError>>>>,
}

impl<T: Send + 'static> TransferHandle<T> {
    /// Runs `transfer` on a thread, steered by the handle.
    pub(crate) fn start(
        transfer: impl FnOnce(&Control) -> Result<T, CosError> + Send + 'static,
    ) -> Result<Self, CosError> {
        let control = Control::default();
        let result = Arc::new(Mutex::new(None));
        let (steering, place) = (control.clone(), Arc::clone(&result));
        let thread = start_thread(Box::new(move || {
            let _end = EndOnDrop(&steering);
            let result = transfer(&steering);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }))?;
        Ok(Self { control, thread, result })
    }

    /// Waits for the end and returns the result. A panic in a callback comes through here.
    ///
    /// A cancelled transfer ends within a second. If a server does not answer just then, its last request goes on in
    /// the background: it starts the upload or deletes its parts.
    pub fn wait(self) -> Result<T, CosError> {
        if !self.control.wait_for_end(CANCEL_GRACE) {
            return Err(Control::cancelled().into());
        }
        self.thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        let result = self.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.unwrap_or_else(|| Err(Control::cancelled().into()))
    }
}

/// Takes a box, because std's code for a thread is long and would be compiled once for every transfer.
fn start_thread(work: Box<dyn FnOnce() + Send>) -> Result<JoinHandle<()>, CosError> {
    let thread = Builder::new().name("cos-transfer".into()).spawn(work);
    Ok(thread.map_err(|e| {
        CosClientError::new(ClientErrorKind::Transport, format!("no thread for the transfer: {e}")).caused_by(e)
    })?)
}

impl<T> TransferHandle<T> {
    /// Returns how far the transfer is.
    pub fn progress(&self) -> TransferProgress {
        self.control().progress()
    }

    /// Stops sending and receiving until [`resume`](Self::resume). Connections are closed: a part that was
    /// being uploaded is sent again, a download resumes where it stopped.
    pub fn pause(&self) {
        self.control.pause();
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.control.resume();
    }

    /// Ends the transfer. [`wait`](Self::wait) then returns within a second, with an error of the kind [`Cancelled`](ClientErrorKind::Cancelled). What is done is kept for the next call,
    /// unless `discard_on_cancel` was set. A transfer that has ended stays as it is.
    pub fn cancel(&self) {
        self.control.cancel();
    }

    /// Tells whether [`wait`](Self::wait) would return at once.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Returns a control for other threads, which can watch, pause and cancel the transfer while this one waits.
    pub fn control(&self) -> TransferControl {
        TransferControl(self.control.clone())
    }
}

impl<T> fmt::Debug for TransferHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferHandle").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

/// Says that a transfer has ended, also by a panic.
struct EndOnDrop<'c>(&'c Control);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Steers and watches a transfer from any thread; a clone steers the same one.
#[derive(Debug, Clone)]
pub struct TransferControl(Control);

impl TransferControl {
    /// Returns how far the transfer is.
    pub fn progress(&self) -> TransferProgress {
        let (consumed, total) = self.0.progress();
        TransferProgress { consumed, total, paused: self.0.is_paused(), cancelled: self.0.is_cancelled() }
    }

    /// Pauses the transfer, like [`TransferHandle::pause`].
    pub fn pause(&self) {
        self.0.pause();
    }

    /// Ends a pause, like [`TransferHandle::resume`].
    pub fn resume(&self) {
        self.0.resume();
    }

    /// Ends the transfer, like [`TransferHandle::cancel`].
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// How far a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferProgress {
    /// The bytes done, parts that an earlier call did included. It goes back when a part is repeated.
    pub consumed: u64,
    /// The bytes in all; 0 before they are known.
    pub total: u64,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
}
