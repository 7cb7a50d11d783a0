//! What a flush says: its scope on the way in, its updates on the way out.

use super::number::IslandNumber;
use super::peers::Peer;

/// How much a flush looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The periodic flush: everything that changed since the last one.
    Full,
    /// Only the newcomers, so that they need not wait for the period. Nothing is split, and what changed otherwise
    /// stays marked for the next full flush.
    Arrivals,
}

/// One change that a flush has to tell, to one peer and to those around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// The peer is on another island than it was last told.
    ChangeTo {
        /// Who moved.
        peer: Peer,
        /// The island it is on now.
        island: IslandNumber,
        /// The island it was last told; `None` for a newcomer.
        from: Option<IslandNumber>,
    },
    /// The peer was removed.
    Leave {
        /// Who left.
        peer: Peer,
        /// The island it was last told.
        island: IslandNumber,
    },
}
