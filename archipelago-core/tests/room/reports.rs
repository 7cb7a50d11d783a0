//! What the realm is told, and when.

use archipelago_core::protocol::bus::{RoomCounters, RoomReport, RoomReportReply};
use archipelago_core::room::{
    ROOM_IDLE_REPORT_MS, ROOM_REPORT_INTERVAL_MS, ROOM_REPORT_REST_MS, ROOM_RETRY_MAX_MS,
    ROOM_RETRY_MS, Reason,
};

use crate::clients::NOW_MS;
use crate::hall::{HANDSHAKE_MS, Hall, guest, orders, pass};

fn due(hall: &Hall) -> Option<u64> {
    hall.room.report_due_ms().map(|due| due - NOW_MS)
}

fn fail(hall: &mut Hall) {
    hall.room.report_failed(hall.now_ms);
}

#[test]
fn an_empty_room_says_nothing() {
    let mut hall = Hall::new();
    assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
    assert_eq!(hall.room.take_report(u64::MAX), None);
    // Nor is anybody at the door news.
    let (socket, _) = hall.challenged(pass(1, 9), 1);
    assert_eq!(due(&hall), None);
    assert_eq!(hall.room.deadline_ms(), Some(NOW_MS + HANDSHAKE_MS));
    hall.gone(socket);
    assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
}

#[test]
fn all_guests_are_listed() {
    let mut hall = Hall::new();
    hall.enter_by(1, 9);
    hall.enter_by(2, u64::MAX);
    hall.enter(3);
    hall.enter_by(4, 7);
    hall.mute(&[guest(2, u64::MAX)]);
    hall.challenged(pass(5, 9), 5);
    let report = hall.report_now();
    assert_eq!(
        report,
        RoomReport {
            room: "main.I1".to_owned(),
            guests: vec![guest(1, 9), guest(3, 0), guest(4, 7), guest(2, u64::MAX)],
            players: 3,
            // Each newcomer was announced to those before it, and the muted one has left for three.
            counters: Some(RoomCounters {
                received: 0,
                relayed: 1 + 2 + 3 + 3,
                admitted: 4,
                ..RoomCounters::default()
            }),
            number: NOW_MS,
        }
    );
}

#[test]
fn an_admission_is_reported_at_once() {
    let mut hall = Hall::new();
    hall.enter(1);
    assert_eq!(due(&hall), Some(0));
    assert_eq!(hall.room.deadline_ms(), Some(NOW_MS));
    assert_eq!(hall.report_now().players, 1);
    hall.now_ms += 3_000;
    hall.enter(2);
    assert_eq!(due(&hall), Some(3_000));
    assert_eq!(hall.report_now().players, 2);
    // In a rush, after a rest. One that leaves others behind can wait.
    let third = hall.enter(3);
    assert_eq!(due(&hall), Some(3_000 + ROOM_REPORT_REST_MS));
    hall.report_now();
    hall.gone(third);
    let next_ms = 3_000 + ROOM_REPORT_REST_MS + ROOM_REPORT_INTERVAL_MS;
    assert_eq!(due(&hall), Some(next_ms));
}

#[test]
fn a_room_in_which_something_happens_reports_every_ten_seconds() {
    for event in ["speaks", "leaves"] {
        let mut hall = Hall::new();
        let (one, two) = (hall.enter(1), hall.enter(2));
        hall.report_now();
        hall.now_ms += 3_000;
        match event {
            "speaks" => hall.say(one, b"x", true),
            _ => hall.gone(two),
        }
        assert_eq!(due(&hall), Some(ROOM_REPORT_INTERVAL_MS), "{event}");
        assert_eq!(hall.room.deadline_ms(), hall.room.report_due_ms());
        assert_eq!(hall.room.take_report(hall.now_ms), None, "too early");
        hall.now_ms = NOW_MS + ROOM_REPORT_INTERVAL_MS;
        hall.report_now();
        // After a long silence, at once.
        hall.now_ms += 25_000;
        hall.say(one, b"x", true);
        assert_eq!(due(&hall), Some(ROOM_REPORT_INTERVAL_MS + 25_000));
    }
}

