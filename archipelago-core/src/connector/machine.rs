use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::pacing::PerSecond;
use crate::protocol::bus::{
    ConnectReply, ConnectorCounters, ConnectorStamp, LiveSession, Report, ReportReply,
};
use crate::session::{
    self, LeftOver, Reason, RecordError, Session, SessionNumber, Stage, Timeouts,
};
use crate::transport::Transport;

use super::crowd::{Crowd, Standing};
use super::reports::Reports;
use super::sweep::Sweeps;
use super::{Action, SocketId};

/// What a connector has to know of its realm.
#[derive(Clone, Debug)]
pub struct ConnectorConfig {
    /// How long a client may take.
    pub timeouts: Timeouts,
    /// What island ids start with.
    pub island_prefix: String,
    /// How connection strings are made.
    pub transport: Transport,
    /// Whether there is anything to find out about a client that has proven who it is.
    pub vets: bool,
    /// How often it is asked whether those are banned who are connected, in ms; none: nobody can be asked.
    pub ban_sweep_ms: Option<u64>,
    /// How many sockets one IP address may have here; none: any number.
    pub sockets_per_ip_max: Option<usize>,
}

/// Why a client gets no socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// The connector has [`CONNECTOR_SOCKETS_MAX`](crate::protocol::limits::CONNECTOR_SOCKETS_MAX) sockets.
    Full,
    /// It has [`RESTLESS_PER_BLOCK_MAX`](crate::protocol::limits::RESTLESS_PER_BLOCK_MAX) from there that were closed and
    /// go on sending.
    Restless,
    /// The client's IP address has as many as it may.
    Ip,
}

/// The sessions of one connector.
#[derive(Debug)]
pub struct Connector {
    pub(super) config: ConnectorConfig,
    // In order of the sockets, so that equal inputs have equal outputs.
    pub(super) sessions: BTreeMap<SocketId, Session>,
    pub(super) sockets: HashMap<SessionNumber, SocketId>,
    pub(super) reports: Reports,
    pub(super) crowd: Crowd,
    pub(super) sweeps: Sweeps,
    /// The sockets about whose chains contracts are being asked, and from which block of addresses.
    pub(super) asking: BTreeMap<SocketId, Option<IpAddr>>,
    next_socket: u64,
    /// No session takes too long before this: exact after a tick, and early when a client has said something since.
    earliest_ms: Option<u64>,
    /// How many lookups were asked for.
    pub(super) lookups: PerSecond,
    /// About how many chains contracts were asked.
    pub(super) contract_checks: PerSecond,
    /// How many clients are being announced to the realm.
    pub(super) joining: usize,
    /// Sessions that were replaced before the answer that names them has arrived.
    pub(super) kicked_early: BTreeSet<SessionNumber>,
}

impl Connector {
    /// A connector that has just started. `epoch` is higher than at any start before.
    pub fn new(config: ConnectorConfig, name: String, epoch: u64, now_ms: u64) -> Self {
        Self {
            sweeps: Sweeps::new(config.ban_sweep_ms, now_ms),
            crowd: Crowd::default(),
            asking: BTreeMap::new(),
            config,
            sessions: BTreeMap::new(),
            sockets: HashMap::new(),
            reports: Reports::new(
                ConnectorStamp {
                    connector: name,
                    epoch,
                },
                now_ms,
            ),
            // No number comes again in a later epoch: a late close of an old socket must not hit a new one.
            next_socket: epoch << 32,
            earliest_ms: None,
            lookups: PerSecond::default(),
            contract_checks: PerSecond::default(),
            joining: 0,
            kicked_early: BTreeSet::new(),
        }
    }

    /// Takes up the session of a socket that outlived a sleep of the connector.
    ///
    /// # Errors
    /// The record is unreadable: the socket must be closed with [`session::Reason::Restart`].
    pub fn resume(&mut self, record: &[u8], now_ms: u64) -> Result<SocketId, RecordError> {
        let read = Session::from_record(record).inspect_err(|_| self.left_over(record));
        let (socket, session) = read?;
        self.next_socket = self.next_socket.max(socket);
        let socket = SocketId(socket);
        if let Some(live) = session.live() {
            self.sockets.insert(live.number, socket);
            self.reports.list_all(now_ms);
            self.sweeps.hurry(now_ms);
        }
        self.put(socket, session);
        Ok(socket)
    }

