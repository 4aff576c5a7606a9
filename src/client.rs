//! The client: one loop through which every request goes.

use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;
use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, TRANSFER_ENCODING, USER_AGENT,
};

use crate::answer::{Failed, Reason, Response, Streaming, attempted, outcome, read_whole, refused};
use crate::body::{Sending, with_reader};
use crate::config::CosConfig;
use crate::control::Control;
use crate::credentials::Credentials;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::transport::{Answer, Call, Failure, Stage, Transport, Ureq};
use crate::wire::redirect::follow;
use crate::wire::request::{Kind, Request, header};
use crate::wire::retry::{Decision, Outcome, Policy, State, decide};
use crate::wire::sign::{Signer, ToSign};
use crate::wire::uri::{Location, encode_query, locate};

/// How long the signature of a request is valid, in seconds; the official SDK's value.
const SIGNATURE_SECONDS: u64 = 10_000;
const MAX_HOPS: usize = 5;
/// What another host than the one addressed may see of a request.
const PUBLIC_HEADERS: [&str; 9] = [
    "accept",
    "accept-encoding",
    "user-agent",
    "connection",
    "range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
];

type Clock = dyn Fn() -> SystemTime + Send + Sync;
type Sleeper = dyn Fn(Duration) + Send + Sync;

/// A client of Tencent Cloud COS.
///
/// A clone is cheap and shares connections and settings; a client can be used from many threads at
/// once.
///
/// Python: `CosS3Client(config)`
///
/// ```
/// use cos_emulator::CosEmulator;
/// use qcloud_cos::{CosConfig, CosS3Client};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cos = CosEmulator::start()?; // instead of the real COS
/// let config = CosConfig::builder()
///     .region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
///     .scheme("http").ip("127.0.0.1").port(cos.port())
///     .build()?;
/// let client = CosS3Client::new(config)?;
/// client.create_bucket("examplebucket-1250000000").send()?;
/// let response = client.put_object("examplebucket-1250000000", b"abcdefg", "test.txt").send()?;
/// println!("{}", response.etag);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CosS3Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: CosConfig,
    transport: Ureq,
    attempts: u32,
    retries: AtomicU64,
    clock: Box<Clock>,
    /// Replaces the system's sleep, for tests.
    sleeper: Option<Box<Sleeper>>,
}

/// Collects what a [`CosS3Client`] takes besides its configuration.
#[must_use = "a client is made by `build`"]
pub struct CosS3ClientBuilder {
    config: CosConfig,
    retry: u32,
    clock: Box<Clock>,
    /// Replaces the system's sleep, for tests.
    sleeper: Option<Box<Sleeper>>,
}

impl CosS3ClientBuilder {
    /// Sets how many times a failed request is sent again. Python: `retry`. Default: 3.
    pub fn retry(mut self, retry: u32) -> Self {
        self.retry = retry;
        self
    }

    /// Sets where the time of signatures comes from. For tests. Default: the system's clock.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Sets what pauses between two attempts. For tests. Default: [`std::thread::sleep`], or for a transfer
    /// that has a handle a sleep that ends when it is paused or cancelled.
    pub fn sleeper(mut self, sleeper: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.sleeper = Some(Box::new(sleeper));
        self
    }

