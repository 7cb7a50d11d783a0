//! A connector and its host, which looks at everything that it is to do.

mod reports;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use archipelago_core::auth::{Address, ContractQuestion};
use archipelago_core::connector::{Action, Connector, ConnectorConfig, Crowded, SocketId};
use archipelago_core::protocol::bus::{ConnectReply, ConnectRequest, Delivery, Report};
use archipelago_core::protocol::limits::{
    CONTRACT_CHECKS_MAX, HANDSHAKES_PER_BLOCK_MAX, RESTLESS_PER_BLOCK_MAX, SOCKETS_PER_ADDRESS_MAX,
};
use archipelago_core::protocol::v3::ServerPacket;
use archipelago_core::session::{Reason, SESSION_RECORD_MAX_BYTES, Stage, without_session};
use prost::Message as _;

use crate::clients::NOW_MS;
use crate::people;
use crate::session::{TIMEOUTS, is_good_reason};

const ORIGIN: &str = "https://realm.example";

/// What the connector waits for.
#[derive(Debug)]
pub enum Ask {
    /// Whether an address is connected.
    LookUp(SocketId),
    /// Whether a client may come in.
    Vet(SocketId, Address, Vec<ContractQuestion>),
    /// What the realm says of a client.
    Join(SocketId, ConnectRequest),
    /// Who of these is banned.
    Sweep(Vec<Address>),
}

/// The host.
pub struct Shard {
    /// What it hosts.
    pub connector: Connector,
    config: ConnectorConfig,
    epoch: u64,
    /// Its clock.
    pub now_ms: u64,
    /// The sockets that neither side has closed.
    pub open: BTreeSet<SocketId>,
    /// Those that this side has closed, until their clients have answered.
    pub closing: BTreeSet<SocketId>,
    /// Those of them that have gone on sending since the connector has last started.
    restless: BTreeSet<SocketId>,
    records: BTreeMap<SocketId, Vec<u8>>,
    ips: BTreeMap<SocketId, IpAddr>,
    /// What is to be answered.
    pub asked: Vec<Ask>,
    /// The report that is under way.
    pub reported: Option<Report>,
    sequence: u64,
    /// The sessions that have ended, until the realm has heard of it.
    ended: BTreeSet<u64>,
}

impl Shard {
    /// A connector that has just started.
    pub fn new(config: ConnectorConfig) -> Self {
        Self {
            connector: start(&config, 1, NOW_MS),
            config,
            epoch: 1,
            now_ms: NOW_MS,
            open: BTreeSet::new(),
            closing: BTreeSet::new(),
            restless: BTreeSet::new(),
            records: BTreeMap::new(),
            ips: BTreeMap::new(),
            asked: Vec::new(),
            reported: None,
            sequence: 0,
            ended: BTreeSet::new(),
        }
    }

