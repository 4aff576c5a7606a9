//! Decides whether a failed attempt is retried, when, and against which domain. The decision is pure: the
//! randomness and the time left are arguments, and the caller sleeps.

use std::time::Duration;

/// The longest pause between two attempts.
const CAP: Duration = Duration::from_secs(20);
/// The first pause after a failure that is likely to pass by itself.
pub(crate) const TRANSIENT_BASE: Duration = Duration::from_millis(100);
/// The first pause after COS asked for less traffic.
const THROTTLE_BASE: Duration = Duration::from_secs(1);

/// The longest pause that an answer's `Retry-After` can ask for.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(30);

/// In how many attempts something else may arrive than the body that was sent: more often it is no accident.
const CORRUPT_ATTEMPTS: u32 = 3;

/// How many tokens a host starts with, and has at most.
pub(crate) const TOKENS: u32 = 500;
/// The tokens that a retry costs after a failure that is likely to pass by itself.
pub(crate) const TRANSIENT_COST: u32 = 14;
/// The tokens that a retry costs after COS asked for less traffic.
const THROTTLE_COST: u32 = 5;

/// The codes by which COS says that the credentials are no longer, or not yet, good.
const STALE_CREDENTIALS: [&str; 5] =
    ["ExpiredToken", "TokenExpired", "InvalidToken", "InvalidSecurityToken", "InvalidAccessKeyId"];

/// The client's settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// How many attempts in all, the first included.
    pub(crate) attempts: u32,
    /// Whether the last attempt may go to the backup domain.
    pub(crate) switch_domain: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryOutcome<'a> {
    /// COS, or something before it, answered with an error.
    Answer {
        status: u16,
        code: &'a str,
        /// It carries COS's request id.
        from_cos: bool,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
        /// It blames the clock, and its date can be trusted and shows that the clock is wrong.
        clock_off: bool,
    },
    /// The address could not be resolved or connected to: nothing was sent.
    NotConnected,
    /// A connection kept from an earlier request was closed under this one, before any answer.
    StaleConnection,
    /// The connection broke or stayed silent after something was sent.
    Broken,
    /// The checksum of the bytes that arrived is not that of the bytes that were sent.
    Corrupt,
    /// Something answered that is not COS, and whether COS heard of the request is not known.
    Foreign,
    /// A retry cannot help: wrong certificate, unreadable file, nonsense answer.
    Final,
}

/// The attempts so far, and the retries that the request allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryState {
    /// Attempts made, the one just ended included.
    pub(crate) made: u32,
    /// In how many of them other bytes arrived than were sent.
    pub(crate) corrupt: u32,
    /// The repairs that were made, each at most once.
    pub(crate) repaired: Repaired,
    pub(crate) idempotent: bool,
    /// The body can be sent again from its start.
    pub(crate) replayable: bool,
    /// Whether a provider can be asked for other credentials.
    pub(crate) refreshable: bool,
    /// The tokens that the host has left.
    pub(crate) tokens: u32,
    /// How much time the call has left. `None`: it has no deadline.
    pub(crate) left: Option<Duration>,
}

/// Which repetitions at once a call has had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Repaired {
    pub(crate) connection: bool,
    pub(crate) clock: bool,
    pub(crate) credentials: bool,
}

impl Repaired {
    fn count(self) -> u32 {
        u32::from(self.connection) + u32::from(self.clock) + u32::from(self.credentials)
    }

    pub(crate) fn note(&mut self, repair: Repair) {
        match repair {
            Repair::Connection => self.connection = true,
            Repair::Clock => self.clock = true,
            Repair::Credentials => self.credentials = true,
        }
    }
}

/// A repair before an immediate retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    /// A fresh connection instead of the kept one.
    Connection,
    /// The clock follows the answer's date.
    Clock,
    /// The provider is asked for new credentials.
    Credentials,
}

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop(StopReason),
    AtOnce(Repair),
    Again { delay: Duration, switch_domain: bool, cost: u32 },
}

/// Why nothing is tried any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// A retry cannot help, or could do harm.
    Final,
    /// All attempts were made.
    Attempts,
    /// The host's tokens are used up.
    Quota,
    /// The pause would last longer than the call may.
    Deadline,
}

