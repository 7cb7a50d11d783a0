//! What the realm makes of the reports of rooms.

use archipelago_core::protocol::bus::{RoomCount, RoomCounters, RoomGuest, RoomReport};
use archipelago_core::realm::{ROOM_SILENCE_MAX_MS, RealmError};

use crate::rooms::{guest, listing, nothing, settled};
use crate::world::{HERE, Link, World};

#[test]
fn rooms_are_counted_while_they_are_heard_of() {
    let mut world = World::new();
    let count = |room: &str, players: u32| RoomCount {
        room: room.to_owned(),
        players,
    };
    let counters = RoomCounters {
        received: 5,
        relayed: 45,
        dropped: 2,
        closed_too_slow: 1,
        ..RoomCounters::default()
    };
    for room in ["b", "a"] {
        let report = RoomReport {
            players: 2,
            counters: Some(counters),
            ..listing(room, &[&guest(1, 0), &guest(2, 0), &guest(3, 0)])
        };
        world.realm.room_report(&report, world.now_ms).unwrap();
    }
    let reply = world.realm.rooms(world.now_ms);
    assert_eq!(reply.rooms, [count("a", 2), count("b", 2)]);
    let sum = RoomCounters {
        received: 10,
        relayed: 90,
        dropped: 4,
        closed_too_slow: 2,
        ..RoomCounters::default()
    };
    assert_eq!(world.realm.counters(world.now_ms).rooms, Some(sum));
    world.now_ms += ROOM_SILENCE_MAX_MS - 1;
    world.room_lists("b", &[&guest(1, 0)]);
    world.now_ms += 1;
    assert_eq!(world.realm.rooms(world.now_ms).rooms, [count("b", 1)]);
    world.room_lists("b", &[]);
    let reply = world.realm.rooms(world.now_ms);
    assert_eq!(reply.rooms, []);
    assert_eq!(world.realm.counters(world.now_ms).rooms, Some(sum));
    let nonsense = listing("b", &[&RoomGuest::default()]);
    let refused = world.realm.room_report(&nonsense, world.now_ms);
    assert_eq!(refused, Err(RealmError::InvalidAddress));
}

/// A report that was under way for longer than the next one is of the past.
#[test]
fn an_older_report_changes_nothing() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (_, guest) = world.settler(&mut a, 1, HERE);
    for (number, players) in [(7, 1), (6, 9), (7, 1)] {
        let report = RoomReport {
            number,
            players,
            ..listing("main.I1", &[&guest])
        };
        let reply = world.realm.room_report(&report, world.now_ms).unwrap();
        assert_eq!((reply.orders, reply.number), (Some(nothing()), 7));
        assert_eq!(world.realm.rooms(world.now_ms).rooms[0].players, 1);
    }
}
