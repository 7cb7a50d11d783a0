//! The realm's own rooms, hosted as the platform hosts them: by what is kept with their sockets.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::connector::SocketId;
use archipelago_core::protocol::bus::RoomOrders;
use archipelago_core::room::{Action, ROOM_IDLE_REPORT_MS, Reason, Relay, Room};
use archipelago_core::transport::{Pass, RoomId};

use super::bus::{CALL_LIMIT_MS, Line, Reply, Request};
use super::server::any_clock;
use super::visits::{Standing, VisitId};
use super::{TIMEOUTS, World};

/// A room that has lost its memory takes up its sockets at the next event, or when its alarm rings.
const ALARM_MS: usize = ROOM_IDLE_REPORT_MS as usize;

/// A room with sockets, or with something to report.
pub(super) struct Host {
    id: RoomId,
    /// Another one at every start.
    start: u64,
    /// None while it sleeps.
    room: Option<Room>,
    wakes_ms: u64,
    /// By how much its clock is ahead of that of the world, in ms.
    ahead_ms: u64,
    pub(super) sockets: BTreeMap<SocketId, VisitId>,
    records: BTreeMap<SocketId, Vec<u8>>,
}

/// The line between the realm and a room, whether or not there is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineState {
    /// Until when nothing gets in or out.
    pub(super) cut_off_until_ms: u64,
    /// Until when either end may not know what has become of its calls.
    pub(super) disturbed_until_ms: u64,
}

impl Host {
    pub(super) fn due_ms(&self) -> Option<u64> {
        match &self.room {
            Some(room) => Some(room.deadline_ms()?.saturating_sub(self.ahead_ms)),
            None => Some(self.wakes_ms),
        }
    }
}

impl World {
    pub(super) fn wake(&mut self, id: &str) {
        let now_ms = self.room_ms(id);
        let Some(host) = self.rooms.get_mut(id).filter(|host| host.room.is_none()) else {
            return;
        };
        let mut room = Room::new(host.id.clone(), TIMEOUTS.handshake_ms);
        for (&socket, record) in &host.records {
            assert_eq!(room.resume(record, now_ms), Ok(socket));
        }
        assert!(host.records.keys().eq(host.sockets.keys()));
        host.room = Some(room);
    }

    /// Something happens in a room, if there is one.
    pub(super) fn on_room(&mut self, id: &str, act: impl FnOnce(&mut Room, u64, &mut Vec<Action>)) {
        self.wake(id);
        let now_ms = self.room_ms(id);
        let host = self.rooms.get_mut(id);
        if let Some(room) = host.and_then(|host| host.room.as_mut()) {
            let mut out = Vec::new();
            act(room, now_ms, &mut out);
            self.settle_room(id, out);
        }
    }

    /// A socket is opened; the room that it leads to comes into being with the first one.
    pub(super) fn open_in_room(&mut self, visit: VisitId, pass: Pass, random: [u8; 16]) {
        let room = self.visits[visit].room.clone();
        let id = room.as_str();
        self.counter += 1;
        let start = self.counter;
        let ahead_ms = any_clock(&mut self.rng);
        self.rooms.entry(id.to_owned()).or_insert_with(|| Host {
            room: Some(Room::new(room.clone(), TIMEOUTS.handshake_ms)),
            id: room.clone(),
            start,
            wakes_ms: 0,
            ahead_ms,
            sockets: BTreeMap::new(),
            records: BTreeMap::new(),
        });
        self.wake(id);
        let (now_ms, mut out) = (self.room_ms(id), Vec::new());
        let host = self.rooms.get_mut(id).expect("a room");
        let room = host.room.as_mut().expect("awake");
        let socket = room.opened(Some(pass), random, now_ms, &mut out);
        host.sockets.insert(socket, visit);
        self.visits[visit].socket = socket;
        self.settle_room(id, out);
    }

