//! What a connector does when the realm has restarted while it was asked something.

use archipelago_core::connector::{Action, REPORT_INTERVAL_MS};
use archipelago_core::protocol::bus::{LiveSessions, Report};

use crate::clients::{at, heartbeat, heartbeat_of};
use crate::shard::{Shard, incarnation_of, live_session, sent, stamp};

#[test]
fn a_login_that_was_not_meant_for_the_realm_is_made_again() {
    let mut shard = Shard::new();
    let socket = shard.joining(1);
    let again = shard.joined(socket, 0, 4);
    assert!(matches!(again.as_slice(), [Action::Join(..)]), "{again:?}");
    assert_eq!(incarnation_of(&again), Some(4));
    assert_eq!(sent(&shard.joined(socket, 70, 4)).len(), 1, "welcome");
    // Who has left meanwhile leaves nothing behind.
    let socket = shard.joining(2);
    shard.connector.closed(socket, shard.now_ms);
    assert_eq!(shard.joined(socket, 0, 5), []);
    assert!(shard.report_now().disconnects.is_empty());
}

/// A kick may overtake the answer that names its session; who still waits must not lose it to somebody else's answer.
#[test]
fn to_ask_again_is_to_wait_on() {
    let mut shard = Shard::new();
    let socket = shard.joining(1);
    shard.delivered(&crate::shard::kicks(&[70]));
    shard.joined(socket, 0, 1);
    let out = shard.joined(socket, 70, 1);
    assert!(
        out.iter().any(|action| matches!(action, Action::Close(..))),
        "{out:?}"
    );
}

#[test]
fn a_report_that_was_passed_over_is_said_again() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let other = shard.live(2, 71);
    shard.frame(socket, &heartbeat(at(5.0, 5.0)));
    shard.connector.closed(other, shard.now_ms);
    shard.now_ms += REPORT_INTERVAL_MS;
    let report = shard.take();
    assert_eq!(
        (report.incarnation, report.disconnects.as_slice()),
        (1, [71].as_slice())
    );
    assert_eq!(report.heartbeats.len(), 1);
    shard.answer_as(2, true);
    let mut session = live_session(1, 70, (0, 0));
    session.position = report.heartbeats[0].position;
    let again = Report {
        stamp: Some(stamp()),
        sequence: report.sequence + 1,
        full: Some(LiveSessions {
            sessions: vec![session],
        }),
        incarnation: 2,
        ..report
    };
    assert_eq!(shard.take(), again);
}

/// That must not happen; if it does, all wait for each other without asking again and again.
#[test]
fn an_incarnation_that_falls_is_not_asked_at_once_again() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat(at(5.0, 5.0)));
    shard.take();
    shard.answer_as(7, false);
    assert_eq!(shard.take().incarnation, 7);
    shard.answer_as(3, true);
    assert!(shard.connector.report_due_ms() > Some(shard.now_ms));
    let late = shard.joining(2);
    let out = shard.joined(late, 0, 3);
    assert!(
        !out.iter().any(|action| matches!(action, Action::Join(..))),
        "{out:?}"
    );
}

#[test]
fn a_wish_that_was_passed_over_stays_until_it_is_replaced() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat_of(Some(at(5.0, 5.0).into()), Some("I9")));
    shard.take();
    shard.frame(socket, &heartbeat(at(6.0, 6.0)));
    shard.answer_as(2, true);
    let again = shard.report_now();
    assert_eq!(again.heartbeats[0].position, Some(at(6.0, 6.0).into()));
    assert_eq!(again.heartbeats[0].desired_room.as_deref(), Some("I9"));
}
