//! The engine alone: people who come, walk, jump and leave, flushes of either scope, restarts under other policies.

use std::collections::BTreeMap;

use archipelago_core::engine::{
    CoherentConfig, CrowdPolicy, Engine, EngineConfig, IslandNumber, Peer, Position, Scope, Update,
};

use crate::input::Input;

/// More would take long: all pairs are compared.
const PEOPLE_MAX: usize = 60;

/// The target.
///
/// # Panics
/// If something that must hold does not.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    let config = config(&mut input);
    let mut town = Town {
        engine: Engine::new(config.clone()),
        twin: Engine::new(config.clone()),
        config,
        input,
        people: Vec::new(),
        silent: Vec::new(),
        told: BTreeMap::new(),
        now_ms: 0,
    };
    while !town.input.is_empty() {
        town.step();
    }
    town.rest();
}

fn config(input: &mut Input<'_>) -> EngineConfig {
    let choice = input.byte();
    let (join_m, leave_m) = match choice >> 6 {
        0 => (20.0, Some(20.0)),
        1 => (7.3, None),
        _ => (20.0, None),
    };
    let max_peers = u32::from(choice % 16) + 1;
    let config = EngineConfig::new(max_peers, join_m, leave_m).expect("good distances");
    config.with_crowd_policy(policy(input))
}

/// Any policy there is: often a preset, and anything else that its parameters may be.
fn policy(input: &mut Input<'_>) -> CrowdPolicy {
    let choice = input.byte();
    if choice.is_multiple_of(8) {
        return CrowdPolicy::Stable;
    }
    let preset = CoherentConfig::PRESETS[usize::from(choice / 8) % 4];
    let mut config = CoherentConfig::preset(preset).expect("a preset");
    let names: Vec<_> = CoherentConfig::parameters().collect();
    for _ in 0..(choice % 8).saturating_sub(3) {
        let (name, value) = (input.pick(&names), value(input));
        // What is not allowed is refused, and leaves everything as it was.
        config = config.with(name, value).unwrap_or(config);
    }
    CrowdPolicy::Coherent(config)
}

fn value(input: &mut Input<'_>) -> f64 {
    match input.byte() {
        255 => input.float().into(),
        byte @ 200.. => f64::from(byte - 199) * 10.0,
        byte @ 100.. => f64::from(byte - 99),
        byte => f64::from(byte) / 50.0,
    }
}

/// Most often on a small grid, where distances are equal; else anywhere in the world.
fn position(input: &mut Input<'_>) -> Position {
    let (x, z) = match input.byte() {
        255 => (input.float(), input.float()),
        byte => {
            let at = |part: u8| f32::from(part as i8) * 5.0;
            (at(byte >> 4) + at(input.byte()) / 40.0, at(byte & 15))
        }
    };
    let inside = |at: f32| {
        if at.abs() <= 1e6 { at } else { 0.0 }
    };
    Position::new(inside(x), 0.0, inside(z)).expect("finite")
}

struct Town<'a> {
    input: Input<'a>,
    config: EngineConfig,
    engine: Engine,
    /// Gets the same input.
    twin: Engine,
    /// Who is here, and where.
    people: Vec<(Peer, Position)>,
    /// Who was restored and has not been heard of.
    silent: Vec<Peer>,
    told: BTreeMap<Peer, IslandNumber>,
    now_ms: u64,
}

