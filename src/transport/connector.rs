//! How a connection is made: directly or through a proxy, with TLS or without.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::Uri;
use rustls::ClientConfig;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::connection::{Interruptible, left};
use super::secured::Secured;
use super::state::{Phase, reached};
use crate::error::CosClientError;
use crate::wire::proxy::{Proxy, Routes};

/// The longest head of a proxy's answer.
const ANSWER_LIMIT: usize = 16 * 1024;

/// Returns the proxy of a URL, if it has one.
pub(super) fn proxy_of(routes: &Routes, uri: &Uri) -> Result<Option<Arc<Proxy>>, CosClientError> {
    routes.find(uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default(), uri.port_u16())
}

/// Why a proxy gives no tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TunnelError {
    #[error("it answered CONNECT with status {0}")]
    Refused(u16),
    #[error("it closed the connection instead of answering CONNECT")]
    Closed,
    #[error("its answer to CONNECT is not HTTP")]
    NotHttp,
}

impl From<TunnelError> for Error {
    fn from(error: TunnelError) -> Self {
        Self::Other(Box::new(error))
    }
}

/// Makes the connections of a client.
#[derive(Debug)]
pub(super) struct Connect {
    routes: Arc<Routes>,
    tcp: Interruptible,
    tls: Arc<ClientConfig>,
    dns: DefaultResolver,
}

impl Connect {
    pub(super) fn new(routes: Arc<Routes>, tls: Arc<ClientConfig>) -> Self {
        let (tcp, dns) = (Interruptible::default(), DefaultResolver::default());
        Self { routes, tcp, tls, dns }
    }

    /// Begins TLS with the host of the details, if its scheme needs that.
    fn tls<T: Transport>(&self, details: &ConnectionDetails<'_>, on: T) -> Result<Box<dyn Transport>, Error> {
        if details.needs_tls() { Ok(Box::new(Secured::begin(&self.tls, details, on)?)) } else { Ok(Box::new(on)) }
    }

    /// Connects to the proxy itself.
    fn reach(&self, proxy: &Proxy, details: &ConnectionDetails<'_>) -> Result<Box<dyn Transport>, Error> {
        reached(Phase::ReachingProxy);
        let scheme = if proxy.tls { "https" } else { "http" };
        let uri: Uri = format!("{scheme}://{}/", proxy.address()).parse().map_err(|_| Error::InvalidProxyUrl)?;
        let addrs = self.dns.resolve(&uri, details.config, NextTimeout::default())?;
        let details = ConnectionDetails {
            uri: &uri,
            addrs,
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        let tcp = self.tcp.connect(&details)?;
        reached(Phase::SecuringProxy);
        self.tls(&details, tcp)
    }
}

impl Connector<()> for Connect {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let started = Instant::now();
        // A proxy that cannot be used was refused before the call began.
        let connection = match proxy_of(&self.routes, details.uri).unwrap_or_default() {
            None => {
                reached(Phase::Connecting);
                let tcp = self.tcp.connect(details)?;
                reached(Phase::Securing);
                self.tls(details, tcp)?
            }
            Some(proxy) => {
                let connection = self.reach(&proxy, details)?;
                if details.needs_tls() {
                    reached(Phase::Tunnelling);
                    let tunnel = tunnel(connection, &proxy, details, started)?;
                    reached(Phase::Securing);
                    self.tls(details, tunnel)?
                } else {
                    Box::new(Absolute::new(connection, &proxy, details.uri))
                }
            }
        };
        reached(Phase::Connected);
        Ok(Some(connection))
    }
}

/// Asks the proxy for a tunnel to the target. One timeout covers connecting, asking and TLS together.
fn tunnel(
    mut proxy: Box<dyn Transport>,
    settings: &Proxy,
    details: &ConnectionDetails<'_>,
    started: Instant,
) -> Result<Tunnel, Error> {
    let (host, port) = (details.uri.host().unwrap_or_default(), details.uri.port_u16().unwrap_or(443));
    let mut head = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(value) = &settings.authorization {
        head = format!("{head}Proxy-Authorization: {}\r\n", **value);
    }
    send(&mut *proxy, format!("{head}\r\n").as_bytes(), left(details.timeout, started)?)?;
    loop {
        let answer = proxy.buffers().input();
        if let Some((length, status)) = read_status(answer)? {
            proxy.buffers().input_consume(length);
            return if (200..300).contains(&status) {
                Ok(Tunnel(proxy))
            } else {
                Err(TunnelError::Refused(status).into())
            };
        }
        match proxy.await_input(left(details.timeout, started)?) {
            Ok(true) => {}
            Ok(false) => return Err(TunnelError::Closed.into()),
            Err(Error::Io(error)) if super::connection::is_closed(&error) => return Err(TunnelError::Closed.into()),
            Err(error) => return Err(error),
        }
    }
}

