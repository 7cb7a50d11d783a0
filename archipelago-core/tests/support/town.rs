//! Crowds beyond capacity, without a model: two engines get the same input, and what is promised to the people is
//! looked after in every flush.

use std::collections::BTreeMap;

use archipelago_core::engine::{
    CoherentConfig, CrowdPolicy, Engine, EngineConfig, IslandNumber, Peer, Position, Scope, Update,
};

use super::rng::Rng;

const PERIOD_MS: u64 = 2000;
/// Full flushes within which those who stand still have come to rest, whoever else moves.
const SETTLING: usize = 8;

/// What everybody does for some flushes.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Walk,
    Stand,
    Teleport,
    Contract,
    Expand,
    Surge,
    Leave,
    Travel,
}

/// A town under the policy `coherent`.
pub struct Town {
    rng: Rng,
    pub engine: Engine,
    twin: Engine,
    config: EngineConfig,
    side_m: f64,
    most: usize,
    snap: bool,
    now_ms: u64,
    /// Who is here, by handle, and where; `None` for those who were restored and keep silent.
    people: BTreeMap<Peer, Option<(f64, f64)>>,
    told: BTreeMap<Peer, IslandNumber>,
    newest: Option<IslandNumber>,
}

/// Plays the town of this seed; what was wrong, if anything was.
pub fn play(seed: u32) -> Result<(), String> {
    let mut town = Town::new(seed);
    for _ in 0..town.rng.below(3) + 3 {
        town.phase()?;
    }
    town.settles()
}

/// The same after a restart, with people who come back and people who do not.
pub fn play_restored(seed: u32) -> Result<(), String> {
    let mut town = Town::new(seed);
    town.restore();
    let silent = town.rng.below(3);
    for nth in 0..4 {
        town.phase()?;
        town.hear_from_some();
        if nth == silent {
            town.end_grace();
        }
    }
    town.settles()
}

impl Town {
    pub fn new(seed: u32) -> Self {
        let mut rng = Rng::new(seed);
        let max_peers = rng.pick(&[5, 6, 8, 10, 13, 20, 30, 50, 100]);
        let join = rng.pick(&[64.0, 64.0, 20.0, 100.0, 7.3]);
        let leave = join * rng.pick(&[1.25, 1.25, 1.0, 2.0]);
        let preset = CoherentConfig::preset(rng.pick(&CoherentConfig::PRESETS)).unwrap();
        let config = EngineConfig::new(max_peers, join, Some(leave))
            .unwrap()
            .with_crowd_policy(CrowdPolicy::Coherent(preset));
        let most = (f64::from(max_peers) * rng.between(1.5, 7.0)) as usize;
        let density = rng.pick(&[0.0, 0.05, 0.2, 0.5, 0.8]);
        Self {
            engine: Engine::new(config.clone()),
            twin: Engine::new(config.clone()),
            side_m: (most.min(300) as f64).sqrt() * join * density,
            most: most.min(300),
            snap: rng.chance(0.3),
            now_ms: 0,
            people: BTreeMap::new(),
            told: BTreeMap::new(),
            newest: None,
            config,
            rng,
        }
    }

    fn phase(&mut self) -> Result<(), String> {
        let phase = self.rng.pick(&[
            Phase::Walk,
            Phase::Walk,
            Phase::Stand,
            Phase::Teleport,
            Phase::Contract,
            Phase::Expand,
            Phase::Surge,
            Phase::Surge,
            Phase::Leave,
            Phase::Travel,
        ]);
        if self.people.len() < 2 {
            self.surge();
        }
        for _ in 0..=self.rng.below(5) {
            self.act(phase);
            let scope = if self.rng.chance(0.3) {
                Scope::Arrivals
            } else {
                Scope::Full
            };
            self.flush(scope)
                .map_err(|what| format!("{phase:?}, {scope:?}: {what}"))?;
        }
        self.flush(Scope::Full)
            .map_err(|what| format!("after {phase:?}: {what}"))?;
        self.stays_put()
            .map_err(|what| format!("after {phase:?}: {what}"))
    }

