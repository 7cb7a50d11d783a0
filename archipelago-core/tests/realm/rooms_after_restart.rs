//! Rooms that outlive their realm and all that it had stored: it begins without a past.

use archipelago_core::engine::IslandNumber;
use archipelago_core::realm::{FAREWELL_MS, Realm, RealmConfig};

use crate::rooms::{closed, guest, muted, nothing, settled};
use crate::world::{GRACE_MS, HERE, Link, PERIOD_MS, TIMEOUT_MS, config, listed};

/// What the realm knew of its rooms is lost with it; connectors and rooms tell it again.
#[test]
fn a_realm_that_has_restarted_sends_nobody_away_whom_it_does_not_know_yet() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, here) = world.settler(&mut a, 1, HERE);
    let stranger = guest(2, 77);
    world.realm = Realm::new(config(), 2, IslandNumber::new(50).unwrap());
    let both = [&here, &stranger];
    assert_eq!(world.room_lists("main.I1", &both), nothing());
    let report = a.list(&[listed(1, session, HERE, (1, here.assignment))]);
    world.report(&report);
    assert!(world.is_current(&here), "as it was told");
    world.advance(PERIOD_MS);
    // Its island has formed anew, and the old one's room is told without having been asked.
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&here]))]);
    world.advance_alive(TIMEOUT_MS, &mut [&mut a]);
    world.order();
    let gone = closed(&[&here, &stranger]);
    assert_eq!(world.room_lists("main.I1", &both), gone);
}

#[test]
fn a_realm_that_has_restarted_knows_the_old_rooms_by_the_list() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, here) = world.settler(&mut a, 1, HERE);
    world.realm = Realm::new(config(), 2, IslandNumber::new(50).unwrap());
    let report = a.list(&[listed(1, session, HERE, (1, here.assignment))]);
    world.report(&report);
    let deliveries = world.advance(PERIOD_MS);
    assert_eq!(deliveries.len(), 1, "another island");
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&here]))]);
    world.advance(FAREWELL_MS);
    assert_eq!(world.order(), [("main.I1".to_owned(), closed(&[&here]))]);
    // Without rooms of our own there is nothing to be told.
    let elsewhere = RealmConfig {
        own_rooms: None,
        ..config()
    };
    world.realm = Realm::new(elsewhere, 3, IslandNumber::new(80).unwrap());
    let report = a.list(&[listed(1, session, HERE, (51, 9))]);
    world.report(&report);
    world.advance(PERIOD_MS);
    assert_eq!(world.order(), []);
}

/// Its connector was silent for so long that the player was given up, and muted. Only a new assignment lets it in again.
#[test]
fn who_was_given_up_does_not_come_back_by_the_old_assignment() {
    let mut alive = Link::new("alive", 1);
    let mut world = settled(&mut alive);
    let mut dead = Link::new("dead", 1);
    let (session, old) = world.settler(&mut dead, 1, HERE);
    world.room_lists("main.I1", &[&old]);
    world.advance_alive(TIMEOUT_MS + GRACE_MS, &mut [&mut alive]);
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&old]))]);
    let report = dead.list(&[listed(1, session, HERE, (1, old.assignment))]);
    world.report(&report);
    assert!(!world.is_current(&old));
    let deliveries = world.advance(PERIOD_MS);
    let mut told = deliveries
        .iter()
        .flat_map(|(_, delivery)| &delivery.assignments);
    let number = told.next().expect("assigned anew").number;
    assert!(number > old.assignment);
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
    assert!(world.is_current(&guest(1, number)));
}
