//! The crowds of a flush, and moves of single people in them that can be taken back.

use super::config::CoherentConfig;
use super::hubs::Hubs;
use super::kernel::Kernel;
use super::motion::Motion;
use super::squares::Squares;
use super::whole::Whole;
use crate::engine::peers::{Peer, State};
use crate::engine::world::World;

/// No island.
pub(super) const NOBODY: u32 = u32::MAX;

/// Depth, in metres, that counts as much as all neighbours.
const DEPTH_M: f64 = 20.0;
/// So deep, as a multiple, somebody can be past a border.
const DEPTH_MAX: f64 = 2.0;
/// Centres nearer to each other, in metres, say nothing about where a border is.
const CENTRES_M: f64 = 5.0;
/// Fewer neighbours than this are not worth more for being few.
const NEIGHBOURS_MIN: f64 = 0.5;

/// Where the members of an island are, summed up.
#[derive(Clone, Copy, Debug)]
struct Sum {
    x: f64,
    z: f64,
    count: f64,
    /// Members who had come from elsewhere when the flush began.
    moving: f64,
    /// It is an island of a crowd.
    takes_part: bool,
}

impl Sum {
    const NOTHING: Self = Self {
        x: 0.0,
        z: 0.0,
        count: 0.0,
        moving: 0.0,
        takes_part: false,
    };
}

/// A move that was made.
#[derive(Clone, Copy, Debug)]
struct Move {
    peer: Peer,
    from: u32,
    /// The place it had among the members.
    at: u32,
}

/// Everybody in crowds, who is with whom, and what moving would bring.
#[derive(Debug)]
pub(super) struct Crowd {
    pub squares: Squares,
    pub kernel: Kernel,
    pub config: CoherentConfig,
    /// By place: the slot of the island.
    pub labels: Vec<u32>,
    /// By slot.
    sums: Vec<Sum>,
    moves: Vec<Move>,
    hubs: Hubs,
    whole: Whole,
    /// By place: how many neighbours somebody has on any island.
    pub totals: Vec<f64>,
}

impl Crowd {
    pub fn new(config: CoherentConfig) -> Self {
        Self {
            squares: Squares::default(),
            kernel: Kernel::new(config.radius_m / config.kernel_cell_m),
            config,
            labels: Vec::new(),
            sums: Vec::new(),
            moves: Vec::new(),
            hubs: Hubs::default(),
            whole: Whole::default(),
            totals: Vec::new(),
        }
    }

    /// Forgets everybody: moves from now on only change the world.
    pub fn clear(&mut self) {
        self.squares.clear();
        self.labels.clear();
        self.totals.clear();
        self.sums.clear();
        self.hubs.start(0);
    }

    /// Starts with the members of these islands, and everybody without one.
    pub fn start(&mut self, world: &World, slots: &[u32], motion: &Motion) {
        self.clear();
        self.sums.resize(world.islands.slot_bound(), Sum::NOTHING);
        for slot in slots {
            self.sums[*slot as usize].takes_part = true;
        }
        let interval_s = motion.interval_s(world.now_ms);
        let look_ahead_s = self.config.look_ahead_s;
        self.squares.start(self.config.kernel_cell_m);
        self.hubs.start(world.islands.slot_bound());
        // In the order of handles: that of memory.
        for (peer, state) in world.peers.all() {
            let home = world.home(peer);
            let sum = self.sums.get_mut(home as usize);
            if state != State::Member || sum.as_ref().is_some_and(|sum| !sum.takes_part) {
                continue;
            }
            let position = world.peers.position[peer.index()];
            let at = (f64::from(position.x()), f64::from(position.z()));
            let (ahead, moved) = motion.ahead(peer, position, interval_s, look_ahead_s);
            if let Some(sum) = sum {
                sum.x += at.0;
                sum.z += at.1;
                sum.count += 1.0;
                sum.moving += f64::from(u8::from(moved));
            }
            self.squares.add(peer, home, at, ahead, moved);
        }
        self.squares.arrange(&self.kernel);
        let players = self.squares.players.iter();
        self.labels.extend(players.map(|player| player.home));
        self.totals.resize(self.labels.len(), 0.0);
    }

    /// The share of the members that had come from elsewhere when the flush began.
    pub fn liveliness(&self, slot: u32) -> f64 {
        let Sum { count, moving, .. } = self.sums[slot as usize];
        moving / count
    }

    /// The mean of the members' positions; x and z in metres.
    pub fn centre(&self, slot: u32) -> (f64, f64) {
        let Sum { x, z, count, .. } = self.sums[slot as usize];
        (x / count, z / count)
    }

    /// How much better it is for somebody to be with others, from -2 to 2: the depth past the border between the
    /// centres, and the difference in neighbours as a share of all neighbours.
    pub fn worth(&self, place: usize, from: u32, to: u32) -> f64 {
        let (here, there) = self.neighbours(place, from, to);
        let ahead = self.squares.players[place].ahead();
        let depth = depth(ahead, self.centre(from), self.centre(to));
        self.weigh(depth, there - here, self.totals[place])
    }

