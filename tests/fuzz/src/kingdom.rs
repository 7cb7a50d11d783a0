//! A realm and its host, which stores what is to be stored and looks at everything that comes of it.

use std::collections::{BTreeMap, BTreeSet};

use archipelago_core::auth::Address;
use archipelago_core::engine::IslandNumber;
use archipelago_core::protocol::bus::{
    ConnectRequest, Delivery, LookupRequest, PassRequest, Report, RoomGuest, RoomOrders, RoomReport,
};
use archipelago_core::realm::{Realm, RealmConfig};
use serde_json::Value;

use crate::clients::NOW_MS;
use crate::ledger::Ledger;

/// So often at most something is due until an empty realm has nothing to do.
const TURNS_MAX: usize = 1_000;

/// How long a call may take, in ms.
const CALL_MAX_MS: u64 = 5_000;

/// A call that is on its way.
struct Call<T> {
    to: String,
    sent_ms: u64,
    message: T,
}

/// The host.
pub struct Kingdom {
    realm: Realm,
    config: RealmConfig,
    /// How often it has started.
    pub incarnation: u64,
    /// Its clock.
    pub now_ms: u64,
    ledger: Ledger,
    /// Whose sessions they are.
    owners: BTreeMap<u64, Address>,
    deliveries: Vec<Call<Delivery>>,
    orders: Vec<Call<RoomOrders>>,
    /// The newest assignment of each connector and session that was delivered, in this incarnation.
    assigned: BTreeMap<(String, u64), u64>,
}

impl Kingdom {
    /// A realm without a past.
    pub fn new(config: RealmConfig) -> Self {
        Self {
            realm: Realm::new(config.clone(), 1, IslandNumber::FIRST),
            config,
            incarnation: 1,
            now_ms: NOW_MS,
            ledger: Ledger::default(),
            owners: BTreeMap::new(),
            deliveries: Vec::new(),
            orders: Vec::new(),
            assigned: BTreeMap::new(),
        }
    }

    /// Stores what has changed.
    fn store(&mut self) {
        if let Some(changes) = self.realm.unstored() {
            self.ledger.write(changes);
            self.realm.stored();
        }
        assert_eq!(self.realm.unstored(), None);
    }

    /// Whose session it is.
    pub fn owner_of(&self, session: u64) -> Option<Address> {
        self.owners.get(&session).copied()
    }

    /// A client is announced; `again`: whether the same socket may have been before. Its session, if it is a new one.
    pub fn connect(&mut self, request: &ConnectRequest, again: bool) -> Option<u64> {
        let first = self.realm.connect(request, self.now_ms).ok()?;
        assert_eq!(first.incarnation, self.incarnation);
        if first.session == 0 {
            assert_ne!(request.incarnation, Some(self.incarnation));
            return None;
        }
        self.store();
        assert_eq!(self.realm.connect(request, self.now_ms), Ok(first));
        assert_eq!(self.realm.unstored(), None, "asked twice, answered once");
        let address = Address::try_from(&request.address[..]).expect("an address");
        let is_new = !self.owners.contains_key(&first.session);
        assert!(is_new || again, "session {} again", first.session);
        if is_new {
            assert_eq!(self.ledger.session(&address), Some(first.session));
            let newest = self.owners.keys().last().copied();
            assert!(newest.unwrap_or(0) < first.session);
            self.owners.insert(first.session, address);
        }
        is_new.then_some(first.session)
    }

    /// A connector reports.
    pub fn report(&mut self, report: &Report) {
        let Ok(reply) = self.realm.report(report, self.now_ms) else {
            return;
        };
        assert_eq!(reply.incarnation, self.incarnation);
        self.store();
        assert!(self.realm.report(report, self.now_ms).is_ok());
        assert_eq!(
            self.realm.unstored(),
            None,
            "the same again changes nothing"
        );
    }

    /// A room reports.
    pub fn room_report(&mut self, report: &RoomReport) {
        let Ok(reply) = self.realm.room_report(report, self.now_ms) else {
            return;
        };
        let orders = reply.orders.expect("always there");
        let is_listed = |named: &RoomGuest| report.guests.contains(named);
        if reply.number == report.number {
            assert!(orders.mute.iter().chain(&orders.close).all(is_listed));
        }
        self.check_orders(&orders);
        self.store();
    }

