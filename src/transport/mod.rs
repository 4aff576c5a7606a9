//! HTTP. Only this file and its folder name ureq.

mod connection;
mod stall;

use std::cell::Cell;
use std::fmt::Debug;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use http::{HeaderMap, Uri};
use ureq::config::Config;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport as UreqTransport,
};
use ureq::{Agent, Body, BodyReader, Error, Proxy, SendBody, Timeout};
use zeroize::Zeroizing;

use self::connection::Interruptible;
use self::stall::StallDetector;
use crate::config::Connection;
use crate::error::{ClientErrorKind, CosClientError};

/// Large enough for bodies to go in few system calls; more costs memory for nothing.
const OUTPUT_BUFFER: usize = 256 * 1024;
const INPUT_BUFFER: usize = 256 * 1024;

/// Sends one request and returns the answer's head, with its body still to be read.
pub(crate) trait Transport: Send + Sync {
    fn send(&self, call: Outgoing<'_>) -> Result<Answer, Failure>;
}

/// One attempt of a request, signed and complete.
pub(crate) struct Outgoing<'a> {
    pub(crate) request: http::Request<()>,
    pub(crate) body: Option<&'a mut dyn Read>,
    /// How long to wait for the answer, where the setting is too short.
    pub(crate) response_timeout: Option<Duration>,
    /// Whether the answer's body may come as slowly as it likes, as long as it does not stand still.
    pub(crate) trickles: bool,
    /// How much time the call has left, body of the answer included.
    pub(crate) left: Option<Duration>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Box<dyn Read + Send>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) error: CosClientError,
}

/// How far a failed attempt got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing was sent.
    NotConnected,
    /// A connection from the pool was found closed.
    Stale,
    /// Something was sent.
    Sent,
    /// Repeating it cannot help.
    Final,
}

/// What the connector of this thread's request has seen; a send stays on its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Resolving,
    Pooled,
    Connecting,
    Connected,
}

impl Stage {
    /// Whether COS cannot have seen anything of the request.
    pub(crate) fn is_before_sending(self) -> bool {
        matches!(self, Self::NotConnected | Self::Final)
    }
}

thread_local! {
    static PHASE: Cell<Phase> = const { Cell::new(Phase::Resolving) };
    /// When this thread's call is over.
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
    /// Whether this thread's connection was reset: the HTTP library takes that for an end in order.
    static RESET: Cell<bool> = const { Cell::new(false) };
}

/// The real transport.
#[derive(Debug)]
pub(crate) struct Ureq {
    agent: Agent,
    proxied: bool,
    minimum_throughput: (u64, Duration),
}

impl Ureq {
    pub(crate) fn new(settings: &Connection) -> Result<Self, CosClientError> {
        let proxy = proxy(settings)?;
        let proxied = proxy.is_some();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // ureq would follow with token and encryption key headers in place.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .accept("*/*")
            .accept_encoding("identity")
            .timeout_connect(Some(settings.connect_timeout))
            .timeout_recv_response(Some(settings.response_timeout))
            .timeout_per_read(Some(settings.stall_timeout.max(settings.response_timeout)))
            .timeout_per_write(Some(settings.stall_timeout))
            .max_idle_connections_per_host(settings.pool_max_size)
            .max_idle_connections(settings.pool_connections.saturating_mul(settings.pool_max_size))
            .output_buffer_size(OUTPUT_BUFFER)
            .input_buffer_size(INPUT_BUFFER)
            .proxy(proxy)
            .tls_config(tls(settings)?)
            .build();
        let resolver = Named { fixed: settings.connect_to, dns: DefaultResolver::default() };
        let connector = Mark(Phase::Connecting).chain(DefaultConnector::new()).chain(Mark(Phase::Connected));
        let connector = Interruptible(connector);
        Ok(Self {
            agent: Agent::with_parts(config, connector, resolver),
            proxied,
            minimum_throughput: settings.minimum_throughput,
        })
    }
}

impl Transport for Ureq {
    fn send(&self, call: Outgoing<'_>) -> Result<Answer, Failure> {
        // Behind a proxy no name is resolved here.
        PHASE.set(if self.proxied { Phase::Pooled } else { Phase::Resolving });
        let (bytes_per_second, over) = self.minimum_throughput;
        let minimum_throughput = (if call.trickles { 0 } else { bytes_per_second }, over);
        let until = call.left.map(|left| Instant::now() + left);
        UNTIL.set(until);
        let mut nothing = io::empty();
        let has_body = call.body.is_some();
        let body = match call.body {
            Some(reader) => SendBody::from_reader(reader),
            None => SendBody::from_reader(&mut nothing),
        };
        let (parts, ()) = call.request.into_parts();
        let uri = parts.uri.clone();
        let sent = if has_body || parts.headers.contains_key(http::header::CONTENT_LENGTH) {
            self.run(http::Request::from_parts(parts, body), call.response_timeout)
        } else {
            self.run(http::Request::from_parts(parts, SendBody::none()), call.response_timeout)
        };
        UNTIL.set(None);
        let (parts, body) = sent.map_err(|error| failure(error, &uri))?.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: Box::new(AnswerBody::new(body, until, minimum_throughput)),
        })
    }
}

