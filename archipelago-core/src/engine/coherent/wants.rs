//! Who wants to go where, and who would not mind much.

use super::chains::Chains;
use super::crowd::{Crowd, NOBODY, depth};
use super::patience::Patience;
use crate::engine::peers::Peer;
use crate::engine::world::World;

/// Somebody wants to be on another island.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    pub worth: f64,
    pub peer: Peer,
    pub place: u32,
    pub to: u32,
}

/// How many members of an island are in a square.
#[derive(Clone, Copy, Debug)]
struct Count {
    slot: u32,
    column: i32,
    count: f64,
}

/// The islands around a square.
#[derive(Clone, Copy, Debug)]
struct Around {
    slot: u32,
    /// How many neighbours are on it.
    neighbours: f64,
    centre: (f64, f64),
}

/// Finds out what everybody wants.
#[derive(Debug, Default)]
pub(super) struct Wants {
    /// The most urgent first.
    pub list: Vec<Want>,
    /// Members by occupied square and island, squares in their order.
    counts: Vec<Count>,
    /// By occupied square, and one more: where its counts start.
    starts: Vec<u32>,
    /// By slot; 0 between two squares.
    neighbours: Vec<f64>,
    touched: Vec<u32>,
    around: Vec<Around>,
}

impl Wants {
    /// Looks at everybody once.
    pub fn collect(
        &mut self,
        world: &World,
        crowd: &mut Crowd,
        patience: &mut Patience,
        chains: &mut Chains,
    ) {
        self.count(crowd);
        self.list.clear();
        self.neighbours.resize(world.islands.slot_bound(), 0.0);
        for aim in 0..crowd.squares.aims.len() {
            let total = self.look_around(crowd, aim);
            if self.around.len() > 1 || self.around.iter().any(|found| found.neighbours > 0.0) {
                for at in crowd.squares.aiming_at(aim) {
                    let place = crowd.squares.by_aim[at];
                    crowd.totals[place as usize] = total - crowd.itself(place as usize);
                    self.ask(world, crowd, place, patience, chains);
                }
            }
        }
        sort(&mut self.list);
    }

    /// Counts who is in each square.
    fn count(&mut self, crowd: &Crowd) {
        self.counts.clear();
        self.starts.clear();
        for square in 0..crowd.squares.occupied.len() as u32 {
            let start = self.counts.len();
            self.starts.push(start as u32);
            let first = crowd.squares.first_of(square) as usize;
            let end = crowd.squares.first_of(square + 1) as usize;
            let column = crowd.squares.occupied[square as usize].column;
            for label in &crowd.labels[first..end] {
                let mut counts = self.counts[start..].iter_mut();
                match counts.find(|count| count.slot == *label) {
                    Some(count) => count.count += 1.0,
                    None if *label != NOBODY => self.counts.push(Count {
                        slot: *label,
                        column,
                        count: 1.0,
                    }),
                    None => {}
                }
            }
        }
        self.starts.push(self.counts.len() as u32);
    }

    /// Lists the islands around an aim; the number of all neighbours there.
    fn look_around(&mut self, crowd: &Crowd, aim: usize) -> f64 {
        let squares = &crowd.squares;
        let reach = crowd.kernel.reach();
        let left = squares.aims[aim].column - reach;
        self.touched.clear();
        for (nth, (start, end)) in (0..).zip(squares.windows(aim as u32)) {
            let shares = crowd.kernel.row(nth - reach);
            // Squares of one row that follow each other, and so do their counts.
            let from = self.starts[*start as usize] as usize;
            let to = self.starts[*end as usize] as usize;
            for count in &self.counts[from..to] {
                let share = shares[(count.column - left) as usize];
                let neighbours = &mut self.neighbours[count.slot as usize];
                if *neighbours == 0.0 && share > 0.0 {
                    self.touched.push(count.slot);
                }
                *neighbours += share * count.count;
            }
        }
        self.around.clear();
        let mut total = 0.0;
        for slot in &self.touched {
            let neighbours = std::mem::take(&mut self.neighbours[*slot as usize]);
            total += neighbours;
            self.around.push(Around {
                slot: *slot,
                neighbours,
                centre: crowd.centre(*slot),
            });
        }
        total
    }

    /// What somebody wants, of the islands around its aim.
    fn ask(
        &mut self,
        world: &World,
        crowd: &Crowd,
        place: u32,
        patience: &mut Patience,
        chains: &mut Chains,
    ) {
        let player = crowd.squares.players[place as usize];
        let label = crowd.labels[place as usize];
        if label == NOBODY || world.islands.get(label).silent > 0 {
            return;
        }
        let own = self.around.iter().find(|around| around.slot == label);
        let here = own.map_or(0.0, |own| own.neighbours - crowd.itself(place as usize));
        let centre = own.map_or_else(|| crowd.centre(label), |own| own.centre);
        let liveliness = crowd.liveliness(label);
        patience.look_around(player.peer, player.moved, liveliness);
        let margin = crowd.config.margin + patience.reluctance(player.peer);
        let mut best = (margin, NOBODY);
        let (ahead, total) = (player.ahead(), crowd.totals[place as usize]);
        let trades = Chains::takes_part(world, label);
        chains.start_player();
        for other in &self.around {
            if other.slot == label {
                continue;
            }
            let depth = depth(ahead, centre, other.centre);
            let worth = crowd.weigh(depth, other.neighbours - here, total);
            if worth > best.0 {
                best = (worth, other.slot);
            }
            if trades {
                chains.offer_target(other.slot, worth);
            }
        }
        let wants = best.1 != NOBODY;
        patience.wait(player.peer, wants);
        if wants && patience.is_ready(player.peer) {
            self.list.push(Want {
                worth: best.0 - patience.reluctance(player.peer),
                peer: player.peer,
                place,
                to: best.1,
            });
        }
        if trades {
            chains.add_player(label, player.peer, place, crowd, patience);
        }
    }
}

/// The highest worth first, the lower handle on a tie.
pub(super) fn sort(wants: &mut [Want]) {
    wants.sort_unstable_by(|a, b| b.worth.total_cmp(&a.worth).then(a.peer.cmp(&b.peer)));
}
