//! Several regions in one process: each an engine with a part of the ground, and a bus between them and the gates of
//! the players that delays, reorders, drops and repeats. Everything that happens in a world follows from its seed.

mod border;
mod check;
mod crowd;
mod examples;
mod flaw;
mod gate;
mod message;
mod players;
mod region;
mod rest;
mod setting;
mod squares;
mod stored;
mod transfer;

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::engine::Scope;

use crate::rng::Rng;
pub use flaw::{FLAWS, Flaw};
use gate::Gate;
use message::{Address, GateId, IslandId, Message, PlayerId, RegionId};
use region::Region;
use setting::Setting;

const FLUSH_PERIOD_MS: u64 = 2_000;
const REPORT_PERIOD_MS: u64 = 500;
const ACT_PERIOD_MS: u64 = 200;

/// How often what has happened.
pub type Tally = BTreeMap<&'static str, u32>;

/// What comes to pass at some time.
#[derive(Debug)]
enum Event {
    Mail(Address, Message),
    Flush(RegionId),
    Tick(GateId),
    Act,
}

/// How an event ends for the region it happens to.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Lives,
    DiesUnwritten,
    DiesWritten,
}

/// A world, and all that is known of it from outside.
#[derive(Debug)]
pub struct World {
    rng: Rng,
    setting: Setting,
    flaw: Flaw,
    traced: bool,
    now_ms: u64,
    /// By time, and by order of sending.
    queue: BTreeMap<(u64, u64), Event>,
    sent: u64,
    regions: Vec<Region>,
    gates: Vec<Gate>,
    calm: bool,
    next_player: PlayerId,
    /// Those whom a region has had, and who have not left.
    alive: BTreeSet<PlayerId>,
    /// Islands that are there, and those that are gone.
    islands: BTreeSet<IslandId>,
    gone: BTreeSet<IslandId>,
    /// What was told, by player and version.
    told: BTreeMap<(PlayerId, u64), (RegionId, IslandId)>,
    pub tally: Tally,
    pub events: u64,
}

impl World {
    pub fn new(seed: u32, flaw: Flaw, traced: bool) -> Self {
        let mut rng = Rng::new(seed);
        let setting = Setting::new(&mut rng);
        let squares = &setting.squares;
        let start = |id| Region::start(id, squares, flaw, stored::Stored::default());
        let regions: Vec<Region> = (0..squares.count()).map(start).collect();
        let gates: Vec<Gate> = (0..setting.gates)
            .map(|id| Gate::new(id, regions.len()))
            .collect();
        let mut world = Self {
            flaw,
            traced,
            now_ms: 0,
            queue: BTreeMap::new(),
            sent: 0,
            regions,
            gates,
            calm: false,
            next_player: 0,
            alive: BTreeSet::new(),
            islands: BTreeSet::new(),
            gone: BTreeSet::new(),
            told: BTreeMap::new(),
            tally: Tally::new(),
            events: 0,
            rng,
            setting,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        for region in 0..self.regions.len() {
            let first = self.rng.below(FLUSH_PERIOD_MS as usize) as u64;
            self.at(first, Event::Flush(region));
        }
        for gate in 0..self.gates.len() {
            let first = self.rng.below(REPORT_PERIOD_MS as usize) as u64;
            self.at(first, Event::Tick(gate));
        }
        self.at(0, Event::Act);
        self.trace(|| format!("{:?}", self.setting));
    }

    /// Plays the world to its end.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn play(&mut self) -> Result<(), String> {
        self.run_until(self.setting.noise_ms)?;
        self.calm = true;
        self.come_to_rest()
    }

