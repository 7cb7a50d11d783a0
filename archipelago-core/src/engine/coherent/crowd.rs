//! The crowds of a flush, and moves of single people in them that can be taken back.

use super::config::CoherentConfig;
use super::depth::depth;
use super::hubs::Hubs;
use super::kernel::{Kernel, PARTS, Square};
use super::motion::{Heading, Motion, Outlook, Past, rounded};
use super::passing::lasting;
use super::patience::reluctance;
use super::ranges::Ranges;
use super::spread::Spread;
use super::squares::Squares;
use super::sums::{Site, Sum};
use super::tally::{Count, Tally};
use super::whole::Whole;
use crate::engine::grid::Entry;
use crate::engine::peers::{Peer, State};
use crate::engine::world::World;

/// No island.
pub(super) const NOBODY: u32 = u32::MAX;

/// Fewer neighbours than this are not worth more for being few.
const NEIGHBOURS_MIN: f64 = 0.5;

/// Somebody of a crowd.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    /// Where it is, or soon will be; x and z in metres.
    pub ahead: (f64, f64),
    /// Where a walker will be later, likewise; `None` for one that stands.
    pub later: Option<(f64, f64)>,
    /// See [`lasting`]; 1 for one that stands.
    pub lasting: f64,
    /// Whether it has come from elsewhere.
    pub moved: bool,
    /// The square where it is.
    pub square: Square,
    /// And of where it soon will be.
    pub aim: Square,
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
///
/// People are known by their places among the entries of the grid, where those are side by side who stand there.
#[derive(Debug)]
pub(super) struct Crowd {
    pub squares: Squares,
    pub kernel: Kernel,
    pub config: CoherentConfig,
    pub motion: Motion,
    pub tally: Tally,
    /// Those who are asked in this flush, in the order of bins of where they soon will be.
    pub by_aim: Vec<u32>,
    /// By entry: the bin, or [`NOBODY`]; and later, in parts, how many neighbours it has at its aim on any island.
    pub totals: Vec<u32>,
    pub outlook: Outlook,
    /// Somebody is in a crowd.
    is_open: bool,
    /// By slot.
    sums: Vec<Sum>,
    /// By slot.
    sites: Vec<Site>,
    /// By slot: how many members there are.
    sizes: Vec<u32>,
    moves: Vec<Move>,
    ranges: Ranges,
    hubs: Hubs,
    whole: Whole,
}

impl Crowd {
    pub fn new(config: CoherentConfig) -> Self {
        Self {
            squares: Squares::default(),
            kernel: Kernel::new(config.radius_m / config.kernel_cell_m),
            config,
            motion: Motion::default(),
            tally: Tally::default(),
            by_aim: Vec::new(),
            totals: Vec::new(),
            outlook: Outlook::default(),
            is_open: false,
            sums: Vec::new(),
            sites: Vec::new(),
            sizes: Vec::new(),
            moves: Vec::new(),
            ranges: Ranges::default(),
            hubs: Hubs::default(),
            whole: Whole::default(),
        }
    }

    /// Forgets everybody: moves from now on only change the world.
    pub fn clear(&mut self) {
        self.is_open = false;
        self.by_aim.clear();
        self.tally.clear();
        self.sums.clear();
        self.sites.clear();
        self.sizes.clear();
        self.hubs.start(0);
    }

