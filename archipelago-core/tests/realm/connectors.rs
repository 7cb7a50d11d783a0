//! Epochs, sequences, lists, and connectors that fall silent.

use archipelago_core::engine::{IslandNumber, Position};
use archipelago_core::protocol::bus::LiveSession;
use archipelago_core::realm::{ARRIVALS_DELAY_MS, Realm, RealmError};

use crate::clients::{address, at};
use crate::world::{GRACE_MS, HERE, Link, PERIOD_MS, TIMEOUT_MS, World, config, kicked, told};

fn listed(who: u8, session: u64, position: Option<Position>) -> LiveSession {
    LiveSession {
        session,
        address: address(who).0.to_vec(),
        position: position.map(Into::into),
        told_island: 1,
        assignment: 0,
        position_is_old: false,
    }
}

#[test]
fn stale_epochs_are_refused() {
    let mut world = World::new();
    let mut old = Link::new("a", 1);
    let session = world.player(&mut old, 1, HERE);
    let mut new = Link::new("a", 2);
    let report = new.list(&[listed(1, session, None)]);
    world.report(&report);
    let stale = RealmError::StaleEpoch {
        epoch: 1,
        newest: 2,
    };
    let report = old.ended(session);
    assert_eq!(world.realm.report(&report, world.now_ms), Err(stale));
    let request = old.request(2);
    assert_eq!(world.connect(&request), Err(stale));
    assert!(world.is_connected(1) && !world.is_connected(2));
    // An epoch is the connector's own: others count for themselves.
    world.login(&mut Link::new("b", 1), 2);
    assert!(world.is_connected(2));
}

#[test]
fn a_report_counts_once() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.player(&mut a, 1, HERE);
    let before = a.heartbeats(&[(session, 5.0)]);
    let after = a.heartbeats(&[(session, 9.0)]);
    let ended = a.ended(session);
    for report in [&before, &after, &after, &before] {
        world.report(report);
        assert_eq!(world.realm.snapshot().peers.len(), 1);
    }
    let position = world.realm.snapshot().peers[0].position;
    assert_eq!(position, Some(at(9.0, 0.0).into()));
    world.report(&ended);
    let again = world.login(&mut a, 1);
    world.heartbeat(&mut a, again, HERE);
    for report in [&ended, &before, &after] {
        world.report(report);
    }
    assert!(world.is_connected(1));
    // The sequence begins anew with an epoch.
    let mut restarted = Link::new("a", 2);
    let report = restarted.list(&[]);
    world.report(&report);
    assert!(!world.is_connected(1));
}

#[test]
fn a_connector_that_is_not_known_is_asked_for_its_list() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    a.sequence = 5;
    let report = a.report();
    assert!(world.report(&report).full_wanted);
    let report = a.report();
    assert!(world.report(&report).full_wanted, "until it comes");
    let report = a.list(&[listed(1, 70, Some(at(HERE, 0.0)))]);
    let reply = world.report(&report);
    assert_eq!((reply.full_wanted, reply.incarnation), (false, 1));
    let report = a.report();
    assert!(!world.report(&report).full_wanted);
    // Who is listed with a position is there, and is told its island by this realm.
    assert_eq!(told(&world.advance(ARRIVALS_DELAY_MS)), [("a", 70, "I1")]);
    assert!(world.is_connected(1));
}

#[test]
fn a_list_may_be_nonsense() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let nan = archipelago_core::protocol::common::Position {
        x: f32::NAN,
        ..Default::default()
    };
    let report = a.list(&[
        LiveSession {
            address: vec![1],
            ..listed(1, 70, None)
        },
        LiveSession {
            position: Some(nan),
            ..listed(2, 71, None)
        },
    ]);
    world.report(&report);
    assert!(!world.is_connected(1));
    assert!(world.is_connected(2));
    assert_eq!(world.islands(), []);
}

#[test]
fn sessions_that_a_new_epoch_does_not_list_are_kept_for_the_grace() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let gone = world.player(&mut a, 1, HERE);
    let stays = world.player(&mut a, 2, HERE);
    let mate = world.player(&mut b, 3, HERE);
    let mut a = Link::new("a", 2);
    let report = a.list(&[listed(2, stays, Some(at(HERE, 0.0)))]);
    world.report(&report);
    assert!(!world.is_connected(1));
    assert_eq!(
        world.islands(),
        [("I1".to_owned(), vec![address(2), address(3)])],
        "out of the stats at once"
    );
    // Not released before the grace is over: the place on the island is still taken.
    world.advance_alive(GRACE_MS - 1_000, &mut [&mut a, &mut b]);
    world.player(&mut b, 4, HERE);
    world.player(&mut b, 5, HERE);
    assert_eq!(world.island_of(4).as_deref(), Some("I1"));
    assert_ne!(world.island_of(5).as_deref(), Some("I1"), "four are full");
    world.advance_alive(2 * PERIOD_MS, &mut [&mut a, &mut b]);
    let islands = world.islands();
    assert_eq!(islands.len(), 1, "the place is free: {islands:?}");
    assert_eq!(islands[0].1.len(), 4);
    assert!(gone < stays && stays < mate);
}

