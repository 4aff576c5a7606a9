//! A proxy that is asked: by `CONNECT` for a tunnel, or by a plain request that names its host.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const HEAD_LIMIT: usize = 64 * 1024;
/// How long a client that does not give up is kept waiting.
const LONGEST: Duration = Duration::from_secs(120);

/// How a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It is carried to the upstream.
    Carry,
    /// This status, and the connection ends.
    Status(u16),
    /// The connection ends without an answer.
    Close,
    /// Nothing comes, and the connection stays.
    Silence,
    /// The tunnel is promised, and then the connection ends.
    Cut,
    /// The answer comes a byte at a time, with this pause before each.
    Drip(Duration),
    /// Bytes that are not HTTP.
    Nonsense,
}

type Plan = dyn Fn(usize) -> Reply + Send + Sync;

/// A running proxy. It stops when dropped.
pub struct ForwardProxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    upstream: SocketAddr,
    stop: AtomicBool,
    plan: Mutex<Arc<Plan>>,
    heads: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ForwardProxy {
    /// Starts a proxy on a free port of 127.0.0.1 that leads everything to `upstream`, whatever host is named.
    pub fn start(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            stop: AtomicBool::new(false),
            plan: Mutex::new(Arc::new(|_| Reply::Carry)),
            heads: Mutex::default(),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if shared.stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || drop(serve(&stream, &shared)));
                }
            }
        });
        Ok(Self { addr, shared, acceptor: Some(acceptor) })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How the connections from now on are answered, by their number from 0 on.
    pub fn plan(&self, plan: impl Fn(usize) -> Reply + Send + Sync + 'static) {
        lock(&self.shared.heads).clear();
        *lock(&self.shared.plan) = Arc::new(plan);
    }

    /// The heads of the requests since the plan was made; of a connection that carries several, of the first.
    pub fn heads(&self) -> Vec<String> {
        lock(&self.shared.heads).clone()
    }
}

impl fmt::Debug for ForwardProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardProxy").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Drop for ForwardProxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.addr).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            let _ = acceptor.join();
        }
    }
}

fn serve(mut client: &TcpStream, shared: &Shared) -> io::Result<()> {
    let head = read_head(client)?;
    let reply = {
        let mut heads = lock(&shared.heads);
        heads.push(String::from_utf8_lossy(&head).into_owned());
        let plan = Arc::clone(&lock(&shared.plan));
        plan(heads.len() - 1)
    };
    let promise = b"HTTP/1.1 200 Connection established\r\n\r\n";
    match reply {
        Reply::Carry => {
            let upstream = TcpStream::connect(shared.upstream)?;
            if head.starts_with(b"CONNECT ") {
                client.write_all(promise)?;
            } else {
                (&upstream).write_all(&head)?;
            }
            carry(client, &upstream);
            return Ok(());
        }
        Reply::Status(status) => {
            let answer = format!("HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            client.write_all(answer.as_bytes())?;
        }
        Reply::Close => {}
        Reply::Silence => {
            client.set_read_timeout(Some(LONGEST))?;
            let _ = client.read(&mut [0]);
        }
        Reply::Cut => client.write_all(promise)?,
        Reply::Drip(pause) => {
            for byte in promise {
                client.write_all(&[*byte])?;
                thread::sleep(pause);
            }
        }
        Reply::Nonsense => client.write_all(b"SSH-2.0-what\r\n\r\n")?,
    }
    client.shutdown(Shutdown::Both)
}

fn read_head(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT || stream.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(byte[0]);
    }
    Ok(head)
}

fn carry(client: &TcpStream, server: &TcpStream) {
    let one_way = |mut from: &TcpStream, mut to: &TcpStream| {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    };
    thread::scope(|scope| {
        scope.spawn(|| one_way(client, server));
        one_way(server, client);
    });
}
