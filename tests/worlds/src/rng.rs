//! Seeded randomness that is the same on every target and in every year.

/// The smallest draw that an exponential time is made of: bounds it to 14 times the mean.
const EXP_MIN: f64 = 1e-6;

/// mulberry32: small, fast, and good enough to place people.
#[derive(Clone, Debug)]
pub struct Rng(u32);

impl Rng {
    /// The same draws for the same seed.
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Uniform in [0, 1).
    pub fn f(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 0x3d));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Bell-shaped within ±1.5, sigma 0.5.
    pub fn ih(&mut self) -> f64 {
        self.f() + self.f() + self.f() - 1.5
    }

    /// Exponentially distributed.
    pub fn exp(&mut self, mean: f64) -> f64 {
        // Not `f64::ln`, whose last bits differ between targets.
        -libm::log(self.f().max(EXP_MIN)) * mean
    }

    /// Uniform in `low..high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.f() * (high - low)
    }

    /// An index, by its share of the weights.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut rest = self.f() * weights.iter().sum::<f64>();
        let past = |weight: &f64| {
            rest -= weight;
            rest < 0.0
        };
        let last = weights.len() - 1;
        weights.iter().position(past).unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 100_000;

    fn mean(mut draw: impl FnMut() -> f64) -> f64 {
        (0..DRAWS).map(|_| draw()).sum::<f64>() / f64::from(DRAWS)
    }

    #[test]
    fn it_is_mulberry32() {
        let mut rng = Rng::new(1);
        let draws = [(); 3].map(|()| (rng.f() * 4_294_967_296.0) as u32);
        assert_eq!(draws, [2_693_262_067, 11_749_833, 2_265_367_787]);
    }

    #[test]
    fn the_distributions_are_what_they_are_called() {
        let mut rng = Rng::new(7);
        assert!(mean(|| rng.ih()).abs() < 0.01);
        assert!((mean(|| rng.ih().powi(2)) - 0.25).abs() < 0.005);
        assert!((mean(|| rng.exp(3.0)) - 3.0).abs() < 0.05);
        assert!((mean(|| rng.exp(3.0).powi(2)) - 18.0).abs() < 0.5);
        assert!((mean(|| rng.between(-2.0, 4.0)) - 1.0).abs() < 0.03);
    }

    #[test]
    fn weights_are_shares_and_nothing_weighs_nothing() {
        let mut rng = Rng::new(3);
        let mut counts = [0; 4];
        for _ in 0..DRAWS {
            counts[rng.weighted(&[2.0, 0.0, 1.0, 1.0])] += 1;
        }
        let shares = counts.map(|count| f64::from(count) / f64::from(DRAWS));
        for (share, expected) in shares.into_iter().zip([0.5, 0.0, 0.25, 0.25]) {
            assert!((share - expected).abs() < 0.01, "{shares:?}");
        }
        assert_eq!(counts[1], 0);
    }
}
