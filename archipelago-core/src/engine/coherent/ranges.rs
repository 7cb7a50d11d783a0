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

#[cfg(test)]
mod tests {
    use super::super::passing;
    use super::*;

    fn measured(centres: &[(f64, f64)]) -> Vec<Site> {
        let site = |centre: &(f64, f64)| Site {
            centre: *centre,
            is_met: true,
            ..Site::NONE
        };
        let mut sites: Vec<_> = centres.iter().map(site).collect();
        Ranges::default().measure(&mut sites);
        sites
    }

    fn ranges(sites: &[Site]) -> Vec<f64> {
        sites.iter().map(|site| site.own_squared).collect()
    }

    /// A quarter of the squared distance to the nearest other one, found by looking at all.
    fn quarter(centres: &[(f64, f64)], at: usize) -> f64 {
        let (x, z) = centres[at];
        let others = centres.iter().enumerate().filter(|(other, _)| *other != at);
        let squared = others.map(|(_, other)| (other.0 - x).powi(2) + (other.1 - z).powi(2));
        squared.fold(f64::INFINITY, f64::min) / 4.0
    }

    fn random() -> impl FnMut(f64) -> f64 {
        let mut seed = 7_u32;
        move |end| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(seed >> 8) / f64::from(1 << 24) * end
        }
    }

    #[test]
    fn no_range_is_too_wide_and_where_few_are_there_it_is_exact() {
        let mut below = random();
        for round in 0..60 {
            let count = [2, 5, LOOKS + 1, 300][round % 4];
            // Most have the same x, or another.
            let width = [0.0, 1.0, 200.0][round % 3];
            let centres: Vec<_> = (0..count).map(|_| (below(width), below(200.0))).collect();
            for (at, site) in measured(&centres).iter().enumerate() {
                let exact = quarter(&centres, at);
                assert!(site.own_squared <= exact, "{round}: {at}");
                if count <= LOOKS + 1 {
                    assert_eq!(site.own_squared, exact, "{round}: {at}");
                }
            }
        }
    }

    #[test]
    fn where_no_other_centre_is_and_where_one_is_at_the_same_place() {
        assert_eq!(measured(&[(3.0, 4.0)])[0].own_squared, f64::INFINITY);
        let sites = measured(&[(3.0, 4.0), (9.0, 4.0), (3.0, 4.0)]);
        assert_eq!(ranges(&sites), [0.0, 9.0, 0.0]);
        // Islands that nobody can want to go to are passed over.
        let mut sites = measured(&[(0.0, 0.0), (6.0, 8.0)]);
        sites.push(Site::NONE);
        Ranges::default().measure(&mut sites);
        assert_eq!(ranges(&sites), [25.0, 25.0, 0.0]);
    }

    #[test]
    fn whoever_is_in_range_of_its_own_centre_is_nearest_to_it() {
        let mut below = random();
        let mut in_range = 0;
        for round in 0..40 {
            let side = [30.0, 300.0][round % 2];
            let centres: Vec<_> = (0..150).map(|_| (below(side), below(side))).collect();
            for site in measured(&centres) {
                let (x, z) = site.centre;
                for _ in 0..10 {
                    let spot = (x - 10.0 + below(20.0), z - 10.0 + below(20.0));
                    if site.is_nearest(spot) {
                        in_range += 1;
                        let nearest = passing::nearest(spot, site.centre, centres.iter().copied());
                        assert_eq!(nearest, None);
                    }
                }
            }
        }
        assert!(in_range > 1000);
    }
}
