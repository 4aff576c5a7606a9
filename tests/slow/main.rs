//! Tests that start programs or take long: transfers that are killed, full disks, random faults, the examples.

#[path = "../common/mod.rs"]
mod common;

mod chaos;
mod crash_points;
#[cfg(unix)]
mod disk_full;
mod examples;
#[cfg(unix)]
mod kills;
