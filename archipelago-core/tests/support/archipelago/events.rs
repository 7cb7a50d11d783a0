//! What may happen in a world.

use archipelago_core::connector::SocketId;
use archipelago_core::engine::Position;

use super::server::any_clock;
use super::{
    CONNECTOR_TIMEOUT_MS, Client, ClientId, ORIGIN, RESUME_GRACE_MS, Shard, Stage, World, chain_of,
};
use crate::clients::{at, challenge_request, heartbeat_of};

impl World {
    pub(super) fn open(&mut self) {
        let who = self.rng.below(self.setting.addresses);
        let position = self.somewhere();
        self.come(who, position);
    }

    /// Somebody opens a socket.
    pub(super) fn come(&mut self, who: usize, position: Position) {
        let shard = self.rng.below(self.shards.len());
        let (now_ms, mut out) = (self.shard_ms(shard), Vec::new());
        let connector = &mut self.shards[shard].connector;
        let socket = connector.opened(ORIGIN.to_owned(), None, now_ms, &mut out);
        let client = self.clients.len();
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
        self.trace_client(client, || {
            format!("opens a socket to {}", super::shard_name(shard))
        });
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
            let now_ms = self.shard_ms(shard);
            let shard = &mut self.shards[shard];
            shard.clients.remove(&socket);
            shard.records.remove(&socket);
            shard.connector.closed(socket, now_ms);
            self.trace_client(client, || "hangs up".to_owned());
            self.leave_sometime(client);
        }
    }

    /// Some of the players say where they are.
    pub(super) fn live(&mut self) {
        let live = self.live_clients();
        if live.is_empty() {
            return;
        }
        for _ in 0..self.setting.addresses.div_ceil(20) {
            let client = self.rng.pick(&live);
            self.walk(client);
        }
    }

    fn walk(&mut self, client: ClientId) {
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
        self.trace_client(client, || "is disconnected".to_owned());
        self.leave_sometime(client);
    }

    /// The shard starts again; its sockets live on, or are lost.
    pub(super) fn restart_shard(&mut self, sockets_live: bool) {
        let index = self.rng.below(self.shards.len());
        self.start_shard(index, sockets_live);
    }

    pub(super) fn start_shard(&mut self, index: usize, sockets_live: bool) {
        self.count("connector restarts");
        let epoch = self.shards[index].epoch + 1;
        // Sockets that live on are on the same machine, and so is its clock.
        let ahead_ms = if sockets_live {
            self.shards[index].ahead_ms
        } else {
            any_clock(&mut self.rng)
        };
        let fresh = Shard::start(index, epoch, self.now_ms, ahead_ms);
        let old = std::mem::replace(&mut self.shards[index], fresh);
        self.trace_shard(index, || {
            format!("starts again, epoch {epoch}, sockets live: {sockets_live}")
        });
        let shard = &mut self.shards[index];
        shard.cut_off_until_ms = old.cut_off_until_ms;
        shard.disturbed_ms = old.disturbed_ms;
        if sockets_live {
            return self.resume_sockets(index, old);
        }
        for client in old.clients.into_values() {
            self.session_over(client);
        }
    }

    /// A connector that has started again takes up the sockets of the one before.
    fn resume_sockets(&mut self, index: usize, old: Shard) {
        let now_ms = self.shard_ms(index);
        let shard = &mut self.shards[index];
        let mut lost = Vec::new();
        for (socket, client) in old.clients {
            let record = &old.records[&socket];
            assert_eq!(SocketId::of_record(record), Some(socket));
            if shard.connector.resume(record, now_ms).is_err() {
                // It awaited an answer, which is lost; it is closed, and the client answers.
                shard.connector.closed(socket, now_ms);
                assert_eq!(self.clients[client].stage, Stage::Handshake);
                lost.push(client);
                continue;
            }
            self.sockets.insert((index, shard.epoch, socket.0), client);
            shard.clients.insert(socket, client);
        }
        shard.records = old.records;
        for client in lost {
            self.session_over(client);
        }
    }

    pub(super) fn cut_off(&mut self) {
        self.count("cuts");
        let shard = self.rng.below(self.shards.len());
        // Most last about as long as it takes to be presumed dead, and end within the grace.
        let presumed_dead_ms = CONNECTOR_TIMEOUT_MS as f64;
        let pause = match self.rng.below(3) {
            0 => self.rng.between(0.0, presumed_dead_ms),
            _ => presumed_dead_ms + self.rng.between(0.0, 1.5 * RESUME_GRACE_MS as f64),
        } as u64;
        self.shards[shard].cut_off_until_ms = self.now_ms + pause;
        self.trace_shard(shard, || format!("is cut off for {pause} ms"));
    }

    pub(super) fn somewhere(&mut self) -> Position {
        let half_side = self.setting.half_side_m;
        at(
            self.rng.between(-half_side, half_side) as f32,
            self.rng.between(-half_side, half_side) as f32,
        )
    }
}