impl Ureq {
    fn run(
        &self,
        request: http::Request<SendBody<'_>>,
        response_timeout: Option<Duration>,
    ) -> Result<http::Response<Body>, Error> {
        match response_timeout {
            Some(response_timeout) => {
                let configured = self.agent.configure_request(request);
                self.agent.run(
                    configured
                        .timeout_recv_response(Some(response_timeout))
                        .timeout_per_read(Some(response_timeout))
                        .build(),
                )
            }
            None => self.agent.run(request),
        }
    }
}

/// How a request goes that no client sends.
pub(crate) struct Route {
    /// Connects here, whatever host the URL names, and without a proxy. `None`: as name server and environment say.
    pub(crate) connect_to: Option<SocketAddr>,
    /// For all of it, from the name server to the answer's last byte.
    pub(crate) timeout: Duration,
    /// The longest answer, in bytes.
    pub(crate) limit: usize,
}

/// Sends one request over a connection of its own and reads the answer to its end. Redirects are answers. It may be
/// for many threads, so the transfer of one does not interrupt it.
pub(crate) fn exchange(request: http::Request<Vec<u8>>, route: &Route) -> Result<(u16, Zeroizing<Vec<u8>>), Failure> {
    let proxy = route.connect_to.map_or_else(Proxy::try_from_env, |_| None);
    PHASE.set(if proxy.is_some() { Phase::Pooled } else { Phase::Resolving });
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept_encoding("identity")
        .timeout_global(Some(route.timeout))
        .proxy(proxy)
        .build();
    let resolver = Named { fixed: route.connect_to, dns: DefaultResolver::default() };
    let connector = Mark(Phase::Connecting).chain(DefaultConnector::new()).chain(Mark(Phase::Connected));
    let uri = request.uri().clone();
    let answer = Agent::with_parts(config, connector, resolver).run(request).map_err(|error| failure(error, &uri))?;
    let (parts, body) = answer.into_parts();
    // All of it at once: a buffer that grows would leave secrets behind.
    let mut text = Zeroizing::new(Vec::with_capacity(route.limit + 1));
    let body = AnswerBody::new(body, None, (0, route.timeout));
    let read = body.take(route.limit as u64 + 1).read_to_end(&mut text);
    read.map_err(|e| Failure { stage: Stage::Sent, error: CosClientError::broken("the answer was cut", e) })?;
    if text.len() > route.limit {
        let why = format!("the answer is longer than {} bytes", route.limit);
        return Err(Failure { stage: Stage::Sent, error: CosClientError::new(ClientErrorKind::Protocol, why) });
    }
    Ok((parts.status.as_u16(), text))
}

/// The body of an answer, with a standstill told as what it is.
struct AnswerBody {
    reader: BodyReader<'static>,
    /// When the call is over that it belongs to.
    until: Option<Instant>,
    stall: StallDetector,
    reset: bool,
}

impl AnswerBody {
    fn new(body: Body, until: Option<Instant>, minimum_throughput: (u64, Duration)) -> Self {
        Self { reader: body.into_reader(), until, stall: StallDetector::new(minimum_throughput), reset: false }
    }
}

impl Read for AnswerBody {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        UNTIL.set(self.until);
        RESET.set(false);
        let before = Instant::now();
        let read = self.reader.read(buf);
        UNTIL.set(None);
        self.reset |= RESET.get();
        if let Ok(bytes @ 1..) = read {
            self.stall.note(bytes, before.elapsed())?;
        }
        read.map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
            match inner {
                Some(Error::Timeout(_)) => io::Error::new(io::ErrorKind::TimedOut, error),
                _ if self.reset => io::ErrorKind::ConnectionReset.into(),
                _ => error,
            }
        })
    }
}

/// Notes how far the connection has come.
#[derive(Debug)]
struct Mark(Phase);

impl<In: UreqTransport> Connector<In> for Mark {
    type Out = In;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<In>, Error> {
        PHASE.set(self.0);
        Ok(chained)
    }
}

/// Resolves by DNS, or everything to one address.
struct Named {
    fixed: Option<SocketAddr>,
    dns: DefaultResolver,
}

