//! `LiveMap`: the object that holds those who look at a realm's live map.
//!
//! It keeps nothing but the sockets, which outlive its sleep, and sends all of them the same frames.

use std::cell::RefCell;
use std::rc::Rc;

use archipelago_core::protocol::bus::{LiveFrame, LiveFrameReply, WatchReply, WatchRequest};
use archipelago_core::realm::WATCH_LEASE_MS;
use archipelago_core::view::{Audience, Greeting};
use worker::{
    DurableObject, Env, Request, Response, Result, State, WebSocket, WebSocketPair, durable_object,
};

use crate::alarm::Alarm;
use crate::breath::Breath;
use crate::bus::{self, BusError, Call, LIVE_MAPS};
use crate::clock::now_ms;
use crate::socket_events::{Message, SocketEvents, socket_events};
use crate::sockets::{answer_close, send_to_all};
use crate::{log, settings};

/// Where an upgrade is sent.
pub const UPGRADE_PATH: &str = "/live";

/// How many may watch. A frame of 5,000 players has 70 KB: so many viewers are sent 35 MB a second at the usual period, and
/// 70 MB at most in a rush, which is much for one object, and nobody has proven who they are.
const VIEWERS_MAX: usize = 1_000;

/// How often the realm is told that somebody watches, in ms: a realm that has restarted does not know.
const RENEW_MS: u64 = 20_000;
const _: () = assert!(
    2 * RENEW_MS < WATCH_LEASE_MS,
    "one of them may fail to arrive"
);

/// How long the realm may take to answer, in ms.
const ASK_LIMIT_MS: u64 = 5_000;

/// A viewer said something.
const POLICY_VIOLATION: u16 = 1008;
/// There is nothing to be seen now, or too many are looking.
const TRY_AGAIN_LATER: u16 = 1013;

const NO_ANSWER: &str = "the realm does not answer: try again later";

/// For whom the realm is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// Those who have not got a frame yet.
    Waiting,
    All,
}

/// The object.
#[durable_object(alarm)]
pub struct LiveMap {
    shared: Rc<Shared>,
}

struct Shared {
    state: State,
    env: Env,
    audience: RefCell<Audience>,
    alarm: Alarm,
    breath: Breath,
}

impl DurableObject for LiveMap {
    fn new(state: State, env: Env) -> Self {
        Self {
            shared: Rc::new(Shared {
                state,
                env,
                audience: RefCell::default(),
                alarm: Alarm::default(),
                breath: Breath::default(),
            }),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        match request.path().as_str() {
            UPGRADE_PATH => self.shared.upgrade().await,
            LiveFrame::PATH => {
                fault!(MapFrame, self.shared.state);
                let frame = bus::request::<LiveFrame>(&mut request).await;
                bus::reply(frame.map(|frame| self.shared.show(frame)))
            }
            _ => Response::error("Not Found", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let shared = &self.shared;
        shared.alarm.rung(&shared.state, Rc::clone(shared).ring());
        Response::empty()
    }
}

socket_events!(LiveMap);

impl SocketEvents for LiveMap {
    fn received(&self, socket: &WebSocket, _message: Message) -> Result<()> {
        self.shared.breath.taken(&self.shared.state, false);
        close(socket, POLICY_VIOLATION, "viewers only listen");
        Ok(())
    }

    fn closed(&self, socket: &WebSocket, code: u16, reason: &str) {
        answer_close(socket, code, reason);
    }

    // The socket is gone, and nothing else was kept of the viewer.
    fn failed(&self, _socket: &WebSocket) {}
}

impl Shared {
    async fn upgrade(self: &Rc<Self>) -> Result<Response> {
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        if self.state.get_websockets().len() >= VIEWERS_MAX {
            return turn_away(client, &server, "too many viewers: try again later");
        }
        let greeting = self.audience.borrow_mut().came(now_ms());
        if greeting == Greeting::Refuse {
            return turn_away(client, &server, NO_ANSWER);
        }
        self.state.accept_web_socket(&server);
        match greeting {
            Greeting::Frames => self.greet(&server),
            Greeting::Ask => self.state.wait_until(Rc::clone(self).ask(Whom::Waiting)),
            Greeting::Wait | Greeting::Refuse => {}
        }
        self.renew_later().await;
        Response::from_websocket(client)
    }

    /// Sends a frame of the realm's to all.
    fn show(&self, frame: LiveFrame) -> LiveFrameReply {
        let (greeted, waiting): (Vec<_>, Vec<_>) = self
            .state
            .get_websockets()
            .into_iter()
            .partition(is_greeted);
        let sent = send_to_all(greeted.iter(), &frame.frame);
        // Those who wait get it after their first frame.
        self.audience.borrow_mut().pushed(frame);
        LiveFrameReply {
            viewers: (sent + waiting.len()) as u32,
        }
    }

    /// Sends a viewer what it gets first.
    fn greet(&self, viewer: &WebSocket) {
        for frame in self.audience.borrow().frames() {
            // Fails if the viewer is gone; its close is on the way.
            let _ = viewer.send_with_str(frame);
        }
        if let Err(error) = viewer.serialize_attachment(true) {
            log::warn("viewer not marked", &[("error", &error)]);
        }
    }

    /// Asks the realm for a frame, which also tells it that it is watched, and sends it to those who wait; or to all, who
    /// then know that the line is up also where nobody moves.
    async fn ask(self: Rc<Self>, whom: Whom) {
        let realm = settings::realm_of_object(&self.env, LIVE_MAPS, &self.state);
        let reply: Result<WatchReply, BusError> = match realm {
            Ok(config) => {
                let request = WatchRequest {};
                bus::call_within(ASK_LIMIT_MS, &self.env, &config.realm_name, &request).await
            }
            Err(error) => Err(error),
        };
        let answered = reply.is_ok();
        if let Err(error) = &reply {
            log::warn("realm cannot be watched", &[("error", error)]);
        }
        self.audience.borrow_mut().answered(reply.ok());
        let viewers = self.state.get_websockets().into_iter();
        for viewer in viewers.filter(|viewer| whom == Whom::All || !is_greeted(viewer)) {
            if answered {
                self.greet(&viewer);
            } else {
                close(&viewer, TRY_AGAIN_LATER, NO_ANSWER);
            }
        }
    }

    /// What the alarm is for. Without viewers its loop ends here.
    async fn ring(self: Rc<Self>) {
        if self.state.get_websockets().is_empty() {
            return;
        }
        // Re-armed first: a realm that does not answer must not stop the loop.
        self.renew_later().await;
        let asks = self.audience.borrow_mut().asks(now_ms());
        if asks {
            self.ask(Whom::All).await;
        }
    }

    async fn renew_later(&self) {
        let at_ms = now_ms().saturating_add(RENEW_MS);
        self.alarm.no_later_than(&self.state, at_ms).await;
    }
}

/// Whether a viewer has got its first frame. Kept with the socket, so that it is known after a sleep too.
fn is_greeted(viewer: &WebSocket) -> bool {
    matches!(viewer.deserialize_attachment::<bool>(), Ok(Some(true)))
}

/// Closes a socket that has never been one of the object's: a client that does not answer the close takes nobody's place.
fn turn_away(client: WebSocket, server: &WebSocket, reason: &str) -> Result<Response> {
    server.accept()?;
    close(server, TRY_AGAIN_LATER, reason);
    Response::from_websocket(client)
}

fn close(viewer: &WebSocket, code: u16, reason: &str) {
    // Fails if the viewer is gone, and then it is closed as it should be.
    let _ = viewer.close(Some(code), Some(reason));
}
