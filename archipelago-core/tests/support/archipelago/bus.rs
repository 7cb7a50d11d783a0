//! The bus: calls and their answers, some of which are late, lost or doubled.

use archipelago_core::auth::Address;
use archipelago_core::connector::SocketId;
use archipelago_core::engine::Position;
use archipelago_core::protocol::bus::{
    ConnectReply, ConnectRequest, Delivery, LookupReply, LookupRequest, Report, ReportReply,
    RoomOrders, RoomReport, RoomReportReply,
};

use super::visits::{Knock, VisitId};
use super::{ClientId, Stage, World};

/// How long a caller waits for an answer. Whatever the weather does to a call is over by then.
pub(super) const CALL_LIMIT_MS: u64 = 5_000;

/// What the bus does to calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    pub(super) delay_ms: f64,
    pub(super) drop: f64,
    pub(super) repeat: f64,
    /// How often a call comes once more when nobody thinks of it any longer, and an answer when hardly anybody does.
    pub(super) late: f64,
}

/// How late a call may come once more, in ms.
pub(super) const LATE_MAX_MS: u64 = 30_000;

pub(super) const FAIR: Weather = Weather {
    delay_ms: 5.0,
    drop: 0.0,
    repeat: 0.0,
    late: 0.0,
};

/// How likely a call is lost that is on its way to a realm that dies. What is not lost, the next incarnation gets.
const LOST_WITH_REALM: f64 = 0.7;

/// Who is at the other end of the realm's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Connector(usize),
    Room(String),
    /// Whoever lets clients into rooms.
    Door,
}

#[derive(Clone, Debug)]
pub(super) enum Request {
    LookUp(SocketId, LookupRequest),
    Connect(ConnectRequest),
    Report(Box<Report>),
    Deliver(Delivery),
    Pass(Knock),
    RoomReport(RoomReport),
    /// With the incarnation that has decided it.
    Order(u64, RoomOrders),
}

#[derive(Clone, Debug)]
pub(super) enum Reply {
    LookedUp(LookupReply),
    Connected(ConnectReply),
    Reported(ReportReply),
    Delivered,
    Passed(bool),
    /// With the incarnation that has answered.
    RoomReported(u64, RoomReportReply),
    Obeyed,
    Failed,
}

/// A call that has not been answered.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) line: Line,
    /// Which start of the caller it comes from: a later one hears no answer.
    pub(super) start: u64,
    pub(super) request: Request,
}

/// A client about whom its connector finds out something.
#[derive(Debug)]
pub(super) struct Vetting {
    pub(super) shard: usize,
    pub(super) epoch: u64,
    pub(super) socket: SocketId,
    pub(super) address: Address,
}

#[derive(Debug)]
pub(super) enum Mail {
    /// It is known whether a client may come in.
    Vetted(Vetting),
    /// Somebody who has lost the connection comes back.
    Come {
        who: usize,
        position: Position,
    },
    Request {
        call: u64,
        line: Line,
        request: Box<Request>,
    },
    Reply {
        call: u64,
        reply: Reply,
    },
    /// From a client to its connector.
    Frame {
        client: ClientId,
        frame: Vec<u8>,
    },
    /// A client comes to the door of a room.
    Knock(Knock),
    /// The door has let it in.
    Enter(Knock),
    /// From a client to a room.
    Said {
        visit: VisitId,
        frame: Vec<u8>,
    },
    /// A client closes its socket in a room.
    Leave(VisitId),
    /// A room finds out that a socket is dead.
    Lost(VisitId),
}

impl Request {
    pub(super) fn is_to_realm(&self) -> bool {
        !matches!(self, Self::Deliver(_) | Self::Order(..))
    }
}

impl World {
    pub(super) fn post(&mut self, wait_ms: u64, mail: Mail) {
        self.counter += 1;
        self.mail
            .insert((self.now_ms + wait_ms, self.counter), mail);
    }

    /// Within this many ms.
    pub(super) fn post_within(&mut self, within_ms: usize, mail: Mail) {
        let wait = self.rng.below(within_ms) as u64;
        self.post(wait, mail);
    }

    fn reply_in(&mut self, call: u64, reply: Reply, within_ms: f64) {
        let wait = self.rng.between(0.0, within_ms) as u64;
        self.post(wait, Mail::Reply { call, reply });
    }