    /// A socket has outlived a sleep whose session has not.
    fn left_over(&mut self, record: &[u8]) {
        let left = session::read_left_over(record);
        let counters = self.reports.count();
        if left.is_none_or(|left| !left.was_closed) {
            counters.closed_restart += 1;
            counters.refused_unavailable += u64::from(left.is_some());
        }
        if let Some(LeftOver { socket, ip, .. }) = left {
            self.next_socket = self.next_socket.max(socket);
            self.crowd.closing(SocketId(socket), ip);
        }
    }

    /// A socket has been opened by a client that reaches the realm at `origin`, such as `https://realm.example`, from this
    /// IP address, if it is known.
    pub fn opened(
        &mut self,
        origin: String,
        ip: Option<IpAddr>,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) -> SocketId {
        self.next_socket += 1;
        let socket = SocketId(self.next_socket);
        self.put(socket, Session::new(origin, now_ms).from_ip(ip));
        self.keep(socket, out);
        self.thin_out_network(socket, now_ms, out);
        socket
    }

    fn put(&mut self, socket: SocketId, session: Session) {
        self.not_later_than(session.deadline_ms(&self.config.timeouts));
        self.crowd.came(socket, &session);
        self.sessions.insert(socket, session);
    }

    pub(super) fn remove(&mut self, socket: SocketId) -> Option<Session> {
        let session = self.sessions.remove(&socket)?;
        self.crowd.left(socket, Standing::of(&session));
        Some(session)
    }

    /// A binary message has arrived. Whoever is too late with an answer has lost the stage, also if nobody has looked yet.
    pub fn frame(&mut self, socket: SocketId, frame: &[u8], now_ms: u64, out: &mut Vec<Action>) {
        let timeouts = self.config.timeouts;
        self.step(socket, now_ms, out, |session| {
            let late = match session.live() {
                Some(_) => session::Action::None,
                None => session.tick(&timeouts, now_ms),
            };
            match late {
                session::Action::None => session.frame(frame, now_ms),
                late => late,
            }
        });
    }

    /// A text message has arrived.
    pub fn text(&mut self, socket: SocketId, now_ms: u64, out: &mut Vec<Action>) {
        self.step(socket, now_ms, out, Session::text);
    }

    /// A message has arrived from a socket that this side has closed; nobody reads it.
    pub fn ignored(&mut self, socket: SocketId) {
        self.crowd.ignored(socket);
    }

    /// A socket is gone.
    pub fn closed(&mut self, socket: SocketId, now_ms: u64) {
        let Some(mut session) = self.remove(socket) else {
            return self.crowd.closed(socket);
        };
        self.crowd.gone(socket, session.ip());
        self.reports.count().left(&session);
        if let Some(number) = session.closed() {
            self.ended(number, now_ms);
        }
    }

    pub(super) fn ended(&mut self, number: SessionNumber, now_ms: u64) {
        self.sockets.remove(&number);
        self.reports.ended(number, now_ms);
    }

    /// The realm has said whether the requested address is connected; `random` comes from a CSPRNG.
    pub fn looked_up(
        &mut self,
        socket: SocketId,
        already_connected: bool,
        random: [u8; 16],
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        self.step(socket, now_ms, out, |session| {
            session.looked_up(already_connected, random, now_ms)
        });
        self.keep(socket, out);
    }

    /// The realm has taken the client, or wants to be asked again. A client that left meanwhile is given back at once.
    pub fn joined(
        &mut self,
        socket: SocketId,
        reply: &ConnectReply,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let number = SessionNumber(reply.session);
        self.reports.seen_incarnation(reply.incarnation, now_ms);
        self.reports.introduce(now_ms);
        if reply.session == 0 {
            return self.join_again(socket, reply, now_ms, out);
        }
        let kicked = self.kicked_early.remove(&number);
        self.join_settled();
        if !self.sessions.contains_key(&socket) {
            self.reports.ended(number, now_ms);
            return;
        }
        self.sockets.insert(number, socket);
        self.step(socket, now_ms, out, |session| {
            session.joined(number, now_ms)
        });
        let is_live = self.sessions.get(&socket).and_then(Session::live).is_some();
        self.reports.count().welcomed += u64::from(is_live);
        if kicked {
            self.dismiss(socket, Reason::NewSession, now_ms, out);
        }
        self.keep(socket, out);
    }

