//! What those who are called do, and what callers do with the answers.

use archipelago_core::connector::{Action, SocketId};
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, Delivery, LookupRequest, Report,
};

use super::bus::{Call, Line, Mail, Reply, Request, Vetting};
use super::{World, random_of, shard_name};

/// How long a connector takes at most to find out whether a client may come in.
const VETTING_MAX_MS: usize = 1_000;

impl World {
    pub(super) fn serve(&mut self, line: &Line, request: Request) -> Reply {
        self.trace_arrival(line, &request);
        match (line, request) {
            (Line::Connector(shard), Request::Deliver(delivery)) => {
                let (now_ms, mut out) = (self.shard_ms(*shard), Vec::new());
                let connector = &mut self.shards[*shard].connector;
                connector.delivered(&delivery, now_ms, &mut out);
                self.carry_out(*shard, out);
                Reply::Delivered
            }
            (Line::Room(room), Request::Order(incarnation, orders)) => {
                self.obey(room, incarnation, &orders);
                Reply::Obeyed
            }
            (line, request) => {
                let is_up = self.server.up_ms.is_none();
                let reply = is_up.then(|| self.ask_realm(line, request)).flatten();
                if reply.is_none() {
                    self.disturb(line);
                }
                reply.unwrap_or(Reply::Failed)
            }
        }
    }

    /// What the realm says; none if it refuses, or if it could not store what it has decided.
    fn ask_realm(&mut self, line: &Line, request: Request) -> Option<Reply> {
        match (line, request) {
            (_, Request::LookUp(_, request)) => {
                self.realm.lookup(&request).ok().map(Reply::LookedUp)
            }
            (_, Request::Pass(knock)) => self.may_pass(&knock).map(Reply::Passed),
            (Line::Connector(shard), Request::Connect(request)) => self.connect(*shard, &request),
            (Line::Connector(shard), Request::Report(report)) => self.report(*shard, &report),
            (_, Request::RoomReport(report)) => {
                let incarnation = self.incarnation;
                let reply = self.realm.room_report(&report, self.realm_ms());
                if !self.commit() {
                    return None;
                }
                let reply = reply.expect("addresses");
                if reply.number > report.number {
                    self.count("numbers overtaken");
                }
                self.seen_in_room(&report);
                Some(Reply::RoomReported(incarnation, reply))
            }
            (line, request) => panic!("{request:?} over {line:?}"),
        }
    }

    fn connect(&mut self, shard: usize, request: &ConnectRequest) -> Option<Reply> {
        let reply = self.realm.connect(request, self.realm_ms());
        match &reply {
            Ok(ConnectReply { session: 0, .. }) => self.count("logins asked for again"),
            Ok(reply) => self.note_session(shard, request, reply.session),
            Err(_) => self.count("logins refused"),
        }
        let reply = reply.ok().map(Reply::Connected);
        if self.commit() { reply } else { None }
    }

    /// The realm has issued a session, now or before.
    fn note_session(&mut self, shard: usize, request: &ConnectRequest, session: u64) {
        let epoch = request.stamp.as_ref().map_or(0, |stamp| stamp.epoch);
        let client = self.sockets[&(shard, epoch, request.socket)];
        self.taken += 1;
        self.clients[client].taken.get_or_insert(self.taken);
        match self.watch.issued.insert(session, client) {
            Some(before) => assert_eq!(before, client, "{session:x} twice"),
            None => self.note_login(self.address_of(client)),
        }
    }

    fn report(&mut self, shard: usize, report: &Report) -> Option<Reply> {
        self.note_ends(report);
        let reply = self.realm.report(report, self.realm_ms());
        let incarnation = self.incarnation;
        let is_stored = self.commit();
        let is_meant = report.incarnation == 0 || report.incarnation == incarnation;
        if !is_meant {
            self.count("reports passed over");
        } else if incarnation == self.incarnation && reply.is_ok() {
            self.note_report(shard, report);
        }
        if let Err(error) = &reply {
            self.count("reports refused");
            self.trace_line(&Line::Connector(shard), &format!("is refused: {error}"));
        }
        if is_stored {
            reply.ok().map(Reply::Reported)
        } else {
            None
        }
    }

    pub(super) fn answered(&mut self, call: Call, reply: Reply) {
        let Call {
            line,
            start,
            request,
        } = call;
        match (line, request) {
            (Line::Connector(shard), Request::Deliver(delivery)) => {
                self.delivery_answered(shard, start, &delivery, &reply);
            }
            (Line::Connector(shard), request) => {
                if start == self.shards[shard].epoch {
                    self.connector_answered(shard, request, reply);
                }
            }
            (Line::Room(room), Request::Order(incarnation, orders)) => {
                if incarnation == self.incarnation {
                    let now_ms = self.realm_ms();
                    match reply {
                        Reply::Obeyed => self.realm.room_obeyed(&room, &orders),
                        _ => self.realm.room_unreachable(&room, now_ms),
                    }
                }
            }
            (Line::Room(room), _) => self.report_of_room_answered(&room, start, reply),
            (Line::Door, Request::Pass(knock)) => self.door_answered(knock, &reply),
            (line, request) => panic!("{request:?} over {line:?}"),
        }
    }

