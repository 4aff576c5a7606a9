//! Client-side encryption, in both formats, and the fuzz targets as property tests.

#[path = "../common/mod.rs"]
mod common;

mod attacks;
mod client;
#[cfg(feature = "fuzzing")]
mod fuzz_properties;
mod kills;
mod native;
mod resume;
mod tampering;
mod transfers;