    fn carry_out_in_room(&mut self, id: &str, action: Action) {
        let Some(host) = self.rooms.get_mut(id) else {
            panic!("no room {id} for {action:?}");
        };
        match action {
            Action::Send(socket, packet) => {
                let visit = host.sockets[&socket];
                self.hear_in_room(visit, &packet);
            }
            Action::Relay(relay) => self.relay(id, &relay),
            Action::Keep(socket, record) => {
                assert!(host.sockets.contains_key(&socket));
                host.records.insert(socket, record);
            }
            Action::AskContracts(..) => panic!("nobody has a contract wallet"),
            Action::Close(socket, reason) => {
                host.records.remove(&socket);
                let visit = host.sockets.remove(&socket).expect("an open socket");
                self.closed_by_room(visit, &reason);
            }
        }
    }

    /// All members hear it but the one who is left out, and nobody else.
    fn relay(&mut self, id: &str, relay: &Relay) {
        let now_ms = self.room_ms(id);
        let host = self.rooms.get_mut(id).expect("a room");
        let room = host.room.as_mut().expect("awake");
        let (mut receivers, mut out) = (Vec::new(), Vec::new());
        room.relay(
            relay,
            now_ms,
            |_| 0,
            |socket| receivers.push(socket),
            &mut out,
        );
        assert_eq!(out, [], "nobody is slow");
        let receivers: Vec<VisitId> = receivers
            .iter()
            .map(|socket| host.sockets[socket])
            .collect();
        let except = relay.except.and_then(|socket| host.sockets.get(&socket));
        let except = except.copied();
        let mut expected: BTreeSet<VisitId> = self.members(id).into_iter().collect();
        expected.retain(|&visit| Some(visit) != except);
        assert_eq!(receivers.iter().copied().collect::<BTreeSet<_>>(), expected);
        assert_eq!(receivers.len(), expected.len(), "once each");
        for visit in receivers {
            self.hear_in_room(visit, &relay.packet);
        }
    }

    /// Carries out what a room has decided, and sends the report that is due.
    fn settle_room(&mut self, id: &str, out: Vec<Action>) {
        for action in out {
            self.carry_out_in_room(id, action);
        }
        let now_ms = self.room_ms(id);
        let Some(host) = self.rooms.get_mut(id) else {
            return;
        };
        let Some(room) = host.room.as_mut() else {
            return;
        };
        let (report, start) = (room.take_report(now_ms), host.start);
        if room.is_over() {
            assert!(host.sockets.is_empty() && host.records.is_empty());
            assert_eq!(room.deadline_ms(), None, "a room without anybody sleeps");
            self.rooms.remove(id);
        } else if let Some(report) = report {
            self.call(
                Line::Room(id.to_owned()),
                start,
                Request::RoomReport(report),
            );
        }
    }

    pub(super) fn report_of_room_answered(&mut self, id: &str, start: u64, reply: Reply) {
        if self.rooms.get(id).is_none_or(|host| host.start != start) {
            return;
        }
        if let Reply::RoomReported(incarnation, reply) = reply {
            let orders = reply.orders.clone().unwrap_or_default();
            self.note_orders(id, incarnation, &orders);
            self.on_room(id, |room, now_ms, out| {
                room.report_answered(&reply, now_ms, out);
            });
        } else {
            self.on_room(id, |room, now_ms, _| room.report_failed(now_ms));
        }
    }

    pub(super) fn obey(&mut self, id: &str, incarnation: u64, orders: &RoomOrders) {
        self.note_orders(id, incarnation, orders);
        self.on_room(id, |room, now_ms, out| room.obey(orders, now_ms, out));
    }

    /// The client's end of a socket is dead, and the room has found out.
    pub(super) fn socket_gone(&mut self, visit: VisitId) {
        let state = &mut self.visits[visit];
        state.gone = true;
        if !std::mem::replace(&mut state.open, false) {
            return;
        }
        state.standing = Standing::Visitor;
        let (id, socket) = (state.room.as_str().to_owned(), state.socket);
        self.wake(&id);
        let host = self.rooms.get_mut(&id).expect("a room");
        host.sockets.remove(&socket);
        host.records.remove(&socket);
        self.on_room(&id, |room, now_ms, out| room.closed(socket, now_ms, out));
    }

