//! Who is asked in a flush: to ask takes most of its time, and many want nothing.

use super::motion::Heading;
use super::sums::Site;
use crate::engine::peers::Peer;

/// Whoever stands is asked in one of so many flushes: not much changes around it from one to the next.
const ROTA: u32 = 4;

/// Whether somebody of such an island need not be asked in that flush.
pub(super) fn may_rest(peer: Peer, heading: &Heading, site: &Site, flush: u32) -> bool {
    let walks = heading.speed_mps > 0.0;
    // It may go only to the island whose centre will be nearest.
    let stays = walks & site.is_nearest(heading.later);
    let waits = !heading.moved & (peer.index() as u32 % ROTA != flush % ROTA);
    stays | waits
}
