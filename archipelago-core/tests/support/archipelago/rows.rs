//! What the realm stores, read: who is on which island, and which session is whose.

use std::collections::BTreeMap;

use archipelago_core::auth::Address;
use archipelago_core::protocol::bus::{IslandRecord, RealmSessionRecord};
use archipelago_core::realm::Changes;
use prost::Message as _;

/// All rows at one time.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// No number below this is given any more.
    pub(super) next_island: u64,
    pub(super) islands: BTreeMap<u64, Vec<Address>>,
    pub(super) sessions: BTreeMap<Address, SessionRow>,
    pub(super) island_of: BTreeMap<Address, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SessionRow {
    pub(super) session: u64,
    pub(super) connector: String,
    pub(super) epoch: u64,
}

impl Rows {
    /// Takes a transaction, and looks whether the next state may follow from the one before.
    pub(super) fn follow(&mut self, changes: &Changes) {
        self.follow_islands(changes);
        for (address, record) in &changes.sessions {
            let address = read_address(address);
            match record.as_deref().map(read_session) {
                Some(session) => {
                    let before = self.sessions.insert(address, session.clone());
                    let number = before.map_or(0, |before| before.session);
                    assert!(
                        session.session >= number,
                        "{address}: {session:?} after {number}"
                    );
                }
                None => {
                    self.sessions.remove(&address);
                }
            }
        }
    }

    fn follow_islands(&mut self, changes: &Changes) {
        let floor = self.next_island;
        if let Some(next) = changes.next_island {
            assert!(next >= floor, "the sequence falls from {floor} to {next}");
            self.next_island = next;
        }
        for (number, record) in &changes.islands {
            let before = self.islands.remove(number).unwrap_or_default();
            for address in &before {
                if self.island_of.get(address) == Some(number) {
                    self.island_of.remove(address);
                }
            }
            let Some(record) = record else { continue };
            let members = read_island(record);
            assert!(!members.is_empty(), "island {number} without anybody");
            if before.is_empty() {
                assert!(*number >= floor, "island {number} again: {members:?}");
                self.next_island = self.next_island.max(number + 1);
            } else {
                let stays = members.iter().any(|member| before.contains(member));
                assert!(
                    stays,
                    "island {number} of {before:?} is that of {members:?}"
                );
            }
            self.islands.insert(*number, members);
        }
        for (number, _) in &changes.islands {
            for address in self.islands.get(number).into_iter().flatten() {
                self.island_of.insert(*address, *number);
            }
        }
        let members: usize = self.islands.values().map(Vec::len).sum();
        assert_eq!(self.island_of.len(), members, "somebody is on two islands");
    }

    /// Who is on which island as far as they have not left since the flush that wrote it.
    pub(super) fn memberships(&self) -> impl Iterator<Item = (u64, Vec<Address>)> {
        let there = |address: &&Address| self.sessions.contains_key(*address);
        self.islands.iter().map(move |(number, members)| {
            (*number, members.iter().filter(there).copied().collect())
        })
    }
}

fn read_address(bytes: &[u8]) -> Address {
    Address::try_from(bytes).expect("an address")
}

fn read_island(record: &[u8]) -> Vec<Address> {
    let record = IslandRecord::decode(record).expect("an island");
    assert!(record.members.len().is_multiple_of(20), "20 bytes each");
    record.members.chunks(20).map(read_address).collect()
}

fn read_session(record: &[u8]) -> SessionRow {
    let record = RealmSessionRecord::decode(record).expect("a session");
    SessionRow {
        session: record.session,
        connector: record.connector,
        epoch: record.epoch,
    }
}