    /// Does something to the connector, and what it asks for.
    fn act(&mut self, event: impl FnOnce(&mut Connector, u64, &mut Vec<Action>)) {
        let mut out = Vec::new();
        let live = self.live();
        event(&mut self.connector, self.now_ms, &mut out);
        for action in out {
            self.carry_out(action);
        }
        let still = self.live();
        let over = live.keys().filter(|number| !still.contains_key(*number));
        self.ended.extend(over);
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Send(socket, frame) => {
                assert!(self.open.contains(&socket), "{socket:?} is closed");
                let packet = ServerPacket::decode(frame.as_slice()).expect("a packet");
                assert!(packet.message.is_some(), "never an empty packet");
            }
            Action::Close(socket, reason) => {
                assert!(self.open.remove(&socket), "{socket:?} is closed");
                assert!(is_good_reason(&reason), "{reason:?}");
                self.close(socket);
            }
            Action::Keep(socket, record) => {
                assert!(self.open.contains(&socket), "{socket:?} is closed");
                assert_eq!(SocketId::of_record(&record), Some(socket));
                assert!(record.len() <= SESSION_RECORD_MAX_BYTES);
                self.records.insert(socket, record);
            }
            Action::LookUp { socket, .. } => {
                self.ask(socket, Ask::LookUp(socket));
            }
            Action::Vet(socket, address, questions) => {
                self.ask(socket, Ask::Vet(socket, address, questions));
            }
            Action::Join(socket, request) => {
                let stamp = request.stamp.as_ref().expect("a stamp");
                assert_eq!((stamp.epoch, request.socket), (self.epoch, socket.0));
                self.ask(socket, Ask::Join(socket, request));
            }
            Action::Sweep(addresses) => {
                let is_sweep = |asked: &Ask| matches!(asked, Ask::Sweep(_));
                assert!(!self.asked.iter().any(is_sweep), "one at a time");
                self.asked.push(Ask::Sweep(addresses));
            }
        }
    }

    /// What is still kept with a closed socket says whose it is.
    fn close(&mut self, socket: SocketId) {
        self.closing.insert(socket);
        let record = self.records.get(&socket).expect("every socket has one");
        let record = without_session(record).expect("a record");
        self.records.insert(socket, record);
    }

    fn ask(&mut self, socket: SocketId, ask: Ask) {
        assert!(self.open.contains(&socket), "{socket:?} is closed: {ask:?}");
        self.asked.push(ask);
    }

    /// A client comes, unless there is no room for it.
    pub fn come(&mut self, ip: Option<IpAddr>) {
        let admitted = self.connector.admit(ip);
        let is_near = |socket: &&SocketId| network(self.ips.get(socket)) == network(ip.as_ref());
        let crowded = self.restless.iter().filter(is_near).count() >= RESTLESS_PER_BLOCK_MAX;
        assert_eq!(admitted == Err(Crowded::Restless), crowded);
        if crowded {
            return;
        }
        if let (Some(max), Some(IpAddr::V4(_))) = (self.config.sockets_per_ip_max, ip) {
            let sockets = self.open.iter().chain(&self.closing);
            let from_there = sockets.filter(|socket| self.ips.get(socket) == ip.as_ref());
            assert_eq!(admitted.is_ok(), from_there.count() < max);
        }
        if admitted.is_err() {
            return;
        }
        let mut out = Vec::new();
        let socket = self
            .connector
            .opened(ORIGIN.to_owned(), ip, self.now_ms, &mut out);
        assert!(self.open.insert(socket), "{socket:?} again");
        self.ips.extend(ip.map(|ip| (socket, ip)));
        // Only handshakes make room for others.
        for action in out {
            self.carry_out(action);
        }
    }

    /// A binary message.
    pub fn frame(&mut self, socket: SocketId, frame: &[u8]) {
        self.act(|connector, now_ms, out| connector.frame(socket, frame, now_ms, out));
    }

    /// A text message.
    pub fn text(&mut self, socket: SocketId) {
        self.act(|connector, now_ms, out| connector.text(socket, now_ms, out));
        assert!(!self.open.contains(&socket));
    }

    /// A client sends on a socket that is closed.
    pub fn ignored(&mut self, socket: SocketId) {
        self.connector.ignored(socket);
        self.restless.insert(socket);
    }

    /// A client has closed its socket, or has answered that it is closed.
    pub fn gone(&mut self, socket: SocketId) {
        self.act(|connector, now_ms, _| connector.closed(socket, now_ms));
        self.open.remove(&socket);
        self.closing.remove(&socket);
        self.restless.remove(&socket);
        self.records.remove(&socket);
    }

    /// The realm knows whether the address is connected.
    pub fn looked_up(&mut self, socket: SocketId, known: bool, random: [u8; 16]) {
        self.act(|connector, now_ms, out| connector.looked_up(socket, known, random, now_ms, out));
    }

    /// The address is on the deny list.
    pub fn denied(&mut self, socket: SocketId) {
        self.act(|connector, now_ms, out| connector.denied(socket, now_ms, out));
        assert!(!self.open.contains(&socket));
    }

    /// It is known whether a client may come in.
    pub fn vetted(&mut self, socket: SocketId, address: Address, verdict: Result<(), Reason>) {
        let is_in = verdict.is_ok();
        let is_ban = verdict == Err(Reason::Banned);
        self.act(|connector, now_ms, out| {
            connector.vetted(socket, address, verdict, now_ms, out);
        });
        if is_ban {
            self.check_banned(address);
        }
        assert!(is_in || !self.open.contains(&socket));
    }

    /// The realm has answered for a client; a number for somebody who is gone is given back.
    pub fn joined(&mut self, socket: SocketId, reply: &ConnectReply) {
        self.act(|connector, now_ms, out| connector.joined(socket, reply, now_ms, out));
        let session = self.connector.session(socket);
        let is_live = session.and_then(|session| session.live()).is_some();
        if reply.session != 0 && !is_live {
            self.ended.insert(reply.session);
        }
    }

    /// The realm could not be reached.
    pub fn join_failed(&mut self, socket: SocketId) {
        self.act(|connector, now_ms, out| connector.join_failed(socket, now_ms, out));
        assert!(!self.open.contains(&socket));
    }

    /// The realm has something for clients.
    pub fn deliver(&mut self, delivery: &Delivery) {
        let live = self.live();
        self.act(|connector, now_ms, out| {
            connector.delivered(delivery, now_ms, out);
        });
        for kicked in &delivery.kicks {
            let socket = live.get(kicked);
            assert!(socket.is_none_or(|socket| !self.open.contains(socket)));
        }
    }

    /// Somebody is found to be banned.
    pub fn ban(&mut self, address: Address) {
        self.act(|connector, now_ms, out| connector.banned(address, now_ms, out));
        self.check_banned(address);
    }

    fn check_banned(&self, address: Address) {
        let player = |socket: &SocketId| self.connector.session(*socket)?.player();
        let mut left = self.open.iter().filter_map(player);
        assert!(left.all(|who| who != address), "{address} is still here");
    }

    /// The time of a deadline has come.
    pub fn tick(&mut self) {
        self.act(Connector::tick);
        for socket in &self.open {
            let session = self.connector.session(*socket).expect("it is open");
            let deadline = session.deadline_ms(&TIMEOUTS).expect("it is open");
            assert!(deadline > self.now_ms, "{socket:?} has taken too long");
        }
    }

    /// The connector falls asleep, and starts again with what was kept, in either order.
    pub fn sleep(&mut self, backwards: bool) {
        self.epoch += 1;
        self.connector = start(&self.config, self.epoch, self.now_ms);
        self.asked.clear();
        self.reported = None;
        self.sequence = 0;
        // A list of all says so too.
        self.ended.clear();
        let mut records: Vec<_> = std::mem::take(&mut self.records).into_iter().collect();
        if backwards {
            records.reverse();
        }
        self.open.clear();
        self.restless.clear();
        for (socket, record) in records {
            let resumed = self.connector.resume(&record, self.now_ms);
            self.records.insert(socket, record);
            match resumed {
                Ok(resumed) => assert!(resumed == socket && self.open.insert(socket)),
                Err(_) => self.close(socket),
            }
        }
    }

    /// The sockets of the live sessions by number.
    fn live(&self) -> BTreeMap<u64, SocketId> {
        let live = |socket: &SocketId| {
            let live = self.connector.session(*socket)?.live()?;
            Some((live.number.0, *socket))
        };
        self.open.iter().filter_map(live).collect()
    }

    /// What holds at any time.
    pub fn check(&self) {
        let count = self.open.len() + self.closing.len();
        assert_eq!(self.connector.socket_count(), count);
        let asked = self.asked.iter().filter_map(|ask| match ask {
            Ask::Vet(socket, _, questions) if !questions.is_empty() => Some(*socket),
            _ => None,
        });
        let claiming: BTreeSet<SocketId> = asked.collect();
        assert!(claiming.len() <= CONTRACT_CHECKS_MAX);
        let mut handshakes: BTreeMap<[u8; 3], usize> = BTreeMap::new();
        let mut sockets_of: BTreeMap<Address, (usize, usize)> = BTreeMap::new();
        for socket in &self.open {
            let session = self.connector.session(*socket).expect("it is open");
            assert_ne!(*session.stage(), Stage::Closed);
            let is_live = session.live().is_some();
            if let Some(IpAddr::V4(ip)) = self.ips.get(socket).filter(|_| !is_live) {
                let [a, b, c, _] = ip.octets();
                *handshakes.entry([a, b, c]).or_default() += 1;
            }
            if let Some(player) = session.player().filter(|_| !claiming.contains(socket)) {
                assert!(people::person_of(player).is_some(), "{player} is nobody");
                let (waiting, live) = sockets_of.entry(player).or_default();
                *waiting += usize::from(!is_live);
                *live += usize::from(is_live);
            }
        }
        let mut counts = handshakes.values();
        assert!(counts.all(|&count| count <= HANDSHAKES_PER_BLOCK_MAX));
        // Who is welcome ends only when the realm says so.
        let is_few = |&(waiting, live)| waiting + live <= SOCKETS_PER_ADDRESS_MAX || waiting <= 1;
        assert!(sockets_of.values().all(is_few), "{sockets_of:?}");
        assert!(!self.open.is_empty() || self.connector.deadline_ms().is_none());
    }
}

/// From which network an address is.
fn network(ip: Option<&IpAddr>) -> Option<[u8; 6]> {
    ip.map(|ip| match ip {
        IpAddr::V4(ip) => [4, 0, 0, ip.octets()[0], ip.octets()[1], ip.octets()[2]],
        IpAddr::V6(ip) => std::array::from_fn(|at| ip.octets()[at]),
    })
}

fn start(config: &ConnectorConfig, epoch: u64, now_ms: u64) -> Connector {
    Connector::new(config.clone(), "connector-0".to_owned(), epoch, now_ms)
}
