//! What a call of the SDK came to, in the form of the recordings.

use std::io;

use qcloud_cos::{CosError, CosServiceError};
use serde_json::{Value, json};

/// Why a call has no value.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The SDK's error.
    Cos(Box<CosError>),
    /// An error of the harness's own doing or of a stream that the SDK returned.
    Io(io::Error),
    /// The Python call cannot be written in Rust: a value of the wrong type, or a
    /// required argument left out. The compiler refuses it before anything is sent.
    Refused(String),
    /// A method or keyword argument that the harness does not know.
    Unknown(String),
}

impl From<CosError> for Stop {
    fn from(error: CosError) -> Stop {
        Stop::Cos(Box::new(error))
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Io(error)
    }
}

/// What one call came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Value(Value),
    /// A `CosServiceError`; its fields under the names of the recordings.
    Service(Value),
    /// A client error, with its text for the message of a failure.
    Client(String),
    Refused(String),
    Unknown(String),
}

impl From<Result<Value, Stop>> for Outcome {
    fn from(result: Result<Value, Stop>) -> Outcome {
        match result {
            Ok(value) => Outcome::Value(value),
            Err(Stop::Io(error)) => Outcome::Client(error.to_string()),
            Err(Stop::Refused(what)) => Outcome::Refused(what),
            Err(Stop::Unknown(what)) => Outcome::Unknown(what),
            Err(Stop::Cos(error)) => match error.service() {
                None => Outcome::Client(error.to_string()),
                Some(e) => Outcome::Service(fields(e)),
            },
        }
    }
}

fn fields(e: &CosServiceError) -> Value {
    json!({
        "type": "CosServiceError",
        "status": e.get_status_code(),
        "code": e.get_error_code(),
        "message": e.get_error_msg(),
        "resource": e.get_resource_location(),
        "request_id": e.get_request_id(),
        "trace_id": e.get_trace_id(),
        "digest": e.get_digest_msg(),
    })
}

/// The error that ended a stream of events, as the recordings write it.
pub(crate) fn recorded(error: &CosError) -> Value {
    match error.service() {
        Some(error) => json!({"error": fields(error)}),
        None => json!({"error": {"type": "CosClientError"}}),
    }
}
