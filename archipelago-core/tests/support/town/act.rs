//! What people do.

use archipelago_core::engine::Peer;

use super::{Town, position};

/// What everybody does for some flushes.
#[derive(Clone, Copy, Debug)]
pub enum Phase {
    Walk,
    Stand,
    Teleport,
    Contract,
    Expand,
    Surge,
    Leave,
    Return,
    Travel,
}

impl Phase {
    /// As it is counted when it has happened in a crowd beyond capacity.
    pub fn in_a_crowd(self) -> &'static str {
        match self {
            Self::Walk => "walked in a crowd",
            Self::Stand => "stood in a crowd",
            Self::Teleport => "teleported in a crowd",
            Self::Contract => "contracted into a crowd",
            Self::Expand => "expanded as a crowd",
            Self::Surge => "surged into a crowd",
            Self::Leave => "left a crowd",
            Self::Return => "came back into a crowd",
            Self::Travel => "travelled in a crowd",
        }
    }
}

impl Town {
    pub(super) fn act(&mut self, phase: Phase) {
        let here: Vec<Peer> = self.people.keys().copied().collect();
        match phase {
            Phase::Stand => {}
            Phase::Surge => self.surge(),
            Phase::Walk => {
                let share = self.rng.pick(&[0.05, 0.5, 1.0]);
                self.each(&here, share, |town, (x, z)| {
                    let stride = town.config.join_distance_m() * 0.1;
                    (x + town.rng.ih() * stride, z + town.rng.ih() * stride)
                });
            }
            Phase::Teleport => self.each(&here, 0.1, |town, _| town.somewhere()),
            Phase::Contract => self.each(&here, 1.0, |_, (x, z)| (x * 0.7, z * 0.7)),
            Phase::Expand => self.each(&here, 1.0, |_, (x, z)| (x * 1.4, z * 1.4)),
            Phase::Leave => self.leave(&here, 0.2),
            Phase::Return => {
                let before = here.len();
                self.leave(&here, 0.2);
                for _ in self.people.len()..before {
                    self.arrive();
                }
            }
            Phase::Travel => {
                let away = self.somewhere();
                let island = self.rng.below(self.engine.island_count().max(1));
                let island = self.engine.islands().nth(island);
                let bus = island.map_or(Vec::new(), |island| island.members().to_vec());
                self.each(&bus, 1.0, |_, (x, z)| (x + away.0, z + away.1));
            }
        }
        if self.rng.chance(0.3) {
            self.arrive();
        }
        // In the middle of whatever else happens.
        if self.rng.chance(0.3) {
            self.leave(&here, 0.05);
        }
    }

    /// Reports new places for some of these.
    fn each(
        &mut self,
        peers: &[Peer],
        share: f64,
        mut to: impl FnMut(&mut Self, (f64, f64)) -> (f64, f64),
    ) {
        for peer in peers {
            if let Some(Some(spot)) = self.people.get(peer).copied()
                && self.rng.chance(share)
            {
                let spot = to(self, spot);
                self.report(*peer, spot);
            }
        }
    }

    pub(super) fn surge(&mut self) {
        for _ in 0..self.rng.below(self.most) {
            if self.people.len() < self.most {
                self.arrive();
            }
        }
    }

    fn leave(&mut self, here: &[Peer], share: f64) {
        for peer in here {
            if self.rng.chance(share) && self.people.remove(peer).is_some() {
                self.engine.remove(*peer);
                self.twin.remove(*peer);
                self.unheard.remove(peer);
            }
        }
    }

    pub(super) fn somewhere(&mut self) -> (f64, f64) {
        let (x, z) = (self.rng.ih() * self.side_m, self.rng.ih() * self.side_m);
        if self.snap {
            let step = self.config.join_distance_m() / 4.0;
            ((x / step).round() * step, (z / step).round() * step)
        } else {
            (x, z)
        }
    }

    fn arrive(&mut self) {
        let spot = self.somewhere();
        let peer = self.engine.insert(position(spot), None);
        assert_eq!(self.twin.insert(position(spot), None), peer);
        self.people.insert(peer, Some(spot));
    }

    pub(super) fn report(&mut self, peer: Peer, spot: (f64, f64)) {
        self.engine.update(peer, position(spot), None);
        // As long as somebody who was restored keeps silent, the order of all that is said counts.
        let in_order = self.people.values().any(Option::is_none);
        self.people.insert(peer, Some(spot));
        if in_order {
            self.twin.update(peer, position(spot), None);
        } else {
            self.unheard.insert(peer, spot);
        }
    }
}