#[test]
fn who_comes_back_within_the_grace_keeps_its_island() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    world.player(&mut b, 2, HERE);
    world.player(&mut a, 1, HERE);
    let mut a = Link::new("a", 2);
    let report = a.list(&[]);
    world.report(&report);
    world.advance_alive(GRACE_MS - 1, &mut [&mut a, &mut b]);
    assert_eq!(world.island_of(1), None);
    // A login counts.
    let back = world.login(&mut a, 1);
    assert!(world.is_connected(1));
    world.advance_alive(2 * GRACE_MS, &mut [&mut a, &mut b]);
    world.heartbeat(&mut a, back, HERE);
    assert_eq!(told(&world.take()), [("a", back, "I1")]);
    assert_eq!(
        world.islands(),
        [("I1".to_owned(), vec![address(2), address(1)])]
    );
    assert_eq!(world.realm.next_island(), IslandNumber::new(3).unwrap());
}

#[test]
fn who_is_listed_later_keeps_its_island() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.player(&mut a, 1, HERE);
    let mut a = Link::new("a", 2);
    let report = a.list(&[]);
    world.report(&report);
    assert!(!world.is_connected(1));
    world.advance(1_000);
    let report = a.list(&[listed(1, session, Some(at(HERE, 0.0)))]);
    world.report(&report);
    assert!(world.is_connected(1));
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
    world.advance_alive(2 * GRACE_MS, &mut [&mut a]);
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
}

#[test]
fn positions_of_a_list_do_not_replace_newer_ones() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.player(&mut a, 1, HERE);
    world.heartbeat(&mut a, session, 500.0);
    let mut a = Link::new("a", 2);
    let report = a.list(&[listed(1, session, Some(at(HERE, 0.0)))]);
    world.report(&report);
    let position = world.realm.snapshot().peers[0].position;
    assert_eq!(position, Some(at(500.0, 0.0).into()));
}

/// Its first heartbeat was lost with the connector, which had kept it with the socket: it is told all the same.
#[test]
fn a_listed_position_is_a_first_heartbeat() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    world.player(&mut a, 1, HERE);
    let new = world.login(&mut b, 1);
    world.deliver();
    let mut b = Link::new("b", 2);
    let report = b.list(&[listed(1, new, Some(at(500.0, 0.0)))]);
    world.report(&report);
    assert_eq!(told(&world.take()), [("b", new, "I1")]);
    let position = world.realm.snapshot().peers[0].position;
    assert_eq!(
        position,
        Some(at(500.0, 0.0).into()),
        "newer than the one before"
    );
}

#[test]
fn a_session_that_was_issued_in_this_epoch_may_be_missing_in_a_list() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.login(&mut a, 1);
    // The answer is still on its way when the connector makes the list.
    let report = a.list(&[]);
    world.report(&report);
    assert!(world.is_connected(1));
    world.heartbeat(&mut a, session, HERE);
    assert_eq!(told(&world.advance(ARRIVALS_DELAY_MS)).len(), 1);
}

#[test]
fn a_silent_connector_is_presumed_dead() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let session = world.player(&mut a, 1, HERE);
    world.player(&mut b, 2, HERE);
    let heard_ms = world.now_ms - ARRIVALS_DELAY_MS - ARRIVALS_DELAY_MS;
    let silent_ms = world.now_ms - heard_ms;
    world.advance_alive(TIMEOUT_MS - silent_ms - 1, &mut [&mut b]);
    assert!(world.is_connected(1));
    world.advance(1);
    assert!(!world.is_connected(1));
    assert!(world.is_connected(2));
    assert_eq!(world.islands(), [("I1".to_owned(), vec![address(2)])]);
    // It speaks again within the grace, in the same epoch: all is as it was, and told again.
    world.advance_alive(GRACE_MS - 1, &mut [&mut b]);
    let report = a.heartbeats(&[(session, HERE)]);
    let reply = world.report(&report);
    assert!(reply.full_wanted, "what it has meanwhile is not known");
    assert!(world.is_connected(1));
    assert_eq!(told(&world.take()), [("a", session, "I1")]);
    world.realm.undelivered("a", world.now_ms);
    // And if not, its sessions are released.
    world.advance_alive(TIMEOUT_MS + GRACE_MS, &mut [&mut b]);
    assert!(!world.is_connected(1));
    let report = a.heartbeats(&[(session, HERE)]);
    world.report(&report);
    assert!(!world.is_connected(1), "only a list brings it back");
    let report = a.list(&[listed(1, session, Some(at(HERE, 0.0)))]);
    world.report(&report);
    assert!(world.is_connected(1));
    let deliveries = world.advance(ARRIVALS_DELAY_MS);
    assert_eq!(told(&deliveries), [("a", session, "I1")]);
    assert_eq!(world.islands()[0].1, [address(2), address(1)]);
}

