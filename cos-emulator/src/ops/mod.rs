//! The operations of COS, a file for each family.

pub(crate) mod acl;
pub(crate) mod append;
mod attributes;
pub(crate) mod bucket;
mod conditions;
pub(crate) mod configuration;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod multipart;
pub(crate) mod put;
mod receive;
pub(crate) mod restore;
pub(crate) mod select;
mod select_sql;
pub(crate) mod service;
pub(crate) mod tagging;
pub(crate) mod uploads;
pub(crate) mod versions;

pub(crate) use bucket::create_directly as create_bucket_directly;

use std::fmt::Display;

use crate::error::{Code, Error};

/// An `ETag` as headers and documents show it.
fn quoted(etag: impl Display) -> String {
    format!("\"{etag}\"")
}

/// An `ETag` as it is compared: without quotes.
fn unquoted(etag: &str) -> &str {
    etag.trim().trim_start_matches("W/").trim_matches('"')
}

/// A number from a request.
fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Error> {
    let invalid = || Error::new(Code::InvalidArgument, format!("invalid {name}"));
    value.trim().parse().map_err(|_| invalid())
}
