//! Handles of peers.

/// The handle of a peer: a small dense index, used again some time after the peer was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub(super) u32);

impl Peer {
    /// The handle as an index into a table of one's own.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The handle with that index. The engine ignores handles that it has not given out.
    pub fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}
