//! Who belongs elsewhere.

use archipelago_core::protocol::bus::{RoomGuest, RoomOrders};
use archipelago_core::room::Reason;

use crate::clients::{chain, wallet};
use crate::hall::{Hall, guest, join, leave, orders, pass, signed, update};

#[test]
fn the_muted_neither_send_nor_receive() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter_by(1, 9), hall.enter_by(2, 9));
    hall.take(one);
    hall.mute(&[guest(2, 9)]);
    assert_eq!(hall.take(one), [leave(2)], "at once");
    hall.say(two, b"anybody?", false);
    hall.say(one, b"gone", false);
    let three = hall.enter(3);
    assert_eq!(hall.take(one), [join(3, 3)]);
    hall.gone(three);
    assert_eq!(hall.take(one), [leave(3)]);
    assert_eq!(hall.take(two), []);
    assert!(hall.closed.is_empty(), "the socket stays open");
    assert_eq!(hall.room.socket_count(), 2);
    // Its end is no news: the others have been told.
    hall.gone(two);
    assert_eq!(hall.take(one), []);
    assert_eq!(hall.room.socket_count(), 1);
}

#[test]
fn who_is_sent_away_is_closed() {
    let mut hall = Hall::new();
    let (one, two, three) = (
        hall.enter_by(1, 9),
        hall.enter_by(2, 9),
        hall.enter_by(3, 9),
    );
    hall.inbox.clear();
    hall.mute(&[guest(3, 9)]);
    hall.inbox.clear();
    hall.send_away(&[guest(2, 9), guest(3, 9)]);
    for socket in [two, three] {
        assert_eq!(hall.closed.get(&socket), Some(&Reason::Moved));
        assert_eq!(hall.take(socket), []);
    }
    assert_eq!(hall.take(one), [leave(2)], "the muted one had left before");
    assert_eq!(hall.room.socket_count(), 1);
}

#[test]
fn several_at_once_and_both_orders() {
    let mut hall = Hall::new();
    let one = hall.enter_by(1, 9);
    let [two, three, four] = [2, 3, 4].map(|number| hall.enter_by(number, 9));
    hall.inbox.clear();
    let (mute, close) = ([guest(2, 9), guest(3, 9)], [guest(3, 9), guest(4, 9)]);
    hall.obey(&mute, &close);
    assert_eq!(hall.take(one), [leave(2), leave(3), leave(4)]);
    assert_eq!(hall.closed.keys().collect::<Vec<_>>(), [&three, &four]);
    for socket in [two, three, four] {
        assert_eq!(hall.take(socket), []);
    }
}

#[test]
fn obeying_twice_changes_nothing() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter_by(1, 9), hall.enter_by(2, 9));
    hall.enter_by(3, 9);
    for _ in 0..3 {
        hall.obey(&[guest(2, 9)], &[guest(3, 9)]);
    }
    assert_eq!(hall.take(one), [join(2, 2), join(3, 3), leave(2), leave(3)]);
    assert_eq!(hall.closed.len(), 1);
    let record = hall.records[&two].clone();
    hall.now_ms += 1_000;
    hall.mute(&[guest(2, 9)]);
    assert_eq!(hall.records[&two], record);
}

#[test]
fn an_order_hits_exactly_whom_it_names() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter(1), hall.enter_by(2, 9));
    hall.inbox.clear();
    let unnamed = RoomGuest::default();
    let short = RoomGuest {
        address: guest(2, 9).address[..19].to_vec(),
        assignment: 9,
    };
    let names = [
        // The assignments before and after, no assignment, somebody else's.
        guest(2, 8),
        guest(2, 10),
        guest(2, 0),
        guest(1, 9),
        guest(3, 9),
        unnamed,
        short,
    ];
    hall.obey(&names, &names);
    assert_eq!((hall.take(one), hall.take(two)), (vec![], vec![]));
    assert!(hall.closed.is_empty());
    // Who came without a token is listed with 0, and named so.
    hall.mute(&[guest(1, 0)]);
    assert_eq!(hall.take(two), [leave(1)]);
}

/// The token of a retry is the same: what is at the door has no business with the room yet.
#[test]
fn sockets_in_the_handshake_are_not_meant() {
    let mut hall = Hall::new();
    let (socket, challenge) = hall.challenged(pass(2, 9), 2);
    hall.obey(&[guest(2, 9)], &[guest(2, 9)]);
    assert!(hall.closed.is_empty());
    hall.frame(socket, &signed(&chain(&wallet(2), &challenge)));
    hall.welcome(socket);
}

#[test]
fn an_order_for_the_assignment_before_does_not_hit_who_has_come_back() {
    let mut hall = Hall::new();
    let one = hall.enter(1);
    hall.enter_by(2, 9);
    hall.enter_by(2, 11);
    hall.inbox.clear();
    hall.obey(&[guest(2, 9)], &[guest(2, 9)]);
    assert_eq!(hall.take(one), []);
    assert_eq!(hall.closed.len(), 1, "the replaced one");
}

#[test]
fn orders_come_with_the_answer_to_a_report() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter_by(1, 9), hall.enter_by(2, 9));
    let three = hall.enter_by(3, 9);
    hall.inbox.clear();
    hall.report();
    hall.answer(Some(orders(&[guest(2, 9)], &[guest(3, 9)])));
    assert_eq!(hall.take(one), [leave(2), leave(3)]);
    assert_eq!(hall.closed.get(&three), Some(&Reason::Moved));
    hall.say(one, b"gone", false);
    assert_eq!(hall.take(two), []);
    // The empty answer orders nothing.
    hall.now_ms += 10_000;
    hall.report();
    hall.answer(Some(RoomOrders::default()));
    hall.say(one, b"still here", false);
    assert_eq!(hall.take(one), []);
    assert_eq!(hall.closed.len(), 1);
}

#[test]
fn the_muted_stay_muted_over_a_sleep() {
    let mut hall = Hall::new();
    let (one, two) = (hall.enter_by(1, 9), hall.enter_by(2, 9));
    hall.mute(&[guest(2, 9)]);
    hall.take(one);
    hall.sleep();
    hall.say(one, b"gone", false);
    hall.say(two, b"anybody?", false);
    assert_eq!((hall.take(one), hall.take(two)), (vec![], vec![]));
    hall.send_away(&[guest(2, 9)]);
    assert_eq!(hall.closed.get(&two), Some(&Reason::Moved));
    assert_eq!(hall.take(one), []);
    let three = hall.enter(3);
    hall.say(three, b"hello", false);
    assert_eq!(hall.take(one), [join(2, 3), update(2, b"hello", false)]);
}
