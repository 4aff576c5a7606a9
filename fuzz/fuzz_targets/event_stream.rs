#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qcloud_cos::fuzzing::event_stream(data));
