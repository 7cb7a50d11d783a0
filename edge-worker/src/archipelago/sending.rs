//! What the realm sends to connectors, rooms and those who watch.

use std::rc::Rc;

use archipelago_core::protocol::bus::{Delivery, LiveFrame, RoomOrders};

use super::counting::Flush;
use super::{Loaded, STORE_RETRY_MS, Shared};
use crate::bus;
use crate::clock::now_ms;
use crate::log;

/// How long a connector may take to answer a delivery, in ms; then it is tried again.
const DELIVERY_LIMIT_MS: u64 = 5_000;

/// How long a room may take to answer orders, in ms; then it gets them again.
const ORDER_LIMIT_MS: u64 = 5_000;

/// How long the live map may take to answer a frame, in ms; then it gets the newest one.
const FRAME_LIMIT_MS: u64 = 5_000;

/// What a realm has to send.
#[derive(Default)]
struct Due {
    deliveries: Vec<(String, Delivery)>,
    orders: Vec<(String, RoomOrders)>,
    frame: Option<(String, LiveFrame)>,
    /// What the realm has decided could not be stored.
    is_held_back: bool,
    next_ms: Option<u64>,
}

impl Shared {
    /// Sends what can be delivered and shown, and sees to it that what comes next is done.
    pub(super) async fn settle(self: &Rc<Self>) {
        self.settle_flush(None).await;
    }

    /// The same, after a flush, which is over when what can go out now has arrived.
    pub(super) async fn settle_flush(self: &Rc<Self>, flush: Option<Rc<Flush>>) {
        let now = now_ms();
        let Some(due) = self.on_realm(|loaded| loaded.due(now, !self.streaming.get())) else {
            return;
        };
        for (connector, delivery) in due.deliveries {
            self.state
                .wait_until(Rc::clone(self).deliver(connector, delivery, flush.clone()));
        }
        self.done(flush.filter(|_| !due.is_held_back));
        for (room, orders) in due.orders {
            self.state.wait_until(Rc::clone(self).order(room, orders));
        }
        if let Some((map, frame)) = due.frame {
            self.streaming.set(true);
            self.state.wait_until(Rc::clone(self).stream(map, frame));
        }
        if let Some(next) = due.next_ms {
            let shared = Rc::clone(self);
            self.timer
                .no_later_than(&self.state, next, now_ms(), || shared.work());
            self.arm().await;
        }
    }

    async fn deliver(
        self: Rc<Self>,
        connector: String,
        delivery: Delivery,
        flush: Option<Rc<Flush>>,
    ) {
        let result = bus::call_within(DELIVERY_LIMIT_MS, &self.env, &connector, &delivery).await;
        let now = now_ms();
        self.on_realm(|loaded| match &result {
            Ok(_) => loaded.realm.delivered(&connector, &delivery, now),
            Err(_) => loaded.realm.undelivered(&connector, now),
        });
        self.done(flush);
        if let Err(error) = result {
            log::warn(
                "delivery failed",
                &[("connector", &connector), ("error", &error)],
            );
        }
        // What came up while this delivery was under way goes out next.
        Box::pin(self.settle()).await;
    }

    async fn order(self: Rc<Self>, room: String, orders: RoomOrders) {
        let result = bus::call_within(ORDER_LIMIT_MS, &self.env, &room, &orders).await;
        let now = now_ms();
        self.on_realm(|loaded| match &result {
            Ok(_) => loaded.realm.room_obeyed(&room, &orders),
            Err(_) => loaded.realm.room_unreachable(&room, now),
        });
        if let Err(error) = result {
            log::warn("orders not given", &[("room", &room), ("error", &error)]);
        }
        // What was decided while these orders were under way goes out next.
        Box::pin(self.settle()).await;
    }

    async fn stream(self: Rc<Self>, map: String, frame: LiveFrame) {
        let result = bus::call_within(FRAME_LIMIT_MS, &self.env, &map, &frame).await;
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
}

impl Loaded {
    /// What can go out now, with a frame if one `may_stream`, and when the next thing is due.
    fn due(&mut self, now: u64, may_stream: bool) -> Due {
        // Nobody is told of what is not stored: the platform holds back what is sent until the write is on disk, and
        // without the write nothing is sent.
        if let Err(error) = self.keep() {
            log::warn("nothing sent", &[("error", &error)]);
            return Due {
                is_held_back: true,
                next_ms: Some(now.saturating_add(STORE_RETRY_MS)),
                ..Due::default()
            };
        }
        let mut deliveries = self.realm.take_deliveries(now);
        for (_, delivery) in &mut deliveries {
            delivery.room_key = self.room_key.to_vec();
        }
        let frame = may_stream.then(|| self.realm.take_frame()).flatten();
        Due {
            deliveries,
            orders: self.realm.take_room_orders(now),
            is_held_back: false,
            frame: frame.map(|frame| (self.realm_name.clone(), frame)),
            next_ms: self.realm.next_ms(),
        }
    }
}
