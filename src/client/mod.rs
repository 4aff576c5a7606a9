//! The client. Every request goes through the one loop in `run`.

mod attempt;
pub(crate) mod hosts;
mod log;
pub(crate) mod response;
pub(crate) mod resuming_body;
mod run;
pub(crate) mod sending;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::attempts::Attempts;
use crate::client::hosts::Hosts;
use crate::client::response::{Answered, Streaming, read_whole, require_proof};
use crate::config::CosConfig;
use crate::control::Control;
use crate::credential::Credentials;
use crate::error::{ClientErrorKind, CosError};
use crate::transport::{Answer, Failure, Ureq};
use crate::wire::request::Request;
use crate::wire::respond::Headers;
use crate::wire::sign::{BACKDATED_SECONDS, Signer};

type Clock = dyn Fn() -> SystemTime + Send + Sync;
type Sleeper = dyn Fn(Duration) + Send + Sync;
type Monotonic = dyn Fn() -> Duration + Send + Sync;
type Random = dyn Fn() -> f64 + Send + Sync;

/// A client of Tencent Cloud COS.
///
/// A clone is cheap and shares connections and settings; a client can be used from many threads at
/// once.
///
/// Python: `CosS3Client(config)`
///
/// ```
/// use qcloud_cos::{CosConfig, CosS3Client};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cos = cos_emulator::CosEmulator::start()?;
/// # let (secret_id, secret_key) = (cos.secret_id(), cos.secret_key());
/// # let address = std::net::SocketAddr::from(([127, 0, 0, 1], cos.port()));
/// let config = CosConfig::builder()
///     .region("ap-guangzhou")
///     .secret_id(secret_id)
///     .secret_key(secret_key)
/// #   .scheme("http").connect_to(address)
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
    /// Pauses and cancels the transfer whose requests this clone sends.
    control: Option<Control>,
}

/// A panic in a callback, reader or provider leaves nothing half-changed: no lock is held while they run, and a lock that
/// is poisoned all the same is taken as it is.
impl UnwindSafe for CosS3Client {}
impl RefUnwindSafe for CosS3Client {}

struct Inner {
    config: CosConfig,
    transport: Ureq,
    attempts: u32,
    retries: AtomicU64,
    clock: Box<Clock>,
    /// The correction of the clock in seconds, learned from answers.
    clock_offset: AtomicI64,
    trust_http_date: bool,
    monotonic: Box<Monotonic>,
    random: Box<Random>,
    hosts: Hosts,
    /// Replaces the system's sleep, for tests.
    sleeper: Option<Box<Sleeper>>,
}

/// Collects the settings of a [`CosS3Client`] beside its configuration.
#[must_use = "a client is made by `build`"]
pub struct CosS3ClientBuilder {
    config: CosConfig,
    retry: u32,
    clock: Box<Clock>,
    trust_http_date: bool,
    monotonic: Box<Monotonic>,
    random: Box<Random>,
    /// Replaces the system's sleep, for tests.
    sleeper: Option<Box<Sleeper>>,
}

impl CosS3ClientBuilder {
    /// Sets how many times a failed request is retried. Python: `retry`. Default: 3.
    pub fn retry(mut self, retry: u32) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the clock of signatures. For tests. Default: the system's clock.
    #[doc(hidden)]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Sets the function that pauses between two attempts. For tests. Default: [`std::thread::sleep`]; a transfer with a
    /// handle sleeps until it is paused or cancelled.
    #[doc(hidden)]
    pub fn sleeper(mut self, sleeper: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.sleeper = Some(Box::new(sleeper));
        self
    }

    /// Sets the clock that measures how much time a call has left. It may count from any moment. For tests. Default: the
    /// system's monotonic clock.
    #[doc(hidden)]
    pub fn monotonic(mut self, monotonic: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.monotonic = Box::new(monotonic);
        self
    }

    /// Sets the function that draws the pauses, from 0 to 1. For tests. Default: random.
    #[doc(hidden)]
    pub fn random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// Sets whether an answer over plain http may correct the clock. When COS refuses a request because of its time,
    /// later signatures follow the answer's `Date`. Over http anyone on the way can have written that header. Default:
    /// false. Answers over https always correct the clock.
    pub fn trust_http_date(mut self, trust: bool) -> Self {
        self.trust_http_date = trust;
        self
    }

