//! Why an attempt of a request failed: one type from the socket to the retry decision.

use std::time::Duration;

use crate::attempts::Sent;
use crate::error::CosError;
use crate::wire::retry::RetryOutcome;

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: CosError,
    pub(crate) cause: Cause,
    pub(crate) sent: Sent,
    /// The CRC-64 of the request's body, if all of it was sent and it was computed.
    pub(crate) body_crc: Option<u64>,
}

/// What the retry decision needs to know of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There was an answer, and it is an error.
    Answer {
        from_cos: bool,
        retry_after: Option<Duration>,
        /// When it was sent, in seconds since 1970.
        date: Option<u64>,
    },
    /// There was no connection, so nothing was sent.
    NotConnected,
    /// A connection from the pool was found closed.
    Stale,
    /// The connection broke or stayed silent after something was sent.
    Broken,
    /// COS stored other bytes than were sent.
    Corrupt,
    /// The answer is not known to be that of COS.
    Foreign,
    /// A retry cannot help.
    Final,
}

impl Failure {
    /// Nothing was sent, and a retry cannot help.
    pub(crate) fn finally(error: impl Into<CosError>) -> Self {
        Self::unanswered(Cause::Final, error)
    }

    /// There was no answer.
    pub(crate) fn unanswered(cause: Cause, error: impl Into<CosError>) -> Self {
        let sent = if matches!(cause, Cause::NotConnected | Cause::Final) { Sent::Nothing } else { Sent::Maybe };
        Self { error: error.into(), cause, sent, body_crc: None }
    }

    /// There was an answer.
    pub(crate) fn answered(cause: Cause, error: impl Into<CosError>) -> Self {
        Self { error: error.into(), cause, sent: Sent::All, body_crc: None }
    }

    /// Returns the failure as the retry decision sees it. `clock_off`: the answer blames the clock, and shows that it is
    /// wrong.
    pub(crate) fn outcome(&self, clock_off: bool) -> RetryOutcome<'_> {
        match (self.cause, &self.error) {
            (Cause::Answer { from_cos, retry_after, .. }, CosError::Service(e)) => {
                RetryOutcome::Answer { status: e.status, code: e.get_error_code(), from_cos, retry_after, clock_off }
            }
            (Cause::NotConnected, _) => RetryOutcome::NotConnected,
            (Cause::Stale, _) => RetryOutcome::StaleConnection,
            (Cause::Broken, _) => RetryOutcome::Broken,
            (Cause::Corrupt, _) => RetryOutcome::Corrupt,
            (Cause::Foreign, _) => RetryOutcome::Foreign,
            (Cause::Answer { .. } | Cause::Final, _) => RetryOutcome::Final,
        }
    }
}
