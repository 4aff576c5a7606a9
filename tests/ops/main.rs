//! The operations against the emulator: what is set arrives, what is answered is read, what is wrong is named.

#[path = "../common/mod.rs"]
mod common;

mod beyond_python;
mod bodies;
mod bucket_settings;
mod buckets;
mod config;
mod credentials;
mod listing;
mod logging;
mod multipart;
mod object_extras;
mod objects;
mod pages;
#[cfg(feature = "ci")]
mod processing;
mod select;
#[cfg(feature = "ci")]
mod vectors;
