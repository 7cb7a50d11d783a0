//! The target `islands` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| archipelago_fuzz::islands::run(input));
