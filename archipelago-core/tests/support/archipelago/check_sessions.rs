//! What must hold of sessions: who lives has an island soon, who does not is forgotten, who comes back is expected.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::auth::Address;
use archipelago_core::protocol::bus::Report;
use archipelago_core::session::{Session, Stage as SessionStage};

use super::rows::SessionRow;
use super::{CONNECTOR_TIMEOUT_MS, ClientId, FLUSH_PERIOD_MS, RESUME_GRACE_MS, World, shard_name};

/// How many flushes may pass until somebody whose heartbeat got through is on an island.
const FLUSHES_MAX: u32 = 2;

/// What comes on top where something takes a while: retries, and reports that wait for each other.
const SLACK_MS: u64 = 10_000;

/// How long a session without a client may be in the registry, if nothing goes wrong meanwhile and no late repeat speaks
/// for it.
const GHOST_MAX_MS: u64 = CONNECTOR_TIMEOUT_MS + RESUME_GRACE_MS + SLACK_MS;

/// What is known of sessions besides what clients know.
#[derive(Default)]
pub(super) struct Watch {
    /// Whose socket a session was issued for.
    pub(super) issued: BTreeMap<u64, ClientId>,
    /// Sessions whose end the realm was told.
    ended: BTreeSet<u64>,
    /// The last report of each connector that this incarnation has applied: epoch and sequence.
    applied: BTreeMap<usize, (u64, u64)>,
    /// Whose first heartbeat has got through, and who is on no island yet.
    arrivals: BTreeMap<Address, Arrival>,
    /// To which island those belong who have yet to come back.
    promises: BTreeMap<Address, Promise>,
    /// Sessions without a client, and since when.
    ghosts: BTreeMap<u64, u64>,
}

struct Arrival {
    session: u64,
    since_ms: u64,
    flushes: u32,
}

#[derive(Debug)]
struct Promise {
    island: u64,
    /// The player's current session.
    session: u64,
    until_ms: u64,
}

impl World {
    /// The realm has restarted: whoever is stored on an island, and has room there, will find it again.
    pub(super) fn promise_places(&mut self) {
        self.watch.applied.clear();
        self.watch.arrivals.clear();
        let until_ms = self.now_ms + RESUME_GRACE_MS;
        let room = self.setting.max_peers as usize;
        let memberships = self.server.stored.memberships();
        let sessions = &self.server.stored.sessions;
        let places = memberships.flat_map(|(island, members)| {
            let promise = move |address| {
                let promise = Promise {
                    island,
                    session: sessions[&address].session,
                    until_ms,
                };
                (address, promise)
            };
            members.into_iter().take(room).map(promise)
        });
        self.watch.promises = places.collect();
    }

    /// Memberships that are promised are kept, unless the client has left.
    pub(super) fn watch_promises(&mut self) {
        let (rows, now_ms, ended) = (&self.server.rows, self.now_ms, &self.watch.ended);
        self.watch.promises.retain(|address, promise| {
            let row = rows.sessions.get(address);
            if now_ms >= promise.until_ms || (row.is_none() && ended.contains(&promise.session)) {
                return false;
            }
            let kept = row.is_some() && rows.island_of.get(address) == Some(&promise.island);
            assert!(kept, "{address} has lost its place: {promise:?}");
            promise.session = row.map_or(0, |row| row.session);
            true
        });
    }

    /// The realm is told that sessions have ended.
    pub(super) fn note_ends(&mut self, report: &Report) {
        for session in &report.disconnects {
            let client = self.watch.issued.get(session).expect("issued before");
            assert!(!self.clients[*client].open, "{session:x} lives");
        }
        self.watch.ended.extend(&report.disconnects);
    }

    /// A player has logged in: that counts.
    pub(super) fn note_login(&mut self, address: Address) {
        let (now_ms, promises) = (self.now_ms, &mut self.watch.promises);
        if let Some(promise) = promises.get_mut(&address)
            && now_ms < promise.until_ms
        {
            promise.until_ms = now_ms + RESUME_GRACE_MS;
        }
    }

    /// The realm has taken a report: whose heartbeats have got through?
    pub(super) fn note_report(&mut self, shard: usize, report: &Report) {
        let epoch = report.stamp.as_ref().map_or(0, |stamp| stamp.epoch);
        let this = (epoch, report.sequence);
        let last = self.watch.applied.entry(shard).or_default();
        if this <= *last {
            return;
        }
        *last = this;
        let full = report.full.iter().flat_map(|full| &full.sessions);
        let listed = full.filter(|listed| listed.position.is_some() && !listed.position_is_old);
        let listed = listed.map(|listed| listed.session);
        let heard = report.heartbeats.iter().map(|heartbeat| heartbeat.session);
        let sessions: Vec<u64> = listed.chain(heard).collect();
        for session in sessions {
            self.note_heartbeat(shard, session);
        }
    }

