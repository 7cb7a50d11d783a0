//! The engine for callers that know their peers by name.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use super::config::EngineConfig;
use super::machine::Engine;
use super::number::IslandNumber;
use super::peers::Peer;
use super::position::Position;
use super::updates::{Scope, Update};

/// An [`Update`] that names the peer by the caller's own id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedUpdate<Id> {
    /// The peer is on another island than it was last told.
    ChangeTo {
        /// Who moved.
        peer: Id,
        /// The island it is on now.
        island: IslandNumber,
        /// The island it was last told; `None` for a newcomer.
        from: Option<IslandNumber>,
    },
    /// The peer was disconnected.
    Leave {
        /// Who left.
        peer: Id,
        /// The island it was last told.
        island: IslandNumber,
    },
}

/// An [`Engine`] whose peers go by ids of the caller's: interned once, so that nothing inside hashes them.
#[derive(Debug)]
pub struct NamedEngine<Id> {
    engine: Engine,
    handles: HashMap<Id, Peer>,
    /// By handle; kept past a disconnect until its `Leave` has been told.
    names: Vec<Option<Id>>,
    departed: Vec<Peer>,
}

impl<Id: Eq + Hash + Clone> NamedEngine<Id> {
    /// An engine without peers; the first island has the number 1.
    pub fn new(config: EngineConfig) -> Self {
        Self::over(Engine::new(config))
    }

    /// An engine without peers whose first island has the number `next`.
    pub fn with_next_number(config: EngineConfig, next: IslandNumber) -> Self {
        Self::over(Engine::with_next_number(config, next))
    }

    fn over(engine: Engine) -> Self {
        Self {
            engine,
            handles: HashMap::new(),
            names: Vec::new(),
            departed: Vec::new(),
        }
    }

    /// The peer reports where it is, see [`Engine::insert`] and [`Engine::update`]. A new id becomes a newcomer.
    pub fn set_position<Q>(&mut self, id: &Q, position: Position, preferred: Option<&str>) -> Peer
    where
        Id: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = Id> + ?Sized,
    {
        if let Some(peer) = self.handles.get(id).copied() {
            self.engine.update(peer, position, preferred);
            return peer;
        }
        let peer = self.engine.insert(position, preferred);
        let name = id.to_owned();
        if self.names.len() <= peer.index() {
            self.names.resize(peer.index() + 1, None);
        }
        self.names[peer.index()] = Some(name.clone());
        self.handles.insert(name, peer);
        peer
    }

    /// The peer behind a handle reports where it is, see [`Engine::update`].
    pub fn update(&mut self, peer: Peer, position: Position) {
        self.engine.update(peer, position, None);
    }

    /// The peer is gone; an id that is not known is ignored. If it comes back, it is a newcomer with a new handle.
    pub fn disconnect<Q>(&mut self, id: &Q)
    where
        Id: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(peer) = self.handles.remove(id) {
            self.engine.remove(peer);
            self.departed.push(peer);
        }
    }

    /// See [`Engine::flush`]; the order of the updates is the same.
    pub fn flush(&mut self, now_ms: u64, scope: Scope) -> Vec<NamedUpdate<Id>> {
        let names = &self.names;
        let name = |peer: Peer| names.get(peer.index()).cloned().flatten();
        let by_name = |update: &Update| {
            Some(match *update {
                Update::ChangeTo { peer, island, from } => NamedUpdate::ChangeTo {
                    peer: name(peer)?,
                    island,
                    from,
                },
                Update::Leave { peer, island } => NamedUpdate::Leave {
                    peer: name(peer)?,
                    island,
                },
            })
        };
        let updates = self.engine.flush(now_ms, scope);
        let updates = updates.iter().filter_map(by_name).collect();
        self.forget_departed();
        updates
    }

    /// The same flush for callers that go by handles: nothing is copied, nothing looked up.
    pub fn flush_handles(&mut self, now_ms: u64, scope: Scope) -> &[Update] {
        self.forget_departed();
        self.engine.flush(now_ms, scope)
    }

    fn forget_departed(&mut self) {
        for peer in self.departed.drain(..) {
            self.names[peer.index()] = None;
        }
    }

    /// The engine underneath, for what can be read from it.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The id behind a handle.
    pub fn name(&self, peer: Peer) -> Option<&Id> {
        self.names.get(peer.index())?.as_ref()
    }

    /// The handle of an id.
    pub fn peer<Q>(&self, id: &Q) -> Option<Peer>
    where
        Id: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.handles.get(id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_before_the_flush_is_somebody_new() {
        let at = |x| Position::new(x, 0.0, 0.0).unwrap();
        let mut engine: NamedEngine<String> = NamedEngine::new(EngineConfig::default());
        let first = engine.set_position("ann", at(0.0), None);
        engine.flush(0, Scope::Full);
        engine.disconnect("ann");
        engine.disconnect("bob");
        let second = engine.set_position("ann", at(0.0), None);
        assert_ne!(first, second);
        let island = |n| IslandNumber::new(n).unwrap();
        let peer = || "ann".to_owned();
        let expected = [
            NamedUpdate::Leave {
                peer: peer(),
                island: island(1),
            },
            NamedUpdate::ChangeTo {
                peer: peer(),
                island: island(2),
                from: None,
            },
        ];
        assert_eq!(engine.flush(0, Scope::Full), expected);
        assert_eq!(
            (engine.name(first), engine.peer("ann")),
            (None, Some(second))
        );
    }
}
