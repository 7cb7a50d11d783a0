//! The people of a crowd in order of place, so that those around a spot are a few runs of neighbours in memory.
//!
//! The ground is divided into squares, and these into bins: one square each where people stand close together, as many
//! as can be around a spot where they do not. The bins of a row follow each other. Where there is too much ground for
//! that, it is folded: what is as far as the table is long, or a multiple of it, is in the same bin, so somebody in a
//! bin need not be near and has to be asked for its square.

use std::ops::Range;

use super::kernel::Square;
use super::spread::Spread;
use crate::engine::peers::Peer;
use crate::engine::position::Ground;

/// Rows and columns beyond are one: so far out nobody stands close to anybody.
const FAR: i32 = 1 << 29;
/// Bins for each person, and some more.
const SPARE_BINS: usize = 4;
const BINS_MIN: usize = 4096;
/// A table is longer than the bins around a spot, so that none is met twice.
const SIDE_MIN: usize = 10;

/// Somebody of the crowd.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    pub peer: Peer,
    /// The slot of its island.
    pub label: u32,
    /// Where it is, or soon will be; x and z in metres.
    pub ahead: [f32; 2],
    /// Where a walker will be later.
    pub later: [f32; 2],
    /// See [`lasting`](super::passing::lasting); 1 for one that stands.
    pub lasting: f32,
    /// The square where it is.
    pub square: Square,
    /// And of where it soon will be.
    pub aim: Square,
    /// How many neighbours it has there on any island.
    pub total: f64,
    /// How much more than others it has to gain by a move.
    pub reluctance: f32,
}

impl Player {
    pub const NOBODY: Self = Self {
        peer: Peer::NOBODY,
        label: u32::MAX,
        ahead: [0.0; 2],
        later: [0.0; 2],
        lasting: 1.0,
        square: Square { row: 0, column: 0 },
        aim: Square { row: 0, column: 0 },
        total: 0.0,
        reluctance: 0.0,
    };

    /// Where a walker will be later; x and z in metres. `None` for one that stands.
    pub fn later(&self) -> Option<(f64, f64)> {
        let [x, z] = self.later.map(f64::from);
        (self.lasting < 1.0).then_some((x, z))
    }

    /// The share of a move's worth that remains.
    pub fn lasting(&self) -> f64 {
        f64::from(self.lasting)
    }

    /// Where it is, or soon will be; x and z in metres.
    pub fn ahead(&self) -> (f64, f64) {
        (f64::from(self.ahead[0]), f64::from(self.ahead[1]))
    }
}

/// Players by bin.
#[derive(Debug, Default)]
pub(super) struct Squares {
    pub players: Vec<Player>,
    /// Players in the order of their aims.
    pub by_aim: Vec<u32>,
    per_m: f64,
    /// The side of a bin in squares, as a power of two.
    bin: u32,
    rows: i32,
    columns: i32,
    /// The first row and column of bins.
    origin: Square,
    /// By bin: its first player; one more than there are bins.
    starts: Vec<u32>,
    /// By peer; on the way there the bin.
    places: Vec<u32>,
    /// By bin, for the order of aims.
    next: Vec<u32>,
}

impl Squares {
    /// Nobody.
    pub fn clear(&mut self) {
        self.players.clear();
        self.by_aim.clear();
    }

    /// Nobody yet, on ground that people are so spread over; squares have such sides.
    pub fn start(&mut self, spread: Spread, handles: usize, side_m: f64, reach: i32) {
        self.clear();
        self.places.clear();
        self.places.resize(handles, u32::MAX);
        self.per_m = 1.0 / side_m;
        let most = SPARE_BINS * spread.people() + BINS_MIN;
        self.bin = 0;
        let (mut rows, mut columns) = self.measure(spread);
        if rows.saturating_mul(columns) > most {
            self.bin = (2 * reach as u32).next_power_of_two().ilog2();
            (rows, columns) = self.measure(spread);
        }
        // No sides shorter than those of a square table, unless there is no more ground.
        columns = columns.min(most.isqrt().max(most / rows));
        rows = rows.min(most / columns);
        (self.rows, self.columns) = (rows as i32, columns as i32);
        self.starts.clear();
        self.starts.resize(rows * columns + 1, 0);
    }

