//! How well islands serve the people in them.

mod minimum;
mod pairs;
mod recall;
mod sizes;

pub use minimum::islands_min;
pub use recall::{Together, recall, together};
pub use sizes::{Sizes, sizes};

/// Reassignments that one player lives through in a minute.
///
/// `reassignments` counts the changes that players were told of, their first island excluded; `player_seconds` is the
/// time over which they were counted, once for every player present. 0 if nobody was there.
pub fn reassignments_per_player_minute(reassignments: u64, player_seconds: f64) -> f64 {
    if player_seconds > 0.0 {
        reassignments as f64 * 60.0 / player_seconds
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reassignments_are_counted_per_player_and_minute() {
        assert_eq!(reassignments_per_player_minute(30, 100.0 * 180.0), 0.1);
        assert_eq!(reassignments_per_player_minute(0, 0.0), 0.0);
    }
}
