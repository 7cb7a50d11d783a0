//! What is reported, and when.

use archipelago_core::connector::{KEEP_ALIVE_MS, REPORT_INTERVAL_MS, RETRY_MAX_MS, RETRY_MS};
use archipelago_core::protocol::bus::{
    Delivery, LiveSession, Report, SessionHeartbeat, SessionStages,
};
use prost::Message as _;

use crate::clients::{NOW_MS, TIMEOUTS, at, heartbeat, heartbeat_of};
use crate::shard::{Shard, assign, delivery, island, live_session, records, stamp};

#[test]
fn a_first_heartbeat_is_reported_at_once_and_with_the_full_list() {
    let mut shard = Shard::new();
    let socket = shard.welcome(1, 70);
    let out = shard.frame(socket, &heartbeat(at(1.0, 1.0)));
    assert_eq!(records(&out).len(), 1, "the position is kept");
    let report = shard.report_now();
    assert_eq!(report.sequence, 1);
    assert_eq!(
        report.full.unwrap().sessions,
        [live_session(1, 70, (0, 0))],
        "the first report of an epoch lists all"
    );
    assert_eq!(report.heartbeats.len(), 1);
    assert_eq!(shard.connector.report_due_ms(), None);
    let late = shard.welcome(2, 71);
    shard.assert_nothing_but_numbers(NOW_MS);
    shard.frame(late, &heartbeat(at(2.0, 2.0)));
    let report = shard.report_now();
    assert_eq!((report.sequence, report.full), (2, None));
    assert_eq!(report.heartbeats[0].session, 71);
}

#[test]
fn heartbeats_wait_for_the_interval_and_the_newest_counts() {
    let mut shard = Shard::new();
    let (first, second) = (shard.live(1, 70), shard.live(2, 71));
    let due = NOW_MS + REPORT_INTERVAL_MS;
    shard.now_ms += 10;
    let out = shard.frame(second, &heartbeat(at(4.0, 0.0)));
    assert_eq!(out, [], "nothing is stored for each heartbeat");
    let wish = heartbeat_of(Some(at(5.0, 0.0).into()), Some("I9"));
    shard.frame(first, &wish);
    assert_eq!(shard.connector.report_due_ms(), Some(due));
    shard.now_ms += 100;
    // A heartbeat without a wish says nothing about it: the one that waits stays.
    shard.frame(first, &heartbeat(at(6.0, 0.0)));
    shard.frame(second, &heartbeat(at(7.0, 0.0)));
    assert_eq!(shard.connector.report_due_ms(), Some(due));
    assert_eq!(shard.connector.take_report(due - 1), None);
    shard.now_ms = due;
    let newest = |session, x, room: Option<&str>| SessionHeartbeat {
        session,
        position: Some(at(x, 0.0).into()),
        desired_room: room.map(str::to_owned),
    };
    assert_eq!(
        shard.report_now().heartbeats,
        [newest(70, 6.0, Some("I9")), newest(71, 7.0, None)]
    );
    // A newer wish replaces the one that waits, that for no island in particular too.
    shard.now_ms += REPORT_INTERVAL_MS;
    for room in ["I9", ""] {
        shard.frame(first, &heartbeat_of(Some(at(1.0, 0.0).into()), Some(room)));
    }
    assert_eq!(shard.report_now().heartbeats, [newest(70, 1.0, Some(""))]);
    // After a pause a heartbeat need not wait.
    shard.now_ms += 10 * REPORT_INTERVAL_MS;
    shard.frame(first, &heartbeat(at(1.0, 0.0)));
    assert_eq!(shard.connector.report_due_ms(), Some(shard.now_ms));
}

#[test]
fn a_leave_is_reported_at_once_and_without_its_heartbeat() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += 10;
    shard.frame(socket, &heartbeat(at(9.0, 9.0)));
    shard.connector.closed(socket, shard.now_ms);
    let report = shard.report_now();
    assert_eq!(report.disconnects, [70]);
    assert_eq!(report.heartbeats, []);
    shard.connector.closed(socket, shard.now_ms);
    assert_eq!(shard.connector.report_due_ms(), None, "not twice");
}

