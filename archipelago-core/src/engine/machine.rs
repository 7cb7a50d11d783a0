//! The engine: its state and its inputs.

use super::borders::Borders;
use super::clusters::Clusters;
use super::coherent::Coherent;
use super::config::EngineConfig;
use super::contacts::Contacts;
use super::number::IslandNumber;
use super::peers::{Peer, State};
use super::policy::CrowdPolicy;
use super::position::Position;
use super::preferences::NO_WISH;
use super::split::Splitter;
use super::stable::Stable;
use super::updates::Update;
use super::view::Island;
use super::world::World;

/// Groups peers into islands. See the [module](super) for what it promises.
#[derive(Debug)]
pub struct Engine {
    config: EngineConfig,
    pub(super) world: World,
    /// Newcomers in the order of their arrival; some may have left again.
    pub(super) queue: Vec<Peer>,
    pub(super) waiting: usize,
    /// The leaves since the last flush.
    pub(super) leaves: Vec<Update>,
    pub(super) updates: Vec<Update>,
    pub(super) splitter: Splitter,
    pub(super) clusters: Clusters,
    pub(super) borders: Borders,
    pub(super) contacts: Contacts,
    pub(super) stable: Stable,
    /// Instead of the other, if that is the policy.
    pub(super) coherent: Option<Box<Coherent>>,
    /// Slots a flush works on.
    pub(super) slots: Vec<u32>,
    /// Slots that take part in the passes of the crowd policy.
    pub(super) crowd: Vec<u32>,
    /// Slots around which a pass of the crowd policy has something to do.
    pub(super) restless: Vec<u32>,
    /// Handed out by [`Self::restore`], until the end of the grace.
    pub(super) restored: Vec<Peer>,
}

impl Engine {
    /// An engine without peers; the first island has the number 1.
    pub fn new(config: EngineConfig) -> Self {
        Self::with_next_number(config, IslandNumber::FIRST)
    }

    /// An engine without peers whose first island has the number `next`: for a realm that existed before, because no
    /// number is used twice.
    pub fn with_next_number(config: EngineConfig, next: IslandNumber) -> Self {
        Self {
            world: World::new(&config, next),
            queue: Vec::new(),
            waiting: 0,
            leaves: Vec::new(),
            updates: Vec::new(),
            splitter: Splitter::new(config.leave_distance_m()),
            clusters: Clusters::default(),
            borders: Borders::default(),
            contacts: Contacts::default(),
            stable: Stable::default(),
            coherent: match config.crowd_policy() {
                CrowdPolicy::Stable => None,
                CrowdPolicy::Coherent(policy) => Some(Box::new(Coherent::new(policy))),
            },
            slots: Vec::new(),
            crowd: Vec::new(),
            restless: Vec::new(),
            restored: Vec::new(),
            config,
        }
    }

    /// The parameters it was made with.
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// The number that the next new island gets.
    pub fn next_number(&self) -> IslandNumber {
        self.world.islands.next_number()
    }

    /// A newcomer: waits for the next flush, in the order of arrival. `preferred` is the id of the island it would like
    /// to be in, see [`Self::update`].
    pub fn insert(&mut self, position: Position, preferred: Option<&str>) -> Peer {
        let peer = self.world.peers.add(State::Waiting, position);
        self.enqueue(peer);
        self.prefer(peer, preferred);
        peer
    }

    /// A peer reports where it is. One that still waits does not lose its place in the queue; a restored one is here
    /// from now on. Without `preferred` the preference stays as it is, an empty one clears it.
    pub fn update(&mut self, peer: Peer, position: Position, preferred: Option<&str>) {
        let state = self.world.peers.state(peer);
        match state {
            State::Free | State::Gone => return,
            State::Waiting => {}
            State::Spare => {
                self.world.peers.state[peer.index()] = State::Waiting;
                self.enqueue(peer);
            }
            State::Member => self.moved(peer, position),
            State::Silent => {
                self.world.peers.state[peer.index()] = State::Member;
                let slot = self.world.home(peer);
                self.world.islands.get_mut(slot).silent -= 1;
                self.world.silent -= 1;
                self.world.grid.expire();
                self.world.islands.mark_dirty(slot);
            }
        }
        self.world.peers.place(peer, position);
        if self.world.peers.state(peer) == State::Member {
            self.world.islands.relocate(peer, position.ground());
        }
        self.prefer(peer, preferred);
    }

