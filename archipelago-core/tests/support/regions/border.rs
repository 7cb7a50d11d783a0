//! What regions tell each other of their islands, and what follows from it.

use archipelago_core::engine::Position;

use super::flaw::Flaw;
use super::message::{IslandId, Message, Outline, Reason, RegionId};
use super::region::Region;
use super::squares::{centre, ground, rank};

/// An island that is known here, of this or another region.
struct Seen {
    owner: RegionId,
    id: IslandId,
    size: usize,
    spots: Vec<Position>,
}

impl Region {
    /// Tells every other region which of these islands come near its square. Not those whose members have yet to
    /// report, nor those on their way: nobody could merge with them.
    pub(super) fn outline(&mut self, now_ms: u64) {
        if self.flaw == Flaw::Blind {
            return;
        }
        let from = self.id;
        for other in (0..self.squares.count()).filter(|other| *other != from) {
            let outlines = self.stored.islands.values().filter_map(|row| {
                let mut spots = self.crowd.spots(row)?;
                spots.retain(|spot| self.squares.is_near(other, spot));
                let (id, size) = (row.id, row.members.len());
                (!spots.is_empty()).then_some(Outline { id, size, spots })
            });
            let outlines = outlines.collect();
            let message = Message::Outlines {
                from,
                at_ms: now_ms,
                outlines,
            };
            self.send(other, message);
        }
    }

    pub(super) fn learn(&mut self, from: RegionId, at_ms: u64, outlines: Vec<Outline>) {
        let known = self.outlines.entry(from).or_default();
        if at_ms > known.0 {
            *known = (at_ms, outlines);
        }
    }

    /// Looks for islands of different regions that could be one, and tells the owner of the lesser one. If they meet in
    /// this square, this region knows of both.
    pub(super) fn survey(&mut self) {
        let seen = self.seen();
        for lesser in &seen {
            let fits = |other: &&Seen| {
                other.owner != lesser.owner
                    && rank(other.size, other.id) > rank(lesser.size, lesser.id)
                    && other.size + lesser.size <= self.squares.engine.max_peers() as usize
                    && self.squares.adjacent(&lesser.spots, &other.spots)
            };
            let Some(best) = seen
                .iter()
                .filter(fits)
                .max_by_key(|other| rank(other.size, other.id))
            else {
                continue;
            };
            if lesser.owner == self.id {
                self.wanted
                    .insert(lesser.id, (best.owner, Reason::Merge(best.id)));
            } else {
                let advice = Message::Advice {
                    island: lesser.id,
                    taker: best.owner,
                    partner: best.id,
                };
                self.send(lesser.owner, advice);
                self.happened.push("advised");
            }
        }
    }

    fn seen(&self) -> Vec<Seen> {
        let here = self.stored.islands.values().filter_map(|row| {
            Some(Seen {
                owner: self.id,
                id: row.id,
                size: row.members.len(),
                spots: self.crowd.spots(row)?,
            })
        });
        let there = self.outlines.iter().flat_map(|(owner, (_, outlines))| {
            outlines.iter().map(|outline| Seen {
                owner: *owner,
                id: outline.id,
                size: outline.size,
                spots: outline.spots.clone(),
            })
        });
        here.chain(there).collect()
    }

    /// Islands whose people are elsewhere follow them, unless they are wanted by somebody.
    pub(super) fn follow(&mut self) {
        for row in self.stored.islands.values() {
            let Some(spots) = self.crowd.spots(row) else {
                continue;
            };
            let (mut x, mut z) = centre(&spots);
            if self.flaw == Flaw::Torn {
                let away = |spot: &&Position| !self.squares.is_in(self.id, spot);
                (x, z) = spots.iter().find(away).map_or((x, z), ground);
            }
            if self.squares.distance(self.id, x, z) > self.squares.hysteresis_m {
                let there = self.squares.region_at(x, z);
                self.wanted.entry(row.id).or_insert((there, Reason::Centre));
            }
        }
    }
}
