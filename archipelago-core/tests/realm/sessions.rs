//! Who comes, who takes over, who never appears.

use archipelago_core::engine::IslandNumber;
use archipelago_core::protocol::bus::{ConnectRequest, LookupRequest, Report};
use archipelago_core::realm::{ARRIVALS_DELAY_MS, Realm, RealmError};

use crate::clients::{NOW_MS, address, at};
use crate::world::{HERE, Link, PERIOD_MS, TIMEOUT_MS, World, config, kicked, told};

#[test]
fn who_comes_is_grouped_and_told() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let (one, two) = (world.login(&mut a, 1), world.login(&mut b, 2));
    assert!(world.is_connected(1));
    world.heartbeat(&mut a, one, HERE);
    world.heartbeat(&mut b, two, HERE);
    let deliveries = world.advance(ARRIVALS_DELAY_MS);
    assert_eq!(told(&deliveries), [("a", one, "I1"), ("b", two, "I1")]);
    assert_eq!(kicked(&deliveries), []);
    for (_, delivery) in &deliveries {
        assert_eq!(delivery.incarnation, 1);
        let members = delivery.islands[0].members.iter();
        let addresses: Vec<_> = members.map(|member| member.address.clone()).collect();
        assert_eq!(addresses, [address(1).0.to_vec(), address(2).0.to_vec()]);
        assert_eq!(delivery.islands[0].number, 1);
    }
    assert_eq!(
        world.islands(),
        [("I1".to_owned(), vec![address(1), address(2)])]
    );
    let snapshot = world.realm.snapshot();
    assert_eq!(snapshot.max_peers, 4);
    assert_eq!(snapshot.peers[0].last_ping, NOW_MS);
    assert_eq!(snapshot.peers[0].position, Some(at(HERE, 0.0).into()));
    assert_eq!(world.realm.next_island(), IslandNumber::new(3).unwrap());
}

#[test]
fn what_is_no_message_is_refused() {
    let mut world = World::new();
    let good = Link::new("a", 1).request(1);
    let refused = |request: &ConnectRequest, world: &mut World| world.connect(request).unwrap_err();
    let request = ConnectRequest {
        address: vec![1; 19],
        ..good.clone()
    };
    assert_eq!(refused(&request, &mut world), RealmError::InvalidAddress);
    for stamp in [None, Some(Link::new("", 1).stamp())] {
        let request = ConnectRequest {
            stamp: stamp.clone(),
            ..good.clone()
        };
        assert_eq!(refused(&request, &mut world), RealmError::MissingStamp);
        let report = Report {
            stamp,
            sequence: 1,
            ..Report::default()
        };
        let refused = world.realm.report(&report, NOW_MS).unwrap_err();
        assert_eq!(refused, RealmError::MissingStamp);
    }
    let lookup = LookupRequest { address: vec![] };
    assert_eq!(
        world.realm.lookup(&lookup).unwrap_err(),
        RealmError::InvalidAddress
    );
    assert_eq!(world.realm.next_ms(), None);
}

#[test]
fn a_repeated_connect_gives_the_same_answer() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let request = a.request(1);
    let answer = world.connect(&request).unwrap();
    assert_eq!(world.connect(&request).unwrap(), answer);
    assert_eq!(world.take(), [], "nobody is kicked");
    // Another socket, another session; and the late copy takes nothing from it.
    let second = a.request(1);
    let newer = world.connect(&second).unwrap();
    assert!(newer.session > answer.session);
    assert_eq!(kicked(&world.deliver()), [("a", answer.session)]);
    assert_eq!(world.connect(&request).unwrap(), answer);
    assert_eq!(world.connect(&second).unwrap(), newer);
    assert_eq!(world.take(), []);
    // The same number of a socket on another connector is another socket.
    let third = world.connect(&b.request(1)).unwrap();
    assert!(third.session > newer.session);
    // Nor does a late copy make a ghost of a session that is over.
    let report = b.ended(third.session);
    world.report(&report);
    let repeated = ConnectRequest {
        stamp: Some(b.stamp()),
        ..request
    };
    assert_eq!(world.connect(&repeated).unwrap(), third);
    assert!(!world.is_connected(1));
}