impl Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Named").field("fixed", &self.fixed).finish_non_exhaustive()
    }
}

impl Resolver for Named {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let addresses = match self.fixed {
            Some(address) => {
                let mut one = self.empty();
                one.push(address);
                one
            }
            None => self.dns.resolve(uri, config, timeout)?,
        };
        PHASE.set(Phase::Pooled);
        Ok(addresses)
    }
}

/// `uri` is what the request was for: the error names its host, which tells a wrong region or endpoint.
fn failure(error: Error, uri: &Uri) -> Failure {
    let phase = PHASE.get();
    let (stage, kind, what) = match (&error, phase) {
        (Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired, _) => {
            (Stage::Final, ClientErrorKind::Tls, "TLS failed")
        }
        (Error::Http(_) | Error::BadUri(_) | Error::RequireHttpsOnly(_), _) => {
            (Stage::Final, ClientErrorKind::Protocol, "the request cannot be sent")
        }
        (Error::HostNotFound, _) | (Error::Io(_), Phase::Resolving) => {
            (Stage::NotConnected, ClientErrorKind::Dns, "the host name does not resolve")
        }
        (Error::Io(io), Phase::Connecting) if is_tls(io) => (Stage::Final, ClientErrorKind::Tls, "TLS failed"),
        (Error::Timeout(Timeout::Connect | Timeout::Resolve), _)
        | (
            Error::Io(_) | Error::ConnectionFailed | Error::ConnectProxyFailed(_) | Error::Timeout(_),
            Phase::Connecting,
        ) => (Stage::NotConnected, ClientErrorKind::Connect, "no connection"),
        (Error::Io(io), Phase::Pooled) if is_closed(io) => {
            (Stage::Stale, ClientErrorKind::Transport, "the kept connection was closed")
        }
        (Error::Timeout(_), _) => (Stage::Sent, ClientErrorKind::Timeout, "no answer in time"),
        (Error::Io(io), _) if io.kind() == io::ErrorKind::TimedOut => {
            (Stage::Sent, ClientErrorKind::Timeout, "no answer in time")
        }
        (Error::Io(_), _) => (Stage::Sent, ClientErrorKind::Transport, "the connection broke"),
        _ => (Stage::Sent, ClientErrorKind::Protocol, "the answer is not proper HTTP"),
    };
    let host = uri.host().unwrap_or_default();
    let error = CosClientError::new(kind, format!("{host}: {what}: {error}")).caused_by(error);
    Failure { stage, error }
}

/// rustls reports a refused certificate as an I/O error that wraps its own.
fn is_tls(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

fn proxy(settings: &Connection) -> Result<Option<Proxy>, CosClientError> {
    let Some(proxies) = &settings.proxies else {
        return Ok(Proxy::try_from_env());
    };
    let scheme = if settings.https { "https" } else { "http" };
    for (name, _) in proxies {
        if name != "http" && name != "https" {
            return Err(CosClientError::invalid("proxies", format!("{name:?} is neither http nor https")));
        }
    }
    let Some((_, url)) = proxies.iter().find(|(name, _)| name == scheme) else {
        return Ok(None);
    };
    if !url.starts_with("http://") && !url.starts_with("https://") && url.contains("://") {
        return Err(CosClientError::invalid("proxies", "only http:// and https:// proxies are supported"));
    }
    // The message must not repeat the URL: it may hold a password.
    Proxy::new(url)
        .map(Some)
        .map_err(|_| CosClientError::invalid("proxies", format!("the {scheme} proxy is not a valid URL")))
}

fn tls(settings: &Connection) -> Result<TlsConfig, CosClientError> {
    let mut tls = TlsConfig::builder().disable_verification(!settings.verify_ssl);
    if let Some(path) = &settings.ca_bundle {
        let certificates = certificates("ca_bundle", path)?;
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
    }
    if let Some((cert, key)) = &settings.ssl_cert {
        let chain = certificates("ssl_cert", cert)?;
        let pem = pem("ssl_cert", key)?;
        let key = PrivateKey::from_pem(&pem)
            .map_err(|e| CosClientError::invalid("ssl_cert", format!("{} holds no key", key.display())).caused_by(e))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    Ok(tls.build())
}

fn pem(field: &str, path: &Path) -> Result<Vec<u8>, CosClientError> {
    std::fs::read(path).map_err(|e| CosClientError::invalid(field, format!("{}: {e}", path.display())).caused_by(e))
}

fn certificates(field: &str, path: &Path) -> Result<Vec<Certificate<'static>>, CosClientError> {
    let pem = pem(field, path)?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(CosClientError::invalid(field, format!("{} holds no certificate", path.display())));
    }
    Ok(certificates)
}
