//! How long somebody has wanted to be elsewhere, and how long nothing has changed around it.
//!
//! What is better for one makes it worse for another, so that people could be moved to and fro for ever though nobody
//! takes a step. Therefore, where nobody does, there has to be more and more to gain, until nobody is moved.

use crate::engine::peers::Peer;

/// After so many quiet flushes there has to be more to gain…
const QUIET_FREE: f32 = 2.0;
/// …by so much for each further one: after four of them nobody can gain as much.
const QUIET_COST: f64 = 0.5;
/// On an island of which that share moves it is not quiet.
const LIVELY: f64 = 0.1;

/// What the policy remembers of somebody.
#[derive(Clone, Copy, Debug, Default)]
struct Mood {
    /// Seconds for which it has wanted to be elsewhere.
    waited_s: f32,
    /// Flushes for which it has been quiet.
    quiet: f32,
}

/// The moods of all.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// By peer.
    moods: Vec<Mood>,
    interval_s: f32,
    dwell_s: f32,
}

impl Patience {
    /// A full flush, so long after the last one. Wants count when they are so old.
    pub fn start(&mut self, peers: usize, interval_s: f64, dwell_s: f64) {
        self.interval_s = interval_s as f32;
        self.dwell_s = dwell_s as f32;
        self.moods.resize(peers, Mood::default());
    }

    /// How quiet it is on an island of which that share moves; negative if it is not.
    pub fn quiet(share: f64) -> f32 {
        (1.0 - share / LIVELY) as f32
    }

    /// Somebody moves, or stands where it is so [quiet](Self::quiet).
    pub fn look_around(&mut self, peer: Peer, moved: bool, quiet: f32) {
        let mood = &mut self.moods[peer.index()];
        mood.quiet = if moved {
            0.0
        } else {
            (mood.quiet + quiet).max(0.0)
        };
    }

    /// How much more than others somebody has to gain by a move.
    pub fn reluctance(&self, peer: Peer) -> f64 {
        f64::from((self.moods[peer.index()].quiet - QUIET_FREE).max(0.0)) * QUIET_COST
    }

    /// Somebody wants something in this flush, or nothing.
    pub fn wait(&mut self, peer: Peer, wants: bool) {
        if self.dwell_s == 0.0 {
            // Nobody has to wait, so that it need not be known for how long.
            return;
        }
        let mood = &mut self.moods[peer.index()];
        mood.waited_s = if wants {
            mood.waited_s + self.interval_s
        } else {
            0.0
        };
    }

    /// Whether somebody has wanted something for long enough.
    pub fn is_ready(&self, peer: Peer) -> bool {
        self.dwell_s == 0.0 || self.moods[peer.index()].waited_s >= self.dwell_s
    }

    /// Somebody was moved.
    pub fn note_move(&mut self, peer: Peer) {
        self.moods[peer.index()].waited_s = 0.0;
    }

    /// The handle belongs to somebody else.
    pub fn forget(&mut self, peer: Peer) {
        if let Some(mood) = self.moods.get_mut(peer.index()) {
            *mood = Mood::default();
        }
    }
}
