//! One room: clients who come in, talk, stall and leave, orders, reports and sleeps.

use archipelago_core::auth::{ChainError, ContractAnswer};
use archipelago_core::protocol::bus::room_record::Stage;
use archipelago_core::protocol::bus::{RoomGuest, RoomOrders, RoomReportReply};
use archipelago_core::protocol::limits::{
    ROOM_BACKLOG_MAX_BYTES, ROOM_PLAYERS_MAX, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};
use archipelago_core::room::SocketId;
use archipelago_core::transport::Pass;

use crate::clients::{self, later};
use crate::hall::Hall;
use crate::input::Input;
use crate::people::{self, PEOPLE};

/// So many sockets are opened before others have to go.
const SOCKETS_MAX: usize = 200;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    // A full room takes long to look at.
    let members = if input.byte() == 255 {
        ROOM_PLAYERS_MAX - 2
    } else {
        0
    };
    let mut play = Play {
        hall: Hall::new(members as u8),
        input,
        named: Vec::new(),
    };
    while !play.input.is_empty() {
        play.step();
    }
    play.hall.drain();
}

struct Play<'a> {
    hall: Hall,
    input: Input<'a>,
    /// Whom the realm has named: late orders name them again.
    named: Vec<RoomGuest>,
}

impl Play<'_> {
    fn step(&mut self) {
        self.hall.now_ms = later(&mut self.input, self.hall.now_ms);
        match self.input.below(20) {
            0..=2 => self.come(),
            3..=8 => self.go_on(),
            9..=10 => self.speak(),
            11 => self.babble(),
            12 => self.leave(),
            13 => self.answer(),
            14 => self.obey(),
            15 => self.report(),
            16 => self.stall(),
            17 => self.hall.tick(),
            18 => self.flood(),
            _ => {
                let backwards = self.input.flag();
                self.hall.sleep(backwards);
            }
        }
        self.hall.check();
    }

    fn come(&mut self) {
        if self.hall.clients.len() >= SOCKETS_MAX {
            return;
        }
        let choice = self.input.byte();
        let pass = (!choice.is_multiple_of(4)).then(|| Pass {
            address: people::address(usize::from(choice / 4) % PEOPLE),
            assignment: 1 + self.input.below(4) as u64,
        });
        let random = self.input.random();
        self.hall.come(pass, random);
    }

    /// A socket, if there is any; those that came last are most often meant.
    fn socket(&mut self) -> Option<SocketId> {
        let back = self.input.below(8);
        let sockets = &self.hall.clients;
        let chosen = sockets.keys().rev().nth(back);
        chosen.or(sockets.keys().next()).copied()
    }

    /// A client does what is expected of it.
    fn go_on(&mut self) {
        let Some(socket) = self.socket() else { return };
        let frame = match self.hall.stage(socket).cloned() {
            Some(Stage::AwaitingIdentification(_)) => {
                let address = people::address(self.input.below(PEOPLE));
                clients::identification(&address.to_string())
            }
            Some(Stage::AwaitingSignature(_)) => self.proof(socket),
            Some(Stage::Member(_)) => clients::update(0, self.input.chunk(), true),
            Some(Stage::Muted(_)) | None => return,
        };
        self.hall.frame(socket, &frame);
    }

    /// A chain for the socket's own challenge, most often of the one whom its token names.
    fn proof(&mut self, socket: SocketId) -> Vec<u8> {
        let client = &self.hall.clients[&socket];
        let challenge = client.challenge.clone().unwrap_or_default();
        let owner = client.pass.and_then(|pass| people::person_of(pass.address));
        let chain = match owner {
            Some(person) if self.input.below(4) > 0 => {
                if self.input.below(4) == 0 {
                    people::contract_chain(person, &challenge, &[7])
                } else {
                    people::chain(person, &challenge)
                }
            }
            _ => clients::chain(&mut self.input, &challenge),
        };
        clients::signed_for_room(chain)
    }

    fn speak(&mut self) {
        let Some(socket) = self.socket() else { return };
        let alias = self.input.byte().into();
        let (unreliable, body) = (self.input.flag(), self.input.chunk());
        let frame = clients::update(alias, body, unreliable);
        self.hall.frame(socket, &frame);
    }

    fn babble(&mut self) {
        let Some(socket) = self.socket() else { return };
        match self.input.below(6) {
            0 => self.hall.text(socket),
            1 => {
                let chain = clients::chain(&mut self.input, "dcl-00");
                self.hall.frame(socket, &clients::signed_for_room(chain));
            }
            2 => {
                let length = usize::from(self.input.short()) * 2;
                self.hall.frame(socket, &vec![0; length]);
            }
            _ => {
                let frame = self.input.chunk().to_vec();
                self.hall.frame(socket, &frame);
            }
        }
    }

    fn flood(&mut self) {
        let Some(socket) = self.socket() else { return };
        let count = self.input.short() % 500;
        let frame = clients::update(0, &[], self.input.flag());
        for _ in 0..count {
            self.hall.frame(socket, &frame);
        }
    }

    fn leave(&mut self) {
        if let Some(socket) = self.socket() {
            self.hall.gone(socket);
        }
    }

    fn answer(&mut self) {
        if self.hall.asked.is_empty() {
            return;
        }
        let at = self.input.below(self.hall.asked.len());
        let socket = self.hall.asked.remove(at);
        let answer = match self.input.below(4) {
            0 => ContractAnswer::Refused(ChainError::ContractDenies { link: 1 }),
            1 => ContractAnswer::Unavailable,
            _ => ContractAnswer::Confirmed,
        };
        self.hall.answered(socket, answer);
    }

    fn orders(&mut self) -> RoomOrders {
        let mut names = self.hall.names();
        names.extend_from_slice(&self.named);
        let (mut orders, mut bits) = (RoomOrders::default(), self.input.short());
        for name in names.into_iter().rev().take(16) {
            match bits % 4 {
                0 => orders.mute.push(name),
                1 => orders.close.push(name),
                _ => {}
            }
            bits = bits.rotate_right(3) ^ 0x55;
        }
        orders
    }

    fn obey(&mut self) {
        let orders = self.orders();
        self.hall.obey(&orders);
        self.named.extend(orders.mute);
        self.named.truncate(16);
    }

    fn report(&mut self) {
        if !self.hall.reported {
            return self.hall.take_report();
        }
        let reply = match self.input.below(4) {
            0 => None,
            1 => Some(RoomReportReply {
                orders: Some(self.orders()),
                number: self.input.long() >> 11,
            }),
            _ => Some(RoomReportReply::default()),
        };
        self.hall.report_settled(reply.as_ref());
    }

    fn stall(&mut self) {
        let Some(socket) = self.socket() else { return };
        let backlog = self.input.pick(&[
            0,
            ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
            ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + 1,
            ROOM_BACKLOG_MAX_BYTES + 1,
        ]);
        self.hall.backlog.insert(socket, backlog);
    }
}
