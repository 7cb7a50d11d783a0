//! A realm with its clock, and connectors that talk to it message by message.

use archipelago_core::auth::Address;
use archipelago_core::engine::{EngineConfig, IslandNumber};
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, ConnectorStamp, Delivery, LiveSession, LiveSessions,
    LookupRequest, Report, ReportReply, RoomOrders, SessionHeartbeat, Snapshot,
};
use archipelago_core::realm::{ARRIVALS_DELAY_MS, Realm, RealmConfig, RealmError};

use crate::clients::{NOW_MS, address, at};
use crate::disk::Disk;

pub const PERIOD_MS: u64 = 2_000;

pub const TIMEOUT_MS: u64 = 60_000;

pub const GRACE_MS: u64 = 30_000;

pub const HERE: f32 = 0.0;

pub fn config() -> RealmConfig {
    RealmConfig {
        engine: EngineConfig::new(4, 20.0, Some(25.0)).unwrap(),
        flush_period_ms: PERIOD_MS,
        connector_timeout_ms: TIMEOUT_MS,
        resume_grace_ms: GRACE_MS,
        own_rooms: Some("main".to_owned()),
    }
}

/// One start of a connector.
#[derive(Clone)]
pub struct Link {
    pub name: &'static str,
    pub epoch: u64,
    pub sequence: u64,
    pub sockets: u64,
}

impl Link {
    pub fn new(name: &'static str, epoch: u64) -> Self {
        Self {
            name,
            epoch,
            sequence: 0,
            sockets: 0,
        }
    }

    pub fn stamp(&self) -> ConnectorStamp {
        ConnectorStamp {
            connector: self.name.to_owned(),
            epoch: self.epoch,
        }
    }

    pub fn request(&mut self, who: u8) -> ConnectRequest {
        self.sockets += 1;
        ConnectRequest {
            stamp: Some(self.stamp()),
            socket: self.sockets,
            address: address(who).0.to_vec(),
            incarnation: None,
        }
    }

    /// The next report; the first one lists nobody.
    pub fn report(&mut self) -> Report {
        self.sequence += 1;
        Report {
            stamp: Some(self.stamp()),
            sequence: self.sequence,
            full: (self.sequence == 1).then(LiveSessions::default),
            ..Report::default()
        }
    }

    pub fn heartbeats(&mut self, heartbeats: &[(u64, f32)]) -> Report {
        let heartbeats = heartbeats.iter().map(|&(session, x)| SessionHeartbeat {
            session,
            position: Some(at(x, 0.0).into()),
            desired_room: None,
        });
        Report {
            heartbeats: heartbeats.collect(),
            ..self.report()
        }
    }

    pub fn ended(&mut self, session: u64) -> Report {
        Report {
            disconnects: vec![session],
            ..self.report()
        }
    }

    /// The client of this request was given up.
    pub fn abandoned(&mut self, request: &ConnectRequest) -> Report {
        Report {
            abandoned_sockets: vec![request.socket],
            ..self.report()
        }
    }

    pub fn list(&mut self, sessions: &[LiveSession]) -> Report {
        let sessions = sessions.to_vec();
        Report {
            full: Some(LiveSessions { sessions }),
            ..self.report()
        }
    }
}

/// A realm and its clock. Deliveries get through unless a test says otherwise.
pub struct World {
    pub realm: Realm,
    pub now_ms: u64,
    pub incarnation: u64,
    /// What is stored whenever something goes out.
    pub disk: Disk,
    /// What rooms were ordered, and have obeyed.
    pub ordered: Vec<(String, RoomOrders)>,
}

impl World {
    pub fn new() -> Self {
        Self {
            realm: Realm::new(config(), 1, IslandNumber::FIRST),
            now_ms: NOW_MS,
            incarnation: 1,
            disk: Disk::default(),
            ordered: Vec::new(),
        }
    }

    /// Stores what has changed.
    pub fn keep(&mut self) {
        if let Some(changes) = self.realm.unstored() {
            self.disk.write(changes);
            self.realm.stored();
        }
        assert_eq!(self.realm.unstored(), None);
    }

    /// The realm dies, and starts again with what is stored.
    pub fn restart(&mut self) {
        self.restart_as(config());
    }

    /// The realm starts again, configured differently.
    pub fn restart_as(&mut self, config: RealmConfig) {
        self.incarnation += 1;
        let stored = self.disk.read();
        self.realm = Realm::restore(config, self.incarnation, &stored, self.now_ms).unwrap();
    }

    pub fn connect(&mut self, request: &ConnectRequest) -> Result<ConnectReply, RealmError> {
        let reply = self.realm.connect(request, self.now_ms);
        self.keep();
        reply
    }

    pub fn login(&mut self, link: &mut Link, who: u8) -> u64 {
        let request = link.request(who);
        self.connect(&request).unwrap().session
    }

