//! The samples of the official Python pages, ported line for line as a reader of those pages would first write them.
//!
//! What a first guess spells in another way than the library has it is put right here.

#[path = "../common/mod.rs"]
mod common;

mod buckets;
mod multipart;
mod objects;
mod transfers;
