//! Sockets that come and go, and answers that find nobody.

use archipelago_core::connector::{Action, KEEP_ALIVE_MS, SocketId};
use archipelago_core::protocol::limits::LOOKUPS_PER_SECOND_MAX;
use archipelago_core::protocol::v3::server_packet;
use archipelago_core::session::{Reason, SessionNumber};

use crate::clients::{NOW_MS, TIMEOUTS, at, challenge_request, heartbeat, read};
use crate::shard::{Shard, kicks, look_up, records, sent, who};

#[test]
fn sockets_are_numbered_and_never_twice() {
    let mut shard = Shard::new();
    let (first, second) = (shard.open(), shard.open());
    shard.connector.closed(second, NOW_MS);
    let third = shard.open();
    assert!(first < second && second < third);
    assert_eq!(shard.connector.socket_count(), 2);
}

#[test]
fn a_packet_to_nobody_changes_nothing() {
    let mut shard = Shard::new();
    let nobody = SocketId(99);
    assert_eq!(shard.frame(nobody, &heartbeat(at(0.0, 0.0))), []);
    assert_eq!(shard.looked_up(nobody), []);
    let mut out = Vec::new();
    shard.connector.text(nobody, NOW_MS, &mut out);
    shard.connector.closed(nobody, NOW_MS);
    assert_eq!(out, []);
    assert_eq!(shard.connector.report_due_ms(), None);
}

#[test]
fn an_answer_after_the_socket_is_gone_gives_the_session_back() {
    let mut shard = Shard::new();
    let socket = shard.joining(1);
    shard.connector.closed(socket, NOW_MS);
    shard.assert_nothing_but_numbers(NOW_MS);
    assert_eq!(shard.joined(socket, 70, 1), []);
    let report = shard.report_now();
    assert_eq!(report.disconnects, [70]);
    assert_eq!(report.full.unwrap().sessions, []);
    assert_eq!(shard.connector.deadline_ms(), None);
    assert_eq!(shard.connector.report_due_ms(), None);
}

#[test]
fn a_wrong_message_while_the_realm_is_asked_gives_the_session_back() {
    let mut shard = Shard::new();
    let socket = shard.joining(1);
    let out = shard.frame(socket, &heartbeat(at(0.0, 0.0)));
    let reason = Reason::Unexpected {
        expected: "nothing",
    };
    assert_eq!(out, [Action::Close(socket, reason)]);
    assert_eq!(shard.joined(socket, 70, 1), []);
    assert_eq!(shard.report_now().disconnects, [70]);
}

#[test]
fn a_kick_may_overtake_the_answer() {
    let mut shard = Shard::new();
    let (early, other) = (shard.joining(1), shard.joining(2));
    assert_eq!(shard.delivered(&kicks(&[70])), []);
    let out = shard.joined(early, 70, 1);
    let sent = sent(&out);
    assert_eq!(sent.len(), 2, "welcome and kicked");
    assert!(matches!(
        read(&sent[0].1),
        server_packet::Message::Welcome(_)
    ));
    assert!(matches!(
        read(&sent[1].1),
        server_packet::Message::Kicked(_)
    ));
    assert_eq!(out.last(), Some(&Action::Close(early, Reason::NewSession)));
    assert_eq!(records(&out), Vec::<Vec<u8>>::new());
    // Who was not kicked lives.
    assert_eq!(shard.joined(other, 71, 1).len(), 2);
    let live = shard.connector.session(other).unwrap().live().unwrap();
    assert_eq!(live.number, SessionNumber(71));
    shard.connector.closed(early, shard.now_ms);
    assert_eq!(shard.connector.socket_count(), 1);
}