#[test]
fn a_new_session_takes_over() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let other = world.player(&mut a, 2, HERE);
    let old = world.player(&mut a, 1, HERE);
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
    let new = world.login(&mut b, 1);
    let deliveries = world.deliver();
    assert_eq!(kicked(&deliveries), [("a", old)]);
    assert_eq!(told(&deliveries), [], "not before its first heartbeat");
    assert_eq!(world.island_of(1).as_deref(), Some("I1"), "it stays");
    // What the old one still says means nothing, and its close takes nothing from the new one.
    let report = Report {
        heartbeats: a.heartbeats(&[(old, 900.0)]).heartbeats,
        ..a.ended(old)
    };
    world.report(&report);
    assert!(world.is_connected(1));
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
    assert_eq!(
        told(&world.advance_alive(PERIOD_MS, &mut [&mut a, &mut b])),
        []
    );
    // The new one is told at once, though its island is the one its predecessor was told.
    world.heartbeat(&mut b, new, HERE);
    assert_eq!(told(&world.take()), [("b", new, "I1")]);
    assert_eq!(world.islands().len(), 1);
    assert!(other < old && old < new);
}

#[test]
fn a_new_session_that_is_elsewhere_moves() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 2, HERE);
    world.player(&mut a, 1, HERE);
    let new = world.login(&mut a, 1);
    world.heartbeat(&mut a, new, 500.0);
    let deliveries = world.advance(PERIOD_MS);
    let told = told(&deliveries);
    assert_eq!(told.first(), Some(&("a", new, "I1")));
    assert_eq!(told.last(), Some(&("a", new, "I3")));
}

#[test]
fn a_session_without_a_heartbeat_can_be_replaced() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let old = world.login(&mut a, 1);
    let new = world.login(&mut b, 1);
    assert_eq!(kicked(&world.deliver()), [("a", old)]);
    world.heartbeat(&mut a, old, HERE);
    assert_eq!(world.advance(PERIOD_MS), []);
    world.heartbeat(&mut b, new, HERE);
    assert_eq!(told(&world.advance(ARRIVALS_DELAY_MS)), [("b", new, "I1")]);
}

#[test]
fn numbers_grow_across_incarnations() {
    let mut sessions = Vec::new();
    let mut assignments = Vec::new();
    for incarnation in 1..4 {
        let mut world = World::new();
        world.realm = Realm::new(config(), incarnation, IslandNumber::FIRST);
        let mut a = Link::new("a", 1);
        for who in 1..4 {
            let session = world.login(&mut a, who);
            world.heartbeat(&mut a, session, f32::from(who) * 500.0);
            let deliveries = world.advance(ARRIVALS_DELAY_MS);
            sessions.push(session);
            assignments.push(deliveries[0].1.assignments[0].number);
            assert_eq!(deliveries[0].1.incarnation, incarnation);
        }
        let report = a.report();
        assert_eq!(world.report(&report).incarnation, incarnation);
    }
    assert!(sessions.is_sorted_by(|a, b| a < b), "{sessions:?}");
    assert!(assignments.is_sorted_by(|a, b| a < b), "{assignments:?}");
}

#[test]
fn who_closed_during_the_handshake_never_appears() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.login(&mut a, 1);
    assert_eq!(world.islands(), []);
    let report = a.ended(session);
    world.report(&report);
    assert!(!world.is_connected(1));
    assert_eq!(world.islands(), []);
    assert_eq!(world.advance(TIMEOUT_MS), []);
    assert_eq!(world.realm.next_ms(), None);
    assert_eq!(world.realm.next_island(), IslandNumber::FIRST);
}

#[test]
fn an_abandoned_socket_has_no_session() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    // Applied, but the answer was lost.
    let request = a.request(1);
    world.connect(&request).unwrap();
    let report = a.abandoned(&request);
    world.report(&report);
    assert!(!world.is_connected(1));
    assert_eq!(world.connect(&request), Err(RealmError::Abandoned));
    // Overtaken by the report.
    let late = a.request(1);
    let report = a.abandoned(&late);
    world.report(&report);
    assert_eq!(world.connect(&late), Err(RealmError::Abandoned));
    assert!(!world.is_connected(1));
    // Another socket of the address is another matter, and is not ended by a repeated report.
    let next = a.request(1);
    world.connect(&next).unwrap();
    world.report(&report);
    assert!(world.is_connected(1));
    world.advance(2 * TIMEOUT_MS);
    assert_eq!(world.realm.next_ms(), None);
}

#[test]
fn an_abandoned_socket_takes_nothing_from_a_newer_session() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let request = a.request(1);
    world.connect(&request).unwrap();
    world.login(&mut b, 1);
    let report = a.abandoned(&request);
    world.report(&report);
    assert!(world.is_connected(1));
}
