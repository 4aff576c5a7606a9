//! HTTP. Only this file and its folder name ureq.

mod agents;
mod connection;
mod connector;
mod failure;
mod secured;
mod stall;
mod state;
mod tls;

use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode, Uri};
use rustls::ClientConfig;
use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, Body, BodyReader, Error, SendBody, Timeout};
use zeroize::Zeroizing;

use self::agents::Agents;
use self::connector::{Connect, Named, TunnelError, proxy_of};
pub(crate) use self::failure::{Cause, Failure};
use self::stall::StallDetector;
use self::state::Phase;
use crate::config::{Connection, Network};
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError};
use crate::wire::proxy::{Proxy, Routes};

/// Large enough to send bodies in few system calls. More costs memory without gain.
const OUTPUT_BUFFER: usize = 256 * 1024;
const INPUT_BUFFER: usize = 256 * 1024;

/// One attempt of a request, signed and complete.
pub(crate) struct Outgoing<'a> {
    pub(crate) request: http::Request<()>,
    pub(crate) body: Option<&'a mut dyn Read>,
    /// How long to wait for the answer, where the setting is too short.
    pub(crate) response_timeout: Option<Duration>,
    /// Whether the answer's body may be slow, as long as some bytes keep coming.
    pub(crate) trickles: bool,
    /// How much time the call has left, body of the answer included.
    pub(crate) left: Option<Duration>,
    /// Pauses and cancels the transfer of the request.
    pub(crate) control: Option<&'a Control>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Box<dyn Read + Send>,
}

/// The HTTP library, with this client's connections.
#[derive(Debug)]
pub(crate) struct Ureq {
    agents: Agents,
    routes: Arc<Routes>,
    stall_timeout: Duration,
    minimum_throughput: (u64, Duration),
}

impl Ureq {
    pub(crate) fn new(settings: &Connection) -> Result<Self, CosClientError> {
        let (routes, tls) = ways(&settings.network)?;
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
            // The connector does this.
            .proxy(None)
            .build();
        let (of_agents, connect_to) = (Arc::clone(&routes), settings.network.connect_to);
        let agents = Agents::new(move || agent(config.clone(), &of_agents, Arc::clone(&tls), connect_to));
        let (stall_timeout, minimum_throughput) =
            (settings.stall_timeout.max(settings.response_timeout), settings.minimum_throughput);
        Ok(Self { agents, routes, stall_timeout, minimum_throughput })
    }
}

/// Returns where requests go and what TLS trusts.
fn ways(network: &Network) -> Result<(Arc<Routes>, Arc<ClientConfig>), CosClientError> {
    let variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let routes = match &network.proxies {
        Some(proxies) => Routes::given(proxies)?,
        None if network.connect_to.is_some() => Routes::default(),
        None => Routes::of(&variables),
    };
    Ok((Arc::new(routes), tls::tls(network, &variables)?))
}

fn agent(config: Config, routes: &Arc<Routes>, tls: Arc<ClientConfig>, fixed: Option<SocketAddr>) -> Agent {
    let resolver = Named { fixed, routes: Arc::clone(routes), dns: DefaultResolver::default() };
    Agent::with_parts(config, Connect::new(Arc::clone(routes), tls), resolver)
}

/// Returns the proxy of a request. One that cannot be used is an error before anything is sent.
fn route(routes: &Routes, uri: &Uri) -> Result<Option<Arc<Proxy>>, Failure> {
    proxy_of(routes, uri).map_err(Failure::finally)
}

impl Ureq {
    /// Sends one request and returns the answer's head, with its body still to be read.
    pub(crate) fn send(&self, call: Outgoing<'_>) -> Result<Answer, Failure> {
        let (parts, ()) = call.request.into_parts();
        let uri = parts.uri.clone();
        let proxy = route(&self.routes, &uri)?;
        let until = call.left.map(|left| Instant::now() + left);
        let _begun = state::begin(until, call.control);
        let mut nothing = io::empty();
        let has_body = call.body.is_some();
        let length =
            parts.headers.get(http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let mut outgoing = RequestBody { reader: call.body.unwrap_or(&mut nothing), left: length };
        let answer = if has_body || length.is_some() {
            self.run(http::Request::from_parts(parts, SendBody::from_reader(&mut outgoing)), call.response_timeout)
        } else {
            self.run(http::Request::from_parts(parts, SendBody::none()), call.response_timeout)
        };
        let (parts, body) = answer.map_err(|error| failure(error, &uri, proxy.as_deref()))?.into_parts();
        check_proxy(parts.status, &uri, proxy.as_deref())?;
        if state::is_body_refused() && parts.status.as_u16() < 300 {
            let why =
                format!("{}: the connection broke before all of the body was sent", uri.host().unwrap_or_default());
            return Err(Failure::unanswered(Cause::Broken, CosClientError::new(ClientErrorKind::Transport, why)));
        }
        let (bytes_per_second, over) = self.minimum_throughput;
        let (bytes_per_second, longest) = if call.trickles {
            (0, over.max(call.response_timeout.unwrap_or(self.stall_timeout)))
        } else {
            (bytes_per_second, over)
        };
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: Box::new(AnswerBody::new(
                body,
                until,
                call.control.cloned(),
                longest,
                StallDetector::new((bytes_per_second, over)),
            )),
        })
    }
}

