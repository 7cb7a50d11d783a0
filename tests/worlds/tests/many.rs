//! The engine with more players than it looks at one by one to find out how far they are spread.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, Scope};
use archipelago_worlds::Run;

/// The promises are kept; natively alone, for all pairs are compared.
#[test]
fn promises_are_kept_among_thousands() {
    let policy = CrowdPolicy::Coherent(CoherentConfig::balanced());
    let mut run = Run::new("uniform-5000", 1, policy).expect("a world");
    for _ in 0..10 {
        run.flush();
        run.walk();
    }
    run.flush();
    assert_eq!(run.engine.check(Scope::Full), Ok(()));
    assert_eq!(run.engine.peer_count(), 5000);
}
