//! How long somebody has wanted to be elsewhere, and how long nothing has changed around it.
//!
//! What is better for one makes it worse for another, so that people could be moved to and fro for ever though nobody
//! takes a step. Therefore, where nobody does, there has to be more and more to gain, until nobody is moved.
//!
//! All full flushes count, those too that had no reason to look at a crowd: else it would take the longer the less
//! happens.

use super::chains::WORTH_MIN;
use super::depth::DEPTH_MAX;
use crate::engine::lists::fit;
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

/// How long those have waited who want to be elsewhere.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// By peer: seconds for which it has wanted to be elsewhere; empty where nobody has to wait.
    waited_s: Vec<f32>,
    interval_s: f32,
    dwell_s: f32,
}

/// How quiet it is on an island of which that share moves; negative if it is not.
pub(super) fn quiet(share: f64) -> f32 {
    (1.0 - share / LIVELY) as f32
}

/// For how many flushes it has been quiet around somebody for whom it was `before`, so many flushes ago, and who moves,
/// or stands where it is so [quiet] and has been meanwhile.
pub(super) fn since(before: f32, flushes: u32, moved: bool, quiet: f32) -> f32 {
    if moved {
        0.0
    } else {
        (before + quiet * flushes as f32).clamp(0.0, QUIET_MAX)
    }
}

/// How much more than others somebody has to gain by a move for whom it has been quiet for so many flushes.
pub(super) fn reluctance(quiet: f32) -> f64 {
    f64::from((quiet - QUIET_FREE).max(0.0)) * QUIET_COST
}

impl Patience {
    /// A full flush, so long after the last one. Wants count when they are so old.
    pub fn start(&mut self, peers: usize, interval_s: f64, dwell_s: f64) {
        self.interval_s = interval_s as f32;
        self.dwell_s = dwell_s as f32;
        // Where nobody has to wait it need not be known for how long.
        let peers = if dwell_s == 0.0 { 0 } else { peers };
        fit(&mut self.waited_s, peers, 0.0);
    }

    /// Somebody wants something in this flush, or nothing.
    pub fn wait(&mut self, peer: Peer, wants: bool) {
        if let Some(waited_s) = self.waited_s.get_mut(peer.index()) {
            *waited_s = if wants {
                *waited_s + self.interval_s
            } else {
                0.0
            };
        }
    }

    /// Whether somebody has wanted something for long enough.
    pub fn is_ready(&self, peer: Peer) -> bool {
        let waited_s = self.waited_s.get(peer.index());
        waited_s.is_none_or(|waited_s| *waited_s >= self.dwell_s)
    }

    /// Somebody has to wait anew: it was moved, or the handle belongs to somebody else.
    pub fn forget(&mut self, peer: Peer) {
        if let Some(waited_s) = self.waited_s.get_mut(peer.index()) {
            *waited_s = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gains_enough_after_eight_flushes_however_often_it_was_looked_at() {
        for each in [1, 3, 9] {
            let looks = 0..9 / each;
            let all = looks.fold(0.0, |before, _| since(before, each, false, quiet(0.0)));
            assert!(reluctance(all) >= DEPTH_MAX - WORTH_MIN, "{all}");
        }
    }

    #[test]
    fn patience_ends_at_once_with_a_step_or_where_everybody_moves() {
        let long = since(0.0, 1000, false, quiet(0.0));
        assert!(reluctance(long) > 0.0);
        for (moved, share) in [(true, 0.0), (false, 1.0)] {
            assert_eq!(reluctance(since(long, 1, moved, quiet(share))), 0.0);
        }
    }
}