    /// Whether there is anybody to change places with.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Starts with the members of the islands of each crowd; `order` is working memory. All entries of the grid have to
    /// know their homes.
    pub fn start<'a>(
        &mut self,
        world: &World,
        crowds: impl Iterator<Item = &'a [u32]>,
        order: &mut Vec<u32>,
    ) {
        self.clear();
        self.is_open = true;
        self.take_in(world, crowds);
        let entries = world.grid.all_entries();
        let spread = Spread::of(entries, |entry| self.takes_part(entry));
        self.squares
            .start(spread, self.config.kernel_cell_m, self.kernel.reach());
        let later_s = [self.config.look_ahead_s, self.config.stay_s];
        self.outlook = self.motion.outlook(world.now_ms, later_s);
        self.motion.know(world);
        self.sum_up(world);
        self.aim(entries);
        self.sort_by_aim(entries, order);
        let mut bins = std::mem::take(&mut self.totals);
        for (bin, entry) in bins.iter_mut().zip(entries) {
            let square = self.squares.square_of(entry.ground);
            *bin = if self.takes_part(entry) {
                self.squares.bin(square) as u32
            } else {
                NOBODY
            };
        }
        self.totals = bins;
        self.tally
            .start(entries, &self.squares, &self.totals, order);
    }

    /// Notes which islands there are, and to which crowds they belong.
    fn take_in<'a>(&mut self, world: &World, crowds: impl Iterator<Item = &'a [u32]>) {
        let slots = world.islands.slot_bound();
        let sizes = (0..slots as u32).map(|slot| world.islands.size(slot) as u32);
        self.sizes.extend(sizes);
        self.hubs.start(slots);
        self.sums.resize(slots, Sum::NOTHING);
        for (nth, slots) in (0..).zip(crowds) {
            for slot in slots {
                self.sums[*slot as usize].crowd = nth;
            }
        }
    }

    /// Sums up the members of all islands.
    fn sum_up(&mut self, world: &World) {
        let (sums, outlook) = (&mut self.sums, self.outlook);
        self.motion.each(world.grid.all_entries(), |entry, past| {
            if let Some(sum) = sums.get_mut(entry.home as usize) {
                let Heading { moved, .. } = outlook.heading(past, entry.ground);
                sum.add(entry.ground, 1.0);
                sum.moving += f64::from(u8::from(moved));
            }
        });
        for (slot, sum) in (0..).zip(&self.sums) {
            let reported = world.islands.get(slot).silent == 0;
            self.sites.push(Site::of(sum, reported));
        }
        self.ranges.measure(&mut self.sites);
    }

    /// Whether somebody is in a crowd.
    fn takes_part(&self, entry: &Entry) -> bool {
        let sum = self.sums.get(entry.home as usize);
        sum.is_some_and(|sum| sum.crowd != NOBODY)
    }

    /// Where somebody is, and is going.
    pub fn player(&self, world: &World, place: u32) -> Player {
        let entry = &world.grid.all_entries()[place as usize];
        self.player_of(entry, self.motion.past(entry.peer))
    }

    /// The same of an entry, and of what is remembered of it.
    pub fn player_of(&self, entry: &Entry, past: Past) -> Player {
        let heading = self.outlook.heading(past, entry.ground);
        let lasting = f64::from(lasting(heading.speed_mps) as f32);
        let ahead = rounded(heading.ahead);
        Player {
            ahead,
            later: (lasting < 1.0).then_some(rounded(heading.later)),
            lasting,
            moved: heading.moved,
            square: self.squares.square_of(entry.ground),
            aim: self.squares.square(ahead),
        }
    }

    /// How much more than others somebody has to gain by a move.
    pub fn reluctance(&self, peer: Peer) -> f64 {
        reluctance(self.motion.past(peer).quiet)
    }

    /// Which of the crowds an island belongs to.
    pub fn number(&self, slot: u32) -> u32 {
        self.sums[slot as usize].crowd
    }

    /// How many members there are.
    pub fn size(&self, slot: u32) -> usize {
        self.sizes[slot as usize] as usize
    }

    /// An island when the flush began, and what stands for one where there is none.
    pub fn site(&self, slot: u32) -> Site {
        let site = self.sites.get(slot as usize);
        site.copied().unwrap_or(Site::NONE)
    }

    /// The mean of the members' positions; x and z in metres.
    pub fn centre(&self, slot: u32) -> (f64, f64) {
        self.sums[slot as usize].centre()
    }

    /// How much better it is for somebody to be with others, from -2 to 2: the depth past the border between the
    /// centres, and the difference in neighbours as a share of all neighbours; of both, what lasts. Only for who was
    /// asked in this flush: of the others [`Self::totals`] says something else.
    pub fn worth(&self, world: &World, place: u32, from: u32, to: u32) -> f64 {
        let player = self.player(world, place);
        let (here, there) = self.neighbours(&player, from, to);
        let total = f64::from(self.totals[place as usize]) / PARTS;
        let depth = depth(player.ahead, self.centre(from), self.centre(to));
        player.lasting * self.weigh(depth, there - here, total)
    }

    /// Depth and neighbours, each in its share.
    pub fn weigh(&self, depth: f64, neighbours: f64, total: f64) -> f64 {
        let mix = self.config.mix;
        (1.0 - mix) * depth + mix * (neighbours / total.max(NEIGHBOURS_MIN))
    }

    /// The neighbours somebody will have on its island, without itself, and on another one.
    fn neighbours(&self, player: &Player, from: u32, to: u32) -> (f64, f64) {
        let Player { square, aim, .. } = *player;
        let (mut here, mut there) = (0, 0);
        let mut add = |count: &Count| {
            let share = self.kernel.parts(count.square, aim);
            let parts = u64::from(share) * u64::from(count.count);
            here += if count.slot == from { parts } else { 0 };
            there += if count.slot == to { parts } else { 0 };
        };
        for bins in self.squares.around(aim, self.kernel.reach()) {
            self.tally.each_of(bins, [from, to], &mut add);
        }
        let late = self.tally.late(from).chain(self.tally.late(to));
        late.for_each(add);
        let itself = f64::from(self.kernel.parts(square, aim));
        ((here as f64 - itself) / PARTS, there as f64 / PARTS)
    }

    /// Whether somebody of an island is within the join distance of somebody.
    pub fn is_adjacent(world: &World, peer: Peer, slot: u32) -> bool {
        let from = world.peers.ground(peer);
        let members = world.islands.members(slot).iter();
        let mut located = world.islands.grounds(slot).iter().zip(members);
        located.any(|(position, member)| {
            from.squared_distance(*position) <= world.join_squared
                && world.peers.state(*member) == State::Member
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
            at = world.islands.remove(from, peer);
        }
        world.islands.push(to, world.root(peer));
        world.islands.mark_changed(to, 0);
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
            world.islands.remove_at(to, world.islands.size(to) - 1);
            if from != NOBODY {
                let member = world.root(peer);
                world.islands.insert_at(from, at as usize, member);
            }
            self.relabel(world, peer, from);
        }
    }

    /// Notes that somebody is on another island now.
    pub fn relabel(&mut self, world: &mut World, peer: Peer, to: u32) {
        let from = world.home(peer);
        world.set_home(peer, to);
        if self.is_open {
            let square = self.squares.square_of(world.peers.ground(peer));
            let bin = self.squares.bin(square);
            if from != NOBODY {
                self.sizes[from as usize] -= 1;
                self.tally.leave(bin, square, from);
            }
            if to != NOBODY {
                self.sizes[to as usize] += 1;
                self.tally.enter(bin, square, to);
            }
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
        self.sizes.resize(bound, 0);
        self.sizes[slot as usize] = 0;
        self.hubs.open(slot);
    }

    fn count(&mut self, world: &World, peer: Peer, slot: u32, sign: f64) {
        if let Some(sum) = self.sums.get_mut(slot as usize) {
            sum.add(world.peers.ground(peer), sign);
        }
    }
}
