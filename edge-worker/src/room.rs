//! `Room`: the object in which one island is heard.
//!
//! All it knows is kept with its sockets: an empty room is nothing.

mod sending;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use archipelago_core::auth::{Address, ContractAnswer, ContractQuestion};
use archipelago_core::protocol::Upstream;
use archipelago_core::protocol::bus::{RoomOrders, RoomOrdersReply, RoomReport};
use archipelago_core::protocol::limits::ROOM_SOCKETS_MAX;
use archipelago_core::room::{self, Action, Batch, ROOM_IDLE_REPORT_MS, SocketId};
use archipelago_core::transport::{Pass, RoomId};
use worker::{
    DurableObject, Env, Error, Request, Response, Result, State, WebSocket, WebSocketPair,
    durable_object,
};

use crate::alarm::Alarm;
use crate::breath::Breath;
use crate::bus::{self, BusError, Call};
use crate::clock::now_ms;
use crate::routes::FULL;
use crate::socket_events::{Message, SocketEvents, socket_events};
use crate::sockets::{answer_close, attachment, close_for_restart, keep, socket_id, upgraded};
use crate::{ethereum, log, settings};

/// Where an upgrade is sent.
pub const UPGRADE_PATH: &str = "/enter";
/// Tells a room its id.
pub const ID_HEADER: &str = "x-archipelago-room";
/// Tells a room whom the token lets in; absent without a token.
pub const PASS_HEADER: &str = "x-archipelago-pass";

/// The subprotocol that clients offer.
const SUBPROTOCOL: &str = "rfc5";

/// How long the realm may take to answer a report, in ms.
const CALL_LIMIT_MS: u64 = 5_000;

/// The object.
#[durable_object(alarm)]
pub struct Room {
    shared: Rc<Shared>,
}

struct Shared {
    state: State,
    env: Env,
    loaded: RefCell<Option<Loaded>>,
    alarm: Rc<Alarm>,
    /// Whether a timer is set for the next batch.
    has_timer: Cell<bool>,
    breath: Breath,
}

struct Loaded {
    room: room::Room,
    realm_name: String,
    sockets: HashMap<SocketId, WebSocket>,
    actions: Vec<Action>,
    batch: Batch,
}

impl DurableObject for Room {
    fn new(state: State, env: Env) -> Self {
        Self {
            shared: Rc::new(Shared {
                state,
                env,
                loaded: RefCell::default(),
                alarm: Rc::default(),
                has_timer: Cell::default(),
                breath: Breath::default(),
            }),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let response = match request.path().as_str() {
            UPGRADE_PATH => self.shared.upgrade(&request)?,
            RoomOrders::PATH => {
                let orders = bus::request::<RoomOrders>(&mut request).await;
                bus::reply(orders.map(|orders| self.shared.obey(&orders)))?
            }
            _ => Response::error("Not Found", 404)?,
        };
        self.shared.settle();
        Ok(response)
    }

    async fn alarm(&self) -> Result<Response> {
        fault!(RoomAlarm, self.shared.state);
        let shared = &self.shared;
        shared.alarm.rung(&shared.state, Rc::clone(shared).ring());
        Response::empty()
    }
}

socket_events!(Room);

impl SocketEvents for Room {
    fn received(&self, socket: &WebSocket, message: Message) -> Result<()> {
        let Some(id) = socket_id(socket) else {
            // Closed already; the client goes on all the same.
            self.shared.breath.taken(&self.shared.state, false);
            return Ok(());
        };
        fault!(RoomMessage, self.shared.state);
        self.shared.breath.taken(&self.shared.state, true);
        self.shared.with(|loaded, now| match message {
            Message::Binary(frame) => loaded.room.frame(id, &frame, now, &mut loaded.actions),
            Message::Text => loaded.room.text(id, now, &mut loaded.actions),
        });
        self.shared.settle();
        Ok(())
    }

    fn closed(&self, socket: &WebSocket, code: u16, reason: &str) {
        answer_close(socket, code, reason);
        self.shared.gone(socket);
    }

    fn failed(&self, socket: &WebSocket) {
        self.shared.gone(socket);
    }
}

impl Shared {
    /// Works on the room if there is one: without sockets there is not.
    fn with<T>(&self, work: impl FnOnce(&mut Loaded, u64) -> T) -> Option<T> {
        let mut slot = self.loaded.borrow_mut();
        if slot.is_none() {
            *slot = self.resume();
        }
        slot.as_mut().map(|loaded| work(loaded, now_ms()))
    }

    /// Takes up the sockets that outlived a sleep.
    fn resume(&self) -> Option<Loaded> {
        let mut loaded: Option<Loaded> = None;
        for socket in self.state.get_websockets() {
            let Some(record) = attachment(&socket).filter(|record| !record.is_empty()) else {
                // Closed already; the client has not answered yet.
                continue;
            };
            if loaded.is_none() {
                loaded = room::room_of_record(&record).and_then(|id| self.open(id).ok());
            }
            let resumed = loaded.as_mut().and_then(|loaded| {
                let id = loaded.room.resume(&record, now_ms()).ok()?;
                loaded.sockets.insert(id, socket.clone());
                Some(id)
            });
            if resumed.is_none() {
                let _ = keep(&socket, Vec::new());
                close_for_restart(&socket);
            }
        }
        if let Some(loaded) = &loaded {
            let (id, sockets) = (loaded.room.id().as_str(), loaded.sockets.len());
            log::info("room resumed", &[("room", &id), ("sockets", &sockets)]);
        }
        loaded
    }

    fn open(&self, id: RoomId) -> Result<Loaded, BusError> {
        let config = settings::config(&self.env)?;
        Ok(Loaded {
            realm_name: config.realm_of_room(&id).to_owned(),
            room: room::Room::new(id, config.connector.timeouts.handshake_ms),
            sockets: HashMap::new(),
            actions: Vec::new(),
            batch: Batch::default(),
        })
    }