    /// Makes the client; an error names the certificate file or proxy that cannot be used. Nothing is
    /// sent.
    pub fn build(self) -> Result<CosS3Client, CosError> {
        let transport = Ureq::new(&self.config.fixed.connection)?;
        let attempts = self.retry.saturating_add(1);
        let inner = Inner {
            config: self.config,
            transport,
            attempts,
            retries: AtomicU64::new(0),
            clock: self.clock,
            sleeper: self.sleeper,
        };
        Ok(CosS3Client { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for CosS3ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosS3ClientBuilder")
            .field("config", &self.config)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CosS3Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosS3Client").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl CosS3Client {
    /// Makes a client that repeats a failed request 3 times.
    ///
    /// Python: `CosS3Client(config)`
    pub fn new(config: CosConfig) -> Result<Self, CosError> {
        Self::builder(config).build()
    }

    /// Starts a client with other than default behaviour.
    ///
    /// Python: `CosS3Client(config, retry=5)`
    pub fn builder(config: CosConfig) -> CosS3ClientBuilder {
        CosS3ClientBuilder { config, retry: 3, clock: Box::new(SystemTime::now), sleeper: None }
    }

    /// Returns the client's configuration.
    ///
    /// Python: `client.get_conf()`
    pub fn get_conf(&self) -> &CosConfig {
        &self.inner.config
    }

    /// Returns how many attempts beyond the first were made, over all requests of this client and its
    /// clones.
    ///
    /// Python: `client.get_retry_exe_times()`
    pub fn get_retry_exe_times(&self) -> u64 {
        self.inner.retries.load(Ordering::Relaxed)
    }

    /// Returns the time in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        (self.inner.clock)().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    /// Pauses before something is tried for the `number`th time more.
    pub(crate) fn pause(&self, number: u32) {
        let policy = Policy { attempts: u32::MAX, switch_domain: false };
        let state = State { made: number.max(1), stale: 0, idempotent: true, replayable: true };
        if let Decision::Again { delay, .. } = decide(policy, state, Outcome::Broken, fastrand::f64()) {
            self.sleep(delay);
        }
    }

    fn sleep(&self, delay: Duration) {
        match (&self.inner.sleeper, Control::current()) {
            (Some(sleeper), _) => sleeper(delay),
            (None, Some(control)) => control.sleep(delay),
            (None, None) => std::thread::sleep(delay),
        }
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) fn execute(&self, request: Request<'_>) -> Result<Response, CosError> {
        self.run(request, read_whole)
    }

    /// Sends a request and hands out the answer's body unread.
    pub(crate) fn execute_streaming(&self, request: Request<'_>) -> Result<Streaming, CosError> {
        self.run(request, |_, answer, _| {
            Ok(Streaming { status: answer.status, headers: answer.headers.into(), body: answer.body })
        })
    }

    /// The loop of every request: credentials, signature, one attempt, decision.
    fn run<T>(
        &self,
        mut request: Request<'_>,
        finish: impl Fn(&Request<'_>, Answer, Option<u64>) -> Result<T, Failed>,
    ) -> Result<T, CosError> {
        request.check()?;
        if let Kind::Failed(error) = &request.body.0 {
            return Err(CosClientError::new(ClientErrorKind::Body, format!("body: {error}")).into());
        }
        let addressing = self.inner.config.addressing();
        let mut location = locate(&addressing, &request.target, &addressing.endpoint)?;
        // The signed host is in lower case, so the host that is sent must be, too.
        location.authority.make_ascii_lowercase();
        let mut state = State { made: 0, stale: 0, idempotent: request.facts.idempotent, replayable: true };
        loop {
            state.made += 1;
            let Failed { error, reason } = match self.attempt(&mut request, &mut location, state.made) {
                Ok((answer, crc)) => match finish(&request, answer, crc) {
                    Ok(done) => return Ok(done),
                    Err(failed) => failed,
                },
                Err(failed) => failed,
            };
            state.replayable = request.body.rewind().unwrap_or(false);
            if Control::current().is_some_and(|control| control.is_interrupted()) {
                return Err(attempted(error, state.made));
            }
            let switchable = self.inner.config.fixed.auto_switch_domain_on_retry && location.clone().switch_domain();
            let policy = Policy { attempts: self.inner.attempts, switch_domain: switchable };
            let decision = decide(policy, state, outcome(&error, &reason), fastrand::f64());
            let Decision::Again { delay, switch_domain } = decision else {
                return Err(attempted(error, state.made));
            };
            log::debug!("{} attempt {} failed, again in {delay:?}: {error}", request.operation, state.made);
            state.stale += u32::from(matches!(reason, Reason::Stage(Stage::Stale)) && delay.is_zero());
            if switch_domain {
                location.switch_domain();
            }
            self.inner.retries.fetch_add(1, Ordering::Relaxed);
            if !delay.is_zero() {
                self.sleep(delay);
            }
        }
    }

    /// Sends the request once, following redirects where that is allowed.
    fn attempt(
        &self,
        request: &mut Request<'_>,
        location: &mut Location,
        number: u32,
    ) -> Result<(Answer, Option<u64>), Failed> {
        let credentials = self.inner.config.credentials().map_err(Failed::finally)?;
        let mut headers = self.headers(request, credentials.as_ref(), number).map_err(Failed::finally)?;
        let mut query = request.query.clone();
        let mut place = location.clone();
        let mut signing = credentials.as_ref();
        for _ in 0..=MAX_HOPS {
            let call = self.signed(request, &place, &query, headers.clone(), signing).map_err(Failed::finally)?;
            let (answer, crc) = self.send(request, call)?;
            let redirected = matches!(answer.status, 301 | 302 | 303 | 307 | 308)
                && self.inner.config.fixed.allow_redirects
                && matches!(request.method, Method::GET | Method::HEAD);
            let target = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
            let Some(hop) = target.filter(|_| redirected).and_then(|target| follow(&place, target)) else {
                return if answer.status < 300 { Ok((answer, crc)) } else { Err(refused(request, &place, answer)) };
            };
            if !hop.trusted {
                signing = None;
                headers.retain_names(&PUBLIC_HEADERS);
            }
            (place, query) = (hop.location, hop.query);
        }
        let error = CosClientError::new(ClientErrorKind::Protocol, format!("more than {MAX_HOPS} redirects"));
        Err(Failed::finally(error))
    }

    /// Returns the headers of an attempt, all but host and signature.
    fn headers(
        &self,
        request: &Request<'_>,
        credentials: Option<&Credentials>,
        number: u32,
    ) -> Result<HeaderMap, CosClientError> {
        let fixed = &self.inner.config.fixed;
        let mut headers = request.headers.clone();
        if !headers.contains_key(USER_AGENT) {
            let (name, value) = header(USER_AGENT.as_str(), &fixed.user_agent)?;
            headers.insert(name, value);
        }
        if !fixed.keep_alive {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if number > 1 {
            headers.insert(HeaderName::from_static("x-cos-sdk-retry"), HeaderValue::from_static("true"));
        }
        if let Some(token) = credentials.and_then(Credentials::token) {
            let (name, value) = header("x-cos-security-token", token)?;
            headers.insert(name, value);
        }
        let sends_body = !matches!(request.method, Method::GET | Method::HEAD);
        match request.body.len().or(request.declared_length) {
            _ if request.body.is_none() && !sends_body => {}
            Some(len) => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
            }
            None => {
                headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
        }
        Ok(headers)
    }

    /// Makes the HTTP request of an attempt.
    pub(crate) fn signed(
        &self,
        request: &Request<'_>,
        location: &Location,
        query: &[(String, String)],
        mut headers: HeaderMap,
        credentials: Option<&Credentials>,
    ) -> Result<http::Request<()>, CosClientError> {
        let fixed = &self.inner.config.fixed;
        if let Some(host) = &location.host_header {
            let (_, value) = header(HOST.as_str(), host)?;
            headers.entry(HOST).or_insert(value);
        }
        if let Some(credentials) = credentials {
            let host = location.signed_host();
            let what = ToSign {
                method: &request.method,
                path: &location.signed_path,
                query: if fixed.sign_params && !request.facts.unsigned_query { query } else { &[] },
                headers: &headers,
                host: fixed.sign_host.then_some(host.as_str()),
            };
            let value = self.signer(credentials, SIGNATURE_SECONDS).sign(&what).authorization();
            let (name, mut value) = header("authorization", &value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let url = match query {
            [] => location.url(),
            query => location.url() + "?" + &encode_query(query),
        };
        let mut call = http::Request::builder().method(request.method.clone()).uri(url).body(()).map_err(|e| {
            CosClientError::new(ClientErrorKind::Protocol, format!("the request has no valid URL: {e}")).caused_by(e)
        })?;
        *call.headers_mut() = headers;
        Ok(call)
    }

    pub(crate) fn signer<'c>(&self, credentials: &'c Credentials, valid_for: u64) -> Signer<'c> {
        Signer { secret_id: credentials.secret_id(), secret_key: credentials.secret_key(), now: self.now(), valid_for }
    }

    fn send(&self, request: &mut Request<'_>, call: http::Request<()>) -> Result<(Answer, Option<u64>), Failed> {
        log::debug!("{} {} {}", request.operation, call.method(), call.uri().path());
        let len = request.body.len().or(request.declared_length);
        let (no_body, counted, patience) =
            (request.body.is_none(), request.facts.answers_body_crc, request.facts.patience);
        with_reader(&mut request.body, |reader| {
            let mut sending = Sending::new(reader, len, counted);
            let body: Option<&mut dyn Read> = if no_body { None } else { Some(&mut sending) };
            let answer = self.inner.transport.send(Call { request: call, body, patience });
            match (answer, sending.take_error()) {
                (Ok(answer), _) => Ok((answer, sending.crc())),
                (Err(_), Some(own)) => {
                    let error = CosClientError::new(ClientErrorKind::Body, format!("the body cannot be read: {own}"));
                    Err(Failed::finally(error.caused_by(own)))
                }
                (Err(Failure { stage, error }), None) => {
                    Err(Failed { error: error.into(), reason: Reason::Stage(stage) })
                }
            }
        })
    }
}

/// Keeps only the named headers.
trait RetainNames {
    fn retain_names(&mut self, names: &[&str]);
}

impl RetainNames for HeaderMap {
    fn retain_names(&mut self, names: &[&str]) {
        let kept = std::mem::take(self);
        self.extend(
            kept.into_iter().filter(|(name, _)| name.as_ref().is_some_and(|name| names.contains(&name.as_str()))),
        );
    }
}