/// Returns the length of an answer's head and its status. `None`: the head is not complete yet.
fn read_status(input: &[u8]) -> Result<Option<(usize, u16)>, TunnelError> {
    let end = input.windows(4).position(|end| end == b"\r\n\r\n").map(|at| at + 4);
    let end = end.or_else(|| input.windows(2).position(|end| end == b"\n\n").map(|at| at + 2));
    let start = &input[..input.len().min(5)];
    if !b"HTTP/".starts_with(start) || (end.is_none() && input.len() > ANSWER_LIMIT) {
        return Err(TunnelError::NotHttp);
    }
    let Some(end) = end else { return Ok(None) };
    let line = input.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let status = line.split(|byte| *byte == b' ').nth(1).and_then(|status| std::str::from_utf8(status).ok());
    let status = status.and_then(|status| status.trim().parse().ok()).ok_or(TunnelError::NotHttp)?;
    Ok(Some((end, status)))
}

/// Sends bytes that may be more than fit into the connection's buffer.
fn send(connection: &mut (impl Transport + ?Sized), bytes: &[u8], timeout: NextTimeout) -> Result<(), Error> {
    let room = connection.buffers().output().len().max(1);
    for piece in bytes.chunks(room) {
        connection.buffers().output()[..piece.len()].copy_from_slice(piece);
        connection.transmit_output(piece.len(), timeout)?;
    }
    Ok(())
}

/// A connection through a proxy. TLS to the proxy does not protect the way behind it.
#[derive(Debug)]
struct Tunnel(Box<dyn Transport>);

impl Transport for Tunnel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }
}

/// A connection to a proxy that passes plain requests on: each names its host in its first line.
struct Absolute {
    proxy: Box<dyn Transport>,
    origin: String,
    authorization: Option<zeroize::Zeroizing<String>>,
    /// Whether what is sent next is the head of a request.
    at_head: bool,
}

impl Absolute {
    fn new(proxy: Box<dyn Transport>, settings: &Proxy, uri: &Uri) -> Self {
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let (origin, authorization) = (format!("http://{authority}"), settings.authorization.clone());
        Self { proxy, origin, authorization, at_head: true }
    }

    /// Returns the head with its origin and the proxy's password in it.
    fn head(&self, head: &[u8]) -> Option<Vec<u8>> {
        let target = head.iter().position(|byte| *byte == b' ')? + 1;
        let (method, rest) = head.split_at_checked(target)?;
        let line = rest.windows(2).position(|end| end == b"\r\n")? + 2;
        let (line, rest) = rest.split_at_checked(line)?;
        let mut whole = [method, self.origin.as_bytes(), line].concat();
        if let Some(value) = &self.authorization {
            whole.extend_from_slice(format!("Proxy-Authorization: {}\r\n", **value).as_bytes());
        }
        whole.extend_from_slice(rest);
        Some(whole)
    }
}

impl std::fmt::Debug for Absolute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Absolute").field(&self.proxy).finish()
    }
}

impl Transport for Absolute {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.proxy.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if !std::mem::take(&mut self.at_head) {
            return self.proxy.transmit_output(amount, timeout);
        }
        let head = self.proxy.buffers().output()[..amount].to_vec();
        let whole = self.head(&head).ok_or(Error::InvalidProxyUrl)?;
        send(&mut *self.proxy, &whole, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        // After an answer comes the next request.
        self.at_head = true;
        self.proxy.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.proxy.is_open()
    }
}

/// Resolves by DNS, or everything to one address. Names behind a proxy are left to the proxy.
pub(super) struct Named {
    pub(super) fixed: Option<SocketAddr>,
    pub(super) routes: Arc<Routes>,
    pub(super) dns: DefaultResolver,
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Named").field("fixed", &self.fixed).finish_non_exhaustive()
    }
}

impl Resolver for Named {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        if let Some(address) = self.fixed {
            addresses.push(address);
        } else if proxy_of(&self.routes, uri).unwrap_or_default().is_none() {
            addresses = self.dns.resolve(uri, config, timeout)?;
        }
        reached(Phase::Pooled);
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_proxy_is_read_as_soon_as_its_head_is_there() {
        let whole = b"HTTP/1.1 407 Proxy Authentication Required\r\nA: b\r\n\r\nrest";
        for end in 0..whole.len() - 4 {
            assert_eq!(read_status(&whole[..end]), Ok(None), "{end}");
        }
        assert_eq!(read_status(whole), Ok(Some((whole.len() - 4, 407))));
        assert_eq!(read_status(b"HTTP/1.0 200\n\n"), Ok(Some((14, 200))));
        for bad in [&b"SSH-2.0"[..], b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTX"] {
            assert_eq!(read_status(bad), Err(TunnelError::NotHttp), "{bad:?}");
        }
        let endless = [&b"HTTP/1.1 200 "[..], &[b'a'; ANSWER_LIMIT]].concat();
        assert_eq!(read_status(&endless), Err(TunnelError::NotHttp));
    }
}
