//! When the islands are formed, and how the realm is.

use archipelago_core::engine::Scope;
use archipelago_core::realm::{ARRIVALS_DELAY_MS, RUSH_FACTOR};

use crate::clients::NOW_MS;
use crate::world::{HERE, Link, PERIOD_MS, TIMEOUT_MS, World, told};

#[test]
fn arrivals_do_not_wait_for_the_period() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.login(&mut a, 1);
    assert_eq!(
        world.realm.next_ms(),
        Some(NOW_MS + TIMEOUT_MS),
        "a login alone brings no flush"
    );
    world.heartbeat(&mut a, session, HERE);
    let due = NOW_MS + ARRIVALS_DELAY_MS;
    assert_eq!(world.realm.next_ms(), Some(due));
    world.now_ms += ARRIVALS_DELAY_MS - 1;
    let other = world.login(&mut a, 2);
    world.heartbeat(&mut a, other, HERE);
    assert_eq!(world.realm.next_ms(), Some(due), "the first one counts");
    assert_eq!(world.realm.tick(due - 1), None);
    assert_eq!(world.realm.tick(due), Some(Scope::Arrivals));
    world.now_ms = due;
    assert_eq!(told(&world.deliver()).len(), 2);
    assert_eq!(world.realm.tick(due), None);
    // Known players wait for the full flush, which has its own rhythm.
    world.heartbeat(&mut a, session, 500.0);
    assert_eq!(world.realm.next_ms(), Some(NOW_MS + PERIOD_MS));
    let _: () = const { assert!(ARRIVALS_DELAY_MS <= 50, "within 50 ms") };
}

#[test]
fn in_a_rush_flushes_leave_time_for_the_rest() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    let took_ms = 100;
    world.realm.measured(took_ms, world.now_ms);
    let free_ms = world.now_ms + RUSH_FACTOR * took_ms;
    world.now_ms += 10;
    let session = world.login(&mut a, 2);
    world.heartbeat(&mut a, session, HERE);
    assert_eq!(world.realm.next_ms(), Some(free_ms));
    assert_eq!(world.realm.tick(free_ms - 1), None);
    assert_eq!(world.realm.tick(free_ms), Some(Scope::Arrivals));
    // Once the rush is over, the usual delay is back.
    world.realm.measured(0, free_ms);
    world.now_ms = free_ms;
    world.deliver();
    let session = world.login(&mut a, 3);
    world.heartbeat(&mut a, session, HERE);
    assert_eq!(world.realm.next_ms(), Some(free_ms + ARRIVALS_DELAY_MS));
}

#[test]
fn a_full_flush_each_period_as_long_as_anybody_is_there() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    assert_eq!(world.realm.next_ms(), None);
    assert_eq!(world.realm.tick(NOW_MS), None);
    let session = world.player(&mut a, 1, HERE);
    for period in 1..6 {
        let due = NOW_MS + period * PERIOD_MS;
        assert_eq!(world.realm.next_ms(), Some(due));
        assert_eq!(world.realm.tick(due - 1), None);
        assert_eq!(world.realm.tick(due), Some(Scope::Full));
        world.now_ms = due;
        assert_eq!(world.deliver(), [], "nothing has changed");
    }
    let report = a.ended(session);
    world.report(&report);
    assert_eq!(world.islands(), []);
    world.advance(PERIOD_MS);
    assert_eq!(world.realm.next_ms(), None, "an empty realm sleeps");
    world.player(&mut a, 1, HERE);
    assert_eq!(world.island_of(1).as_deref(), Some("I2"), "no id twice");
}

#[test]
fn a_full_flush_takes_the_arrivals_along() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    let full_ms = NOW_MS + PERIOD_MS;
    world.now_ms = full_ms - 10;
    let session = world.login(&mut a, 2);
    world.heartbeat(&mut a, session, HERE);
    assert_eq!(world.realm.tick(full_ms), Some(Scope::Full));
    world.now_ms = full_ms;
    assert_eq!(told(&world.deliver()), [("a", session, "I1")]);
    assert_eq!(world.realm.next_ms(), Some(full_ms + PERIOD_MS));
}

#[test]
fn health_is_how_late_the_flush_is() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let late = |world: &World, now_ms| world.realm.status(now_ms).flush_late_ms;
    assert_eq!(late(&world, NOW_MS + 1_000_000), 0, "an idle realm is well");
    world.player(&mut a, 1, HERE);
    let due = NOW_MS + PERIOD_MS;
    assert_eq!(late(&world, due - 1), 0);
    assert_eq!(late(&world, due), 0);
    assert_eq!(late(&world, due + 7_000), 7_000);
    assert_eq!(late(&world, u64::MAX), u32::MAX);
    let healthy = |world: &World, now_ms| world.realm.status(now_ms).is_healthy(PERIOD_MS);
    assert!(healthy(&world, due + 2 * PERIOD_MS));
    assert!(!healthy(&world, due + 2 * PERIOD_MS + 1));
    world.realm.tick(due + 7_000);
    assert_eq!(late(&world, due + 7_000), 0);
}