    fn act(&mut self, phase: Phase) {
        let here: Vec<Peer> = self.people.keys().copied().collect();
        match phase {
            Phase::Stand => {}
            Phase::Surge => self.surge(),
            Phase::Walk => {
                let share = self.rng.pick(&[0.05, 0.5, 1.0]);
                self.each(&here, share, |town, (x, z)| {
                    let stride = town.config.join_distance_m() * 0.1;
                    (x + town.rng.ih() * stride, z + town.rng.ih() * stride)
                });
            }
            Phase::Teleport => self.each(&here, 0.1, |town, _| town.somewhere()),
            Phase::Contract => self.each(&here, 1.0, |_, (x, z)| (x * 0.7, z * 0.7)),
            Phase::Expand => self.each(&here, 1.0, |_, (x, z)| (x * 1.4, z * 1.4)),
            Phase::Leave => {
                for peer in here {
                    if self.rng.chance(0.2) {
                        self.remove(peer);
                    }
                }
            }
            Phase::Travel => {
                let away = self.somewhere();
                let island = self.rng.below(self.engine.island_count().max(1));
                let island = self.engine.islands().nth(island);
                let bus = island.map_or(Vec::new(), |island| island.members().to_vec());
                self.each(&bus, 1.0, |_, (x, z)| (x + away.0, z + away.1));
            }
        }
        if self.rng.chance(0.3) {
            self.arrive();
        }
    }

    /// Reports new places for some of these.
    fn each(
        &mut self,
        peers: &[Peer],
        share: f64,
        mut to: impl FnMut(&mut Self, (f64, f64)) -> (f64, f64),
    ) {
        for peer in peers {
            if let Some(Some(spot)) = self.people.get(peer).copied()
                && self.rng.chance(share)
            {
                let spot = to(self, spot);
                self.report(*peer, spot);
            }
        }
    }

    fn surge(&mut self) {
        for _ in 0..self.rng.below(self.most) {
            if self.people.len() < self.most {
                self.arrive();
            }
        }
    }

    fn somewhere(&mut self) -> (f64, f64) {
        let (x, z) = (self.rng.ih() * self.side_m, self.rng.ih() * self.side_m);
        if self.snap {
            let step = self.config.join_distance_m() / 4.0;
            ((x / step).round() * step, (z / step).round() * step)
        } else {
            (x, z)
        }
    }

    fn arrive(&mut self) {
        let spot = self.somewhere();
        let peer = self.engine.insert(position(spot), None);
        assert_eq!(self.twin.insert(position(spot), None), peer);
        self.people.insert(peer, Some(spot));
    }

    fn report(&mut self, peer: Peer, spot: (f64, f64)) {
        self.engine.update(peer, position(spot), None);
        self.twin.update(peer, position(spot), None);
        self.people.insert(peer, Some(spot));
    }

    fn remove(&mut self, peer: Peer) {
        self.engine.remove(peer);
        self.twin.remove(peer);
        self.people.remove(&peer);
    }

    fn restore(&mut self) {
        for number in 1..=self.rng.below(6) as u64 {
            let members = 1 + self.rng.below(self.config.max_peers() as usize + 2);
            let number = IslandNumber::new(number * 3).unwrap();
            let peers = self.engine.restore(number, 0, members);
            assert_eq!(self.twin.restore(number, 0, members), peers);
            for peer in peers {
                self.people.insert(peer, None);
                if self.engine.is_known(peer) {
                    self.told.insert(peer, number);
                }
            }
            self.newest = Some(number);
        }
    }

    fn hear_from_some(&mut self) {
        let here: Vec<Peer> = self.people.keys().copied().collect();
        for peer in here {
            if self.people[&peer].is_none() && self.rng.chance(0.4) {
                let spot = self.somewhere();
                self.report(peer, spot);
            }
        }
    }

