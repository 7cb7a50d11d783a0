//! Everybody loses the connection at once, and comes back.

use archipelago_core::engine::Position;

use super::bus::Mail;
use super::{ClientId, RESUME_GRACE_MS, Stage, World};

/// Within which time those come back who have lost the connection, in ms.
const RETURN_MS: usize = 10_000;

impl World {
    /// A connector dies with all its sockets, or all of them, or the whole process.
    pub(super) fn storm(&mut self) {
        self.count("storms");
        let extent = self.rng.below(4);
        let victims = match extent {
            0 | 1 => {
                let shard = self.rng.below(self.shards.len());
                shard..shard + 1
            }
            _ => 0..self.shards.len(),
        };
        let live = self.live_clients().into_iter();
        let victims: Vec<usize> = victims.collect();
        let lost: Vec<ClientId> = live
            .filter(|&client| victims.contains(&self.clients[client].shard))
            .collect();
        if extent == 3 {
            self.kill_all();
            self.crash();
        } else {
            for shard in victims {
                self.start_shard(shard, false);
            }
        }
        for client in lost {
            let position = self.clients[client].position;
            let position = if self.rng.chance(0.8) {
                position
            } else {
                self.somewhere()
            };
            if self.rng.chance(0.95) {
                self.come_back(client, position, RETURN_MS);
            }
        }
    }

    /// The process is killed: all sockets are gone, and with the realm, which is left to the caller, all that is only in
    /// memory.
    fn kill_all(&mut self) {
        self.count("all killed");
        self.trace("process", || "is killed".to_owned());
        for shard in 0..self.shards.len() {
            self.start_shard(shard, false);
        }
        self.lose_rooms();
    }

    fn come_back(&mut self, client: ClientId, position: Position, within_ms: usize) {
        let who = self.clients[client].who;
        self.post_within(within_ms, Mail::Come { who, position });
    }

    /// In fair weather, and when everybody is where it belongs, the realm dies, or everything: nobody is moved, and who
    /// has kept its session is told nothing.
    pub(super) fn survive(&mut self) {
        let islands = self.server.stored.islands.clone();
        let next_island = self.server.stored.next_island;
        let all_die = self.rng.chance(0.5);
        let clients = self.live_clients();
        let told_before = self.told_count;
        if all_die {
            self.kill_all();
        }
        self.restart_realm();
        if all_die {
            for &client in &clients {
                // With the time that the handshake takes it is still within the grace.
                let position = self.clients[client].position;
                self.come_back(client, position, RESUME_GRACE_MS as usize * 2 / 3);
            }
        }
        self.wait_until_quiet();
        assert_eq!(self.server.stored.islands, islands, "nobody is moved");
        assert_eq!(
            self.server.stored.next_island, next_island,
            "nothing is new"
        );
        let told = self.told_count - told_before;
        if all_die {
            assert_eq!(told, clients.len(), "each new session is told once");
            self.count("all died, all kept");
        } else {
            assert_eq!(told, 0, "who has kept its session knows all");
            for &client in &clients {
                assert_eq!(self.clients[client].stage, Stage::Heard);
            }
            self.count("realm died, all kept");
        }
    }
}
