//! What every error can be asked, whichever side it is of, and how errors look in `Debug`.

use std::collections::BTreeMap;
use std::fmt;

use super::{ClientErrorKind, CosClientError, CosError, CosServiceError};

impl CosError {
    /// Returns the kind of an error of this side; `None` for an error that COS answered, which has a
    /// [`code`](Self::code).
    pub fn kind(&self) -> Option<&ClientErrorKind> {
        match self {
            Self::Client(error) => Some(error.kind()),
            Self::Service(_) => None,
        }
    }

    /// Returns the HTTP status of an error that COS answered, such as 404; `None` for an error of this side.
    pub fn status(&self) -> Option<u16> {
        self.service().map(CosServiceError::get_status_code)
    }

    /// Returns COS's error code, such as `NoSuchKey`; `None` for an error of this side or an answer without a code.
    pub fn code(&self) -> Option<&str> {
        self.service().filter(|error| error.has_code()).map(CosServiceError::get_error_code)
    }

    /// Returns the id of the request, for questions to Tencent Cloud; `None` for an error of this side or an answer
    /// without an id.
    pub fn request_id(&self) -> Option<&str> {
        self.service()?.get_digest_msg().get("requestid").map(String::as_str)
    }

    /// Returns whether COS answered 404: no such object, bucket or upload.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Returns whether time ran out: the server was silent or too slow, COS gave up waiting (`RequestTimeout`), or the
    /// call's deadline is over.
    pub fn is_timeout(&self) -> bool {
        use ClientErrorKind::{Stalled, Timeout};
        matches!(self.kind(), Some(Timeout | Stalled))
            || self.code() == Some("RequestTimeout")
            || self.deadline_exceeded()
    }

    /// Returns the HTTP status of an error that COS answered; 0 for an error of this side. [`status`](Self::status)
    /// tells the two apart.
    ///
    /// Python: `e.get_status_code()`
    pub fn get_status_code(&self) -> u16 {
        self.status().unwrap_or_default()
    }

    /// Returns COS's error code; `"Unknown"` if there is none, as in an error of this side.
    ///
    /// Python: `e.get_error_code()`
    pub fn get_error_code(&self) -> &str {
        self.service().map_or(super::UNKNOWN, CosServiceError::get_error_code)
    }

    /// Returns COS's description of the error, or the text of an error of this side.
    ///
    /// Python: `e.get_error_msg()`
    pub fn get_error_msg(&self) -> &str {
        match self {
            Self::Client(error) => error.message(),
            Self::Service(error) => error.get_error_msg(),
        }
    }

    /// Returns the body of the answer as it came, at most 64 KiB of it; empty for an error of this side.
    ///
    /// Python: `e.get_origin_msg()`
    pub fn get_origin_msg(&self) -> &str {
        self.service().map_or("", CosServiceError::get_origin_msg)
    }

    /// Returns the parts of COS's error under Python's keys; none for an error of this side.
    ///
    /// Python: `e.get_digest_msg()`
    pub fn get_digest_msg(&self) -> &BTreeMap<String, String> {
        static NOTHING: BTreeMap<String, String> = BTreeMap::new();
        self.service().map_or(&NOTHING, CosServiceError::get_digest_msg)
    }

    /// Returns the id of the request; `"Unknown"` if there is none, as in an error of this side.
    ///
    /// Python: `e.get_request_id()`
    pub fn get_request_id(&self) -> &str {
        self.request_id().unwrap_or(super::UNKNOWN)
    }

    /// Returns the id that leads to COS's trace of the request; `"Unknown"` if there is none.
    ///
    /// Python: `e.get_trace_id()`
    pub fn get_trace_id(&self) -> &str {
        self.service().map_or(super::UNKNOWN, CosServiceError::get_trace_id)
    }

    /// Returns the address of the bucket or object that the error is about; `"Unknown"` if COS did not say it.
    ///
    /// Python: `e.get_resource_location()`
    pub fn get_resource_location(&self) -> &str {
        self.service().map_or(super::UNKNOWN, CosServiceError::get_resource_location)
    }
}

/// Shows the text, because that is what `fn main() -> Result<(), CosError>` prints; `{:#?}` shows the structure.
impl fmt::Debug for CosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(f),
            Self::Service(error) => error.fmt(f),
        }
    }
}

/// Shows the text; `{:#?}` shows the structure.
impl fmt::Debug for CosClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { self.0.fmt(f) } else { fmt::Display::fmt(self, f) }
    }
}

/// Shows the text; `{:#?}` shows the structure, without the body, in which COS may repeat what was signed, such as a
/// token.
impl fmt::Debug for CosServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("CosServiceError")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("target", &self.target)
            .field("status", &self.status)
            .field("digest", &self.digest)
            .field("origin", &self.origin)
            .field("attempts", &self.attempts)
            .field("source", &self.source)
            .finish()
    }
}