    /// What is due in the rooms.
    pub(super) fn turn_rooms(&mut self) {
        let now_ms = self.now_ms;
        let is_due = |host: &Host| host.due_ms().is_some_and(|due| due <= now_ms);
        let due = self.rooms.iter().filter(|(_, host)| is_due(host));
        let due: Vec<String> = due.map(|(id, _)| id.clone()).collect();
        for id in due {
            self.on_room(&id, Room::tick);
        }
    }

    /// A room starts again; its sockets live on, or are lost.
    pub(super) fn restart_room(&mut self, sockets_live: bool) {
        let Some(id) = self.any_room() else { return };
        self.count("room restarts");
        self.disturb(&Line::Room(id.clone()));
        let host = self.rooms.get_mut(&id).expect("a room");
        // Without sockets there is nothing to wake up for.
        if sockets_live && !host.sockets.is_empty() {
            self.counter += 1;
            host.start = self.counter;
            host.room = None;
            host.wakes_ms = self.now_ms + self.rng.below(ALARM_MS) as u64;
        } else {
            self.lose_room(&id);
        }
    }

    /// All rooms are gone, and all sockets in them.
    pub(super) fn lose_rooms(&mut self) {
        let ids: Vec<String> = self.rooms.keys().cloned().collect();
        for id in ids {
            self.disturb(&Line::Room(id.clone()));
            self.lose_room(&id);
        }
    }

    fn lose_room(&mut self, id: &str) {
        let host = self.rooms.remove(id);
        for visit in host.into_iter().flat_map(|host| host.sockets.into_values()) {
            let state = &mut self.visits[visit];
            state.open = false;
            state.standing = Standing::Visitor;
            self.lost_socket(visit);
        }
    }

    /// The time on a room's clock.
    fn room_ms(&self, id: &str) -> u64 {
        self.now_ms + self.rooms.get(id).map_or(0, |host| host.ahead_ms)
    }

    pub(super) fn cut_off_room(&mut self) {
        let Some(id) = self.any_room() else { return };
        self.count("room cuts");
        let pause = self.rng.below(20_000) as u64;
        self.lines.entry(id).or_default().cut_off_until_ms = self.now_ms + pause;
    }

    fn any_room(&mut self) -> Option<String> {
        let ids: Vec<&String> = self.rooms.keys().collect();
        (!ids.is_empty()).then(|| self.rng.pick(&ids).clone())
    }

    /// Something goes wrong on a line.
    pub(super) fn disturb(&mut self, line: &Line) {
        let until_ms = self.now_ms + CALL_LIMIT_MS;
        match line {
            Line::Room(id) => {
                let line = self.lines.entry(id.clone()).or_default();
                line.disturbed_until_ms = line.disturbed_until_ms.max(until_ms);
            }
            Line::Connector(shard) => self.shards[*shard].disturbed_ms = until_ms,
            Line::Door => {}
        }
    }

    /// Somebody is not admitted because the same player is there with a later assignment.
    fn check_overtaken(&mut self, visit: VisitId) {
        let state = &self.visits[visit];
        let is_later = |other: VisitId| {
            let other = &self.visits[other];
            other.who == state.who
                && other.room == state.room
                && other.assignment > state.assignment
        };
        assert!(
            self.guests().into_iter().any(is_later),
            "closed without an order: {state:?}"
        );
        self.count("overtaken");
    }

    /// What has become of a visit that the room has ended.
    fn closed_by_room(&mut self, visit: VisitId, reason: &Reason) {
        let state = &mut self.visits[visit];
        assert!(std::mem::replace(&mut state.open, false));
        let standing = std::mem::replace(&mut state.standing, Standing::Visitor);
        match reason {
            Reason::Moved if standing == Standing::Visitor => self.check_overtaken(visit),
            Reason::Moved => {
                assert!(state.is_dismissed, "closed without an order: {state:?}");
                self.count("closed by order");
            }
            Reason::Replaced => self.count("replaced"),
            Reason::Session(_) => assert_eq!(standing, Standing::Visitor),
            other => panic!("nobody has given a reason for {other:?}"),
        }
        self.lost_socket(visit);
    }
}
