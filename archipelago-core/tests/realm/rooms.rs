//! Who may be in which room.

use archipelago_core::protocol::bus::{PassRequest, RoomGuest, RoomOrders, RoomReport};
use archipelago_core::realm::{FAREWELL_MS, ROOM_SILENCE_MAX_MS, RealmError};

use crate::clients::address;
use crate::world::{GRACE_MS, HERE, Link, PERIOD_MS, TIMEOUT_MS, World};

/// Out of reach of everybody who is `HERE`.
const THERE: f32 = 500.0;

/// Somebody stays `HERE` on `I1`, `THERE` on `I2`, and as far again on `I3`, so that who comes along goes to another island.
pub fn settled(a: &mut Link) -> World {
    let mut world = World::new();
    for (who, x) in [(201, HERE), (202, THERE), (203, 2.0 * THERE)] {
        world.settler(a, who, x);
    }
    world
}

pub fn guest(who: u8, assignment: u64) -> RoomGuest {
    RoomGuest {
        address: address(who).0.to_vec(),
        assignment,
    }
}

fn owned(guests: &[&RoomGuest]) -> Vec<RoomGuest> {
    guests.iter().copied().cloned().collect()
}

pub fn muted(guests: &[&RoomGuest]) -> RoomOrders {
    RoomOrders {
        mute: owned(guests),
        close: Vec::new(),
    }
}

pub fn closed(guests: &[&RoomGuest]) -> RoomOrders {
    RoomOrders {
        mute: Vec::new(),
        close: owned(guests),
    }
}

pub fn nothing() -> RoomOrders {
    RoomOrders::default()
}

pub fn listing(room: &str, guests: &[&RoomGuest]) -> RoomReport {
    RoomReport {
        room: room.to_owned(),
        guests: owned(guests),
        players: guests.len() as u32,
        counters: None,
        number: 0,
    }
}

impl World {
    pub fn room_lists(&mut self, room: &str, guests: &[&RoomGuest]) -> RoomOrders {
        let report = listing(room, guests);
        let reply = self.realm.room_report(&report, self.now_ms);
        reply.unwrap().orders.unwrap()
    }

    pub fn is_current(&self, guest: &RoomGuest) -> bool {
        let guest = Some(guest.clone());
        self.realm.pass(&PassRequest { guest }).unwrap().is_current
    }

    /// What rooms have been ordered since this was last asked, up to this moment.
    pub fn order(&mut self) -> Vec<(String, RoomOrders)> {
        for (room, orders) in self.realm.take_room_orders(self.now_ms) {
            self.realm.room_obeyed(&room, &orders);
            self.ordered.push((room, orders));
        }
        std::mem::take(&mut self.ordered)
    }

    /// Somebody who has been assigned: the session, and how it is known in the island's room.
    pub fn settler(&mut self, link: &mut Link, who: u8, x: f32) -> (u64, RoomGuest) {
        let session = self.login(link, who);
        let guest = self.assigned(link, session, who, x);
        (session, guest)
    }

    pub fn assigned(&mut self, link: &mut Link, session: u64, who: u8, x: f32) -> RoomGuest {
        self.heartbeat(link, session, x);
        let deliveries = self.advance(PERIOD_MS);
        let assignments = deliveries
            .iter()
            .flat_map(|(_, delivery)| &delivery.assignments);
        let mut own = assignments.filter(|assignment| assignment.session == session);
        guest(who, own.next_back().expect("assigned").number)
    }
}

#[test]
fn a_pass_is_good_while_its_assignment_is_current() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, first) = world.settler(&mut a, 1, HERE);
    assert!(
        world.is_current(&first) && world.is_current(&first),
        "again and again"
    );
    let foreign = guest(2, first.assignment);
    assert!(!world.is_current(&foreign), "somebody else's");
    let other = guest(1, first.assignment + 1);
    assert!(!world.is_current(&other), "never given");
    // To be where it is changes nothing, and to be told so neither.
    world.heartbeat(&mut a, session, HERE + 1.0);
    world.advance(PERIOD_MS);
    assert!(world.is_current(&first));
    let second = world.assigned(&mut a, session, 1, THERE);
    assert!(!world.is_current(&first) && world.is_current(&second));
    let report = a.ended(session);
    world.report(&report);
    assert!(!world.is_current(&second), "who has left");
    assert!(!world.is_current(&guest(1, 0)), "no assignment");
    let nonsense = PassRequest {
        guest: Some(RoomGuest::default()),
    };
    assert_eq!(world.realm.pass(&nonsense), Err(RealmError::InvalidAddress));
    let nobody = PassRequest { guest: None };
    assert_eq!(world.realm.pass(&nobody), Err(RealmError::InvalidAddress));
}

