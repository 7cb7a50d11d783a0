//! The hand-over: offered by the giver, stored by the taker, forgotten by the giver.

use std::collections::BTreeMap;

use super::flaw::Flaw;
use super::message::{IslandId, Message, Offered, Reason, RegionId};
use super::region::Region;
use super::stored::Transfer;

impl Region {
    /// Offers the islands that are wanted elsewhere, one transfer to a region at a time, and repeats those offers that
    /// are unanswered.
    pub(super) fn offer(&mut self) {
        let mut offers: BTreeMap<RegionId, Vec<Offered>> = BTreeMap::new();
        for (id, (taker, reason)) in std::mem::take(&mut self.wanted) {
            if taker != self.id && !self.stored.outgoing.contains_key(&taker) {
                offers
                    .entry(taker)
                    .or_default()
                    .extend(self.freeze(id, reason));
            }
        }
        offers.retain(|_, islands| !islands.is_empty());
        let changed = !offers.is_empty();
        for (taker, islands) in offers {
            let last = self.stored.given.entry(taker).or_default();
            *last += 1;
            let transfer = Transfer {
                number: *last,
                islands,
            };
            self.stored.outgoing.insert(taker, transfer);
            self.happened.push("offers");
        }
        if changed {
            self.rebuild();
        }
        self.repeat();
    }

    /// Takes an island out of the engine: nobody joins it any more, and it neither merges nor splits. One whose members
    /// have yet to report stays.
    fn freeze(&mut self, id: IslandId, reason: Reason) -> Option<Offered> {
        let number = self.stored.find(id)?;
        let row = self.stored.islands[&number].clone();
        let positions = self.crowd.spots(&row)?;
        let sessions = row
            .members
            .iter()
            .map(|player| self.stored.sessions[player])
            .collect();
        if self.flaw != Flaw::Unfrozen {
            for player in &row.members {
                self.stored.sessions.remove(player);
            }
            self.stored.islands.remove(&number);
        }
        Some(Offered {
            row,
            reason,
            sessions,
            positions,
        })
    }

    fn repeat(&mut self) {
        for (taker, transfer) in self.stored.outgoing.clone() {
            let offer = Message::Offer {
                from: self.id,
                transfer: transfer.number,
                islands: transfer.islands,
            };
            self.send(taker, offer);
        }
        if self.flaw == Flaw::Hasty {
            self.stored.outgoing.clear();
        }
    }

    /// Takes islands, each transfer once: from the moment in which they are stored they belong here.
    pub(super) fn offered(&mut self, from: RegionId, transfer: u64, islands: Vec<Offered>) {
        let (last, answer) = self.stored.taken.entry(from).or_default().clone();
        if transfer < last && self.flaw != Flaw::Forgetful {
            return self.happened.push("overtaken offers");
        }
        let answer = if transfer == last && self.flaw != Flaw::Forgetful {
            self.happened.push("repeated offers");
            answer
        } else {
            let taken: Vec<bool> = islands
                .into_iter()
                .map(|offered| self.take(offered))
                .collect();
            self.stored.taken.insert(from, (transfer, taken.clone()));
            self.rebuild();
            taken
        };
        let message = Message::Answer {
            from: self.id,
            transfer,
            taken: answer,
        };
        self.send(from, message);
    }

    /// An island that comes for the sake of another one is taken only if that one is still here and has room.
    fn take(&mut self, offered: Offered) -> bool {
        if let Reason::Merge(partner) = offered.reason {
            let room = self.stored.find(partner).map(|number| {
                let size = self.stored.islands[&number].members.len();
                size + offered.row.members.len() <= self.squares.engine.max_peers() as usize
            });
            if room != Some(true) {
                self.happened.push("refused");
                return false;
            }
            self.happened.push("taken to merge");
        } else {
            self.happened.push("taken for its centre");
        }
        let members = offered.row.members.clone();
        self.bring_in(offered);
        if self.flaw == Flaw::Silent {
            return true;
        }
        self.outdate(&members);
        true
    }

    fn bring_in(&mut self, offered: Offered) {
        let Offered {
            row,
            sessions,
            positions,
            ..
        } = offered;
        for (at, player) in row.members.iter().enumerate() {
            let mut session = sessions[at];
            if self.flaw == Flaw::Unversioned {
                session.version = 0;
            }
            self.stored.sessions.insert(*player, session);
            self.crowd.positions.insert(*player, positions[at]);
        }
        self.stored.add(row);
    }

    /// Forgets what the taker has, and goes on with what it does not want.
    pub(super) fn answered(&mut self, from: RegionId, transfer: u64, taken: &[bool]) {
        let open = self.stored.outgoing.get(&from);
        if open.is_none_or(|open| open.number != transfer) {
            return;
        }
        let Some(transfer) = self.stored.outgoing.remove(&from) else {
            return;
        };
        for (offered, taken) in transfer.islands.into_iter().zip(taken) {
            if self.flaw == Flaw::Unfrozen {
                self.drop_given(&offered, *taken);
            } else if !taken {
                self.come_back(offered);
            }
        }
        self.rebuild();
    }

    /// Who has left meanwhile is in it again. Everybody is told anew: an answer to what was told before does not count.
    fn come_back(&mut self, offered: Offered) {
        let members = offered.row.members.clone();
        self.bring_in(offered);
        if self.flaw == Flaw::Unrenewed {
            self.untold.extend(&members);
        } else {
            self.outdate(&members);
        }
        self.happened.push("came back");
    }

    fn drop_given(&mut self, offered: &Offered, taken: bool) {
        let given = offered.row.members.iter().filter(|_| taken);
        for player in given {
            self.stored.forget(*player);
        }
    }
}
