//! What a region has on disk: all that outlives it.

use std::collections::BTreeMap;

use super::message::{GateId, IslandId, Offered, PlayerId, RegionId, Row, Session};

/// Islands on their way. They belong to the giver, which leaves them as they are, until the taker has stored them.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    pub number: u64,
    pub islands: Vec<Offered>,
}

/// Written in one transaction by each event that changes it, before anything is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// The number of the next island in the engine.
    pub next: u64,
    /// By number in the engine: an island that was taken has one here, and keeps its id.
    pub islands: BTreeMap<u64, Row>,
    /// In no island yet, in the order of arrival.
    pub newcomers: Vec<PlayerId>,
    /// Everybody who is in one of these islands, or is to be.
    pub sessions: BTreeMap<PlayerId, Session>,
    /// By taker: one transfer at a time.
    pub outgoing: BTreeMap<RegionId, Transfer>,
    /// By taker: the number of the last transfer.
    pub given: BTreeMap<RegionId, u64>,
    /// By giver: the number of the last transfer, and its answer.
    pub taken: BTreeMap<RegionId, (u64, Vec<bool>)>,
    /// By gate: the last report.
    pub heard: BTreeMap<GateId, u64>,
}

impl Stored {
    /// The number of an island in the engine.
    pub fn find(&self, id: IslandId) -> Option<u64> {
        let mut islands = self.islands.iter();
        islands
            .find(|(_, row)| row.id == id)
            .map(|(number, _)| *number)
    }

    /// Forgets a player who has left; whether it was active here.
    pub fn forget(&mut self, player: PlayerId) -> bool {
        self.newcomers.retain(|other| *other != player);
        self.islands.retain(|_, row| {
            row.members.retain(|member| *member != player);
            !row.members.is_empty()
        });
        self.sessions.remove(&player).is_some()
    }

    /// Whether the player's island is on its way.
    pub fn gives(&self, player: PlayerId) -> bool {
        let transfers = self.outgoing.values();
        let mut islands = transfers.flat_map(|transfer| &transfer.islands);
        islands.any(|offered| offered.row.members.contains(&player))
    }

    /// Takes an island in, under the next number of the engine.
    pub fn add(&mut self, row: Row) {
        self.islands.insert(self.next, row);
        self.next += 1;
    }
}
