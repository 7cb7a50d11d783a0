//! Packets on their way: gathered while there are many, so that each socket is handed several at once.
//!
//! To hand a packet to a socket costs the platform the more the less often it is done: a crowded room that sent each
//! packet as it comes would keep up with half as many. A quiet one does send each as it comes.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::limits::{
    ROOM_BATCH_REST_MAX_MS, ROOM_BATCH_SENDS_MAX, ROOM_BATCH_SENDS_PER_MS,
    ROOM_UNRELIABLE_BACKLOG_MAX_BYTES,
};

use super::{Relay, SocketId};

/// What waits to be sent.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    packets: Vec<Relay>,
    /// By socket. The empty ones are kept for the next batch.
    queues: BTreeMap<SocketId, Queue>,
    due_ms: Option<u64>,
    rest_until_ms: u64,
}

/// What waits for one socket.
#[derive(Clone, Debug, Default)]
struct Queue {
    /// The indices of its packets.
    packets: Vec<usize>,
    bytes: usize,
}

impl Batch {
    /// A packet for the sockets that are named next.
    pub fn push(&mut self, relay: Relay, now_ms: u64) {
        self.packets.push(relay);
        self.due_ms.get_or_insert(now_ms.max(self.rest_until_ms));
    }

    /// The last packet is for this socket too. If much waits for one, it has waited for long enough.
    pub fn send_to(&mut self, socket: SocketId) {
        let (index, Some(relay)) = (self.packets.len(), self.packets.last()) else {
            return;
        };
        let queue = self.queues.entry(socket).or_default();
        queue.packets.push(index - 1);
        queue.bytes += relay.packet.len();
        if queue.bytes > ROOM_UNRELIABLE_BACKLOG_MAX_BYTES {
            self.due_ms = Some(0);
        }
    }

    /// How many bytes wait for a socket.
    pub fn waiting(&self, socket: SocketId) -> usize {
        self.queues.get(&socket).map_or(0, |queue| queue.bytes)
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
        let queues = self.queues.values();
        let waiting: usize = queues.map(|queue| queue.packets.len()).sum();
        let outdated = if waiting > ROOM_BATCH_SENDS_MAX {
            self.outdated()
        } else {
            Vec::new()
        };
        let (mut sends, mut left_out) = (0, 0);
        for (&socket, queue) in &mut self.queues {
            queue.bytes = 0;
            for index in queue.packets.drain(..) {
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