/// Only the newest session's client may enter; the one before keeps its place until then.
#[test]
fn a_new_session_has_a_pass_of_its_own() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (_, old) = world.settler(&mut a, 1, HERE);
    assert_eq!(world.room_lists("main.I1", &[&old]), nothing());
    let session = world.login(&mut a, 1);
    assert!(world.is_current(&old), "until the new one is told");
    let new = world.assigned(&mut a, session, 1, HERE);
    assert_eq!(world.island_of(1).as_deref(), Some("I1"));
    assert!(world.is_current(&new) && !world.is_current(&old));
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&old]))]);
}

#[test]
fn the_reassigned_are_muted_at_once_and_closed_after_a_while() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, old) = world.settler(&mut a, 1, HERE);
    assert_eq!(world.room_lists("main.I1", &[&old]), nothing());
    world.heartbeat(&mut a, session, THERE);
    world.now_ms += PERIOD_MS;
    world.realm.tick(world.now_ms);
    let muting = [("main.I1".to_owned(), muted(&[&old]))];
    assert_eq!(world.order(), muting, "with the flush, before the delivery");
    // The time to leave begins when the connector has taken the delivery.
    world.now_ms += 3_000;
    world.deliver();
    assert_eq!(world.order(), [], "said once");
    world.advance(FAREWELL_MS - 1);
    assert_eq!(world.order(), []);
    world.advance(1);
    let closing = [("main.I1".to_owned(), closed(&[&old]))];
    assert_eq!(world.order(), closing);
    world.advance(FAREWELL_MS);
    assert_eq!(world.order(), []);
}

#[test]
fn who_has_been_admitted_elsewhere_is_closed_at_once() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, old) = world.settler(&mut a, 1, HERE);
    world.room_lists("main.I1", &[&old]);
    let new = world.assigned(&mut a, session, 1, THERE);
    world.order();
    assert_eq!(world.room_lists("main.I2", &[&new]), nothing());
    let closing = [("main.I1".to_owned(), closed(&[&old]))];
    assert_eq!(world.order(), closing);
    // A room that lists it all the same is told again, and the right one is not touched.
    assert_eq!(world.room_lists("main.I1", &[&old]), closed(&[&old]));
    assert_eq!(world.room_lists("main.I2", &[&new]), nothing());
    assert_eq!(world.order(), []);
}

/// It was closed in the old room before its time was over, and is where it belongs when that time is over.
#[test]
fn who_comes_back_is_not_sent_away_by_an_old_farewell() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, old) = world.settler(&mut a, 1, HERE);
    world.room_lists("main.I1", &[&old]);
    let there = world.assigned(&mut a, session, 1, THERE);
    world.room_lists("main.I2", &[&there]);
    assert_eq!(
        world.order(),
        [
            ("main.I1".to_owned(), muted(&[&old])),
            ("main.I1".to_owned(), closed(&[&old]))
        ]
    );
    let back = world.assigned(&mut a, session, 1, HERE);
    world.room_lists("main.I1", &[&back]);
    world.advance(FAREWELL_MS);
    assert!(world.is_current(&back));
    assert_eq!(world.room_lists("main.I1", &[&back]), nothing());
    let orders = world.order();
    assert!(
        orders.iter().all(|(room, _)| room == "main.I2"),
        "{orders:?}"
    );
}

/// Its token was good at the door, and the island changed before it was through.
#[test]
fn who_comes_too_late_is_muted_by_the_answer() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, old) = world.settler(&mut a, 1, HERE);
    world.heartbeat(&mut a, session, THERE);
    world.now_ms += PERIOD_MS;
    world.realm.tick(world.now_ms);
    assert_eq!(world.room_lists("main.I1", &[&old]), muted(&[&old]));
    assert_eq!(world.order(), [], "said in the answer");
    world.deliver();
    world.advance(FAREWELL_MS);
    assert_eq!(world.order(), [("main.I1".to_owned(), closed(&[&old]))]);
    // Later still: there is nothing to wait for.
    assert_eq!(world.room_lists("main.I1", &[&old]), closed(&[&old]));
}

#[test]
fn each_room_has_the_time_of_its_own_successor() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, first) = world.settler(&mut a, 1, HERE);
    world.room_lists("main.I1", &[&first]);
    let second = world.assigned(&mut a, session, 1, THERE);
    assert_eq!(world.order().len(), 1);
    let moved_ms = world.now_ms;
    world.heartbeat(&mut a, session, 2.0 * THERE);
    // It has not been seen in the second room yet when it is sent to a third one, and gets there all the same.
    world.advance(PERIOD_MS);
    assert_eq!(world.room_lists("main.I2", &[&second]), muted(&[&second]));
    world.advance(FAREWELL_MS - (world.now_ms - moved_ms));
    assert_eq!(world.order(), [("main.I1".to_owned(), closed(&[&first]))]);
    world.advance(PERIOD_MS);
    assert_eq!(world.order(), [("main.I2".to_owned(), closed(&[&second]))]);
}

