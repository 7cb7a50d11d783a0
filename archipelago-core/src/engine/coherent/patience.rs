//! How long somebody has wanted to be elsewhere.

use crate::engine::peers::Peer;

/// By peer: seconds.
#[derive(Debug, Default)]
pub(super) struct Patience {
    waited_s: Vec<f64>,
    interval_s: f64,
}

impl Patience {
    /// A full flush, so long after the last one.
    pub fn start(&mut self, peers: usize, interval_s: f64) {
        self.interval_s = interval_s;
        self.waited_s.resize(peers, 0.0);
    }

    /// Whether somebody has wanted something for long enough.
    pub fn wait(&mut self, peer: Peer, wants: bool, dwell_s: f64) -> bool {
        if dwell_s == 0.0 {
            return true;
        }
        let waited_s = &mut self.waited_s[peer.index()];
        if wants {
            *waited_s += self.interval_s;
        } else {
            *waited_s = 0.0;
        }
        *waited_s >= dwell_s
    }

    /// The same, without waiting any longer.
    pub fn is_ready(&self, peer: Peer, dwell_s: f64) -> bool {
        dwell_s == 0.0 || self.waited_s[peer.index()] >= dwell_s
    }

    /// It has what it wanted, or is somebody else.
    pub fn forget(&mut self, peer: Peer) {
        if let Some(waited_s) = self.waited_s.get_mut(peer.index()) {
            *waited_s = 0.0;
        }
    }
}
