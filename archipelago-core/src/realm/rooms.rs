//! Who is in the realm's own rooms, and who should no longer be.
//!
//! Rooms list their guests; a guest whose assignment is not the player's current one is muted at once, and closed when the
//! player has been admitted elsewhere or had the time to go there. What is ordered is repeated until the room has obeyed,
//! and said again in answer to every report that shows otherwise.

use std::collections::{BTreeMap, BTreeSet};

use crate::auth::Address;
use crate::protocol::bus::{RoomCount, RoomCounters, RoomGuest, RoomOrders, RoomReport};
use crate::room::ROOM_IDLE_REPORT_MS;

use super::attempts::Attempts;

/// How long after the delivery of its new island a player may keep the connection to the old one's room, muted, in ms. A
/// client that is cut off before it has joined the next room tries the old one again, fails, and starts all over.
pub const FAREWELL_MS: u64 = 5_000;

/// A room that was silent for this long, in ms, is gone.
pub const ROOM_SILENCE_MAX_MS: u64 = 150_000;
const _: () = assert!(
    2 * ROOM_IDLE_REPORT_MS < ROOM_SILENCE_MAX_MS,
    "one report may fail to arrive"
);

/// How often it is looked for silent rooms at most, in ms: there may be as many rooms as players.
const SILENCE_LOOK_MS: u64 = 5_000;

/// What a guest may do, the worse the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Welcome,
    Muted,
    Gone,
}

#[derive(Debug)]
struct Guest {
    assignment: u64,
    standing: Standing,
    /// What the room has obeyed.
    obeyed: Standing,
    /// When a muted guest will be gone.
    until_ms: Option<u64>,
}

impl Guest {
    fn new(assignment: u64) -> Self {
        Self {
            assignment,
            standing: Standing::Welcome,
            obeyed: Standing::Welcome,
            until_ms: None,
        }
    }

    fn is_stale(&self, current: Option<u64>) -> bool {
        // Who came without a token was invited by nobody, and is sent away by nobody.
        self.assignment != 0 && Some(self.assignment) != current
    }
}

#[derive(Debug, Default)]
struct Room {
    heard_ms: u64,
    /// The newest report's.
    number: u64,
    players: u32,
    guests: BTreeMap<Address, Guest>,
}

impl Room {
    fn is_gone(&self, now_ms: u64) -> bool {
        self.heard_ms.saturating_add(ROOM_SILENCE_MAX_MS) <= now_ms
    }

    fn has_orders(&self) -> bool {
        self.guests
            .values()
            .any(|guest| guest.standing > guest.obeyed)
    }

    /// What is ordered: all of it, or what has not been obeyed yet.
    fn orders(&self, all: bool) -> RoomOrders {
        let mut orders = RoomOrders::default();
        for (address, guest) in &self.guests {
            if !all && guest.standing == guest.obeyed {
                continue;
            }
            let ordered = RoomGuest::new(address, guest.assignment);
            match guest.standing {
                Standing::Welcome => {}
                Standing::Muted => orders.mute.push(ordered),
                Standing::Gone => orders.close.push(ordered),
            }
        }
        orders
    }
}

/// All rooms with guests, by id.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    by_id: BTreeMap<String, Room>,
    /// In which rooms somebody is a guest.
    stays: BTreeSet<(Address, String)>,
    /// The rooms that have orders to obey.
    ordered: BTreeSet<String>,
    /// When who is gone from where.
    farewells: BTreeSet<(u64, Address, String)>,
    /// Of the rooms that were given orders, until they have obeyed: a room may be forgotten and known again meanwhile.
    attempts: BTreeMap<String, Attempts>,
    /// When it was last looked for silent rooms.
    looked_ms: u64,
    counters: RoomCounters,
}

impl Rooms {
    /// Takes a room's list of guests; what was ordered for those that are still there stays so.
    pub fn heard(&mut self, report: &RoomReport, listed: &[(Address, u64)], now_ms: u64) {
        self.forget_silent(now_ms);
        if let Some(counters) = &report.counters {
            self.counters.add(counters);
        }
        if report.number < self.number(&report.room) {
            return;
        }
        let mut before = self.forget(&report.room);
        if listed.is_empty() {
            return self.give_up(&report.room);
        }
        for &(address, assignment) in listed {
            let known = before.guests.remove(&address);
            let guest = known.filter(|guest| guest.assignment == assignment);
            self.put(
                &report.room,
                address,
                guest.unwrap_or(Guest::new(assignment)),
            );
        }
        if let Some(room) = self.by_id.get_mut(&report.room) {
            room.heard_ms = now_ms;
            room.number = report.number;
            room.players = report.players;
        }
    }