    pub fn report(&mut self, report: &Report) -> ReportReply {
        let reply = self.realm.report(report, self.now_ms).unwrap();
        self.keep();
        reply
    }

    pub fn heartbeat(&mut self, link: &mut Link, session: u64, x: f32) {
        let report = link.heartbeats(&[(session, x)]);
        self.report(&report);
    }

    /// Somebody who has an island, and is yet to be told.
    pub fn placed(&mut self, link: &mut Link, who: u8, x: f32) -> u64 {
        let session = self.login(link, who);
        self.heartbeat(link, session, x);
        self.now_ms += ARRIVALS_DELAY_MS;
        self.realm.tick(self.now_ms);
        session
    }

    /// Somebody who has been told where it is.
    pub fn player(&mut self, link: &mut Link, who: u8, x: f32) -> u64 {
        let session = self.login(link, who);
        self.heartbeat(link, session, x);
        self.advance(ARRIVALS_DELAY_MS);
        session
    }

    /// What goes out at this moment, unanswered.
    pub fn take(&mut self) -> Vec<(String, Delivery)> {
        self.keep();
        self.realm.take_deliveries(self.now_ms)
    }

    /// What goes out at this moment, and arrives.
    pub fn deliver(&mut self) -> Vec<(String, Delivery)> {
        let deliveries = self.take();
        for (name, delivery) in &deliveries {
            self.realm.delivered(name, delivery, self.now_ms);
        }
        for (room, orders) in self.realm.take_room_orders(self.now_ms) {
            self.realm.room_obeyed(&room, &orders);
            self.ordered.push((room, orders));
        }
        deliveries
    }

    /// Does what is due within this time, in order; returns what was delivered.
    pub fn advance(&mut self, ms: u64) -> Vec<(String, Delivery)> {
        let end = self.now_ms + ms;
        let mut deliveries = self.deliver();
        let mut turns = 0;
        while let Some(due) = self.realm.next_ms().filter(|&due| due <= end) {
            turns += 1;
            assert!(turns < 10_000, "something is due again and again");
            self.now_ms = self.now_ms.max(due);
            self.realm.tick(self.now_ms);
            deliveries.extend(self.deliver());
        }
        self.now_ms = end;
        deliveries
    }

    /// The same, with each link showing that it lives.
    pub fn advance_alive(&mut self, ms: u64, links: &mut [&mut Link]) -> Vec<(String, Delivery)> {
        let end = self.now_ms + ms;
        let mut deliveries = Vec::new();
        while self.now_ms < end {
            for link in &mut *links {
                let report = link.report();
                self.report(&report);
            }
            deliveries.extend(self.advance((end - self.now_ms).min(TIMEOUT_MS / 3)));
        }
        deliveries
    }

    /// The islands as the stats show them.
    pub fn islands(&self) -> Vec<(String, Vec<Address>)> {
        let Snapshot { peers, islands, .. } = self.realm.snapshot();
        assert_eq!(
            self.realm.status(self.now_ms).users as usize,
            peers.len(),
            "the figures agree"
        );
        let address =
            |&member: &u32| Address::try_from(peers[member as usize].address.as_slice()).unwrap();
        islands
            .into_iter()
            .map(|island| (island.id, island.members.iter().map(address).collect()))
            .collect()
    }

    pub fn island_of(&self, who: u8) -> Option<String> {
        let islands = self.islands().into_iter();
        islands
            .filter(|(_, members)| members.contains(&address(who)))
            .map(|(id, _)| id)
            .next()
    }

    pub fn is_connected(&self, who: u8) -> bool {
        let address = address(who).0.to_vec();
        let reply = self.realm.lookup(&LookupRequest { address });
        reply.unwrap().already_connected
    }
}

/// A session as its connector lists it.
pub fn listed(who: u8, session: u64, x: f32, (told_island, assignment): (u64, u64)) -> LiveSession {
    LiveSession {
        session,
        address: address(who).0.to_vec(),
        position: Some(at(x, 0.0).into()),
        told_island,
        assignment,
        position_is_old: false,
    }
}

/// What each session is told, in order: the name of its connector, its number, its island.
pub fn told(deliveries: &[(String, Delivery)]) -> Vec<(&str, u64, &str)> {
    let each = deliveries.iter().flat_map(|(name, delivery)| {
        delivery.assignments.iter().map(|assignment| {
            let island = &delivery.islands[assignment.island as usize];
            (name.as_str(), assignment.session, island.id.as_str())
        })
    });
    each.collect()
}

pub fn kicked(deliveries: &[(String, Delivery)]) -> Vec<(&str, u64)> {
    let each = deliveries.iter().flat_map(|(name, delivery)| {
        let kicks = delivery.kicks.iter();
        kicks.map(|&session| (name.as_str(), session))
    });
    each.collect()
}
