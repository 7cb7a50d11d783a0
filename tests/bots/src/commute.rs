//! Players who commute between two places far from everybody else, so that each trip takes them into another island.
//!
//! They come in lines of five: two residents at each of two places a kilometre apart, and one who jumps from the one to
//! the other. Two residents, so that the place that is left is the larger part of its island and keeps it, whatever an
//! engine does about ties; and one who jumps, so that nobody brings an island along.

use std::time::Duration;

use archipelago_core::protocol::common::Position;
use archipelago_worlds::Rng;

/// Two residents at either end, and the one who commutes.
pub const LINE: usize = 5;

/// Between the ends of a line, between lines, and to the world.
const APART_M: f64 = 1_000.0;

/// Between those who are at one place.
const ARM_M: f32 = 2.0;

/// Between two jumps, in seconds.
const STAY_S: (f64, f64) = (6.0, 10.0);

/// What one player of a line does.
#[derive(Clone, Debug)]
pub struct Commute {
    ends: [Position; 2],
    /// At which of them the player is.
    end: usize,
    /// When it jumps; residents never do.
    stays: Option<Rng>,
}

impl Commute {
    /// The commuter of that number, beside a world of that extent. Those who do not fill a line are residents.
    pub fn new(index: usize, commuters: usize, extent_m: f64, seed: u32) -> Self {
        let (line, seat) = (index / LINE, index % LINE);
        let is_whole = (line + 1) * LINE <= commuters;
        let x = (extent_m + APART_M) as f32;
        let z = (line as f64 * APART_M) as f32;
        let at = |x| Position {
            x: x + seat as f32 * ARM_M,
            y: 0.0,
            z,
        };
        let travels = is_whole && seat == LINE - 1;
        Self {
            ends: [at(x), at(x + APART_M as f32)],
            end: seat / 2 % 2,
            stays: travels.then(|| Rng::new(seed.wrapping_add(index as u32))),
        }
    }

    /// Where the player is.
    pub fn place(&self) -> Position {
        self.ends[self.end]
    }

    /// How long the player stays until it jumps; none if it never does.
    pub fn stay(&mut self) -> Option<Duration> {
        let (low, high) = STAY_S;
        let stays = self.stays.as_mut()?;
        Some(Duration::from_secs_f64(stays.between(low, high)))
    }

    /// To the other end.
    pub fn jump(&mut self) {
        self.end = 1 - self.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT_M: f64 = 150.0;

    fn line(commuters: usize) -> Vec<Commute> {
        (0..commuters)
            .map(|index| Commute::new(index, commuters, EXTENT_M, 9))
            .collect()
    }

    fn distance_m(a: Position, b: Position) -> f32 {
        (a.x - b.x).hypot(a.z - b.z)
    }

    #[test]
    fn of_five_one_travels_between_two_and_two() {
        let mut all = line(10);
        for five in all.chunks_mut(LINE) {
            let travels: Vec<_> = five.iter_mut().map(|one| one.stay().is_some()).collect();
            assert_eq!(travels, [false, false, false, false, true]);
            let (residents, commuter) = five.split_at_mut(4);
            let near = |at: Position| {
                let near = |one: &&Commute| distance_m(one.place(), at) < 20.0;
                residents.iter().filter(near).count()
            };
            for _ in 0..3 {
                let before = commuter[0].place();
                assert_eq!(near(before), 2);
                commuter[0].jump();
                assert_eq!(near(commuter[0].place()), 2);
                assert!((distance_m(before, commuter[0].place()) - 1000.0).abs() < 1.0);
            }
        }
    }

    #[test]
    fn lines_are_far_from_each_other_and_from_the_world() {
        let all = line(1000);
        for (index, one) in all.iter().enumerate() {
            assert!(one.place().x >= (EXTENT_M + APART_M) as f32);
            for other in all.iter().skip(index + 1) {
                let apart_m = distance_m(one.place(), other.place());
                assert!(!(20.0..900.0).contains(&apart_m), "{apart_m}");
            }
        }
    }

    #[test]
    fn who_does_not_fill_a_line_stays() {
        let travels = |commuters| line(commuters).iter_mut().filter_map(Commute::stay).count();
        assert_eq!([0, 4, 5, 9, 10, 14].map(travels), [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn stays_are_seeded_and_last_six_to_ten_seconds() {
        let stays = |seed| {
            let mut one = Commute::new(4, 5, EXTENT_M, seed);
            (0..1000).map_while(|_| one.stay()).collect::<Vec<_>>()
        };
        assert_eq!(stays(1), stays(1));
        assert_ne!(stays(1), stays(2));
        let allowed = Duration::from_secs(6)..Duration::from_secs(10);
        assert!(stays(1).iter().all(|stay| allowed.contains(stay)));
        assert_eq!(stays(1).len(), 1000);
    }
}
