//! What those who are called do, and what callers do with the answers.

use archipelago_core::connector::{Action, SocketId};
use archipelago_core::protocol::bus::{ConnectRequest, Delivery, LookupRequest};

use super::bus::{Call, Line, Reply, Request};
use super::{World, random_of, shard_name};

impl World {
    pub(super) fn serve(&mut self, line: &Line, request: Request) -> Reply {
        let now_ms = self.now_ms;
        match (line, request) {
            (_, Request::LookUp(_, request)) => {
                let reply = self.realm.lookup(&request);
                reply.map_or(Reply::Failed, Reply::LookedUp)
            }
            (Line::Connector(shard), Request::Connect(request)) => self.connect(*shard, &request),
            (_, Request::Report(report)) => {
                let reply = self.realm.report(&report, now_ms);
                reply.map_or(Reply::Failed, Reply::Reported)
            }
            (Line::Connector(shard), Request::Deliver(delivery)) => {
                let mut out = Vec::new();
                let connector = &mut self.shards[*shard].connector;
                connector.delivered(&delivery, now_ms, &mut out);
                self.carry_out(*shard, out);
                Reply::Delivered
            }
            (_, Request::Pass(knock)) => Reply::Passed(self.may_pass(&knock)),
            (_, Request::RoomReport(report)) => {
                let reply = self.realm.room_report(&report, now_ms).expect("addresses");
                self.seen_in_room(&report);
                Reply::RoomReported(self.incarnation, reply)
            }
            (Line::Room(room), Request::Order(incarnation, orders)) => {
                self.obey(room, incarnation, &orders);
                Reply::Obeyed
            }
            (line, request) => panic!("{request:?} over {line:?}"),
        }
    }

    fn connect(&mut self, shard: usize, request: &ConnectRequest) -> Reply {
        let Ok(reply) = self.realm.connect(request, self.now_ms) else {
            return Reply::Failed;
        };
        let epoch = request.stamp.as_ref().map_or(0, |stamp| stamp.epoch);
        let client = self.sockets[&(shard, epoch, request.socket)];
        self.taken += 1;
        self.clients[client].taken.get_or_insert(self.taken);
        Reply::Connected(reply)
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
                    match reply {
                        Reply::Obeyed => self.realm.room_obeyed(&room, &orders),
                        _ => self.realm.room_unreachable(&room, self.now_ms),
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
        let name = shard_name(shard);
        if matches!(reply, Reply::Delivered) {
            self.realm.delivered(&name, delivery, self.now_ms);
            self.farewells(delivery);
        } else {
            self.realm.undelivered(&name, self.now_ms);
        }
    }

    fn connector_answered(&mut self, index: usize, request: Request, reply: Reply) {
        let random = self.random_at(index, request_socket(&request));
        let connector = &mut self.shards[index].connector;
        let (now_ms, mut out) = (self.now_ms, Vec::new());
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

    fn random_at(&self, shard: usize, socket: Option<SocketId>) -> [u8; 16] {
        let client = socket.and_then(|socket| self.shards[shard].clients.get(&socket));
        client.map_or([0; 16], |&client| random_of(self.clients[client].who))
    }

    pub(super) fn carry_out(&mut self, shard: usize, actions: Vec<Action>) {
        for action in actions {
            let (epoch, state) = (self.shards[shard].epoch, &mut self.shards[shard]);
            match action {
                Action::Send(socket, frame) => {
                    if let Some(&client) = state.clients.get(&socket) {
                        self.hear(client, &frame);
                    }
                }
                Action::Close(socket, _) => {
                    state.records.remove(&socket);
                    if let Some(client) = state.clients.remove(&socket) {
                        self.session_over(client);
                    }
                }
                Action::Keep(socket, record) => {
                    state.records.insert(socket, record);
                }
                Action::LookUp(socket, address) => {
                    let address = address.0.to_vec();
                    let request = Request::LookUp(socket, LookupRequest { address });
                    self.call(Line::Connector(shard), epoch, request);
                }
                Action::Challenge(socket) => {
                    let random = self.random_at(shard, Some(socket));
                    let (now_ms, mut out) = (self.now_ms, Vec::new());
                    let connector = &mut self.shards[shard].connector;
                    connector.looked_up(socket, false, random, now_ms, &mut out);
                    self.carry_out(shard, out);
                }
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