#[test]
fn a_kick_of_nobody_is_not_remembered_for_ever() {
    let mut shard = Shard::new();
    assert_eq!(shard.delivered(&kicks(&[70])), []);
    let socket = shard.joining(1);
    shard.delivered(&kicks(&[71]));
    shard.join_failed(socket);
    // All answers that a kick could have overtaken are here: the next one is a new session.
    let socket = shard.joining(1);
    shard.joined(socket, 71, 1);
    assert!(shard.connector.session(socket).is_some());
    let socket = shard.joining(2);
    shard.joined(socket, 70, 1);
    assert!(shard.connector.session(socket).is_some());
}

#[test]
fn an_unanswered_join_is_abandoned() {
    let mut shard = Shard::new();
    let socket = shard.joining(1);
    assert_eq!(
        shard.join_failed(socket),
        [Action::Close(socket, Reason::RealmUnavailable)]
    );
    assert_eq!(shard.report_now().abandoned_sockets, [socket.0]);
    // Also if nobody is there to be closed.
    let socket = shard.joining(1);
    shard.connector.closed(socket, NOW_MS);
    assert_eq!(shard.join_failed(socket), []);
    assert_eq!(shard.report_now().abandoned_sockets, [socket.0]);
    assert_eq!(shard.connector.deadline_ms(), None);
}

#[test]
fn the_silent_are_closed_and_their_end_is_reported() {
    let mut shard = Shard::new();
    let slow = shard.open();
    let (idle, lively) = (shard.live(1, 70), shard.live(2, 71));
    shard.now_ms = NOW_MS + TIMEOUTS.handshake_ms;
    shard.frame(lively, &heartbeat(at(0.0, 0.0)));
    assert_eq!(
        shard.tick(),
        [Action::Close(slow, Reason::HandshakeTimeout)]
    );
    shard.report_now();
    shard.now_ms = NOW_MS + TIMEOUTS.idle_ms;
    assert_eq!(shard.tick(), [Action::Close(idle, Reason::IdleTimeout)]);
    assert_eq!(shard.report_now().disconnects, [70]);
    assert!(shard.connector.session(lively).is_some());
}

#[test]
fn nothing_is_left_when_everybody_is_gone() {
    let mut shard = Shard::new();
    let sockets = [
        shard.open(),
        shard.joining(1),
        shard.welcome(2, 70),
        shard.live(3, 71),
    ];
    let kicked = shard.live(4, 72);
    shard.delivered(&kicks(&[72]));
    let failed = shard.joining(5);
    shard.join_failed(failed);
    // Those that were closed by this side are gone when their clients have answered.
    for socket in [&sockets[..], &[kicked, failed]].concat() {
        shard.connector.closed(socket, shard.now_ms);
    }
    shard.joined(sockets[1], 73, 1);
    while shard.connector.report_due_ms().is_some() {
        shard.report_now();
    }
    assert_eq!(shard.connector.socket_count(), 0);
    assert_eq!(shard.connector.deadline_ms(), None);
    shard.now_ms += 10 * KEEP_ALIVE_MS;
    assert_eq!(shard.tick(), []);
    assert_eq!(shard.connector.report_due_ms(), None);
}

/// Who has proven nothing must not keep the realm busy; the handshake goes on without its answer.
#[test]
fn lookups_are_rationed() {
    let mut shard = Shard::new();
    let request = challenge_request(&who(1).to_string());
    let ask = |shard: &mut Shard| {
        let socket = shard.open();
        let out = shard.frame(socket, &request);
        let last = out.into_iter().next_back().expect("something to do");
        (socket, last)
    };
    for _ in 0..LOOKUPS_PER_SECOND_MAX {
        let (socket, action) = ask(&mut shard);
        assert_eq!(action, look_up(socket, who(1)));
    }
    let (socket, action) = ask(&mut shard);
    let unasked = Action::LookUp {
        socket,
        address: who(1),
        asks_realm: false,
    };
    assert_eq!(action, unasked);
    assert_eq!(shard.looked_up(socket).len(), 2, "a challenge as ever");
    shard.now_ms += 1_000;
    let (socket, action) = ask(&mut shard);
    assert_eq!(action, look_up(socket, who(1)));
}
