//! Who is asked in a flush: to ask takes most of its time, and many want nothing.

use super::motion::{Heading, rounded};
use super::sums::Site;
use crate::engine::peers::Peer;

/// Whoever stands is asked in one of so many flushes: not much changes around it from one to the next.
const ROTA: u32 = 4;

/// Whether somebody of such an island, who was last looked at in that flush, need not be asked in this one.
pub(super) fn may_rest(peer: Peer, heading: &Heading, site: &Site, seen: u32, flush: u32) -> bool {
    let walks = heading.speed_mps > 0.0;
    // It may go only to the island whose centre will be nearest.
    let stays = walks & site.is_nearest(rounded(heading.later));
    // Its turn may fall to flushes in which nothing happens around it: then it has waited for long enough.
    let is_its_turn = peer.index() as u32 % ROTA == flush % ROTA;
    let waits = !heading.moved & !is_its_turn & (flush - seen < ROTA);
    stays | waits
}