/// Fails if a proxy answered that it needs a user and a password.
fn check_proxy(status: StatusCode, uri: &Uri, proxy: Option<&Proxy>) -> Result<(), Failure> {
    let Some(proxy) = proxy.filter(|_| status == StatusCode::PROXY_AUTHENTICATION_REQUIRED) else { return Ok(()) };
    let error = Error::from(TunnelError::Refused(status.as_u16()));
    let why =
        format!("{}: the proxy {} refuses the request: status 407", uri.host().unwrap_or_default(), proxy.address());
    let error = CosClientError::new(ClientErrorKind::Proxy, why).caused_by(error);
    Err(Failure::finally(error))
}

/// The body of a request while it is sent. Once the server reads no more of it, the source is not read further: the
/// HTTP library, which counts to the end, gets filler bytes that are not sent.
struct RequestBody<'b> {
    reader: &'b mut dyn Read,
    /// How many bytes are still to be sent, where the length is announced.
    left: Option<u64>,
}

impl Read for RequestBody<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = if state::is_body_refused() {
            self.left.map_or(0, |left| usize::try_from(left).map_or(buf.len(), |left| left.min(buf.len())))
        } else {
            self.reader.read(buf)?
        };
        self.left = self.left.map(|left| left.saturating_sub(read as u64));
        Ok(read)
    }
}

impl Ureq {
    fn run(
        &self,
        request: http::Request<SendBody<'_>>,
        response_timeout: Option<Duration>,
    ) -> Result<http::Response<Body>, Error> {
        let agent = self.agents.current();
        match response_timeout {
            Some(response_timeout) => {
                let configured = agent.configure_request(request);
                agent.run(
                    configured
                        .timeout_recv_response(Some(response_timeout))
                        .timeout_per_read(Some(response_timeout))
                        .build(),
                )
            }
            None => agent.run(request),
        }
    }
}

/// How a request is sent without a client.
pub(crate) struct Route<'r> {
    pub(crate) network: &'r Network,
    /// The time for all of it, from the name server to the answer's last byte.
    pub(crate) timeout: Duration,
    /// The longest answer, in bytes.
    pub(crate) limit: usize,
}

/// Sends one request over a connection of its own and reads the answer to its end. Redirects are not followed. Many
/// threads may wait for the answer, so that no transfer interrupts it.
pub(crate) fn exchange(
    request: http::Request<Vec<u8>>,
    route: &Route<'_>,
) -> Result<(u16, Zeroizing<Vec<u8>>), Failure> {
    let (routes, tls) = ways(route.network).map_err(Failure::finally)?;
    let uri = request.uri().clone();
    let proxy = self::route(&routes, &uri)?;
    let until = Instant::now() + route.timeout;
    let _begun = state::begin(Some(until), None);
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept_encoding("identity")
        .timeout_global(Some(route.timeout))
        .proxy(None)
        .build();
    let answer = agent(config, &routes, tls, route.network.connect_to).run(request);
    let answer = answer.map_err(|error| failure(error, &uri, proxy.as_deref()))?;
    let (parts, body) = answer.into_parts();
    check_proxy(parts.status, &uri, proxy.as_deref())?;
    // Reserved at once, because a buffer that grows would leave copies of secrets behind.
    let mut text = Zeroizing::new(Vec::with_capacity(route.limit + 1));
    let body = AnswerBody::new(body, Some(until), None, route.timeout, StallDetector::new((0, route.timeout)));
    let read = body.take(route.limit as u64 + 1).read_to_end(&mut text);
    read.map_err(|e| Failure::unanswered(Cause::Broken, CosClientError::broken("the answer was cut", e)))?;
    if text.len() > route.limit {
        let why = format!("the answer is longer than {} bytes", route.limit);
        return Err(Failure::unanswered(Cause::Broken, CosClientError::new(ClientErrorKind::Protocol, why)));
    }
    Ok((parts.status.as_u16(), text))
}

/// The body of an answer, which reports a stall as a stall.
struct AnswerBody {
    reader: BodyReader<'static>,
    /// The end of its call's time.
    until: Option<Instant>,
    control: Option<Control>,
    /// How long it may take until a byte of content comes. Framing bytes do not count.
    longest: Duration,
    stall: StallDetector,
    reset: bool,
}

