//! The loop of every request: credentials, signature, one attempt, decision.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{CosS3Client, Verdict};
use crate::answer::{Failed, Reason, outcome};
use crate::control::Control;
use crate::credentials::Credentials;
use crate::error::{ClientErrorKind, CosClientError, CosError, CosServiceError};
use crate::transport::Answer;
use crate::tried::{Sent, Tried};
use crate::wire::body::Kind;
use crate::wire::clock::clock_offset;
use crate::wire::patience::Patience;
use crate::wire::request::Request;
use crate::wire::retry::{
    Decision, Outcome, Policy, Repair, Repaired, State, Stop, TRANSIENT_BASE, TRANSIENT_COST, decide, may_be_done,
    pause,
};
use crate::wire::uri::{Location, Target, locate};

/// How long requests stay at the backup domain once it helped.
const AVOIDED: Duration = Duration::from_secs(60);

/// How a call is getting on.
#[derive(Default)]
pub(super) struct Course {
    pub(super) tried: Tried,
    /// When the call's time is over, by the monotonic clock.
    pub(super) until: Option<Duration>,
    corrupt: u32,
    repaired: Repaired,
    /// What the host was charged for the repetitions.
    spent: u32,
    /// New credentials for the next attempt.
    fresh: Option<Credentials>,
    /// By how many seconds the clock was put forward for the attempt.
    offset: i64,
    switched: bool,
}

/// Finds out what became of a request.
type Look<'l, T> = Option<&'l dyn Fn(&Tried) -> Verdict<T>>;

