//! `Archipelago`: the object that holds one realm's islands.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use archipelago_core::engine::IslandNumber;
use archipelago_core::protocol::bus::{
    ConnectRequest, Delivery, LiveFrame, LookupRequest, Report, Snapshot, SnapshotRequest,
    StatusReply, StatusRequest, WatchReply, WatchRequest,
};
use archipelago_core::realm::{Realm, RealmError};
use prost::Message;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, State, WebSocket,
    WebSocketIncomingMessage, durable_object,
};

use crate::alarm::Alarm;
use crate::bus::{self, BusError, Call};
use crate::clock::now_ms;
use crate::store::Store;
use crate::{log, settings};

/// How often this realm's object has started.
const INCARNATION: &str = "incarnation";
/// The number that the next island gets: no lower one is ever given again.
const NEXT_ISLAND: &str = "next_island";

/// How long a connector may take to answer a delivery, in ms; then it is tried again.
const DELIVERY_LIMIT_MS: u64 = 5_000;

/// How long the live map may take to answer a frame, in ms; then it gets the newest one.
const FRAME_LIMIT_MS: u64 = 5_000;

/// When the alarm rings again if handling it fails, in ms.
const ALARM_RETRY_MS: u64 = 2_000;

/// The object.
#[durable_object]
pub struct Archipelago {
    shared: Rc<Shared>,
}

struct Shared {
    state: State,
    env: Env,
    realm: RefCell<Option<Loaded>>,
    alarm: Alarm,
    /// Whether a frame is on its way to the live map. One at a time: they arrive in their order, and a slow map costs no
    /// more than a quick one.
    streaming: Cell<bool>,
}

struct Loaded {
    realm: Realm,
    store: Store,
    stored_next_island: u64,
}

/// What a realm has to send.
#[derive(Default)]
struct Due {
    deliveries: Vec<(String, Delivery)>,
    frame: Option<LiveFrame>,
    next_ms: Option<u64>,
}

impl DurableObject for Archipelago {
    fn new(state: State, env: Env) -> Self {
        Self {
            shared: Rc::new(Shared {
                state,
                env,
                realm: RefCell::default(),
                alarm: Alarm::default(),
                streaming: Cell::default(),
            }),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let response = self.shared.serve(request).await;
        self.shared.settle().await;
        response
    }

    async fn alarm(&self) -> Result<Response> {
        self.shared.alarm.rung();
        self.shared.ring().await;
        Response::empty()
    }

    // This object has no sockets; handlers that are not defined would panic.
    async fn websocket_message(
        &self,
        _socket: WebSocket,
        _message: WebSocketIncomingMessage,
    ) -> Result<()> {
        Ok(())
    }

    async fn websocket_close(
        &self,
        _socket: WebSocket,
        _code: usize,
        _reason: String,
        _clean: bool,
    ) -> Result<()> {
        Ok(())
    }

    async fn websocket_error(&self, _socket: WebSocket, _error: Error) -> Result<()> {
        Ok(())
    }

    async fn connect(&self, _socket: worker::Socket) -> Result<()> {
        Ok(())
    }
}

impl Shared {
    async fn serve(&self, request: Request) -> Result<Response> {
        match request.path().as_str() {
            ConnectRequest::PATH => self.answer(request, Realm::connect).await,
            LookupRequest::PATH => {
                self.answer(request, |realm, call, _| realm.lookup(call))
                    .await
            }
            Report::PATH => self.answer(request, Realm::report).await,
            StatusRequest::PATH => {
                self.answer(request, |realm, _: &StatusRequest, now| {
                    Ok::<StatusReply, _>(realm.status(now))
                })
                .await
            }
            SnapshotRequest::PATH => {
                self.answer(request, |realm, _: &SnapshotRequest, _| {
                    Ok::<Snapshot, _>(realm.snapshot())
                })
                .await
            }
            WatchRequest::PATH => {
                self.answer(request, |realm, _: &WatchRequest, now| {
                    Ok::<WatchReply, _>(realm.watch(now))
                })
                .await
            }
            _ => Response::error("Not Found", 404),
        }
    }

    async fn answer<C: Call + Default, R: Message>(
        &self,
        mut request: Request,
        decide: impl FnOnce(&mut Realm, &C, u64) -> Result<R, RealmError>,
    ) -> Result<Response> {
        let reply = match bus::request::<C>(&mut request).await {
            Ok(call) => self
                .with(|loaded| decide(&mut loaded.realm, &call, now_ms()).map_err(BusError::from)),
            Err(error) => Err(error),
        };
        bus::reply(reply)
    }

    /// Works on the realm, which is loaded by the first event that needs it.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Loaded) -> Result<T, BusError>,
    ) -> Result<T, BusError> {
        let mut slot = self.realm.borrow_mut();
        if slot.is_none() {
            *slot = Some(self.load()?);
        }
        match slot.as_mut() {
            Some(loaded) => work(loaded),
            None => Err(BusError::NotReady("realm not loaded".to_owned())),
        }
    }

