//! Pages of a listing that are fetched while the ones before them are read.

use std::process;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::control::Control;
use crate::error::CosError;

type Fetch<P> = Box<dyn FnOnce() -> Result<P, CosError> + Send>;

/// A thread that fetches one page at a time. Dropped before a page came, it cancels the page's request.
pub(crate) struct Ahead<P> {
    asked: Sender<Fetch<P>>,
    pages: Receiver<Result<P, CosError>>,
    control: Control,
    /// The process that has the thread: a forked child has not.
    process: u32,
    is_asked: bool,
}

impl<P: Send + 'static> Ahead<P> {
    /// Starts the thread. Where there can be none, no page comes.
    pub(crate) fn start() -> Self {
        let (asked, fetches) = channel::<Fetch<P>>();
        let (done, pages) = channel();
        // Nobody receives a page that is not wanted any more.
        let work = move || fetches.iter().for_each(|fetch| drop(done.send(fetch())));
        if let Err(error) = thread::Builder::new().name("cos-list".to_owned()).spawn(work) {
            log::debug!("pages are not fetched ahead: {error}");
        }
        Self { asked, pages, control: Control::default(), process: process::id(), is_asked: false }
    }

    /// Returns what cancels the requests.
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// Asks for a page.
    pub(crate) fn ask(&mut self, fetch: impl FnOnce() -> Result<P, CosError> + Send + 'static) {
        self.is_asked = self.has_thread() && self.asked.send(Box::new(fetch)).is_ok();
    }

    /// Waits for the page that was asked for. `None`: it does not come.
    pub(crate) fn wait(&mut self) -> Option<Result<P, CosError>> {
        let comes = std::mem::take(&mut self.is_asked) && self.has_thread();
        if comes { self.pages.recv().ok() } else { None }
    }
}

impl<P> Ahead<P> {
    fn has_thread(&self) -> bool {
        self.process == process::id()
    }
}

impl<P> Drop for Ahead<P> {
    fn drop(&mut self) {
        // The connection of a page that came may carry another request by now, and that of a forked child is its parent's.
        if self.is_asked && self.has_thread() {
            self.control.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pages_come_as_they_are_asked_for_and_the_thread_ends_with_the_last() {
        let mut ahead = Ahead::start();
        assert!(ahead.wait().is_none());
        let (alive, ended) = channel::<()>();
        for page in 0..3 {
            let alive = alive.clone();
            ahead.ask(move || {
                let _ = alive;
                Ok(page)
            });
            assert_eq!(ahead.wait().unwrap().unwrap(), page);
            assert!(ahead.wait().is_none());
        }
        drop((ahead, alive));
        assert!(ended.recv().is_err());
    }

    #[test]
    fn a_page_that_is_not_wanted_any_more_is_cancelled() {
        let (ended, ends) = channel();
        let mut ahead = Ahead::start();
        let control = ahead.control().clone();
        ahead.ask(move || {
            control.sleep(Duration::from_secs(20));
            let _ = ended.send(control.is_cancelled());
            Ok(())
        });
        drop(ahead);
        assert_eq!(ends.recv(), Ok(true));
    }
}
