//! The end: nobody moves, every message comes. Then all islands come to rest, and are what they should be.

use std::collections::BTreeMap;

use archipelago_core::engine::{Engine, Position, Scope};

use super::message::{IslandId, PlayerId, RegionId, Row};
use super::squares::within;
use super::{FLUSH_PERIOD_MS, World};

/// So many flushes may pass in all, in the last few of which nothing must change.
const ROUNDS_MAX: u32 = 15;
const STILL_ROUNDS: u32 = 4;

/// All islands with their owners and members.
type Picture = BTreeMap<IslandId, (RegionId, Vec<PlayerId>)>;

impl World {
    /// # Errors
    /// If it does not come to rest, or something is wrong with it then.
    pub(super) fn come_to_rest(&mut self) -> Result<(), String> {
        // What is still under way comes, however late.
        self.run_until(self.now_ms + 4 * self.setting.delay_ms)?;
        let (mut still, mut rounds, mut before) = (0, 0, self.picture());
        while still < STILL_ROUNDS {
            if rounds == ROUNDS_MAX {
                return Err("it does not come to rest".to_owned());
            }
            let said = (
                self.tally.get("told").copied(),
                self.tally.get("offers").copied(),
            );
            self.run_until(self.now_ms + FLUSH_PERIOD_MS)?;
            let after = self.picture();
            let same = said
                == (
                    self.tally.get("told").copied(),
                    self.tally.get("offers").copied(),
                );
            still = if same && after == before && self.is_quiet() {
                still + 1
            } else {
                0
            };
            before = after;
            rounds += 1;
        }
        let rounds_to_rest = rounds - STILL_ROUNDS;
        self.trace(|| format!("at rest after {rounds_to_rest} rounds"));
        *self.tally.entry("rounds to rest").or_default() += rounds_to_rest;
        self.check_known()?;
        self.check_partition()?;
        if self.setting.comparable {
            let islands = self.compare()?;
            self.count("compared with one engine");
            *self.tally.entry("islands compared").or_default() += islands;
        }
        Ok(())
    }

    fn picture(&self) -> Picture {
        let owned = self.owned().into_iter();
        owned
            .map(|(owner, row)| (row.id, (owner, row.members.clone())))
            .collect()
    }

    fn is_quiet(&self) -> bool {
        let done = |region: &super::region::Region| {
            region.untold.is_empty() && region.stored.outgoing.is_empty()
        };
        self.gates.iter().all(super::gate::Gate::is_quiet) && self.regions.iter().all(done)
    }

    /// Everybody who is connected, and nobody else, is in an island; the gate knows which, and whose it is.
    fn check_known(&self) -> Result<(), String> {
        let mut players = 0;
        for (owner, row) in self.owned() {
            for player in &row.members {
                players += 1;
                let lines = &self.gates[self.gate_of(*player)].lines;
                let line = lines
                    .get(player)
                    .ok_or(format!("{player} has left, and is in {:?}", row.id))?;
                if (line.route, line.told) != (owner, Some(row.id)) {
                    return Err(format!(
                        "{player} is in {:?} of {owner} and believes {line:?}",
                        row.id
                    ));
                }
            }
        }
        if players == self.players().len() {
            Ok(())
        } else {
            Err(format!(
                "{players} in islands, {} connected",
                self.players().len()
            ))
        }
    }

    /// Every island hangs together, and no two of them could be one.
    fn check_partition(&self) -> Result<(), String> {
        let engine = &self.setting.squares.engine;
        let islands: Vec<(&Row, Vec<Position>)> = self
            .owned()
            .into_iter()
            .map(|(_, row)| (row, self.spots(row)))
            .collect();
        for (at, (row, spots)) in islands.iter().enumerate() {
            if !hangs_together(spots, engine.leave_distance_m()) {
                return Err(format!("{:?} does not hang together", row.id));
            }
            for (other, others) in &islands[at + 1..] {
                let fits = spots.len() + others.len() <= engine.max_peers() as usize;
                if fits && self.setting.squares.adjacent(spots, others) {
                    return Err(format!("{:?} and {:?} could be one", row.id, other.id));
                }
            }
        }
        Ok(())
    }

    fn spots(&self, row: &Row) -> Vec<Position> {
        row.members
            .iter()
            .map(|player| self.position(*player))
            .collect()
    }

    /// One engine that hears of everybody at once has the same islands: how many.
    fn compare(&self) -> Result<u32, String> {
        let players = self.players();
        let mut engine = Engine::new(self.setting.squares.engine.clone());
        let peers: BTreeMap<_, _> = players
            .iter()
            .map(|player| (engine.insert(self.position(*player), None), *player))
            .collect();
        engine.flush(0, Scope::Full);
        let sorted = |members: &mut Vec<PlayerId>| members.sort_unstable();
        let mut expected: Vec<Vec<PlayerId>> = engine
            .islands()
            .map(|island| island.members().iter().map(|peer| peers[peer]).collect())
            .collect();
        let mut found: Vec<Vec<PlayerId>> = self
            .owned()
            .into_iter()
            .map(|(_, row)| row.members.clone())
            .collect();
        for islands in [&mut expected, &mut found] {
            islands.iter_mut().for_each(sorted);
            islands.sort_unstable();
        }
        if expected == found {
            Ok(found.len() as u32)
        } else {
            Err(format!(
                "one engine has {expected:?}, the regions have {found:?}"
            ))
        }
    }
}

fn hangs_together(spots: &[Position], leave_m: f64) -> bool {
    let mut rest = spots.to_vec();
    let mut reached: Vec<Position> = rest.pop().into_iter().collect();
    while let Some(from) = reached.pop() {
        reached.extend(rest.extract_if(.., |spot| within(&from, spot, leave_m)));
    }
    rest.is_empty()
}