/// A full list does not say who has left: a session issued in this epoch may only be on its way to the list.
#[test]
fn a_refused_report_loses_nobody_who_has_left() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 11);
    let given_up = shard.joining(2);
    shard.connector.closed(socket, shard.now_ms);
    shard.join_failed(given_up);
    assert_eq!(shard.take().disconnects, [11]);
    shard.connector.report_refused(shard.now_ms);
    shard.now_ms += RETRY_MS;
    let next = shard.take();
    assert!(next.full.is_some());
    assert_eq!(next.disconnects, [11]);
    assert_eq!(next.abandoned_sockets, [given_up.0]);
}

/// A realm that is down is not called more often because clients come and go.
#[test]
fn nothing_shortens_the_wait_after_a_failure() {
    let mut shard = Shard::new();
    let (first, second) = (shard.live(1, 11), shard.live(2, 12));
    shard.connector.closed(first, shard.now_ms);
    shard.take();
    shard.connector.report_failed(shard.now_ms);
    let retry_ms = shard.now_ms + RETRY_MS;
    shard.connector.closed(second, shard.now_ms);
    assert_eq!(shard.connector.report_due_ms(), Some(retry_ms));
    shard.now_ms = retry_ms;
    shard.take();
    shard.answer();
    assert_eq!(shard.connector.report_due_ms(), Some(retry_ms), "at once");
}

#[test]
fn a_failed_report_is_repeated_byte_for_byte() {
    let mut shard = Shard::new();
    let socket = shard.welcome(1, 70);
    shard.frame(socket, &heartbeat(at(1.0, 1.0)));
    let report = shard.take().encode_to_vec();
    // Meanwhile life goes on.
    shard.frame(socket, &heartbeat(at(2.0, 2.0)));
    let late = shard.welcome(2, 71);
    shard.connector.closed(late, shard.now_ms);
    shard.now_ms += 1000;
    for doubled in [1, 2, 4, 8, 16, 32, 64] {
        shard.connector.report_failed(shard.now_ms);
        let due = shard.now_ms + (doubled * RETRY_MS).min(RETRY_MAX_MS);
        assert_eq!(shard.connector.report_due_ms(), Some(due));
        shard.now_ms = due;
        assert_eq!(shard.take().encode_to_vec(), report);
    }
    shard.answer();
    let next = shard.report_now();
    assert_eq!((next.sequence, next.full), (2, None));
    assert_eq!(next.disconnects, [71]);
    assert_eq!(next.heartbeats.len(), 1);
}

#[test]
fn what_came_in_during_a_report_is_due_in_its_turn() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat(at(2.0, 2.0)));
    shard.take();
    shard.now_ms += 20;
    shard.frame(socket, &heartbeat(at(3.0, 3.0)));
    assert_eq!(shard.connector.report_due_ms(), None, "one at a time");
    shard.answer();
    let due = NOW_MS + 2 * REPORT_INTERVAL_MS;
    assert_eq!(shard.connector.report_due_ms(), Some(due));
    shard.now_ms = due;
    shard.take();
    let late = shard.welcome(2, 71);
    shard.frame(late, &heartbeat(at(2.0, 2.0)));
    shard.now_ms += 1;
    shard.answer();
    assert_eq!(shard.report_now().heartbeats[0].session, 71, "at once");
}

#[test]
fn a_realm_that_wants_the_list_gets_it() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.welcome(2, 71);
    shard.joining(3);
    shard.delivered(&delivery(&[island(4, &[(1, 1.0)])], &[assign(70, 5, 0)]));
    let listed = [
        live_session(1, 70, (4, 5)),
        LiveSession {
            position: None,
            ..live_session(2, 71, (0, 0))
        },
    ];
    // The realm says that it does not know the sessions.
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat(at(1.0, 1.0)));
    assert_eq!(shard.take().full, None);
    shard.answer_as(1, true);
    assert_eq!(shard.report_now().full.unwrap().sessions, listed);
    // The realm has started again, which an answer, a delivery or a taken client tells.
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat(at(1.0, 1.0)));
    shard.take();
    shard.answer_as(2, false);
    assert_eq!(shard.take().full.unwrap().sessions, listed);
    shard.answer_as(2, false);
    shard.delivered(&Delivery {
        incarnation: 3,
        ..Delivery::default()
    });
    assert_eq!(shard.take().full.unwrap().sessions, listed);
    shard.answer_as(3, false);
    let socket = shard.joining(4);
    shard.joined(socket, 80, 4);
    let full = shard.take().full.unwrap().sessions;
    assert_eq!(full.len(), 3);
    shard.answer_as(4, false);
    assert_eq!(shard.connector.report_due_ms(), None, "once is enough");
}

