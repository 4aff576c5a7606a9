//! Every "all parameters" prototype of Python's documentation pages, ported line for line: each parameter
//! must arrive where COS expects it. Values that the pages leave open (`'string'`) are valid ones here.
//!
//! The pages go by the letters of `PYTHON_PARITY.md`: B, O20, O21, U and U24.

mod common;

#[path = "all_parameters/buckets.rs"]
mod buckets;
#[path = "all_parameters/completeness.rs"]
mod completeness;
#[path = "all_parameters/copies.rs"]
mod copies;
#[path = "all_parameters/listings.rs"]
mod listings;
#[path = "all_parameters/multipart.rs"]
mod multipart;
#[path = "all_parameters/objects.rs"]
mod objects;
#[path = "all_parameters/put.rs"]
mod put;
#[path = "all_parameters/sent.rs"]
mod sent;
#[path = "all_parameters/signing.rs"]
mod signing;
#[path = "all_parameters/transfers.rs"]
mod transfers;