    /// How many rows and columns of bins there are, from now on counted from the first ones.
    fn measure(&mut self, spread: Spread) -> (usize, usize) {
        let [(left, right), (bottom, top)] = [0, 1].map(|axis| spread.span(axis));
        let low = self.bin_of(self.square(left, bottom));
        let high = self.bin_of(self.square(right, top));
        let across = |low: i32, high: i32| ((high - low).max(0) as usize + 1).max(SIDE_MIN);
        self.origin = low;
        (across(low.row, high.row), across(low.column, high.column))
    }

    /// Somebody will be [put](Self::put) there.
    pub fn count(&mut self, peer: Peer, at: Ground) {
        let bin = self.bin(self.square(f64::from(at.x()), f64::from(at.z())));
        self.places[peer.index()] = bin as u32;
        self.starts[bin + 1] += 1;
    }

    /// Whether somebody will be put there.
    pub fn is_counted(&self, peer: Peer) -> bool {
        self.places[peer.index()] != u32::MAX
    }

    /// All are counted.
    pub fn open(&mut self) {
        let mut start = 0;
        for count in &mut self.starts[1..] {
            start += std::mem::replace(count, start);
        }
        self.players.resize(start as usize, Player::NOBODY);
    }

    /// Puts somebody into its place; by handles from the lowest to the highest.
    pub fn put(&mut self, player: Player) {
        let place = &mut self.places[player.peer.index()];
        let next = &mut self.starts[*place as usize + 1];
        *place = *next;
        *next += 1;
        self.players[*place as usize] = player;
    }

    /// All are in their places.
    pub fn arrange(&mut self) {
        self.next.clear();
        self.next.resize(self.starts.len(), 0);
        for place in 0..self.players.len() {
            let (x, z) = self.players[place].ahead();
            let aim = self.square(x, z);
            self.players[place].aim = aim;
            let bin = self.bin(aim);
            self.next[bin] += 1;
        }
        let mut start = 0;
        for next in &mut self.next {
            start += std::mem::replace(next, start);
        }
        self.by_aim.resize(self.players.len(), 0);
        for (place, player) in (0..).zip(&self.players) {
            let bin = self.bin(player.aim);
            let next = &mut self.next[bin];
            self.by_aim[*next as usize] = place;
            *next += 1;
        }
    }

    /// Where somebody is among the players; `None` for others.
    pub fn place(&self, peer: Peer) -> Option<usize> {
        let place = *self.places.get(peer.index())? as usize;
        let there = self.players.get(place)?;
        (there.peer == peer).then_some(place)
    }

    /// The square of a spot.
    pub fn square(&self, x: f64, z: f64) -> Square {
        let cell = |coordinate: f64| floor(coordinate * self.per_m).clamp(-FAR, FAR);
        Square {
            row: cell(z),
            column: cell(x),
        }
    }

    /// Whether people stand so close together that bins are single squares.
    pub fn are_close(&self) -> bool {
        self.bin == 0
    }