    fn fail_in(&mut self, call: u64, line: &Line, within_ms: f64) {
        self.disturb(line);
        self.trace_line(line, "a call fails");
        self.reply_in(call, Reply::Failed, within_ms);
    }

    pub(super) fn call(&mut self, line: Line, start: u64, request: Request) {
        self.counter += 1;
        let call = self.counter;
        let weather = self.setting.weather;
        self.trace_call(&line, &request);
        if self.is_cut_off(&line) || self.rng.chance(weather.drop) {
            self.fail_in(call, &line, CALL_LIMIT_MS as f64);
        } else {
            let delay = self.rng.between(0.0, weather.delay_ms) as u64;
            let mail = |request| Mail::Request {
                call,
                line: line.clone(),
                request: Box::new(request),
            };
            self.post(delay, mail(request.clone()));
            if self.rng.chance(weather.repeat) {
                let later = delay + self.rng.below(3_000) as u64;
                self.post(later, mail(request.clone()));
                self.disturb(&line);
            }
            if matches!(line, Line::Connector(_)) && self.rng.chance(weather.late) {
                let later = self.rng.below(LATE_MAX_MS as usize) as u64;
                self.post(later, mail(request.clone()));
                self.count("late repeats");
            }
            if self.rng.chance(weather.drop) {
                // The caller gives up, perhaps before the request has even arrived.
                self.fail_in(call, &line, 2.0 * weather.delay_ms);
            }
        }
        let open = Call {
            line,
            start,
            request,
        };
        self.calls.insert(call, open);
    }

    pub(super) fn is_cut_off(&self, line: &Line) -> bool {
        let until_ms = match line {
            Line::Connector(shard) => self.shards[*shard].cut_off_until_ms,
            Line::Room(room) => self.lines.get(room).map_or(0, |line| line.cut_off_until_ms),
            Line::Door => 0,
        };
        self.now_ms < until_ms
    }

    pub(super) fn arrive(&mut self, mail: Mail) {
        match mail {
            Mail::Vetted(vetting) => self.vetted(&vetting),
            Mail::Come { who, position } => self.come(who, position),
            Mail::Frame { client, frame } => {
                if self.clients[client].stage == Stage::Welcome {
                    self.clients[client].stage = Stage::Heard;
                }
                self.say(client, &frame);
            }
            Mail::Request {
                call,
                line,
                request,
            } => {
                let reply = self.serve(&line, *request);
                self.send_back(call, &line, reply);
            }
            Mail::Reply { call, reply } => {
                if let Some(call) = self.calls.remove(&call) {
                    self.answered(call, reply);
                }
            }
            Mail::Knock(knock) => self.knock(knock),
            Mail::Enter(knock) => self.enter(&knock),
            Mail::Said { visit, frame } => self.say_in_room(visit, &frame),
            Mail::Leave(visit) => self.leave_room(visit),
            Mail::Lost(visit) => self.socket_gone(visit),
        }
    }

    fn send_back(&mut self, call: u64, line: &Line, reply: Reply) {
        let weather = self.setting.weather;
        if self.is_cut_off(line) || self.rng.chance(weather.drop) {
            return self.fail_in(call, line, CALL_LIMIT_MS as f64);
        }
        let is_late = matches!(line, Line::Connector(_)) && self.rng.chance(weather.late);
        let limit_ms = if is_late {
            CALL_LIMIT_MS as f64
        } else {
            weather.delay_ms
        };
        self.reply_in(call, reply, limit_ms);
    }

    /// Most of what was on its way to the realm is lost.
    pub(super) fn lose_calls_to_realm(&mut self) {
        let rng = &mut self.rng;
        let is_lost = |_: &(u64, u64), mail: &mut Mail| {
            let to_realm = matches!(mail, Mail::Request { request, .. } if request.is_to_realm());
            to_realm && rng.chance(LOST_WITH_REALM)
        };
        let lost: Vec<Mail> = self
            .mail
            .extract_if(.., is_lost)
            .map(|(_, mail)| mail)
            .collect();
        for mail in lost {
            if let Mail::Request { call, line, .. } = mail {
                self.fail_in(call, &line, 100.0);
            }
        }
    }
}
