//! Client-side encryption, in both formats.

#[path = "../common/mod.rs"]
mod common;

mod attacks;
mod client;
mod kills;
mod native;
mod resume;
mod tampering;
mod transfers;