    /// Nobody is sent away from where it belongs.
    fn check_orders(&self, orders: &RoomOrders) {
        for guest in orders.mute.iter().chain(&orders.close) {
            let request = PassRequest {
                guest: Some(guest.clone()),
            };
            let passes = self.realm.pass(&request);
            assert!(!passes.is_ok_and(|reply| reply.is_current), "{guest:?}");
        }
    }

    /// It is another time. Calls have failed by then if they have not arrived.
    pub fn at(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
        let deliveries = self.deliveries.iter_mut().map(|call| &mut call.sent_ms);
        let sent = deliveries.chain(self.orders.iter_mut().map(|call| &mut call.sent_ms));
        // A clock that is put back does not give them more time.
        sent.for_each(|sent_ms| *sent_ms = now_ms.min(*sent_ms));
        let is_late = |sent_ms: u64| now_ms - sent_ms >= CALL_MAX_MS;
        while let Some(at) = self
            .deliveries
            .iter()
            .position(|call| is_late(call.sent_ms))
        {
            self.settle_delivery(at, false);
        }
        while let Some(at) = self.orders.iter().position(|call| is_late(call.sent_ms)) {
            self.settle_orders(at, false);
        }
    }

    /// Does what is due.
    pub fn tick(&mut self) {
        if let Some(scope) = self.realm.tick(self.now_ms) {
            assert_eq!(self.realm.check(scope), Ok(()));
            self.realm.measured(1, self.now_ms);
        }
        self.store();
        assert_eq!(self.realm.tick(self.now_ms), None, "due again at once");
    }

    /// What can be delivered is on its way. The numbers of the assignments.
    pub fn take_deliveries(&mut self) -> Vec<u64> {
        let mut numbers = Vec::new();
        for (to, delivery) in self.realm.take_deliveries(self.now_ms) {
            assert_eq!(delivery.incarnation, self.incarnation);
            assert!(!self.deliveries.iter().any(|call| call.to == to));
            let mut told = BTreeSet::new();
            for assignment in &delivery.assignments {
                assert!(told.insert(assignment.session), "told twice");
                assert!((assignment.island as usize) < delivery.islands.len());
                assert!(!delivery.kicks.contains(&assignment.session));
                // Connectors may claim sessions of others here.
                let told = (to.clone(), assignment.session);
                let newest = self.assigned.entry(told).or_default();
                assert!(assignment.number >= *newest, "outdated");
                *newest = assignment.number;
                numbers.push(assignment.number);
            }
            for island in &delivery.islands {
                assert!(island.number > 0 && !island.members.is_empty());
            }
            self.deliveries.push(Call {
                to,
                sent_ms: self.now_ms,
                message: delivery,
            });
        }
        assert_eq!(self.realm.take_deliveries(self.now_ms), [], "one at a time");
        numbers
    }

    /// What can be ordered is on its way.
    pub fn take_orders(&mut self) {
        for (to, orders) in self.realm.take_room_orders(self.now_ms) {
            assert!(!self.orders.iter().any(|call| call.to == to));
            self.check_orders(&orders);
            self.orders.push(Call {
                to,
                sent_ms: self.now_ms,
                message: orders,
            });
        }
    }

    /// A delivery has arrived, or has not.
    pub fn settle_delivery(&mut self, which: usize, arrived: bool) {
        if self.deliveries.is_empty() {
            return;
        }
        let at = which % self.deliveries.len();
        let Call { to, message, .. } = self.deliveries.remove(at);
        if arrived {
            self.realm.delivered(&to, &message, self.now_ms);
        } else {
            self.realm.undelivered(&to, self.now_ms);
        }
    }

    /// Orders have arrived, or have not.
    pub fn settle_orders(&mut self, which: usize, arrived: bool) {
        if self.orders.is_empty() {
            return;
        }
        let at = which % self.orders.len();
        let Call { to, message, .. } = self.orders.remove(at);
        if arrived {
            self.realm.room_obeyed(&to, &message);
        } else {
            self.realm.room_unreachable(&to, self.now_ms);
        }
    }

