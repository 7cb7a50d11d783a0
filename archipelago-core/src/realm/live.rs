//! The live stream: a frame after each flush as long as somebody watches, and the figures of the last flushes.

use std::collections::VecDeque;

use crate::engine::Scope;
use crate::protocol::bus::{LiveFrame, WatchReply};
use crate::view::{Figures, LiveIsland, LiveView, Number, Tenths};

use super::Realm;

/// How long the realm is streamed after it was last told that somebody watches, in ms.
pub const WATCH_LEASE_MS: u64 = 60_000;

/// How many full flushes are remembered: five minutes of them at the usual period.
pub const HISTORY_MAX: usize = 150;

/// How long after one frame an arrivals flush makes the next, in ms. In a rush there are twenty such flushes a second,
/// and a map that follows the full ones misses nothing for long.
pub const FRAME_REST_MS: u64 = 1_000;

/// What is kept for those who watch.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Until when frames are made. A realm that has just started does not know, and takes itself for watched: those who
    /// watched it before would else see nothing until they ask again.
    until_ms: Option<u64>,
    /// Somebody has begun to watch since the last frame was taken.
    renewed: bool,
    /// The flush of which a frame is due.
    due_ms: Option<u64>,
    /// The last flush of which one was.
    shown_ms: u64,
    pub reassignments: u64,
    history: VecDeque<Figures>,
}

impl Live {
    fn is_watched(&mut self, now_ms: u64) -> bool {
        let first = now_ms.saturating_add(WATCH_LEASE_MS);
        now_ms < *self.until_ms.get_or_insert(first)
    }

    fn remember(&mut self, figures: Figures) {
        if self.history.len() >= HISTORY_MAX {
            self.history.pop_front();
        }
        self.history.push_back(figures);
    }
}

impl Realm {
    /// Somebody watches: from now on each flush makes a frame, for [`WATCH_LEASE_MS`]. Returns the realm as it is, with
    /// its history.
    pub fn watch(&mut self, now_ms: u64) -> WatchReply {
        self.live.until_ms = Some(now_ms.saturating_add(WATCH_LEASE_MS));
        self.live.renewed = true;
        WatchReply {
            time_ms: now_ms,
            frame: self.frame(now_ms, Some(&self.live.history)),
        }
    }

    /// What the last flush has made of the realm, once, if it is watched. Those that are not taken before the next
    /// flush are never made: who is slow sees fewer of them.
    pub fn take_frame(&mut self) -> Option<LiveFrame> {
        let time_ms = self.live.due_ms.take()?;
        self.live.renewed = false;
        Some(LiveFrame {
            time_ms,
            frame: self.frame(time_ms, None),
        })
    }

    /// The last frame taken was for nobody: no more are made until somebody watches.
    pub fn unwatched(&mut self) {
        // Who has come since then may not have been counted.
        if !self.live.renewed {
            self.live.until_ms = Some(0);
            self.live.due_ms = None;
        }
    }

    /// The islands have been formed anew.
    pub(super) fn show(&mut self, scope: Scope, now_ms: u64) {
        if scope == Scope::Full {
            self.live.remember(self.figures(now_ms));
        }
        let rested = now_ms >= self.live.shown_ms.saturating_add(FRAME_REST_MS);
        if self.live.is_watched(now_ms) && (scope == Scope::Full || rested) {
            self.live.due_ms = Some(now_ms);
            self.live.shown_ms = now_ms;
        }
    }

    fn frame(&self, now_ms: u64, history: Option<&VecDeque<Figures>>) -> String {
        let mut players = 0;
        let mut islands = Vec::with_capacity(self.engine.island_count());
        for island in self.engine.islands() {
            let mut peers = Vec::with_capacity(2 * island.members().len());
            for (_, _, position) in self.present_members(island) {
                peers.extend([Tenths(position.x()), Tenths(position.z())]);
                players += 1;
            }
            if !peers.is_empty() {
                islands.push(LiveIsland {
                    id: island.id(),
                    formed: island.formed_ms(),
                    peers,
                });
            }
        }
        let view = LiveView {
            time: now_ms,
            max_peers: self.engine.config().max_peers(),
            join_distance: Number(self.engine.config().join_distance_m()),
            players,
            reassignments: self.live.reassignments,
            islands,
            history,
        };
        view.to_json()
    }
}
