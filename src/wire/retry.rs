//! Whether a failed attempt is repeated, when, and against which domain. A pure decision: the
//! randomness is an argument, and the caller sleeps.

use std::time::Duration;

/// The longest pause between two attempts.
const CAP: Duration = Duration::from_secs(20);
/// The first pause after a failure that is likely to pass by itself.
const TRANSIENT_BASE: Duration = Duration::from_millis(100);
/// The first pause after COS asked for less traffic.
const THROTTLE_BASE: Duration = Duration::from_secs(1);

/// The longest pause that an answer's `Retry-After` can ask for.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(30);

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
pub(crate) enum Outcome<'a> {
    /// COS, or something before it, answered with an error.
    Answer {
        status: u16,
        code: &'a str,
        /// It carries COS's request id.
        from_cos: bool,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The address could not be resolved or connected to: nothing was sent.
    NotConnected,
    /// A connection kept from an earlier request was closed under this one, before any answer.
    StaleConnection,
    /// The connection broke or stayed silent after something was sent.
    Broken,
    /// The checksum of what arrived is not that of what was sent.
    Corrupt,
    /// Nothing a repetition could mend: wrong certificate, unreadable file, nonsense answer.
    Final,
}

/// What has happened so far, and what the request allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    /// Attempts made, the one just ended included.
    pub(crate) made: u32,
    /// Attempts that were repeated at once because a kept connection had been closed.
    pub(crate) stale: u32,
    pub(crate) idempotent: bool,
    /// The body can be sent again from its start.
    pub(crate) replayable: bool,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop,
    Again { delay: Duration, switch_domain: bool },
}

enum Class {
    Final,
    Immediate,
    Transient,
    Throttled,
}

/// Decides what follows an attempt; `random` is in 0..1.
pub(crate) fn decide(policy: Policy, state: State, outcome: Outcome<'_>, random: f64) -> Decision {
    let class = classify(state, outcome);
    // A connection that was dead before the request is no attempt of the server's.
    let made = state.made - state.stale;
    let base = match class {
        Class::Final => return Decision::Stop,
        Class::Immediate => return Decision::Again { delay: Duration::ZERO, switch_domain: false },
        Class::Transient if !asks_for_time(outcome) => TRANSIENT_BASE,
        Class::Transient | Class::Throttled => THROTTLE_BASE,
    };
    if made >= policy.attempts {
        return Decision::Stop;
    }
    let ceiling = base.saturating_mul(1 << (made - 1).min(16)).min(CAP);
    let redirected = matches!(outcome, Outcome::Answer { status: 300..400, .. });
    let anonymous_failure = !matches!(outcome, Outcome::Answer { from_cos: true, .. });
    let last_is_next = made + 1 == policy.attempts;
    let switch_domain = policy.switch_domain && anonymous_failure && (redirected || last_is_next);
    if redirected && !switch_domain {
        return Decision::Stop;
    }
    let random = random.clamp(0.0, 1.0);
    let own = ceiling.mul_f64(random);
    let delay = match outcome {
        // Up to a tenth more, so that those who were told the same do not come back together.
        Outcome::Answer { retry_after: Some(asked), .. } => {
            own.max(asked.min(RETRY_AFTER_CAP)).mul_f64(1.0 + random / 10.0)
        }
        _ => own,
    };
    Decision::Again { delay, switch_domain }
}

fn asks_for_time(outcome: Outcome<'_>) -> bool {
    matches!(outcome, Outcome::Answer { retry_after: Some(_), .. })
}