    /// Somebody may be in a room that has not been heard of since the realm has started.
    pub fn presume(&mut self, room: &str, address: Address, assignment: u64, now_ms: u64) {
        self.put(room, address, Guest::new(assignment));
        if let Some(room) = self.by_id.get_mut(room) {
            room.heard_ms = now_ms;
        }
    }

    fn put(&mut self, room: &str, address: Address, guest: Guest) {
        let id = room.to_owned();
        if let Some(until_ms) = guest.until_ms {
            self.farewells.insert((until_ms, address, id.clone()));
        }
        if guest.standing > guest.obeyed {
            self.ordered.insert(id.clone());
        }
        self.stays.insert((address, id.clone()));
        self.by_id
            .entry(id)
            .or_default()
            .guests
            .insert(address, guest);
    }

    fn forget(&mut self, room: &str) -> Room {
        let before = self.by_id.remove(room).unwrap_or_default();
        self.ordered.remove(room);
        for (&address, guest) in &before.guests {
            self.stays.remove(&(address, room.to_owned()));
            if let Some(until_ms) = guest.until_ms {
                self.farewells.remove(&(until_ms, address, room.to_owned()));
            }
        }
        before
    }

    /// Lowers the standing of everybody of this address who is not there by the `current` assignment; `until_ms`: when the
    /// muted ones will be gone, unless that was said before.
    pub fn dismiss(
        &mut self,
        address: Address,
        current: Option<u64>,
        standing: Standing,
        until_ms: Option<u64>,
    ) {
        let rooms: Vec<String> = self.rooms_of(address).cloned().collect();
        for room in rooms {
            self.lower(&room, address, current, standing, until_ms);
        }
    }

    /// Whether a guest of this address and assignment has been dismissed.
    pub fn have_dismissed(&self, address: Address, assignment: u64) -> bool {
        let rooms = self.rooms_of(address).filter_map(|id| self.by_id.get(id));
        let mut guests = rooms.filter_map(|room| room.guests.get(&address));
        guests.any(|guest| guest.assignment == assignment && guest.standing > Standing::Welcome)
    }

    /// Where somebody of this address is a guest.
    fn rooms_of(&self, address: Address) -> impl Iterator<Item = &String> {
        let stays = self.stays.range((address, String::new())..);
        let own = stays.take_while(move |(guest, _)| *guest == address);
        own.map(|(_, room)| room)
    }

    fn lower(
        &mut self,
        room: &str,
        address: Address,
        current: Option<u64>,
        standing: Standing,
        until_ms: Option<u64>,
    ) {
        let Some(state) = self.by_id.get_mut(room) else {
            return;
        };
        let Some(guest) = state.guests.get_mut(&address) else {
            return;
        };
        if !guest.is_stale(current) {
            return;
        }
        if guest.until_ms.is_none()
            && let Some(until_ms) = until_ms
        {
            guest.until_ms = Some(until_ms);
            self.farewells.insert((until_ms, address, room.to_owned()));
        }
        if standing > guest.standing {
            guest.standing = standing;
            self.ordered.insert(room.to_owned());
        }
    }

    /// Sends those away whose time to leave is over.
    pub fn tick(&mut self, now_ms: u64) {
        while let Some((until_ms, ..)) = self.farewells.first()
            && *until_ms <= now_ms
            && let Some((until_ms, address, room)) = self.farewells.pop_first()
        {
            let guests = self.by_id.get(&room).map(|room| &room.guests);
            let guest = guests.and_then(|guests| guests.get(&address));
            // Who has gone and come back since is another guest, who may be where it belongs.
            if guest.is_some_and(|guest| guest.until_ms == Some(until_ms)) {
                self.lower(&room, address, None, Standing::Gone, None);
            }
        }
    }

    /// When the next guest has to be gone, or the next order can go out.
    pub fn next_ms(&self) -> Option<u64> {
        let farewell = self.farewells.first().map(|&(until_ms, ..)| until_ms);
        let ordered = self.ordered.iter();
        let orders = ordered.filter_map(|id| self.next_attempt_ms(id));
        farewell.into_iter().chain(orders).min()
    }