impl Town<'_> {
    fn step(&mut self) {
        match self.input.below(20) {
            0..=4 => self.arrive(),
            5..=9 => self.walk(),
            10 => self.leave(),
            11 => self.travel(),
            12..=14 => self.flush(Scope::Full),
            15..=16 => self.flush(Scope::Arrivals),
            17 => self.come_back(),
            18 => self.rest(),
            _ => self.restart(),
        }
    }

    fn somebody(&mut self) -> Option<usize> {
        let nth = usize::from(self.input.byte());
        (!self.people.is_empty()).then(|| nth % self.people.len())
    }

    /// One or several at once, all in one spot or near it.
    fn arrive(&mut self) {
        let position = position(&mut self.input);
        for nth in 0..=self.input.below(8) {
            if self.people.len() + self.silent.len() == PEOPLE_MAX {
                return;
            }
            let x = position.x() + nth as f32 * 2.0;
            let position = Position::new(x, 0.0, position.z()).expect("finite");
            let wish = (self.input.below(16) == 0).then_some("I1");
            let peer = self.engine.insert(position, wish);
            assert_eq!(self.twin.insert(position, wish), peer);
            self.people.push((peer, position));
        }
    }

    fn walk(&mut self) {
        let position = position(&mut self.input);
        if let Some(at) = self.somebody() {
            self.report(at, position);
        }
    }

    fn report(&mut self, at: usize, position: Position) {
        let peer = self.people[at].0;
        self.people[at].1 = position;
        self.engine.update(peer, position, None);
        self.twin.update(peer, position, None);
    }

    fn leave(&mut self) {
        if let Some(at) = self.somebody() {
            let (peer, _) = self.people.swap_remove(at);
            self.engine.remove(peer);
            self.twin.remove(peer);
        }
    }

    /// An island goes elsewhere as a whole, or everybody comes closer.
    fn travel(&mut self) {
        let to = position(&mut self.input);
        let island = self
            .somebody()
            .and_then(|at| self.engine.island_of(self.people[at].0));
        let contracts = self.input.flag();
        for at in 0..self.people.len() {
            let (peer, from) = self.people[at];
            let (x, z) = if contracts {
                (from.x() * 0.7, from.z() * 0.7)
            } else if island.is_some() && self.engine.island_of(peer) == island {
                (from.x().midpoint(to.x()), from.z().midpoint(to.z()))
            } else {
                continue;
            };
            self.report(at, Position::new(x, 0.0, z).expect("finite"));
        }
    }

    fn flush(&mut self, scope: Scope) {
        self.now_ms += self.input.pick(&[2_000, 2_000, 2_000, 0, 1, 25, 600_000]);
        self.flush_now(scope);
    }

    /// How many were told another island.
    fn flush_now(&mut self, scope: Scope) -> usize {
        let updates = self.engine.flush(self.now_ms, scope).to_vec();
        assert_eq!(self.twin.flush(self.now_ms, scope), updates);
        self.engine.check(scope).expect("what is promised");
        let mut moved = 0;
        for update in updates {
            match update {
                Update::ChangeTo { peer, island, from } => {
                    assert_eq!(self.told.insert(peer, island), from);
                    assert_ne!(from, Some(island));
                    moved += usize::from(from.is_some());
                }
                Update::Leave { peer, island } => {
                    assert_eq!(self.told.remove(&peer), Some(island));
                }
            }
        }
        for (peer, _) in &self.people {
            assert_eq!(self.engine.island_of(*peer), self.told.get(peer).copied());
            assert!(self.told.contains_key(peer));
        }
        let silent = self
            .silent
            .iter()
            .filter(|peer| self.told.contains_key(peer));
        assert_eq!(self.told.len(), self.people.len() + silent.count());
        moved
    }

    /// Everybody is here and stays where it is: nobody is moved, whether they say so or not.
    fn rest(&mut self) {
        for peer in self.engine.end_grace() {
            self.silent.retain(|silent| *silent != peer);
        }
        self.twin.end_grace();
        assert!(self.silent.is_empty());
        self.flush(Scope::Full);
        for repeats in [false, true] {
            let next = self.engine.next_number();
            if repeats {
                for at in 0..self.people.len() {
                    self.report(at, self.people[at].1);
                }
            }
            self.now_ms += 2_000;
            assert_eq!(self.flush_now(Scope::Full), 0);
            assert_eq!(self.engine.next_number(), next);
        }
    }

    /// One of those who were restored is heard of.
    fn come_back(&mut self) {
        let position = position(&mut self.input);
        let nth = usize::from(self.input.byte());
        if !self.silent.is_empty() {
            let peer = self.silent.swap_remove(nth % self.silent.len());
            self.people.push((peer, position));
            self.report(self.people.len() - 1, position);
        }
    }

    /// The islands are kept, where people are is not; another policy and capacity may hold.
    fn restart(&mut self) {
        if self.input.flag() {
            let max_peers = u32::from(self.input.byte() % 16) + 1;
            let (join_m, leave_m) = (
                self.config.join_distance_m(),
                self.config.leave_distance_m(),
            );
            let config = EngineConfig::new(max_peers, join_m, Some(leave_m)).expect("as before");
            self.config = config.with_crowd_policy(policy(&mut self.input));
        }
        let kept: Vec<_> = self
            .engine
            .islands()
            .map(|island| (island.number(), island.formed_ms(), island.members().len()))
            .collect();
        self.engine = Engine::new(self.config.clone());
        self.twin = Engine::new(self.config.clone());
        self.people.clear();
        self.silent.clear();
        self.told.clear();
        for (number, formed_ms, members) in kept {
            let peers = self.engine.restore(number, formed_ms, members);
            assert_eq!(self.twin.restore(number, formed_ms, members), peers);
            let inside = peers.iter().filter(|peer| self.engine.is_known(**peer));
            self.told.extend(inside.map(|peer| (*peer, number)));
            self.silent.extend(peers);
        }
    }
}
