//! A region: an engine, the border to the other regions, and the hand-over of islands.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::engine::{Position, Scope};

use super::crowd::Crowd;
use super::flaw::Flaw;
use super::message::{
    Address, GateId, IslandId, Message, Outline, PlayerId, Reason, RegionId, Session,
};
use super::squares::Squares;
use super::stored::Stored;

/// The object of a region. What is not in `stored` is lost with it.
#[derive(Debug)]
pub struct Region {
    pub id: RegionId,
    pub squares: Squares,
    pub stored: Stored,
    pub flaw: Flaw,
    pub(super) crowd: Crowd,
    /// Whose gates have yet to answer what they were told.
    pub untold: BTreeSet<PlayerId>,
    /// By region: when it was said, and what.
    pub(super) outlines: BTreeMap<RegionId, (u64, Vec<Outline>)>,
    /// Islands that go with the next offer.
    pub(super) wanted: BTreeMap<IslandId, (RegionId, Reason)>,
    /// What is to be sent when everything is stored.
    pub mail: Vec<(Address, Message)>,
    /// What has happened, for the tally.
    pub happened: Vec<&'static str>,
}

impl Region {
    /// A region as it starts, for the first time or again.
    pub fn start(id: RegionId, squares: &Squares, flaw: Flaw, mut stored: Stored) -> Self {
        stored.next = stored.next.max(1);
        Self {
            crowd: Crowd::new(&squares.engine, &stored, BTreeMap::new()),
            // Who has been told cannot be known.
            untold: stored.sessions.keys().copied().collect(),
            id,
            squares: squares.clone(),
            stored,
            flaw,
            outlines: BTreeMap::new(),
            wanted: BTreeMap::new(),
            mail: Vec::new(),
            happened: Vec::new(),
        }
    }

    /// Makes the engine anew, because an island has come or gone.
    pub(super) fn rebuild(&mut self) {
        let positions = std::mem::take(&mut self.crowd.positions);
        self.crowd = Crowd::new(&self.squares.engine, &self.stored, positions);
        let sessions = &self.stored.sessions;
        self.untold.retain(|player| sessions.contains_key(player));
    }

    pub(super) fn send(&mut self, to: RegionId, message: Message) {
        self.mail.push((Address::Region(to), message));
    }

    /// What anybody says.
    pub fn receive(&mut self, message: Message) {
        match message {
            Message::Report {
                gate,
                sequence,
                logins,
                leaves,
                positions,
            } => self.report(gate, sequence, &logins, &leaves, &positions),
            Message::Took { player, version } => self.took(player, version),
            Message::Gone { player } => self.gone(player),
            Message::Outlines {
                from,
                at_ms,
                outlines,
            } => self.learn(from, at_ms, outlines),
            Message::Advice {
                island,
                taker,
                partner,
            } => {
                self.wanted.insert(island, (taker, Reason::Merge(partner)));
            }
            Message::Offer {
                from,
                transfer,
                islands,
            } => self.offered(from, transfer, islands),
            Message::Answer {
                from,
                transfer,
                taken,
            } => self.answered(from, transfer, &taken),
            Message::Heard { .. } | Message::Told { .. } => unreachable!("these go to gates"),
        }
    }

    fn took(&mut self, player: PlayerId, version: u64) {
        let session = self.stored.sessions.get(&player);
        if session.is_some_and(|session| session.version == version) {
            self.untold.remove(&player);
        }
    }

    fn gone(&mut self, player: PlayerId) {
        if self.stored.sessions.contains_key(&player) {
            self.happened.push("gone when told");
        }
        self.leave(player);
    }

    fn report(
        &mut self,
        gate: GateId,
        sequence: u64,
        logins: &[PlayerId],
        leaves: &[PlayerId],
        positions: &[(PlayerId, Position)],
    ) {
        let region = self.id;
        let heard = self.stored.heard.entry(gate).or_default();
        if sequence > *heard {
            *heard = sequence;
            for player in logins {
                self.stored.newcomers.push(*player);
                self.stored
                    .sessions
                    .insert(*player, Session { gate, version: 0 });
            }
            for (player, position) in positions {
                if self.stored.sessions.contains_key(player) {
                    self.crowd.report(*player, *position);
                }
            }
            for player in leaves {
                self.leave(*player);
            }
        }
        self.mail
            .push((Address::Gate(gate), Message::Heard { region, sequence }));
    }

    /// A player has left. If its island is on its way, whoever has that afterwards will hear so, since it has to tell
    /// everybody whose they are.
    fn leave(&mut self, player: PlayerId) {
        if self.stored.forget(player) {
            self.crowd.remove(player);
            self.untold.remove(&player);
        } else if self.stored.gives(player) {
            self.happened.push("left on the way");
        }
    }

    /// Brings the islands up to date. A full flush is also when islands are handed over.
    pub fn flush(&mut self, now_ms: u64, scope: Scope) {
        let moved = self.crowd.flush(&mut self.stored, self.id, now_ms, scope);
        self.outdate(&moved);
        if scope == Scope::Full {
            self.survey();
            self.follow();
            self.offer();
            self.outline(now_ms);
            self.tell(&self.untold.clone());
        } else {
            self.tell(&moved.into_iter().collect());
        }
    }

    /// What these players have been told is not true any more.
    pub(super) fn outdate(&mut self, players: &[PlayerId]) {
        for player in players {
            let session = self
                .stored
                .sessions
                .get_mut(player)
                .expect("whoever is here has one");
            session.version += 1;
            self.untold.insert(*player);
        }
    }

    fn tell(&mut self, players: &BTreeSet<PlayerId>) {
        for row in self.stored.islands.values() {
            for player in row.members.iter().filter(|player| players.contains(player)) {
                let Session { gate, version } = self.stored.sessions[player];
                let told = Message::Told {
                    region: self.id,
                    player: *player,
                    version,
                    island: row.id,
                };
                self.mail.push((Address::Gate(gate), told));
            }
        }
    }
}
