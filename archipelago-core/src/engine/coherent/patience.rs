//! How long somebody has wanted to be elsewhere, and how long nothing has changed around it.
//!
//! What is better for one makes it worse for another, so that people could be moved to and fro for ever though nobody
//! takes a step. Therefore, where nobody does, there has to be more and more to gain, until nobody is moved.
//!
//! All full flushes count, those too that had no reason to look at a crowd: else it would take the longer the less
//! happens.

use super::chains::WORTH_MIN;
use super::depth::DEPTH_MAX;
use crate::engine::peers::Peer;

/// After so many quiet flushes there has to be more to gain…
const QUIET_FREE: f32 = 2.0;
/// …by so much for each further one…
const QUIET_COST: f64 = 0.5;
/// …up to so many: who has been standing for eight flushes before this one is not moved, not even for others' sake.
const QUIET_MAX: f32 = 9.0;
/// On an island of which that share moves it is not quiet.
const LIVELY: f64 = 0.1;

// The depth alone, at its greatest, is worth as much as anything can be.
const _: () = assert!((QUIET_MAX - QUIET_FREE) as f64 * QUIET_COST >= DEPTH_MAX - WORTH_MIN);

/// What the policy remembers of somebody.
#[derive(Clone, Copy, Debug, Default)]
struct Mood {
    /// Seconds for which it has wanted to be elsewhere.
    waited_s: f32,
    /// Flushes for which it has been quiet…
    quiet: f32,
    /// …until it was last looked at, in this full flush.
    seen: u32,
}

/// The moods of all.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// By peer.
    moods: Vec<Mood>,
    /// Full flushes, the one at hand included.
    flush: u32,
    interval_s: f32,
    dwell_s: f32,
}

impl Patience {
    /// A full flush begins, whether or not there is anything to do.
    pub fn pass(&mut self) {
        self.flush += 1;
    }

    /// There is, so long after the last one. Wants count when they are so old.
    pub fn start(&mut self, peers: usize, interval_s: f64, dwell_s: f64) {
        self.interval_s = interval_s as f32;
        self.dwell_s = dwell_s as f32;
        self.moods.resize(peers, Mood::default());
    }

    /// How quiet it is on an island of which that share moves; negative if it is not.
    pub fn quiet(share: f64) -> f32 {
        (1.0 - share / LIVELY) as f32
    }

    /// Somebody moves, or stands where it is so [quiet](Self::quiet), and has been since it was last looked at.
    pub fn look_around(&mut self, peer: Peer, moved: bool, quiet: f32) {
        let mood = &mut self.moods[peer.index()];
        let flushes = self.flush - std::mem::replace(&mut mood.seen, self.flush);
        mood.quiet = if moved {
            0.0
        } else {
            (mood.quiet + quiet * flushes as f32).clamp(0.0, QUIET_MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// So many full flushes pass, in the last of which somebody is looked at; its reluctance then.
    fn pass(patience: &mut Patience, flushes: u32, moved: bool, share: f64) -> f64 {
        let somebody = Peer::from_index(0);
        (0..flushes).for_each(|_| patience.pass());
        patience.start(1, 2.0, 0.0);
        patience.look_around(somebody, moved, Patience::quiet(share));
        patience.reluctance(somebody)
    }

    #[test]
    fn nobody_gains_enough_after_eight_flushes_however_often_it_was_looked_at() {
        for each in [1, 3, 9] {
            let mut patience = Patience::default();
            let mut last = pass(&mut patience, 5, true, 0.0);
            assert_eq!(last, 0.0);
            for _ in 0..9 / each {
                last = pass(&mut patience, each, false, 0.0);
            }
            assert!(last >= DEPTH_MAX - WORTH_MIN, "{last}");
        }
    }

    #[test]
    fn patience_ends_at_once_with_a_step_or_where_everybody_moves() {
        for (moved, share) in [(true, 0.0), (false, 1.0)] {
            let mut patience = Patience::default();
            assert!(pass(&mut patience, 1000, false, 0.0) > 0.0);
            assert_eq!(pass(&mut patience, 1, moved, share), 0.0);
        }
    }
}
