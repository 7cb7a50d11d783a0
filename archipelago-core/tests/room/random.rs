//! A room in random weather: good, broken and late frames, orders, sleeps and slow sockets; whatever happens, everybody
//! who is there knows who is there, and hears what is said.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there.

use std::collections::BTreeMap;

use archipelago_core::auth::{Address, Wallet};
use archipelago_core::protocol::bus::{RoomGuest, room_record::Stage};
use archipelago_core::protocol::limits::{
    ROOM_BACKLOG_MAX_BYTES, ROOM_FRAME_MAX_BYTES, ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};
use archipelago_core::room::{Reason, SocketId};
use archipelago_core::transport::Pass;

use crate::clients::{NOW_MS, chain, wallet};
use crate::hall::{encode, identification, orders, signed, update};
use crate::rng::Rng;
use crate::seeds::{Replay, setting};
use crate::world::World;

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 120;
const EVENTS: usize = 250;
/// How many people there are.
const PEOPLE: usize = 9;

/// Keys and signatures take long, and the same ones come again.
struct People {
    wallets: Vec<Wallet>,
    chains: BTreeMap<(u8, String), String>,
}

impl People {
    fn new() -> Self {
        Self {
            wallets: (1..=PEOPLE as u8).map(wallet).collect(),
            chains: BTreeMap::new(),
        }
    }

    fn address(&self, person: u8) -> Address {
        self.wallets[usize::from(person) - 1].address()
    }

    fn number_of(&self, address: Address) -> Option<u8> {
        (1..=PEOPLE as u8).find(|&person| self.address(person) == address)
    }

    fn chain(&mut self, person: u8, challenge: &str) -> String {
        let wallet = &self.wallets[usize::from(person) - 1];
        let chain = || chain(wallet, challenge);
        let key = (person, challenge.to_owned());
        self.chains.entry(key).or_insert_with(chain).clone()
    }
}

struct Play<'a> {
    world: World,
    rng: Rng,
    people: &'a mut People,
    /// Who was named by an order or a report before: old orders come again.
    named: Vec<RoomGuest>,
    tally: BTreeMap<&'static str, u32>,
}

