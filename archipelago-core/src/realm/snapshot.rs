//! What the stats show of a realm.

use std::collections::BTreeMap;

use prost::Message as _;

use crate::auth::Address;
use crate::engine::{Island, IslandNumber, Position};
use crate::protocol::bus::{Snapshot, SnapshotIsland, SnapshotPeer};
use crate::protocol::limits::SNAPSHOT_SHARED_MS;
use crate::view::Figures;

use super::Realm;
use super::registry::Player;

/// The last snapshot, encoded, and when it was made.
#[derive(Debug, Default)]
pub(super) struct Shown {
    bytes: Vec<u8>,
    at_ms: Option<u64>,
}

impl Realm {
    /// The members of an island whom the stats show: those with a live session that has said where they are.
    pub(super) fn present_members<'a>(
        &'a self,
        island: Island<'a>,
    ) -> impl Iterator<Item = (Address, &'a Player, Position)> {
        let members = island.members();
        members.iter().filter_map(|&peer| {
            let (address, player) = self.registry.of_peer(peer)?;
            player
                .is_present()
                .then_some((address, player, self.engine.position(peer)?))
        })
    }

    /// How many the stats show. All members of islands are players, so that only those have to be looked at who are
    /// absent.
    pub(super) fn figures(&self, time_ms: u64) -> Figures {
        let mut absent: BTreeMap<IslandNumber, usize> = BTreeMap::new();
        let peers = self.registry.absent().filter_map(|player| player.peer);
        for number in peers.filter_map(|peer| self.engine.island_of(peer)) {
            *absent.entry(number).or_default() += 1;
        }
        let is_deserted = |(number, count): &(&IslandNumber, &usize)| {
            let island = self.engine.island(**number);
            island.is_some_and(|island| island.members().len() == **count)
        };
        let players = self.engine.peer_count() - absent.values().sum::<usize>();
        let islands = self.engine.island_count() - absent.iter().filter(is_deserted).count();
        Figures {
            time_ms,
            players: players as u32,
            islands: islands as u32,
            reassignments: self.live.reassignments,
        }
    }

    /// The realm as the stats show it, encoded: the same for all who ask within [`SNAPSHOT_SHARED_MS`], of whom there are as
    /// many as the platform has isolates.
    pub fn encoded_snapshot(&mut self, now_ms: u64) -> &[u8] {
        // A clock that is set back makes nothing fresh.
        let is_fresh = |at_ms: u64| now_ms.abs_diff(at_ms) < SNAPSHOT_SHARED_MS;
        if !self.shown.at_ms.is_some_and(is_fresh) {
            let snapshot = self.snapshot();
            self.shown.bytes.clear();
            // Cannot fail: a vector has room.
            let _ = snapshot.encode(&mut self.shown.bytes);
            self.shown.at_ms = Some(now_ms);
        }
        &self.shown.bytes
    }

    /// The realm as the stats show it.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot {
            max_peers: self.engine.config().max_peers(),
            ..Default::default()
        };
        for island in self.engine.islands() {
            let first = snapshot.peers.len() as u32;
            snapshot.peers.extend(self.present_members(island).map(
                |(address, player, position)| SnapshotPeer {
                    address: address.0.to_vec(),
                    position: Some(position.into()),
                    last_ping: player.last_ping_ms,
                },
            ));
            let members: Vec<u32> = (first..snapshot.peers.len() as u32).collect();
            if members.is_empty() {
                continue;
            }
            let [center_x, _, center_z] = island.center();
            snapshot.islands.push(SnapshotIsland {
                id: island.id(),
                members,
                center_x,
                center_z,
                radius: island.radius(),
            });
        }
        snapshot
    }
}