    /// The request was meant for another incarnation than the one that answers. If that is the newest, it is asked again.
    fn join_again(
        &mut self,
        socket: SocketId,
        reply: &ConnectReply,
        now_ms: u64,
        out: &mut Vec<Action>,
    ) {
        let session = self.sessions.get(&socket);
        match session.map(Session::stage) {
            Some(Stage::Joining { address }) if reply.incarnation == self.reports.incarnation() => {
                let address = *address;
                self.announce(socket, address, out);
            }
            _ => self.join_failed(socket, now_ms, out),
        }
    }

    /// The realm could not be reached, or did not take the client.
    pub fn join_failed(&mut self, socket: SocketId, now_ms: u64, out: &mut Vec<Action>) {
        self.join_settled();
        self.reports.abandoned(socket, now_ms);
        self.step(socket, now_ms, out, Session::join_failed);
    }

    fn join_settled(&mut self) {
        self.joining = self.joining.saturating_sub(1);
        if self.joining == 0 {
            self.kicked_early.clear();
        }
    }

    /// Closes the sessions that have taken too long, and sees to it that the realm hears from a connector with sessions.
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Action>) {
        self.reports.introduce(now_ms);
        let timeouts = self.config.timeouts;
        let late: Vec<SocketId> = self
            .sessions
            .iter()
            .filter(|(_, session)| {
                session
                    .deadline_ms(&timeouts)
                    .is_some_and(|deadline| deadline <= now_ms)
            })
            .map(|(&socket, _)| socket)
            .collect();
        for socket in late {
            self.step(socket, now_ms, out, |session| {
                session.tick(&timeouts, now_ms)
            });
        }
        let deadlines = self.sessions.values();
        self.earliest_ms = deadlines
            .filter_map(|session| session.deadline_ms(&timeouts))
            .min();
        if !self.sockets.is_empty() && self.reports.keep_alive_ms() <= now_ms {
            self.reports.keep_alive(now_ms);
        }
        self.sweep(now_ms, out);
    }

    /// When [`tick`](Self::tick) may have something to do; none without sockets.
    pub fn deadline_ms(&self) -> Option<u64> {
        if self.sessions.is_empty() {
            return None;
        }
        let of_live = (!self.sockets.is_empty()).then(|| {
            let keep_alive = self.reports.keep_alive_ms();
            self.sweeps
                .due_ms()
                .map_or(keep_alive, |due| due.min(keep_alive))
        });
        self.earliest_ms.into_iter().chain(of_live).min()
    }

    pub(super) fn not_later_than(&mut self, deadline_ms: Option<u64>) {
        self.earliest_ms = self.earliest_ms.into_iter().chain(deadline_ms).min();
    }

    /// When the next report has to go out; none while one is under way or there is nothing to say.
    pub fn report_due_ms(&self) -> Option<u64> {
        self.reports.due_ms(self.crowd.stages())
    }

    /// The report to send now, if one is due. Its answer, or its failure, must be told before the next one comes.
    pub fn take_report(&mut self, now_ms: u64) -> Option<Report> {
        let sessions = &self.sessions;
        let stages = *self.crowd.stages();
        self.reports.take(now_ms, stages, || {
            sessions.values().filter_map(listed).collect()
        })
    }

    /// The realm has taken the report.
    pub fn report_answered(&mut self, reply: &ReportReply, now_ms: u64) {
        self.reports.answered(reply, now_ms);
    }

    /// The realm does not take the report, and will not if it is repeated: all sessions will be listed anew.
    pub fn report_refused(&mut self, now_ms: u64) {
        self.reports.refused(now_ms);
    }

    /// The report did not get through: the same one will be due again.
    pub fn report_failed(&mut self, now_ms: u64) {
        self.reports.failed(now_ms);
    }

    /// The session of a socket.
    pub fn session(&self, socket: SocketId) -> Option<&Session> {
        self.sessions.get(&socket)
    }

    /// How many sockets there are, those included that are closed and whose clients have not answered.
    pub fn socket_count(&self) -> usize {
        self.sessions.len() + self.crowd.closing_count()
    }

    /// What is counted, to which the host adds what only it can know.
    pub fn count(&mut self) -> &mut ConnectorCounters {
        self.reports.count()
    }
}

/// A session as it is listed to the realm; none before the client is welcome.
fn listed(session: &Session) -> Option<LiveSession> {
    let listed = session.live()?.to_listed();
    Some(LiveSession {
        position_is_old: session.is_position_old(),
        ..listed
    })
}