    fn upgrade(&self, request: &Request) -> Result<Response> {
        let headers = request.headers();
        let id = headers.get(ID_HEADER)?.and_then(|id| id.parse().ok());
        let pass = match headers.get(PASS_HEADER)? {
            Some(text) => match read_pass(&text) {
                Some(pass) => Some(pass),
                None => return Response::error("no pass", 400),
            },
            None => None,
        };
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Error::from(error.to_string()))?;
        if self.with(|_, _| ()).is_none() {
            let Some(id) = id else {
                return Response::error("no room", 400);
            };
            match self.open(id) {
                Ok(opened) => *self.loaded.borrow_mut() = Some(opened),
                Err(error) => return bus::reply::<RoomOrdersReply>(Err(error)),
            }
        }
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        let entered = self.with(|loaded, now| {
            // Those that are closed and have not answered count too.
            if self.state.get_websockets().len() >= ROOM_SOCKETS_MAX {
                return false;
            }
            self.state.accept_web_socket(&server);
            let id = loaded.room.opened(pass, random, now, &mut loaded.actions);
            loaded.sockets.insert(id, server);
            true
        });
        match entered {
            Some(true) => upgraded(client, SUBPROTOCOL, headers),
            _ => Response::error("full", FULL),
        }
    }

    fn obey(&self, orders: &RoomOrders) -> RoomOrdersReply {
        self.with(|loaded, now| {
            // Who is muted hears nothing more, also of what was said before.
            loaded.send_batch(now);
            loaded.room.obey(orders, now, &mut loaded.actions);
        });
        RoomOrdersReply {}
    }

    fn gone(self: &Rc<Self>, socket: &WebSocket) {
        let Some(id) = socket_id(socket) else { return };
        self.with(|loaded, now| {
            loaded.sockets.remove(&id);
            loaded.batch.forget(id);
            loaded.room.closed(id, now, &mut loaded.actions);
        });
        self.settle();
    }

    /// What the alarm is for. Without sockets its loop ends here.
    async fn ring(self: Rc<Self>) {
        if self.with(|_, _| ()).is_some() {
            // Re-armed first: a failing tick must not stop the loop.
            self.alarm
                .no_later_than(&self.state, now_ms().saturating_add(ROOM_IDLE_REPORT_MS))
                .await;
            self.with(|loaded, now| loaded.room.tick(now, &mut loaded.actions));
        }
        self.settle();
    }

    /// Carries out what the room has decided, sends the report that is due, and sets the alarm; or forgets the room.
    fn settle(self: &Rc<Self>) {
        self.carry_out();
        self.send_batch();
        let report = self.with(|loaded, now| {
            let report = loaded.room.take_report(now)?;
            Some((report, loaded.realm_name.clone()))
        });
        if let Some((report, realm)) = report.flatten() {
            self.state.wait_until(Rc::clone(self).report(report, realm));
        }
        match self.with(|loaded, _| (loaded.room.is_over(), loaded.room.deadline_ms())) {
            Some((true, _)) => self.forget(),
            Some((false, Some(deadline))) => {
                self.alarm
                    .set_no_later_than(&self.state, deadline, now_ms());
            }
            // An answer is awaited.
            Some((false, None)) | None => {}
        }
    }

    /// Nobody is there any more, and nothing is left to be said.
    fn forget(self: &Rc<Self>) {
        *self.loaded.borrow_mut() = None;
        self.alarm.unset();
        let shared = Rc::clone(self);
        self.state.wait_until(async move {
            if let Err(error) = shared.state.storage().delete_all().await {
                // The alarm rings once more, and finds nobody.
                log::warn("empty room not forgotten", &[("error", &error)]);
            }
        });
    }

    /// Asks contract wallets about a visitor's chain.
    async fn ask_contracts(self: Rc<Self>, id: SocketId, questions: Vec<ContractQuestion>) {
        let answer = match settings::config(&self.env) {
            Ok(config) => {
                let node = config.upstream.ethereum.as_ref();
                ethereum::ask(node, &questions, |answered| self.count_call(answered)).await
            }
            Err(error) => {
                log::warn("not configured", &[("error", &error)]);
                ContractAnswer::Unavailable
            }
        };
        self.with(|loaded, now| {
            let out = &mut loaded.actions;
            loaded.room.contracts_answered(id, answer, now, out);
        });
        self.settle();
    }

    /// The node of Ethereum was asked, and has answered in time and to the point, or has not.
    fn count_call(&self, answered: bool) {
        self.with(|loaded, _| {
            let counters = loaded.room.count().upstream.get_or_insert_default();
            counters.count(Upstream::Ethereum, answered);
        });
    }

    async fn report(self: Rc<Self>, report: RoomReport, realm: String) {
        let reply = bus::call_within(CALL_LIMIT_MS, &self.env, &realm, &report).await;
        self.with(|loaded, now| match &reply {
            Ok(reply) => {
                loaded.send_batch(now);
                loaded.room.report_answered(reply, now, &mut loaded.actions);
            }
            Err(_) => loaded.room.report_failed(now),
        });
        if let Err(error) = reply {
            log::warn("room not reported", &[("error", &error)]);
        }
        // What came up while this report was under way is due next.
        self.settle();
    }
}

/// A pass as the object is told of it.
pub fn pass_header(pass: &Pass) -> String {
    format!("{} {}", pass.address, pass.assignment)
}

fn read_pass(header: &str) -> Option<Pass> {
    let (address, assignment) = header.split_once(' ')?;
    Some(Pass {
        address: address.parse::<Address>().ok()?,
        assignment: assignment.parse().ok()?,
    })
}
