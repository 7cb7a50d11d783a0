//! Crowds beyond capacity, without a model: two engines get the same input, and what is promised to the people is
//! looked after in every flush.

mod act;
mod config;
mod restart;
mod told;

use std::collections::BTreeMap;

use archipelago_core::engine::{Engine, EngineConfig, Peer, Position, Scope};

use super::rng::Rng;
use act::Phase;
use told::Told;

const PERIOD_MS: u64 = 2000;
/// Full flushes within which those who stand still have come to rest, whoever else moves.
const SETTLING: usize = 8;
/// So far, in metres, somebody who stands may go to and fro.
const HAIR_M: f64 = 0.001;

/// How often what has happened.
pub type Tally = BTreeMap<&'static str, u32>;

/// A town under the policy `coherent`.
pub struct Town {
    rng: Rng,
    pub engine: Engine,
    /// Hears of the same places as the other one, later and in another order.
    twin: Engine,
    unheard: BTreeMap<Peer, (f64, f64)>,
    config: EngineConfig,
    side_m: f64,
    most: usize,
    snap: bool,
    now_ms: u64,
    /// Who is here, by handle, and where; `None` for those who were restored and keep silent.
    people: BTreeMap<Peer, Option<(f64, f64)>>,
    told: Told,
    tally: Tally,
}

/// Plays the town of this seed: what has happened in it, or what was wrong.
pub fn play(seed: u32) -> Result<Tally, String> {
    let mut town = Town::new(seed);
    for _ in 0..town.rng.below(3) + 3 {
        town.phase()?;
    }
    town.settles()?;
    Ok(town.tally)
}

/// The same after a restart, with people who come back and people who do not.
pub fn play_restored(seed: u32) -> Result<Tally, String> {
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
    town.settles()?;
    Ok(town.tally)
}

/// The same with a restart in the middle, after which another policy may hold.
pub fn play_restarted(seed: u32) -> Result<Tally, String> {
    let mut town = Town::new(seed);
    for _ in 0..2 {
        for _ in 0..=town.rng.below(2) {
            town.phase()?;
        }
        town.restart()
            .map_err(|what| format!("restarted: {what}"))?;
    }
    town.phase()?;
    town.settles()?;
    Ok(town.tally)
}

/// Of how many towns [`FINGERPRINT`] is.
const SEEN: u32 = 40;
/// Written down once: every target has to arrive at the same islands, numbers and orders included.
pub const FINGERPRINT: u64 = 0x3274_4e51_7da3_77bc;

/// FNV-1a, 64 bits, of the islands in some towns after several phases and a restart.
pub fn fingerprint() -> Result<u64, String> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |number: u64| hash = (hash ^ number).wrapping_mul(0x0100_0000_01b3);
    for seed in 1..=SEEN {
        let mut town = Town::new(seed);
        for _ in 0..3 {
            town.phase()?;
        }
        town.restart()?;
        for island in town.engine.islands() {
            add(island.number().get());
            for peer in island.members() {
                add(peer.index() as u64);
            }
        }
    }
    Ok(hash)
}

impl Town {
    pub fn new(seed: u32) -> Self {
        let mut rng = Rng::new(seed);
        let config = config::engine(&mut rng);
        let most = (f64::from(config.max_peers()) * rng.between(1.5, 7.0)) as usize;
        let density = rng.pick(&[0.0, 0.05, 0.2, 0.5, 0.8]);
        Self {
            engine: Engine::new(config.clone()),
            twin: Engine::new(config.clone()),
            unheard: BTreeMap::new(),
            side_m: (most.min(300) as f64).sqrt() * config.join_distance_m() * density,
            most: most.min(300),
            snap: rng.chance(0.3),
            now_ms: 0,
            people: BTreeMap::new(),
            told: Told::default(),
            tally: Tally::new(),
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
            Phase::Return,
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
            if self.is_crowded() {
                self.count(phase.in_a_crowd(), 1);
                let arrivals = u32::from(scope == Scope::Arrivals);
                self.count("flushed for arrivals in a crowd", arrivals);
            }
        }
        self.flush(Scope::Full)
            .map_err(|what| format!("after {phase:?}: {what}"))?;
        self.stays_put()
            .map_err(|what| format!("after {phase:?}: {what}"))
    }

    fn count(&mut self, what: &'static str, times: u32) {
        *self.tally.entry(what).or_default() += times;
    }

    /// Whether more hang together somewhere than an island holds. After a full flush, islands that touch are in a crowd.
    fn is_crowded(&self) -> bool {
        let spot = |peer: &Peer| self.people.get(peer).copied().flatten();
        let join_squared = self.config.join_distance_m() * self.config.join_distance_m();
        let islands: Vec<Vec<_>> = self
            .engine
            .islands()
            .map(|island| island.members().iter().filter_map(spot).collect())
            .collect();
        let near = |a: &(f64, f64), b: &(f64, f64)| {
            (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2) <= join_squared
        };
        islands.iter().enumerate().any(|(at, island)| {
            let others = islands[..at].iter().flatten();
            others
                .clone()
                .any(|other| island.iter().any(|one| near(one, other)))
        })
    }

