//! Heartbeats, assignments, and the end.

use archipelago_core::protocol::common;
use archipelago_core::protocol::limits::LIVE_FRAME_MAX_BYTES;
use archipelago_core::session::Action;

use crate::clients::{NOW_MS, TIMEOUTS, at, heartbeat, heartbeat_of};
use crate::stages::{NUMBER, island, live};

#[test]
fn the_longest_heartbeat_is_taken() {
    let empty = heartbeat_of(Some(at(1.0, 2.0).into()), Some("")).len();
    // The lengths of the room, of the heartbeat and of the packet take one byte more each when they pass 127.
    let room = "r".repeat(LIVE_FRAME_MAX_BYTES - empty - 2);
    let frame = heartbeat_of(Some(at(1.0, 2.0).into()), Some(&room));
    assert_eq!(frame.len(), LIVE_FRAME_MAX_BYTES);
    let Action::Heartbeat { desired_room, .. } = live().frame(&frame, NOW_MS) else {
        panic!("not taken");
    };
    assert_eq!(desired_room, Some(room));
}

#[test]
fn heartbeats_push_the_idle_time_out() {
    let mut session = live();
    for minute in 1..10 {
        let now = NOW_MS + minute * 60_000;
        assert_eq!(session.tick(&TIMEOUTS, now), Action::None);
        session.frame(&heartbeat(at(0.0, 0.0)), now);
        assert_eq!(
            session.deadline_ms(&TIMEOUTS),
            Some(now + TIMEOUTS.idle_ms),
            "background tabs send once a minute"
        );
    }
    // One that says nothing about the place shows that the client lives, too.
    let now = NOW_MS + 700_000;
    session.frame(&heartbeat_of(None, None), now);
    assert_eq!(session.deadline_ms(&TIMEOUTS), Some(now + TIMEOUTS.idle_ms));
}

#[test]
fn positions_that_are_none_are_passed_over() {
    let mut session = live();
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let positions = bad.iter().flat_map(|&bad| {
        [(bad, 0.0, 0.0), (0.0, bad, 0.0), (0.0, 0.0, bad)]
            .map(|(x, y, z)| Some(common::Position { x, y, z }))
    });
    for position in positions.chain([None]) {
        assert_eq!(
            session.frame(&heartbeat_of(position, Some("I1")), NOW_MS),
            Action::PositionRefused
        );
    }
    assert_eq!(session.live().unwrap().position, None);
    let first = |first, position| Action::Heartbeat {
        session: NUMBER,
        position,
        desired_room: None,
        first,
    };
    let here = at(0.0, 0.0);
    assert_eq!(session.frame(&heartbeat(here), NOW_MS), first(true, here));
    assert_eq!(session.frame(&heartbeat(here), NOW_MS), first(false, here));
    let nan = common::Position {
        x: f32::NAN,
        ..Default::default()
    };
    assert_eq!(
        session.frame(&heartbeat_of(Some(nan), None), NOW_MS),
        Action::PositionRefused
    );
    assert_eq!(session.live().unwrap().position, Some(here));
    let there = at(-3.5, 1e6);
    assert_eq!(
        session.frame(&heartbeat(there), NOW_MS),
        first(false, there)
    );
    assert_eq!(session.live().unwrap().position, Some(there));
}

#[test]
fn a_wish_is_handed_on() {
    for wish in [None, Some(""), Some("I7")] {
        let frame = heartbeat_of(Some(at(0.0, 0.0).into()), wish);
        let Action::Heartbeat { desired_room, .. } = live().frame(&frame, NOW_MS) else {
            panic!("not taken");
        };
        assert_eq!(desired_room.as_deref(), wish);
    }
}

#[test]
fn assignments_are_told_once_and_in_order() {
    let mut session = live();
    assert_eq!(session.assigned(5, island(1)), Some(None));
    assert_eq!(session.assigned(5, island(1)), None, "repeated");
    assert_eq!(session.assigned(5, island(2)), None, "repeated");
    assert_eq!(session.assigned(4, island(2)), None, "outdated");
    assert_eq!(session.assigned(7, island(2)), Some(Some(island(1))));
    let again = Some(Some(island(2)));
    assert_eq!(session.assigned(8, island(2)), again, "a new token");
    assert_eq!(session.assigned(7, island(3)), None, "outdated");
    assert_eq!(session.assigned(9, island(1)), Some(Some(island(2))));
    let live = session.live().unwrap();
    assert_eq!((live.told, live.assignment), (Some(island(1)), 9));
    assert_eq!(session.assigned(0, island(2)), None);
}
