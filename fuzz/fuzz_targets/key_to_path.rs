#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qcloud_cos::fuzzing::key_to_path(data));
