//! What can be asked of the model.

use archipelago_core::engine::Position;

use super::{Model, ModelIsland, Name};

impl Model {
    /// Mean of the members' x and z, and how far the farthest is from there.
    pub fn geometry(&self, island: &ModelIsland) -> ([f64; 3], f64) {
        let at: Vec<(f64, f64)> = island
            .members
            .iter()
            .filter_map(|&peer| self.position(peer))
            .map(|position| (f64::from(position.x()), f64::from(position.z())))
            .collect();
        let count = at.len() as f64;
        let x = at.iter().map(|(x, _)| x).sum::<f64>() / count;
        let z = at.iter().map(|(_, z)| z).sum::<f64>() / count;
        let farthest = at
            .iter()
            .map(|(px, pz)| (px - x) * (px - x) + (pz - z) * (pz - z))
            .fold(0.0, f64::max);
        ([x, 0.0, z], farthest.sqrt())
    }

    pub fn islands(&self) -> &[ModelIsland] {
        &self.islands
    }

    pub fn id(&self, number: u64) -> String {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let (mut rest, mut digits) = (number, String::new());
        while rest > 0 {
            digits.insert(0, char::from(DIGITS[(rest % 36) as usize]));
            rest /= 36;
        }
        format!("{}{digits}", self.prefix)
    }

    pub fn position(&self, peer: Name) -> Option<Position> {
        self.known.get(&peer).and_then(|known| known.position)
    }

    /// Everybody, waiting, placed, or restored and not heard of yet, in the order of names.
    pub fn peers(&self) -> impl Iterator<Item = &Name> {
        self.known.keys()
    }

    /// Those whose position is known, in the order of names.
    pub fn reported(&self) -> Vec<Name> {
        self.peers()
            .copied()
            .filter(|&peer| self.position(peer).is_some())
            .collect()
    }

    pub fn max_peers(&self) -> usize {
        self.max
    }

    pub fn knows(&self, peer: Name) -> bool {
        self.known.contains_key(&peer)
    }

    /// How many are in islands.
    pub fn placed(&self) -> usize {
        self.islands.iter().map(|island| island.members.len()).sum()
    }

    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// The number of the island a peer is in; None while it waits or is unknown.
    pub fn island_of(&self, peer: Name) -> Option<u64> {
        self.home(peer).map(|at| self.islands[at].number)
    }
}