/// What changed while it was missing is told when it is found.
#[test]
fn what_changed_during_the_absence_is_told() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let alone = world.player(&mut a, 1, HERE);
    let (two, three) = (
        world.player(&mut b, 2, 500.0),
        world.player(&mut b, 3, 500.0),
    );
    let mut a = Link::new("a", 2);
    let report = a.list(&[]);
    world.report(&report);
    // The larger island comes and swallows the smaller one.
    let report = b.heartbeats(&[(two, HERE), (three, HERE)]);
    world.report(&report);
    assert_eq!(told(&world.advance(PERIOD_MS)), []);
    let report = a.list(&[listed(1, alone, Some(at(HERE, 0.0)))]);
    world.report(&report);
    assert_eq!(told(&world.take()), [("a", alone, "I2")]);
}

#[test]
fn a_list_does_not_bring_back_who_is_to_be_kicked() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let old = world.player(&mut a, 1, HERE);
    let new = world.login(&mut b, 1);
    let ended = b.ended(new);
    world.report(&ended);
    // The kick has not arrived when the connector makes its list.
    let mut a = Link::new("a", 2);
    let report = a.list(&[listed(1, old, Some(at(HERE, 0.0)))]);
    world.report(&report);
    assert!(!world.is_connected(1));
    assert_eq!(kicked(&world.deliver()), [("a", old)]);
    let report = a.ended(old);
    world.report(&report);
    world.advance(PERIOD_MS);
    assert_eq!(world.realm.next_ms(), None);
}

#[test]
fn a_list_with_a_replaced_session_gets_it_kicked() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let old = world.player(&mut a, 1, HERE);
    world.player(&mut b, 1, HERE);
    // Delivered, but not to the connector's next epoch, which still has the socket.
    let mut a = Link::new("a", 2);
    let report = a.list(&[listed(1, old, Some(at(500.0, 0.0)))]);
    world.report(&report);
    assert_eq!(kicked(&world.deliver()), [("a", old)]);
    assert!(world.is_connected(1));
    let position = world.realm.snapshot().peers[0].position;
    assert_eq!(position, Some(at(HERE, 0.0).into()));
}

#[test]
fn after_a_restart_the_lists_rebuild_the_realm() {
    let mut world = World::new();
    world.realm = Realm::new(config(), 2, IslandNumber::new(50).unwrap());
    let (mut a, mut b) = (Link::new("a", 4), Link::new("b", 9));
    (a.sequence, b.sequence) = (100, 7);
    let first = 1 << 32;
    // Both have a session of one address: the one that was issued later is the current one, whoever lists first.
    let report = b.list(&[listed(1, first + 5, Some(at(HERE, 0.0)))]);
    world.report(&report);
    let report = a.list(&[
        listed(1, first + 3, Some(at(500.0, 0.0))),
        listed(2, first + 4, Some(at(HERE, 0.0))),
        listed(3, first + 6, None),
    ]);
    world.report(&report);
    let deliveries = world.advance(ARRIVALS_DELAY_MS);
    assert_eq!(kicked(&deliveries), [("a", first + 3)]);
    let mut told = told(&deliveries);
    told.sort_unstable();
    assert_eq!(told, [("a", first + 4, "I1e"), ("b", first + 5, "I1e")]);
    assert!(world.is_connected(3));
    assert_eq!(world.island_of(3), None, "not before its heartbeat");
    let next = world.login(&mut a, 1);
    assert!(next > first + 6);
    assert_eq!(kicked(&world.deliver()), [("b", first + 5)]);
}

/// A repeated report may hold an old list: whoever is not in it and still speaks makes the realm ask again.
#[test]
fn an_old_list_does_not_hide_a_forgotten_session() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let first = a.report();
    world.report(&first);
    let session = world.player(&mut a, 1, HERE);
    world.advance(TIMEOUT_MS + GRACE_MS);
    assert!(!world.is_connected(1), "forgotten");
    // The answer to the first report was lost, so it is repeated before anything else.
    world.report(&first);
    let report = a.heartbeats(&[(session, HERE)]);
    assert!(world.report(&report).full_wanted);
    let report = a.list(&[listed(1, session, Some(at(HERE, 0.0)))]);
    assert!(!world.report(&report).full_wanted);
    assert_eq!(
        told(&world.advance(ARRIVALS_DELAY_MS)),
        [("a", session, "I2")]
    );
    // Who has been replaced is kicked, and not asked for.
    let new = world.login(&mut a, 1);
    let report = a.heartbeats(&[(session, HERE), (new, HERE)]);
    assert!(!world.report(&report).full_wanted);
}
