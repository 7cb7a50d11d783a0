//! One look at a realm for all who ask for its stats, serialised when somebody wants it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use archipelago_core::config::Config;
use archipelago_core::protocol::bus::{Snapshot, SnapshotRequest};
use archipelago_core::view::{Look, Newest, StatsView};
use serde::Serialize;
use worker::{Delay, Env, Result};

use crate::bus::BusError;
use crate::clock::{MOMENT, now_ms};
use crate::http::TaggedJson;
use crate::upstream::untold;

/// How long the realm may take, in ms.
const SNAPSHOT_LIMIT_MS: u64 = 5_000;

thread_local! {
    /// By the realm's name: as many as are configured.
    static NEWEST: RefCell<BTreeMap<String, Newest<Rc<Shared>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// A snapshot, and what was made of it.
pub struct Shared {
    snapshot: Rc<Snapshot>,
    peers: OnceCell<TaggedJson>,
    islands: OnceCell<TaggedJson>,
    parcels: OnceCell<TaggedJson>,
}

impl Shared {
    fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot: Rc::new(snapshot),
            peers: OnceCell::new(),
            islands: OnceCell::new(),
            parcels: OnceCell::new(),
        }
    }

    /// What it was made of.
    pub fn snapshot(&self) -> Rc<Snapshot> {
        Rc::clone(&self.snapshot)
    }

    /// Everybody.
    pub fn peers(&self) -> Result<&TaggedJson> {
        made_once(&self.peers, || StatsView(&self.snapshot).peers(&[]))
    }

    /// All islands.
    pub fn islands(&self) -> Result<&TaggedJson> {
        made_once(&self.islands, || StatsView(&self.snapshot).islands())
    }

    /// All parcels with players on them.
    pub fn parcels(&self) -> Result<&TaggedJson> {
        made_once(&self.parcels, || StatsView(&self.snapshot).parcels())
    }
}

fn made_once<T: Serialize>(
    cell: &OnceCell<TaggedJson>,
    make: impl FnOnce() -> T,
) -> Result<&TaggedJson> {
    if let Some(json) = cell.get() {
        return Ok(json);
    }
    let json = TaggedJson::new(&make())?;
    Ok(cell.get_or_init(|| json))
}

/// The realm as it was at most a second before this. One request at a time asks the realm; none waits for the future of
/// another one, which the platform would never let it see the end of.
pub async fn look(env: &Env, config: &Config) -> Result<Rc<Shared>, BusError> {
    let realm = &config.realm_name;
    let came = now_ms();
    let mut visit = on_newest(realm, |newest| newest.visit(came));
    let mut failure = None;
    loop {
        let now = now_ms();
        match on_newest(realm, |newest| newest.look(&mut visit, now)) {
            Look::Show(shared) => return Ok(shared),
            Look::Ask => match ask(env, realm).await {
                Ok(shared) => {
                    on_newest(realm, |newest| newest.answered(now, Rc::clone(&shared)));
                    return Ok(shared);
                }
                Err(error) => {
                    on_newest(realm, |newest| newest.failed(now));
                    failure = Some(error);
                }
            },
            Look::Wait if now.saturating_sub(came) < SNAPSHOT_LIMIT_MS => {
                Delay::from(MOMENT).await;
            }
            Look::Wait => return Err(failure.unwrap_or(BusError::TimedOut(SNAPSHOT_LIMIT_MS))),
            Look::Fail => return Err(failure.unwrap_or_else(failed_for_another)),
        }
    }
}

fn failed_for_another() -> BusError {
    BusError::NotReady("no answer to another request".to_owned())
}

async fn ask(env: &Env, realm: &str) -> Result<Rc<Shared>, BusError> {
    let request = |upstream| SnapshotRequest { upstream };
    let snapshot = untold::tell(SNAPSHOT_LIMIT_MS, env, realm, request).await?;
    Ok(Rc::new(Shared::new(snapshot)))
}

fn on_newest<T>(realm: &str, act: impl FnOnce(&mut Newest<Rc<Shared>>) -> T) -> T {
    NEWEST.with_borrow_mut(|by_realm| act(by_realm.entry(realm.to_owned()).or_default()))
}
