//! Requests to a credential service: little time, few attempts, small answers.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::USER_AGENT;
use http::{Method, Request};

use crate::config::Network;
use crate::credential::Credentials;
use crate::credential::deadline::time_left;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::transport::{Cause, Route, exchange};
use crate::wire::request::header;

const NAME: &str = concat!("qcloud-cos/", env!("CARGO_PKG_VERSION"));

/// How long a service may take to answer in full.
const TIMEOUT: Duration = Duration::from_secs(5);
const TRIES: u32 = 3;
/// The longest answer that is read, in bytes.
const LIMIT: usize = 64 * 1024;
/// The longest pause before the second attempt; it doubles before the third.
const PAUSE: Duration = Duration::from_millis(100);

/// Why an answer gives no credentials.
pub(crate) enum Denied {
    /// Another attempt might help.
    Passing(String),
    Final(String),
    /// There are no credentials.
    Nothing(String),
}

/// Sends requests until `read` understands an answer. `make` makes the request of each attempt, and `what` names the
/// service in errors.
pub(crate) fn fetch<T>(
    what: &str,
    network: &Network,
    make: impl Fn() -> Result<Request<Vec<u8>>, CosError>,
    read: impl Fn(u16, &[u8]) -> Result<T, Denied>,
) -> Result<T, CosError> {
    let mut tried = 0;
    loop {
        tried += 1;
        let timeout = time_left().map_or(TIMEOUT, |left| left.min(TIMEOUT));
        if timeout.is_zero() {
            return Err(failed(what, "no time is left to ask").with_attempt_count(tried - 1).without_time().into());
        }
        let route = Route { network, timeout, limit: LIMIT };
        let error = match exchange(make()?, &route) {
            Ok((status, body)) => match read(status, &body) {
                Ok(found) => return Ok(found),
                Err(Denied::Passing(why)) => failed(what, &why),
                Err(Denied::Final(why)) => return Err(failed(what, &why).with_attempt_count(tried).into()),
                Err(Denied::Nothing(why)) => return Err(CosError::no_credentials(format!("{what}: {why}"))),
            },
            Err(failure) => {
                let error = failed(what, &failure.error.to_string()).caused_by(failure.error);
                if failure.cause == Cause::Final {
                    return Err(error.with_attempt_count(tried).into());
                }
                error
            }
        };
        log::debug!("{error} (attempt {tried} of {TRIES})");
        if tried == TRIES {
            return Err(error.with_attempt_count(tried).into());
        }
        let pause = PAUSE.saturating_mul(tried).mul_f64(fastrand::f64());
        if time_left().is_some_and(|left| left <= pause) {
            return Err(error.with_attempt_count(tried).without_time().into());
        }
        thread::sleep(pause);
    }
}

fn failed(what: &str, why: &str) -> CosClientError {
    CosClientError::new(ClientErrorKind::Credentials, format!("{what}: {why}"))
}

/// Makes a request. Its headers may hold secrets, so no header shows in a log.
pub(crate) fn request(
    method: Method,
    url: &str,
    headers: &[(&'static str, &str)],
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, CosError> {
    let mut request = Request::builder().method(method).uri(url).header(USER_AGENT, NAME);
    for (name, value) in headers {
        let (name, mut value) = header(name, value)?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    let failed = |e| CosClientError::new(ClientErrorKind::Protocol, format!("no valid request: {e}")).caused_by(e);
    Ok(request.body(body).map_err(failed)?)
}

/// Checks the temporary credentials of an answer as those of the configuration are checked.
pub(crate) fn temporary(id: String, key: String, token: String, expires: u64) -> Result<Credentials, Denied> {
    let end = UNIX_EPOCH.checked_add(Duration::from_secs(expires)).filter(|_| expires > 0);
    let end = end.ok_or_else(|| Denied::Passing("the answer has no valid ExpiredTime".to_owned()))?;
    let credentials = Credentials::with_token(id, key, token).with_expiry(end);
    credentials.check().map_err(|error| Denied::Passing(format!("the answer is not usable: {error}")))?;
    Ok(credentials)
}

/// Seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Refuses a name that has another length, or characters other than letters, digits and `others`.
pub(crate) fn check_name(field: &str, value: &str, lengths: [usize; 2], others: &str) -> Result<(), CosClientError> {
    let [least, most] = lengths;
    if !(least..=most).contains(&value.len()) {
        return Err(CosClientError::invalid(field, format!("must have {least} to {most} characters")));
    }
    if !value.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c)) {
        return Err(CosClientError::invalid(field, format!("{value:?} may hold only letters, digits and {others:?}")));
    }
    Ok(())
}