enum Class {
    Final,
    AtOnce(Repair),
    Transient,
    Throttled,
}

/// Decides what follows an attempt; `random` is in 0..1.
pub(crate) fn decide(policy: Policy, state: RetryState, outcome: RetryOutcome<'_>, random: f64) -> Decision {
    // What was wrong on this side before the request is no attempt of the server's.
    let made = state.made.saturating_sub(state.repaired.count()).max(1);
    let (base, cost) = match classify(state, outcome) {
        Class::Final => return Decision::Stop(StopReason::Final),
        Class::AtOnce(repair) => return Decision::AtOnce(repair),
        Class::Transient if !asks_for_time(outcome) => (TRANSIENT_BASE, TRANSIENT_COST),
        Class::Transient | Class::Throttled => (THROTTLE_BASE, THROTTLE_COST),
    };
    if made >= policy.attempts || state.corrupt >= CORRUPT_ATTEMPTS {
        return Decision::Stop(StopReason::Attempts);
    }
    let redirected = matches!(outcome, RetryOutcome::Answer { status: 300..400, .. });
    let anonymous_failure = !matches!(outcome, RetryOutcome::Answer { from_cos: true, .. });
    let last_is_next = made + 1 == policy.attempts;
    let switch_domain = policy.switch_domain && anonymous_failure && (redirected || last_is_next);
    if redirected && !switch_domain {
        return Decision::Stop(StopReason::Final);
    }
    if state.tokens < cost {
        return Decision::Stop(StopReason::Quota);
    }
    let delay = asked(pause(made, base, random), outcome, random);
    if state.left.is_some_and(|left| delay >= left) {
        return Decision::Stop(StopReason::Deadline);
    }
    Decision::Again { delay, switch_domain, cost }
}

/// Returns the pause after so many attempts, at least one; `random` is in 0..1.
pub(crate) fn pause(made: u32, base: Duration, random: f64) -> Duration {
    base.saturating_mul(1 << made.saturating_sub(1).min(16)).min(CAP).mul_f64(random.clamp(0.0, 1.0))
}

/// Returns the pause that an answer asks for, where that is longer.
fn asked(own: Duration, outcome: RetryOutcome<'_>, random: f64) -> Duration {
    match outcome {
        // Up to a tenth more, so that those who were told the same do not come back together.
        RetryOutcome::Answer { retry_after: Some(asked), .. } => {
            own.max(asked.min(RETRY_AFTER_CAP)).mul_f64(1.0 + random.clamp(0.0, 1.0) / 10.0)
        }
        _ => own,
    }
}

fn asks_for_time(outcome: RetryOutcome<'_>) -> bool {
    matches!(outcome, RetryOutcome::Answer { retry_after: Some(_), .. })
}

fn classify(state: RetryState, outcome: RetryOutcome<'_>) -> Class {
    if !state.replayable {
        return Class::Final;
    }
    match outcome {
        RetryOutcome::NotConnected => Class::Transient,
        RetryOutcome::StaleConnection if state.idempotent && !state.repaired.connection => {
            Class::AtOnce(Repair::Connection)
        }
        RetryOutcome::Corrupt | RetryOutcome::StaleConnection | RetryOutcome::Broken if state.idempotent => {
            Class::Transient
        }
        RetryOutcome::Answer { clock_off: true, .. } if !state.repaired.clock => Class::AtOnce(Repair::Clock),
        RetryOutcome::Answer { status, code, .. } => match (status, code) {
            (400..500, code) if STALE_CREDENTIALS.contains(&code) => {
                let hope = state.refreshable && !state.repaired.credentials;
                if hope { Class::AtOnce(Repair::Credentials) } else { Class::Final }
            }
            (429, _) => Class::Throttled,
            (_, code) if asks_for_less(code) => Class::Throttled,
            // Of redirects, only one that did not come from COS is repeated, at the backup domain.
            (408 | 301 | 302 | 307, _) | (_, "RequestTimeout") => Class::Transient,
            // All answers above say that nothing was done. One of these may come after it was.
            (500.., _) | (_, "InternalError") if state.idempotent => Class::Transient,
            _ => Class::Final,
        },
        _ => Class::Final,
    }
}

