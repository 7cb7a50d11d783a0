//! `WsConnector`: the object that holds the sockets of one shard.

mod reporting;
mod vetting;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use archipelago_core::config::{Config, realm_of_connector};
use archipelago_core::connector::{Action, Connector, Crowded, KEEP_ALIVE_MS, SocketId};
use archipelago_core::protocol::bus::{ConnectRequest, Delivery};
use archipelago_core::session::{Reason, without_session};
use worker::{
    DurableObject, Env, Request, Response, Result, State, WebSocket, WebSocketPair, durable_object,
};

use crate::alarm::Alarm;
use crate::breath::Breath;
use crate::bus::{self, BusError, Call};
use crate::clock::{Timer, now_ms};
use crate::moderation::DenyLists;
use crate::routes::{FULL, RESTLESS, TOO_MANY_OF_IP};
use crate::socket_events::{Message, SocketEvents, socket_events};
use crate::sockets::{
    answer_close, attachment, close, close_for_restart, keep, socket_id, upgraded,
};
use crate::store::Store;
use crate::{log, settings};

/// Where an upgrade is sent.
pub const UPGRADE_PATH: &str = "/ws";
/// Tells a connector its own name.
pub const NAME_HEADER: &str = "x-archipelago-connector";

/// Tells a connector where the client reaches the realm.
pub const ORIGIN_HEADER: &str = "x-archipelago-origin";

/// Tells a connector the client's IP address; absent where nobody knows it.
pub const IP_HEADER: &str = "x-archipelago-ip";

/// The subprotocol that most clients offer.
const SUBPROTOCOL: &str = "archipelago";

/// How often this connector has started.
const EPOCH: &str = "epoch";
/// The connector's own name.
const NAME: &str = "name";

/// How long the realm may take to take a client or a report, in ms.
const CALL_LIMIT_MS: u64 = 5_000;

/// The object.
#[durable_object(alarm)]
pub struct WsConnector {
    shared: Rc<Shared>,
}

struct Shared {
    state: State,
    env: Env,
    loaded: RefCell<Option<Loaded>>,
    alarm: Rc<Alarm>,
    /// For the next report.
    timer: Timer,
    deny_lists: DenyLists,
    breath: Breath,
}

struct Loaded {
    connector: Connector,
    /// Of the realm to which the connector belongs.
    config: Rc<Config>,
    sockets: HashMap<SocketId, WebSocket>,
    actions: Vec<Action>,
}

