//! What may happen in a world.

use archipelago_core::connector::SocketId;
use archipelago_core::engine::Position;
use archipelago_core::realm::Realm;

use super::{
    ADDRESSES, CONNECTOR_TIMEOUT_MS, Client, ClientId, ORIGIN, RESUME_GRACE_MS, SHARDS, Shard,
    Stage, World, chain_of, realm_config,
};
use crate::clients::{at, challenge_request, heartbeat_of};

impl World {
    pub(super) fn open(&mut self) {
        let who = self.rng.below(ADDRESSES);
        let shard = self.rng.below(SHARDS);
        let mut out = Vec::new();
        let socket = self.shards[shard]
            .connector
            .opened(ORIGIN.to_owned(), self.now_ms, &mut out);
        let client = self.clients.len();
        let position = self.somewhere();
        self.clients.push(Client {
            who,
            shard,
            socket,
            open: true,
            stage: Stage::Handshake,
            kicked: false,
            told: None,
            position,
            taken: None,
            tickets: Vec::new(),
        });
        self.shards[shard].clients.insert(socket, client);
        let epoch = self.shards[shard].epoch;
        self.sockets.insert((shard, epoch, socket.0), client);
        self.carry_out(shard, out);
        let address = chain_of(who).0.to_string();
        self.say_later(client, challenge_request(&address), 50);
    }

    pub(super) fn leave(&mut self) {
        let open: Vec<ClientId> = self.open_clients();
        if !open.is_empty() {
            let client = self.rng.pick(&open);
            self.hang_up(client);
        }
    }

    pub(super) fn hang_up(&mut self, client: ClientId) {
        let Client { shard, socket, .. } = self.clients[client];
        if std::mem::replace(&mut self.clients[client].open, false) {
            let shard = &mut self.shards[shard];
            shard.clients.remove(&socket);
            shard.records.remove(&socket);
            shard.connector.closed(socket, self.now_ms);
            self.leave_sometime(client);
        }
    }

    pub(super) fn live(&mut self) {
        let live = self.live_clients();
        if live.is_empty() {
            return;
        }
        let client = self.rng.pick(&live);
        let here = self.clients[client].position;
        let position = match self.rng.below(10) {
            0 => self.somewhere(),
            1..=3 => here,
            _ => at(
                here.x() + self.rng.between(-10.0, 10.0) as f32,
                here.z() + self.rng.between(-10.0, 10.0) as f32,
            ),
        };
        let wish = format!("I{}", self.rng.below(9));
        let wish = self.rng.chance(0.1).then_some(wish.as_str());
        self.heartbeat(client, position, wish);
    }

    pub(super) fn heartbeat(&mut self, client: ClientId, position: Position, wish: Option<&str>) {
        self.clients[client].position = position;
        self.clients[client].stage = Stage::Heard;
        self.say(client, &heartbeat_of(Some(position.into()), wish));
    }

    /// The client's session has ended without its doing.
    pub(super) fn session_over(&mut self, client: ClientId) {
        self.clients[client].open = false;
        self.leave_sometime(client);
    }

    /// The shard starts again; its sockets live on, or are lost.
    pub(super) fn restart_shard(&mut self, sockets_live: bool) {
        self.count("restarts");
        let index = self.rng.below(SHARDS);
        let epoch = self.shards[index].epoch + 1;
        let fresh = Shard::start(index, epoch, self.now_ms);
        let old = std::mem::replace(&mut self.shards[index], fresh);
        let shard = &mut self.shards[index];
        shard.cut_off_until_ms = old.cut_off_until_ms;
        if !sockets_live {
            for client in old.clients.into_values() {
                self.session_over(client);
            }
            return;
        }
        let mut lost = Vec::new();
        for (socket, client) in old.clients {
            let record = &old.records[&socket];
            assert_eq!(SocketId::of_record(record), Some(socket));
            if shard.connector.resume(record, self.now_ms).is_err() {
                // It awaited an answer, which is lost.
                assert_eq!(self.clients[client].stage, Stage::Handshake);
                lost.push(client);
                continue;
            }
            self.sockets.insert((index, epoch, socket.0), client);
            shard.clients.insert(socket, client);
        }
        shard.records = old.records;
        for client in lost {
            self.session_over(client);
        }
    }

    pub(super) fn cut_off(&mut self) {
        self.count("cuts");
        let shard = self.rng.below(SHARDS);
        // Most last about as long as it takes to be presumed dead, and end within the grace.
        let presumed_dead_ms = CONNECTOR_TIMEOUT_MS as f64;
        let pause = match self.rng.below(3) {
            0 => self.rng.between(0.0, presumed_dead_ms),
            _ => presumed_dead_ms + self.rng.between(0.0, 1.5 * RESUME_GRACE_MS as f64),
        } as u64;
        self.shards[shard].cut_off_until_ms = self.now_ms + pause;
    }

    /// The realm starts again. Calls to it and from it that are under way fail.
    pub(super) fn restart_realm(&mut self) {
        self.count("restarts");
        self.incarnation += 1;
        let next_island = self.realm.next_island();
        self.realm = Realm::new(realm_config(), self.incarnation, next_island);
        self.settled_ms = None;
        for visit in &mut self.visits {
            visit.farewell_ms = None;
        }
        self.lose_calls_to_realm();
    }

    pub(super) fn somewhere(&mut self) -> Position {
        at(
            self.rng.between(-40.0, 40.0) as f32,
            self.rng.between(-40.0, 40.0) as f32,
        )
    }
}