    /// All that matters of the reports before a flush is where everybody is.
    fn tell_twin(&mut self) {
        for (peer, spot) in std::mem::take(&mut self.unheard).into_iter().rev() {
            self.twin.update(peer, position(spot), None);
        }
    }

    /// Flushes both engines; how many were told another island.
    fn flush(&mut self, scope: Scope) -> Result<u32, String> {
        self.now_ms += PERIOD_MS;
        self.tell_twin();
        let updates = self.engine.flush(self.now_ms, scope).to_vec();
        if updates != self.twin.flush(self.now_ms, scope) {
            return Err("two engines differ".to_owned());
        }
        let moved = self.told.hear(&updates, &self.engine)?;
        self.engine.check(scope)?;
        self.everybody_is_somewhere()?;
        for island in self.engine.islands() {
            let twin = self.twin.island(island.number());
            if twin.map(|twin| twin.members()) != Some(island.members()) {
                return Err(format!("two engines differ on {:?}", island.number()));
            }
        }
        self.count("reassigned", moved);
        Ok(moved)
    }

    fn everybody_is_somewhere(&self) -> Result<(), String> {
        let spots = self.people.iter().filter(|(_, spot)| spot.is_some());
        let mut lost = spots.filter(|(peer, _)| self.engine.island_of(**peer).is_none());
        let most = self
            .engine
            .islands()
            .map(|island| island.members().len())
            .max();
        match lost.next() {
            Some((peer, _)) => Err(format!("{peer:?} has no island")),
            None if most > Some(self.config.max_peers() as usize) => {
                Err(format!("one has {most:?} members"))
            }
            None => Ok(()),
        }
    }

    /// Neither silence nor repetition moves anybody.
    fn stays_put(&mut self) -> Result<(), String> {
        if self.people.values().any(Option::is_none) {
            return Ok(());
        }
        for repeats in [false, true] {
            if repeats {
                let here: Vec<Peer> = self.people.keys().copied().collect();
                self.repeat(&here, 0.0, 1.0);
            }
            let next = self.engine.next_number();
            if self.flush(Scope::Full)? > 0 || self.engine.next_number() != next {
                return Err(format!("a change though nobody moved, repeats: {repeats}"));
            }
        }
        Ok(())
    }

    /// So many of these say where they are, by a hair off.
    fn repeat(&mut self, peers: &[Peer], off_m: f64, share: f64) {
        for peer in peers {
            if let Some((x, z)) = self.people[peer]
                && self.rng.chance(share)
            {
                self.report(*peer, (x + off_m, z));
                self.people.insert(*peer, Some((x, z)));
            }
        }
    }

    /// Those of whom nobody is so far away that a hair decides whether islands are joined, or broken.
    fn clear_of_others(&self) -> Vec<Peer> {
        let spots = || {
            self.people
                .iter()
                .filter_map(|(peer, spot)| spot.map(|spot| (*peer, spot)))
        };
        let edges = [
            self.config.join_distance_m(),
            self.config.leave_distance_m(),
        ];
        let is_on_edge = |a: (f64, f64), b: (f64, f64)| {
            let distance_m = (a.0 - b.0).hypot(a.1 - b.1);
            edges
                .iter()
                .any(|edge_m| (distance_m - edge_m).abs() < 4.0 * HAIR_M)
        };
        let clear = spots().filter(|(_, a)| !spots().any(|(_, b)| is_on_edge(*a, b)));
        clear.map(|(peer, _)| peer).collect()
    }

    /// After a last stir some go to and fro by a hair, now and then; all others stand, and everybody is left alone after
    /// a while.
    fn settles(&mut self) -> Result<(), String> {
        self.end_grace();
        let stir = self
            .rng
            .pick(&[Phase::Walk, Phase::Teleport, Phase::Contract, Phase::Surge]);
        self.act(stir);
        self.flush(Scope::Full)?;
        let clear = self.clear_of_others();
        let restless = self.rng.pick(&[0.0, 0.05, 0.2, 1.0]);
        let often = self.rng.pick(&[0.3, 1.0]);
        let one = self.rng.below(clear.len().max(1));
        let one = clear.get(one).copied().into_iter().collect::<Vec<_>>();
        for nth in 0..3 * SETTLING {
            let off_m = [0.0, HAIR_M][nth % 2];
            self.repeat(&clear, off_m, restless);
            self.repeat(&one, off_m, often);
            let moved = self.flush(Scope::Full)?;
            if nth >= SETTLING && moved > 0 {
                return Err(format!("{moved} move in flush {nth} of standing still"));
            }
            self.count("settled in a crowd", u32::from(moved > 0));
        }
        self.count("still in a crowd", u32::from(self.is_crowded()));
        Ok(())
    }
}

/// Adding nothing makes 0 of -0, which is the same place in other words.
fn position((x, z): (f64, f64)) -> Position {
    Position::new((x + 0.0) as f32, 0.0, (z + 0.0) as f32).expect("finite")
}