impl AnswerBody {
    fn new(
        body: Body,
        until: Option<Instant>,
        control: Option<Control>,
        longest: Duration,
        stall: StallDetector,
    ) -> Self {
        Self { reader: body.into_reader(), until, control, longest, stall, reset: false }
    }
}

impl Read for AnswerBody {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let before = Instant::now();
        let end = before.checked_add(self.longest);
        let _begun = state::begin(self.until.into_iter().chain(end).min(), self.control.as_ref());
        let read = self.reader.read(buf);
        self.reset |= state::was_reset();
        match read {
            Ok(bytes @ 1..) => self.stall.note(bytes, before.elapsed())?,
            // A body that ends with its connection must end without a reset.
            Ok(0) if self.reset && !buf.is_empty() => return Err(io::ErrorKind::ConnectionReset.into()),
            _ => {}
        }
        read.map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
            match inner {
                Some(Error::Timeout(_)) if before.elapsed() >= self.longest => self.stall.nothing(self.longest),
                Some(Error::Timeout(_)) => io::Error::new(io::ErrorKind::TimedOut, error),
                _ if self.reset => io::ErrorKind::ConnectionReset.into(),
                _ => error,
            }
        })
    }
}

/// `uri` is the URL of the request: the error names its host, which shows a wrong region or endpoint.
fn failure(error: Error, uri: &Uri, proxy: Option<&Proxy>) -> Failure {
    let phase = state::phase();
    let tunnel = match &error {
        Error::Other(other) => other.downcast_ref::<TunnelError>().copied(),
        _ => None,
    };
    let by_proxy = matches!(phase, Phase::ReachingProxy | Phase::SecuringProxy | Phase::Tunnelling);
    let (cause, kind, what) = match (&error, phase) {
        (Error::Io(io), Phase::Securing | Phase::SecuringProxy) if is_tls(io) => {
            (Cause::Final, ClientErrorKind::Tls, "TLS failed")
        }
        (Error::Http(_) | Error::BadUri(_) | Error::RequireHttpsOnly(_), _) => {
            (Cause::Final, ClientErrorKind::Protocol, "the request cannot be sent")
        }
        (_, Phase::Tunnelling) => match tunnel {
            // A proxy that is busy or cannot reach COS may recover. It would refuse all else again, and might lock the account.
            Some(TunnelError::Refused(408 | 429 | 500..) | TunnelError::Closed) | None => {
                (Cause::NotConnected, ClientErrorKind::Proxy, "gives no connection")
            }
            Some(TunnelError::Refused(_) | TunnelError::NotHttp) => {
                (Cause::Final, ClientErrorKind::Proxy, "refuses the connection")
            }
        },
        (_, Phase::ReachingProxy | Phase::SecuringProxy) => {
            (Cause::NotConnected, ClientErrorKind::Proxy, "cannot be reached")
        }
        (Error::HostNotFound, _) | (Error::Io(_), Phase::Resolving) => {
            (Cause::NotConnected, ClientErrorKind::Dns, "the host name does not resolve")
        }
        (Error::Timeout(Timeout::Connect | Timeout::Resolve), _)
        | (Error::Io(_) | Error::ConnectionFailed | Error::Timeout(_), Phase::Connecting | Phase::Securing) => {
            (Cause::NotConnected, ClientErrorKind::Connect, "no connection")
        }
        (Error::Io(io), Phase::Pooled) if connection::is_closed(io) => {
            (Cause::Stale, ClientErrorKind::Transport, "the kept connection was closed")
        }
        (Error::Timeout(_), _) => (Cause::Broken, ClientErrorKind::Timeout, "no answer in time"),
        (Error::Io(io), _) if io.kind() == io::ErrorKind::TimedOut => {
            (Cause::Broken, ClientErrorKind::Timeout, "no answer in time")
        }
        (Error::Io(_), _) => (Cause::Broken, ClientErrorKind::Transport, "the connection broke"),
        _ => (Cause::Broken, ClientErrorKind::Protocol, "the answer is not proper HTTP"),
    };
    let host = uri.host().unwrap_or_default();
    let mut why = match proxy {
        Some(proxy) if by_proxy => format!("{host}: the proxy {} {what}: {error}", proxy.address()),
        Some(proxy) => format!("{host}: {what}: {error} (through the proxy {})", proxy.address()),
        None => format!("{host}: {what}: {error}"),
    };
    if error.to_string().contains("CaUsedAsEndEntity") {
        why +=
            "; the server shows the certificate of an authority as its own: it needs one that was made without CA:TRUE";
    }
    Failure::unanswered(cause, CosClientError::new(kind, why).caused_by(error))
}

/// rustls reports a refused certificate as an I/O error that wraps its own.
fn is_tls(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}
