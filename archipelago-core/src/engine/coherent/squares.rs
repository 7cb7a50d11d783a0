//! The people of a crowd in order of place: squares of the ground in rows, so that those around a spot are a few runs of
//! neighbours in memory.

use super::kernel::Kernel;
use super::radix::{Keyed, Radix, floor, in_rows};
use crate::engine::peers::Peer;

/// Rows and columns beyond are one: so far out nobody stands close to anybody.
const FAR: i32 = 1 << 29;

/// Somebody of the crowd.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    pub peer: Peer,
    /// The slot of its island when the flush began.
    pub home: u32,
    /// Where it is, or soon will be.
    ahead: [f32; 2],
    /// Whether it was elsewhere before.
    pub moved: bool,
    /// Which of [`Squares::aims`] that is.
    pub aim: u32,
    /// The square where it is.
    pub column: i32,
    pub row: i32,
}

impl Player {
    /// Where it is, or soon will be; x and z in metres.
    pub fn ahead(&self) -> (f64, f64) {
        (f64::from(self.ahead[0]), f64::from(self.ahead[1]))
    }
}

/// The square of a spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Square {
    pub row: i32,
    pub column: i32,
    /// Its first player or, of an aim, the first place in the order of aims.
    pub first: u32,
}

/// Players by square.
#[derive(Debug, Default)]
pub(super) struct Squares {
    pub players: Vec<Player>,
    /// Their columns.
    pub columns: Vec<i32>,
    per_m: f64,
    /// The squares with somebody in them, in rows.
    pub occupied: Vec<Square>,
    /// The squares where somebody is or soon will be, in rows.
    pub aims: Vec<Square>,
    /// Players in the order of their aims.
    pub by_aim: Vec<u32>,
    /// By aim and row around it: from which to which occupied square the columns in reach go.
    windows: Vec<(u32, u32)>,
    rows_around: usize,
    ends: Vec<(u32, u32)>,
    /// Of the occupied squares; the end is behind all.
    orders: Vec<u64>,
    /// By peer.
    places: Vec<u32>,
    keys: Vec<Keyed>,
    radix: Radix,
    arrived: Vec<Player>,
}

impl Squares {
    /// Nobody.
    pub fn clear(&mut self) {
        self.players.clear();
        self.columns.clear();
        self.occupied.clear();
        self.aims.clear();
        self.by_aim.clear();
        self.arrived.clear();
        self.keys.clear();
    }

    /// Nobody; squares have such sides.
    pub fn start(&mut self, side_m: f64) {
        self.clear();
        self.per_m = 1.0 / side_m;
    }

    /// Somebody more, for [`Self::arrange`], by handles from the lowest to the highest.
    pub fn add(&mut self, peer: Peer, home: u32, at: (f64, f64), ahead: (f64, f64), moved: bool) {
        let (row, column) = square(at, self.per_m);
        self.arrived.push(Player {
            peer,
            home,
            ahead: [ahead.0 as f32, ahead.1 as f32],
            moved,
            aim: 0,
            column,
            row,
        });
    }

    /// Puts all in their order.
    pub fn arrange(&mut self, kernel: &Kernel) {
        let arrived = self.arrived.iter();
        let squares = arrived.map(|player| (player.row, player.column));
        sort_rows(&mut self.radix, &mut self.keys, squares);
        let handles = self.arrived.last().map_or(0, |last| last.peer.index() + 1);
        self.places.resize(handles.max(self.places.len()), u32::MAX);
        for (place, (_, at)) in (0..).zip(&self.keys) {
            let player = self.arrived[*at as usize];
            self.players.push(player);
            self.columns.push(player.column);
            open(&mut self.occupied, (player.row, player.column), place);
            self.places[player.peer.index()] = place;
        }
        self.take_aim();
        self.look_around(kernel);
    }

    fn take_aim(&mut self) {
        let per_m = self.per_m;
        let players = self.players.iter();
        let squares = players.map(|player| square(player.ahead(), per_m));
        sort_rows(&mut self.radix, &mut self.keys, squares);
        for (at, (_, place)) in (0..).zip(&self.keys) {
            let player = &mut self.players[*place as usize];
            open(&mut self.aims, square(player.ahead(), per_m), at);
            player.aim = self.aims.len() as u32 - 1;
            self.by_aim.push(*place);
        }
    }

    /// Both squares and aims are in rows, so all ends of all windows only ever go forward.
    fn look_around(&mut self, kernel: &Kernel) {
        let reach = kernel.reach();
        self.rows_around = (2 * reach + 1) as usize;
        self.ends.clear();
        self.ends.resize(self.rows_around, (0, 0));
        self.windows.clear();
        self.orders.clear();
        let occupied = self.occupied.iter();
        self.orders
            .extend(occupied.map(|square| in_rows(square.row, square.column)));
        self.orders.push(u64::MAX);
        for square in &self.aims {
            for (offset, (from, to)) in (-reach..=reach).zip(&mut self.ends) {
                let row = square.row + offset;
                let first = in_rows(row, square.column - reach);
                let last = in_rows(row, square.column + reach);
                while self.orders[*from as usize] < first {
                    *from += 1;
                }
                *to = (*to).max(*from);
                while self.orders[*to as usize] <= last {
                    *to += 1;
                }
                self.windows.push((*from, *to));
            }
        }
    }

    /// Where somebody is among the players; `None` for others.
    pub fn place(&self, peer: Peer) -> Option<usize> {
        let place = *self.places.get(peer.index())? as usize;
        let there = self.players.get(place)?;
        (there.peer == peer).then_some(place)
    }

    /// From which to which occupied square those around an aim go, for each row around it.
    pub fn windows(&self, aim: u32) -> &[(u32, u32)] {
        let from = aim as usize * self.rows_around;
        &self.windows[from..from + self.rows_around]
    }

    /// The first player of an occupied square; the number of players behind the last.
    pub fn first_of(&self, square: u32) -> u32 {
        let first = self
            .occupied
            .get(square as usize)
            .map(|square| square.first);
        first.unwrap_or(self.players.len() as u32)
    }

    /// From where to where the players of an aim are in [`Self::by_aim`].
    pub fn aiming_at(&self, aim: usize) -> std::ops::Range<usize> {
        let next = self.aims.get(aim + 1);
        let end = next.map_or(self.by_aim.len(), |next| next.first as usize);
        self.aims[aim].first as usize..end
    }
}

fn square((x, z): (f64, f64), per_m: f64) -> (i32, i32) {
    let cell = |coordinate: f64| floor(coordinate * per_m).clamp(-FAR, FAR);
    (cell(z), cell(x))
}

/// Lists the places of some squares in rows; inside a square as they come.
fn sort_rows(
    radix: &mut Radix,
    keys: &mut Vec<Keyed>,
    squares: impl Iterator<Item = (i32, i32)> + Clone,
) {
    let (mut min, mut last) = ((FAR, FAR), -FAR);
    for (row, column) in squares.clone() {
        min = (min.0.min(row), min.1.min(column));
        last = last.max(column);
    }
    let width = i64::from(last) - i64::from(min.1) + 1;
    let key = |(row, column): (i32, i32)| {
        (i64::from(row - min.0) * width + i64::from(column - min.1)) as u64
    };
    keys.clear();
    keys.extend(squares.map(key).zip(0..));
    radix.sort(keys);
}

fn open(squares: &mut Vec<Square>, (row, column): (i32, i32), first: u32) {
    let is_new = |last: &Square| (last.row, last.column) != (row, column);
    if squares.last().is_none_or(is_new) {
        squares.push(Square { row, column, first });
    }
}
