//! What people have been told: it must be where they are, and nobody is told anything in vain.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::engine::{Engine, IslandNumber, Peer, Update};

/// Everybody's island, as the updates have it.
#[derive(Debug, Default)]
pub struct Told {
    islands: BTreeMap<Peer, IslandNumber>,
    newest: Option<IslandNumber>,
}

impl Told {
    /// Somebody was restored, and has been told before.
    pub fn remember(&mut self, peer: Peer, island: IslandNumber) {
        self.islands.insert(peer, island);
        self.newest = self.newest.max(Some(island));
    }

    /// Takes the updates of a flush; how many people were told another island than before.
    pub fn hear(&mut self, updates: &[Update], engine: &Engine) -> Result<u32, String> {
        let was_there = self.islands.values().copied().collect::<BTreeSet<_>>();
        let (before, mut moved) = (self.newest, 0);
        for update in updates {
            match *update {
                Update::ChangeTo { peer, island, from } => {
                    if !was_there.contains(&island) && Some(island) <= before {
                        return Err(format!("{island:?} was given before: {update:?}"));
                    }
                    let known = self.islands.insert(peer, island);
                    if known != from || known == Some(island) {
                        return Err(format!("{peer:?} was on {known:?}, but {update:?}"));
                    }
                    moved += u32::from(from.is_some());
                    self.newest = self.newest.max(Some(island));
                }
                Update::Leave { peer, island } => {
                    if self.islands.remove(&peer) != Some(island) {
                        return Err(format!("{peer:?} was not there: {update:?}"));
                    }
                }
            }
        }
        self.agrees(engine).map(|()| moved)
    }

    /// Those who were told an island are in it, and every island has been told to somebody.
    fn agrees(&self, engine: &Engine) -> Result<(), String> {
        for (peer, island) in &self.islands {
            if engine.island_of(*peer) != Some(*island) {
                return Err(format!("{peer:?} was told {island:?} and is elsewhere"));
            }
        }
        let mut told: Vec<_> = self.islands.values().copied().collect();
        told.sort_unstable();
        told.dedup();
        let islands: Vec<_> = engine.islands().map(|island| island.number()).collect();
        if told != islands {
            return Err(format!("told of {told:?}, but there are {islands:?}"));
        }
        Ok(())
    }
}