    /// Makes the client. An error names the certificate file or proxy that cannot be used. Nothing is
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
            clock_offset: AtomicI64::new(0),
            trust_http_date: self.trust_http_date,
            monotonic: self.monotonic,
            random: self.random,
            hosts: Hosts::default(),
            sleeper: self.sleeper,
        };
        Ok(CosS3Client { inner: Arc::new(inner), control: None })
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
    /// Makes a client that retries a failed request up to 3 times.
    ///
    /// Python: `CosS3Client(config)`
    pub fn new(config: CosConfig) -> Result<Self, CosError> {
        Self::builder(config).build()
    }

    /// Starts a client with settings of its own.
    ///
    /// Python: `CosS3Client(config, retry=5)`
    pub fn builder(config: CosConfig) -> CosS3ClientBuilder {
        let start = Instant::now();
        CosS3ClientBuilder {
            config,
            retry: 3,
            clock: Box::new(SystemTime::now),
            trust_http_date: false,
            monotonic: Box::new(move || start.elapsed()),
            random: Box::new(fastrand::f64),
            sleeper: None,
        }
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

    /// Returns a clone whose requests `control` pauses and cancels. The caller's own client, which a callback
    /// or a reader may use meanwhile, is not affected.
    pub(crate) fn steered_by(&self, control: &Control) -> Self {
        Self { inner: Arc::clone(&self.inner), control: Some(control.clone()) }
    }

    /// Returns a clone whose requests run to their end, even if the transfer is paused or cancelled.
    pub(crate) fn unsteered(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), control: None }
    }

    /// Returns the control that pauses and cancels this client's requests.
    pub(crate) fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }

    /// Returns how often the transfer was interrupted. If this changes during a request, the interruption may be why it failed.
    pub(crate) fn interruptions(&self) -> u64 {
        self.control.as_ref().map_or(0, Control::interruptions)
    }

    /// Returns the control of a transfer by this client: that of its handle, or a new one.
    pub(crate) fn transfer_control(&self) -> Control {
        self.control.clone().unwrap_or_default()
    }

    /// Returns the time to sign with, in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.clock().saturating_add_signed(self.inner.clock_offset.load(Ordering::Relaxed))
    }

    /// Returns the clock's time, in seconds since 1970.
    fn clock(&self) -> u64 {
        (self.inner.clock)().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    pub(crate) fn signer<'c>(&self, credentials: &'c Credentials, valid_for: u64) -> Signer<'c> {
        let (start, end) = (self.now().saturating_sub(BACKDATED_SECONDS), self.now().saturating_add(valid_for));
        Signer { secret_id: credentials.secret_id(), secret_key: credentials.secret_key(), start, end }
    }

    fn sleep(&self, delay: Duration) {
        match (&self.inner.sleeper, &self.control) {
            (Some(sleeper), _) => sleeper(delay),
            (None, Some(control)) => control.sleep(delay),
            (None, None) => std::thread::sleep(delay),
        }
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) fn execute(&self, request: Request<'_>) -> Result<Answered, CosError> {
        let unlimited = request.traits.transfer || request.traits.response_timeout.is_some();
        let limit = (!unlimited).then_some(self.inner.config.fixed.deadline);
        let (response, attempts) = self.run(request, limit, self.reader(), None)?;
        Ok(Answered { attempts, ..response })
    }

    /// Sends a request that must not be carried out twice. If its answer is lost, `look` finds out whether COS
    /// carried it out.
    pub(crate) fn execute_reconciling(
        &self,
        request: Request<'_>,
        reconcile: impl Fn(&Attempts) -> Verdict<Answered>,
    ) -> Result<Answered, CosError> {
        let (response, attempts) = self.run(request, None, self.reader(), Some(&reconcile))?;
        Ok(Answered { attempts, ..response })
    }

    fn reader(&self) -> impl Fn(&Request<'_>, Answer, Option<u64>) -> Result<Answered, Failure> {
        let any_gateway = !self.inner.config.fixed.require_request_id;
        move |request, answer, sent_crc| read_whole(request, answer, sent_crc, any_gateway)
    }

    /// Sends a request and hands out the answer's body unread.
    pub(crate) fn execute_streaming(&self, request: Request<'_>) -> Result<Streaming, CosError> {
        let any_gateway = !self.inner.config.fixed.require_request_id;
        let hand_out = |request: &Request<'_>, answer: Answer, _| {
            let (headers, attempts) = (Headers::of(answer.headers), Attempts::default());
            if !any_gateway {
                require_proof(request, answer.status, &headers)?;
            }
            Ok(Streaming { status: answer.status, headers, body: answer.body, attempts, resumes: false })
        };
        let (streaming, attempts) = self.run(request, None, hand_out, None)?;
        Ok(Streaming { attempts, ..streaming })
    }
}

/// The verdict on a request whose answer was lost.
pub(crate) enum Verdict<T> {
    /// COS carried it out, with this result.
    Done(T),
    /// COS did not carry it out.
    Undone,
    /// Nobody can tell, or another attempt cannot help.
    Unclear(ClientErrorKind, &'static str),
}
