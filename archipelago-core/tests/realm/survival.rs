//! What comes late from the time of an earlier incarnation, and what a release has ended for good.

use archipelago_core::engine::EngineConfig;
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, LiveSession, Report, RoomReport,
};
use archipelago_core::realm::{ARRIVALS_DELAY_MS, RealmConfig};

use crate::clients::at;
use crate::rooms::{guest, listing, muted, nothing};
use crate::world::{GRACE_MS, HERE, Link, PERIOD_MS, World, config, kicked, listed, told};

/// A repeat that was long under way would else take over from the session that it has itself opened.
#[test]
fn a_login_for_another_incarnation_issues_nothing() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let request = ConnectRequest {
        incarnation: Some(1),
        ..a.request(1)
    };
    let session = world.connect(&request).unwrap().session;
    world.heartbeat(&mut a, session, HERE);
    world.advance(ARRIVALS_DELAY_MS);
    world.restart();
    let list = a.list(&[listed(1, session, HERE, (1, 1 << 32 | 1))]);
    world.report(&list);
    let ask_again = ConnectReply {
        session: 0,
        incarnation: 2,
    };
    for incarnation in [0, 1, 3] {
        let late = ConnectRequest {
            incarnation: Some(incarnation),
            ..request.clone()
        };
        assert_eq!(world.connect(&late), Ok(ask_again));
    }
    assert_eq!(kicked(&world.deliver()), []);
    assert!(world.is_connected(1));
    let meant = ConnectRequest {
        incarnation: Some(2),
        ..a.request(2)
    };
    assert_ne!(world.connect(&meant).unwrap().session, 0);
}

#[test]
fn a_report_for_another_incarnation_is_passed_over() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let session = world.player(&mut a, 1, HERE);
    let late = Report {
        incarnation: 1,
        ..a.ended(session)
    };
    world.restart();
    let reply = world.report(&late);
    assert_eq!((reply.incarnation, reply.full_wanted), (2, true));
    assert_eq!(world.disk.sessions.len(), 1, "nobody has left");
    let again = Report {
        incarnation: 2,
        ..late
    };
    world.report(&again);
    assert_eq!(world.disk.sessions.len(), 0, "its sequence was not taken");
}

/// Rooms that were told so have muted it, and nobody is ever heard there again by that assignment.
#[test]
fn who_was_released_and_comes_back_to_the_same_island_is_assigned_anew() {
    let mut world = World::new();
    let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
    let (stays, here) = world.settler(&mut a, 1, HERE);
    let (session, old) = world.settler(&mut b, 2, HERE);
    world.restart();
    let list = a.list(&[listed(1, stays, HERE, (1, here.assignment))]);
    world.report(&list);
    world.room_lists("main.I1", &[&here, &old]);
    world.advance(GRACE_MS);
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&old]))]);
    let list = b.list(&[listed(2, session, HERE, (1, old.assignment))]);
    world.report(&list);
    assert!(!world.is_current(&old));
    let deliveries = world.advance(PERIOD_MS);
    assert_eq!(told(&deliveries), [("b", session, "I1")]);
    let number = deliveries[0].1.assignments[0].number;
    assert!(number > old.assignment);
    assert!(world.is_current(&guest(2, number)));
    assert!(!world.is_current(&old));
}

/// The realm had assigned the player to another island, had it muted, and died before the connector knew. What the next
/// incarnation takes up is the assignment before.
#[test]
fn who_is_muted_where_it_belongs_is_assigned_anew() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let (session, here) = world.settler(&mut a, 1, HERE);
    world.restart();
    let list = a.list(&[listed(1, session, HERE, (1, here.assignment))]);
    world.report(&list);
    assert!(world.is_current(&here));
    assert_eq!(told(&world.deliver()), []);
    let report = RoomReport {
        players: 0,
        ..listing("main.I1", &[&here])
    };
    world.realm.room_report(&report, world.now_ms).unwrap();
    assert!(!world.is_current(&here));
    let deliveries = world.deliver();
    assert_eq!(told(&deliveries), [("a", session, "I1")]);
    let number = deliveries[0].1.assignments[0].number;
    assert!(world.is_current(&guest(1, number)));
    world.realm.room_report(&report, world.now_ms).unwrap();
    assert_eq!(
        told(&world.deliver()),
        [],
        "it is the old one that is muted"
    );
}

/// Somebody who comes to the island sees where everybody is believed to be; and who is told of it is on it.
#[test]
fn who_is_only_presumed_to_be_somewhere_is_listed_there() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let (session, _) = world.settler(&mut a, 1, HERE);
    world.restart();
    // What told it its island was lost with the connector's memory.
    let list = a.list(&[LiveSession {
        position_is_old: true,
        ..listed(1, session, HERE, (0, 0))
    }]);
    world.report(&list);
    let deliveries = world.deliver();
    assert_eq!(told(&deliveries), [("a", session, "I1")]);
    let members = &deliveries[0].1.islands[0].members;
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].position, Some(at(HERE, 0.0).into()));
}

/// The realm has taken a login, and its answer is lost: the player, who comes again, has not left.
#[test]
fn a_login_whose_answer_is_lost_keeps_the_place() {
    for restarted in [false, true] {
        let mut world = World::new();
        let (mut a, mut b) = (Link::new("a", 1), Link::new("b", 1));
        world.player(&mut a, 1, HERE);
        if restarted {
            world.restart();
        }
        let request = b.request(1);
        world.connect(&request).unwrap();
        let abandoned = b.abandoned(&request);
        world.report(&abandoned);
        assert!(!world.is_connected(1));
        world.advance_alive(PERIOD_MS, &mut [&mut a, &mut b]);
        let session = world.login(&mut b, 1);
        world.heartbeat(&mut b, session, HERE);
        assert!(told(&world.deliver()).contains(&("b", session, "I1")));
        // And who does not come again has left when the grace is over.
        let request = b.request(1);
        world.connect(&request).unwrap();
        let abandoned = b.abandoned(&request);
        world.report(&abandoned);
        world.advance_alive(GRACE_MS + PERIOD_MS, &mut [&mut a, &mut b]);
        assert_eq!(world.disk.sessions.len(), 0);
    }
}

/// A lowered capacity, and a second crash: the membership is gone, but not yet what the client was told.
#[test]
fn who_has_lost_the_place_to_a_lowered_capacity_is_not_muted_before_it_is_listed() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    world.player(&mut a, 1, HERE);
    let session = world.player(&mut a, 2, HERE);
    let here = guest(2, 1 << 32 | 2);
    world.restart_as(RealmConfig {
        engine: EngineConfig::new(1, 20.0, Some(25.0)).unwrap(),
        ..config()
    });
    world.keep();
    world.restart();
    assert_eq!(world.room_lists("main.I1", &[&here]), nothing());
    let list = a.list(&[listed(2, session, HERE, (1, here.assignment))]);
    world.report(&list);
    assert!(world.is_current(&here));
}
