//! Who is told what when somebody comes and goes.

use std::collections::BTreeMap;

use archipelago_core::protocol::limits::{
    ROOM_HANDSHAKES_PER_PLAYER_MAX, ROOM_PLAYERS_MAX, ROOM_SOCKETS_MAX,
};
use archipelago_core::protocol::rfc5::WsKicked;
use archipelago_core::protocol::rfc5::ws_packet::Message;
use archipelago_core::room::{Reason, SocketId};

use crate::clients::{chain, wallet};
use crate::hall::{Hall, guest, join, leave, pass, signed, who};

fn kicked(reason: &str) -> Message {
    let reason = reason.to_owned();
    Message::PeerKicked(WsKicked { reason })
}

fn identities(of: &[(u32, u8)]) -> BTreeMap<u32, String> {
    let of = of.iter();
    of.map(|&(alias, number)| (alias, who(number).to_string()))
        .collect()
}

#[test]
fn a_newcomer_is_told_who_is_there_and_they_are_told_of_it() {
    let mut hall = Hall::new();
    let first = hall.arrive(None, 1);
    assert_eq!(hall.welcome(first), (1, identities(&[])));
    let second = hall.arrive(pass(2, 9), 2);
    assert_eq!(hall.welcome(second), (2, identities(&[(1, 1)])));
    assert_eq!(hall.take(first), [join(2, 2)]);
    let third = hall.arrive(None, 3);
    assert_eq!(hall.welcome(third), (3, identities(&[(1, 1), (2, 2)])));
    assert_eq!(hall.take(first), [join(3, 3)]);
    assert_eq!(hall.take(second), [join(3, 3)]);
    hall.gone(second);
    assert_eq!(hall.take(first), [leave(2)]);
    assert_eq!(hall.take(third), [leave(2)]);
    assert_eq!(hall.take(second), []);
    // The place is free, its alias is not given again.
    let fourth = hall.arrive(None, 2);
    assert_eq!(hall.welcome(fourth), (4, identities(&[(1, 1), (3, 3)])));
}

/// Clients do not know what to do with somebody who is not in the room.
#[test]
fn nobody_hears_of_a_socket_before_it_is_welcome() {
    let mut hall = Hall::new();
    let first = hall.enter(1);
    let (socket, challenge) = hall.challenged(None, 2);
    let third = hall.arrive(None, 3);
    assert_eq!(hall.welcome(third).1, identities(&[(1, 1)]));
    hall.say(first, b"hello", false);
    assert_eq!(hall.take(socket), [], "not a word before the welcome");
    assert_eq!(hall.take(first), [join(2, 3)]);
    hall.frame(socket, &signed(&chain(&wallet(2), &challenge)));
    assert_eq!(hall.welcome(socket), (3, identities(&[(1, 1), (2, 3)])));
    assert_eq!(hall.take(first), [join(3, 2)]);
    // One that gives up was never there.
    let (socket, _) = hall.challenged(None, 4);
    hall.gone(socket);
    assert_eq!(hall.take(first), []);
}

#[test]
fn the_same_address_again_replaces_the_old_one() {
    let mut hall = Hall::new();
    let (first, old) = (hall.enter(1), hall.enter_by(2, 9));
    hall.take(first);
    let (new, challenge) = hall.challenged(pass(2, 9), 2);
    assert!(hall.closed.is_empty(), "not before it is proven");
    hall.frame(new, &signed(&chain(&wallet(2), &challenge)));
    assert_eq!(hall.take(old), [kicked("Already connected")]);
    assert_eq!(hall.closed.get(&old), Some(&Reason::Replaced));
    // Neither of itself, nor of the leave of one that it was never told of.
    assert_eq!(hall.welcome(new), (3, identities(&[(1, 1)])));
    assert_eq!(hall.take(first), [leave(2), join(3, 2)]);
    // The close of the old socket takes nothing from the new one.
    hall.gone(old);
    hall.say(new, b"hello", false);
    assert_eq!(hall.take(first).len(), 1);
    assert_eq!(hall.room.socket_count(), 2);
}

#[test]
fn a_muted_one_is_replaced_without_a_word() {
    let mut hall = Hall::new();
    let (first, old) = (hall.enter(1), hall.enter_by(2, 9));
    hall.mute(&[guest(2, 9)]);
    assert_eq!(hall.take(first), [join(2, 2), leave(2)]);
    let new = hall.arrive(pass(2, 10), 2);
    assert_eq!(hall.welcome(new), (3, identities(&[(1, 1)])));
    assert_eq!(hall.take(old), []);
    assert_eq!(hall.closed.get(&old), Some(&Reason::Replaced));
    assert_eq!(hall.take(first), [join(3, 2)]);
    assert_eq!(hall.room.socket_count(), 2);
}