impl Play<'_> {
    fn person(&mut self) -> u8 {
        1 + self.rng.below(PEOPLE) as u8
    }

    /// A socket, most often a member's; those who fill a crowded room only listen.
    fn socket(&mut self) -> Option<SocketId> {
        let members_only = self.rng.chance(0.8);
        let sockets = self.world.hall.records.keys().copied();
        let sockets: Vec<SocketId> = sockets
            .filter(|&socket| socket.0 > NOW_MS)
            .filter(|&socket| !members_only || self.world.is_member(socket))
            .collect();
        (!sockets.is_empty()).then(|| self.rng.pick(&sockets))
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    fn step(&mut self) {
        self.world.hall.now_ms += self.rng.pick(&[0, 0, 1, 20, 300, 2_000]);
        match self.rng.below(100) {
            0..18 => self.open(),
            18..52 => self.go_on(),
            52..72 => self.speak(),
            72..77 => self.babble(),
            77..80 => self.leave(),
            80..84 => self.order(),
            84..89 => self.report(),
            89..95 => self.stall(),
            95..96 => self.flood(),
            96..97 => self.wait(),
            _ => {
                // Nobody falls asleep in the middle of something.
                self.world.hall.now_ms += 1_000;
                self.world.hall.sleep();
                self.count("sleeps");
            }
        }
        self.world.check();
    }

    fn open(&mut self) {
        if self.world.hall.records.len() >= 170 {
            return;
        }
        let person = self.person();
        let pass = self.rng.chance(0.7).then(|| Pass {
            address: self.people.address(person),
            assignment: 1 + self.rng.below(3) as u64,
        });
        let socket = self.world.hall.open(pass);
        let client = self.world.clients.entry(socket).or_default();
        client.pass = pass;
    }

    /// A socket in the handshake takes its next step, most often the right one.
    fn go_on(&mut self) {
        let visitors = self.world.clients.keys().copied().filter(|&socket| {
            let stage = self.world.stage(socket);
            !matches!(stage, Some(Stage::Member(_) | Stage::Muted(_)))
        });
        let visitors: Vec<SocketId> = visitors.collect();
        if visitors.is_empty() {
            return;
        }
        let socket = self.rng.pick(&visitors);
        let client = &self.world.clients[&socket];
        let (pass, challenge) = (client.pass, client.challenge.clone());
        let honest = pass.and_then(|pass| self.people.number_of(pass.address));
        let person = match honest {
            Some(person) if self.rng.chance(0.9) => person,
            _ => self.person(),
        };
        let Some(challenge) = challenge else {
            let frame = identification(&self.people.address(person).to_string());
            self.world.frames(socket, &[frame]);
            return;
        };
        let members = self.world.members();
        let present = self.world.assignment_of(&self.people.address(person));
        let own = pass.map_or(0, |pass| pass.assignment);
        let proof = self.people.chain(person, &challenge);
        self.world.frames(socket, &[signed(&proof)]);
        let address = self.people.address(person).to_string();
        let is_full = members.len() >= 150 && !members.values().any(|other| *other == address);
        let closed = self.world.hall.closed.get(&socket);
        if pass.is_some_and(|pass| pass.address != self.people.address(person)) {
            assert_eq!(closed, Some(&Reason::WrongAddress));
            self.count("wrong addresses");
        } else if present.is_some_and(|present| present > own) {
            assert_eq!(closed, Some(&Reason::Moved));
            self.count("outdated");
        } else if is_full {
            assert_eq!(closed, Some(&Reason::Full));
            self.count("full");
        } else {
            // Somebody else may have been found too slow, and its leave finds out this one.
            let is_in = self.world.is_member(socket) || closed == Some(&Reason::TooSlow);
            assert!(is_in, "{closed:?}");
            self.count("admitted");
        }
    }

    fn packet(&mut self) -> Vec<u8> {
        let length = self.rng.pick(&[0, 1, 30, 30, 300, 3_000]);
        let body: Vec<u8> = (0..length).map(|_| self.rng.below(256) as u8).collect();
        let claimed = self.rng.below(20) as u32;
        encode(update(claimed, &body, self.rng.chance(0.5)))
    }

    fn speak(&mut self) {
        let Some(socket) = self.socket() else { return };
        let frame = self.packet();
        self.world.frames(socket, &[frame]);
    }

    /// Anything at all.
    fn babble(&mut self) {
        let Some(socket) = self.socket() else { return };
        let person = self.person();
        let mut frame = match self.rng.below(4) {
            0 => self.packet(),
            1 => identification(&self.people.address(person).to_string()),
            2 => signed(&self.people.chain(person, "dcl-00")),
            _ => (0..self.rng.below(60))
                .map(|_| self.rng.below(256) as u8)
                .collect(),
        };
        for _ in 0..self.rng.below(4) {
            let at = self.rng.below(frame.len().max(1));
            if let Some(byte) = frame.get_mut(at) {
                *byte = self.rng.below(256) as u8;
            }
        }
        match self.rng.below(20) {
            0 => return self.world.hall.text(socket),
            1 => frame.resize(ROOM_FRAME_MAX_BYTES + 1, 0),
            2 => frame.truncate(self.rng.below(frame.len().max(1))),
            _ => {}
        }
        self.world.frames(socket, &[frame]);
        self.count("babble");
    }

    fn leave(&mut self) {
        if let Some(socket) = self.socket() {
            self.world.hall.gone(socket);
        }
    }

    fn some_names(&mut self) -> Vec<RoomGuest> {
        let mut names = self.world.names();
        names.retain(|name| {
            let address = Address::try_from(name.address.as_slice());
            address.is_ok_and(|address| self.people.number_of(address).is_some())
        });
        self.named.extend(names.clone());
        names.extend(self.named.clone());
        names.retain(|_| self.rng.chance(0.08));
        let excess = self.named.len().saturating_sub(30);
        self.named.drain(..excess);
        names
    }

    /// Twice, because that changes nothing.
    fn order(&mut self) {
        let (mute, close) = (self.some_names(), self.some_names());
        self.world.hall.obey(&mute, &close);
        let records = self.world.hall.records.clone();
        let before = self.world.names();
        self.world.hall.obey(&mute, &close);
        assert_eq!(self.world.hall.records, records);
        assert_eq!(self.world.names(), before);
        assert!(close.iter().all(|name| !before.contains(name)));
    }

    fn report(&mut self) {
        let hall = &mut self.world.hall;
        let Some(report) = hall.room.take_report(hall.now_ms) else {
            if self.rng.chance(0.3) {
                hall.answer(None);
            }
            return;
        };
        self.count("reports");
        let listed: BTreeMap<Vec<u8>, u64> = report
            .guests
            .iter()
            .map(|guest| (guest.address.clone(), guest.assignment))
            .collect();
        assert_eq!(listed, self.world.guests());
        assert_eq!(report.guests.len(), listed.len());
        assert_eq!(report.players as usize, self.world.members().len());
        match self.rng.below(4) {
            0 => self.world.hall.room.report_failed(self.world.hall.now_ms),
            1 => {}
            _ => {
                let orders = orders(&self.some_names(), &self.some_names());
                self.world.hall.answer(Some(orders));
            }
        }
    }

    fn stall(&mut self) {
        let Some(socket) = self.socket() else { return };
        let backlog = self.rng.pick(&[
            0,
            0,
            ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
            ROOM_UNRELIABLE_BACKLOG_MAX_BYTES + 1,
            ROOM_BACKLOG_MAX_BYTES + 1,
        ]);
        self.world.hall.backlog.insert(socket, backlog);
    }

    fn flood(&mut self) {
        let Some(socket) = self.socket() else { return };
        if self.world.is_member(socket) {
            let frames: Vec<Vec<u8>> = (0..=400_u32)
                .map(|number| encode(update(0, &number.to_be_bytes(), number % 3 == 0)))
                .collect();
            self.world.frames(socket, &frames);
            let closed = self.world.hall.closed.get(&socket);
            assert!(
                matches!(closed, Some(Reason::TooFast | Reason::TooSlow)),
                "{closed:?}"
            );
        }
    }

    fn wait(&mut self) {
        self.world.hall.now_ms += 30_000;
        self.world.hall.tick();
        let due = self.world.hall.room.deadline_ms();
        let late = due.filter(|&due| due <= self.world.hall.now_ms);
        assert!(late.is_none() || late == self.world.hall.room.report_due_ms());
    }

    fn end(mut self) -> BTreeMap<&'static str, u32> {
        for reason in self.world.hall.closed.clone().into_values() {
            self.count(match reason {
                Reason::Session(_) => "refused by the rules of sessions",
                Reason::Undecodable => "undecodable",
                Reason::WrongAddress => "closed for a wrong address",
                Reason::Full => "closed as full",
                Reason::Replaced => "replaced",
                Reason::Moved => "moved",
                Reason::TooFast => "too fast",
                Reason::TooSlow => "too slow",
            });
        }
        let heard = self.world.packets_heard;
        self.tally.insert("packets heard", heard);
        let open: Vec<SocketId> = self.world.hall.records.keys().copied().collect();
        for socket in open {
            self.world.hall.gone(socket);
            self.world.check();
        }
        let hall = &mut self.world.hall;
        hall.answer(None);
        hall.now_ms += 10_000;
        while hall.room.take_report(hall.now_ms).is_some() {
            hall.answer(None);
        }
        assert_eq!(hall.room.deadline_ms(), None, "an empty room keeps nothing");
        self.tally
    }
}

