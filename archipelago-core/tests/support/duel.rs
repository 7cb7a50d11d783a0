//! Engine and model side by side: the same inputs go to both, and after every flush everything visible must be
//! equal, bit for bit.

use archipelago_core::engine::{Position, Scope};

use super::model::{Change, Model, Name};
use super::subject::{Settings, Subject, View};

/// Milliseconds between flushes.
const PERIOD_MS: u64 = 2000;

pub struct Duel<S> {
    pub subject: S,
    pub model: Model,
    now_ms: u64,
    flushes: usize,
}

impl<S: Subject> Duel<S> {
    pub fn new(settings: &Settings) -> Self {
        let Settings {
            max_peers,
            join,
            leave,
            prefix,
            next_number,
            ..
        } = settings;
        Self {
            subject: S::new(settings),
            model: Model::new(*max_peers as usize, *join, *leave, prefix, *next_number),
            now_ms: 0,
            flushes: 0,
        }
    }

    pub fn report(&mut self, peer: Name, position: Position, wish: Option<&str>) {
        self.subject.report(peer, position, wish);
        self.model.report(peer, position, wish);
    }

    /// Reports a position that has to be a valid one.
    pub fn place(&mut self, peer: Name, x: f64, z: f64) {
        self.report(peer, at(x, z), None);
    }

    pub fn disconnect(&mut self, peer: Name) {
        self.subject.disconnect(peer);
        self.model.disconnect(peer);
    }

    pub fn full(&mut self) -> Result<Vec<Change>, String> {
        self.flush(Scope::Full)
    }

    pub fn arrivals(&mut self) -> Result<Vec<Change>, String> {
        self.flush(Scope::Arrivals)
    }

    /// Flushes both; the updates if nothing differs.
    pub fn flush(&mut self, scope: Scope) -> Result<Vec<Change>, String> {
        self.now_ms += PERIOD_MS;
        self.flushes += 1;
        let updates = self.subject.flush(self.now_ms, scope);
        let expected = self.model.flush(scope);
        self.same("updates", &updates, &expected)?;
        self.compare(scope)?;
        Ok(updates)
    }

    fn compare(&self, scope: Scope) -> Result<(), String> {
        self.same("islands", &self.subject.islands(), &views(&self.model))?;
        let told = |what: String| format!("flush {}: {what}", self.flushes);
        self.subject.agrees(&self.model).map_err(told)?;
        self.subject.check(scope).map_err(told)?;
        self.model.keeps_the_rules(scope).map_err(told)
    }

    /// Invariant 5: neither silence nor repetition moves anybody. Only true after a full flush.
    pub fn stays_put(&mut self) -> Result<(), String> {
        let before = self.subject.islands();
        for repeats in [false, true] {
            if repeats {
                for peer in self.model.reported() {
                    let position = self.model.position(peer).expect("it has reported");
                    self.report(peer, position, None);
                }
            }
            let updates = self.full()?;
            self.same("updates though nobody moved", &updates, &Vec::new())?;
            self.same(
                "islands though nobody moved",
                &self.subject.islands(),
                &before,
            )?;
        }
        Ok(())
    }

    pub fn same<T: PartialEq + std::fmt::Debug>(
        &self,
        what: &str,
        engine: &T,
        model: &T,
    ) -> Result<(), String> {
        if engine == model {
            return Ok(());
        }
        Err(format!(
            "flush {}: {what}\n engine: {engine:?}\n  model: {model:?}",
            self.flushes
        ))
    }
}

/// A position that has to be a valid one, at the height at which people stand.
pub fn at(x: f64, z: f64) -> Position {
    Position::new(x as f32, 1.5, z as f32).expect("finite")
}

fn views(model: &Model) -> Vec<View> {
    let view = |island| View::new(island, model);
    model.islands().iter().map(view).collect()
}

/// What a peer is told.
pub fn to(peer: Name, island: u64, from: impl Into<Option<u64>>) -> Change {
    Change::ChangeTo {
        peer,
        island,
        from: from.into(),
    }
}

/// All islands with their members, the oldest first.
pub fn members<S: Subject>(duel: &Duel<S>) -> Vec<(String, Vec<Name>)> {
    duel.subject
        .islands()
        .into_iter()
        .map(|view| (view.id, view.peers))
        .collect()
}

/// One island with its members.
pub fn island(id: &str, peers: &[Name]) -> (String, Vec<Name>) {
    (id.to_owned(), peers.to_vec())
}
