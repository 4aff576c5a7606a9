//! Attacks on client-side encryption. A server that is the attacker answers by itself; somebody who can only write to
//! the bucket does so through the emulator.

#![allow(dead_code, reason = "each attack uses a part of the tap")]

mod common;

#[path = "encryption_attacks/key_streams.rs"]
mod key_streams;
#[path = "encryption_attacks/keys.rs"]
mod keys;
#[path = "encryption_attacks/ranges.rs"]
mod ranges;
#[path = "encryption_attacks/tap.rs"]
mod tap;
#[path = "encryption_attacks/uploads.rs"]
mod uploads;
