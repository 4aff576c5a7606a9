#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qcloud_cos::fuzzing::encrypted_checkpoint(data));
