//! A client's connection: plain, or in TLS.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use crate::blob::Data;
use crate::tls;

/// A connection. The thread that serves it owns it; others may shut down its socket.
pub(crate) struct Connection {
    tcp: Arc<TcpStream>,
    tls: Option<tls::Session>,
}

impl Connection {
    pub(crate) fn plain(tcp: Arc<TcpStream>) -> Self {
        Self { tcp, tls: None }
    }

    /// Takes a connection on which a client is about to speak, in TLS if it begins with a handshake.
    ///
    /// One port serves both, since every host name that a client asks for leads to it.
    pub(crate) fn accept(tcp: Arc<TcpStream>, server: Option<&tls::Server>) -> io::Result<Self> {
        const HANDSHAKE: u8 = 0x16;
        let Some(server) = server else { return Ok(Self::plain(tcp)) };
        let mut first = [0];
        tcp.peek(&mut first)?;
        let tls = if first[0] == HANDSHAKE { Some(server.session()?) } else { None };
        Ok(Self { tcp, tls })
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    pub(crate) fn tcp(&self) -> &Arc<TcpStream> {
        &self.tcp
    }

    /// Sends stored bytes.
    pub(crate) fn send(&self, data: &Data, offset: u64, len: u64) -> io::Result<()> {
        match self.tls {
            None => data.copy_to(offset, len, &mut &*self.tcp),
            Some(_) => data.copy_to(offset, len, &mut &*self),
        }
    }

    /// Says that nothing more comes, where TLS wants that said.
    pub(crate) fn say_goodbye(&self) {
        if let Some(tls) = &self.tls {
            tls.close(&self.tcp);
        }
    }
}

impl Read for &Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.tls {
            None => (&*self.tcp).read(buffer),
            Some(tls) => tls.read(&self.tcp, buffer),
        }
    }
}

impl Write for &Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.tls {
            None => (&*self.tcp).write(bytes),
            Some(tls) => tls.write(&self.tcp, bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
