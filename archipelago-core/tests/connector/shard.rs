//! A connector with its clock, and how clients get in.

use std::net::IpAddr;

use archipelago_core::auth::{Address, challenge_from};
use archipelago_core::connector::{Action, Connector, ConnectorConfig, SocketId};
use archipelago_core::protocol::bus::{
    Assignment, ConnectReply, ConnectRequest, ConnectorStamp, DeliveredIsland, Delivery,
    LiveSession, Member, Report, ReportReply,
};
use archipelago_core::protocol::limits::COUNTS_REST_MS;
use archipelago_core::transport::Transport;

use crate::clients::{
    NOW_MS, TIMEOUTS, at, chain, challenge_request, heartbeat, signed_challenge, wallet,
};

pub const NAME: &str = "connector-0";

pub const EPOCH: u64 = 3;

pub const ORIGIN: &str = "https://realm.example";

pub const RANDOM: [u8; 16] = [7; 16];

pub fn config() -> ConnectorConfig {
    ConnectorConfig {
        timeouts: TIMEOUTS,
        island_prefix: "I".to_owned(),
        transport: Transport::Offline,
        vets: false,
        ban_sweep_ms: None,
        sockets_per_ip_max: None,
    }
}

pub fn look_up(socket: SocketId, address: Address) -> Action {
    Action::LookUp {
        socket,
        address,
        asks_realm: true,
    }
}

pub fn stamp() -> ConnectorStamp {
    ConnectorStamp {
        connector: NAME.to_owned(),
        epoch: EPOCH,
    }
}

pub fn who(number: u8) -> Address {
    wallet(number).address()
}

/// A connector, its clock, and what it has asked for.
pub struct Shard {
    pub connector: Connector,
    pub now_ms: u64,
}

impl Shard {
    pub fn new() -> Self {
        Self::with(config())
    }

    pub fn with(config: ConnectorConfig) -> Self {
        Self {
            connector: Connector::new(config, NAME.to_owned(), EPOCH, NOW_MS),
            now_ms: NOW_MS,
        }
    }

    pub fn open(&mut self) -> SocketId {
        let (socket, out) = self.open_from(None);
        assert!(matches!(out.as_slice(), [Action::Keep(kept, _)] if *kept == socket));
        socket
    }

    pub fn open_from(&mut self, ip: Option<IpAddr>) -> (SocketId, Vec<Action>) {
        let mut out = Vec::new();
        let origin = ORIGIN.to_owned();
        let socket = self.connector.opened(origin, ip, self.now_ms, &mut out);
        (socket, out)
    }

    pub fn frame(&mut self, socket: SocketId, frame: &[u8]) -> Vec<Action> {
        let mut out = Vec::new();
        self.connector.frame(socket, frame, self.now_ms, &mut out);
        out
    }

    pub fn looked_up(&mut self, socket: SocketId) -> Vec<Action> {
        let mut out = Vec::new();
        self.connector
            .looked_up(socket, false, RANDOM, self.now_ms, &mut out);
        out
    }

    pub fn joined(&mut self, socket: SocketId, session: u64, incarnation: u64) -> Vec<Action> {
        let mut out = Vec::new();
        let reply = ConnectReply {
            session,
            incarnation,
        };
        self.connector.joined(socket, &reply, self.now_ms, &mut out);
        out
    }

    pub fn join_failed(&mut self, socket: SocketId) -> Vec<Action> {
        let mut out = Vec::new();
        self.connector.join_failed(socket, self.now_ms, &mut out);
        out
    }

    pub fn delivered(&mut self, delivery: &Delivery) -> Vec<Action> {
        let mut out = Vec::new();
        self.connector.delivered(delivery, self.now_ms, &mut out);
        out
    }

    pub fn tick(&mut self) -> Vec<Action> {
        let mut out = Vec::new();
        self.connector.tick(self.now_ms, &mut out);
        out
    }

    /// A client that waits for the realm's answer.
    pub fn joining(&mut self, number: u8) -> SocketId {
        let socket = self.open();
        let address = who(number);
        let out = self.frame(socket, &challenge_request(&address.to_string()));
        assert_eq!(out.last(), Some(&look_up(socket, address)));
        assert_waits(socket, &out);
        let out = self.looked_up(socket);
        assert!(
            matches!(out.as_slice(), [Action::Send(..), Action::Keep(..)]),
            "{out:?}"
        );
        let frame = signed_challenge(&chain(&wallet(number), &challenge_from(RANDOM)));
        let out = self.frame(socket, &frame);
        let request = ConnectRequest {
            stamp: Some(stamp()),
            socket: socket.0,
            address: address.0.to_vec(),
            incarnation: incarnation_of(&out),
        };
        assert!(request.incarnation.is_some());
        assert_eq!(out.last(), Some(&Action::Join(socket, request)));
        assert_waits(socket, &out);
        socket
    }