    /// When a room can be given orders; none while it is being given some.
    fn next_attempt_ms(&self, room: &str) -> Option<u64> {
        self.attempts.get(room).map_or(Some(0), Attempts::next_ms)
    }

    /// There is nothing to try any more in a room that is not known, unless a try is under way.
    fn give_up(&mut self, room: &str) {
        if !self.by_id.contains_key(room) && self.next_attempt_ms(room).is_some() {
            self.attempts.remove(room);
        }
    }

    /// The number of the newest report that was heard of a room; 0: of none.
    pub fn number(&self, room: &str) -> u64 {
        self.by_id.get(room).map_or(0, |room| room.number)
    }

    /// All that is ordered of a room, for the answer to its report. A room that does not get the answer asks again.
    pub fn answer(&mut self, room: &str) -> RoomOrders {
        self.ordered.remove(room);
        let Some(state) = self.by_id.get_mut(room) else {
            return RoomOrders::default();
        };
        for guest in state.guests.values_mut() {
            guest.obeyed = guest.standing;
        }
        state.orders(true)
    }

    /// What can be ordered now, by room.
    pub fn take_orders(&mut self, now_ms: u64) -> Vec<(String, RoomOrders)> {
        let mut taken = Vec::new();
        for id in &self.ordered {
            if let Some(room) = self.by_id.get(id)
                && self.next_attempt_ms(id).is_some_and(|next| next <= now_ms)
            {
                taken.push((id.clone(), room.orders(false)));
            }
        }
        for (id, _) in &taken {
            self.attempts.entry(id.clone()).or_default().begun();
        }
        taken
    }

    /// A room has obeyed.
    pub fn obeyed(&mut self, room: &str, orders: &RoomOrders) {
        self.attempts.remove(room);
        let Some(state) = self.by_id.get_mut(room) else {
            return;
        };
        let mute = orders.mute.iter().map(|guest| (guest, Standing::Muted));
        let close = orders.close.iter().map(|guest| (guest, Standing::Gone));
        for (ordered, standing) in mute.chain(close) {
            let Ok(address) = Address::try_from(ordered.address.as_slice()) else {
                continue;
            };
            let is_meant = |guest: &&mut Guest| guest.assignment == ordered.assignment;
            let Some(guest) = state.guests.get_mut(&address).filter(is_meant) else {
                continue;
            };
            guest.obeyed = standing;
            if standing == Standing::Gone {
                state.guests.remove(&address);
                self.stays.remove(&(address, room.to_owned()));
            }
        }
        if !state.has_orders() {
            self.ordered.remove(room);
        }
        if state.guests.is_empty() && state.players == 0 {
            self.by_id.remove(room);
        }
    }

    /// A room could not be reached: it will be tried again, unless it is gone.
    pub fn disobeyed(&mut self, room: &str, now_ms: u64) {
        if let Some(attempts) = self.attempts.get_mut(room) {
            attempts.failed(now_ms);
        }
        self.give_up(room);
        self.forget_silent(now_ms);
    }

    fn forget_silent(&mut self, now_ms: u64) {
        if now_ms < self.looked_ms.saturating_add(SILENCE_LOOK_MS) {
            return;
        }
        self.looked_ms = now_ms;
        let gone = self.by_id.iter().filter(|(_, room)| room.is_gone(now_ms));
        let gone: Vec<String> = gone.map(|(id, _)| id.clone()).collect();
        for room in gone {
            self.forget(&room);
            self.give_up(&room);
        }
    }

    /// What has happened in all rooms.
    pub fn counters(&self) -> RoomCounters {
        self.counters
    }

    /// The rooms with players, by id.
    pub fn counts(&mut self, now_ms: u64) -> Vec<RoomCount> {
        self.forget_silent(now_ms);
        let count = |(id, room): (&String, &Room)| RoomCount {
            room: id.clone(),
            players: room.players,
        };
        self.shown(now_ms).map(count).collect()
    }

    /// How many rooms have players, and how many players are in them.
    pub fn totals(&mut self, now_ms: u64) -> (u64, u64) {
        self.forget_silent(now_ms);
        let players = self.shown(now_ms).map(|(_, room)| u64::from(room.players));
        players.fold((0, 0), |(rooms, all), players| (rooms + 1, all + players))
    }

    fn shown(&self, now_ms: u64) -> impl Iterator<Item = (&String, &Room)> {
        let rooms = self.by_id.iter();
        rooms.filter(move |(_, room)| room.players > 0 && !room.is_gone(now_ms))
    }
}
