//! The target `session` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| archipelago_fuzz::session::run(input));
