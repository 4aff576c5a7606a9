//! TLS on a connection. What the HTTP library writes at a time is encrypted at once and goes to the socket in one piece, not
//! in one for each record of 16 KiB.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Stream};
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, LazyBuffers, NextTimeout, Transport};

use super::connection::left;

/// How much is decrypted or encrypted at a time, in bytes. More leaves the processor's cache, and makes the allocator give
/// memory back to the system with each connection that ends.
const BUFFER: usize = 64 * 1024;
/// How many bytes the records of one buffer are longer than what they hold, at most.
const OVERHEAD: usize = 1024;

/// A connection with TLS.
pub(super) struct Secured<T: Transport> {
    session: ClientConnection,
    socket: T,
    buffers: LazyBuffers,
}

impl<T: Transport> Secured<T> {
    /// Begins TLS with the host of the details.
    pub(super) fn begin(
        config: &Arc<ClientConfig>,
        details: &ConnectionDetails<'_>,
        mut socket: T,
    ) -> Result<Self, Error> {
        let host = details.uri.host().unwrap_or_default();
        // An address of IPv6 stands in brackets.
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(host.to_owned()).map_err(invalid)?;
        let mut session = ClientConnection::new(Arc::clone(config), name).map_err(invalid)?;
        session.complete_io(&mut Socket::new(&mut socket, details.timeout))?;
        session.set_buffer_limit(Some(BUFFER));
        Ok(Self { session, socket, buffers: LazyBuffers::new(BUFFER, BUFFER - OVERHEAD) })
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

impl<T: Transport> Transport for Secured<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let mut socket = Socket::new(&mut self.socket, timeout);
        let output = &self.buffers.output()[..amount];
        Ok(Stream::new(&mut self.session, &mut socket).write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let mut socket = Socket::new(&mut self.socket, timeout);
        let read = Stream::new(&mut self.session, &mut socket).read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        self.socket.is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl<T: Transport> fmt::Debug for Secured<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secured").field(&self.socket).finish()
    }
}

/// Reads and writes a connection until a time.
struct Socket<'s, T> {
    connection: &'s mut T,
    timeout: NextTimeout,
    since: Instant,
}

impl<'s, T: Transport> Socket<'s, T> {
    fn new(connection: &'s mut T, timeout: NextTimeout) -> Self {
        Self { connection, timeout, since: Instant::now() }
    }

    fn left(&self) -> io::Result<NextTimeout> {
        left(self.timeout, self.since).map_err(Error::into_io)
    }
}

impl<T: Transport> Read for Socket<'_, T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.connection.maybe_await_input(self.left()?).map_err(Error::into_io)?;
        let input = self.connection.buffers().input();
        let read = buf.len().min(input.len());
        buf[..read].copy_from_slice(&input[..read]);
        self.connection.buffers().input_consume(read);
        Ok(read)
    }
}

impl<T: Transport> Write for Socket<'_, T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, records: &[IoSlice<'_>]) -> io::Result<usize> {
        let left = self.left()?;
        let output = self.connection.buffers().output();
        let mut written = 0;
        for record in records {
            let fits = record.len().min(output.len() - written);
            output[written..written + fits].copy_from_slice(&record[..fits]);
            written += fits;
        }
        self.connection.transmit_output(written, left).map_err(Error::into_io)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
