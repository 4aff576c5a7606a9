//! The loop of every request: credentials, signature, one attempt, decision.

use std::fmt::Display;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::attempt::Exchange;
use super::log::{self, Facts};
use super::{CosS3Client, Verdict};
use crate::attempts::{Attempts, Sent};
use crate::credential::Credentials;
use crate::credential::deadline::within;
use crate::error::{ClientErrorKind, CosClientError, CosError, CosServiceError};
use crate::transport::{Answer, Cause, Failure};
use crate::wire::body::BodyKind;
use crate::wire::body_retry::BodyRetry;
use crate::wire::clock::clock_offset;
use crate::wire::request::Request;
use crate::wire::retry::{
    Decision, Policy, Repair, Repaired, RetryOutcome, RetryState, StopReason, TRANSIENT_BASE, TRANSIENT_COST, decide,
    may_be_done, pause,
};
use crate::wire::uri::{Location, Target, locate};

/// How long requests keep to the backup domain after it has helped.
const AVOIDED: Duration = Duration::from_secs(60);

/// The state of a call between its attempts.
#[derive(Default)]
pub(super) struct CallState {
    pub(super) attempts: Attempts,
    /// The end of the call's time, by the monotonic clock.
    pub(super) until: Option<Duration>,
    corrupt: u32,
    repaired: Repaired,
    /// The tokens that the host was charged for retries.
    spent: u32,
    /// New credentials for the next attempt.
    fresh: Option<Credentials>,
    /// The correction of the clock for the attempt, in seconds.
    offset: i64,
    switched: bool,
    /// How many attempts a pause broke off.
    paused: u32,
}

/// Finds out whether a request was carried out.
type Reconcile<'l, T> = Option<&'l dyn Fn(&Attempts) -> Verdict<T>>;

/// Completes a request, and refuses one that cannot be sent.
fn prepare(request: &mut Request<'_>) -> Result<(), CosClientError> {
    request.check()?;
    request.seal();
    request.check_framing()?;
    match &request.body.0 {
        BodyKind::Failed(error) => Err(CosClientError::new(ClientErrorKind::Body, format!("body: {error}"))),
        _ => Ok(()),
    }
}

