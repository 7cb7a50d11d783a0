//! Packets on their way: gathered while there are many, so that each socket is handed several at once.
//!
//! To hand a packet to a socket costs the platform the more the less often it is done: a crowded room that sent each
//! packet as it comes would keep up with half as many. A quiet one does send each as it comes.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::limits::{
    ROOM_BATCH_REST_MAX_MS, ROOM_BATCH_SENDS_MAX, ROOM_BATCH_SENDS_PER_MS,
};

use super::{Relay, SocketId};

/// What waits to be sent.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    packets: Vec<Relay>,
    /// For each socket the indices of its packets. The empty ones are kept for the next batch.
    queues: BTreeMap<SocketId, Vec<usize>>,
    due_ms: Option<u64>,
    rest_until_ms: u64,
}

impl Batch {
    /// A packet for the sockets that are named next.
    pub fn push(&mut self, relay: Relay, now_ms: u64) {
        self.packets.push(relay);
        self.due_ms.get_or_insert(now_ms.max(self.rest_until_ms));
    }

    /// The last packet is for this socket too.
    pub fn send_to(&mut self, socket: SocketId) {
        if let Some(last) = self.packets.len().checked_sub(1) {
            self.queues.entry(socket).or_default().push(last);
        }
    }

    /// Whether something waits for a socket.
    pub fn holds(&self, socket: SocketId) -> bool {
        let queue = self.queues.get(&socket);
        queue.is_some_and(|queue| !queue.is_empty())
    }

    /// A socket is gone, and with it what waits for it.
    pub fn forget(&mut self, socket: SocketId) {
        self.queues.remove(&socket);
    }

    /// When the batch has to be sent; none if nothing waits.
    pub fn due_ms(&self) -> Option<u64> {
        self.due_ms
    }

    /// The packets, in the order of the indices that [`flush`](Self::flush) names.
    pub fn packets(&self) -> &[Relay] {
        &self.packets
    }

    /// Calls `send` for all that waits, socket by socket, with the index of the packet. The next batch waits the longer
    /// the more this one has sent. Returns how many were left out: of a batch that is too large, only the newest of the
    /// unreliable packets of each sender goes out.
    pub fn flush(&mut self, now_ms: u64, mut send: impl FnMut(SocketId, usize)) -> u64 {
        self.due_ms = None;
        let waiting: usize = self.queues.values().map(Vec::len).sum();
        let outdated = if waiting > ROOM_BATCH_SENDS_MAX {
            self.outdated()
        } else {
            Vec::new()
        };
        let (mut sends, mut left_out) = (0, 0);
        for (&socket, queue) in &mut self.queues {
            for index in queue.drain(..) {
                if outdated.get(index) == Some(&true) {
                    left_out += 1;
                } else {
                    sends += 1;
                    send(socket, index);
                }
            }
        }
        self.packets.clear();
        let rest_ms = (sends / ROOM_BATCH_SENDS_PER_MS).min(ROOM_BATCH_REST_MAX_MS);
        self.rest_until_ms = now_ms.saturating_add(rest_ms);
        left_out
    }

    /// Which of the packets are unreliable, and followed by a newer one of the same sender.
    fn outdated(&self) -> Vec<bool> {
        let mut senders = BTreeSet::new();
        let packets = self.packets.iter().rev();
        let mut outdated: Vec<bool> = packets
            .map(|relay| relay.unreliable && !senders.insert(relay.except))
            .collect();
        outdated.reverse();
        outdated
    }
}
