//! What the realm shows of itself to all who ask at once.

use archipelago_core::protocol::bus::Snapshot;
use archipelago_core::protocol::limits::SNAPSHOT_SHARED_MS;
use prost::Message as _;

use crate::clients::NOW_MS;
use crate::world::{HERE, Link, World};

#[test]
fn all_who_ask_at_once_are_shown_the_same() {
    let mut world = World::new();
    let shown = |world: &mut World, now_ms| {
        let bytes = world.realm.encoded_snapshot(now_ms);
        Snapshot::decode(bytes).unwrap().peers.len()
    };
    assert_eq!(shown(&mut world, NOW_MS), 0);
    world.player(&mut Link::new("a", 1), 1, HERE);
    assert_eq!(world.realm.snapshot().peers.len(), 1);
    assert_eq!(shown(&mut world, NOW_MS + SNAPSHOT_SHARED_MS - 1), 0);
    assert_eq!(shown(&mut world, NOW_MS + SNAPSHOT_SHARED_MS), 1);
    // The clock is set back.
    world.player(&mut Link::new("b", 1), 2, HERE);
    assert_eq!(shown(&mut world, NOW_MS), 2);
}
