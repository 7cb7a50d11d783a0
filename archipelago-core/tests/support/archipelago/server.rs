//! What the realm runs on: its storage, its clock, and how they fail.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::auth::Address;
use archipelago_core::realm::{Changes, Realm, RealmConfig};

use super::rows::Rows;
use super::{CLOCKS_APART_MS, World};
use crate::disk::Disk;
use crate::rng::Rng;

/// How long a realm may be away after it has died, in ms.
const DOWN_MAX_MS: usize = 3_000;

/// How long the storage may be out of order, in ms.
const OUTAGE_MAX_MS: usize = 6_000;

/// How long the realm waits until it tries again what its storage has refused, in ms.
const WRITE_RETRY_MS: usize = 1_000;

#[derive(Default)]
pub(super) struct Server {
    disk: Disk,
    incarnation: u64,
    /// What is on the disk.
    pub(super) stored: Rows,
    /// What would be there if the realm could write at any time.
    pub(super) rows: Rows,
    /// Everybody who has ever been on an island, as far as that was stored.
    pub(super) ever: BTreeMap<u64, BTreeSet<Address>>,
    /// By how much the realm's clock is ahead of that of the world, in ms.
    pub(super) ahead_ms: u64,
    /// Calls fail until then.
    pub(super) up_ms: Option<u64>,
    outage_until_ms: u64,
    /// When the realm tries again to write; none if all is written.
    retry_ms: Option<u64>,
    /// When it last could not write, or was not there.
    pub(super) troubled_ms: u64,
}

/// How many of the writes that fail are on the disk nevertheless.
const WRITTEN_BUT_REFUSED: f64 = 0.25;

/// What becomes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Written,
    Refused,
    /// The realm lives on, and believes that it was refused.
    WrittenButRefused,
    /// The realm dies instead.
    Lost,
    /// The realm dies before it can answer.
    WrittenAndDead,
}

impl Fate {
    fn is_written(self) -> bool {
        !matches!(self, Self::Refused | Self::Lost)
    }
}

pub(super) fn any_clock(rng: &mut Rng) -> u64 {
    rng.below(CLOCKS_APART_MS) as u64
}

impl Server {
    /// A realm with what is on the disk, and its incarnation.
    pub(super) fn start(
        &mut self,
        config: RealmConfig,
        ahead_ms: u64,
        now_ms: u64,
    ) -> (Realm, u64) {
        self.incarnation += 1;
        self.ahead_ms = ahead_ms;
        self.up_ms = None;
        self.retry_ms = None;
        self.troubled_ms = now_ms;
        self.rows = self.stored.clone();
        let (stored, now_ms) = (self.disk.read(), now_ms + ahead_ms);
        let realm = Realm::restore(config, self.incarnation, &stored, now_ms);
        (realm.expect("readable"), self.incarnation)
    }
}

impl World {
    /// The time on the realm's clock.
    pub(super) fn realm_ms(&self) -> u64 {
        self.now_ms + self.server.ahead_ms
    }

    /// When the realm has something to do.
    pub(super) fn realm_due_ms(&self) -> Option<u64> {
        let server = &self.server;
        let next_ms = || Some(self.realm.next_ms()?.saturating_sub(server.ahead_ms));
        server.up_ms.or(server.retry_ms).or_else(next_ms)
    }

    /// Stores what has changed. Whether that has come about: only then may anybody hear what the realm has decided.
    pub(super) fn commit(&mut self) -> bool {
        let Some(changes) = self.realm.unstored() else {
            self.server.retry_ms = None;
            return true;
        };
        self.observe(&changes);
        let fate = self.fate();
        self.trace_write(&changes, fate.is_written());
        if fate.is_written() {
            self.write(&changes);
        }
        match fate {
            Fate::Written => self.written(),
            Fate::Refused => self.refused("writes refused"),
            Fate::WrittenButRefused => self.refused("written, but refused"),
            Fate::Lost => {
                self.count("dead before the write");
                self.crash();
            }
            Fate::WrittenAndDead => {
                self.count("dead after the write");
                self.crash();
            }
        }
        fate == Fate::Written
    }

    fn fate(&mut self) -> Fate {
        if self.now_ms < self.server.outage_until_ms {
            Fate::Refused
        } else if self.rng.chance(self.write_failure()) {
            if self.rng.chance(WRITTEN_BUT_REFUSED) {
                Fate::WrittenButRefused
            } else {
                Fate::Refused
            }
        } else if !self.calm && self.rng.chance(self.setting.crash) {
            self.rng.pick(&[Fate::Lost, Fate::WrittenAndDead])
        } else {
            Fate::Written
        }
    }

    fn write_failure(&self) -> f64 {
        if self.calm {
            0.0
        } else {
            self.setting.write_failure
        }
    }

    fn write(&mut self, changes: &Changes) {
        let server = &mut self.server;
        server.disk.write(changes.clone());
        server.stored = server.rows.clone();
        for (number, _) in &changes.islands {
            if let Some(members) = server.stored.islands.get(number) {
                server.ever.entry(*number).or_default().extend(members);
            }
        }
        if self.rng.chance(0.02) {
            self.check_twin();
        }
    }

    fn written(&mut self) {
        self.realm.stored();
        assert_eq!(self.realm.unstored(), None, "all is stored");
        self.server.retry_ms = None;
    }

    /// The realm lives on, and will try again.
    fn refused(&mut self, how: &'static str) {
        self.count(how);
        self.server.troubled_ms = self.now_ms;
        let pause = 1 + self.rng.below(WRITE_RETRY_MS) as u64;
        self.server.retry_ms = Some(self.now_ms + pause);
    }

    /// The rows as another realm finds them.
    pub(super) fn twin(&self) -> Realm {
        let (config, incarnation) = (self.setting.realm_config(), self.incarnation + 1);
        let twin = Realm::restore(
            config,
            incarnation,
            &self.server.disk.read(),
            self.realm_ms(),
        );
        twin.expect("readable")
    }

    pub(super) fn begin_outage(&mut self) {
        self.count("outages");
        let pause = self.rng.below(OUTAGE_MAX_MS) as u64;
        self.server.outage_until_ms = self.now_ms + pause;
        self.trace("storage", || format!("refuses all writes for {pause} ms"));
    }

    pub(super) fn end_outage(&mut self) {
        self.server.outage_until_ms = 0;
    }

    /// The realm dies, and is started again, perhaps more than once.
    pub(super) fn crash(&mut self) {
        self.count("realm restarts");
        self.trace("realm", || "dies".to_owned());
        if self.rng.chance(0.15) {
            self.setting.reconfigure(&mut self.rng);
            self.count("reconfigured");
        }
        self.restart_realm();
        if self.rng.chance(0.2) {
            self.count("dead twice");
            self.restart_realm();
        }
        if self.rng.chance(0.3) {
            self.server.up_ms = Some(self.now_ms + self.rng.below(DOWN_MAX_MS) as u64);
        }
    }

    /// The realm starts with what is on its disk. Calls from it and most calls to it that are under way fail.
    pub(super) fn restart_realm(&mut self) {
        let config = self.setting.realm_config();
        let ahead_ms = any_clock(&mut self.rng);
        (self.realm, self.incarnation) = self.server.start(config, ahead_ms, self.now_ms);
        self.trace("realm", || {
            format!("starts, incarnation {}", self.incarnation)
        });
        self.settled_ms = None;
        for visit in &mut self.visits {
            visit.farewell_ms = None;
        }
        self.lose_calls_to_realm();
        self.promise_places();
    }
}