fn asks_for_less(code: &str) -> bool {
    matches!(code, "SlowDown" | "ServiceUnavailable") || code.starts_with("RequestLimit")
}

/// Whether the request may have been carried out although it failed so.
pub(crate) fn may_be_done(outcome: RetryOutcome<'_>) -> bool {
    match outcome {
        RetryOutcome::StaleConnection | RetryOutcome::Broken | RetryOutcome::Corrupt | RetryOutcome::Foreign => true,
        RetryOutcome::NotConnected | RetryOutcome::Final => false,
        RetryOutcome::Answer { status, code, .. } => {
            code == "InternalError" || ((500..).contains(&status) && !asks_for_less(code) && code != "RequestTimeout")
        }
    }
}

/// Tells whether the error of a single key of many may pass by itself, and then the cost of a retry.
pub(crate) fn passing(code: &str) -> Option<(Duration, u32)> {
    match code {
        "InternalError" | "RequestTimeout" => Some((TRANSIENT_BASE, TRANSIENT_COST)),
        code if asks_for_less(code) => Some((THROTTLE_BASE, THROTTLE_COST)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { attempts: 4, switch_domain: false };
    const FIRST: RetryState = RetryState {
        made: 1,
        corrupt: 0,
        repaired: Repaired { connection: false, clock: false, credentials: false },
        idempotent: true,
        replayable: true,
        refreshable: true,
        tokens: TOKENS,
        left: None,
    };

    fn answer(status: u16, code: &str) -> RetryOutcome<'_> {
        RetryOutcome::Answer { status, code, from_cos: true, retry_after: None, clock_off: false }
    }

    fn delay(state: RetryState, outcome: RetryOutcome<'_>) -> Option<Duration> {
        match decide(POLICY, state, outcome, 1.0) {
            Decision::Stop(_) => None,
            Decision::AtOnce(_) => Some(Duration::ZERO),
            Decision::Again { delay, .. } => Some(delay),
        }
    }

    #[test]
    fn classes() {
        let transient = Some(Duration::from_millis(100));
        let throttled = Some(Duration::from_secs(1));
        for (outcome, expected) in [
            (answer(500, "InternalError"), transient),
            (answer(502, "Unknown"), transient),
            (answer(200, "InternalError"), transient),
            (answer(200, "SlowDown"), throttled),
            (answer(503, "SlowDown"), throttled),
            (answer(503, "Unknown"), transient),
            (answer(429, "Unknown"), throttled),
            (answer(503, "RequestLimitExceeded"), throttled),
            (answer(408, "Unknown"), transient),
            (answer(400, "RequestTimeout"), transient),
            (answer(400, "InvalidArgument"), None),
            (answer(403, "AccessDenied"), None),
            (answer(404, "NoSuchKey"), None),
            (answer(409, "BucketNotEmpty"), None),
            (answer(412, "PreconditionFailed"), None),
            (answer(304, "NotModified"), None),
            (answer(302, "Unknown"), None),
            (RetryOutcome::NotConnected, transient),
            (RetryOutcome::Broken, transient),
            (RetryOutcome::StaleConnection, Some(Duration::ZERO)),
            (RetryOutcome::Corrupt, transient),
            (RetryOutcome::Final, None),
            (RetryOutcome::Foreign, None),
        ] {
            assert_eq!(delay(FIRST, outcome), expected, "{outcome:?}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_cap_and_end_with_the_attempts() {
        let policy = Policy { attempts: 10, switch_domain: false };
        let pauses: Vec<_> = (1..=10)
            .map(|made| decide(policy, RetryState { made, ..FIRST }, answer(500, ""), 0.5))
            .map(|decision| match decision {
                Decision::Again { delay, .. } => delay.as_millis(),
                _ => u128::MAX,
            })
            .collect();
        assert_eq!(pauses[..3], [50, 100, 200]);
        assert_eq!(pauses[8], 10_000);
        assert_eq!(pauses[9], u128::MAX);
    }

    #[test]
    fn a_body_may_come_damaged_in_three_attempts_whatever_else_failed() {
        assert!(delay(RetryState { made: 3, corrupt: 1, ..FIRST }, RetryOutcome::Corrupt).is_some());
        assert!(delay(RetryState { made: 3, corrupt: 2, ..FIRST }, RetryOutcome::Corrupt).is_some());
        assert_eq!(delay(RetryState { made: 3, corrupt: 3, ..FIRST }, RetryOutcome::Corrupt), None);
        assert_eq!(delay(RetryState { made: 4, corrupt: 1, ..FIRST }, RetryOutcome::Corrupt), None);
    }

    #[test]
    fn a_retry_after_is_waited_for_up_to_its_cap() {
        let asked = |seconds, random| {
            let retry_after = Some(Duration::from_secs(seconds));
            let outcome = RetryOutcome::Answer { status: 503, code: "", from_cos: true, retry_after, clock_off: false };
            match decide(POLICY, FIRST, outcome, random) {
                Decision::Again { delay, .. } => delay.as_secs_f64(),
                _ => f64::NAN,
            }
        };
        for (seconds, random, expected) in [(7, 0.0, 7.0), (7, 1.0, 7.7), (3600, 0.0, 30.0), (0, 1.0, 1.1)] {
            let delay = asked(seconds, random);
            assert!((delay - expected).abs() < 0.001, "{seconds} s, {random}: {delay}");
        }
    }

    #[test]
    fn what_cannot_be_repeated_is_not() {
        let one_shot = RetryState { replayable: false, ..FIRST };
        assert_eq!(delay(one_shot, answer(500, "InternalError")), None);
        assert_eq!(delay(one_shot, RetryOutcome::NotConnected), None);
        let unsafe_twice = RetryState { idempotent: false, ..FIRST };
        assert_eq!(delay(unsafe_twice, RetryOutcome::Broken), None);
        assert_eq!(delay(unsafe_twice, RetryOutcome::StaleConnection), None);
        assert!(delay(unsafe_twice, RetryOutcome::NotConnected).is_some());
    }

    #[test]
    fn what_must_not_be_done_twice_is_repeated_only_if_it_was_not_done() {
        let unsafe_twice = RetryState { idempotent: false, ..FIRST };
        for (outcome, again) in [
            (answer(500, "InternalError"), false),
            (answer(200, "InternalError"), false),
            (answer(502, "Unknown"), false),
            (answer(503, "Unknown"), false),
            (answer(504, "Unknown"), false),
            (answer(409, "PositionNotEqualToLength"), false),
            (RetryOutcome::Corrupt, false),
            (answer(503, "SlowDown"), true),
            (answer(503, "ServiceUnavailable"), true),
            (answer(503, "RequestLimitExceeded"), true),
            (answer(429, "Unknown"), true),
            (answer(408, "Unknown"), true),
            (answer(400, "RequestTimeout"), true),
        ] {
            assert_eq!(delay(unsafe_twice, outcome).is_some(), again, "{outcome:?}");
        }
    }

    #[test]
    fn what_is_repeated_at_once_costs_no_attempt_but_only_one_time() {
        let connection = Repaired { connection: true, ..Repaired::default() };
        assert_eq!(delay(RetryState { made: 5, repaired: connection, ..FIRST }, answer(500, "")), None);
        assert!(delay(RetryState { made: 4, repaired: connection, ..FIRST }, answer(500, "")).is_some());
        let second = RetryState { made: 2, repaired: connection, ..FIRST };
        assert_eq!(delay(second, RetryOutcome::StaleConnection), Some(Duration::from_millis(100)));
        let all = Repaired { connection: true, clock: true, credentials: true };
        assert!(delay(RetryState { made: 6, repaired: all, ..FIRST }, answer(500, "")).is_some());
        assert_eq!(delay(RetryState { made: 7, repaired: all, ..FIRST }, answer(500, "")), None);
    }

    #[test]
    fn clock_and_credentials_are_put_right_one_time_each() {
        let skewed = RetryOutcome::Answer {
            status: 403,
            code: "RequestTimeTooSkewed",
            from_cos: true,
            retry_after: None,
            clock_off: true,
        };
        let unsafe_twice = RetryState { idempotent: false, ..FIRST };
        let decided = |state, outcome| decide(POLICY, state, outcome, 0.5);
        assert_eq!(decided(unsafe_twice, skewed), Decision::AtOnce(Repair::Clock));
        let clock = Repaired { clock: true, ..Repaired::default() };
        assert_eq!(decided(RetryState { repaired: clock, ..FIRST }, skewed), Decision::Stop(StopReason::Final));
        assert_eq!(decided(FIRST, answer(403, "RequestTimeTooSkewed")), Decision::Stop(StopReason::Final));
        for code in STALE_CREDENTIALS {
            let expired = answer(403, code);
            assert_eq!(decided(unsafe_twice, expired), Decision::AtOnce(Repair::Credentials), "{code}");
            let credentials = Repaired { credentials: true, ..Repaired::default() };
            assert_eq!(
                decided(RetryState { repaired: credentials, ..FIRST }, expired),
                Decision::Stop(StopReason::Final)
            );
            assert_eq!(decided(RetryState { refreshable: false, ..FIRST }, expired), Decision::Stop(StopReason::Final));
        }
    }

    #[test]
    fn a_repetition_costs_tokens_and_stops_without_them() {
        let cost = |outcome, tokens| match decide(POLICY, RetryState { tokens, ..FIRST }, outcome, 0.5) {
            Decision::Again { cost, .. } => Ok(cost),
            Decision::Stop(stop) => Err(stop),
            Decision::AtOnce(_) => Ok(0),
        };
        assert_eq!(cost(answer(500, ""), 14), Ok(14));
        assert_eq!(cost(RetryOutcome::Broken, 13), Err(StopReason::Quota));
        assert_eq!(cost(answer(503, "SlowDown"), 5), Ok(5));
        assert_eq!(cost(answer(429, ""), 4), Err(StopReason::Quota));
        assert_eq!(cost(RetryOutcome::StaleConnection, 0), Ok(0));
        assert_eq!(cost(answer(404, "NoSuchKey"), 0), Err(StopReason::Final));
    }

    #[test]
    fn nobody_waits_past_the_deadline() {
        let second = Duration::from_secs(1);
        let asked = RetryOutcome::Answer {
            status: 503,
            code: "SlowDown",
            from_cos: true,
            retry_after: Some(second * 10),
            clock_off: false,
        };
        let with = |left| decide(POLICY, RetryState { left: Some(left), ..FIRST }, asked, 0.0);
        assert_eq!(with(second * 10), Decision::Stop(StopReason::Deadline));
        assert_eq!(with(second * 11), Decision::Again { delay: second * 10, switch_domain: false, cost: 5 });
        let none_left = RetryState { left: Some(Duration::ZERO), ..FIRST };
        assert_eq!(decide(POLICY, none_left, answer(500, ""), 0.0), Decision::Stop(StopReason::Deadline));
    }

    #[test]
    fn what_may_have_been_carried_out() {
        for (outcome, maybe) in [
            (RetryOutcome::Broken, true),
            (RetryOutcome::StaleConnection, true),
            (answer(500, "InternalError"), true),
            (answer(200, "InternalError"), true),
            (answer(502, ""), true),
            (answer(503, "SlowDown"), false),
            (answer(429, ""), false),
            (answer(409, "PositionNotEqualToLength"), false),
            (RetryOutcome::NotConnected, false),
            (RetryOutcome::Final, false),
            (RetryOutcome::Foreign, true),
        ] {
            assert_eq!(may_be_done(outcome), maybe, "{outcome:?}");
        }
    }

    #[test]
    fn the_domain_switches_before_the_last_attempt_or_on_a_foreign_redirect() {
        let policy = Policy { attempts: 4, switch_domain: true };
        let foreign =
            |status| RetryOutcome::Answer { status, code: "", from_cos: false, retry_after: None, clock_off: false };
        let switches = |made, outcome| match decide(policy, RetryState { made, ..FIRST }, outcome, 0.0) {
            Decision::Again { switch_domain, .. } => Some(switch_domain),
            _ => None,
        };
        assert_eq!(switches(1, foreign(500)), Some(false));
        assert_eq!(switches(3, foreign(500)), Some(true));
        assert_eq!(switches(3, RetryOutcome::Broken), Some(true));
        assert_eq!(switches(3, answer(500, "")), Some(false));
        assert_eq!(switches(1, foreign(302)), Some(true));
        assert_eq!(switches(4, foreign(302)), None);
        assert_eq!(switches(1, answer(302, "")), None);
    }
}
