//! One connector: sockets that come and go, answers in any order, reports, deliveries, bans and sleeps.

use std::net::IpAddr;

use archipelago_core::auth::{Address, ContractQuestion};
use archipelago_core::connector::{ConnectorConfig, SocketId};
use archipelago_core::protocol::bus::{
    Assignment, ConnectReply, ConnectRequest, DeliveredIsland, Delivery, Member, ReportReply,
};
use archipelago_core::session::{Reason, Stage};
use archipelago_core::transport::Transport;
use prost::Message as _;

use crate::clients::{self, later};
use crate::input::Input;
use crate::people::{self, PEOPLE};
use crate::session::TIMEOUTS;
use crate::shard::{Ask, Shard};

/// So many sockets are opened before others have to go.
const SOCKETS_MAX: usize = 300;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    let mut play = Play {
        shard: Shard::new(config(&mut input)),
        input,
        numbers: 0,
        incarnation: 1,
    };
    while !play.input.is_empty() {
        play.step();
    }
    play.shard.drain();
}

fn config(input: &mut Input<'_>) -> ConnectorConfig {
    let choice = input.byte();
    let transport = match choice % 3 {
        0 => Transport::Offline,
        1 => Transport::WsRoom {
            realm: "main".to_owned(),
        },
        _ => Transport::LiveKit {
            host: "wss://livekit.example".to_owned(),
            api_key: "key".to_owned(),
            api_secret: "secret".to_owned(),
            room_prefix: String::new(),
        },
    };
    ConnectorConfig {
        timeouts: TIMEOUTS,
        island_prefix: "I".to_owned(),
        transport,
        vets: choice & 4 == 0,
        ban_sweep_ms: (choice & 8 == 0).then_some(30_000),
        sockets_per_ip_max: (choice & 16 != 0).then_some(3),
    }
}

struct Play<'a> {
    input: Input<'a>,
    shard: Shard,
    /// How many session numbers were given.
    numbers: u64,
    /// The realm's.
    incarnation: u64,
}

