//! Attacks on client-side encryption. A server that is the attacker answers by hand; somebody who can only write to
//! the bucket does so through the emulator.

mod common;

#[path = "encryption_attacks/ranges.rs"]
mod ranges;