impl CosS3Client {
    /// Sends a request until it succeeds, nothing helps, or `limit` is over.
    pub(super) fn run<T>(
        &self,
        mut request: Request<'_>,
        limit: Option<Duration>,
        finish: impl Fn(&Request<'_>, Answer, Option<u64>) -> Result<T, Failed>,
        look: Look<'_, T>,
    ) -> Result<(T, Tried), CosError> {
        request.check()?;
        request.check_framing()?;
        if let Kind::Failed(error) = &request.body.0 {
            return Err(CosClientError::new(ClientErrorKind::Body, format!("body: {error}")).into());
        }
        let mut location = self.place(&request.target)?;
        let host = location.signed_host();
        let mut course = Course {
            until: limit.map(|limit| (self.inner.monotonic)().saturating_add(limit)),
            switched: self.start_at_backup(&host, &mut location),
            ..Course::default()
        };
        let at_start = course.switched;
        loop {
            course.tried.attempts += 1;
            course.offset = self.inner.clock_offset.load(Ordering::Relaxed);
            let credentials = match course.fresh.take() {
                Some(fresh) => Some(fresh),
                None => self.inner.config.credentials().map_err(|error| error.after(course.tried))?,
            };
            let attempted = self.attempt(&mut request, &location, credentials.as_ref(), &mut course);
            let failed = match attempted.and_then(|(answer, crc)| finish(&request, answer, crc)) {
                Ok(done) => {
                    self.settle(&host, &course, course.switched && !at_start);
                    return Ok((done, course.answered()));
                }
                Err(failed) => failed,
            };
            let Failed { error, reason, sent } = failed;
            if matches!(reason, Reason::Answer { from_cos: true, .. }) && course.switched && !at_start {
                self.avoid(&host);
            }
            let clock = self.clock_repair(&request, &error, &reason, course.offset);
            let trusted = location.scheme == "https" || self.inner.trust_http_date;
            let outcome = outcome(&error, &reason, clock.is_some() && trusted);
            course.note(sent, &reason, outcome, clock);
            let replayable = request.body.rewind().unwrap_or(false);
            if Control::current().is_some_and(|control| control.is_interrupted()) {
                return Err(told(error, course.tried));
            }
            let mut idempotent = request.facts.idempotent;
            if let Some(look) = look.filter(|_| must_look(outcome, course.tried)) {
                match look(&course.tried) {
                    Verdict::Done(done) => return Ok((done, course.tried)),
                    Verdict::Undone => idempotent = true,
                    Verdict::Unclear(kind, why) => {
                        return Err(CosClientError::unclear(kind, why, told(error, course.tried)).into());
                    }
                }
            }
            let policy = Policy {
                attempts: self.inner.attempts,
                switch_domain: self.inner.config.fixed.auto_switch_domain_on_retry && location.clone().switch_domain(),
            };
            let state = State {
                made: course.tried.attempts,
                corrupt: course.corrupt,
                repaired: course.repaired,
                idempotent,
                replayable,
                refreshable: credentials.is_some(),
                tokens: self.inner.hosts.tokens(&host),
                left: self.left(course.until),
            };
            let decision = decide(policy, state, outcome, (self.inner.random)());
            log::debug!("{} attempt {}: {error}: {decision:?}", request.operation, course.tried.attempts);
            match decision {
                Decision::Stop(stop) => return Err(course.stopped(error, stop)),
                Decision::AtOnce(repair) => {
                    course.repaired.note(repair);
                    match repair {
                        Repair::Connection => {}
                        Repair::Clock => self.inner.clock_offset.store(clock.unwrap_or_default(), Ordering::Relaxed),
                        Repair::Credentials => match self.refreshed(credentials.as_ref()) {
                            Ok(Some(fresh)) => course.fresh = Some(fresh),
                            Ok(None) => return Err(course.stopped(error, Stop::Final)),
                            Err(why) => return Err(course.stopped(because(error, why), Stop::Final)),
                        },
                    }
                }
                Decision::Again { delay, switch_domain, cost } => {
                    if !self.inner.hosts.spend(&host, cost) {
                        return Err(course.stopped(error, Stop::Quota));
                    }
                    course.spent += cost;
                    course.switched |= switch_domain && location.switch_domain();
                    if !delay.is_zero() {
                        self.sleep(delay);
                    }
                }
            }
            self.inner.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Pauses before a part of a request is sent for the `number`th time more; false if that is once too often.
    pub(crate) fn again(&self, request: &Request<'_>, number: u32, (base, cost): (Duration, u32)) -> bool {
        number < self.inner.attempts && self.pay(&request.target, number, (base, cost)).is_ok()
    }

    /// Notes that bytes of a body came.
    pub(crate) fn came(&self, target: &Target, bytes: u64, patience: &mut Patience) {
        let refund = patience.came(bytes);
        if let (1.., Ok(location)) = (refund, self.place(target)) {
            self.inner.hosts.refund(&location.signed_host(), refund);
        }
    }

    /// Pauses before the rest of a body that broke off is asked for. An error: that is once too often, or the host
    /// must be spared.
    pub(crate) fn go_on(&self, target: &Target, patience: &mut Patience) -> Result<(), Stop> {
        let (number, cost) = patience.broke_off(self.inner.attempts, TRANSIENT_COST).ok_or(Stop::Attempts)?;
        self.pay(target, number, (TRANSIENT_BASE, cost))
    }

    /// Charges the host of a repetition and pauses before it.
    fn pay(&self, target: &Target, number: u32, (base, cost): (Duration, u32)) -> Result<(), Stop> {
        let location = self.place(target).map_err(|_| Stop::Final)?;
        if !self.inner.hosts.spend(&location.signed_host(), cost) {
            return Err(Stop::Quota);
        }
        self.sleep(pause(number, base, (self.inner.random)()));
        Ok(())
    }

    fn place(&self, target: &Target) -> Result<Location, CosError> {
        let addressing = self.inner.config.addressing();
        let mut location = locate(&addressing, target, &addressing.endpoint)?;
        // The signed host is in lower case, so the host that is sent must be, too.
        location.authority.make_ascii_lowercase();
        Ok(location)
    }

    /// Moves to the backup domain if another call was helped by it a moment ago.
    fn start_at_backup(&self, host: &str, location: &mut Location) -> bool {
        self.inner.config.fixed.auto_switch_domain_on_retry
            && self.inner.hosts.is_avoided(host, (self.inner.monotonic)())
            && location.switch_domain()
    }

    fn avoid(&self, host: &str) {
        self.inner.hosts.avoid(host, (self.inner.monotonic)().saturating_add(AVOIDED));
    }

    /// Squares the account of a call that succeeded.
    fn settle(&self, host: &str, course: &Course, switched: bool) {
        let first = u32::from(course.tried.attempts == 1);
        self.inner.hosts.refund(host, course.spent + first);
        if switched {
            self.avoid(host);
        }
    }

    /// Returns how much time is left.
    pub(super) fn left(&self, until: Option<Duration>) -> Option<Duration> {
        until.map(|until| until.saturating_sub((self.inner.monotonic)()))
    }

    /// Returns by how many seconds the clock must be put forward, if the answer blames it and shows that.
    fn clock_repair(&self, request: &Request<'_>, error: &CosError, reason: &Reason, offset: i64) -> Option<i64> {
        let (Some(error), Reason::Answer { date: Some(date), .. }) = (error.service(), reason) else {
            return None;
        };
        let expired = error.get_error_code() == "AccessDenied" && error.get_error_msg() == "Request has expired";
        // The answer to a HEAD has no body that would say why.
        let silent = error.get_status_code() == 403 && request.method == http::Method::HEAD;
        let blamed = error.get_error_code() == "RequestTimeTooSkewed" || expired || silent;
        if blamed { clock_offset(self.clock(), offset, *date) } else { None }
    }

    /// Asks for new credentials; none if they are those that COS refused.
    fn refreshed(&self, refused: Option<&Credentials>) -> Result<Option<Credentials>, CosError> {
        let fresh = self.inner.config.refreshed_credentials()?;
        Ok(fresh.filter(|fresh| Some(fresh) != refused))
    }
}

impl Course {
    fn note(&mut self, sent: Sent, reason: &Reason, outcome: Outcome<'_>, clock: Option<i64>) {
        self.tried.sent = self.tried.sent.max(sent);
        self.tried.doubtful |= may_be_done(outcome);
        self.corrupt += u32::from(outcome == Outcome::Corrupt);
        self.tried.retry_after = match reason {
            Reason::Answer { retry_after, .. } => *retry_after,
            _ => None,
        };
        self.tried.clock_offset = clock;
    }

    /// What it took to get the answer.
    fn answered(&self) -> Tried {
        Tried { sent: Sent::All, retry_after: None, clock_offset: None, ..self.tried }
    }

    fn stopped(&self, error: CosError, stop: Stop) -> CosError {
        let quota_exhausted = stop == Stop::Quota;
        let deadline_exceeded = stop == Stop::Deadline;
        told(error, Tried { quota_exhausted, deadline_exceeded, ..self.tried })
    }
}

/// Whether only a look at the object tells what became of a request: its answer was lost, or what is refused now
/// may be so because of an earlier attempt.
fn must_look(outcome: Outcome<'_>, tried: Tried) -> bool {
    may_be_done(outcome) || (tried.doubtful && matches!(outcome, Outcome::Answer { status: 409 | 412, .. }))
}

/// Adds to an error what was tried.
fn told(error: CosError, tried: Tried) -> CosError {
    match error.kind() {
        Some(ClientErrorKind::Body) => error,
        _ => error.after(tried),
    }
}

/// Adds why new credentials could not be had.
fn because(error: CosError, why: CosError) -> CosError {
    match error {
        CosError::Service(error) => CosServiceError { source: Some(Box::new(why)), ..*error }.into(),
        other @ CosError::Client(_) => other,
    }
}