impl DurableObject for WsConnector {
    fn new(state: State, env: Env) -> Self {
        let shared = Shared {
            state,
            env,
            loaded: RefCell::default(),
            alarm: Rc::default(),
            timer: Timer::default(),
            deny_lists: DenyLists::default(),
            breath: Breath::default(),
        };
        Self {
            shared: Rc::new(shared),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let response = match request.path().as_str() {
            UPGRADE_PATH => self.shared.upgrade(&request)?,
            Delivery::PATH => {
                fault!(ConnectorDelivery, self.shared.state);
                let reply = match bus::request::<Delivery>(&mut request).await {
                    Ok(delivery) => self.shared.with(|loaded, now| {
                        loaded
                            .connector
                            .delivered(&delivery, now, &mut loaded.actions)
                    }),
                    Err(error) => Err(error),
                };
                fault!(ConnectorDelivered, self.shared.state);
                bus::reply(reply)?
            }
            _ => Response::error("Not Found", 404)?,
        };
        self.shared.settle();
        Ok(response)
    }

    async fn alarm(&self) -> Result<Response> {
        fault!(ConnectorAlarm, self.shared.state);
        let shared = &self.shared;
        shared.alarm.rung(&shared.state, Rc::clone(shared).ring());
        Response::empty()
    }
}

socket_events!(WsConnector);

impl SocketEvents for WsConnector {
    fn received(&self, socket: &WebSocket, message: Message) -> Result<()> {
        let Some(id) = socket_id(socket) else {
            return Ok(());
        };
        fault!(ConnectorMessage, self.shared.state);
        let step = self.shared.with(|loaded, now| {
            match message {
                _ if !loaded.sockets.contains_key(&id) => {
                    loaded.connector.ignored(id);
                    return false;
                }
                Message::Binary(frame) => {
                    loaded.connector.frame(id, &frame, now, &mut loaded.actions);
                }
                Message::Text => loaded.connector.text(id, now, &mut loaded.actions),
            }
            true
        });
        let is_open = *step.as_ref().unwrap_or(&false);
        self.shared.breath.taken(&self.shared.state, is_open);
        warn_if_failed("message dropped", step.map(|_| ()));
        if is_open {
            self.shared.settle();
        }
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
    /// Works on the connector, which is loaded by the first event that needs it.
    fn with<T>(&self, work: impl FnOnce(&mut Loaded, u64) -> T) -> Result<T, BusError> {
        self.named(None, work)
    }

    fn named<T>(
        &self,
        name: Option<&str>,
        work: impl FnOnce(&mut Loaded, u64) -> T,
    ) -> Result<T, BusError> {
        let now = now_ms();
        let mut slot = self.loaded.borrow_mut();
        if slot.is_none() {
            *slot = Some(self.load(name, now)?);
        }
        match slot.as_mut() {
            Some(loaded) => Ok(work(loaded, now)),
            None => Err(BusError::NotReady("connector not loaded".to_owned())),
        }
    }

    /// Starts a new epoch and takes up the sockets that outlived the last one.
    fn load(&self, name: Option<&str>, now: u64) -> Result<Loaded, BusError> {
        let store = Store::open(&self.state.storage())?;
        let name = match (store.text(NAME)?, name) {
            (Some(stored), _) => stored,
            (None, Some(name)) => {
                store.put_text(NAME, name)?;
                name.to_owned()
            }
            (None, None) => {
                return Err(BusError::NotReady(
                    "this connector has never had a socket".to_owned(),
                ));
            }
        };
        let config = settings::realm(&self.env, realm_of_connector(&name))?;
        let mut loaded = Loaded {
            connector: Connector::new(config.connector.clone(), name, store.count_up(EPOCH)?, now),
            config,
            sockets: HashMap::new(),
            actions: Vec::new(),
        };
        for socket in self.state.get_websockets() {
            let record = attachment(&socket);
            if let Some(Ok(id)) = record.map(|record| loaded.connector.resume(&record, now)) {
                loaded.sockets.insert(id, socket);
            } else {
                close_for_restart(&socket);
            }
        }
        Ok(loaded)
    }

    fn upgrade(&self, request: &Request) -> Result<Response> {
        fault!(ConnectorUpgrade, self.state);
        let name = request.headers().get(NAME_HEADER)?;
        let origin = request.headers().get(ORIGIN_HEADER)?.unwrap_or_default();
        let ip = request.headers().get(IP_HEADER)?;
        let ip: Option<IpAddr> = ip.and_then(|ip| ip.parse().ok());
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        let opened = self.named(name.as_deref(), |loaded, now| {
            loaded.connector.admit(ip)?;
            self.state.accept_web_socket(&server);
            let out = &mut loaded.actions;
            let id = loaded.connector.opened(origin, ip, now, out);
            loaded.sockets.insert(id, server);
            Ok(())
        });
        match opened {
            Ok(Ok(())) => {}
            Ok(Err(Crowded::Full)) => return Response::error("full", FULL),
            Ok(Err(Crowded::Restless)) => return Response::error("restless", RESTLESS),
            Ok(Err(Crowded::Ip)) => return Response::error("crowded", TOO_MANY_OF_IP),
            Err(error) => return bus::reply::<Delivery>(Err(error)),
        }
        upgraded(client, SUBPROTOCOL, request.headers())
    }

    /// What the alarm is for. Without sockets, or without a realm, its loop ends here.
    async fn ring(self: Rc<Self>) {
        match self.with(|loaded, _| loaded.connector.deadline_ms().is_some()) {
            Ok(false) | Err(BusError::NoRealm) => return,
            Ok(true) | Err(_) => {}
        }
        // Re-armed first: a failing tick must not stop the loop.
        self.alarm
            .no_later_than(&self.state, now_ms().saturating_add(KEEP_ALIVE_MS))
            .await;
        let step = self.with(|loaded, now| loaded.connector.tick(now, &mut loaded.actions));
        warn_if_failed("tick failed", step);
        self.settle();
    }

    fn gone(self: &Rc<Self>, socket: &WebSocket) {
        let Some(id) = socket_id(socket) else { return };
        let step = self.with(|loaded, now| {
            loaded.sockets.remove(&id);
            loaded.connector.closed(id, now);
        });
        warn_if_failed("close not handled", step);
        self.settle();
    }

    /// Carries out what the connector has decided, sends the report that is due and sets the alarm.
    fn settle(self: &Rc<Self>) {
        self.carry_out();
        let now = now_ms();
        self.report(now);
        if let Some(deadline) = self.deadline_ms() {
            self.alarm.set_no_later_than(&self.state, deadline, now);
        }
    }

    fn deadline_ms(&self) -> Option<u64> {
        self.loaded
            .borrow()
            .as_ref()
            .and_then(|loaded| loaded.connector.deadline_ms())
    }

    fn carry_out(self: &Rc<Self>) {
        let mut slot = self.loaded.borrow_mut();
        let Some(loaded) = slot.as_mut() else { return };
        let mut actions = std::mem::take(&mut loaded.actions);
        for action in actions.drain(..) {
            let shared = Rc::clone(self);
            match action {
                Action::Send(id, packet) => loaded.send(id, packet),
                Action::Keep(id, record) => loaded.keep(id, record),
                Action::Close(id, reason) => loaded.close(id, &reason),
                Action::LookUp {
                    socket,
                    address,
                    asks_realm,
                } => self
                    .state
                    .wait_until(shared.challenge(socket, address, asks_realm)),
                Action::Vet(id, address, questions) => {
                    self.state.wait_until(shared.vet(id, address, questions));
                }
                Action::Sweep(addresses) => self.state.wait_until(shared.sweep(addresses)),
                Action::Join(id, request) => {
                    let realm = loaded.config.realm_name.clone();
                    self.state.wait_until(shared.join(id, request, realm));
                }
            }
        }
        // Its room is used again.
        loaded.actions = actions;
    }

    async fn join(self: Rc<Self>, id: SocketId, request: ConnectRequest, realm: String) {
        let reply = bus::call_within(CALL_LIMIT_MS, &self.env, &realm, &request).await;
        let step = self.with(|loaded, now| match &reply {
            Ok(reply) => loaded.connector.joined(id, reply, now, &mut loaded.actions),
            Err(_) => loaded.connector.join_failed(id, now, &mut loaded.actions),
        });
        warn_if_failed("client not welcomed", step);
        if let Err(error) = reply {
            log::warn("realm did not take a client", &[("error", &error)]);
        }
        self.settle();
    }
}

impl Loaded {
    fn send(&self, id: SocketId, packet: Vec<u8>) {
        if let Some(socket) = self.sockets.get(&id) {
            // Fails if the client is gone; its close is on the way.
            let _ = socket.send_with_bytes(packet);
        }
    }

    fn keep(&self, id: SocketId, record: Vec<u8>) {
        if let Some(socket) = self.sockets.get(&id)
            && let Err(error) = keep(socket, record)
        {
            log::warn("session not kept", &[("error", &error)]);
        }
    }

    /// Nobody takes up the socket's session again, but it is counted until the client has answered.
    fn close(&mut self, id: SocketId, reason: &Reason) {
        let Some(socket) = self.sockets.remove(&id) else {
            return;
        };
        log::info(
            "session closed",
            &[("code", &reason.code()), ("reason", reason)],
        );
        let record = attachment(&socket).and_then(|record| without_session(&record));
        if let Err(error) = keep(&socket, record.unwrap_or_default()) {
            log::warn("session not forgotten", &[("error", &error)]);
        }
        close(&socket, reason.code(), &reason.to_string());
    }
}

fn warn_if_failed(event: &str, step: Result<(), BusError>) {
    if let Err(error) = step {
        log::warn(event, &[("error", &error)]);
    }
}
