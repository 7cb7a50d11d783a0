//! What is delivered, until it is acknowledged.

use archipelago_core::engine::Scope;
use archipelago_core::realm::ARRIVALS_DELAY_MS;

use crate::world::{HERE, Link, PERIOD_MS, World, kicked, told};

#[test]
fn islands_travel_once_per_delivery() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    // Two islands of four, one of them filled up in the order of arrival.
    let spots = [0.0, 500.0];
    let sessions: Vec<(u64, f32)> = (0..8)
        .map(|who| (world.login(&mut a, who), spots[usize::from(who % 2)]))
        .collect();
    let report = a.heartbeats(&sessions);
    world.report(&report);
    let deliveries = world.advance(ARRIVALS_DELAY_MS);
    let [(_, delivery)] = deliveries.as_slice() else {
        panic!("one connector, one delivery: {deliveries:?}");
    };
    assert_eq!(delivery.islands.len(), 2);
    assert_eq!(delivery.assignments.len(), 8);
    for island in &delivery.islands {
        assert_eq!(island.members.len(), 4);
    }
    let mut numbers: Vec<u64> = delivery.assignments.iter().map(|a| a.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 8, "no assignment's number is given twice");
}

#[test]
fn deliveries_stay_until_they_are_acknowledged() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.login(&mut a, 1);
    world.heartbeat(&mut a, session, HERE);
    world.now_ms += ARRIVALS_DELAY_MS;
    assert_eq!(world.realm.tick(world.now_ms), Some(Scope::Arrivals));
    let mut waits = Vec::new();
    let first = world.take();
    assert_eq!(told(&first), [("a", session, "I1")]);
    for _ in 0..9 {
        assert_eq!(world.take(), [], "one at a time");
        let failed_ms = world.now_ms;
        world.realm.undelivered("a", failed_ms);
        let mut again = world.take();
        while again.is_empty() {
            world.now_ms = world.now_ms.max(world.realm.next_ms().unwrap());
            world.realm.tick(world.now_ms);
            again = world.take();
        }
        assert_eq!(again, first, "the same again");
        waits.push(world.now_ms - failed_ms);
    }
    assert!(waits.is_sorted(), "{waits:?}");
    assert!(waits[0] < waits[8], "it waits longer and longer");
    assert_eq!(waits[7], waits[8], "but not for ever");
    assert!(waits[8] <= 10_000);
    world.realm.delivered("a", &first[0].1, world.now_ms);
    assert_eq!(world.take(), []);
    // After a success it is not held against the connector.
    let next = world.login(&mut a, 1);
    assert_eq!(kicked(&world.take()), [("a", session)]);
    world.realm.undelivered("a", world.now_ms);
    world.now_ms += waits[0];
    assert_eq!(kicked(&world.take()), [("a", session)]);
    assert!(next > session);
}

#[test]
fn a_newer_assignment_replaces_an_undelivered_one() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let mate = world.player(&mut a, 2, 500.0);
    let mate2 = world.player(&mut a, 3, 500.0);
    let session = world.placed(&mut a, 1, HERE);
    let old = world.take();
    assert_eq!(told(&old), [("a", session, "I3")]);
    // While it is under way, the player moves to the other island.
    world.heartbeat(&mut a, session, 500.0);
    world.now_ms += PERIOD_MS;
    assert_eq!(world.realm.tick(world.now_ms), Some(Scope::Full));
    assert_eq!(world.take(), [], "one at a time");
    // The acknowledgement of the older one does not take the newer one along.
    world.realm.delivered("a", &old[0].1, world.now_ms);
    let new = world.take();
    assert_eq!(told(&new), [("a", session, "I1")]);
    assert!(new[0].1.assignments[0].number > old[0].1.assignments[0].number);
    // A failed one is replaced altogether.
    world.heartbeat(&mut a, session, 900.0);
    world.now_ms += PERIOD_MS;
    world.realm.tick(world.now_ms);
    world.realm.undelivered("a", world.now_ms);
    world.now_ms += 10_000;
    let newest = world.take();
    assert_eq!(told(&newest), [("a", session, "I4")]);
    assert!(mate < mate2);
}

#[test]
fn who_left_is_not_told() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.placed(&mut a, 1, HERE);
    let report = a.ended(session);
    world.report(&report);
    assert_eq!(world.take(), []);
    world.advance(PERIOD_MS);
    assert_eq!(world.realm.next_ms(), None);
}

#[test]
fn a_dead_connector_costs_the_others_nothing() {
    let mut world = World::new();
    let (mut dead, mut lively) = (Link::new("dead", 1), Link::new("lively", 1));
    let (one, two) = (world.login(&mut dead, 1), world.login(&mut lively, 2));
    world.heartbeat(&mut dead, one, HERE);
    world.heartbeat(&mut lively, two, HERE);
    world.now_ms += ARRIVALS_DELAY_MS;
    world.realm.tick(world.now_ms);
    let first = world.take();
    assert_eq!(first.len(), 2);
    let (_, delivery) = first.iter().find(|(name, _)| name == "lively").unwrap();
    world.realm.delivered("lively", delivery, world.now_ms);
    // The other one has not even failed yet.
    for place in 1_u16..5 {
        world.heartbeat(&mut lively, two, f32::from(place) * 500.0);
        world.now_ms += PERIOD_MS;
        world.realm.tick(world.now_ms);
        let deliveries = world.deliver();
        assert_eq!(
            told(&deliveries).len(),
            usize::from(place == 1),
            "{deliveries:?}"
        );
        assert!(deliveries.iter().all(|(name, _)| name == "lively"));
    }
}
