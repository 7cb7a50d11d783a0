//! What a room counts of its sockets.

use archipelago_core::protocol::bus::RoomCounters;

use crate::clients::{chain, wallet};
use crate::hall::{HANDSHAKE_MS, Hall, encode, guest, join, pass, signed};

fn counted(hall: &mut Hall) -> RoomCounters {
    RoomCounters {
        received: 0,
        relayed: 0,
        ..*hall.room.count()
    }
}

#[test]
fn every_socket_that_the_room_closes_is_counted_once() {
    let mut hall = Hall::new();
    let first = hall.enter(1);
    let again = hall.enter(1);
    assert!(hall.closed.contains_key(&first));
    hall.text(again);
    let unexpected = hall.enter(2);
    hall.frame(unexpected, &encode(join(1, 1)));
    let (stranger, challenge) = hall.challenged(pass(3, 9), 4);
    hall.frame(stranger, &signed(&chain(&wallet(4), &challenge)));
    hall.enter_by(5, 7);
    hall.send_away(&[guest(5, 7)]);
    hall.open(None);
    hall.now_ms += HANDSHAKE_MS;
    hall.tick();
    let gone = hall.enter(6);
    hall.gone(gone);
    let expected = RoomCounters {
        admitted: 5,
        kicked: 1,
        closed_replaced: 1,
        closed_undecodable: 1,
        closed_unexpected: 1,
        closed_wrong_address: 1,
        closed_moved: 1,
        closed_handshake: 1,
        ..RoomCounters::default()
    };
    assert_eq!(counted(&mut hall), expected);
}
