//! A TCP proxy that breaks, delays and damages what it carries, for tests of what a server's own hooks cannot
//! do: resets at any byte, windows that stay shut, bodies that crawl, made-up answers, faults of TLS.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::{TcpListener, TcpStream};
//! use fault_proxy::{Fault, Proxy, Way};
//!
//! let server = TcpListener::bind("127.0.0.1:0")?;
//! let proxy = Proxy::start(server.local_addr()?)?;
//! proxy.plan(|number| (number == 0).then(|| Fault::close(Way::Down, 3)));
//! let mut client = TcpStream::connect(proxy.addr())?;
//! server.accept()?.0.write_all(b"hello")?;
//! let mut heard = String::new();
//! client.read_to_string(&mut heard)?;
//! assert_eq!(heard, "hel");
//! # std::io::Result::Ok(())
//! ```

mod carry;
mod fault;
mod forward;
mod schedule;
mod tls;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use socket2::{Domain, SockRef, Socket, Type};

pub use fault::{Act, Fault, Way};
pub use forward::{ForwardProxy, Reply};
pub use schedule::{KINDS, Schedule};
pub use tls::{Certificates, TlsFront};

/// How much the proxy's end of a connection takes in unread, in bytes; the system may double it.
const RECEIVE_BUFFER: usize = 16 * 1024;

type Plan = dyn Fn(u64) -> Option<Fault> + Send + Sync;

/// A running proxy. It stops, and closes what it carries, when dropped.
pub struct Proxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    upstream: SocketAddr,
    stop: AtomicBool,
    connections: AtomicU64,
    plan: Mutex<Arc<Plan>>,
    /// Weak: a reset happens when the last handle of a connection goes.
    open: Mutex<Vec<Weak<TcpStream>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// Starts a proxy on a free port of 127.0.0.1 that carries everything to `upstream`, unharmed.
    pub fn start(upstream: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // Connections inherit it; set later, it would not bound the window any more.
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
        socket.listen(1024)?;
        let listener: TcpListener = socket.into();
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            stop: AtomicBool::new(false),
            connections: AtomicU64::new(0),
            plan: Mutex::new(Arc::new(|_| None)),
            open: Mutex::new(Vec::new()),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Ok(Self { addr, shared, acceptor: Some(acceptor) })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What happens to the connections from now on, by their number, which starts anew at 0.
    pub fn plan(&self, plan: impl Fn(u64) -> Option<Fault> + Send + Sync + 'static) {
        let mut current = lock(&self.shared.plan);
        *current = Arc::new(plan);
        self.shared.connections.store(0, Ordering::SeqCst);
    }

    /// How many connections there were since the plan was made.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        if TcpStream::connect(self.addr).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            let _ = acceptor.join();
        }
        for stream in lock(&self.shared.open).drain(..).filter_map(|stream| stream.upgrade()) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for accepted in listener.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = accepted else { continue };
        let fault = {
            let plan = lock(&shared.plan);
            plan(shared.connections.fetch_add(1, Ordering::SeqCst))
        };
        if fault == Some(Fault::Refuse) {
            reset(&client);
            continue;
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            let Ok(server) = TcpStream::connect(shared.upstream) else { return };
            let _ = client.set_nodelay(true);
            let _ = server.set_nodelay(true);
            let (client, server) = (Arc::new(client), Arc::new(server));
            {
                let mut open = lock(&shared.open);
                open.retain(|stream| stream.strong_count() > 0);
                open.extend([Arc::downgrade(&client), Arc::downgrade(&server)]);
            }
            carry::carry(&client, &server, fault, &shared.stop);
        });
    }
}

/// Has a connection end by a reset once its last handle goes.
fn reset(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let _ = socket.set_linger(Some(std::time::Duration::ZERO));
}
