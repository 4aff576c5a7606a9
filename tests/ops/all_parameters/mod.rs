//! Every "all parameters" prototype of Python's documentation pages, ported line for line: each parameter
//! must arrive where COS expects it. Values that the pages leave open (`'string'`) are valid ones here.
//!
//! The pages go by the letters of `PYTHON_PARITY.md`: B, O20, O21, U and U24.

mod buckets;
mod completeness;
mod copies;
mod listings;
mod multipart;
mod objects;
mod put;
mod sent;
mod signing;
mod transfers;
