//! What an error of COS can be asked, and how it reads.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::{CosServiceError, UNKNOWN};
use crate::attempts::{Attempts, getters};

impl CosServiceError {
    fn digest(&self, key: &str) -> &str {
        self.digest.get(key).map_or(UNKNOWN, String::as_str)
    }

    /// Returns the body of the answer as it came, at most 64 KiB of it; empty if there was none.
    pub fn get_origin_msg(&self) -> &str {
        &self.origin.0
    }

    /// Returns the parts of the error under Python's keys: `code`, `message`, `resource`,
    /// `requestid`, `traceid`. What COS did not say is missing.
    pub fn get_digest_msg(&self) -> &BTreeMap<String, String> {
        &self.digest
    }

    /// Returns the HTTP status; 200 for an error that COS reported inside a 200 answer.
    pub fn get_status_code(&self) -> u16 {
        self.status
    }

    /// Returns COS's error code, such as `NoSuchKey`.
    pub fn get_error_code(&self) -> &str {
        self.digest("code")
    }

    /// The same, as COS answers a condition of a copy that fails.
    pub(crate) fn failed_condition(mut self) -> Self {
        self.status = 412;
        self.digest.insert("code".to_owned(), "PreconditionFailed".to_owned());
        self
    }

    /// Whether COS named an error at all.
    pub(crate) fn has_code(&self) -> bool {
        self.digest.contains_key("code")
    }

    /// Returns COS's description of the error.
    pub fn get_error_msg(&self) -> &str {
        self.digest("message")
    }

    /// Returns the address of the bucket or object that the error is about.
    pub fn get_resource_location(&self) -> &str {
        self.digest("resource")
    }

    /// Returns the id of the request, for questions to Tencent Cloud.
    pub fn get_request_id(&self) -> &str {
        self.digest("requestid")
    }

    /// Returns the id that leads to COS's trace of the request.
    pub fn get_trace_id(&self) -> &str {
        self.digest("traceid")
    }

    getters!();

    pub(crate) fn all_attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Returns how long the answer asks to be left alone (`Retry-After`), if it does.
    pub fn retry_after(&self) -> Option<Duration> {
        self.attempts.retry_after
    }

    /// Returns by how many seconds this machine's clock is behind COS's, where COS refused the request for that;
    /// negative if it is ahead.
    pub fn clock_offset(&self) -> Option<i64> {
        self.attempts.clock_offset
    }

    /// Returns the name of the operation, such as `put_object`.
    pub fn operation(&self) -> &str {
        self.operation
    }
}

impl fmt::Display for CosServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.operation, self.method)?;
        if !self.target.is_empty() {
            write!(f, " of {:?}", self.target)?;
        }
        write!(
            f,
            ": status {}, code {}, message {:?}, request id {}",
            self.status,
            self.get_error_code(),
            self.get_error_msg(),
            self.get_request_id(),
        )?;
        write!(f, "{}", self.attempts)
    }
}

impl StdError for CosServiceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as &(dyn StdError + 'static))
    }
}
