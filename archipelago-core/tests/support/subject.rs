//! The engine as the duels see it: by the names the tests give to peers.

use std::collections::{BTreeMap, VecDeque};

use archipelago_core::engine::{
    CrowdPolicy, Engine, EngineConfig, Island, IslandNumber, NamedEngine, NamedUpdate, Peer,
    Position, Scope, Update, parse_island_id,
};

use super::model::{Change, Model, ModelIsland, Name};

/// What an engine is made with.
#[derive(Debug, Clone)]
pub struct Settings {
    pub max_peers: u32,
    pub join: f64,
    pub leave: f64,
    pub prefix: String,
    pub next_number: u64,
    pub policy: CrowdPolicy,
}

impl Settings {
    pub fn new(max_peers: u32, join: f64, leave: f64) -> Self {
        Self {
            max_peers,
            join,
            leave,
            prefix: "I".to_owned(),
            next_number: 1,
            policy: CrowdPolicy::Stable,
        }
    }

    pub fn config(&self) -> EngineConfig {
        EngineConfig::new(self.max_peers, self.join, Some(self.leave))
            .expect("valid")
            .with_id_prefix(&self.prefix)
            .with_crowd_policy(self.policy)
    }
}

/// The engine's type for a number of a test.
fn number(number: u64) -> IslandNumber {
    IslandNumber::new(number).expect("not zero")
}

/// Everything that can be seen of an island.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub id: String,
    pub peers: Vec<Name>,
    /// Centre and radius; None while members have not reported.
    pub geometry: Option<([f64; 3], f64)>,
}

impl View {
    pub fn new(island: &ModelIsland, model: &Model) -> Self {
        Self {
            id: model.id(island.number),
            peers: island.members.clone(),
            geometry: (!model.is_pinned(island.number)).then(|| model.geometry(island)),
        }
    }
}

/// An implementation of the rules.
pub trait Subject {
    fn new(settings: &Settings) -> Self;
    fn report(&mut self, peer: Name, position: Position, wish: Option<&str>);
    fn disconnect(&mut self, peer: Name);
    fn flush(&mut self, now_ms: u64, scope: Scope) -> Vec<Change>;
    fn islands(&self) -> Vec<View>;
    /// The implementation's own checks.
    fn check(&self, scope: Scope) -> Result<(), String>;
    /// Whatever else it can be asked, compared with the model.
    fn agrees(&self, model: &Model) -> Result<(), String>;
}

impl Subject for NamedEngine<Name> {
    fn new(settings: &Settings) -> Self {
        Self::with_next_number(settings.config(), number(settings.next_number))
    }

    fn report(&mut self, peer: Name, position: Position, wish: Option<&str>) {
        self.set_position(&peer, position, wish);
    }

    fn disconnect(&mut self, peer: Name) {
        Self::disconnect(self, &peer);
    }

    fn flush(&mut self, now_ms: u64, scope: Scope) -> Vec<Change> {
        let change = |update| match update {
            NamedUpdate::ChangeTo { peer, island, from } => Change::ChangeTo {
                peer,
                island: island.get(),
                from: from.map(IslandNumber::get),
            },
            NamedUpdate::Leave { peer, island } => Change::Leave {
                peer,
                island: island.get(),
            },
        };
        Self::flush(self, now_ms, scope)
            .into_iter()
            .map(change)
            .collect()
    }

    fn islands(&self) -> Vec<View> {
        views(self.engine(), |peer| {
            *self.name(peer).expect("a member has a name")
        })
    }

    fn check(&self, scope: Scope) -> Result<(), String> {
        self.engine().check(scope)
    }

    fn agrees(&self, model: &Model) -> Result<(), String> {
        agrees(self.engine(), |name| self.peer(&name), model)
    }
}

/// The engine by handles, for what names cannot do: restoring.
pub struct Handles {
    pub engine: Engine,
    peers: BTreeMap<Name, Peer>,
    names: BTreeMap<Peer, Name>,
    /// Who was behind a handle that was given back: it may belong to somebody else by the time of the update.
    gone: Vec<(Peer, Name)>,
}

impl Handles {
    pub fn restore(&mut self, number: u64, members: &[Name]) {
        let peers = self.engine.restore(self::number(number), 0, members.len());
        assert_eq!(peers.len(), members.len());
        for (&name, peer) in members.iter().zip(peers) {
            self.knows(name, peer);
        }
    }

