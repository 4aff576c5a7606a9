//! TCP connections that end a blocked read or write as soon as its transfer is paused or cancelled, or its
//! call's time is over. They also read an answer that came before all of the request was sent.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, ShutdownHandle, TcpConnector, Transport,
};

use super::state::{self, Phase};
use crate::control::{Control, Interrupt};

/// Makes TCP connections. They stand below TLS, because TLS reads no answer after a failed write.
#[derive(Debug, Default)]
pub(super) struct Interruptible(TcpConnector);

impl Interruptible {
    pub(super) fn connect(&self, details: &ConnectionDetails<'_>) -> Result<Watched, Error> {
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
        let inner = self.0.connect(&details, None::<()>)?.ok_or(Error::ConnectionFailed)?;
        Ok(Watched { inner: Box::new(inner), socket, is_deaf: false, has_answer: false })
    }
}

/// Shortens a timeout to the time that the call has left. The HTTP library takes zero for no timeout.
fn limited(timeout: NextTimeout) -> NextTimeout {
    let Some(until) = state::until() else { return timeout };
    let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)).into();
    if left < timeout.after { NextTimeout { after: left, ..timeout } } else { timeout }
}

/// Shortens a timeout by the time that has passed.
pub(super) fn left(timeout: NextTimeout, started: Instant) -> Result<NextTimeout, Error> {
    let after = timeout.after.saturating_sub(started.elapsed());
    if after.is_zero() {
        return Err(Error::Timeout(timeout.reason));
    }
    Ok(NextTimeout { after: after.into(), ..timeout })
}

pub(super) fn is_closed(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

fn is_reset(error: &Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset};
    matches!(error, Error::Io(error) if matches!(error.kind(), ConnectionReset | ConnectionAborted))
}

/// A connection that its transfer can interrupt.
#[derive(Debug)]
pub(super) struct Watched {
    inner: Box<dyn Transport>,
    socket: Arc<Socket>,
    /// The server reads nothing any more. Its answer can still be read.
    is_deaf: bool,
    /// The answer, or the start of it, was read already.
    has_answer: bool,
}

impl Watched {
    /// Whether an answer may be there although a write failed: a server may refuse a request and close the connection
    /// without reading the body.
    fn may_have_answered(&mut self, failed: &Error) -> bool {
        match failed {
            Error::Io(error) => is_closed(error),
            Error::Timeout(reason) => {
                let glance =
                    NextTimeout { after: Duration::from_millis(1).into(), reason: *reason, ..NextTimeout::default() };
                // The HTTP library waits for more than what it has not looked at yet.
                self.has_answer = matches!(self.inner.maybe_await_input(glance), Ok(true));
                self.has_answer
            }
            _ => false,
        }
    }
}

impl Transport for Watched {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.is_deaf {
            return Ok(());
        }
        self.socket.serve();
        let Err(failed) = self.inner.transmit_output(amount, limited(timeout)) else { return Ok(()) };
        let is_request = matches!(state::phase(), Phase::Pooled | Phase::Connected);
        if is_request && self.may_have_answered(&failed) {
            self.is_deaf = true;
            state::refuse_body();
            return Ok(());
        }
        Err(failed)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if std::mem::take(&mut self.has_answer) {
            return Ok(true);
        }
        self.socket.serve();
        let mut came = self.inner.await_input(limited(timeout));
        if matches!(came, Ok(false)) && self.socket.is_interrupted() {
            // This side closed the connection, so the body has not really ended.
            came = Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted).into());
        }
        came.inspect_err(|error| state::note_reset(is_reset(error)))
    }

    fn is_open(&mut self) -> bool {
        !self.is_deaf && self.inner.is_open()
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
    interrupted: bool,
}

impl Socket {
    /// Notes that it carries a request of this thread's transfer.
    fn serve(self: &Arc<Self>) {
        let current = state::control();
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

    fn is_interrupted(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).interrupted
    }

    fn opened(&self, handle: Weak<dyn ShutdownHandle>) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.handles.push(handle);
    }
}

impl Interrupt for Socket {
    fn interrupt(&self, by: &Control) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A pooled connection may carry another transfer's request by now.
        if used.by.as_ref().is_some_and(|current| current.is(by)) {
            used.by = None;
            used.interrupted = true;
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