    /// The peer is gone. Its handle stays reserved until the next flush, which reports its leave if it was on an
    /// island; afterwards it may be given to another one.
    pub fn remove(&mut self, peer: Peer) {
        let state = self.world.peers.state(peer);
        match state {
            State::Free | State::Gone => return,
            State::Waiting => self.waiting -= 1,
            State::Spare => {}
            State::Member | State::Silent => self.world.take_out(peer, state == State::Silent),
        }
        if let Some(island) = self.world.peers.told[peer.index()] {
            self.leaves.push(Update::Leave { peer, island });
        }
        self.world.wishes.drop(self.world.peers.wish(peer));
        self.world.peers.release(peer);
    }

    /// Whether the handle is in use: waiting, in an island, or restored and not yet heard of.
    pub fn contains(&self, peer: Peer) -> bool {
        !matches!(self.world.peers.state(peer), State::Free | State::Gone)
    }

    /// All handles ever given out have indices below this.
    pub fn handle_bound(&self) -> usize {
        self.world.peers.state.len()
    }

    /// Whether the peer is in an island.
    pub fn is_known(&self, peer: Peer) -> bool {
        matches!(self.world.peers.state(peer), State::Member | State::Silent)
    }

    /// Where the peer is, as far as it has said.
    pub fn position(&self, peer: Peer) -> Option<Position> {
        match self.world.peers.state(peer) {
            State::Waiting | State::Member => Some(self.world.peers.position(peer)),
            State::Free | State::Silent | State::Spare | State::Gone => None,
        }
    }

    /// The island the peer is in; `None` while it waits.
    pub fn island_of(&self, peer: Peer) -> Option<IslandNumber> {
        if self.is_known(peer) {
            self.world.islands.get(self.world.home(peer)).number
        } else {
            None
        }
    }

    /// How many peers are in islands.
    pub fn peer_count(&self) -> usize {
        let islands = self.world.islands.oldest_first();
        islands.map(|(_, slot)| self.world.islands.size(slot)).sum()
    }

    /// How many peers wait for the next flush.
    pub fn waiting_count(&self) -> usize {
        self.waiting
    }

    /// How many islands there are.
    pub fn island_count(&self) -> usize {
        self.world.islands.count()
    }

    /// All islands, the oldest first.
    pub fn islands(&self) -> impl Iterator<Item = Island<'_>> + '_ {
        let islands = self.world.islands.oldest_first();
        islands.map(|(number, slot)| Island::new(self, number, slot))
    }

    /// The island with that number.
    pub fn island(&self, number: IslandNumber) -> Option<Island<'_>> {
        let slot = self.world.islands.find(number)?;
        Some(Island::new(self, number, slot))
    }

    fn enqueue(&mut self, peer: Peer) {
        self.queue.push(peer);
        self.waiting += 1;
        self.expect(peer);
    }

    fn prefer(&mut self, peer: Peer, preferred: Option<&str>) {
        let wish = self.world.peers.wish(peer);
        if wish != NO_WISH || preferred.is_some() {
            let prefix = self.config.id_prefix();
            let wish = self.world.wishes.change(wish, preferred, prefix);
            self.world.peers.wish_for(peer, wish);
        }
    }

    fn moved(&mut self, peer: Peer, position: Position) {
        // Whoever stands still changes nothing: the last full flush has seen to everything as it is. Only beside
        // islands with silent members some things are left for when they are next looked at.
        let stands = self.world.peers.ground(peer).is_same(position.ground());
        if !stands || self.world.silent > 0 {
            self.world.grid.expire();
            self.world.islands.mark_dirty(self.world.home(peer));
        }
    }
}