impl Play<'_> {
    fn step(&mut self) {
        self.shard.now_ms = later(&mut self.input, self.shard.now_ms);
        match self.input.below(20) {
            0..=1 => self.open(1),
            2..=6 => self.go_on(),
            7..=10 => self.answer(),
            11 => self.babble(),
            12 => self.close(),
            13..=14 => self.deliver(),
            15..=16 => self.report(),
            17 => self.shard.tick(),
            18 => match self.input.below(3) {
                0 => self.ban(),
                1 => self.open(64),
                _ => self.incarnation += 1,
            },
            _ => {
                let backwards = self.input.flag();
                self.shard.sleep(backwards);
            }
        }
        self.shard.check();
    }

    fn ip(&mut self) -> Option<IpAddr> {
        let last = self.input.byte();
        match last % 8 {
            0 => None,
            1 => Some([203, 0, 114, last].into()),
            2 => Some([0x2001, 0xdb8, 1, 2, 0, 0, 0, u16::from(last)].into()),
            _ => Some([203, 0, 113, last].into()),
        }
    }

    fn open(&mut self, count: usize) {
        let ip = self.ip();
        for _ in 0..count {
            if self.shard.open.len() + self.shard.closing.len() < SOCKETS_MAX {
                self.shard.come(ip);
            }
        }
    }

    /// A socket, if there is any; those that came last are most often meant.
    fn socket(&mut self) -> Option<SocketId> {
        let back = self.input.below(8);
        let mut newest = self.shard.open.iter().rev();
        newest.nth(back).or(self.shard.open.first()).copied()
    }

    /// A client does what is expected of it.
    fn go_on(&mut self) {
        let Some(socket) = self.socket() else { return };
        let session = self.shard.connector.session(socket);
        let frame = match session.map(|session| session.stage().clone()) {
            Some(Stage::AwaitingRequest) => {
                let address = people::address(self.input.below(PEOPLE)).to_string();
                clients::challenge_request(&address)
            }
            Some(Stage::AwaitingSignature { challenge }) => {
                clients::signed_challenge(clients::chain(&mut self.input, &challenge))
            }
            Some(Stage::Live(_)) => clients::heartbeat(&mut self.input),
            // Nothing is expected.
            _ => return,
        };
        self.shard.frame(socket, &frame);
    }

    fn babble(&mut self) {
        let Some(socket) = self.socket() else { return };
        match self.input.below(8) {
            0 => return self.shard.text(socket),
            1 => {
                // All that there are, so that they are many at some time.
                let closing: Vec<SocketId> = self.shard.closing.iter().copied().collect();
                return closing
                    .into_iter()
                    .for_each(|closed| self.shard.ignored(closed));
            }
            _ => {}
        }
        let frame = self.input.chunk().to_vec();
        self.shard.frame(socket, &frame);
    }

    /// A client closes its socket, or answers that it is closed.
    fn close(&mut self) {
        let answers = self.input.flag();
        let closing = self.shard.closing.first().copied();
        if let Some(socket) = closing.filter(|_| answers).or_else(|| self.socket()) {
            self.shard.gone(socket);
        }
    }

    /// Somebody answers what was asked, in any order; the socket may be gone.
    fn answer(&mut self) {
        if self.shard.asked.is_empty() {
            return;
        }
        let at = self.input.below(self.shard.asked.len().min(256));
        match self.shard.asked.remove(at) {
            Ask::LookUp(socket) => {
                if self.input.below(8) == 0 {
                    return self.shard.denied(socket);
                }
                let (known, random) = (self.input.flag(), self.input.random());
                self.shard.looked_up(socket, known, random);
            }
            Ask::Vet(socket, address, questions) => self.vet(socket, address, &questions),
            Ask::Join(socket, request) => self.join(socket, &request),
            Ask::Sweep(addresses) => {
                for address in addresses {
                    if self.input.below(4) == 1 {
                        self.shard.ban(address);
                    }
                }
                self.shard.connector.swept();
            }
        }
    }

    fn vet(&mut self, socket: SocketId, address: Address, questions: &[ContractQuestion]) {
        let verdict = match self.input.below(8) {
            0 => Err(Reason::Banned),
            1 => Err(Reason::Denied),
            2 if !questions.is_empty() => Err(Reason::ContractsUnavailable),
            _ => Ok(()),
        };
        self.shard.vetted(socket, address, verdict);
    }

    fn join(&mut self, socket: SocketId, request: &ConnectRequest) {
        let incarnation = self.incarnation;
        let is_meant = request.incarnation == Some(incarnation);
        match self.input.below(8) {
            0 => return self.shard.join_failed(socket),
            // A realm that has restarted since.
            1..=5 if !is_meant => {
                let reply = ConnectReply {
                    session: 0,
                    incarnation,
                };
                return self.shard.joined(socket, &reply);
            }
            _ => {}
        }
        self.numbers += 1;
        let reply = ConnectReply {
            session: self.numbers,
            incarnation,
        };
        self.shard.joined(socket, &reply);
    }

    /// The realm has something for some sessions, known or not.
    fn deliver(&mut self) {
        if self.input.below(16) == 0 {
            if let Ok(delivery) = Delivery::decode(self.input.chunk()) {
                self.shard.deliver(&delivery);
            }
            return;
        }
        let mut delivery = Delivery {
            incarnation: self.incarnation,
            room_key: vec![7; if self.input.flag() { 32 } else { 0 }],
            ..Delivery::default()
        };
        for _ in 0..self.input.below(3) {
            let member = Member {
                address: people::address(self.input.below(PEOPLE)).0.to_vec(),
                position: Some(clients::position(&mut self.input)),
            };
            let number = self.input.number();
            delivery.islands.push(DeliveredIsland {
                number,
                id: format!("I{number}"),
                members: vec![member],
            });
        }
        for _ in 0..self.input.below(4) {
            delivery.assignments.push(Assignment {
                session: self.session(),
                number: self.input.number(),
                island: self.input.below(4) as u32,
            });
        }
        for _ in 0..self.input.below(3) {
            delivery.kicks.push(self.session());
        }
        self.shard.deliver(&delivery);
    }

    /// The number of a session: one of the last ones, or one that is yet to come.
    fn session(&mut self) -> u64 {
        (self.numbers + 2).saturating_sub(self.input.below(8) as u64)
    }

    /// The next step of a report.
    fn report(&mut self) {
        let choice = self.input.below(8);
        if self.shard.reported.is_none() {
            return self.shard.take_report();
        }
        match choice {
            0 => self.shard.report_failed(),
            1 => self.shard.report_refused(),
            _ => {
                let reply = ReportReply {
                    incarnation: self.incarnation,
                    full_wanted: choice == 2,
                };
                self.shard.report_answered(&reply);
            }
        }
    }

    fn ban(&mut self) {
        let address = people::address(self.input.below(PEOPLE));
        self.shard.ban(address);
    }
}
