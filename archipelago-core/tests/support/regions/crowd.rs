//! The engine of a region: in step with what is stored, and made anew from it.

use std::collections::BTreeMap;

use archipelago_core::engine::{Engine, EngineConfig, IslandNumber, Peer, Position, Scope, Update};

use super::message::{PlayerId, RegionId, Row};
use super::stored::Stored;

/// Who is where, and in which island.
#[derive(Debug)]
pub struct Crowd {
    engine: Engine,
    peers: BTreeMap<PlayerId, Peer>,
    players: BTreeMap<usize, PlayerId>,
    pub positions: BTreeMap<PlayerId, Position>,
}

impl Crowd {
    /// The islands as they are stored; members whose positions are not among these have yet to report.
    pub fn new(
        config: &EngineConfig,
        stored: &Stored,
        positions: BTreeMap<PlayerId, Position>,
    ) -> Self {
        let next = IslandNumber::new(stored.next).expect("numbers begin at 1");
        let mut crowd = Self {
            engine: Engine::with_next_number(config.clone(), next),
            peers: BTreeMap::new(),
            players: BTreeMap::new(),
            positions,
        };
        crowd
            .positions
            .retain(|player, _| stored.sessions.contains_key(player));
        for (number, row) in &stored.islands {
            let number = IslandNumber::new(*number).expect("numbers begin at 1");
            let peers = crowd
                .engine
                .restore(number, row.formed_ms, row.members.len());
            for (player, peer) in row.members.iter().zip(peers) {
                crowd.know(*player, peer);
            }
        }
        for (player, position) in crowd.positions.clone() {
            if crowd.peers.contains_key(&player) {
                crowd.report(player, position);
            }
        }
        for player in &stored.newcomers {
            if let Some(position) = crowd.positions.get(player).copied() {
                crowd.report(*player, position);
            }
        }
        crowd
    }

    fn know(&mut self, player: PlayerId, peer: Peer) {
        self.peers.insert(player, peer);
        self.players.insert(peer.index(), player);
    }

    pub fn report(&mut self, player: PlayerId, position: Position) {
        self.positions.insert(player, position);
        if let Some(peer) = self.peers.get(&player) {
            self.engine.update(*peer, position, None);
        } else {
            let peer = self.engine.insert(position, None);
            self.know(player, peer);
        }
    }

    pub fn remove(&mut self, player: PlayerId) {
        self.positions.remove(&player);
        if let Some(peer) = self.peers.remove(&player) {
            self.engine.remove(peer);
        }
    }

    /// Brings the islands up to date, in what is stored too; whoever is in another island than before.
    ///
    /// # Panics
    /// If the engine breaks one of its promises.
    pub fn flush(
        &mut self,
        stored: &mut Stored,
        region: RegionId,
        now_ms: u64,
        scope: Scope,
    ) -> Vec<PlayerId> {
        let updates = self.engine.flush(now_ms, scope).to_vec();
        let moved = updates.iter().filter_map(|update| match update {
            Update::ChangeTo { peer, .. } => self.players.get(&peer.index()).copied(),
            Update::Leave { .. } => None,
        });
        let moved: Vec<PlayerId> = moved.collect();
        self.engine
            .check(scope)
            .expect("the engine keeps its promises");
        let before = std::mem::take(&mut stored.islands);
        for island in self.engine.islands() {
            let number = island.number().get();
            let opened = super::message::IslandId { number, region };
            let row = Row {
                id: before.get(&number).map_or(opened, |row| row.id),
                formed_ms: island.formed_ms(),
                members: island
                    .members()
                    .iter()
                    .map(|peer| self.players[&peer.index()])
                    .collect(),
            };
            stored.islands.insert(number, row);
        }
        stored.next = self.engine.next_number().get();
        stored.newcomers.retain(|player| {
            let peer = self.peers.get(player);
            peer.is_none_or(|peer| !self.engine.is_known(*peer))
        });
        moved
    }

    /// Where the members of an island are, if all have reported.
    pub fn spots(&self, row: &Row) -> Option<Vec<Position>> {
        row.members
            .iter()
            .map(|player| self.positions.get(player).copied())
            .collect()
    }
}
