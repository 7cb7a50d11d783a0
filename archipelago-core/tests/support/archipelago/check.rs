//! What must hold.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::engine::Scope;
use archipelago_core::protocol::bus::LookupRequest;
use serde_json::{Value, json};

use super::{Stage, World, chain_of};

impl World {
    /// At any time.
    pub(super) fn check(&mut self) {
        let snapshot = self.realm.snapshot();
        let addresses: BTreeSet<&[u8]> = snapshot
            .peers
            .iter()
            .map(|peer| peer.address.as_slice())
            .collect();
        assert_eq!(addresses.len(), snapshot.peers.len(), "a peer twice");
        let members = snapshot.islands.iter().flat_map(|island| &island.members);
        let members: Vec<u32> = members.copied().collect();
        let everybody: Vec<u32> = (0..snapshot.peers.len() as u32).collect();
        assert_eq!(members, everybody, "everybody is on one island");
        for island in &snapshot.islands {
            assert!((1..=self.setting.max_peers as usize).contains(&island.members.len()));
        }
        let ids: BTreeSet<&str> = snapshot.islands.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids.len(), snapshot.islands.len());
        let users = self.realm.status(self.realm_ms()).users;
        assert_eq!(users as usize, snapshot.peers.len());
        self.check_rows(&snapshot);
        self.check_sessions();
        self.check_rooms();
    }

    /// After a flush: the live stream shows what the stats show, and remembers it.
    pub(super) fn check_stream(&mut self, scope: Scope) {
        let now_ms = self.realm_ms();
        let snapshot = self.realm.snapshot();
        let pushed = self.realm.take_frame();
        let frame: Value = serde_json::from_str(&self.realm.watch(now_ms).frame).unwrap();
        if let Some(pushed) = pushed {
            let mut first = frame.clone();
            first.as_object_mut().unwrap().remove("history");
            let pushed: Value = serde_json::from_str(&pushed.frame).unwrap();
            assert_eq!(pushed, first);
        }
        assert_eq!(frame["players"], snapshot.peers.len());
        let shown: Vec<(&str, usize)> = frame["islands"]
            .as_array()
            .unwrap()
            .iter()
            .map(|island| {
                let coordinates = island["peers"].as_array().unwrap().len();
                (island["id"].as_str().unwrap(), coordinates / 2)
            })
            .collect();
        let islands = snapshot.islands.iter();
        let expected: Vec<(&str, usize)> = islands
            .map(|island| (island.id.as_str(), island.members.len()))
            .collect();
        assert_eq!(shown, expected);
        if scope == Scope::Full {
            let last = frame["history"].as_array().unwrap().last();
            let expected = json!([
                now_ms,
                snapshot.peers.len(),
                snapshot.islands.len(),
                frame["reassignments"]
            ]);
            assert_eq!(last, Some(&expected));
        }
    }

    /// When nothing is on the way any more.
    pub(super) fn check_agreement(&mut self) {
        let snapshot = self.realm.snapshot();
        let mut shown: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for island in &snapshot.islands {
            for &member in &island.members {
                let address = snapshot.peers[member as usize].address.clone();
                shown.insert(address, island.id.clone());
            }
        }
        let mut told: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for client in self.live_clients() {
            let state = &self.clients[client];
            assert_eq!(state.stage, Stage::Heard);
            let address = chain_of(state.who).0.0.to_vec();
            let island = state.told.clone().unwrap_or_default();
            let other = told.insert(address, island);
            assert_eq!(other, None, "two live sessions: {state:?}");
        }
        assert_eq!(told, shown, "what clients were told, and what is");
        assert_eq!(
            self.realm.status(self.realm_ms()).users as usize,
            told.len()
        );
        let connected: BTreeSet<Vec<u8>> = told.into_keys().collect();
        assert_eq!(self.present_addresses(), connected);
        assert!(self.realm_due_ms().is_none_or(|next| next > self.now_ms));
        assert!(self.mail.is_empty() && self.calls.is_empty());
        *self.tally.entry("live at the end").or_default() += connected.len() as u32;
    }

    /// Who is connected, by asking for everybody.
    pub(super) fn present_addresses(&self) -> BTreeSet<Vec<u8>> {
        (0..self.setting.addresses)
            .map(|who| chain_of(who).0.0.to_vec())
            .filter(|address| {
                let address = address.clone();
                let reply = self.realm.lookup(&LookupRequest { address });
                reply.is_ok_and(|reply| reply.already_connected)
            })
            .collect()
    }
}
