//! What a realm stores, and whether one state may follow from the one before.

use std::collections::BTreeMap;

use archipelago_core::auth::Address;
use archipelago_core::protocol::bus::{IslandRecord, RealmSessionRecord};
use archipelago_core::realm::{Changes, Stored};
use prost::Message as _;

/// The rows of one realm.
#[derive(Debug, Default)]
pub struct Ledger {
    next_island: Option<u64>,
    islands: BTreeMap<u64, Vec<u8>>,
    sessions: BTreeMap<Vec<u8>, Vec<u8>>,
    /// No number below this is given any more.
    floor: u64,
}

impl Ledger {
    /// One transaction.
    pub fn write(&mut self, changes: Changes) {
        for (number, record) in changes.islands {
            match record {
                Some(record) => {
                    check_island(number, &record);
                    let is_known = self.islands.insert(number, record).is_some();
                    assert!(is_known || number >= self.floor, "island {number} again");
                }
                None => drop(self.islands.remove(&number)),
            }
        }
        if let Some(next) = changes.next_island {
            assert!(next >= self.floor, "from {} to {next}", self.floor);
            self.next_island = Some(next);
            self.floor = next;
        }
        let highest = self.islands.keys().last().copied().unwrap_or(0);
        assert!(
            highest < self.floor.max(1),
            "{highest} is still to be given"
        );
        for (address, record) in changes.sessions {
            match record {
                Some(record) => {
                    let before = self.sessions.get(&address).map(|old| session_of(old));
                    assert!(before.unwrap_or(0) <= session_of(&record), "{address:?}");
                    self.sessions.insert(address, record);
                }
                None => drop(self.sessions.remove(&address)),
            }
        }
        self.check_members();
    }

    /// Nobody is on two islands.
    fn check_members(&self) {
        let members = self.islands.values().flat_map(|record| members_of(record));
        let mut members: Vec<Address> = members.collect();
        let count = members.len();
        members.sort_unstable();
        members.dedup();
        assert_eq!(members.len(), count, "somebody is on two islands");
    }

    /// What a realm finds when it starts again.
    pub fn read(&self) -> Stored {
        Stored {
            next_island: self.next_island,
            islands: self.islands.clone().into_iter().collect(),
            sessions: self.sessions.clone().into_iter().collect(),
        }
    }

    /// The session of an address.
    pub fn session(&self, address: &Address) -> Option<u64> {
        let record = self.sessions.get(&address.0[..])?;
        Some(session_of(record))
    }
}

fn check_island(number: u64, record: &[u8]) {
    assert_ne!(number, 0);
    assert!(!members_of(record).is_empty(), "island {number} is empty");
}

fn members_of(record: &[u8]) -> Vec<Address> {
    let record = IslandRecord::decode(record).expect("an island");
    let members = record.members.chunks(20).map(Address::try_from);
    members.map(|member| member.expect("an address")).collect()
}

fn session_of(record: &[u8]) -> u64 {
    let record = RealmSessionRecord::decode(record).expect("a session");
    record.session
}
