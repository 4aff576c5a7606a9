//! Transfers of files, folders, readers and copies against the emulator.

#[path = "../common/mod.rs"]
mod common;

mod buffer_upload;
mod callers_code;
mod checkpoints;
mod copying;
mod downloads;
mod folders;
mod handles;
mod part_sizes;
mod uploads;
