//! Small texts of requests and answers.

use std::fmt::Display;

use crate::error::{Code, Error};

/// An `ETag` as headers and documents show it.
pub(super) fn quoted(etag: impl Display) -> String {
    format!("\"{etag}\"")
}

/// An `ETag` as it is compared: without quotes.
pub(super) fn unquoted(etag: &str) -> &str {
    etag.trim().trim_start_matches("W/").trim_matches('"')
}

/// A number from a request.
pub(super) fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Error> {
    let invalid = || Error::new(Code::InvalidArgument, format!("invalid {name}"));
    value.trim().parse().map_err(|_| invalid())
}