    fn load(&self) -> Result<Loaded, BusError> {
        let config =
            settings::config(&self.env).map_err(|error| BusError::NotReady(error.to_string()))?;
        let store = Store::open(self.state.storage().sql())?;
        let incarnation = store.count_up(INCARNATION)?;
        let stored_next_island = store.number(NEXT_ISLAND)?.unwrap_or(1);
        let next_island = IslandNumber::new(stored_next_island)
            .ok_or_else(|| BusError::NotReady(format!("{NEXT_ISLAND} is {stored_next_island}")))?;
        log::info(
            "realm started",
            &[
                ("incarnation", &incarnation),
                ("next_island", &next_island.get()),
            ],
        );
        Ok(Loaded {
            realm: Realm::new(config.realm.clone(), incarnation, next_island),
            store,
            stored_next_island,
        })
    }

    /// What the alarm is for. In an empty realm, or one that cannot be loaded, its loop ends here.
    async fn ring(self: &Rc<Self>) {
        let started = now_ms();
        match self.with(|loaded| Ok(loaded.realm.next_ms().is_some())) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return log::warn("realm not loaded", &[("error", &error)]),
        }
        // Re-armed first: a failing flush must not stop the loop.
        self.alarm
            .no_later_than(&self.state, started.saturating_add(ALARM_RETRY_MS))
            .await;
        let flushed = self.on_realm(|loaded| loaded.realm.tick(started)).flatten();
        self.settle().await;
        if flushed.is_some() {
            // The platform's clock stands still while code runs: only now, after I/O, the flush has a duration.
            let ended = now_ms();
            let duration = ended.saturating_sub(started);
            self.on_realm(|loaded| loaded.realm.measured(duration, ended));
        }
    }

    /// Sends what can be delivered and shown, and sets the alarm for what comes next.
    async fn settle(self: &Rc<Self>) {
        let now = now_ms();
        let Some(due) = self.on_realm(|loaded| loaded.due(now, !self.streaming.get())) else {
            return;
        };
        for (connector, delivery) in due.deliveries {
            self.state
                .wait_until(Rc::clone(self).deliver(connector, delivery));
        }
        if let Some(frame) = due.frame {
            self.streaming.set(true);
            self.state.wait_until(Rc::clone(self).stream(frame));
        }
        if let Some(next) = due.next_ms {
            self.alarm.no_later_than(&self.state, next).await;
        }
    }

    async fn deliver(self: Rc<Self>, connector: String, delivery: Delivery) {
        let result = bus::call_within(DELIVERY_LIMIT_MS, &self.env, &connector, &delivery).await;
        let now = now_ms();
        self.on_realm(|loaded| match &result {
            Ok(_) => loaded.realm.delivered(&connector, &delivery),
            Err(_) => loaded.realm.undelivered(&connector, now),
        });
        if let Err(error) = result {
            log::warn(
                "delivery failed",
                &[("connector", &connector), ("error", &error)],
            );
        }
        // What came up while this delivery was under way goes out next.
        Box::pin(self.settle()).await;
    }

    async fn stream(self: Rc<Self>, frame: LiveFrame) {
        let result = match settings::config(&self.env) {
            Ok(config) => {
                bus::call_within(FRAME_LIMIT_MS, &self.env, &config.realm_name, &frame).await
            }
            Err(error) => Err(BusError::NotReady(error.to_string())),
        };
        self.streaming.set(false);
        match result {
            Ok(reply) if reply.viewers == 0 => {
                self.on_realm(|loaded| loaded.realm.unwatched());
            }
            Ok(_) => {}
            Err(error) => log::warn("frame not shown", &[("error", &error)]),
        }
        // What was made while this frame was under way goes out next.
        Box::pin(self.settle()).await;
    }

    /// Looks at the realm if it is loaded: an object that was only asked something impossible has none.
    fn on_realm<T>(&self, look: impl FnOnce(&mut Loaded) -> T) -> Option<T> {
        self.realm.borrow_mut().as_mut().map(look)
    }
}

impl Loaded {
    /// What can go out now, with a frame if one `may_stream`, and when the next thing is due.
    fn due(&mut self, now: u64, may_stream: bool) -> Due {
        // Nobody is told of a new island before its number is stored: the platform holds back what is sent until the
        // write is on disk, and without the write nothing is sent.
        if let Err(error) = self.store_next_island() {
            log::warn("island number not stored", &[("error", &error)]);
            return Due {
                next_ms: Some(now.saturating_add(ALARM_RETRY_MS)),
                ..Due::default()
            };
        }
        Due {
            deliveries: self.realm.take_deliveries(now),
            frame: may_stream.then(|| self.realm.take_frame()).flatten(),
            next_ms: self.realm.next_ms(),
        }
    }

    fn store_next_island(&mut self) -> Result<()> {
        let next = self.realm.next_island().get();
        if next != self.stored_next_island {
            self.store.put_number(NEXT_ISLAND, next)?;
            self.stored_next_island = next;
        }
        Ok(())
    }
}
