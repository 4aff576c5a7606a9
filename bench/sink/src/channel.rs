//! What the sink reads from and writes to: a socket, with TLS or without. Without TLS no byte of a body is copied.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use nix::sys::sendfile::sendfile;
use nix::sys::socket::{MsgFlags, recv};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

use crate::Pattern;

/// The most that one call throws away, in bytes; no memory is touched for it.
const DISCARD: usize = 16 << 20;
/// What TLS reads from a socket at a time, and what it encrypts before it writes.
const BUFFER: usize = 256 << 10;

/// Makes a certificate for this machine and writes it to a file.
pub(crate) fn tls(path: &str) -> Arc<ServerConfig> {
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).expect("a certificate");
    fs::write(path, cert.pem()).expect("the file for the certificate");
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions that the provider has")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("a key that fits");
    Arc::new(config)
}

pub(crate) enum Channel {
    Plain { stream: TcpStream, discarded: Vec<u8> },
    Tls { stream: BufReader<TcpStream>, session: Box<ServerConnection> },
}

impl Channel {
    pub(crate) fn new(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let Some(config) = tls else {
            // Zeroed memory that is never touched is never there.
            return Ok(Self::Plain { stream, discarded: vec![0; DISCARD] });
        };
        let mut session = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        session.set_buffer_limit(None);
        Ok(Self::Tls { stream: BufReader::with_capacity(BUFFER, stream), session: Box::new(session) })
    }

    /// Reads what is there; none at the end.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain { stream, .. } => Ok(recv(stream.as_raw_fd(), into, MsgFlags::empty())?),
            Self::Tls { stream, session } => {
                await_plaintext(stream, session)?;
                session.reader().read(into)
            }
        }
    }

    /// Reads up to `most` bytes and shows them.
    pub(crate) fn take(&mut self, most: u64, mut show: impl FnMut(&[u8])) -> io::Result<usize> {
        match self {
            Self::Plain { stream, discarded } => {
                let wanted = most.min(1 << 20) as usize;
                let read = recv(stream.as_raw_fd(), &mut discarded[..wanted], MsgFlags::empty())?;
                show(&discarded[..read]);
                Ok(read)
            }
            Self::Tls { stream, session } => {
                await_plaintext(stream, session)?;
                let mut reader = session.reader();
                let bytes = reader.fill_buf()?;
                let read = most.min(bytes.len() as u64) as usize;
                show(&bytes[..read]);
                reader.consume(read);
                Ok(read)
            }
        }
    }

    /// Throws away up to `most` bytes.
    pub(crate) fn discard(&mut self, most: u64) -> io::Result<usize> {
        if let Self::Plain { stream, discarded } = self {
            // With this flag TCP drops bytes in the kernel.
            let wanted = most.min(DISCARD as u64) as usize;
            return Ok(recv(stream.as_raw_fd(), &mut discarded[..wanted], MsgFlags::MSG_TRUNC)?);
        }
        self.take(most, |_| ())
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain { stream, .. } => stream.write_all(bytes),
            Self::Tls { stream, session } => {
                for piece in bytes.chunks(BUFFER) {
                    session.writer().write_all(piece)?;
                    while session.wants_write() {
                        session.write_tls(stream.get_mut())?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Sends up to `most` bytes of the pattern.
    pub(crate) fn send_file(&mut self, pattern: &Pattern, at: usize, most: usize) -> io::Result<usize> {
        if let Self::Plain { stream, .. } = self {
            return Ok(sendfile(stream, &pattern.file, Some(&mut (at as i64)), most)?);
        }
        self.send(&pattern.bytes[at..at + most])?;
        Ok(most)
    }

    /// Says that nothing more comes, and waits for the client to go.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        let stream = match self {
            Self::Plain { stream, .. } => stream,
            Self::Tls { stream, session } => {
                session.send_close_notify();
                session.write_tls(stream.get_mut())?;
                stream.get_mut()
            }
        };
        stream.shutdown(Shutdown::Write)?;
        stream.read_exact(&mut [0])
    }
}

/// Reads until there is something decrypted to take, or the end.
fn await_plaintext(stream: &mut BufReader<TcpStream>, session: &mut ServerConnection) -> io::Result<()> {
    loop {
        while session.wants_write() {
            session.write_tls(stream.get_mut())?;
        }
        let state = session.process_new_packets().map_err(io::Error::other)?;
        if session.wants_write() {
            continue;
        }
        if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() {
            return Ok(());
        }
        if session.read_tls(stream)? == 0 {
            return Ok(());
        }
    }
}
