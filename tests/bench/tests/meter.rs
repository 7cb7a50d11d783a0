//! What is counted is what the whole process allocates. So this test has one to itself: others would allocate meanwhile.

use archipelago_bench::Meter;

#[test]
fn what_is_kept_is_held() {
    let meter = Meter::start();
    let mut kept: Vec<u8> = Vec::with_capacity(10_000_000);
    assert!(meter.allocations() >= 1);
    assert!(meter.bytes() >= 10_000_000);
    assert!(meter.held_bytes() > 9_000_000);
    kept.reserve_exact(20_000_000);
    assert!(meter.held_bytes() > 19_000_000);
    drop(kept);
    assert!(meter.held_bytes() < 1_000_000);
}
