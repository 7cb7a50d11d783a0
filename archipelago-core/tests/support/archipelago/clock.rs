//! Time: whatever is due, in order.

use super::bus::{Line, Request};
use super::rooms::Host;
use super::{ROOM_KEY, Shard, World, shard_name};

impl World {
    /// Does whatever is due until then, in order.
    pub(super) fn advance(&mut self, until_ms: u64) {
        let mut turns = 0;
        while let Some(due) = self.due_ms().filter(|&due| due <= until_ms) {
            turns = if due > self.now_ms { 0 } else { turns + 1 };
            assert!(turns < 5_000, "something is due again and again");
            self.now_ms = self.now_ms.max(due);
            self.turn();
            self.watch_rooms();
        }
        self.now_ms = until_ms;
        self.watch_rooms();
    }

    pub(super) fn due_ms(&self) -> Option<u64> {
        let mail = self.mail.first_key_value().map(|(&(at, _), _)| at);
        let shards = self.shards.iter().map(Shard::due_ms);
        let realm = self.realm_due_ms();
        let rooms = self.rooms.values().filter_map(Host::due_ms);
        shards.flatten().chain(mail).chain(realm).chain(rooms).min()
    }

    pub(super) fn turn(&mut self) {
        let now_ms = self.now_ms;
        while let Some(first) = self
            .mail
            .first_entry()
            .filter(|first| first.key().0 <= now_ms)
        {
            let mail = first.remove();
            self.events += 1;
            self.arrive(mail);
            self.check();
        }
        for index in 0..self.shards.len() {
            let now_ms = self.shard_ms(index);
            let shard = &mut self.shards[index];
            let epoch = shard.epoch;
            if let Some(report) = shard.connector.take_report(now_ms) {
                self.call(
                    Line::Connector(index),
                    epoch,
                    Request::Report(Box::new(report)),
                );
            }
            let mut out = Vec::new();
            self.shards[index].connector.tick(now_ms, &mut out);
            self.carry_out(index, out);
        }
        self.turn_rooms();
        if self.realm_due_ms().is_some_and(|next| next <= now_ms) {
            self.turn_realm();
        }
        self.check();
    }

    fn turn_realm(&mut self) {
        if self.server.up_ms.is_some() {
            return self.restart_realm();
        }
        self.events += 1;
        let now_ms = self.realm_ms();
        let scope = self.realm.tick(now_ms);
        if let Some(scope) = scope {
            self.check_engine(scope);
            let duration = self.rng.pick(&[0, 0, 3, 40]);
            self.realm.measured(duration, now_ms);
        }
        if !self.commit() {
            // Nobody gets to see a flush that is not stored.
            self.realm.take_frame();
            return;
        }
        if let Some(scope) = scope {
            self.check_stream(scope);
            self.note_flush();
        }
        self.send();
    }

    /// What the realm has to tell goes out.
    fn send(&mut self) {
        let (now_ms, incarnation) = (self.realm_ms(), self.incarnation);
        for (name, mut delivery) in self.realm.take_deliveries(now_ms) {
            delivery.room_key = ROOM_KEY.to_vec();
            let shard = (0..self.shards.len())
                .find(|&shard| shard_name(shard) == name)
                .expect("a known connector");
            let request = Request::Deliver(delivery);
            self.call(Line::Connector(shard), incarnation, request);
        }
        for (room, orders) in self.realm.take_room_orders(now_ms) {
            let request = Request::Order(incarnation, orders);
            self.call(Line::Room(room), incarnation, request);
        }
    }
}
