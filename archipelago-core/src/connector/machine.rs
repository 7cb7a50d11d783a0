use std::collections::{BTreeMap, BTreeSet, HashMap};

use prost::Message as _;

use crate::auth::Address;
use crate::pacing::PerSecond;
use crate::protocol::bus::{
    ConnectReply, ConnectRequest, ConnectorStamp, LiveSession, Report, ReportReply,
    SessionHeartbeat,
};
use crate::protocol::limits::LOOKUPS_PER_SECOND_MAX;
use crate::session::{self, Close, RecordError, Session, SessionNumber, Stage, Timeouts};
use crate::transport::Transport;

use super::reports::Reports;
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
}

/// The sessions of one connector.
#[derive(Debug)]
pub struct Connector {
    pub(super) config: ConnectorConfig,
    // In order of the sockets, so that equal inputs have equal outputs.
    pub(super) sessions: BTreeMap<SocketId, Session>,
    pub(super) sockets: HashMap<SessionNumber, SocketId>,
    pub(super) reports: Reports,
    next_socket: u64,
    /// No session takes too long before this: exact after a tick, and early when a client has said something since.
    earliest_ms: Option<u64>,
    /// How many lookups were asked for.
    lookups: PerSecond,
    /// How many clients are being announced to the realm.
    pub(super) joining: usize,
    /// Sessions that were replaced before the answer that names them has arrived.
    pub(super) kicked_early: BTreeSet<SessionNumber>,
}

impl Connector {
    /// A connector that has just started. `epoch` is higher than at any start before.
    pub fn new(config: ConnectorConfig, name: String, epoch: u64, now_ms: u64) -> Self {
        Self {
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
            joining: 0,
            kicked_early: BTreeSet::new(),
        }
    }

    /// Takes up the session of a socket that outlived a sleep of the connector.
    ///
    /// # Errors
    /// The record is unreadable: the socket must be closed with [`session::Reason::Restart`].
    pub fn resume(&mut self, record: &[u8], now_ms: u64) -> Result<SocketId, RecordError> {
        let (socket, session) = Session::from_record(record)?;
        self.next_socket = self.next_socket.max(socket);
        let socket = SocketId(socket);
        if let Some(live) = session.live() {
            self.sockets.insert(live.number, socket);
            self.reports.list_all(now_ms);
        }
        self.not_later_than(session.deadline_ms(&self.config.timeouts));
        self.sessions.insert(socket, session);
        Ok(socket)
    }

    /// A socket has been opened by a client that reaches the realm at `origin`, such as `https://realm.example`.
    pub fn opened(&mut self, origin: String, now_ms: u64, out: &mut Vec<Action>) -> SocketId {
        self.next_socket += 1;
        let socket = SocketId(self.next_socket);
        let session = Session::new(origin, now_ms);
        self.not_later_than(session.deadline_ms(&self.config.timeouts));
        self.sessions.insert(socket, session);
        self.keep(socket, out);
        socket
    }

    /// A binary message has arrived.
    pub fn frame(&mut self, socket: SocketId, frame: &[u8], now_ms: u64, out: &mut Vec<Action>) {
        self.step(socket, now_ms, out, |session| session.frame(frame, now_ms));
    }

    /// A text message has arrived.
    pub fn text(&mut self, socket: SocketId, now_ms: u64, out: &mut Vec<Action>) {
        self.step(socket, now_ms, out, Session::text);
    }

    /// A socket is gone.
    pub fn closed(&mut self, socket: SocketId, now_ms: u64) {
        let Some(mut session) = self.sessions.remove(&socket) else {
            return;
        };
        if let Some(number) = session.closed() {
            self.ended(number, now_ms);
        }
    }

    fn ended(&mut self, number: SessionNumber, now_ms: u64) {
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
        if kicked {
            self.step(socket, now_ms, out, Session::kick);
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
    }

    /// When [`tick`](Self::tick) may have something to do; none without sockets.
    pub fn deadline_ms(&self) -> Option<u64> {
        if self.sessions.is_empty() {
            return None;
        }
        let keep_alive = (!self.sockets.is_empty()).then(|| self.reports.keep_alive_ms());
        self.earliest_ms.into_iter().chain(keep_alive).min()
    }

    fn not_later_than(&mut self, deadline_ms: Option<u64>) {
        self.earliest_ms = self.earliest_ms.into_iter().chain(deadline_ms).min();
    }

    /// When the next report has to go out; none while one is under way or there is nothing to say.
    pub fn report_due_ms(&self) -> Option<u64> {
        self.reports.due_ms()
    }

    /// The report to send now, if one is due. Its answer, or its failure, must be told before the next one comes.
    pub fn take_report(&mut self, now_ms: u64) -> Option<Report> {
        let sessions = &self.sessions;
        self.reports
            .take(now_ms, || sessions.values().filter_map(listed).collect())
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

    /// How many sockets there are.
    pub fn socket_count(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn step(
        &mut self,
        socket: SocketId,
        now_ms: u64,
        out: &mut Vec<Action>,
        event: impl FnOnce(&mut Session) -> session::Action,
    ) {
        let Some(session) = self.sessions.get_mut(&socket) else {
            return;
        };
        let action = event(session);
        let deadline_ms = session.deadline_ms(&self.config.timeouts);
        let keep = session.is_record_old();
        self.not_later_than(deadline_ms);
        match action {
            session::Action::None => {}
            session::Action::Send(packet) => out.push(Action::Send(socket, packet.encode_to_vec())),
            session::Action::LookUp(address) => self.look_up(socket, address, now_ms, out),
            session::Action::Join(address) => {
                self.joining += 1;
                self.keep(socket, out);
                self.announce(socket, address, out);
            }
            session::Action::Heartbeat {
                session,
                position,
                desired_room,
                first,
            } => {
                let heartbeat = SessionHeartbeat {
                    session: session.0,
                    position: Some(position.into()),
                    desired_room,
                };
                self.reports.heartbeat(heartbeat, first, now_ms);
                if first || keep {
                    self.keep(socket, out);
                }
            }
            session::Action::Close(close) => self.close(socket, close, now_ms, out),
        }
    }

    fn look_up(&mut self, socket: SocketId, who: Address, now_ms: u64, out: &mut Vec<Action>) {
        self.keep(socket, out);
        let may_look_up = self.lookups.allows(LOOKUPS_PER_SECOND_MAX, now_ms);
        out.push(if may_look_up {
            Action::LookUp(socket, who)
        } else {
            Action::Challenge(socket)
        });
    }

    fn announce(&mut self, socket: SocketId, address: Address, out: &mut Vec<Action>) {
        let request = ConnectRequest {
            stamp: Some(self.reports.stamp().clone()),
            socket: socket.0,
            address: address.0.to_vec(),
            incarnation: Some(self.reports.incarnation()),
        };
        out.push(Action::Join(socket, request));
    }

    fn close(&mut self, socket: SocketId, close: Close, now_ms: u64, out: &mut Vec<Action>) {
        self.sessions.remove(&socket);
        if let Some(packet) = close.farewell {
            out.push(Action::Send(socket, packet.encode_to_vec()));
        }
        out.push(Action::Close(socket, close.reason));
        if let Some(number) = close.ended {
            self.ended(number, now_ms);
        }
    }

    pub(super) fn keep(&mut self, socket: SocketId, out: &mut Vec<Action>) {
        if let Some(record) = self
            .sessions
            .get_mut(&socket)
            .and_then(|session| session.to_record(socket.0))
        {
            out.push(Action::Keep(socket, record));
        }
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