/// The answer was on its way when the realm started again, and the new one has had its list already.
#[test]
fn an_answer_of_an_earlier_incarnation_makes_a_new_list() {
    let mut shard = Shard::new();
    shard.live(1, 70);
    let socket = shard.joining(2);
    shard.delivered(&Delivery {
        incarnation: 2,
        ..Delivery::default()
    });
    assert_eq!(shard.take().full.unwrap().sessions.len(), 1);
    shard.answer_as(2, false);
    shard.joined(socket, 71, 1);
    let report = shard.take();
    assert_eq!(report.full.unwrap().sessions.len(), 2);
}

/// The list is wanted while an earlier report is still being repeated.
#[test]
fn a_wanted_list_is_not_forgotten_behind_a_repeated_report() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat(at(1.0, 1.0)));
    shard.take();
    shard.connector.report_failed(shard.now_ms);
    shard.delivered(&Delivery {
        incarnation: 2,
        ..Delivery::default()
    });
    shard.now_ms += RETRY_MS;
    assert_eq!(shard.take().full, None, "repeated as it was");
    shard.answer_as(2, false);
    assert!(shard.take().full.is_some());
}

#[test]
fn a_connector_with_sessions_shows_that_it_lives() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    let due = NOW_MS + KEEP_ALIVE_MS;
    assert_eq!(shard.connector.deadline_ms(), Some(due));
    shard.now_ms = due - 1;
    assert_eq!(shard.tick(), []);
    assert_eq!(shard.connector.report_due_ms(), None);
    shard.now_ms = due;
    assert_eq!(shard.tick(), []);
    let report = shard.report_now();
    let empty = Report {
        stamp: Some(stamp()),
        sequence: 2,
        incarnation: 1,
        stages: Some(SessionStages {
            live: 1,
            ..SessionStages::default()
        }),
        ..Report::default()
    };
    assert_eq!(report, empty);
    assert_eq!(
        shard.connector.deadline_ms(),
        Some(due + KEEP_ALIVE_MS),
        "any report shows it"
    );
    shard.connector.closed(socket, shard.now_ms);
    shard.report_now();
    assert_eq!(shard.connector.deadline_ms(), None);
    // A client in the handshake is no session.
    shard.open();
    shard.now_ms += KEEP_ALIVE_MS;
    shard.tick();
    shard.assert_nothing_but_numbers(due);
    assert_eq!(
        shard.connector.deadline_ms(),
        Some(due + TIMEOUTS.handshake_ms)
    );
}

/// What is still there from the time before: the realm learns at once who is not.
#[test]
fn a_new_epoch_is_announced_as_soon_as_the_realm_is_spoken_to() {
    let empty = |report: Report| {
        assert_eq!(report.full.unwrap().sessions, []);
        assert_eq!(report.heartbeats, []);
    };
    let mut shard = Shard::new();
    assert_eq!(shard.connector.report_due_ms(), None, "nobody is there");
    shard.delivered(&Delivery {
        incarnation: 1,
        ..Delivery::default()
    });
    empty(shard.report_now());
    assert_eq!(shard.connector.report_due_ms(), None);
    let mut shard = Shard::new();
    shard.welcome(1, 70);
    let listed = shard.report_now().full.unwrap().sessions;
    assert_eq!(listed.len(), 1);
}

#[test]
fn a_refused_report_is_not_repeated() {
    let mut shard = Shard::new();
    let socket = shard.live(1, 70);
    shard.now_ms += REPORT_INTERVAL_MS;
    shard.frame(socket, &heartbeat(at(1.0, 1.0)));
    let refused = shard.take();
    shard.connector.report_refused(shard.now_ms);
    shard.now_ms += RETRY_MS;
    let next = shard.take();
    assert_eq!(next.sequence, refused.sequence + 1);
    assert_eq!(next.full.unwrap().sessions, [live_session(1, 70, (0, 0))]);
}
