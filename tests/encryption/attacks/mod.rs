//! Attacks on client-side encryption. A server that is the attacker answers by itself; somebody who can only write to
//! the bucket does so through the emulator.

mod key_streams;
mod keys;
mod ranges;
pub(crate) mod tap;
mod uploads;
