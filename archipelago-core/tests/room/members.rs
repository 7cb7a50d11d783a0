//! What members say to each other, and how much.

use archipelago_core::protocol::limits::{
    ROOM_BURST_MS, ROOM_PACKET_UNIT_BYTES, ROOM_PACKETS_PER_SECOND_MAX,
};
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::room::Reason;

use crate::hall::{Hall, encode, guest, join, leave, update};

/// What a silent member may send at once.
const BURST: u64 = ROOM_BURST_MS * ROOM_PACKETS_PER_SECOND_MAX as u64 / 1_000;

#[test]
fn everybody_but_the_sender_gets_a_packet() {
    let mut hall = Hall::new();
    let sockets = [1, 2, 3].map(|number| hall.enter(number));
    hall.inbox.clear();
    for unreliable in [false, true] {
        for body in [&b"hello"[..], &[], &[0; 3_000], &[0xff, 0, 0x1a]] {
            // Whoever it says it is.
            for claimed in [0, 1, 2, 3, 77, u32::MAX] {
                hall.now_ms += 1_000;
                hall.frame(sockets[1], &encode(update(claimed, body, unreliable)));
                let expected = [update(2, body, unreliable)];
                assert_eq!(hall.take(sockets[0]), expected);
                assert_eq!(hall.take(sockets[1]), [], "no echo");
                assert_eq!(hall.take(sockets[2]), expected);
            }
        }
    }
}

/// The packet is encoded once, so all get the same bytes; in the order in which they came in.
#[test]
fn packets_go_to_the_members_in_the_order_in_which_they_came() {
    let mut hall = Hall::new();
    let late = hall.challenged(None, 4);
    let sockets = [1, 2, 3].map(|number| hall.enter(number));
    let (socket, challenge) = late;
    let frame = crate::hall::signed(&crate::clients::chain(
        &crate::clients::wallet(4),
        &challenge,
    ));
    hall.frame(socket, &frame);
    assert!(socket < sockets[0], "opened first, came in last");
    hall.served.clear();
    hall.say(sockets[1], b"hello", false);
    assert_eq!(hall.served, [sockets[0], sockets[2], socket]);
    hall.sleep();
    hall.served.clear();
    hall.say(sockets[1], b"hello", false);
    assert_eq!(hall.served, [sockets[0], sockets[2], socket]);
}

#[test]
fn a_member_alone_talks_to_itself() {
    let mut hall = Hall::new();
    let socket = hall.enter(1);
    hall.say(socket, b"hello", false);
    assert_eq!(hall.take(socket), []);
    assert!(hall.closed.is_empty());
}

#[test]
fn what_a_member_says_keeps_its_order() {
    let mut hall = Hall::new();
    let (one, two, there) = (hall.enter(1), hall.enter(2), hall.enter(3));
    for number in 0..100_u8 {
        hall.say(one, &[number], number % 3 == 0);
        hall.say(two, &[number], number % 2 == 0);
    }
    for alias in [1, 2] {
        let heard = hall.inbox[&there]
            .iter()
            .filter_map(|message| match message {
                Message::PeerUpdateMessage(said) if said.from_alias == alias => Some(said.body[0]),
                _ => None,
            });
        assert!(heard.eq(0..100));
    }
}

#[test]
fn only_members_hear() {
    let mut hall = Hall::new();
    let (one, muted) = (hall.enter(1), hall.enter_by(2, 9));
    let opened = hall.open(None);
    let (signing, _) = hall.challenged(None, 3);
    hall.mute(&[guest(2, 9)]);
    hall.say(one, b"hello", false);
    for socket in [muted, opened, signing] {
        assert_eq!(hall.take(socket), []);
    }
}

#[test]
fn a_member_may_send_so_many_packets_at_once_and_not_one_more() {
    let mut hall = Hall::new();
    let (there, socket) = (hall.enter(1), hall.enter(2));
    hall.take(there);
    for _ in 0..BURST {
        hall.say(socket, b"x", true);
    }
    assert_eq!(hall.take(there).len(), BURST as usize);
    assert!(hall.closed.is_empty());
    hall.say(socket, b"x", true);
    assert_eq!(hall.closed.get(&socket), Some(&Reason::TooFast));
    assert_eq!(hall.take(there), [leave(2)]);
}

#[test]
fn a_member_may_send_so_many_packets_a_second_for_ever() {
    let mut hall = Hall::new();
    let (there, socket) = (hall.enter(1), hall.enter(2));
    for _ in 0..BURST {
        hall.say(socket, b"x", true);
    }
    for _ in 0..30 {
        hall.now_ms += 1_000;
        for _ in 0..ROOM_PACKETS_PER_SECOND_MAX {
            hall.say(socket, b"x", true);
        }
        hall.take(there);
    }
    assert!(hall.closed.is_empty());
    // Silence is not saved up beyond the burst.
    hall.now_ms += 3_600_000;
    for _ in 0..=BURST {
        hall.say(socket, b"x", true);
    }
    assert_eq!(hall.closed.get(&socket), Some(&Reason::TooFast));
    assert_eq!(hall.take(there).len(), BURST as usize + 1);
}

#[test]
fn one_packet_too_many_a_second_is_found_out() {
    let mut hall = Hall::new();
    let socket = hall.enter(2);
    let mut seconds = 0;
    while hall.closed.is_empty() {
        for _ in 0..=ROOM_PACKETS_PER_SECOND_MAX {
            hall.say(socket, b"x", true);
        }
        hall.now_ms += 1_000;
        seconds += 1;
        assert!(seconds < 1_000, "never closed");
    }
    // What was saved up is used up one by one.
    assert_eq!(seconds, BURST - u64::from(ROOM_PACKETS_PER_SECOND_MAX) + 1);
}

#[test]
fn a_packet_counts_once_for_every_kibibyte_it_begins() {
    let overhead = encode(update(0, &[7; 1_000], false)).len() - 1_000;
    for (length, cost) in [(1, 1), (1_024, 1), (1_025, 2), (2_048, 2), (65_536, 64)] {
        let mut hall = Hall::new();
        let socket = hall.enter(1);
        let mut frame = encode(update(0, &[], false));
        if length > 1 {
            let mut body = length - overhead;
            // The length of the length varies.
            while encode(update(0, &vec![7; body], false)).len() > length {
                body -= 1;
            }
            frame = encode(update(0, &vec![7; body], false));
            assert_eq!(frame.len(), length);
        }
        let mut sent = 0;
        while hall.closed.is_empty() {
            hall.frame(socket, &frame);
            sent += 1;
        }
        assert_eq!(sent, BURST / cost + 1, "{length} bytes");
    }
    assert_eq!(ROOM_PACKET_UNIT_BYTES, 1_024);
}

#[test]
fn each_member_has_a_pace_of_its_own() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter(1), hall.enter(2));
    for _ in 0..BURST {
        hall.say(one, b"x", true);
        hall.say(two, b"x", true);
    }
    assert!(hall.closed.is_empty());
    hall.say(two, b"x", true);
    assert_eq!(hall.closed.keys().collect::<Vec<_>>(), [&two]);
    // A new connection begins anew.
    hall.take(one);
    let again = hall.enter(2);
    hall.say(again, b"x", true);
    assert_eq!(hall.take(one), [join(3, 2), update(3, b"x", true)]);
}