fn classify(state: State, outcome: Outcome<'_>) -> Class {
    if !state.replayable {
        return Class::Final;
    }
    match outcome {
        Outcome::NotConnected | Outcome::Corrupt => Class::Transient,
        Outcome::StaleConnection if state.idempotent && state.stale == 0 => Class::Immediate,
        Outcome::StaleConnection | Outcome::Broken if state.idempotent => Class::Transient,
        Outcome::Answer { status, code, .. } => match (status, code) {
            (429, _) | (_, "SlowDown" | "ServiceUnavailable") => Class::Throttled,
            (_, code) if code.starts_with("RequestLimit") => Class::Throttled,
            // Of redirects, only one that did not come from COS is repeated, at the backup domain.
            (408 | 500.. | 301 | 302 | 307, _) | (_, "RequestTimeout" | "InternalError") => Class::Transient,
            _ => Class::Final,
        },
        _ => Class::Final,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { attempts: 4, switch_domain: false };
    const FIRST: State = State { made: 1, stale: 0, idempotent: true, replayable: true };

    fn answer(status: u16, code: &str) -> Outcome<'_> {
        Outcome::Answer { status, code, from_cos: true, retry_after: None }
    }

    fn delay(state: State, outcome: Outcome<'_>) -> Option<Duration> {
        match decide(POLICY, state, outcome, 1.0) {
            Decision::Stop => None,
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
            (Outcome::NotConnected, transient),
            (Outcome::Broken, transient),
            (Outcome::StaleConnection, Some(Duration::ZERO)),
            (Outcome::Corrupt, transient),
            (Outcome::Final, None),
        ] {
            assert_eq!(delay(FIRST, outcome), expected, "{outcome:?}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_cap_and_end_with_the_attempts() {
        let policy = Policy { attempts: 10, switch_domain: false };
        let pauses: Vec<_> = (1..=10)
            .map(|made| decide(policy, State { made, ..FIRST }, answer(500, ""), 0.5))
            .map(|decision| match decision {
                Decision::Again { delay, .. } => delay.as_millis(),
                Decision::Stop => u128::MAX,
            })
            .collect();
        assert_eq!(pauses[..3], [50, 100, 200]);
        assert_eq!(pauses[8], 10_000);
        assert_eq!(pauses[9], u128::MAX);
    }

    #[test]
    fn a_retry_after_is_waited_for_up_to_its_cap() {
        let asked = |seconds, random| {
            let retry_after = Some(Duration::from_secs(seconds));
            let outcome = Outcome::Answer { status: 503, code: "", from_cos: true, retry_after };
            match decide(POLICY, FIRST, outcome, random) {
                Decision::Again { delay, .. } => delay.as_secs_f64(),
                Decision::Stop => f64::NAN,
            }
        };
        for (seconds, random, expected) in [(7, 0.0, 7.0), (7, 1.0, 7.7), (3600, 0.0, 30.0), (0, 1.0, 1.1)] {
            let delay = asked(seconds, random);
            assert!((delay - expected).abs() < 0.001, "{seconds} s, {random}: {delay}");
        }
    }

    #[test]
    fn what_cannot_be_repeated_is_not() {
        let one_shot = State { replayable: false, ..FIRST };
        assert_eq!(delay(one_shot, answer(500, "InternalError")), None);
        assert_eq!(delay(one_shot, Outcome::NotConnected), None);
        let unsafe_twice = State { idempotent: false, ..FIRST };
        assert_eq!(delay(unsafe_twice, Outcome::Broken), None);
        assert_eq!(delay(unsafe_twice, Outcome::StaleConnection), None);
        assert!(delay(unsafe_twice, Outcome::NotConnected).is_some());
    }

    #[test]
    fn a_stale_connection_costs_no_attempt_but_only_once() {
        assert_eq!(delay(State { made: 5, stale: 1, ..FIRST }, answer(500, "")), None);
        assert!(delay(State { made: 4, stale: 1, ..FIRST }, answer(500, "")).is_some());
        let second = State { made: 2, stale: 1, ..FIRST };
        assert_eq!(delay(second, Outcome::StaleConnection), Some(Duration::from_millis(100)));
    }

    #[test]
    fn the_domain_switches_before_the_last_attempt_or_on_a_foreign_redirect() {
        let policy = Policy { attempts: 4, switch_domain: true };
        let foreign = |status| Outcome::Answer { status, code: "", from_cos: false, retry_after: None };
        let switches = |made, outcome| match decide(policy, State { made, ..FIRST }, outcome, 0.0) {
            Decision::Again { switch_domain, .. } => Some(switch_domain),
            Decision::Stop => None,
        };
        assert_eq!(switches(1, foreign(500)), Some(false));
        assert_eq!(switches(3, foreign(500)), Some(true));
        assert_eq!(switches(3, Outcome::Broken), Some(true));
        assert_eq!(switches(3, answer(500, "")), Some(false));
        assert_eq!(switches(1, foreign(302)), Some(true));
        assert_eq!(switches(4, foreign(302)), None);
        assert_eq!(switches(1, answer(302, "")), None);
    }
}