#[test]
fn a_room_in_which_nothing_happens_reports_every_minute() {
    let mut hall = Hall::new();
    let socket = hall.enter_by(1, 9);
    hall.report_now();
    for round in 1..=5 {
        assert_eq!(due(&hall), Some(round * ROOM_IDLE_REPORT_MS));
        assert_eq!(hall.room.deadline_ms(), hall.room.report_due_ms());
        assert_eq!(hall.room.take_report(hall.now_ms), None, "too early");
        hall.now_ms = NOW_MS + round * ROOM_IDLE_REPORT_MS;
        let report = hall.report();
        assert_eq!(report.guests, [guest(1, 9)]);
        // The time that the answer takes delays nothing.
        hall.now_ms += 900;
        hall.answer(None);
        if round == 3 {
            hall.mute(&[guest(1, 9)]);
        }
    }
    // Also if nobody but the muted is there; and once more when they are gone.
    hall.gone(socket);
    assert_eq!(due(&hall), Some(5 * ROOM_IDLE_REPORT_MS + 900));
    let report = hall.report_now();
    assert_eq!((report.guests, report.players), (vec![], 0));
    assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
}

#[test]
fn a_late_answer_makes_the_next_report_due_at_once() {
    let mut hall = Hall::new();
    hall.enter(1);
    hall.report();
    hall.now_ms += ROOM_IDLE_REPORT_MS + 5_000;
    hall.answer(None);
    assert_eq!(due(&hall), Some(ROOM_IDLE_REPORT_MS + 5_000));
}

#[test]
fn whatever_ends_the_last_guest_is_reported() {
    for end in ["gone", "closed by order", "muted, then gone", "bad frame"] {
        let mut hall = Hall::new();
        let socket = hall.enter_by(1, 9);
        hall.report_now();
        hall.now_ms += ROOM_REPORT_REST_MS + 1;
        match end {
            "gone" => hall.gone(socket),
            "closed by order" => hall.send_away(&[guest(1, 9)]),
            "bad frame" => hall.text(socket),
            _ => {
                hall.mute(&[guest(1, 9)]);
                assert_ne!(due(&hall), Some(101), "the socket is still there");
                hall.gone(socket);
            }
        }
        assert_eq!(due(&hall), Some(101), "{end}");
        assert_eq!(hall.report_now().guests, [], "{end}");
        assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
    }
}

#[test]
fn what_comes_up_while_a_report_is_under_way_is_due_after_it() {
    let mut hall = Hall::new();
    hall.enter(1);
    hall.report();
    hall.now_ms += 10;
    let second = hall.enter(2);
    assert_eq!(due(&hall), None, "one at a time");
    assert_eq!(hall.room.deadline_ms(), None);
    hall.now_ms += 10;
    hall.answer(None);
    assert_eq!(due(&hall), Some(ROOM_REPORT_REST_MS), "after a rest");
    assert_eq!(hall.report().players, 2);
    hall.gone(second);
    hall.answer(None);
    let next_ms = ROOM_REPORT_REST_MS + ROOM_REPORT_INTERVAL_MS;
    assert_eq!(due(&hall), Some(next_ms));
}

#[test]
fn who_leaves_while_a_report_is_under_way_is_reported_after_it() {
    let mut hall = Hall::new();
    let socket = hall.enter(1);
    hall.report();
    hall.gone(socket);
    assert_eq!(due(&hall), None);
    hall.answer(None);
    assert_eq!(hall.report_now().guests, []);
    // The answer itself may send the last one away.
    hall.enter_by(1, 9);
    hall.report();
    hall.answer(Some(orders(&[], &[guest(1, 9)])));
    assert_eq!(hall.report_now().guests, []);
    assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
}

#[test]
fn counters_are_of_the_time_since_the_last_answer() {
    let mut hall = Hall::new();
    let (one, _) = (hall.enter(1), hall.enter(2));
    let received = |report: &RoomReport| report.counters.unwrap().received;
    hall.say(one, b"x", true);
    assert_eq!(received(&hall.report()), 1);
    hall.say(one, b"x", true);
    hall.say(one, b"x", true);
    // Put back: nobody has heard of the first one.
    fail(&mut hall);
    hall.now_ms += ROOM_RETRY_MS;
    assert_eq!(received(&hall.report()), 3);
    hall.say(one, b"x", true);
    hall.answer(None);
    hall.now_ms += ROOM_REPORT_INTERVAL_MS;
    let counters = hall.report_now().counters.unwrap();
    assert_eq!((counters.received, counters.relayed), (1, 1));
    hall.now_ms += ROOM_IDLE_REPORT_MS;
    assert_eq!(hall.report_now().counters, Some(RoomCounters::default()));
}

/// What is refused is no packet from a player.
#[test]
fn only_what_is_relayed_counts_as_received() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter(1), hall.enter_by(2, 9));
    hall.mute(&[guest(2, 9)]);
    hall.say(two, b"x", true);
    hall.frame(one, &[0xff]);
    assert_eq!(hall.closed.get(&one), Some(&Reason::Undecodable));
    assert_eq!(hall.report_now().counters.unwrap().received, 0);
}