    fn note_heartbeat(&mut self, shard: usize, session: u64) {
        let Some(client) = self.watch.issued.get(&session) else {
            return;
        };
        let address = self.address_of(*client);
        let rows = &self.server.rows;
        let row = rows.sessions.get(&address);
        let is_current =
            |row: &&SessionRow| row.session == session && row.connector == shard_name(shard);
        if !row.as_ref().is_some_and(is_current) {
            return;
        }
        let island = rows.island_of.get(&address);
        if let Some(promise) = self.watch.promises.remove(&address)
            && self.now_ms < promise.until_ms
        {
            assert_eq!(
                island,
                Some(&promise.island),
                "{address} is not where it was"
            );
            self.count("back in place");
        } else if island.is_none() {
            let arrival = Arrival {
                session,
                since_ms: self.now_ms,
                flushes: 0,
            };
            self.watch.arrivals.entry(address).or_insert(arrival);
        }
    }

    /// A flush is over, and stored.
    pub(super) fn note_flush(&mut self) {
        for arrival in self.watch.arrivals.values_mut() {
            arrival.flushes += 1;
        }
        self.check_arrivals();
    }

    /// Whoever has said where it is gets an island soon.
    fn check_arrivals(&mut self) {
        let (rows, now_ms) = (&self.server.rows, self.now_ms);
        let calm_ms = self.server.troubled_ms;
        self.watch.arrivals.retain(|address, arrival| {
            let row = rows.sessions.get(address);
            let waits = row.is_some_and(|row| row.session == arrival.session)
                && !rows.island_of.contains_key(address);
            let waited_ms = now_ms - arrival.since_ms.max(calm_ms).min(now_ms);
            let is_late = arrival.flushes >= FLUSHES_MAX || waited_ms > 2 * FLUSH_PERIOD_MS;
            assert!(!(waits && is_late), "{address} waits for an island");
            waits
        });
    }

    /// At any time.
    pub(super) fn check_sessions(&mut self) {
        self.check_arrivals();
        self.check_ghosts();
    }

    /// Nobody is in the registry without a client for long.
    fn check_ghosts(&mut self) {
        let rows = &self.server.rows.sessions;
        let ghosts = rows
            .iter()
            .filter(|(address, row)| !self.has_client(**address, row.session));
        let ghosts: Vec<(Address, SessionRow)> =
            ghosts.map(|(&who, row)| (who, row.clone())).collect();
        let mut before = std::mem::take(&mut self.watch.ghosts);
        for (address, row) in ghosts {
            let since_ms = before.remove(&row.session).unwrap_or(self.now_ms);
            self.watch.ghosts.insert(row.session, since_ms);
            let calm_ms = self.calm_since_ms(&row.connector);
            let max_ms = GHOST_MAX_MS + self.setting.late_ms;
            let is_late = self.now_ms > since_ms.max(calm_ms) + max_ms;
            assert!(
                !is_late,
                "{address} has left long ago, and is there: {row:?}"
            );
        }
        self.count_released(&before);
    }

    /// Ghosts that no report has ended soon, and that are gone.
    fn count_released(&mut self, ghosts: &BTreeMap<u64, u64>) {
        for (session, &since_ms) in ghosts {
            let address = self.address_of(self.watch.issued[session]);
            let is_free = !self.server.rows.sessions.contains_key(&address);
            if is_free && self.now_ms >= since_ms + RESUME_GRACE_MS {
                self.count("ghosts released");
            }
        }
    }

    /// Since when nothing has gone wrong between the realm and the connector.
    fn calm_since_ms(&self, connector: &str) -> u64 {
        let shard = (0..self.shards.len()).find(|&shard| shard_name(shard) == connector);
        let shard = &self.shards[shard.expect("a connector")];
        let disturbed_ms = shard.disturbed_ms.max(shard.cut_off_until_ms);
        disturbed_ms.max(self.server.troubled_ms)
    }

    /// Whether a session has a client at its other end, or is about to get one.
    fn has_client(&self, address: Address, session: u64) -> bool {
        let Some(&client) = self.watch.issued.get(&session) else {
            panic!("nobody was issued {session}");
        };
        assert_eq!(self.address_of(client), address, "somebody else's session");
        let state = &self.clients[client];
        let connector = &self.shards[state.shard].connector;
        let there = connector.session(state.socket).map(Session::stage);
        let is_it = match there {
            Some(SessionStage::Live(live)) => live.number.0 == session,
            Some(SessionStage::Joining { .. }) => true,
            _ => false,
        };
        state.open && is_it
    }

    /// When nothing is on the way any more, the registry is those who are there.
    pub(super) fn check_registry(&self) {
        let rows = &self.server.stored.sessions;
        let mut expected: Vec<Address> = self
            .live_clients()
            .into_iter()
            .map(|client| self.address_of(client))
            .collect();
        expected.sort_unstable();
        let there: Vec<Address> = rows.keys().copied().collect();
        assert_eq!(there, expected, "who is in the registry");
        for (&address, row) in rows {
            assert!(self.has_client(address, row.session), "{address}: {row:?}");
        }
    }
}
