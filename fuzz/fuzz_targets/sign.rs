#![no_main]

#[path = "../verify.rs"]
mod verify;

libfuzzer_sys::fuzz_target!(|data: &[u8]| qcloud_cos::fuzzing::sign(data, verify::verify));