#[test]
fn who_leaves_the_realm_leaves_its_rooms() {
    let mut world = World::new();
    let mut a = Link::new("a", 1);
    let (session, here) = world.settler(&mut a, 1, HERE);
    world.room_lists("main.I1", &[&here]);
    let report = a.ended(session);
    world.report(&report);
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&here]))]);
    world.advance(FAREWELL_MS);
    assert_eq!(world.order(), [("main.I1".to_owned(), closed(&[&here]))]);
    world.advance(TIMEOUT_MS);
    assert_eq!(world.room_lists("main.I1", &[&here]), closed(&[&here]));
    world.room_lists("main.I1", &[]);
    assert_eq!(world.realm.next_ms(), None, "an empty realm sleeps");
}

#[test]
fn who_is_missing_keeps_the_room_for_the_grace() {
    let mut world = World::new();
    let (mut dead, mut alive) = (Link::new("dead", 1), Link::new("alive", 1));
    let (_, here) = world.settler(&mut dead, 1, HERE);
    world.settler(&mut alive, 2, THERE);
    world.room_lists("main.I1", &[&here]);
    world.advance_alive(TIMEOUT_MS, &mut [&mut alive]);
    assert!(!world.is_connected(1), "presumed dead");
    assert!(world.is_current(&here));
    assert_eq!(world.room_lists("main.I1", &[&here]), nothing());
    world.advance_alive(GRACE_MS, &mut [&mut alive]);
    assert!(!world.is_current(&here));
    assert_eq!(world.order(), [("main.I1".to_owned(), muted(&[&here]))]);
}

#[test]
fn orders_are_repeated_until_they_are_obeyed() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, old) = world.settler(&mut a, 1, HERE);
    let (_, mate) = world.settler(&mut a, 2, HERE);
    world.room_lists("main.I1", &[&old, &mate]);
    world.heartbeat(&mut a, session, THERE);
    world.now_ms += PERIOD_MS;
    world.realm.tick(world.now_ms);
    let taken = world.realm.take_room_orders(world.now_ms);
    assert_eq!(taken, [("main.I1".to_owned(), muted(&[&old]))]);
    assert_eq!(
        world.realm.take_room_orders(world.now_ms),
        [],
        "one at a time"
    );
    world.realm.room_unreachable("main.I1", world.now_ms);
    assert_eq!(
        world.realm.take_room_orders(world.now_ms),
        [],
        "not at once"
    );
    world.now_ms += 1_000;
    let again = world.realm.take_room_orders(world.now_ms);
    assert_eq!(again, taken);
    world.deliver();
    // While these are on their way, the time is over: what they say is not all any more.
    world.advance(FAREWELL_MS);
    world.realm.room_obeyed("main.I1", &again[0].1);
    assert_eq!(world.order(), [("main.I1".to_owned(), closed(&[&old]))]);
    assert_eq!(world.room_lists("main.I1", &[&mate]), nothing());
}

#[test]
fn a_room_that_is_gone_is_not_asked_for_ever() {
    let mut a = Link::new("a", 1);
    let mut world = settled(&mut a);
    let (session, old) = world.settler(&mut a, 1, HERE);
    world.room_lists("main.I1", &[&old]);
    world.heartbeat(&mut a, session, THERE);
    let end_ms = world.now_ms + 2 * ROOM_SILENCE_MAX_MS;
    let mut last_ms = 0;
    while world.now_ms < end_ms {
        world.now_ms += 250;
        world.realm.tick(world.now_ms);
        for (room, _) in world.realm.take_room_orders(world.now_ms) {
            world.realm.room_unreachable(&room, world.now_ms);
            last_ms = world.now_ms;
        }
    }
    assert!(last_ms > 0 && last_ms < end_ms - ROOM_SILENCE_MAX_MS / 2);
}

#[test]
fn who_came_without_a_token_is_nobodys_business() {
    let mut world = World::new();
    let open = guest(9, 0);
    for _ in 0..3 {
        assert_eq!(world.room_lists("test", &[&open]), nothing());
        world.now_ms += TIMEOUT_MS;
    }
    let mut a = Link::new("a", 1);
    world.settler(&mut a, 9, HERE);
    assert_eq!(world.room_lists("test", &[&open]), nothing());
    assert_eq!(world.order(), []);
}