    /// Whether somebody is connected, and which of these assignments is the current one.
    pub fn ask(&self, address: Address, assignments: &[u64]) {
        let request = LookupRequest {
            address: address.0.to_vec(),
        };
        let known = self.realm.lookup(&request).expect("an address");
        assert!(!known.already_connected || self.ledger.session(&address).is_some());
        let is_current = |assignment: u64| {
            let guest = Some(RoomGuest::new(&address, assignment));
            let reply = self.realm.pass(&PassRequest { guest });
            reply.is_ok_and(|reply| reply.is_current)
        };
        let assignments: BTreeSet<u64> = assignments.iter().copied().collect();
        let current = assignments.into_iter().filter(|&number| is_current(number));
        assert!(current.count() <= 1, "in two places");
    }

    /// Somebody watches.
    pub fn watch(&mut self) {
        let watched = self.realm.watch(self.now_ms);
        check_frame(&watched.frame, self.realm.snapshot().peers.len());
    }

    /// The stream goes on.
    pub fn take_frame(&mut self) {
        if let Some(frame) = self.realm.take_frame() {
            check_frame(&frame.frame, self.realm.snapshot().peers.len());
        }
    }

    /// Nobody watches any more.
    pub fn unwatched(&mut self) {
        self.realm.unwatched();
    }

    /// The realm dies, and starts again with what is stored, perhaps configured differently.
    pub fn restart(&mut self, config: Option<RealmConfig>) {
        self.incarnation += 1;
        self.config = config.unwrap_or(self.config.clone());
        let stored = self.ledger.read();
        let restored = Realm::restore(self.config.clone(), self.incarnation, &stored, self.now_ms);
        self.realm = restored.expect("what was stored can be read");
        self.deliveries.clear();
        self.orders.clear();
        self.assigned.clear();
    }

    /// What holds at any time.
    pub fn check(&mut self) {
        self.store();
        let snapshot = self.realm.snapshot();
        let addresses = snapshot.peers.iter().map(|peer| peer.address.as_slice());
        let addresses: BTreeSet<&[u8]> = addresses.collect();
        assert_eq!(addresses.len(), snapshot.peers.len(), "a peer twice");
        let islands = snapshot.islands.iter();
        let members: Vec<u32> = islands.flat_map(|island| island.members.clone()).collect();
        let everybody: Vec<u32> = (0..snapshot.peers.len() as u32).collect();
        assert_eq!(members, everybody, "everybody is on one island");
        for island in &snapshot.islands {
            assert!((1..=snapshot.max_peers as usize).contains(&island.members.len()));
            assert!(island.radius.is_finite());
        }
        let users = self.realm.status(self.now_ms).users;
        assert_eq!(users as usize, snapshot.peers.len());
        for peer in &snapshot.peers {
            let address = Address::try_from(&peer.address[..]).expect("an address");
            assert!(
                self.ledger.session(&address).is_some(),
                "{address} is not stored"
            );
        }
    }

    /// Nobody is heard of any more: the realm forgets everybody, and comes to rest.
    pub fn drain(&mut self) {
        // Later than all that has been put off.
        self.now_ms = 1 << 60;
        for _ in 0..TURNS_MAX {
            self.tick();
            self.take_deliveries();
            self.take_orders();
            while !(self.deliveries.is_empty() && self.orders.is_empty()) {
                self.settle_delivery(0, false);
                self.settle_orders(0, false);
            }
            let Some(next_ms) = self.realm.next_ms() else {
                assert_eq!(self.realm.member_count(), 0);
                assert_eq!(self.ledger.read().islands, []);
                return;
            };
            self.now_ms = self.now_ms.max(next_ms);
        }
        panic!("never at rest: due at {:?}", self.realm.next_ms());
    }
}

fn check_frame(frame: &str, players: usize) {
    let frame: Value = serde_json::from_str(frame).expect("JSON");
    assert_eq!(frame["players"], players);
}
