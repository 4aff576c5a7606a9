//! Connections on which a blocked read or write ends as soon as its transfer is paused or cancelled, or its
//! call's time is over.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, ShutdownHandle, Transport};

use super::{RESET, UNTIL};
use crate::control::{Control, Interrupt};

/// Makes the connections of another connector interruptible.
#[derive(Debug)]
pub(super) struct Interruptible<C>(pub(super) C);

impl<C: Connector<()>> Connector<()> for Interruptible<C> {
    type Out = Watched<C::Out>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        let socket = Arc::new(Socket::default());
        socket.serve();
        let (watched, register) = (Arc::clone(&socket), Arc::clone(&details.register_shutdown));
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: limited(details.timeout),
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::new(move |handle: Weak<dyn ShutdownHandle>| {
                watched.opened(handle.clone());
                register(handle)
            }),
        };
        let inner = self.0.connect(&details, chained)?;
        Ok(inner.map(|inner| Watched { inner, socket }))
    }
}

/// Shortens a timeout to what the call has left. Zero would mean none to the HTTP library.
fn limited(timeout: NextTimeout) -> NextTimeout {
    let Some(until) = UNTIL.get() else { return timeout };
    let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)).into();
    if left < timeout.after { NextTimeout { after: left, ..timeout } } else { timeout }
}

fn is_reset(error: &Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset};
    matches!(error, Error::Io(error) if matches!(error.kind(), ConnectionReset | ConnectionAborted))
}

/// A connection that its transfer knows of.
#[derive(Debug)]
pub(super) struct Watched<T> {
    inner: T,
    socket: Arc<Socket>,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.socket.serve();
        self.inner.transmit_output(amount, limited(timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.socket.serve();
        self.inner.await_input(limited(timeout)).inspect_err(|error| RESET.set(is_reset(error)))
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// The socket of a connection, and whose request it carries now.
#[derive(Default)]
struct Socket(Mutex<Use>);

#[derive(Default)]
struct Use {
    handles: Vec<Weak<dyn ShutdownHandle>>,
    by: Option<Control>,
}

impl Socket {
    /// Notes that it carries a request of this thread's transfer.
    fn serve(self: &Arc<Self>) {
        let current = Control::current();
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = match (&used.by, &current) {
            (Some(by), Some(current)) => by.is(current),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        used.by.clone_from(&current);
        drop(used);
        if let Some(current) = current {
            let weak: Weak<Self> = Arc::downgrade(self);
            current.watch(weak);
        }
    }

    fn opened(&self, handle: Weak<dyn ShutdownHandle>) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.handles.push(handle);
    }
}

impl Interrupt for Socket {
    fn interrupt(&self, by: &Control) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A kept connection may carry a request of somebody else by now.
        if used.by.as_ref().is_some_and(|current| current.is(by)) {
            used.by = None;
            for handle in used.handles.iter().filter_map(Weak::upgrade) {
                handle.shutdown();
            }
        }
    }
}

impl Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Socket")
    }
}
