//! Whether two runs are the same.

/// FNV-1a, 64 bits, over the bytes of numbers: two runs with the same numbers in the same order have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    /// Takes another number.
    pub fn add(&mut self, number: u64) {
        for byte in number.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Of all numbers so far.
    pub fn value(&self) -> u64 {
        self.0
    }
}
