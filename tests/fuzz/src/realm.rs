//! One realm: connectors and rooms that say anything in any order, deliveries that get lost, restarts.

use archipelago_core::auth::Address;
use archipelago_core::engine::{CoherentConfig, CrowdPolicy, EngineConfig};
use archipelago_core::protocol::bus::{
    ConnectRequest, ConnectorCounters, ConnectorStamp, LiveSession, LiveSessions, Report,
    RoomCounters, RoomGuest, RoomReport, SessionHeartbeat,
};
use archipelago_core::realm::RealmConfig;
use prost::Message as _;

use crate::clients::{self, later};
use crate::input::Input;
use crate::kingdom::Kingdom;

const CONNECTORS: [&str; 3] = ["connector-0", "connector-1", "connector-2"];

const ROOMS: [&str; 4] = ["main.I1", "main.I2", "main.I3", "elsewhere"];

/// How many players there are.
pub const PLAYERS: usize = 8;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    let mut play = Play {
        kingdom: Kingdom::new(config(&mut input)),
        input,
        links: Default::default(),
        sessions: vec![0],
        assignments: vec![0],
    };
    while !play.input.is_empty() {
        play.step();
    }
    play.kingdom.drain();
}

/// The address of a player.
pub fn player(number: usize) -> Address {
    Address([number as u8 + 1; 20])
}

fn config(input: &mut Input<'_>) -> RealmConfig {
    let choice = input.byte();
    let (join_m, leave_m) = match choice >> 5 {
        0 => (f64::MIN_POSITIVE, None),
        1 => (f64::MAX / 2.0, None),
        2 => (20.0, Some(20.0)),
        _ => (20.0, Some(25.0)),
    };
    let max_peers = u32::from(choice % 4) + 1;
    // With one byte for both, what is known to be of interest keeps its meaning.
    let policy = if choice & 8 == 0 {
        CrowdPolicy::Stable
    } else {
        CrowdPolicy::Coherent(CoherentConfig::default())
    };
    let engine = EngineConfig::new(max_peers, join_m, leave_m).expect("good distances");
    RealmConfig {
        engine: engine.with_crowd_policy(policy),
        flush_period_ms: 2_000,
        connector_timeout_ms: 60_000,
        resume_grace_ms: 30_000,
        own_rooms: (choice & 4 == 0).then(|| "main".to_owned()),
    }
}

/// One connector, as far as the realm can know it.
#[derive(Default)]
struct Link {
    epoch: u64,
    sequence: u64,
    sockets: u64,
}

struct Play<'a> {
    input: Input<'a>,
    kingdom: Kingdom,
    links: [Link; CONNECTORS.len()],
    /// The numbers of sessions that were issued, and 0.
    sessions: Vec<u64>,
    /// The numbers of assignments that were delivered, and 0.
    assignments: Vec<u64>,
}

