//! `Archipelago`: the object that holds one realm's islands.

mod counting;
mod sending;
mod tables;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use archipelago_core::engine::IslandNumber;
use archipelago_core::protocol::bus::{
    ConnectRequest, CountersRequest, LookupRequest, PassRequest, Report, RoomKeyReply,
    RoomKeyRequest, RoomReport, RoomsRequest, SnapshotRequest, StatusRequest, UpstreamCounters,
    WatchRequest,
};
use archipelago_core::realm::{Realm, RealmConfig, RealmError};
use archipelago_core::transport::ROOM_KEY_BYTES;
use prost::Message;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::alarm::Alarm;
use crate::bus::{self, ARCHIPELAGO, BusError, Call};
use crate::clock::{Timer, now_ms};
use crate::store::Store;
use crate::{log, settings};
use counting::Flush;
use tables::ReadError;

/// How often this realm's object has started.
const INCARNATION: &str = "incarnation";
/// What signs the tokens of its rooms: a secret.
const ROOM_KEY: &str = "room_key";

/// How often the alarm rings, in ms: the platform drops objects from memory that were idle for 10 s, and a grace would
/// begin anew each time.
const ALARM_MS: u64 = 5_000;

/// When it is tried again to store what could not be stored, in ms.
const STORE_RETRY_MS: u64 = 2_000;

/// The object.
#[durable_object(alarm)]
pub struct Archipelago {
    shared: Rc<Shared>,
}

struct Shared {
    state: State,
    env: Env,
    realm: RefCell<Option<Loaded>>,
    /// For whatever is due next.
    timer: Timer,
    /// Rings now and then as long as anything is due: it wakes an object that has died, and keeps one that lives from
    /// being taken for idle.
    alarm: Alarm,
    /// Whether a frame is on its way to the live map. One at a time: they arrive in their order, and a slow map costs no
    /// more than a quick one.
    streaming: Cell<bool>,
}

struct Loaded {
    realm: Realm,
    realm_name: String,
    store: Store,
    /// Signs the tokens of the rooms.
    room_key: [u8; ROOM_KEY_BYTES],
}

impl DurableObject for Archipelago {
    fn new(state: State, env: Env) -> Self {
        Self {
            shared: Rc::new(Shared {
                state,
                env,
                realm: RefCell::default(),
                timer: Timer::default(),
                alarm: Alarm::default(),
                streaming: Cell::default(),
            }),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        fault!(RealmRequest, self.shared.state, &request.path());
        let response = self.shared.serve(request).await;
        self.shared.settle().await;
        response
    }

    async fn alarm(&self) -> Result<Response> {
        fault!(RealmAlarm, self.shared.state);
        let shared = &self.shared;
        shared.alarm.unset();
        // Armed before anything else: neither a realm that cannot be loaded nor a failing flush ends the loop.
        shared.arm().await;
        shared.state.wait_until(Rc::clone(shared).ring());
        if shared.alarm.is_set() {
            Response::empty()
        } else {
            Err("alarm not set".into())
        }
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
            PassRequest::PATH => {
                self.answer(request, |realm, call, _| realm.pass(call))
                    .await
            }
            RoomReport::PATH => self.answer(request, Realm::room_report).await,
            StatusRequest::PATH => {
                let upstream = |call: &StatusRequest| call.upstream;
                let look = |realm: &mut Realm, now| realm.status(now).encode_to_vec();
                self.tell(request, upstream, look).await
            }
            SnapshotRequest::PATH => {
                let upstream = |call: &SnapshotRequest| call.upstream;
                let look = |realm: &mut Realm, now| realm.encoded_snapshot(now).to_vec();
                self.tell(request, upstream, look).await
            }
            WatchRequest::PATH => self.show::<WatchRequest>(request, Realm::watch).await,
            RoomsRequest::PATH => self.show::<RoomsRequest>(request, Realm::rooms).await,
            CountersRequest::PATH => self.tell_counters(request).await,
            RoomKeyRequest::PATH => bus::reply(self.with(|loaded| {
                let key = loaded.room_key.to_vec();
                Ok(RoomKeyReply { key })
            })),
            _ => Response::error("Not Found", 404),
        }
    }

    /// Answers a call that brings along what the routes have asked outside: that counts if the call is answered, else they
    /// bring it again.
    async fn tell<C: Call + Default>(
        &self,
        mut request: Request,
        upstream: impl FnOnce(&C) -> Option<UpstreamCounters>,
        look: impl FnOnce(&mut Realm, u64) -> Vec<u8>,
    ) -> Result<Response> {
        let call = bus::request::<C>(&mut request).await;
        bus::reply_encoded(call.and_then(|call| {
            self.with(|loaded| {
                fault!(RealmDecided, self.state, C::PATH);
                loaded.keep()?;
                fault!(RealmStored, self.state, C::PATH);
                loaded.realm.asked_upstream(upstream(&call).as_ref());
                Ok(look(&mut loaded.realm, now_ms()))
            })
        }))
    }

    /// Answers a call that says nothing but what it wants to see.
    async fn show<C: Call + Default>(
        &self,
        request: Request,
        look: impl FnOnce(&mut Realm, u64) -> C::Reply,
    ) -> Result<Response> {
        self.answer(request, |realm, _: &C, now| Ok(look(realm, now)))
            .await
    }