    /// How many bins there are.
    pub fn bins(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Those in a bin.
    pub fn players_in(&self, bin: usize) -> &[Player] {
        &self.players[self.starts[bin] as usize..self.starts[bin + 1] as usize]
    }

    /// Runs of bins that have all squares around a square in them, each bin once.
    pub fn around(&self, square: Square, reach: i32) -> impl Iterator<Item = Range<usize>> {
        let (rows, columns, origin) = (self.rows, self.columns, self.origin);
        let first = self.bin_of(Square {
            row: square.row - reach,
            column: square.column - reach,
        });
        let last = self.bin_of(Square {
            row: square.row + reach,
            column: square.column + reach,
        });
        let left = fold(first.column - origin.column, columns);
        let right = left + last.column - first.column + 1;
        let (end, mut from) = (rows * columns, fold(first.row - origin.row, rows) * columns);
        // Beyond the end of a row they go on at its beginning, and beyond the last row in the first one.
        let folded = i32::from(right > columns);
        (0..(last.row - first.row + 1) << folded).map(move |nth| {
            if nth & folded == 1 {
                let start = from - columns + if from == 0 { end } else { 0 };
                return start as usize..(start + right - columns) as usize;
            }
            let start = from;
            from += columns;
            from = if from == end { 0 } else { from };
            (start + left) as usize..(start + right.min(columns)) as usize
        })
    }

    fn bin_of(&self, square: Square) -> Square {
        Square {
            row: square.row >> self.bin,
            column: square.column >> self.bin,
        }
    }

    /// The bin in which a square is.
    pub fn bin(&self, square: Square) -> usize {
        let Square { row, column } = self.bin_of(square);
        let row = fold(row - self.origin.row, self.rows);
        (row * self.columns + fold(column - self.origin.column, self.columns)) as usize
    }
}

/// Where that is in a table of such a length.
fn fold(at: i32, length: i32) -> i32 {
    if (0..length).contains(&at) {
        at
    } else {
        at.rem_euclid(length)
    }
}

/// Which whole number a coordinate is above; the highest and lowest stand for all beyond.
fn floor(coordinate: f64) -> i32 {
    let towards_zero = coordinate as i32;
    towards_zero.saturating_sub(i32::from(f64::from(towards_zero) > coordinate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_on_both_sides_of_zero() {
        for (coordinate, expected) in [
            (0.0, 0),
            (-0.0, 0),
            (2.9, 2),
            (-2.1, -3),
            (-3.0, -3),
            (1e300, i32::MAX),
            (-1e300, i32::MIN),
        ] {
            assert_eq!(floor(coordinate), expected);
        }
    }

    fn arranged(spots: &[Ground]) -> Squares {
        let mut spread = Spread::new(1);
        for spot in spots {
            spread.add(*spot);
        }
        let mut squares = Squares::default();
        squares.start(spread, spots.len(), 10.0, 2);
        let peers = || (0..).map(Peer::from_index).zip(spots);
        for (peer, spot) in peers() {
            squares.count(peer, *spot);
        }
        squares.open();
        for (peer, spot) in peers() {
            let ahead = [spot.x() + 15.0, spot.z() - 15.0];
            squares.put(Player {
                peer,
                ahead,
                square: squares.square(f64::from(spot.x()), f64::from(spot.z())),
                ..Player::NOBODY
            });
        }
        squares.arrange();
        squares
    }

    /// Everybody in reach is found once, near and far out, also where the ground is folded.
    #[test]
    fn nobody_around_is_missed_or_met_twice() {
        let near = |n: usize| ((n * 37 % 101) as f32, (n * 53 % 97) as f32);
        for (close, far) in [(true, 0.0), (false, 3e3), (false, 2e9)] {
            let spot = |n: usize| {
                let far = [0.0, 0.0, far / 7.0, far][n % 4];
                Ground::new(near(n).0 + far, near(n).1 - far)
            };
            let spots: Vec<_> = (0..400).map(spot).collect();
            let all = arranged(&spots);
            assert_eq!(all.are_close(), close);
            assert_eq!(all.players.len(), spots.len());
            let mut by_aim = all.by_aim.clone();
            by_aim.sort_unstable();
            assert!(by_aim.iter().copied().eq(0..400));
            for (place, player) in all.players.iter().enumerate() {
                assert_eq!(all.place(player.peer), Some(place));
                let aim = player.aim;
                let is_near = |other: &Square| {
                    other.row.abs_diff(aim.row) <= 2 && other.column.abs_diff(aim.column) <= 2
                };
                let mut found = Vec::new();
                for bin in all.around(aim, 2).flatten() {
                    let players = all.players_in(bin).iter();
                    found.extend(players.filter_map(|other| all.place(other.peer)));
                }
                found.sort_unstable();
                assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
                let is_near = |place: &usize| is_near(&all.players[*place].square);
                found.retain(is_near);
                let expected = (0..400).filter(is_near);
                assert!(found.into_iter().eq(expected), "{place}");
            }
        }
    }
}
