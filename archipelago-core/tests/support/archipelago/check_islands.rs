//! What must hold of islands and their numbers, whatever becomes of the realm.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::auth::Address;
use archipelago_core::engine::{Scope, parse_island_id};
use archipelago_core::protocol::bus::{
    ConnectorStamp, LiveSession, LiveSessions, Report, Snapshot, SnapshotIsland,
};
use archipelago_core::protocol::common;
use archipelago_core::protocol::v3::IslandChangedMessage;
use archipelago_core::realm::Changes;

use super::World;
use super::rows::Rows;

fn number_of(id: &str) -> u64 {
    parse_island_id("I", id).expect("an island's id").get()
}

fn members(snapshot: &Snapshot, island: &SnapshotIsland) -> Vec<Address> {
    let address = |&member: &u32| snapshot.peers[member as usize].address.as_slice();
    let members = island.members.iter().map(address);
    members
        .map(|bytes| Address::try_from(bytes).expect("an address"))
        .collect()
}

fn islands(snapshot: &Snapshot) -> BTreeMap<u64, Vec<Address>> {
    let islands = snapshot.islands.iter();
    islands
        .map(|island| (number_of(&island.id), members(snapshot, island)))
        .collect()
}

/// Each connector lists all of its sessions.
fn full_reports(rows: &Rows) -> Vec<Report> {
    let mut listed: BTreeMap<&str, Vec<LiveSession>> = BTreeMap::new();
    for (address, row) in &rows.sessions {
        listed.entry(&row.connector).or_default().push(LiveSession {
            session: row.session,
            address: address.0.to_vec(),
            position: Some(common::Position::default()),
            told_island: 0,
            assignment: 0,
            position_is_old: false,
        });
    }
    let report = |(connector, sessions): (&str, Vec<LiveSession>)| Report {
        stamp: Some(ConnectorStamp {
            connector: connector.to_owned(),
            epoch: u64::MAX,
        }),
        sequence: 1,
        full: Some(LiveSessions { sessions }),
        ..Report::default()
    };
    listed.into_iter().map(report).collect()
}

impl World {
    /// Something has changed that has to be stored.
    pub(super) fn observe(&mut self, changes: &Changes) {
        self.server.rows.follow(changes);
        self.watch_promises();
    }

    /// What is to be stored is what the stats show.
    pub(super) fn check_rows(&self, snapshot: &Snapshot) {
        let rows = &self.server.rows;
        for (number, shown) in islands(snapshot) {
            let there: BTreeSet<&Address> = shown.iter().collect();
            let stored = rows.islands.get(&number).into_iter().flatten();
            let stored: Vec<Address> = stored
                .filter(|member| there.contains(member))
                .copied()
                .collect();
            assert_eq!(stored, shown, "on island {number}");
            for member in &shown {
                assert_eq!(
                    rows.island_of.get(member),
                    Some(&number),
                    "{member} elsewhere"
                );
                assert!(
                    rows.sessions.contains_key(member),
                    "{member} without a session"
                );
            }
        }
    }

    /// Another realm that finds the rows, and is told by the connectors that all sessions live, has the same islands.
    pub(super) fn check_twin(&mut self) {
        self.count("twins");
        let mut twin = self.twin();
        let (rows, now_ms) = (&self.server.stored, self.realm_ms());
        for report in full_reports(rows) {
            twin.report(&report, now_ms).expect("a good report");
        }
        let room = self.setting.max_peers as usize;
        let expected: BTreeMap<u64, Vec<Address>> = rows
            .memberships()
            .map(|(number, members)| (number, members.into_iter().take(room).collect()))
            .filter(|(_, members): &(u64, Vec<Address>)| !members.is_empty())
            .collect();
        assert_eq!(islands(&twin.snapshot()), expected, "restored");
        assert_eq!(twin.next_island(), self.realm.next_island());
    }

    /// A client is told of an island: all of its members have been on it, and that was stored before.
    pub(super) fn check_told(&self, changed: &IslandChangedMessage) {
        let ever = self.server.ever.get(&number_of(&changed.island_id));
        let ever = ever.unwrap_or_else(|| panic!("{} is not stored", changed.island_id));
        let ever: BTreeSet<String> = ever.iter().map(Address::to_string).collect();
        for member in changed.peers.keys() {
            assert!(
                ever.contains(member),
                "{member} was never on {}",
                changed.island_id
            );
        }
    }

    /// After a flush, before anything else happens: the engine keeps its promises.
    pub(super) fn check_engine(&self, scope: Scope) {
        let checked = self.realm.check(scope);
        assert_eq!(checked, Ok(()), "after a flush of {scope:?}");
    }
}