    /// A client that is welcome, and has not sent a heartbeat.
    pub fn welcome(&mut self, number: u8, session: u64) -> SocketId {
        let socket = self.joining(number);
        let out = self.joined(socket, session, 1);
        assert!(
            matches!(out.as_slice(), [Action::Send(..), Action::Keep(..)]),
            "{out:?}"
        );
        socket
    }

    /// A client that has sent its first heartbeat, which the realm knows of.
    pub fn live(&mut self, number: u8, session: u64) -> SocketId {
        let socket = self.welcome(number, session);
        self.frame(socket, &heartbeat(at(1.0, 1.0)));
        self.report_now();
        socket
    }

    pub fn answer(&mut self) {
        self.answer_as(1, false);
    }

    pub fn answer_as(&mut self, incarnation: u64, full_wanted: bool) {
        let reply = ReportReply {
            incarnation,
            full_wanted,
        };
        self.connector.report_answered(&reply, self.now_ms);
    }

    /// The report that is due at this moment.
    #[track_caller]
    pub fn take(&mut self) -> Report {
        let due = self.connector.report_due_ms();
        assert!(due.is_some_and(|due| due <= self.now_ms), "due at {due:?}");
        let report = self.connector.take_report(self.now_ms).expect("it is due");
        assert_eq!(report.stamp, Some(stamp()));
        assert_eq!(self.connector.report_due_ms(), None, "one at a time");
        assert_eq!(self.connector.take_report(u64::MAX), None, "one at a time");
        report
    }

    /// The report that is due at this moment, answered.
    #[track_caller]
    pub fn report_now(&mut self) -> Report {
        let report = self.take();
        self.answer();
        report
    }

    /// There is nothing to say but what was counted, some time after `last_ms`, when the last report was made.
    #[track_caller]
    pub fn assert_nothing_but_numbers(&self, last_ms: u64) {
        let due = self.connector.report_due_ms();
        assert_eq!(due, Some(last_ms + COUNTS_REST_MS));
    }
}

pub fn live_session(number: u8, session: u64, told: (u64, u64)) -> LiveSession {
    let (told_island, assignment) = told;
    LiveSession {
        session,
        address: who(number).0.to_vec(),
        position: Some(at(1.0, 1.0).into()),
        told_island,
        assignment,
        position_is_old: false,
    }
}

pub fn island(number: u64, members: &[(u8, f32)]) -> DeliveredIsland {
    let member = |&(number, x): &(u8, f32)| Member {
        address: who(number).0.to_vec(),
        position: Some(at(x, 0.0).into()),
    };
    DeliveredIsland {
        number,
        id: format!("I{number}"),
        members: members.iter().map(member).collect(),
    }
}

pub fn assign(session: u64, number: u64, island: u32) -> Assignment {
    Assignment {
        session,
        number,
        island,
    }
}

pub fn delivery(islands: &[DeliveredIsland], assignments: &[Assignment]) -> Delivery {
    Delivery {
        incarnation: 1,
        islands: islands.to_vec(),
        assignments: assignments.to_vec(),
        ..Delivery::default()
    }
}

pub fn kicks(sessions: &[u64]) -> Delivery {
    Delivery {
        incarnation: 1,
        kicks: sessions.to_vec(),
        ..Delivery::default()
    }
}

/// What was sent, without the records.
pub fn sent(actions: &[Action]) -> Vec<(SocketId, Vec<u8>)> {
    let sends = actions.iter().filter_map(|action| match action {
        Action::Send(socket, frame) => Some((*socket, frame.clone())),
        _ => None,
    });
    sends.collect()
}

pub fn records(actions: &[Action]) -> Vec<Vec<u8>> {
    let keeps = actions.iter().filter_map(|action| match action {
        Action::Keep(_, record) => Some(record.clone()),
        _ => None,
    });
    keeps.collect()
}

/// While an answer is awaited, the record says whose socket it is, and that it cannot be taken up.
#[track_caller]
fn assert_waits(socket: SocketId, out: &[Action]) {
    let [record] = records(out).try_into().expect("kept once");
    assert_eq!(SocketId::of_record(&record), Some(socket));
    let mut after = Shard::new();
    assert!(after.connector.resume(&record, NOW_MS).is_err());
}

/// Whom the request is for that goes out.
pub fn incarnation_of(out: &[Action]) -> Option<u64> {
    match out.last() {
        Some(Action::Join(_, request)) => request.incarnation,
        other => panic!("no request: {other:?}"),
    }
}
