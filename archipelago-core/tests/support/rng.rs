//! Seeded randomness that is the same on every target and in every year.

/// mulberry32: small, fast, and good enough to place peers.
#[derive(Debug, Clone)]
pub struct Rng(u32);

impl Rng {
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

    /// Bell-shaped around 0, sigma 0.5.
    pub fn ih(&mut self) -> f64 {
        self.f() + self.f() + self.f() - 1.5
    }

    /// Exponentially distributed.
    pub fn exp(&mut self, mean: f64) -> f64 {
        -self.f().max(1e-6).ln() * mean
    }

    /// Uniform in low..high.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.f() * (high - low)
    }

    /// Uniform in 0..count.
    pub fn below(&mut self, count: usize) -> usize {
        (self.f() * count as f64) as usize
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.f() < probability
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
