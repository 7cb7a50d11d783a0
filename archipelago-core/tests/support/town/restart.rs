//! Restarts: the islands are known, where their members are is not.

use archipelago_core::engine::{Engine, IslandNumber, Peer, Scope};

use super::act::Phase;
use super::told::Told;
use super::{Town, config};

type Spot = Option<(f64, f64)>;

impl Town {
    pub(super) fn restore(&mut self) {
        for number in 1..=self.rng.below(6) as u64 {
            let members = 1 + self.rng.below(self.config.max_peers() as usize + 2);
            let number = IslandNumber::new(number * 3).unwrap();
            for peer in self.restore_island(number, members) {
                self.people.insert(peer, None);
            }
        }
    }

    fn restore_island(&mut self, number: IslandNumber, members: usize) -> Vec<Peer> {
        let peers = self.engine.restore(number, 0, members);
        assert_eq!(self.twin.restore(number, 0, members), peers);
        for peer in peers.iter().filter(|peer| self.engine.is_known(**peer)) {
            self.told.remember(*peer, number);
        }
        peers
    }

    /// Islands outlive the engine, whatever policy holds afterwards; most people come back to where they were.
    pub(super) fn restart(&mut self) -> Result<(), String> {
        let before: Vec<(IslandNumber, Vec<Spot>)> = self
            .engine
            .islands()
            .map(|island| {
                let spots = island.members().iter().map(|peer| self.people[peer]);
                (island.number(), spots.collect())
            })
            .collect();
        self.config = config::another_policy(&mut self.rng, &self.config);
        self.engine = Engine::new(self.config.clone());
        self.twin = Engine::new(self.config.clone());
        self.unheard.clear();
        self.people.clear();
        self.told = Told::default();
        let mut back = Vec::new();
        for (number, spots) in before {
            let peers = self.restore_island(number, spots.len());
            self.people.extend(peers.iter().map(|peer| (*peer, None)));
            back.extend(peers.into_iter().zip(spots));
        }
        for scope in [Scope::Arrivals, Scope::Full, Scope::Full] {
            for (peer, spot) in &back {
                if let Some(spot) = spot
                    && self.rng.chance(0.6)
                {
                    self.report(*peer, *spot);
                }
            }
            self.act(Phase::Stand);
            back.retain(|(peer, _)| self.people.contains_key(peer));
            self.flush(scope)?;
        }
        self.end_grace();
        self.flush(Scope::Full)?;
        self.count("restarted in a crowd", u32::from(self.is_crowded()));
        self.stays_put()
    }

    pub(super) fn hear_from_some(&mut self) {
        let here: Vec<Peer> = self.people.keys().copied().collect();
        for peer in here {
            if self.people[&peer].is_none() && self.rng.chance(0.4) {
                let spot = self.somewhere();
                self.report(peer, spot);
            }
        }
    }

    pub(super) fn end_grace(&mut self) {
        self.tell_twin();
        let released = self.engine.end_grace();
        assert_eq!(self.twin.end_grace(), released);
        for peer in released {
            assert_eq!(self.people.remove(&peer), Some(None));
        }
    }
}
