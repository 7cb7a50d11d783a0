//! The bus: calls and their answers, some of which are late, lost or doubled.

use archipelago_core::connector::{Action, SocketId};
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, Delivery, LookupReply, LookupRequest, Report, ReportReply,
};

use super::{ClientId, Stage, World, random_of, shard_name};

/// How long a caller waits for an answer.
pub(super) const CALL_LIMIT_MS: f64 = 5_000.0;
/// What the bus does to calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    pub(super) delay_ms: f64,
    pub(super) drop: f64,
    pub(super) repeat: f64,
}

pub(super) const FAIR: Weather = Weather {
    delay_ms: 5.0,
    drop: 0.0,
    repeat: 0.0,
};

#[derive(Clone, Debug)]
pub(super) enum Request {
    LookUp(LookupRequest),
    Connect(ConnectRequest),
    Report(Report),
    Deliver(Delivery),
}

#[derive(Clone, Debug)]
pub(super) enum Reply {
    LookedUp(LookupReply),
    Connected(ConnectReply),
    Reported(ReportReply),
    Delivered,
    Failed,
}

/// A call that has not been answered.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) shard: usize,
    /// The caller's epoch; for deliveries the realm's incarnation.
    pub(super) start: u64,
    pub(super) socket: SocketId,
    pub(super) request: Request,
}

#[derive(Debug)]
pub(super) enum Mail {
    Request {
        call: u64,
        shard: usize,
        request: Request,
    },
    Reply {
        call: u64,
        reply: Reply,
    },
    Frame {
        client: ClientId,
        frame: Vec<u8>,
    },
}

impl World {
    pub(super) fn post(&mut self, wait_ms: u64, mail: Mail) {
        self.counter += 1;
        self.mail
            .insert((self.now_ms + wait_ms, self.counter), mail);
    }

    pub(super) fn reply_in(&mut self, call: u64, reply: Reply, within_ms: f64) {
        let wait = self.rng.between(0.0, within_ms) as u64;
        self.post(wait, Mail::Reply { call, reply });
    }

    pub(super) fn call(&mut self, shard: usize, start: u64, socket: SocketId, request: Request) {
        self.counter += 1;
        let call = self.counter;
        let weather = self.weather;
        if self.is_cut_off(shard) || self.rng.chance(weather.drop) {
            self.reply_in(call, Reply::Failed, CALL_LIMIT_MS);
        } else {
            let delay = self.rng.between(0.0, weather.delay_ms) as u64;
            let mail = |request| Mail::Request {
                call,
                shard,
                request,
            };
            self.post(delay, mail(request.clone()));
            if self.rng.chance(weather.repeat) {
                let later = delay + self.rng.below(3_000) as u64;
                self.post(later, mail(request.clone()));
            }
            if self.rng.chance(weather.drop) {
                // The caller gives up, perhaps before the request has even arrived.
                self.reply_in(call, Reply::Failed, 2.0 * weather.delay_ms);
            }
        }
        let open = Call {
            shard,
            start,
            socket,
            request,
        };
        self.calls.insert(call, open);
    }

    pub(super) fn is_cut_off(&self, shard: usize) -> bool {
        self.now_ms < self.shards[shard].cut_off_until_ms
    }

    pub(super) fn arrive(&mut self, mail: Mail) {
        match mail {
            Mail::Frame { client, frame } => {
                if self.clients[client].stage == Stage::Welcome {
                    self.clients[client].stage = Stage::Heard;
                }
                self.say(client, &frame);
            }
            Mail::Request {
                call,
                shard,
                request,
            } => {
                let reply = self.serve(shard, request);
                if self.is_cut_off(shard) || self.rng.chance(self.weather.drop) {
                    self.reply_in(call, Reply::Failed, CALL_LIMIT_MS);
                } else {
                    self.reply_in(call, reply, self.weather.delay_ms);
                }
            }
            Mail::Reply { call, reply } => {
                if let Some(call) = self.calls.remove(&call) {
                    self.answered(call, reply);
                }
            }
        }
    }

    pub(super) fn serve(&mut self, shard: usize, request: Request) -> Reply {
        let now_ms = self.now_ms;
        match request {
            Request::LookUp(request) => {
                let reply = self.realm.lookup(&request);
                reply.map_or(Reply::Failed, Reply::LookedUp)
            }
            Request::Connect(request) => match self.realm.connect(&request, now_ms) {
                Ok(reply) => {
                    let epoch = request.stamp.map_or(0, |stamp| stamp.epoch);
                    let client = self.sockets[&(shard, epoch, request.socket)];
                    self.taken += 1;
                    self.clients[client].taken.get_or_insert(self.taken);
                    Reply::Connected(reply)
                }
                Err(_) => Reply::Failed,
            },
            Request::Report(report) => {
                let reply = self.realm.report(&report, now_ms);
                reply.map_or(Reply::Failed, Reply::Reported)
            }
            Request::Deliver(delivery) => {
                let mut out = Vec::new();
                let connector = &mut self.shards[shard].connector;
                connector.delivered(&delivery, now_ms, &mut out);
                self.carry_out(shard, out);
                Reply::Delivered
            }
        }
    }

    pub(super) fn answered(&mut self, call: Call, reply: Reply) {
        let Call {
            shard: index,
            start,
            socket,
            request,
        } = call;
        if let Request::Deliver(delivery) = request {
            if start == self.incarnation {
                let name = shard_name(index);
                match reply {
                    Reply::Delivered => self.realm.delivered(&name, &delivery, self.now_ms),
                    _ => self.realm.undelivered(&name, self.now_ms),
                }
            }
            return;
        }
        if start != self.shards[index].epoch {
            return;
        }
        let who = self.shards[index].clients.get(&socket);
        let random = who.map_or([0; 16], |&client| random_of(self.clients[client].who));
        let connector = &mut self.shards[index].connector;
        let (now_ms, mut out) = (self.now_ms, Vec::new());
        match (request, reply) {
            (Request::LookUp(_), reply) => {
                let connected = matches!(reply, Reply::LookedUp(reply) if reply.already_connected);
                connector.looked_up(socket, connected, random, now_ms, &mut out);
            }
            (_, Reply::Connected(reply)) => connector.joined(socket, &reply, now_ms, &mut out),
            (Request::Connect(_), _) => connector.join_failed(socket, now_ms, &mut out),
            (_, Reply::Reported(reply)) => connector.report_answered(&reply, now_ms),
            _ => connector.report_failed(now_ms),
        }
        self.carry_out(index, out);
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
                        self.clients[client].open = false;
                    }
                }
                Action::Keep(socket, record) => {
                    state.records.insert(socket, record);
                }
                Action::LookUp(socket, address) => {
                    let address = address.0.to_vec();
                    let request = Request::LookUp(LookupRequest { address });
                    self.call(shard, epoch, socket, request);
                }
                Action::Challenge(socket) => {
                    let who = state.clients.get(&socket);
                    let random = who.map_or([0; 16], |&client| random_of(self.clients[client].who));
                    let (now_ms, mut out) = (self.now_ms, Vec::new());
                    let connector = &mut self.shards[shard].connector;
                    connector.looked_up(socket, false, random, now_ms, &mut out);
                    self.carry_out(shard, out);
                }
                Action::Join(socket, request) => {
                    self.call(shard, epoch, socket, Request::Connect(request));
                }
            }
        }
    }
}
