//! What a room sends to its sockets, at once or gathered.

use std::rc::Rc;
use std::time::Duration;

use archipelago_core::room::{Action, Reason, Relay, SocketId};
use worker::js_sys::Uint8Array;
use worker::{Delay, web_sys};

use super::{Loaded, Shared};
use crate::clock::now_ms;
use crate::log;
use crate::sockets::{close, keep};

impl Shared {
    pub(super) fn carry_out(self: &Rc<Self>) {
        let mut slot = self.loaded.borrow_mut();
        let Some(loaded) = slot.as_mut() else { return };
        // Relaying may show that a receiver is too slow, which is decided and carried out in its turn.
        while !loaded.actions.is_empty() {
            for action in std::mem::take(&mut loaded.actions) {
                loaded.carry_out(action, self);
            }
        }
    }

    /// Sends what was gathered, or sets a timer for it.
    pub(super) fn send_batch(self: &Rc<Self>) {
        let now = now_ms();
        let due = self.with(|loaded, _| {
            let due = loaded.batch.due_ms()?;
            if due <= now {
                loaded.send_batch(now);
                return None;
            }
            Some(due)
        });
        if let Some(due) = due.flatten()
            && !self.has_timer.replace(true)
        {
            let shared = Rc::clone(self);
            self.state.wait_until(async move {
                Delay::from(Duration::from_millis(due.saturating_sub(now))).await;
                shared.has_timer.set(false);
                shared.settle();
            });
        }
    }
}

impl Loaded {
    fn carry_out(&mut self, action: Action, shared: &Rc<Shared>) {
        match action {
            Action::Send(id, packet) => {
                self.keep_order(id);
                if let Some(socket) = self.sockets.get(&id) {
                    // Fails if the client is gone; its close is on the way.
                    let _ = socket.send_with_bytes(packet);
                }
            }
            Action::Relay(relay) => self.relay(relay),
            Action::AskContracts(id, questions) => shared
                .state
                .wait_until(Rc::clone(shared).ask_contracts(id, questions)),
            Action::Keep(id, record) => {
                if let Some(socket) = self.sockets.get(&id)
                    && let Err(error) = keep(socket, record)
                {
                    log::warn("guest not kept", &[("error", &error)]);
                }
            }
            Action::Close(id, reason) => {
                self.batch.forget(id);
                if let Some(socket) = self.sockets.remove(&id) {
                    let code = reason.code();
                    if reason != Reason::Moved {
                        log::info("guest closed", &[("code", &code), ("reason", &reason)]);
                    }
                    // Nobody takes it up again.
                    let _ = keep(&socket, Vec::new());
                    close(&socket, code, &reason.to_string());
                }
            }
        }
    }

    fn relay(&mut self, relay: Relay) {
        let now = now_ms();
        let (sockets, batch) = (&self.sockets, &self.batch);
        let backlog = |id| match sockets.get(&id) {
            Some(socket) => {
                let socket: &web_sys::WebSocket = socket.as_ref();
                socket.buffered_amount() as usize + batch.waiting(id)
            }
            None => 0,
        };
        let mut receivers = Vec::new();
        self.room.relay(
            &relay,
            now,
            backlog,
            |id| receivers.push(id),
            &mut self.actions,
        );
        self.batch.push(relay, now);
        for id in receivers {
            self.batch.send_to(id);
        }
    }

    /// What waits for a socket goes out before anything else is sent to it.
    fn keep_order(&mut self, id: SocketId) {
        if self.batch.waiting(id) > 0 {
            self.send_batch(now_ms());
        }
    }

    /// Each packet is handed to JavaScript once, however many receive it.
    pub(super) fn send_batch(&mut self, now: u64) {
        let packets = self.batch.packets().iter();
        let packets: Vec<Uint8Array> = packets
            .map(|relay| Uint8Array::from(relay.packet.as_slice()))
            .collect();
        let sockets = &self.sockets;
        let left_out = self.batch.flush(now, |id, index| {
            if let (Some(socket), Some(packet)) = (sockets.get(&id), packets.get(index)) {
                // Fails if the client is gone; its close is on the way.
                let socket: &web_sys::WebSocket = socket.as_ref();
                let _ = socket.send_with_js_u8_array(packet);
            }
        });
        self.room.left_out(left_out);
    }
}