#[test]
fn who_is_muted_is_not_there_for_newcomers() {
    let mut hall = Hall::new();
    let (first, muted) = (hall.enter(1), hall.enter_by(2, 9));
    hall.mute(&[guest(2, 9)]);
    hall.take(first);
    let third = hall.arrive(None, 3);
    assert_eq!(hall.welcome(third), (3, identities(&[(1, 1)])));
    assert_eq!(hall.take(muted), []);
}

fn full() -> (Hall, Vec<SocketId>) {
    let mut hall = Hall::new();
    let numbers = 1..=ROOM_PLAYERS_MAX as u8;
    let sockets = numbers.map(|number| hall.enter_by(number, 9)).collect();
    hall.inbox.clear();
    (hall, sockets)
}

#[test]
fn a_full_room_takes_nobody_in() {
    let (mut hall, sockets) = full();
    let refused = hall.arrive(None, 200);
    assert_eq!(
        hall.take(refused),
        [kicked("This world is full. Try again later.")]
    );
    assert_eq!(hall.closed.get(&refused), Some(&Reason::Full));
    assert!(hall.inbox.is_empty(), "nobody hears of it");
    assert_eq!(hall.room.socket_count(), ROOM_PLAYERS_MAX);
    // A place that becomes free is free.
    hall.gone(sockets[3]);
    let taken = hall.arrive(None, 200);
    let (alias, others) = hall.welcome(taken);
    assert_eq!(alias, ROOM_PLAYERS_MAX as u32 + 1);
    assert_eq!(others.len(), ROOM_PLAYERS_MAX - 1);
    let refused = hall.arrive(None, 201);
    assert_eq!(hall.closed.get(&refused), Some(&Reason::Full));
}

#[test]
fn a_member_of_a_full_room_may_come_back() {
    let (mut hall, sockets) = full();
    let again = hall.arrive(pass(4, 9), 4);
    assert_eq!(hall.closed.get(&sockets[3]), Some(&Reason::Replaced));
    assert_eq!(hall.welcome(again).1.len(), ROOM_PLAYERS_MAX - 1);
    assert_eq!(
        hall.take(sockets[0]),
        [leave(4), join(ROOM_PLAYERS_MAX as u32 + 1, 4)]
    );
}

#[test]
fn the_muted_take_no_place() {
    let (mut hall, sockets) = full();
    hall.mute(&[guest(4, 9)]);
    assert_eq!(hall.take(sockets[0]), [leave(4)]);
    let taken = hall.arrive(None, 200);
    hall.welcome(taken);
    assert_eq!(hall.take(sockets[0]).len(), 1);
    assert!(hall.room.socket_count() > ROOM_PLAYERS_MAX);
    assert!(hall.room.socket_count() < ROOM_SOCKETS_MAX);
    // The muted one finds the room full, and has given up its old socket for it.
    let back = hall.arrive(pass(4, 10), 4);
    assert_eq!(hall.closed.get(&back), Some(&Reason::Full));
    assert_eq!(hall.closed.get(&sockets[3]), Some(&Reason::Replaced));
    assert_eq!(hall.take(sockets[0]), [], "nobody hears of it");
}

#[test]
fn a_player_has_only_so_many_handshakes_at_once() {
    let mut hall = Hall::new();
    let other = hall.open(pass(2, 1));
    let mut own = Vec::new();
    for assignment in 1..=2 * ROOM_HANDSHAKES_PER_PLAYER_MAX as u64 {
        own.push(hall.open(pass(1, assignment)));
    }
    let (ended, open) = own.split_at(ROOM_HANDSHAKES_PER_PLAYER_MAX);
    for &socket in ended {
        assert_eq!(hall.closed.get(&socket), Some(&Reason::Replaced));
    }
    for &socket in open.iter().chain([&other]) {
        assert_eq!(hall.closed.get(&socket), None);
    }
    assert_eq!(hall.room.socket_count(), open.len() + 1);
    // Without a token nobody knows whose they are.
    for _ in 0..2 * ROOM_HANDSHAKES_PER_PLAYER_MAX {
        let socket = hall.open(None);
        assert_eq!(hall.closed.get(&socket), None);
    }
}

/// Its token was good when it came to the door; another session of the same player was quicker, and has a newer one.
#[test]
fn an_outdated_pass_replaces_nobody() {
    let mut hall = Hall::new();
    let witness = hall.enter(9);
    let (late, challenge) = hall.challenged(pass(1, 5), 1);
    let current = hall.arrive(pass(1, 6), 1);
    hall.take(witness);
    hall.frame(late, &signed(&chain(&wallet(1), &challenge)));
    assert_eq!(hall.closed.get(&late), Some(&Reason::Moved));
    assert_eq!(hall.closed.get(&current), None);
    assert_eq!(hall.take(witness), []);
    // Also if the newer one is muted already: neither of them belongs here.
    hall.mute(&[guest(1, 6)]);
    let late = hall.arrive(pass(1, 5), 1);
    assert_eq!(hall.closed.get(&late), Some(&Reason::Moved));
}