    fn run_until(&mut self, end_ms: u64) -> Result<(), String> {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > end_ms {
                break;
            }
            let ((now_ms, _), event) = entry.remove_entry();
            self.now_ms = now_ms;
            self.events += 1;
            self.happen(event)?;
        }
        self.now_ms = end_ms;
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Mail(Address::Gate(gate), message) => self.tell_gate(gate, message),
            Event::Mail(Address::Region(region), message) => {
                let logins =
                    matches!(&message, Message::Report { logins, .. } if !logins.is_empty());
                let (now_ms, soon) = (self.now_ms, logins && self.rng.chance(0.5));
                self.change(region, |region| {
                    region.receive(message);
                    if soon {
                        region.flush(now_ms, Scope::Arrivals);
                    }
                })
            }
            Event::Flush(region) => {
                self.at(FLUSH_PERIOD_MS, Event::Flush(region));
                let now_ms = self.now_ms;
                self.change(region, |region| region.flush(now_ms, Scope::Full))
            }
            Event::Tick(gate) => {
                self.at(REPORT_PERIOD_MS, Event::Tick(gate));
                let mail = self.gates[gate].tick();
                self.post(mail);
                Ok(())
            }
            Event::Act => {
                if !self.calm {
                    self.at(ACT_PERIOD_MS, Event::Act);
                    self.act();
                }
                Ok(())
            }
        }
    }

    fn tell_gate(&mut self, gate: GateId, message: Message) -> Result<(), String> {
        match message {
            Message::Heard { region, sequence } => self.gates[gate].heard(region, sequence),
            Message::Told {
                region,
                player,
                version,
                island,
            } => {
                let known = |gate: &Gate| gate.lines.get(&player).and_then(|line| line.told);
                let before = known(&self.gates[gate]);
                let answer = self.gates[gate].told(region, player, version, island)?;
                if known(&self.gates[gate]) != before {
                    self.count("told");
                    self.trace(|| format!("{player} is told {island:?} of {region}"));
                }
                self.post(vec![(Address::Region(region), answer)]);
            }
            other => unreachable!("not for gates: {other:?}"),
        }
        Ok(())
    }

    /// Something happens to a region: what it changes is written, and then what it says is sent. It may die between.
    fn change(&mut self, id: RegionId, what: impl FnOnce(&mut Region)) -> Result<(), String> {
        let fate = self.fate();
        let region = &mut self.regions[id];
        let before = region.stored.clone();
        what(region);
        let mut mail = std::mem::take(&mut region.mail);
        let happened = std::mem::take(&mut region.happened);
        if fate == Fate::DiesUnwritten {
            region.stored = before;
        }
        if fate == Fate::Lives {
            for what in happened {
                self.count(what);
                self.trace(|| format!("region {id}: {what}"));
            }
        } else {
            if self.flaw != Flaw::Unstored {
                mail.clear();
            }
            let stored = std::mem::take(&mut region.stored);
            *region = Region::start(id, &self.setting.squares, self.flaw, stored);
            self.count(match fate {
                Fate::DiesUnwritten => "dead before the write",
                Fate::DiesWritten | Fate::Lives => "dead after the write",
            });
            self.trace(|| format!("region {id} dies"));
        }
        self.note_told(&mail)?;
        self.post(mail);
        self.check()
    }

    fn fate(&mut self) -> Fate {
        if self.calm || !self.rng.chance(self.setting.deaths) {
            Fate::Lives
        } else if self.rng.chance(0.5) {
            Fate::DiesUnwritten
        } else {
            Fate::DiesWritten
        }
    }

    /// Sends messages, as well as the weather allows.
    fn post(&mut self, mail: Vec<(Address, Message)>) {
        for (to, message) in mail {
            if self.calm {
                self.at(1, Event::Mail(to, message));
                continue;
            }
            let mut copies = 0;
            if !self.rng.chance(self.setting.lost) {
                copies = 1 + usize::from(self.rng.chance(self.setting.repeated));
            }
            for _ in 0..copies {
                let most = if self.rng.chance(0.1) {
                    4 * self.setting.delay_ms
                } else {
                    self.setting.delay_ms
                };
                let delay_ms = 1 + self.rng.below(most as usize) as u64;
                self.at(delay_ms, Event::Mail(to, message.clone()));
            }
        }
    }

    fn at(&mut self, delay_ms: u64, event: Event) {
        self.sent += 1;
        self.queue
            .insert((self.now_ms + delay_ms, self.sent), event);
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    fn trace(&self, what: impl FnOnce() -> String) {
        if self.traced {
            println!("{:>6} {}", self.now_ms, what());
        }
    }
}