impl Play<'_> {
    fn step(&mut self) {
        let now_ms = later(&mut self.input, self.kingdom.now_ms);
        self.kingdom.at(now_ms);
        match self.input.below(20) {
            0..=3 => self.connect(),
            4..=8 => self.report(),
            9..=11 => self.kingdom.tick(),
            12 => self.deliver(),
            13..=14 => self.settle(),
            15 => self.room_report(),
            16 => self.ask(),
            17 => self.raw(),
            18 => self.watch(),
            _ => self.restart(),
        }
        self.kingdom.check();
    }

    fn player(&mut self) -> Address {
        player(self.input.below(PLAYERS))
    }

    fn session(&mut self) -> u64 {
        recent(&mut self.input, &self.sessions)
    }

    fn assignment(&mut self) -> u64 {
        recent(&mut self.input, &self.assignments)
    }

    fn stamp(&mut self, which: usize) -> ConnectorStamp {
        let link = &mut self.links[which];
        // A connector starts again, or an old one speaks.
        match self.input.below(16) {
            0 => {
                link.epoch += 1;
                link.sequence = 0;
            }
            1 => {
                return ConnectorStamp {
                    connector: CONNECTORS[which].to_owned(),
                    epoch: link.epoch.saturating_sub(1),
                };
            }
            _ => {}
        }
        ConnectorStamp {
            connector: CONNECTORS[which].to_owned(),
            epoch: link.epoch,
        }
    }

    /// Whom a message is for: most often the present one.
    fn incarnation(&mut self) -> u64 {
        let present = self.kingdom.incarnation;
        match self.input.below(8) {
            0 => present - 1,
            1 => 0,
            2 => present + 1,
            _ => present,
        }
    }

    fn connect(&mut self) {
        let which = self.input.below(CONNECTORS.len());
        let stamp = self.stamp(which);
        let link = &mut self.links[which];
        // Asked again, now and then.
        let again = self.input.below(8) == 0;
        link.sockets += u64::from(!again);
        let socket = link.sockets;
        let incarnation = self.incarnation();
        let request = ConnectRequest {
            stamp: Some(stamp),
            socket,
            address: self.player().0.to_vec(),
            incarnation: (incarnation != 0).then_some(incarnation),
        };
        if let Some(session) = self.kingdom.connect(&request, again) {
            self.sessions.push(session);
        }
    }

    fn report(&mut self) {
        let which = self.input.below(CONNECTORS.len());
        let stamp = self.stamp(which);
        let link = &mut self.links[which];
        let again = self.input.below(8) == 0;
        link.sequence += u64::from(!again);
        let sequence = link.sequence;
        let mut report = Report {
            stamp: Some(stamp),
            sequence,
            incarnation: self.incarnation(),
            ..Report::default()
        };
        if sequence == 1 || self.input.below(8) == 0 {
            let sessions = self.list();
            report.full = Some(LiveSessions { sessions });
        }
        for _ in 0..self.input.below(4) {
            report.heartbeats.push(SessionHeartbeat {
                session: self.session(),
                position: Some(clients::position(&mut self.input)),
                desired_room: (self.input.below(4) == 0).then(|| "I1".to_owned()),
            });
        }
        match self.input.below(8) {
            0 => report.disconnects.push(self.session()),
            1 => report.abandoned_sockets.push(self.input.number()),
            2 => {
                let welcomed = self.input.long();
                report.counters = Some(ConnectorCounters {
                    welcomed,
                    ..ConnectorCounters::default()
                });
            }
            _ => {}
        }
        self.kingdom.report(&report);
    }

    /// Sessions that a connector says that it has.
    fn list(&mut self) -> Vec<LiveSession> {
        let count = self.input.below(4);
        let mut listed = |_| LiveSession {
            session: self.session(),
            address: self.player().0.to_vec(),
            position: self
                .input
                .flag()
                .then(|| clients::position(&mut self.input)),
            told_island: self.input.below(4) as u64,
            assignment: self.assignment(),
            position_is_old: self.input.flag(),
        };
        let mut sessions: Vec<LiveSession> = (0..count).map(&mut listed).collect();
        // No connector has the sessions of others, and none has one twice.
        sessions.retain(|listed| {
            let address = Address::try_from(&listed.address[..]);
            let of = self.kingdom.owner_of(listed.session);
            of.is_some() && of == address.ok()
        });
        sessions.sort_by_key(|listed| listed.session);
        sessions.dedup_by_key(|listed| listed.session);
        sessions
    }

    fn deliver(&mut self) {
        let delivered = self.kingdom.take_deliveries();
        self.assignments.extend(delivered);
        self.kingdom.take_orders();
    }

    /// Something arrives, or does not.
    fn settle(&mut self) {
        let (at, arrived) = (self.input.byte(), self.input.below(4) > 0);
        if self.input.flag() {
            self.kingdom.settle_delivery(at.into(), arrived);
        } else {
            self.kingdom.settle_orders(at.into(), arrived);
        }
    }

    fn room_report(&mut self) {
        let mut report = RoomReport {
            room: self.input.pick(&ROOMS).to_owned(),
            number: self.input.number(),
            counters: Some(RoomCounters {
                received: self.input.number(),
                ..RoomCounters::default()
            }),
            ..RoomReport::default()
        };
        for _ in 0..self.input.below(4) {
            let address = self.player();
            let assignment = self.assignment();
            report.guests.push(RoomGuest::new(&address, assignment));
        }
        report.players = self.input.below(report.guests.len() + 1) as u32;
        self.kingdom.room_report(&report);
    }

    fn ask(&mut self) {
        let address = self.player();
        let assignments: Vec<u64> = self.assignments.iter().rev().take(16).copied().collect();
        self.kingdom.ask(address, &assignments);
    }

    /// Bytes that are a message.
    fn raw(&mut self) {
        let which = self.input.byte();
        let bytes = self.input.chunk();
        if which.is_multiple_of(2) {
            if let Ok(report) = RoomReport::decode(bytes) {
                self.kingdom.room_report(&report);
            }
        } else if let Ok(mut report) = Report::decode(bytes) {
            // Nobody lists sessions that were never issued.
            report.full = None;
            self.kingdom.report(&report);
        }
    }

    fn watch(&mut self) {
        match self.input.below(3) {
            0 => self.kingdom.watch(),
            1 => self.kingdom.take_frame(),
            _ => self.kingdom.unwatched(),
        }
    }

    fn restart(&mut self) {
        let changed = self.input.flag();
        let config = changed.then(|| config(&mut self.input));
        self.kingdom.restart(config);
    }
}

/// One of the last ones, most often, or the first.
fn recent(input: &mut Input<'_>, numbers: &[u64]) -> u64 {
    let back = input.below(16);
    let mut newest = numbers.iter().rev();
    newest.nth(back).copied().unwrap_or_default()
}
