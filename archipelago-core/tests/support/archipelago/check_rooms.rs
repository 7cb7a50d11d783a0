//! What must hold in rooms.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::protocol::bus::{Delivery, PassRequest, RoomGuest, RoomOrders, RoomReport};
use archipelago_core::realm::FAREWELL_MS;
use archipelago_core::room::{ROOM_IDLE_REPORT_MS, ROOM_REPORT_REST_MS, ROOM_RETRY_MAX_MS};

use super::visits::{Standing, Visit, VisitId};
use super::{CONNECTOR_TIMEOUT_MS, ClientId, REALM_NAME, Stage, World, chain_of};

/// How long after the last trouble on its line a room and the realm may need to hear from each other.
const RECOVERY_MS: u64 = max(ROOM_IDLE_REPORT_MS, ROOM_RETRY_MAX_MS);

/// How long a realm that has just started may not know who belongs where.
pub(super) const UNSETTLED_MS: u64 = CONNECTOR_TIMEOUT_MS + 2 * ROOM_IDLE_REPORT_MS;

const fn max(a: u64, b: u64) -> u64 {
    if a > b { a } else { b }
}

impl World {
    pub(super) fn is_current(&self, who: usize, assignment: u64) -> bool {
        self.passes(who, assignment) == Some(true)
    }

    /// Whether an assignment is the current one; none if the realm does not know yet.
    pub(super) fn passes(&self, who: usize, assignment: u64) -> Option<bool> {
        let address = chain_of(who).0.0.to_vec();
        let guest = Some(RoomGuest {
            address,
            assignment,
        });
        let reply = self.realm.pass(&PassRequest { guest });
        Some(reply.ok()?.is_current)
    }

    pub(super) fn open_visits(&self) -> Vec<VisitId> {
        let rooms = self.rooms.values();
        rooms
            .flat_map(|host| host.sockets.values().copied())
            .collect()
    }

    pub(super) fn guests(&self) -> Vec<VisitId> {
        let is_guest = |&visit: &VisitId| self.visits[visit].standing > Standing::Visitor;
        self.open_visits().into_iter().filter(is_guest).collect()
    }

    pub(super) fn members(&self, room: &str) -> Vec<VisitId> {
        let host = self.rooms.get(room);
        let sockets = host.into_iter().flat_map(|host| host.sockets.values());
        let is_member = |visit: &VisitId| self.visits[*visit].standing == Standing::Member;
        sockets.copied().filter(is_member).collect()
    }

    /// At any time: all members of a room see the same, which is who is there.
    pub(super) fn check_rooms(&self) {
        for id in self.rooms.keys() {
            let members = self.members(id).into_iter();
            let members: Vec<&Visit> = members.map(|visit| &self.visits[visit]).collect();
            let there: BTreeMap<u32, String> = members
                .iter()
                .map(|visit| (visit.alias, chain_of(visit.who).0.to_string()))
                .collect();
            assert_eq!(there.len(), members.len(), "an alias twice");
            for visit in members {
                assert_eq!(visit.seen, there);
            }
        }
        for visit in self.open_visits() {
            assert!(self.visits[visit].open);
        }
    }

    /// Orders reach a room: they are never about those who are where they should be.
    pub(super) fn note_orders(&mut self, room: &str, incarnation: u64, orders: &RoomOrders) {
        let muted = orders.mute.iter().map(|guest| (guest, false));
        let closed = orders.close.iter().map(|guest| (guest, true));
        for (guest, is_closed) in muted.chain(closed) {
            let is_meant = |&visit: &VisitId| {
                let visit = &self.visits[visit];
                visit.room.as_str() == room
                    && visit.assignment == guest.assignment
                    && chain_of(visit.who).0.0[..] == guest.address
            };
            let Some(visit) = self.guests().into_iter().find(is_meant) else {
                continue;
            };
            let state = &self.visits[visit];
            // What an earlier incarnation has ordered may arrive when the next one does not know better yet.
            if incarnation == self.incarnation {
                let is_current = self.is_current(state.who, state.assignment);
                assert!(!is_current, "sent away from where it belongs: {state:?}");
            }
            let in_time = self.is_in_time(state, is_closed);
            let state = &mut self.visits[visit];
            let was_member = state.standing == Standing::Member;
            state.is_dismissed |= is_closed;
            state.standing = Standing::Muted;
            if is_closed {
                self.count(if in_time {
                    "closed in time"
                } else {
                    "closed at last"
                });
            } else if was_member {
                self.count(if in_time {
                    "muted in time"
                } else {
                    "muted at last"
                });
            }
        }
    }

    /// Whether nothing has gone wrong on the way: then `watch_rooms` sees to it that nobody waits for long.
    fn is_in_time(&self, visit: &Visit, is_closed: bool) -> bool {
        let expected_ms = if is_closed {
            visit.farewell_ms
        } else {
            visit.stale_since_ms.or(Some(self.now_ms))
        };
        let known_ms = self.known_ms(visit);
        known_ms.is_some_and(|known_ms| expected_ms.is_some_and(|at_ms| known_ms <= at_ms))
    }

    /// The connector has taken these assignments: whoever is somewhere else has the time to leave.
    pub(super) fn farewells(&mut self, delivery: &Delivery) {
        for visit in self.guests() {
            let who = self.visits[visit].who;
            let mut numbers = delivery.assignments.iter().map(|told| told.number);
            if numbers.any(|number| self.is_current(who, number) && self.is_newest(who, number)) {
                self.farewell(visit, self.now_ms + FAREWELL_MS);
            }
        }
    }

