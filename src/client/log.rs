//! What the log says of calls: a line at `debug` for each call, and one at `warn` for each retry. No query and no
//! header is logged, because both can hold signatures.

use std::fmt::{self, Display};
use std::time::Duration;

use http::header::CONTENT_LENGTH;

use crate::attempts::Attempts;
use crate::error::CosError;
use crate::transport::Answer;
use crate::wire::request::Request;
use crate::wire::respond::request_id;
use crate::wire::retry::Repair;
use crate::wire::uri::Location;

/// What the log tells of a call besides its name.
pub(super) struct Facts {
    started: Duration,
    /// The length of the body that is sent.
    sent: Option<u64>,
    /// Of the last answer.
    status: u16,
    length: Option<String>,
    request_id: String,
}

impl Facts {
    pub(super) fn new(request: &Request<'_>, started: Duration) -> Self {
        let sent = request.content_length();
        Self { started, sent, status: 0, length: None, request_id: String::new() }
    }

    /// Notes an answer, if the log wants to know.
    pub(super) fn note(&mut self, answer: &Answer) {
        if log::log_enabled!(log::Level::Debug) {
            let length = answer.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let (status, request_id) = (answer.status, request_id(&answer.headers));
            *self = Self { status, length, request_id, ..*self };
        }
    }
}

/// Logs how a call ended.
pub(super) fn ended<T>(
    request: &Request<'_>,
    location: &Location,
    facts: &Facts,
    now: Duration,
    result: &Result<(T, Attempts), CosError>,
) {
    if !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let (name, ms) = (Name(request, location), now.saturating_sub(facts.started).as_millis());
    match result {
        Ok((_, attempts)) => {
            let bytes = match (request.method.as_str(), facts.sent, &facts.length) {
                ("PUT" | "POST", Some(sent), _) => format!(", {sent} bytes sent"),
                ("GET", _, Some(length)) => format!(", {length} bytes to read"),
                _ => String::new(),
            };
            let (status, id) = (facts.status, &facts.request_id);
            log::debug!("{name}: {status} in {ms} ms{bytes}, request id {id:?}{attempts}");
        }
        Err(error) => log::debug!("{name}: failed in {ms} ms: {error}"),
    }
}

/// Logs that another request follows after a pause, and why.
pub(super) fn retried(request: &Request<'_>, location: &Location, why: impl Display, pause: Duration) {
    log::warn!("{}: {why}; retrying in {} ms", Name(request, location), pause.as_millis());
}

/// Logs that another attempt follows at once, because what was wrong on this side is repaired.
pub(super) fn repaired(request: &Request<'_>, location: &Location, number: u32, error: &CosError, repair: Repair) {
    let name = Name(request, location);
    match repair {
        // Servers close connections that were idle, so this is no trouble.
        Repair::Connection => log::debug!("{name}: {error}; retrying with a new connection"),
        Repair::Clock => log::warn!("{name}: attempt {number} failed: {error}; retrying with a corrected clock"),
        Repair::Credentials => log::warn!("{name}: attempt {number} failed: {error}; retrying with new credentials"),
    }
}

/// The name of a call: operation, method, host and path.
struct Name<'c>(&'c Request<'c>, &'c Location);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(request, location) = self;
        write!(f, "{} {} {}{}", request.operation, request.method, location.signed_host(), location.path)
    }
}