    pub fn end_grace(&mut self) -> Vec<Name> {
        let released = self.engine.end_grace();
        released.into_iter().map(|peer| self.forget(peer)).collect()
    }

    fn knows(&mut self, name: Name, peer: Peer) {
        self.peers.insert(name, peer);
        self.names.insert(peer, name);
    }

    fn forget(&mut self, peer: Peer) -> Name {
        let name = self.names.remove(&peer).expect("a name");
        self.peers.remove(&name);
        self.gone.push((peer, name));
        name
    }
}

impl Subject for Handles {
    fn new(settings: &Settings) -> Self {
        Self {
            engine: Engine::with_next_number(settings.config(), number(settings.next_number)),
            peers: BTreeMap::new(),
            names: BTreeMap::new(),
            gone: Vec::new(),
        }
    }

    fn report(&mut self, peer: Name, position: Position, wish: Option<&str>) {
        if let Some(&known) = self.peers.get(&peer) {
            self.engine.update(known, position, wish);
        } else {
            let fresh = self.engine.insert(position, wish);
            self.knows(peer, fresh);
        }
    }

    fn disconnect(&mut self, peer: Name) {
        if let Some(&known) = self.peers.get(&peer) {
            self.forget(known);
            self.engine.remove(known);
        }
    }

    fn flush(&mut self, now_ms: u64, scope: Scope) -> Vec<Change> {
        let mut gone = VecDeque::from(std::mem::take(&mut self.gone));
        let mut change = |update: &Update| match *update {
            Update::ChangeTo { peer, island, from } => Change::ChangeTo {
                peer: self.names[&peer],
                island: island.get(),
                from: from.map(IslandNumber::get),
            },
            Update::Leave { peer, island } => {
                let leaver =
                    std::iter::from_fn(|| gone.pop_front()).find(|(handle, _)| *handle == peer);
                Change::Leave {
                    peer: leaver.expect("somebody left").1,
                    island: island.get(),
                }
            }
        };
        self.engine
            .flush(now_ms, scope)
            .iter()
            .map(&mut change)
            .collect()
    }

    fn islands(&self) -> Vec<View> {
        views(&self.engine, |peer| self.names[&peer])
    }

    fn check(&self, scope: Scope) -> Result<(), String> {
        self.engine.check(scope)
    }

    fn agrees(&self, model: &Model) -> Result<(), String> {
        agrees(&self.engine, |name| self.peers.get(&name).copied(), model)
    }
}

fn views(engine: &Engine, name: impl Fn(Peer) -> Name) -> Vec<View> {
    let reported = |&peer: &Peer| engine.position(peer).is_some();
    let view = |island: Island<'_>| View {
        id: island.id(),
        peers: island.members().iter().map(|&peer| name(peer)).collect(),
        geometry: island
            .members()
            .iter()
            .all(reported)
            .then(|| (island.center(), island.radius())),
    };
    engine.islands().map(view).collect()
}

/// Counts and look-ups.
fn agrees(
    engine: &Engine,
    handle: impl Fn(Name) -> Option<Peer>,
    model: &Model,
) -> Result<(), String> {
    let counts = (
        engine.peer_count(),
        engine.waiting_count(),
        engine.island_count(),
    );
    let expected = (model.placed(), model.waiting(), model.islands().len());
    if counts != expected {
        return Err(format!(
            "peers, waiting, islands: {counts:?}, not {expected:?}"
        ));
    }
    for &name in model.peers() {
        let peer = handle(name).ok_or(format!("{name} is unknown"))?;
        let found = (
            engine.position(peer),
            engine.island_of(peer).map(IslandNumber::get),
        );
        let expected = (model.position(name), model.island_of(name));
        if found != expected {
            return Err(format!("{name} is at {found:?}, not {expected:?}"));
        }
    }
    for island in model.islands() {
        let number = number(island.number);
        let id = model.id(island.number);
        let found = engine
            .island(number)
            .map(|island| (island.number(), island.id()));
        if found != Some((number, id.clone())) {
            return Err(format!("{number:?} is {found:?}"));
        }
        if parse_island_id(engine.config().id_prefix(), &id) != Some(number) {
            return Err(format!("{id} is not the id of {number:?}"));
        }
    }
    Ok(())
}
