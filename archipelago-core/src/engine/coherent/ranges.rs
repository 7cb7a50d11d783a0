//! How far around the centre of an island no other centre is nearer.

use super::sums::Site;

/// Towards either side so many centres are looked at, those next along x.
const LOOKS: usize = 48;

/// Works out [`Site::own_squared`]; with the memory for that.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    /// The centres in the order of x, and their slots.
    order: Vec<(f64, f64, u32)>,
}

impl Ranges {
    /// Finds out about all islands of crowds where anybody is known to be: whoever is asked may see any of them.
    pub fn measure(&mut self, sites: &mut [Site]) {
        self.order.clear();
        let met = (0..).zip(&*sites).filter(|(_, site)| site.is_met);
        let order = met.map(|(slot, Site { centre, .. })| (centre.0, centre.1, slot));
        self.order.extend(order);
        self.order
            .sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        for (at, (x, z, slot)) in self.order.iter().enumerate() {
            let (before, after) = (&self.order[..at], &self.order[at + 1..]);
            let before = nearest_squared((*x, *z), before.iter().rev());
            let after = nearest_squared((*x, *z), after.iter());
            // Half-way between two centres, so a quarter of the square.
            sites[*slot as usize].own_squared = before.min(after) / 4.0;
        }
    }
}

/// The square of how far the nearest of some centres is away, or of how far it is at least.
fn nearest_squared<'a>(
    (x, z): (f64, f64),
    others: impl Iterator<Item = &'a (f64, f64, u32)>,
) -> f64 {
    let mut nearest = f64::INFINITY;
    for (nth, other) in others.enumerate() {
        let (dx, dz) = (other.0 - x, other.1 - z);
        // Whoever comes later is as far away along x alone.
        if dx * dx >= nearest || nth == LOOKS {
            return nearest.min(dx * dx);
        }
        nearest = nearest.min(dx * dx + dz * dz);
    }
    nearest
}