    /// Whether no later session of the address waits to be told something else.
    fn is_newest(&self, who: usize, assignment: u64) -> bool {
        let sessions = self.clients.iter().filter(|client| client.who == who);
        let newest = sessions.max_by_key(|client| client.taken);
        let told = newest.and_then(|client| client.tickets.last());
        told.is_some_and(|told| told.assignment == assignment)
    }

    /// A room has told the realm who is there: whoever is where it belongs needs its sockets elsewhere no more.
    pub(super) fn seen_in_room(&mut self, report: &RoomReport) {
        self.settled_ms.get_or_insert(self.now_ms + UNSETTLED_MS);
        for guest in self.guests() {
            let who = self.visits[guest].who;
            let mut listed = report.guests.iter();
            let has_entered = listed.any(|listed| {
                listed.address == chain_of(who).0.0 && self.is_current(who, listed.assignment)
            });
            if has_entered {
                self.farewell(guest, self.now_ms);
            }
        }
    }

    /// A guest that the realm knows of, and that is not where it belongs, should be closed then.
    fn farewell(&mut self, visit: VisitId, at_ms: u64) {
        let known_ms = self.known_ms(&self.visits[visit]);
        let is_known = known_ms.is_some_and(|at| at + self.patience_ms() <= self.now_ms);
        let state = &self.visits[visit];
        if is_known && !self.is_current(state.who, state.assignment) {
            let state = &mut self.visits[visit];
            state.farewell_ms = Some(state.farewell_ms.map_or(at_ms, |before| before.min(at_ms)));
        }
    }

    /// What is under way is answered first, and reports rest in between.
    fn patience_ms(&self) -> u64 {
        4 * self.setting.weather.delay_ms as u64 + ROOM_REPORT_REST_MS
    }

    /// Whoever is not where it belongs is muted and closed in time, unless something has gone wrong on the way.
    pub(super) fn watch_rooms(&mut self) {
        let now_ms = self.now_ms;
        let patience_ms = self.patience_ms();
        for visit in self.guests() {
            let state = &self.visits[visit];
            let known_ms = self.known_ms(state);
            let is_current = self.is_current(state.who, state.assignment);
            let state = &mut self.visits[visit];
            if is_current {
                state.stale_since_ms = None;
                state.farewell_ms = None;
                continue;
            }
            let stale_ms = *state.stale_since_ms.get_or_insert(now_ms);
            let Some(known_ms) = known_ms else { continue };
            if now_ms < known_ms {
                // By then the realm may judge the guest anew, by where its player belongs then.
                state.farewell_ms = None;
            }
            if state.standing == Standing::Member {
                let muted_by_ms = known_ms.max(stale_ms) + patience_ms;
                assert!(now_ms <= muted_by_ms, "at {now_ms} not muted: {state:?}");
            }
            if let Some(farewell_ms) = state.farewell_ms {
                let closed_by_ms = farewell_ms + patience_ms;
                assert!(now_ms <= closed_by_ms, "at {now_ms} not closed: {state:?}");
            }
        }
    }

    /// From when on nothing keeps the realm from knowing a guest and the room from knowing its orders; none if the
    /// realm does not know yet who belongs where.
    fn known_ms(&self, visit: &Visit) -> Option<u64> {
        let undisturbed_ms = self.lines.get(visit.room.as_str()).map_or(0, |line| {
            line.disturbed_until_ms.max(line.cut_off_until_ms) + RECOVERY_MS
        });
        let able_ms = self.server.troubled_ms + RECOVERY_MS;
        let known_ms = undisturbed_ms.max(able_ms);
        Some(known_ms.max(self.settled_ms?).max(visit.admitted_ms))
    }

    /// When nothing is on the way any more: everybody is in the room of its island, and only there.
    pub(super) fn check_everybody_has_entered(&mut self) {
        let mut expected: BTreeSet<(ClientId, String, u64)> = BTreeSet::new();
        for client in self.live_clients() {
            let state = &self.clients[client];
            assert_eq!(state.stage, Stage::Heard);
            let ticket = state.tickets.last().expect("told");
            assert!(self.is_current(state.who, ticket.assignment));
            if !self.setting.goes_to_rooms(state.who) {
                continue;
            }
            let island = state.told.as_ref().expect("told");
            let room = format!("{REALM_NAME}.{island}");
            expected.insert((client, room, ticket.assignment));
        }
        let open = self.open_visits();
        let there: BTreeSet<(ClientId, String, u64)> = open
            .iter()
            .map(|&visit| {
                let visit = &self.visits[visit];
                assert!(
                    visit.standing == Standing::Member && !visit.gone,
                    "{visit:?}"
                );
                let room = visit.room.as_str().to_owned();
                (visit.client, room, visit.assignment)
            })
            .collect();
        assert_eq!(there, expected);
        assert_eq!(open.len(), expected.len(), "once each");
        self.check_counts();
        // All who hear each other are in one room, and so on one island; `speak` looks whether they do.
        for visit in open {
            self.speak(visit);
        }
    }

    /// The realm knows how many are in which room.
    fn check_counts(&mut self) {
        let counted = self.realm.rooms(self.realm_ms()).rooms;
        let counted: BTreeMap<String, usize> = counted
            .into_iter()
            .map(|count| (count.room, count.players as usize))
            .collect();
        let rooms = self.rooms.keys();
        let sizes: BTreeMap<String, usize> = rooms
            .map(|room| (room.clone(), self.members(room).len()))
            .collect();
        assert_eq!(counted, sizes);
    }
}