impl CosS3Client {
    /// Sends a request until it succeeds, no attempt can help, or `limit` is over.
    pub(super) fn run<T>(
        &self,
        mut request: Request<'_>,
        limit: Option<Duration>,
        finish: impl Fn(&Request<'_>, Answer, Option<u64>) -> Result<T, Failure>,
        reconcile: Reconcile<'_, T>,
    ) -> Result<(T, Attempts), CosError> {
        prepare(&mut request)?;
        let mut location = self.locate(&request.target)?;
        let mut facts = Facts::new(&request, (self.inner.monotonic)());
        let result = self.attempts(&mut request, &mut location, limit, finish, reconcile, &mut facts);
        log::ended(&request, &location, &facts, (self.inner.monotonic)(), &result);
        result.map_err(|error| error.about(request.target.name()))
    }

    /// Makes the attempts of a request.
    fn attempts<T>(
        &self,
        request: &mut Request<'_>,
        location: &mut Location,
        limit: Option<Duration>,
        finish: impl Fn(&Request<'_>, Answer, Option<u64>) -> Result<T, Failure>,
        reconcile: Reconcile<'_, T>,
        facts: &mut Facts,
    ) -> Result<(T, Attempts), CosError> {
        let host = location.signed_host();
        let mut call = CallState {
            until: self.deadline(limit),
            switched: self.start_at_backup(&host, location),
            ..CallState::default()
        };
        let at_start = call.switched;
        loop {
            let interruptions = self.proceed().map_err(|error| error.with_attempts(call.attempts))?;
            call.attempts.count += 1;
            call.offset = self.inner.clock_offset.load(Ordering::Relaxed);
            let credentials = self.credentials(&mut call)?;
            let (number, until) = (call.attempts.count, call.until);
            let attempted = self.attempt(request, location, credentials.as_ref(), number, until);
            let finished = attempted.and_then(|Exchange { answer, crc, body_crc }| {
                facts.note(&answer);
                finish(request, answer, crc).map_err(|failure| Failure { body_crc, ..failure })
            });
            let failure = match finished {
                Ok(done) => {
                    self.refund(&host, &call, call.switched && !at_start);
                    return Ok((done, call.answered()));
                }
                Err(failure) => failure,
            };
            if matches!(failure.cause, Cause::Answer { from_cos: true, .. }) && call.switched && !at_start {
                self.avoid(&host);
            }
            let clock = self.clock_repair(request, &failure, call.offset);
            let trusted = location.scheme == "https" || self.inner.trust_http_date;
            let outcome = failure.outcome(clock.is_some() && trusted);
            call.note(&failure, outcome, clock);
            let error = &failure.error;
            let replayable = request.body.rewind().unwrap_or(false);
            let mut idempotent = request.traits.idempotent;
            if self.interruptions() != interruptions && replayable && (idempotent || !may_be_done(outcome)) {
                // A pause broke it off. The next round waits for its end.
                call.paused += 1;
                call.until = self.deadline(limit);
                continue;
            }
            if let Some(reconcile) = reconcile.filter(|_| must_reconcile(outcome, call.attempts)) {
                match reconcile(&call.attempts) {
                    Verdict::Done(done) => return Ok((done, call.attempts)),
                    Verdict::Undone => idempotent = true,
                    Verdict::Unclear(kind, why) => {
                        return Err(
                            CosClientError::unclear(kind, why, with_attempts(failure.error, call.attempts)).into()
                        );
                    }
                }
            }
            let policy = Policy {
                attempts: self.inner.attempts,
                switch_domain: self.inner.config.fixed.auto_switch_domain_on_retry && location.clone().switch_domain(),
            };
            let state = RetryState {
                made: call.attempts.count - call.paused,
                corrupt: call.corrupt,
                repaired: call.repaired,
                idempotent,
                replayable,
                refreshable: credentials.is_some(),
                tokens: self.inner.hosts.tokens(&host),
                left: self.left(call.until),
            };
            let decision = decide(policy, state, outcome, (self.inner.random)());
            match decision {
                Decision::Stop(stop) => return Err(call.stopped(failure.error, stop)),
                Decision::AtOnce(repair) => {
                    log::repaired(request, location, number, error, repair);
                    call.repaired.note(repair);
                    match repair {
                        Repair::Connection => {}
                        Repair::Clock => self.inner.clock_offset.store(clock.unwrap_or_default(), Ordering::Relaxed),
                        Repair::Credentials => {
                            match within(self.left(call.until), || self.refreshed(credentials.as_ref())) {
                                Ok(Some(fresh)) => call.fresh = Some(fresh),
                                Ok(None) => return Err(call.stopped(failure.error, StopReason::Final)),
                                Err(why) => return Err(call.stopped(because(failure.error, why), StopReason::Final)),
                            }
                        }
                    }
                }
                Decision::Again { delay, switch_domain, cost } => {
                    if !self.inner.hosts.spend(&host, cost) {
                        return Err(call.stopped(failure.error, StopReason::Quota));
                    }
                    log::retried(request, location, format_args!("attempt {number} failed: {error}"), delay);
                    call.spent += cost;
                    call.switched |= switch_domain && location.switch_domain();
                    if !delay.is_zero() {
                        self.sleep(delay);
                    }
                }
            }
            self.inner.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits while the transfer is paused, and returns how often it was interrupted so far. Fails if it is
    /// cancelled.
    fn proceed(&self) -> Result<u64, CosClientError> {
        let Some(control) = &self.control else { return Ok(0) };
        let interruptions = control.interruptions();
        control.proceed()?;
        Ok(interruptions)
    }

    /// Returns the end of a call that may take this long.
    fn deadline(&self, limit: Option<Duration>) -> Option<Duration> {
        limit.map(|limit| (self.inner.monotonic)().saturating_add(limit))
    }

    /// Returns the credentials to sign with. The provider must give them before the call's time is over.
    fn credentials(&self, call: &mut CallState) -> Result<Option<Credentials>, CosError> {
        if let Some(fresh) = call.fresh.take() {
            return Ok(Some(fresh));
        }
        let found = within(self.left(call.until), || self.inner.config.credentials());
        found.map_err(|error| {
            let deadline_exceeded = error.deadline_exceeded();
            error.with_attempts(Attempts { deadline_exceeded, ..call.attempts })
        })
    }

    /// Pauses before retry `number` of a part. False: there are no retries left.
    pub(crate) fn pause_before_retry(&self, request: &Request<'_>, number: u32, (base, cost): (Duration, u32)) -> bool {
        let why = "some keys failed";
        number < self.inner.attempts && self.charge_and_sleep(request, number, (base, cost), why).is_ok()
    }

    /// Notes that bytes of a body came.
    pub(crate) fn bytes_received(&self, target: &Target, bytes: u64, retry: &mut BodyRetry) {
        let refund = retry.bytes_received(bytes);
        if refund > 0
            && let Ok(location) = self.locate(target)
        {
            self.inner.hosts.refund(&location.signed_host(), refund);
        }
    }

    /// Pauses before the rest of a body that broke off is requested; the log says why. Fails if no retry is left, or if
    /// the host's retry budget is used up.
    pub(crate) fn retry_body(
        &self,
        request: &Request<'_>,
        retry: &mut BodyRetry,
        why: impl Display,
    ) -> Result<(), StopReason> {
        let (number, cost) = retry.broke_off(self.inner.attempts, TRANSIENT_COST).ok_or(StopReason::Attempts)?;
        self.charge_and_sleep(request, number, (TRANSIENT_BASE, cost), why)
    }

    /// Charges the host for a retry and pauses before it.
    fn charge_and_sleep(
        &self,
        request: &Request<'_>,
        number: u32,
        (base, cost): (Duration, u32),
        why: impl Display,
    ) -> Result<(), StopReason> {
        let location = self.locate(&request.target).map_err(|_| StopReason::Final)?;
        if !self.inner.hosts.spend(&location.signed_host(), cost) {
            return Err(StopReason::Quota);
        }
        let pause = pause(number, base, (self.inner.random)());
        log::retried(request, &location, why, pause);
        self.sleep(pause);
        Ok(())
    }

    fn locate(&self, target: &Target) -> Result<Location, CosError> {
        let addressing = self.inner.config.addressing();
        let mut location = locate(&addressing, target, &addressing.endpoint)?;
        // The signature has the host in lower case, so the request must have it so, too.
        location.authority.make_ascii_lowercase();
        Ok(location)
    }

    /// Moves to the backup domain if it helped another call a moment ago.
    fn start_at_backup(&self, host: &str, location: &mut Location) -> bool {
        self.inner.config.fixed.auto_switch_domain_on_retry
            && self.inner.hosts.is_avoided(host, (self.inner.monotonic)())
            && location.switch_domain()
    }

    fn avoid(&self, host: &str) {
        self.inner.hosts.avoid(host, (self.inner.monotonic)().saturating_add(AVOIDED));
    }

    /// Refunds the host's retry budget after a call that succeeded.
    fn refund(&self, host: &str, call: &CallState, switched: bool) {
        let first = u32::from(call.attempts.count == 1);
        self.inner.hosts.refund(host, call.spent + first);
        if switched {
            self.avoid(host);
        }
    }

    /// Returns how much time is left.
    pub(super) fn left(&self, until: Option<Duration>) -> Option<Duration> {
        until.map(|until| until.saturating_sub((self.inner.monotonic)()))
    }

    /// Returns the correction of the clock in seconds, if the answer blames the clock and proves it.
    fn clock_repair(&self, request: &Request<'_>, failure: &Failure, offset: i64) -> Option<i64> {
        let (Some(error), Cause::Answer { date: Some(date), .. }) = (failure.error.service(), failure.cause) else {
            return None;
        };
        let expired = error.get_error_code() == "AccessDenied" && error.get_error_msg() == "Request has expired";
        // The answer to a HEAD has no body that would say why.
        let silent = error.get_status_code() == 403 && request.method == http::Method::HEAD;
        let blamed = error.get_error_code() == "RequestTimeTooSkewed" || expired || silent;
        if blamed { clock_offset(self.clock(), offset, date) } else { None }
    }

    /// Asks for new credentials. `None`: the provider gave the ones that COS refused.
    fn refreshed(&self, refused: Option<&Credentials>) -> Result<Option<Credentials>, CosError> {
        let fresh = self.inner.config.refreshed_credentials()?;
        Ok(fresh.filter(|fresh| Some(fresh) != refused))
    }
}

impl CallState {
    fn note(&mut self, failure: &Failure, outcome: RetryOutcome<'_>, clock: Option<i64>) {
        self.attempts.sent = self.attempts.sent.max(failure.sent);
        self.attempts.may_have_succeeded |= may_be_done(outcome);
        self.attempts.body_crc = failure.body_crc.or(self.attempts.body_crc);
        self.corrupt += u32::from(outcome == RetryOutcome::Corrupt);
        self.attempts.retry_after = match failure.cause {
            Cause::Answer { retry_after, .. } => retry_after,
            _ => None,
        };
        self.attempts.clock_offset = clock;
    }

    /// Returns the attempts of a request that was answered.
    fn answered(&self) -> Attempts {
        Attempts { sent: Sent::All, retry_after: None, clock_offset: None, ..self.attempts }
    }

    fn stopped(&self, error: CosError, stop: StopReason) -> CosError {
        let quota_exhausted = stop == StopReason::Quota;
        let deadline_exceeded = stop == StopReason::Deadline;
        with_attempts(error, Attempts { quota_exhausted, deadline_exceeded, ..self.attempts })
    }
}

/// Whether only a look at the object tells if the request was carried out: its answer was lost, or an earlier attempt
/// may be the reason for this refusal.
fn must_reconcile(outcome: RetryOutcome<'_>, attempts: Attempts) -> bool {
    may_be_done(outcome)
        || (attempts.may_have_succeeded && matches!(outcome, RetryOutcome::Answer { status: 409 | 412, .. }))
}

/// Adds the attempts to an error.
fn with_attempts(error: CosError, attempts: Attempts) -> CosError {
    match error.kind() {
        Some(ClientErrorKind::Body) => error,
        _ => error.with_attempts(attempts),
    }
}

/// Adds why there are no new credentials.
fn because(error: CosError, why: CosError) -> CosError {
    match error {
        CosError::Service(error) => CosServiceError { source: Some(Box::new(why)), ..*error }.into(),
        other @ CosError::Client(_) => other,
    }
}
