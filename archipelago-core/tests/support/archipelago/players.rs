//! What clients say, and what they may rely on.

use archipelago_core::auth::challenge_from;
use archipelago_core::protocol::v3::IslandChangedMessage;
use archipelago_core::protocol::v3::server_packet::Message;

use super::bus::Mail;
use super::{Client, ClientId, Stage, World, chain_of, random_of};
use crate::clients::{heartbeat_of, read, signed_challenge};

impl World {
    pub(super) fn open_clients(&self) -> Vec<ClientId> {
        (0..self.clients.len())
            .filter(|&client| self.clients[client].open)
            .collect()
    }

    pub(super) fn live_clients(&self) -> Vec<ClientId> {
        let open = self.open_clients().into_iter();
        open.filter(|&client| self.clients[client].stage >= Stage::Welcome)
            .collect()
    }

    pub(super) fn say_later(&mut self, client: ClientId, frame: Vec<u8>, within_ms: usize) {
        self.post_within(within_ms, Mail::Frame { client, frame });
    }

    pub(super) fn say(&mut self, client: ClientId, frame: &[u8]) {
        let Client {
            shard,
            socket,
            open,
            ..
        } = self.clients[client];
        if open {
            let (now_ms, mut out) = (self.shard_ms(shard), Vec::new());
            let connector = &mut self.shards[shard].connector;
            connector.frame(socket, frame, now_ms, &mut out);
            self.carry_out(shard, out);
        }
    }

    /// A client gets a packet: everything that it may rely on is checked.
    pub(super) fn hear(&mut self, client: ClientId, frame: &[u8]) {
        let state = &mut self.clients[client];
        assert!(state.open, "to a closed socket");
        assert!(!state.kicked, "after a kick");
        let (address, chain) = chain_of(state.who);
        match read(frame) {
            Message::ChallengeResponse(response) => {
                assert_eq!(
                    response.challenge_to_sign,
                    challenge_from(random_of(state.who))
                );
                self.say_later(client, signed_challenge(chain), 300);
            }
            Message::Welcome(welcome) => {
                assert_eq!(welcome.peer_id, address.to_string());
                assert_eq!(state.stage, Stage::Handshake);
                state.stage = Stage::Welcome;
                if self.calm || self.rng.chance(0.8) {
                    let frame = heartbeat_of(Some(state.position.into()), None);
                    self.say_later(client, frame, 1_000);
                }
            }
            Message::IslandChanged(changed) => self.island_changed(client, &changed),
            Message::Kicked(_) => {
                state.kicked = true;
                self.count("kicked");
                self.trace_client(client, || "is kicked".to_owned());
                self.check_kick(client);
            }
            other => panic!("never sent: {other:?}"),
        }
    }

    fn island_changed(&mut self, client: ClientId, changed: &IslandChangedMessage) {
        let state = &mut self.clients[client];
        assert_eq!(state.stage, Stage::Heard, "told before its first heartbeat");
        assert_eq!(changed.from_island_id, state.told);
        let address = chain_of(state.who).0.to_string();
        assert!(changed.peers.contains_key(&address));
        let before = state.told.replace(changed.island_id.clone());
        let moved = before.is_some_and(|before| before != changed.island_id);
        self.count(if moved { "moved" } else { "told" });
        self.told_count += 1;
        self.check_told(changed);
        self.trace_client(client, || {
            format!("is told {} with {}", changed.island_id, changed.peers.len())
        });
        self.told(client, changed);
    }

    /// Only a session that the realm has taken later takes over.
    pub(super) fn check_kick(&self, client: ClientId) {
        let kicked = &self.clients[client];
        assert!(
            self.clients
                .iter()
                .any(|other| other.who == kicked.who && other.taken > kicked.taken),
            "kicked for nobody: {kicked:?}"
        );
    }
}
