//! A page of a listing that is fetched while the one before it is read.

use std::process;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::control::Control;
use crate::error::CosError;

/// A page on its way. Dropped before it came, it is cancelled.
pub(crate) struct Ahead<P> {
    page: Receiver<Result<P, CosError>>,
    control: Control,
    /// The process that has the thread: a forked child has not.
    process: u32,
    has_come: bool,
}

impl<P: Send + 'static> Ahead<P> {
    /// Starts to fetch a page, as the control lets it. `None`: there is no thread for it.
    pub(crate) fn start(
        control: Control,
        fetch: impl FnOnce() -> Result<P, CosError> + Send + 'static,
    ) -> Option<Self> {
        let (done, page) = channel();
        // Nobody receives a page that is not wanted any more.
        let work = move || drop(done.send(fetch()));
        thread::Builder::new().name("cos-list".to_owned()).spawn(work).ok()?;
        Some(Self { page, control, process: process::id(), has_come: false })
    }

    /// Waits for the page. `None`: it does not come.
    pub(crate) fn wait(mut self) -> Option<Result<P, CosError>> {
        if self.process != process::id() {
            return None;
        }
        let page = self.page.recv().ok();
        self.has_come = true;
        page
    }
}

impl<P> Drop for Ahead<P> {
    fn drop(&mut self) {
        // The connection of a page that came may carry another request by now, and that of a forked child is its parent's.
        if !self.has_come && self.process == process::id() {
            self.control.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_page_that_is_not_wanted_any_more_is_cancelled() {
        let (ended, ends) = channel();
        let control = Control::default();
        let of_thread = control.clone();
        let slow = move || {
            of_thread.sleep(Duration::from_secs(20));
            let _ = ended.send(of_thread.is_cancelled());
            Ok(())
        };
        drop(Ahead::start(control, slow).unwrap());
        assert_eq!(ends.recv(), Ok(true));
    }
}
