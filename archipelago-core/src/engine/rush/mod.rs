//! Everybody arrives at once: the first flush of a realm, or the first one after everybody had left.
//!
//! Then each of them is an island of its own, which are merged at once, as far as their clusters fit, or by the crowd
//! policy. Its first pass takes islands of one in the order of arrival, and each goes into the first target that is
//! adjacent and has room, or else becomes one (`grow` where few are near each other, `choose` in a crowd). What hangs
//! together with what is noted meanwhile (`ties`), and all that follows is done with the numbers and sizes of targets
//! only (`merge`). Nobody is put anywhere before it is known where everybody ends up (`settle`).

mod choose;
mod grow;
mod merge;
mod settle;
mod ties;

use self::merge::Merger;
use self::ties::Ties;
use super::peers::{Peer, State};
use super::world::World;

/// No target; nobody.
const NONE: u32 = u32::MAX;
/// If there are more others in a peer's cell than that, in the mean, it is a crowd.
const CROWD_MIN: usize = 4;

/// The targets of a first pass of the crowd policy, in the order in which they were opened.
///
/// Which target somebody has gone into is noted as the home of its entry in the grid.
#[derive(Debug, Default)]
struct Draft {
    /// In the order of arrival: where they are among all entries.
    seats: Vec<u32>,
    /// By target: how many it has.
    sizes: Vec<u32>,
    /// By target: which arrival its first one is.
    firsts: Vec<u32>,
    max_peers: u32,
}

/// Forms the islands, unless the policy is another one than `stable`; nobody may be in an island or prefer one. Whoever
/// of the queue has not left again has the next number.
pub(super) fn place_all(world: &mut World, queue: &[Peer]) {
    let mut draft = Draft::of(world, queue);
    let mut ties = Ties::default();
    if is_crowd(world) {
        choose::choose_all(&mut draft, world);
        ties.find(&draft, world);
    } else {
        grow::grow_all(&mut draft, world, &mut ties);
    }
    let merger = Merger::merge_all(&draft.sizes, &mut ties, draft.max_peers);
    settle::settle(&draft, world, &merger);
}

impl Draft {
    /// Nobody has gone anywhere yet, but all are on the grid.
    fn of(world: &mut World, queue: &[Peer]) -> Self {
        let peers = &mut world.peers;
        let mut arrivals = vec![NONE; peers.state.len()];
        let mut count = 0;
        for peer in queue {
            if peers.state(*peer) == State::Waiting {
                peers.state[peer.index()] = State::Member;
                peers.spots[peer.index()].island = NONE;
                arrivals[peer.index()] = count;
                count += 1;
            }
        }
        world.grid.expire();
        world.grid.refresh(peers);
        let mut seats = vec![0; count as usize];
        for (entry, seat) in world.grid.all_entries().iter().zip(0..) {
            seats[arrivals[entry.peer.index()] as usize] = seat;
        }
        Self {
            seats,
            max_peers: world.max_peers as u32,
            ..Self::default()
        }
    }

    /// A new target, for that arrival.
    fn open(&mut self, arrival: u32) -> u32 {
        self.sizes.push(0);
        self.firsts.push(arrival);
        self.sizes.len() as u32 - 1
    }

    fn has_room(&self, target: u32) -> bool {
        let size = self.sizes.get(target as usize);
        size.is_some_and(|size| *size < self.max_peers)
    }

    /// The seats of all, target by target, in the order of arrival; and where those of each start.
    fn members(&self, world: &World) -> (Vec<u32>, Vec<u32>) {
        let mut starts = Vec::with_capacity(self.sizes.len() + 1);
        let mut end = 0;
        for size in &self.sizes {
            starts.push(end);
            end += size;
        }
        let mut next = starts.clone();
        starts.push(end);
        let mut members = vec![NONE; self.seats.len()];
        for seat in &self.seats {
            let next = &mut next[world.grid.all_entries()[*seat as usize].home as usize];
            members[*next as usize] = *seat;
            *next += 1;
        }
        (starts, members)
    }

    /// Whether two islands of that size have room for each other.
    fn is_small(&self, target: u32) -> bool {
        self.sizes[target as usize] <= self.max_peers / 2
    }
}

fn is_crowd(world: &World) -> bool {
    let cells = 0..world.grid.cell_bound() as u32;
    let others = cells.map(|cell| {
        let here = world.grid.entries(cell).len();
        here * here.saturating_sub(1)
    });
    others.sum::<usize>() > CROWD_MIN * world.grid.all_entries().len()
}

/// The first of those that one belongs to; the way there is made shorter.
fn find(above: &mut [u32], mut at: u32) -> u32 {
    while above[at as usize] != at {
        let next = above[above[at as usize] as usize];
        above[at as usize] = next;
        at = next;
    }
    at
}
