//! Whom to ask in which order: those side by side who are going to the same place see the same there.

use super::crowd::{Crowd, NOBODY};
use super::kernel::Square;
use super::motion::rounded;
use super::rota::may_rest;
use crate::engine::grid::Entry;
use crate::engine::lists::make_room;

impl Crowd {
    /// Finds the bins of the aims of all who are to be asked in this flush.
    #[allow(clippy::needless_bitwise_bool, reason = "no guesses")]
    pub fn aim(&mut self, entries: &[Entry]) {
        let (all, flush) = (self.config.dwell_s > 0.0, self.motion.flush());
        let mut bins = std::mem::take(&mut self.totals);
        bins.clear();
        make_room(&mut bins, entries.len());
        self.motion.each(entries, |entry, past| {
            let site = self.site(entry.home);
            let heading = self.outlook.heading(past, entry.ground);
            let aim = self.squares.square(rounded(heading.ahead));
            let bin = self.squares.bin(aim) as u32;
            let rests = may_rest(entry.peer, &heading, &site, past.seen, flush);
            let is_asked = site.is_known & (all | !rests);
            bins.push(if is_asked { bin } else { NOBODY });
        });
        self.totals = bins;
    }

    /// Lists those by aim; where many have the same one, island by island.
    pub fn sort_by_aim(&mut self, entries: &[Entry], order: &mut Vec<u32>) {
        let (squares, outlook, motion) = (&self.squares, self.outlook, &self.motion);
        let key = |place: u32| {
            let Entry { home, ground, peer } = entries[place as usize];
            if squares.are_close() {
                // All have the same one.
                return (0, 0, home);
            }
            let heading = outlook.heading(motion.past(peer), ground);
            let Square { row, column } = squares.square(rounded(heading.ahead));
            (row, column, home)
        };
        self.tally.sort(squares, &self.totals, order, key);
        // Sorting takes a place for everybody, most of whom are not asked.
        self.by_aim.clear();
        make_room(&mut self.by_aim, order.len());
        self.by_aim.extend_from_slice(order);
    }
}