    fn delivery_answered(&mut self, shard: usize, start: u64, delivery: &Delivery, reply: &Reply) {
        if start != self.incarnation {
            return;
        }
        let (name, now_ms) = (shard_name(shard), self.realm_ms());
        if matches!(reply, Reply::Delivered) {
            self.realm.delivered(&name, delivery, now_ms);
            self.farewells(delivery);
        } else {
            self.realm.undelivered(&name, now_ms);
        }
    }

    fn connector_answered(&mut self, index: usize, request: Request, reply: Reply) {
        let random = self.random_at(index, request_socket(&request));
        let (now_ms, mut out) = (self.shard_ms(index), Vec::new());
        let connector = &mut self.shards[index].connector;
        match (request, reply) {
            (Request::LookUp(socket, _), reply) => {
                let connected = matches!(reply, Reply::LookedUp(reply) if reply.already_connected);
                connector.looked_up(socket, connected, random, now_ms, &mut out);
            }
            (Request::Connect(request), Reply::Connected(reply)) => {
                connector.joined(SocketId(request.socket), &reply, now_ms, &mut out);
            }
            (Request::Connect(request), _) => {
                connector.join_failed(SocketId(request.socket), now_ms, &mut out);
            }
            (_, Reply::Reported(reply)) => connector.report_answered(&reply, now_ms),
            _ => connector.report_failed(now_ms),
        }
        self.carry_out(index, out);
    }

    /// It has been found out that a client may come in, unless its connector has started again since.
    pub(super) fn vetted(&mut self, vetting: &Vetting) {
        let shard = vetting.shard;
        if self.shards[shard].epoch != vetting.epoch {
            return;
        }
        let (now_ms, mut out) = (self.shard_ms(shard), Vec::new());
        let connector = &mut self.shards[shard].connector;
        let Vetting {
            socket, address, ..
        } = *vetting;
        connector.vetted(socket, address, Ok(()), now_ms, &mut out);
        self.carry_out(shard, out);
    }

    fn random_at(&self, shard: usize, socket: Option<SocketId>) -> [u8; 16] {
        let client = socket.and_then(|socket| self.shards[shard].clients.get(&socket));
        client.map_or([0; 16], |&client| random_of(self.clients[client].who))
    }

    pub(super) fn carry_out(&mut self, shard: usize, actions: Vec<Action>) {
        for action in actions {
            let now_ms = self.shard_ms(shard);
            let (epoch, state) = (self.shards[shard].epoch, &mut self.shards[shard]);
            match action {
                Action::Send(socket, frame) => {
                    if let Some(&client) = state.clients.get(&socket) {
                        self.hear(client, &frame);
                    }
                }
                Action::Close(socket, _) => {
                    state.records.remove(&socket);
                    // Clients answer at once.
                    state.connector.closed(socket, now_ms);
                    if let Some(client) = state.clients.remove(&socket) {
                        self.session_over(client);
                    }
                }
                Action::Keep(socket, record) => {
                    state.records.insert(socket, record);
                }
                Action::LookUp {
                    socket,
                    address,
                    asks_realm: true,
                } => {
                    let address = address.0.to_vec();
                    let request = Request::LookUp(socket, LookupRequest { address });
                    self.call(Line::Connector(shard), epoch, request);
                }
                Action::LookUp { socket, .. } => {
                    let random = self.random_at(shard, Some(socket));
                    let (now_ms, mut out) = (self.shard_ms(shard), Vec::new());
                    let connector = &mut self.shards[shard].connector;
                    connector.looked_up(socket, false, random, now_ms, &mut out);
                    self.carry_out(shard, out);
                }
                Action::Vet(socket, address, _) => {
                    let vetting = Vetting {
                        shard,
                        epoch,
                        socket,
                        address,
                    };
                    self.post_within(VETTING_MAX_MS, Mail::Vetted(vetting));
                }
                Action::Sweep(_) => panic!("nobody can be asked about bans"),
                Action::Join(_, request) => {
                    let request = Request::Connect(request);
                    self.call(Line::Connector(shard), epoch, request);
                }
            }
        }
    }
}

fn request_socket(request: &Request) -> Option<SocketId> {
    match request {
        Request::LookUp(socket, _) => Some(*socket),
        _ => None,
    }
}
