//! Who does not keep up.

use archipelago_core::protocol::limits::{
    ROOM_BACKLOG_MAX_BYTES, ROOM_SLOW_MAX_MS, ROOM_STALL_MIN_MS, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::room::{ROOM_IDLE_REPORT_MS, Reason, SocketId};

use crate::hall::{Hall, leave, update};

/// A speaker, one who keeps up, and one who may not.
fn three() -> (Hall, [SocketId; 3]) {
    let mut hall = Hall::new();
    let sockets = [1, 2, 3].map(|number| hall.enter(number));
    hall.inbox.clear();
    hall.report_now();
    (hall, sockets)
}

#[track_caller]
fn assert_closed(hall: &mut Hall, [speaker, quick, slow]: [SocketId; 3]) {
    assert_eq!(hall.closed.get(&slow), Some(&Reason::TooSlow));
    assert_eq!(hall.closed.len(), 1);
    assert_eq!(hall.take(quick).pop(), Some(leave(3)));
    assert_eq!(hall.take(speaker), [leave(3)]);
    assert_eq!(hall.take(slow), [], "not the packet that was too much");
}

/// Too much waits for somebody, and it has been noticed long enough ago.
fn stall(hall: &mut Hall, who: SocketId, speaker: SocketId) {
    hall.backlog.insert(who, ROOM_BACKLOG_MAX_BYTES + 1);
    hall.say(speaker, b"x", true);
    hall.now_ms += ROOM_STALL_MIN_MS;
    hall.inbox.clear();
}

#[test]
fn who_keeps_up_gets_everything() {
    let (mut hall, [speaker, quick, slow]) = three();
    hall.backlog.insert(slow, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES);
    for unreliable in [true, false] {
        hall.say(speaker, b"x", unreliable);
        hall.now_ms += 10 * ROOM_SLOW_MAX_MS;
    }
    let all = [update(1, b"x", true), update(1, b"x", false)];
    assert_eq!(hall.take(slow), all);
    assert_eq!(hall.take(quick), all);
    assert!(hall.closed.is_empty());
}

#[test]
fn who_is_slow_loses_unreliable_packets_first() {
    let (mut hall, [speaker, quick, slow]) = three();
    for backlog in [
        ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + 1,
        ROOM_BACKLOG_MAX_BYTES,
    ] {
        hall.backlog.insert(slow, backlog);
        hall.say(speaker, b"moves", true);
        hall.say(speaker, b"speaks", false);
        assert_eq!(hall.take(slow), [update(1, b"speaks", false)]);
        assert_eq!(hall.take(quick).len(), 2, "the others notice nothing");
    }
    hall.backlog.remove(&slow);
    hall.say(speaker, b"moves", true);
    assert_eq!(hall.take(slow).len(), 1, "caught up");
    assert!(hall.closed.is_empty());
}

#[test]
fn too_much_that_waits_closes() {
    for unreliable in [true, false] {
        let (mut hall, sockets) = three();
        hall.backlog.insert(sockets[2], ROOM_BACKLOG_MAX_BYTES + 1);
        // Many may have talked at once: what is on its way may be taken in the next moment.
        for _ in 0..2 {
            hall.say(sockets[0], b"x", unreliable);
            hall.now_ms += ROOM_STALL_MIN_MS / 2;
        }
        assert!(hall.closed.is_empty());
        hall.inbox.clear();
        hall.say(sockets[0], b"x", unreliable);
        assert_eq!(
            hall.inbox[&sockets[1]],
            [update(1, b"x", unreliable), leave(3)]
        );
        assert_closed(&mut hall, sockets);
    }
}

#[test]
fn to_be_slow_for_too_long_closes() {
    for unreliable in [true, false] {
        let (mut hall, sockets) = three();
        let backlog = ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + 1;
        hall.backlog.insert(sockets[2], backlog);
        hall.say(sockets[0], b"x", unreliable);
        hall.now_ms += ROOM_SLOW_MAX_MS - 1;
        hall.say(sockets[0], b"x", unreliable);
        assert!(hall.closed.is_empty());
        assert_eq!(hall.take(sockets[2]).len(), if unreliable { 0 } else { 2 });
        hall.now_ms += 1;
        hall.say(sockets[0], b"x", unreliable);
        assert_closed(&mut hall, sockets);
    }
}

#[test]
fn who_catches_up_once_is_not_slow() {
    let (mut hall, [speaker, _, slow]) = three();
    for _ in 0..10 {
        let backlog = ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + 1;
        hall.backlog.insert(slow, backlog);
        hall.say(speaker, b"x", true);
        hall.now_ms += ROOM_SLOW_MAX_MS - 1;
        hall.say(speaker, b"x", true);
        hall.backlog.remove(&slow);
        hall.say(speaker, b"x", true);
        hall.now_ms += 1;
    }
    assert!(hall.closed.is_empty());
    assert_eq!(hall.take(slow).len(), 10);
}

/// Joins and leaves are packets too: nobody is kept for want of talk.
#[test]
fn all_that_is_relayed_is_looked_at() {
    let (mut hall, [speaker, quick, slow]) = three();
    stall(&mut hall, slow, speaker);
    let newcomer = hall.arrive(None, 4);
    assert_eq!(hall.closed.get(&slow), Some(&Reason::TooSlow));
    let told = hall.take(newcomer);
    assert!(matches!(told[0], Message::WelcomeMessage(_)), "{told:?}");
    assert_eq!(told[1..], [leave(3)], "after its welcome");
    stall(&mut hall, quick, speaker);
    hall.gone(newcomer);
    assert_eq!(hall.closed.get(&quick), Some(&Reason::TooSlow));
}

/// A room of the deaf: each leave finds the next one out, and it ends.
#[test]
fn all_may_be_too_slow_at_once() {
    let mut hall = Hall::new();
    let sockets: Vec<SocketId> = (1..=20).map(|number| hall.enter(number)).collect();
    for &socket in &sockets {
        hall.backlog.insert(socket, ROOM_BACKLOG_MAX_BYTES + 1);
    }
    for speaker in [sockets[0], sockets[1]] {
        hall.say(speaker, b"x", true);
    }
    assert!(hall.closed.is_empty());
    hall.now_ms += ROOM_STALL_MIN_MS;
    hall.say(sockets[0], b"x", false);
    assert_eq!(
        hall.closed.len(),
        20,
        "the speaker by the leave of the others"
    );
    assert_eq!(hall.room.socket_count(), 0);
}

#[test]
fn what_is_relayed_and_lost_is_counted() {
    let (mut hall, [speaker, _, slow]) = three();
    hall.now_ms += ROOM_IDLE_REPORT_MS;
    hall.report_now();
    hall.backlog
        .insert(slow, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + 1);
    for _ in 0..3 {
        hall.say(speaker, b"moves", true);
    }
    hall.say(speaker, b"speaks", false);
    hall.backlog.insert(slow, ROOM_BACKLOG_MAX_BYTES + 1);
    hall.now_ms += ROOM_STALL_MIN_MS;
    hall.say(speaker, b"speaks", false);
    hall.now_ms += 10_000;
    let counters = hall.report_now().counters.unwrap();
    assert_eq!(counters.received, 5);
    // Five to the quick one, one to the slow one; that the slow one has left, to both of the others.
    assert_eq!(counters.relayed, 5 + 1 + 2);
    assert_eq!(counters.dropped, 3);
    assert_eq!(counters.closed_too_slow, 1);
}