    fn end_grace(&mut self) {
        let released = self.engine.end_grace();
        assert_eq!(self.twin.end_grace(), released);
        for peer in released {
            assert_eq!(self.people.remove(&peer), Some(None));
        }
    }

    /// Flushes both engines; how many were told another island.
    fn flush(&mut self, scope: Scope) -> Result<usize, String> {
        self.now_ms += PERIOD_MS;
        let updates = self.engine.flush(self.now_ms, scope).to_vec();
        if updates != self.twin.flush(self.now_ms, scope) {
            return Err("two engines differ".to_owned());
        }
        let moved = self.hear(&updates)?;
        self.engine.check(scope)?;
        for island in self.engine.islands() {
            let twin = self.twin.island(island.number());
            if twin.map(|twin| twin.members()) != Some(island.members()) {
                return Err(format!("two engines differ on {:?}", island.number()));
            }
        }
        Ok(moved)
    }

    /// What people were told is where they are, and nobody was told anything in vain.
    fn hear(&mut self, updates: &[Update]) -> Result<usize, String> {
        let newest = self.newest;
        let mut moved = 0;
        for update in updates {
            match *update {
                Update::ChangeTo { peer, island, from } => {
                    let before = self.told.insert(peer, island);
                    if before != from || before == Some(island) {
                        return Err(format!("{peer:?} was on {before:?}, but {update:?}"));
                    }
                    moved += usize::from(from.is_some());
                    self.newest = self.newest.max(Some(island));
                }
                Update::Leave { peer, island } => {
                    if self.told.remove(&peer) != Some(island) {
                        return Err(format!("{peer:?} was not there: {update:?}"));
                    }
                }
            }
        }
        let mut before: Vec<_> = self.told.values().copied().collect();
        before.sort_unstable();
        before.dedup();
        let islands: Vec<_> = self
            .engine
            .islands()
            .map(|island| island.number())
            .collect();
        if before != islands {
            return Err(format!("told of {before:?}, but there are {islands:?}"));
        }
        if self.newest < newest {
            return Err("numbers shrink".to_owned());
        }
        for (peer, island) in &self.told {
            if self.engine.island_of(*peer) != Some(*island) {
                return Err(format!("{peer:?} was told {island:?} and is elsewhere"));
            }
        }
        Ok(moved)
    }

    /// Neither silence nor repetition moves anybody.
    fn stays_put(&mut self) -> Result<(), String> {
        if self.people.values().any(Option::is_none) {
            return Ok(());
        }
        for repeats in [false, true] {
            if repeats {
                self.repeat();
            }
            let next = self.engine.next_number();
            if self.flush(Scope::Full)? > 0 || self.engine.next_number() != next {
                return Err(format!("a change though nobody moved, repeats: {repeats}"));
            }
        }
        Ok(())
    }

    fn repeat(&mut self) {
        for (peer, spot) in self.people.clone() {
            if let Some(spot) = spot {
                self.report(peer, spot);
            }
        }
    }

    /// One goes to and fro by a hair; all others stand, and are left alone after a while.
    fn settles(&mut self) -> Result<(), String> {
        self.end_grace();
        // Without hysteresis a hair can be what breaks an island, and what joins it again.
        let no_hysteresis = self.config.leave_distance_m() == self.config.join_distance_m();
        if self.people.len() < 2 || no_hysteresis {
            return Ok(());
        }
        let restless = self.rng.below(self.people.len());
        let restless = *self.people.keys().nth(restless).unwrap();
        let Some((x, z)) = self.people[&restless] else {
            return Ok(());
        };
        for nth in 0..2 * SETTLING {
            self.report(restless, (x + [0.0, 0.001][nth % 2], z));
            let moved = self.flush(Scope::Full)?;
            if nth >= SETTLING && moved > 0 {
                return Err(format!("{moved} move in flush {nth} of standing still"));
            }
        }
        Ok(())
    }
}

fn position((x, z): (f64, f64)) -> Position {
    Position::new(x as f32, 0.0, z as f32).expect("finite")
}
