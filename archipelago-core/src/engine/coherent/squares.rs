//! The people of a crowd in order of place: squares of the ground in rows, so that those around a spot are a few runs of
//! neighbours in memory.

use super::kernel::Kernel;
use crate::engine::peers::Peer;

/// Rows and columns beyond are one: so far out nobody stands close to anybody.
const FAR: f64 = (1_u32 << 29) as f64;

/// Somebody of the crowd.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    pub peer: Peer,
    /// Where it is, or soon will be.
    pub ahead: (f64, f64),
    /// Whether it was elsewhere before.
    pub moved: bool,
    /// Which of [`Squares::aims`] that is.
    pub aim: u32,
    /// The square where it is.
    pub column: i32,
    pub row: i32,
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
    /// The squares with somebody in them, in rows.
    pub occupied: Vec<Square>,
    /// The squares where somebody is or soon will be, in rows.
    pub aims: Vec<Square>,
    /// Players in the order of their aims.
    pub by_aim: Vec<u32>,
    /// By aim and row around it: from which to which occupied square the columns in reach go.
    windows: Vec<(u32, u32)>,
    rows_around: usize,
    /// By peer.
    places: Vec<u32>,
    keys: Vec<(u64, u32)>,
    arrived: Vec<Player>,
}

impl Squares {
    /// Nobody.
    pub fn clear(&mut self) {
        self.players.clear();
        self.occupied.clear();
        self.aims.clear();
        self.by_aim.clear();
        self.arrived.clear();
        self.keys.clear();
    }

    /// Somebody more, for [`Self::arrange`]; the square is given by its side.
    pub fn add(&mut self, peer: Peer, at: (f64, f64), ahead: (f64, f64), moved: bool, side_m: f64) {
        let (row, column) = square(at, side_m);
        self.keys
            .push((key(row, column), self.arrived.len() as u32));
        self.arrived.push(Player {
            peer,
            ahead,
            moved,
            aim: 0,
            column,
            row,
        });
    }

    /// Puts all in their order.
    pub fn arrange(&mut self, kernel: &Kernel, side_m: f64) {
        let arrived = &self.arrived;
        self.keys
            .sort_unstable_by_key(|(key, at)| (*key, arrived[*at as usize].peer));
        for (place, (key, at)) in (0..).zip(&self.keys) {
            let player = arrived[*at as usize];
            self.players.push(player);
            open(&mut self.occupied, *key, place);
            if self.places.len() <= player.peer.index() {
                self.places.resize(player.peer.index() + 1, u32::MAX);
            }
            self.places[player.peer.index()] = place;
        }
        self.take_aim(side_m);
        self.look_around(kernel);
    }

    fn take_aim(&mut self, side_m: f64) {
        self.keys.clear();
        for (place, player) in (0..).zip(&self.players) {
            let (row, column) = square(player.ahead, side_m);
            self.keys.push((key(row, column), place));
        }
        self.keys.sort_unstable();
        for (at, (key, place)) in (0..).zip(&self.keys) {
            open(&mut self.aims, *key, at);
            self.players[*place as usize].aim = self.aims.len() as u32 - 1;
            self.by_aim.push(*place);
        }
    }

    /// Both squares and aims are in rows, so all ends of all windows only ever go forward.
    fn look_around(&mut self, kernel: &Kernel) {
        let reach = kernel.reach();
        self.rows_around = (2 * reach + 1) as usize;
        self.windows.clear();
        self.windows
            .resize(self.aims.len() * self.rows_around, (0, 0));
        for (nth, offset) in (-reach..=reach).enumerate() {
            let (mut from, mut to) = (0, 0);
            for (aim, square) in self.aims.iter().enumerate() {
                let row = square.row + offset;
                let first = (row, square.column - reach);
                let end = (row, square.column + reach);
                while self
                    .occupied
                    .get(from)
                    .is_some_and(|at| (at.row, at.column) < first)
                {
                    from += 1;
                }
                to = to.max(from);
                while self
                    .occupied
                    .get(to)
                    .is_some_and(|at| (at.row, at.column) <= end)
                {
                    to += 1;
                }
                self.windows[aim * self.rows_around + nth] = (from as u32, to as u32);
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

    /// The players of an aim, by their places.
    pub fn aiming_at(&self, aim: usize) -> &[u32] {
        let end = self
            .aims
            .get(aim + 1)
            .map_or(self.by_aim.len(), |next| next.first as usize);
        &self.by_aim[self.aims[aim].first as usize..end]
    }
}

fn square((x, z): (f64, f64), side_m: f64) -> (i32, i32) {
    let cell = |coordinate: f64| (coordinate / side_m).floor().clamp(-FAR, FAR) as i32;
    (cell(z), cell(x))
}

/// Orders like row and column.
fn key(row: i32, column: i32) -> u64 {
    let up = |at: i32| u64::from((at as u32) ^ (1 << 31));
    up(row) << 32 | up(column)
}

fn open(squares: &mut Vec<Square>, key: u64, first: u32) {
    let down = |at: u64| (at as u32 ^ (1 << 31)) as i32;
    let (row, column) = (down(key >> 32), down(key));
    if squares
        .last()
        .is_none_or(|last| (last.row, last.column) != (row, column))
    {
        squares.push(Square { row, column, first });
    }
}
