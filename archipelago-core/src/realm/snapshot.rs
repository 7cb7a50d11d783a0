//! What the stats show of a realm.

use crate::auth::Address;
use crate::engine::{Island, Position};
use crate::protocol::bus::{Snapshot, SnapshotIsland, SnapshotPeer};

use super::Realm;
use super::registry::Player;

impl Realm {
    /// Everybody whom the stats show: members of islands with a live session, oldest island first.
    pub(super) fn present(&self) -> impl Iterator<Item = (Address, &Player, Position)> {
        self.engine
            .islands()
            .flat_map(|island| self.present_members(island))
    }

    fn present_members<'a>(
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
