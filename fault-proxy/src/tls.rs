//! TLS in front of a server that speaks none, with certificates that are good or bad.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

/// How often both ends are looked at.
const TICK: Duration = Duration::from_millis(1);

/// An authority and the certificates it signs.
pub struct Certificates {
    authority: CertifiedIssuer<'static, KeyPair>,
    /// The server shows the authority's certificate as its own.
    shows_authority: bool,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

impl Certificates {
    /// Makes an authority that nobody trusts yet.
    pub fn new() -> io::Result<Self> {
        Self::of(Vec::new(), false)
    }

    /// Makes the certificate of a host that is its own authority, as `openssl req -x509` makes them.
    pub fn self_signed(host: &str) -> io::Result<Self> {
        Self::of(vec![host.to_owned()], true)
    }

    fn of(names: Vec<String>, shows_authority: bool) -> io::Result<Self> {
        let mut params = CertificateParams::new(names).map_err(other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(other)?).map_err(other)?;
        Ok(Self { authority, shows_authority })
    }

    /// The authority's certificate, for a client to trust.
    pub fn pem(&self) -> String {
        self.authority.pem()
    }

    /// Signs a certificate of this host that is good, or that was good once.
    fn server(&self, host: &str, expired: bool) -> io::Result<ServerConfig> {
        let mut params = CertificateParams::new([host.to_owned()]).map_err(other)?;
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let (certificate, key) = if self.shows_authority {
            (self.authority.der().clone(), self.authority.key().serialize_der())
        } else {
            let key = KeyPair::generate().map_err(other)?;
            let certificate = params.signed_by(&key, &self.authority).map_err(other)?;
            (certificate.der().clone(), key.serialize_der())
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .map_err(other)
    }
}

/// A running server of TLS. It stops when dropped.
pub struct TlsFront {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    bytes: Arc<AtomicUsize>,
    acceptor: Option<JoinHandle<()>>,
}

impl TlsFront {
    /// Starts a server that shows a certificate of `host`, and carries what it decrypts to `upstream`.
    pub fn start(certificates: &Certificates, host: &str, expired: bool, upstream: SocketAddr) -> io::Result<Self> {
        let config = Arc::new(certificates.server(host, expired)?);
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let (stop, bytes) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let acceptor = thread::spawn({
            let (stop, bytes) = (Arc::clone(&stop), Arc::clone(&bytes));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (config, stop, bytes) = (Arc::clone(&config), Arc::clone(&stop), Arc::clone(&bytes));
                    thread::spawn(move || serve(config, stream, upstream, &bytes, &stop));
                }
            }
        });
        Ok(Self { addr, stop, bytes, acceptor: Some(acceptor) })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many bytes of requests it decrypted.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for TlsFront {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsFront").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.addr).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            let _ = acceptor.join();
        }
    }
}

/// Carries both ways on one thread; an error ends the connection, and the client sees why.
fn serve(config: Arc<ServerConfig>, stream: TcpStream, to: SocketAddr, bytes: &AtomicUsize, stop: &AtomicBool) {
    let Ok(connection) = ServerConnection::new(config) else { return };
    let mut tls = rustls::StreamOwned::new(connection, stream);
    while tls.conn.is_handshaking() {
        if tls.conn.complete_io(&mut tls.sock).is_err() {
            return;
        }
    }
    let Ok(mut upstream) = TcpStream::connect(to) else { return };
    let _ = tls.sock.set_read_timeout(Some(TICK));
    let _ = upstream.set_read_timeout(Some(TICK));
    let mut buffer = vec![0; 64 * 1024];
    while !stop.load(Ordering::SeqCst) {
        match tls.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => {
                bytes.fetch_add(read, Ordering::SeqCst);
                if upstream.write_all(&buffer[..read]).is_err() {
                    // It may have answered before it closed the connection.
                    let mut answer = Vec::new();
                    let _ = upstream.read_to_end(&mut answer);
                    let _ = tls.write_all(&answer).and_then(|()| tls.flush());
                    return;
                }
                continue;
            }
            Err(error) if is_quiet(&error) => {}
            Err(_) => return,
        }
        match upstream.read(&mut buffer) {
            Ok(0) => {
                tls.conn.send_close_notify();
                let _ = tls.flush();
                return;
            }
            Ok(read) => {
                if tls.write_all(&buffer[..read]).and_then(|()| tls.flush()).is_err() {
                    return;
                }
            }
            Err(error) if is_quiet(&error) => {}
            Err(_) => return,
        }
    }
}

fn is_quiet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