#[test]
fn a_failed_report_is_made_again() {
    let mut hall = Hall::new();
    hall.enter(1);
    let mut waits = Vec::new();
    for _ in 0..7 {
        hall.report();
        fail(&mut hall);
        let due = hall.room.report_due_ms().expect("again");
        waits.push(due - hall.now_ms);
        // Nothing shortens the wait.
        hall.enter(2);
        assert_eq!(hall.room.report_due_ms(), Some(due));
        assert_eq!(hall.room.take_report(due - 1), None);
        hall.now_ms = due;
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
    assert_eq!((waits[0], waits[6]), (ROOM_RETRY_MS, ROOM_RETRY_MAX_MS));
    // It says what is true then, and the next one that fails begins anew.
    assert_eq!(hall.report_now().players, 2);
    hall.enter(3);
    hall.report();
    fail(&mut hall);
    assert_eq!(hall.room.report_due_ms(), Some(hall.now_ms + ROOM_RETRY_MS));
}

#[test]
fn that_a_room_is_empty_is_said_once() {
    let mut hall = Hall::new();
    let socket = hall.enter(1);
    hall.report_now();
    hall.gone(socket);
    assert_eq!(hall.report().guests, []);
    fail(&mut hall);
    assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
    // Who comes later is reported at once.
    hall.now_ms += 5;
    hall.enter(2);
    assert_eq!(due(&hall), Some(ROOM_REPORT_REST_MS + 5));
    hall.report_now();
}

/// What the realm has last heard may be that somebody is here, so that they are gone is worth one attempt.
#[test]
fn a_room_that_empties_while_the_realm_is_away_tries_once_more() {
    for leaves_under_way in [true, false] {
        let mut hall = Hall::new();
        let socket = hall.enter(1);
        hall.report();
        if leaves_under_way {
            hall.gone(socket);
            fail(&mut hall);
        } else {
            fail(&mut hall);
            hall.gone(socket);
        }
        assert_eq!(due(&hall), Some(ROOM_RETRY_MS));
        hall.now_ms += ROOM_RETRY_MS;
        assert_eq!(hall.report().guests, []);
        fail(&mut hall);
        assert_eq!((due(&hall), hall.room.deadline_ms()), (None, None));
    }
}

#[test]
fn who_comes_while_the_last_word_is_under_way_is_not_forgotten() {
    let mut hall = Hall::new();
    let socket = hall.enter(1);
    hall.report_now();
    hall.gone(socket);
    hall.report();
    hall.enter(2);
    fail(&mut hall);
    assert_eq!(due(&hall), Some(ROOM_REPORT_REST_MS + ROOM_RETRY_MS));
    hall.now_ms += ROOM_RETRY_MS;
    assert_eq!(hall.report_now().players, 1);
}

#[test]
fn answers_that_nobody_waits_for_change_nothing() {
    let mut hall = Hall::new();
    fail(&mut hall);
    hall.answer(None);
    assert_eq!(due(&hall), None);
    hall.enter(1);
    fail(&mut hall);
    hall.answer(None);
    assert_eq!(due(&hall), Some(0), "as it was");
}

#[test]
fn a_room_that_wakes_with_guests_reports_at_once() {
    let mut hall = Hall::new();
    hall.enter_by(1, 9);
    hall.enter_by(2, 9);
    hall.mute(&[guest(2, 9)]);
    hall.report_now();
    hall.now_ms += 4_000;
    hall.sleep();
    assert_eq!(due(&hall), Some(4_000));
    let report = hall.report_now();
    assert_eq!(report.guests, [guest(1, 9), guest(2, 9)]);
    assert_eq!(report.counters, Some(RoomCounters::default()));
    // With nobody but visitors it does not.
    let mut hall = Hall::new();
    hall.challenged(None, 1);
    hall.sleep();
    assert_eq!(due(&hall), None);
}

/// Its object was on a machine before whose clock is ahead of this one.
#[test]
fn a_room_overtakes_the_number_that_the_realm_knows() {
    let mut hall = Hall::new();
    hall.enter(1);
    let passed_over = hall.report();
    let known = passed_over.number + 300_000;
    let orders = None;
    hall.answer_with(&RoomReportReply {
        orders,
        number: known,
    });
    assert_eq!(
        due(&hall),
        Some(ROOM_REPORT_REST_MS),
        "as soon as reports may be"
    );
    let report = hall.report();
    assert_eq!(report.guests, passed_over.guests);
    let number = report.number;
    assert!(number > known);
    let orders = None;
    hall.answer_with(&RoomReportReply { orders, number });
    let next_ms = ROOM_REPORT_REST_MS + ROOM_IDLE_REPORT_MS;
    assert_eq!(due(&hall), Some(next_ms), "it has got through");
}
