//! What outlives a realm: its rows, as the platform's storage keeps them.

use std::collections::BTreeMap;

use archipelago_core::realm::{Changes, Stored};

/// The tables of one realm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    pub next_island: Option<u64>,
    pub islands: BTreeMap<u64, Vec<u8>>,
    pub sessions: BTreeMap<Vec<u8>, Vec<u8>>,
    /// How many rows were ever written.
    pub rows_written: u64,
}

impl Disk {
    /// One transaction.
    pub fn write(&mut self, changes: Changes) {
        let Changes {
            next_island,
            islands,
            sessions,
        } = changes;
        if next_island.is_some() {
            self.next_island = next_island;
            self.rows_written += 1;
        }
        self.rows_written += put(&mut self.islands, islands) + put(&mut self.sessions, sessions);
    }

    pub fn read(&self) -> Stored {
        Stored {
            next_island: self.next_island,
            islands: self.islands.clone().into_iter().collect(),
            sessions: self.sessions.clone().into_iter().collect(),
        }
    }
}

/// Returns how many rows were written; to delete what is not there costs nothing.
fn put<K: Ord>(table: &mut BTreeMap<K, Vec<u8>>, rows: Vec<(K, Option<Vec<u8>>)>) -> u64 {
    let mut written = 0;
    for (key, record) in rows {
        let is_written = match record {
            Some(record) => {
                table.insert(key, record);
                true
            }
            None => table.remove(&key).is_some(),
        };
        written += u64::from(is_written);
    }
    written
}