fn play(seed: u32, people: &mut People) -> BTreeMap<&'static str, u32> {
    let _replay = Replay(seed, "room random");
    let mut play = Play {
        world: World::new(seed.is_multiple_of(8)),
        rng: Rng::new(seed),
        people,
        named: Vec::new(),
        tally: BTreeMap::new(),
    };
    for _ in 0..EVENTS {
        play.step();
    }
    play.end()
}

#[test]
fn everybody_knows_who_is_there_and_hears_what_is_said() {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let worlds = setting("ARCHIPELAGO_WORLDS", WORLDS);
    let (mut total, mut people) = (BTreeMap::new(), People::new());
    for seed in (0..worlds).map(|offset| first.wrapping_add(offset)) {
        for (what, count) in play(seed, &mut people) {
            *total.entry(what).or_default() += count;
        }
    }
    println!("{total:?}");
    if worlds < WORLDS {
        return;
    }
    // Each of these must have happened often, or nothing has been tried.
    for (what, at_least) in [
        ("admitted", 10),
        ("packets heard", 100),
        ("replaced", 1),
        ("moved", 1),
        ("too slow", 1),
        ("undecodable", 1),
        ("sleeps", 1),
        ("reports", 5),
    ] {
        let count: u32 = total.get(what).copied().unwrap_or(0);
        assert!(count >= at_least * worlds, "{what}: only {count} times");
    }
    for what in ["full", "too fast", "wrong addresses"] {
        assert!(total.get(what).is_some_and(|&count| count > 10), "{what}");
    }
}
