//! The engine: its state and its inputs.

use super::config::EngineConfig;
use super::number::IslandNumber;
use super::peers::Peer;
use super::position::Position;
use super::updates::{Scope, Update};
use super::view::Island;

/// Groups peers into islands.
#[derive(Debug)]
pub struct Engine {
    config: EngineConfig,
    next: IslandNumber,
}

#[expect(
    unused_variables,
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    missing_docs
)]
impl Engine {
    pub fn new(config: EngineConfig) -> Self {
        Self::with_next_number(config, IslandNumber::FIRST)
    }
    pub fn with_next_number(config: EngineConfig, next: IslandNumber) -> Self {
        Self { config, next }
    }
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }
    pub fn next_number(&self) -> IslandNumber {
        self.next
    }
    pub fn insert(&mut self, position: Position, preferred: Option<&str>) -> Peer {
        Peer(0)
    }
    pub fn update(&mut self, peer: Peer, position: Position, preferred: Option<&str>) {}
    pub fn remove(&mut self, peer: Peer) {}
    pub fn flush(&mut self, now_ms: u64, scope: Scope) -> &[Update] {
        &[]
    }
    /// In use: waiting, in an island, or restored and not yet reported.
    pub fn contains(&self, peer: Peer) -> bool {
        false
    }
    /// In an island.
    pub fn is_known(&self, peer: Peer) -> bool {
        false
    }
    pub fn position(&self, peer: Peer) -> Option<Position> {
        None
    }
    pub fn island_of(&self, peer: Peer) -> Option<IslandNumber> {
        None
    }
    pub fn peer_count(&self) -> usize {
        0
    }
    pub fn waiting_count(&self) -> usize {
        0
    }
    pub fn island_count(&self) -> usize {
        0
    }
    pub fn islands(&self) -> impl Iterator<Item = Island<'_>> + '_ {
        std::iter::empty()
    }
    pub fn island(&self, number: IslandNumber) -> Option<Island<'_>> {
        None
    }
    pub fn restore(&mut self, number: IslandNumber, members: usize) -> Vec<Peer> {
        Vec::new()
    }
    pub fn end_grace(&mut self) -> Vec<Peer> {
        Vec::new()
    }
    /// # Errors
    /// The first broken invariant.
    pub fn check(&self, scope: Scope) -> Result<(), String> {
        Ok(())
    }
}
