//! How a world ends: the weather clears, everybody knows the same, and nothing is left.

use super::bus::{CALL_LIMIT_MS, FAIR};
use super::{CONNECTOR_TIMEOUT_MS, QUIET_MS, RESUME_GRACE_MS, World};

impl World {
    /// One connector is cut off until it is presumed dead and its players may be given up, while life goes on
    /// everywhere.
    pub fn cut_off_at_last(&mut self) {
        self.cut_off();
        let grace = self.rng.below(2 * RESUME_GRACE_MS as usize) as u64;
        let end = self.now_ms + CONNECTOR_TIMEOUT_MS + grace;
        while self.now_ms < end {
            for client in self.live_clients() {
                let stays = self.rng.chance(0.8);
                let position = if stays {
                    self.clients[client].position
                } else {
                    self.somewhere()
                };
                self.heartbeat(client, position, None);
            }
            self.check();
            self.advance(self.now_ms + 2_000);
        }
    }

    /// Everything that is on the way arrives, everybody stays where it is; then all know the same. In some worlds the
    /// realm, or everything, dies once more, and nothing comes of it.
    pub fn settle(&mut self) {
        self.trace("weather", || "clears up".to_owned());
        self.setting.weather = FAIR;
        self.calm = true;
        self.end_outage();
        for shard in &mut self.shards {
            shard.cut_off_until_ms = 0;
        }
        // What is on its way is as slow as before.
        for room in self.rooms.keys() {
            self.lines.entry(room.clone()).or_default();
        }
        for line in self.lines.values_mut() {
            line.cut_off_until_ms = 0;
            line.disturbed_until_ms = self.now_ms + CALL_LIMIT_MS;
        }
        self.wait_until_quiet();
        self.check_everything();
        if self.rng.chance(0.5) {
            self.survive();
            self.check_everything();
        }
    }

    fn check_everything(&mut self) {
        self.check_agreement();
        self.check_registry();
        self.check_everybody_has_entered();
    }

    /// Everybody stays where it is, until nothing is on the way any more but the reports of rooms.
    pub(super) fn wait_until_quiet(&mut self) {
        let end = self.now_ms + QUIET_MS;
        while self.now_ms < end {
            for client in self.live_clients() {
                let position = self.clients[client].position;
                self.heartbeat(client, position, None);
                self.return_to_room(client);
            }
            self.check();
            self.advance(self.now_ms + 2_000);
        }
        self.advance(self.now_ms + 1_000);
        while !self.mail.is_empty() {
            self.advance(self.now_ms + 10);
        }
    }

    /// Everybody leaves, and nothing is left to be done.
    pub fn end(&mut self) {
        for client in 0..self.clients.len() {
            self.hang_up(client);
        }
        self.advance(self.now_ms + QUIET_MS);
        let realm_ms = self.realm_ms();
        assert_eq!(self.rooms.len(), 0, "a room without anybody is nothing");
        assert_eq!(self.realm.rooms(realm_ms).rooms, []);
        assert_eq!(self.realm.status(realm_ms).users, 0);
        assert_eq!(self.realm.snapshot().islands.len(), 0);
        assert_eq!(self.realm.next_ms(), None, "an empty realm sleeps");
        assert_eq!(self.present_addresses().len(), 0, "nobody is connected");
        assert_eq!(self.server.stored.islands.len(), 0, "no island is left");
        assert_eq!(self.server.stored.sessions.len(), 0, "no session is left");
        for shard in &self.shards {
            assert_eq!(shard.connector.socket_count(), 0);
            assert_eq!(shard.connector.deadline_ms(), None);
            assert_eq!(shard.connector.report_due_ms(), None);
        }
        assert!(self.mail.is_empty() && self.calls.is_empty());
    }
}
