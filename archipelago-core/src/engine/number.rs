//! The numbers that islands are known by, and the ids made of them.

use std::num::NonZeroU64;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The number of an island: from 1, one sequence per realm, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IslandNumber(NonZeroU64);

impl IslandNumber {
    /// The number of the first island ever.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// A number, or `None` for 0.
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number as an integer.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The number that comes so many later.
    pub(super) fn plus(self, count: u32) -> Self {
        Self(self.0.saturating_add(u64::from(count)))
    }

    /// The number that follows.
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The id of an island: the prefix, then the number in base 36, in lower case.
pub fn island_id(prefix: &str, number: IslandNumber) -> String {
    let mut digits = Vec::new();
    let mut rest = number.get();
    while rest > 0 {
        digits.push(DIGITS[(rest % 36) as usize]);
        rest /= 36;
    }
    let mut id = String::with_capacity(prefix.len() + digits.len());
    id.push_str(prefix);
    id.extend(digits.iter().rev().map(|digit| char::from(*digit)));
    id
}

/// The number in an island id, or `None` if [`island_id`] would not have written that text: another prefix, capitals,
/// leading zeros, a number past 64 bits.
pub fn parse_island_id(prefix: &str, id: &str) -> Option<IslandNumber> {
    let digits = id.strip_prefix(prefix)?.as_bytes();
    if digits.first().is_none_or(|first| *first == b'0') {
        return None;
    }
    let mut number = 0_u64;
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'z' => digit - b'a' + 10,
            _ => return None,
        };
        number = number.checked_mul(36)?.checked_add(u64::from(value))?;
    }
    IslandNumber::new(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip() {
        for (number, id) in [
            (1, "I1"),
            (10, "Ia"),
            (36, "I10"),
            (1295, "Izz"),
            (u64::MAX, "I3w5e11264sgsf"),
        ] {
            let number = IslandNumber::new(number).unwrap();
            assert_eq!(island_id("I", number), id);
            assert_eq!(parse_island_id("I", id), Some(number));
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "I",
            "I0",
            "I01",
            "IA",
            "i1",
            "1",
            "I1 ",
            "I-1",
            "I3w5e11264sgsg",
        ] {
            assert_eq!(parse_island_id("I", text), None, "{text}");
        }
        assert_eq!(parse_island_id("", "z"), IslandNumber::new(35));
    }
}