    /// Depth and neighbours, each in its share.
    pub fn weigh(&self, depth: f64, neighbours: f64, total: f64) -> f64 {
        let mix = self.config.mix;
        (1.0 - mix) * depth + mix * (neighbours / total.max(NEIGHBOURS_MIN))
    }

    /// The neighbours somebody will have on its island, without itself, and on another one.
    fn neighbours(&self, place: usize, from: u32, to: u32) -> (f64, f64) {
        let squares = &self.squares;
        let player = squares.players[place];
        let aim = squares.aims[player.aim as usize];
        let left = aim.column - self.kernel.reach();
        let (mut here, mut there) = (0.0, 0.0);
        for (nth, (start, end)) in (0..).zip(squares.windows(player.aim)) {
            let shares = self.kernel.row(nth - self.kernel.reach());
            let first = squares.first_of(*start) as usize;
            let last = squares.first_of(*end) as usize;
            let columns = &squares.columns[first..last];
            for (label, column) in self.labels[first..last].iter().zip(columns) {
                let share = shares[(column - left) as usize];
                here += if *label == from { share } else { 0.0 };
                there += if *label == to { share } else { 0.0 };
            }
        }
        (here - self.itself(place), there)
    }

    /// How much of a neighbour somebody seems to be to itself.
    pub fn itself(&self, place: usize) -> f64 {
        let player = self.squares.players[place];
        let aim = self.squares.aims[player.aim as usize];
        let columns = player.column - aim.column;
        self.kernel.share(columns, player.row - aim.row)
    }

    /// Whether somebody of an island is within the join distance of somebody.
    pub fn is_adjacent(world: &World, peer: Peer, slot: u32) -> bool {
        let from = world.peers.position[peer.index()];
        let members = &world.islands.get(slot).members;
        members.iter().any(|member| {
            let position = world.peers.position[member.index()];
            world.peers.state(*member) == State::Member
                && from.squared_distance(position) <= world.join_squared
        })
    }

    /// Whether the island of somebody hangs together without it.
    pub fn may_leave(&mut self, world: &World, peer: Peer) -> bool {
        let slot = world.home(peer);
        let is_known = (slot as usize) < self.sums.len();
        is_known
            && self
                .hubs
                .holds_without(world, slot, peer, self.centre(slot))
            || self.whole.is_whole_without(world, peer)
    }

    /// Moves somebody to another island, or to its first one.
    pub fn shift(&mut self, world: &mut World, peer: Peer, to: u32) {
        let from = world.home(peer);
        let mut at = 0;
        if from != NOBODY {
            let members = &mut world.islands.get_mut(from).members;
            at = members
                .iter()
                .position(|member| *member == peer)
                .unwrap_or_default();
            members.remove(at);
        }
        world.islands.get_mut(to).members.push(peer);
        world.islands.mark_changed(to);
        self.relabel(world, peer, to);
        self.moves.push(Move {
            peer,
            from,
            at: at as u32,
        });
    }

    /// Whatever was moved until now stays where it is.
    pub fn keep(&mut self) {
        self.moves.clear();
    }

    /// Takes back all moves since the last [`Self::keep`].
    pub fn take_back(&mut self, world: &mut World) {
        while let Some(Move { peer, from, at }) = self.moves.pop() {
            let to = world.home(peer);
            world.islands.get_mut(to).members.pop();
            if from != NOBODY {
                let members = &mut world.islands.get_mut(from).members;
                members.insert(at as usize, peer);
            }
            self.relabel(world, peer, from);
        }
    }

    /// Notes that somebody is on another island now.
    pub fn relabel(&mut self, world: &mut World, peer: Peer, to: u32) {
        let from = world.home(peer);
        world.peers.island[peer.index()] = to;
        if let Some(place) = self.squares.place(peer) {
            self.labels[place] = to;
            self.count(world, peer, from, -1.0);
            self.count(world, peer, to, 1.0);
            self.hubs.leave(from, peer);
            self.hubs.enter(world, to, peer);
        }
    }

    /// A slot is used by another island from now on.
    pub fn open(&mut self, slot: u32) {
        let bound = self.sums.len().max(slot as usize + 1);
        self.sums.resize(bound, Sum::NOTHING);
        self.sums[slot as usize] = Sum::NOTHING;
        self.hubs.open(slot);
    }

    fn count(&mut self, world: &World, peer: Peer, slot: u32, sign: f64) {
        if let Some(sum) = self.sums.get_mut(slot as usize) {
            let position = world.peers.position[peer.index()];
            sum.x += sign * f64::from(position.x());
            sum.z += sign * f64::from(position.z());
            sum.count += sign;
        }
    }
}

/// How far somebody is past the border between two centres, as a multiple of [`DEPTH_M`].
pub(super) fn depth(at: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let squared = |a: (f64, f64), b: (f64, f64)| {
        let (dx, dz) = (a.0 - b.0, a.1 - b.1);
        dx * dx + dz * dz
    };
    let apart = squared(from, to).sqrt().max(CENTRES_M);
    let depth = (squared(at, from) - squared(at, to)) / (2.0 * apart);
    (depth / DEPTH_M).clamp(-DEPTH_MAX, DEPTH_MAX)
}