    async fn answer<C: Call + Default, R: Message>(
        &self,
        mut request: Request,
        decide: impl FnOnce(&mut Realm, &C, u64) -> Result<R, RealmError>,
    ) -> Result<Response> {
        let reply = match bus::request::<C>(&mut request).await {
            Ok(call) => self.with(|loaded| {
                let reply = decide(&mut loaded.realm, &call, now_ms())?;
                fault!(RealmDecided, self.state, C::PATH);
                // Whatever is answered is stored: it holds although the object may die in the next moment.
                loaded.keep()?;
                fault!(RealmStored, self.state, C::PATH);
                Ok(reply)
            }),
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
        fault!(RealmLoad, self.state);
        let config = settings::realm_of_object(&self.env, ARCHIPELAGO, &self.state)?;
        let store = Store::open(&self.state.storage())?;
        let incarnation = store.count_up(INCARNATION)?;
        let realm = load_realm(config.realm.clone(), incarnation, &store)?;
        log::info(
            "realm started",
            &[
                ("realm", &config.realm_name),
                ("incarnation", &incarnation),
                ("next_island", &realm.next_island().get()),
                ("members", &realm.member_count()),
            ],
        );
        Ok(Loaded {
            realm,
            realm_name: config.realm_name.clone(),
            room_key: room_key(&store)?,
            store,
        })
    }

    /// What the alarm is for. In a realm that is empty, or no realm of the deployment any more, its loop ends here.
    async fn ring(self: Rc<Self>) {
        match self.with(|loaded| Ok(loaded.realm.next_ms().is_some())) {
            Ok(true) => self.work().await,
            Ok(false) | Err(BusError::NoRealm) => self.alarm.delete(&self.state).await,
            Err(error) => log::warn("realm not loaded", &[("error", &error)]),
        }
    }

    /// Does what is due.
    async fn work(self: Rc<Self>) {
        self.arm().await;
        let started = now_ms();
        fault!(RealmFlush, self.state, else return);
        let flushed = self.on_realm(|loaded| loaded.realm.tick(started)).flatten();
        self.settle_flush(flushed.map(|_| Flush::new(started)))
            .await;
        if flushed.is_some() {
            // The platform's clock stands still while code runs: only now, after I/O, the flush has a duration.
            let ended = now_ms();
            let duration = ended.saturating_sub(started);
            self.on_realm(|loaded| loaded.realm.measured(duration, ended));
        }
    }

    /// The alarm rings soon.
    async fn arm(&self) {
        let at_ms = now_ms().saturating_add(ALARM_MS);
        self.alarm.no_later_than(&self.state, at_ms).await;
    }

    /// Looks at the realm if it is loaded: an object that was only asked something impossible has none.
    fn on_realm<T>(&self, look: impl FnOnce(&mut Loaded) -> T) -> Option<T> {
        self.realm.borrow_mut().as_mut().map(look)
    }
}

impl Loaded {
    /// Stores what has changed since the last time, in one transaction.
    fn keep(&mut self) -> Result<(), BusError> {
        if let Some(changes) = self.realm.unstored() {
            tables::write(&self.store, &changes)
                .map_err(|error| BusError::NotReady(format!("state not stored: {error}")))?;
            self.realm.stored();
        }
        Ok(())
    }
}

/// The realm as it was stored. What cannot be read is kept for those who can, and the realm begins without it.
fn load_realm(config: RealmConfig, incarnation: u64, store: &Store) -> Result<Realm, BusError> {
    let now = now_ms();
    let stored = tables::read(store).and_then(|stored| {
        Realm::restore(config.clone(), incarnation, &stored, now)
            .map_err(|error| ReadError::Unreadable(error.to_string()))
    });
    match stored {
        Ok(realm) => Ok(realm),
        Err(ReadError::Storage(error)) => Err(error.into()),
        Err(ReadError::Unreadable(reason)) => {
            log::error(
                "state set aside",
                &[("reason", &reason), ("incarnation", &incarnation)],
            );
            let next = tables::set_aside(store, incarnation, now)?;
            let next = IslandNumber::new(next)
                .ok_or_else(|| BusError::NotReady(format!("the next island's number is {next}")))?;
            Ok(Realm::new(config, incarnation, next))
        }
    }
}

/// The key of the realm's rooms, created when it is first needed.
fn room_key(store: &Store) -> Result<[u8; ROOM_KEY_BYTES], BusError> {
    let mut key = [0; ROOM_KEY_BYTES];
    let unreadable = || BusError::NotReady(format!("{ROOM_KEY} cannot be read"));
    if let Some(text) = store.text(ROOM_KEY)? {
        let read = base16ct::lower::decode(&text, &mut key).map_err(|_| unreadable())?;
        return read.try_into().map_err(|_| unreadable());
    }
    getrandom::fill(&mut key).map_err(|error| BusError::NotReady(error.to_string()))?;
    store.put_text(ROOM_KEY, &base16ct::lower::encode_string(&key))?;
    Ok(key)
}
