//! The listener and its connections, a thread each.

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

use crate::context::Context;
use crate::exchange::{Next, exchange, refuse};
use crate::http::{Connection, HeadError, read_head};

const READ_BUFFER: usize = 64 * 1024;
/// How long a connection that is being closed may go on sending.
const LINGER: Duration = Duration::from_secs(2);

/// A listening server.
pub(crate) struct Server {
    addr: SocketAddr,
    context: Arc<Context>,
    connections: Arc<Connections>,
    acceptor: Option<JoinHandle<()>>,
}

/// The open connections, to be closed when the server stops.
#[derive(Default)]
struct Connections {
    open: Mutex<HashMap<u64, Arc<TcpStream>>>,
    accepted: AtomicU64,
    one_ended: Condvar,
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<TcpStream>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    pub(crate) fn start(host: &str, port: u16, context: Arc<Context>) -> io::Result<Self> {
        let listener = TcpListener::bind((host, port))?;
        let addr = listener.local_addr()?;
        let connections = Arc::new(Connections::default());
        let acceptor = thread::Builder::new().name("cos-emulator".to_owned()).spawn({
            let (context, connections) = (Arc::clone(&context), Arc::clone(&connections));
            move || accept(&listener, &context, &connections)
        })?;
        Ok(Self { addr, context, connections, acceptor: Some(acceptor) })
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections there were.
    pub(crate) fn accepted(&self) -> u64 {
        self.connections.accepted.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.context.stop.set();
        // The acceptor waits for a connection, so it is given one.
        let mut addr = self.addr;
        match addr {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => addr.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => addr.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        let woken = TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok();
        if let Some(acceptor) = self.acceptor.take()
            && woken
        {
            let _ = acceptor.join();
        }
        let mut open = self.connections.lock();
        for stream in open.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        while !open.is_empty() {
            open = self.connections.one_ended.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn accept(listener: &TcpListener, context: &Arc<Context>, connections: &Arc<Connections>) {
    for id in 0.. {
        let accepted = listener.accept();
        if context.stop.is_set() {
            return;
        }
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, most likely: give connections time to end.
            context.stop.wait(Duration::from_millis(50));
            continue;
        };
        let stream = Arc::new(stream);
        connections.accepted.fetch_add(1, Ordering::Relaxed);
        connections.lock().insert(id, Arc::clone(&stream));
        let guard = Guard { id, connections: Arc::clone(connections) };
        let context = Arc::clone(context);
        let spawned = thread::Builder::new().spawn(move || {
            let guard = guard;
            serve(stream, &context, &guard);
        });
        // On failure the closure was dropped, and its guard with it: the connection is closed.
        drop(spawned);
    }
}

/// Takes a connection off the list when its thread ends, even by a panic.
struct Guard {
    id: u64,
    connections: Arc<Connections>,
}

impl Guard {
    fn forget(&self) {
        self.connections.lock().remove(&self.id);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.forget();
        self.connections.one_ended.notify_all();
    }
}

fn serve(stream: Arc<TcpStream>, context: &Context, guard: &Guard) {
    let _ = stream.set_nodelay(true);
    let next = sessions(&stream, context);
    if matches!(next, Next::Reset) {
        let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
    }
    if matches!(next, Next::Close) {
        hang_up(&stream);
    }
    // The list's handle must go before this one, or closing it would not close the socket.
    guard.forget();
    drop(stream);
}

/// Serves a connection; a tunnel through this server as a proxy begins it anew.
fn sessions(stream: &Arc<TcpStream>, context: &Context) -> Next {
    loop {
        let Ok(connection) = Connection::accept(Arc::clone(stream), context.tls.as_ref()) else { return Next::Gone };
        let next = requests(&connection, context);
        match next {
            Next::Tunnel => {}
            Next::Close => {
                connection.say_goodbye();
                return next;
            }
            _ => return next,
        }
    }
}

/// Answers requests until the connection is over.
fn requests(connection: &Connection, context: &Context) -> Next {
    let mut reader = BufReader::with_capacity(READ_BUFFER, connection);
    loop {
        let mut head = match read_head(&mut reader) {
            Ok(Some(head)) => head,
            Ok(None) | Err(HeadError::Io) => return Next::Gone,
            Err(HeadError::Invalid(status)) => return refuse(context, status, connection),
        };
        if head.method == "CONNECT" && !connection.is_secure() {
            let mut writer = connection;
            let opened = writer.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            return if opened.is_ok() { Next::Tunnel } else { Next::Gone };
        }
        head.secure = connection.is_secure();
        match exchange(context, &mut head, &mut reader, connection) {
            Next::Request => {}
            end => return end,
        }
    }
}

/// Closes a connection so that the client still gets the answer: closing with unread bytes in
/// the receive buffer would reset the connection, and the reset can overtake the answer.
fn hang_up(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(LINGER));
    let mut buffer = vec![0; READ_BUFFER];
    let mut reader = stream;
    let mut left: usize = 64 * 1024 * 1024;
    while let Ok(read) = reader.read(&mut buffer) {
        if read == 0 || left < read {
            return;
        }
        left -= read;
    }
}
