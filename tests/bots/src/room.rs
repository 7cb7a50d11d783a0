//! The room of a player's island, in which it speaks and listens.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use archipelago_core::protocol::rfc5::ws_packet::Message;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use crate::identity::Identity;
use crate::packets::{identification, read_room, room_name, signed_for_room, unreliable};
use crate::shared::{ARRIVAL_MAX, Shared};
use crate::socket::Socket;
use crate::speech::{SPEECH_PERIOD, Speech};
use crate::trouble::Trouble;

const SUBPROTOCOL: &str = "rfc5";

/// A normal closure (RFC 6455, 7.4.1): the player belongs elsewhere, and is about to be told where.
const NORMAL: u16 = 1000;

/// How long that may take.
const MOVE_MAX: Duration = Duration::from_secs(5);

const RETRY: Duration = Duration::from_secs(1);

/// A player's stay in a room. Ends when this is dropped.
pub struct Room {
    /// Whether the player belongs elsewhere by now: what happens to the socket then is nobody's business.
    outdated: Rc<Cell<bool>>,
    _leave: oneshot::Sender<()>,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.outdated.set(true);
    }
}

impl Room {
    /// Enters the room at `url`, and then leaves the one before.
    pub fn enter(
        shared: &Rc<Shared>,
        identity: &Rc<Identity>,
        url: String,
        before: Option<Self>,
    ) -> Self {
        if let Some(before) = &before {
            before.outdated.set(true);
        }
        let (leave, left) = oneshot::channel();
        let outdated = Rc::new(Cell::new(false));
        let guest = Guest {
            shared: Rc::clone(shared),
            identity: Rc::clone(identity),
            url,
            outdated: Rc::clone(&outdated),
            before,
        };
        tokio::task::spawn_local(guest.stay(left));
        Self {
            outdated,
            _leave: leave,
        }
    }
}

/// A player in a room, or on the way there.
struct Guest {
    shared: Rc<Shared>,
    identity: Rc<Identity>,
    url: String,
    outdated: Rc<Cell<bool>>,
    before: Option<Room>,
}

impl Guest {
    /// Until it is to leave, or has lost the room for good.
    async fn stay(mut self, mut left: oneshot::Receiver<()>) {
        let mut due = Instant::now() + ARRIVAL_MAX;
        loop {
            let (trouble, was_in) = match self.visit(due, &mut left).await {
                Ok(()) => return,
                Err(failure) => failure,
            };
            if matches!(trouble, Trouble::Closed { code: NORMAL, .. }) {
                let _ = timeout(MOVE_MAX, &mut left).await;
            }
            if self.outdated.get() {
                return;
            }
            self.shared.stats().room_trouble(trouble);
            if was_in {
                due = Instant::now() + ARRIVAL_MAX;
            }
            if !self.shared.settings.args.reconnect || Instant::now() + RETRY >= due {
                self.shared.stats().chat.lost += 1;
                return;
            }
            sleep(RETRY).await;
        }
    }

    /// One socket. Says what has ended it, and whether the player was in the room.
    async fn visit(
        &mut self,
        due: Instant,
        left: &mut oneshot::Receiver<()>,
    ) -> Result<(), (Trouble, bool)> {
        let dialled = Instant::now();
        let entered = tokio::select! {
            entered = timeout_at(due, self.enter()) => entered.unwrap_or(Err(Trouble::NoWelcome)),
            _ = &mut *left => return Ok(()),
        };
        let (mut socket, others) = entered.map_err(|trouble| (trouble, false))?;
        self.shared.stats().chat.entry.add(dialled.elapsed());
        self.before = None;
        let outcome = tokio::select! {
            outcome = self.talk(&mut socket, others) => outcome,
            _ = left => Ok(()),
        };
        outcome.map_err(|trouble| (trouble, true))?;
        socket.close().await;
        Ok(())
    }

    /// A socket on which the player is admitted, and how many others are.
    async fn enter(&self) -> Result<(Socket, u64), Trouble> {
        let Self {
            shared, identity, ..
        } = self;
        let mut socket = shared.dialer.open(&self.url, SUBPROTOCOL).await?;
        let hello = identification(identity.address().to_string());
        socket
            .send(shared.encode(|encoder| encoder.room(hello)))
            .await?;
        let challenge = match read_room(socket.next().await?)? {
            Message::ChallengeMessage(required) => required.challenge_to_sign,
            other => return Err(unexpected("challenge_message", &other)),
        };
        let answer = signed_for_room(identity.chain(&challenge));
        socket
            .send(shared.encode(|encoder| encoder.room(answer)))
            .await?;
        match read_room(socket.next().await?)? {
            Message::WelcomeMessage(welcome) => Ok((socket, welcome.peer_identities.len() as u64)),
            other => Err(unexpected("welcome_message", &other)),
        }
    }

    /// Speaks once a second, and listens.
    async fn talk(&self, socket: &mut Socket, mut others: u64) -> Result<(), Trouble> {
        let speech = Speech::new(self.shared.start, self.shared.settings.seed);
        let mut wake = std::pin::pin!(sleep_until(Instant::now() + SPEECH_PERIOD));
        loop {
            tokio::select! {
                frame = socket.next() => match read_room(frame?)? {
                    Message::PeerUpdateMessage(update) => self.heard(&speech, &update.body),
                    Message::PeerJoinMessage(_) => others += 1,
                    Message::PeerLeaveMessage(_) => others = others.saturating_sub(1),
                    other => return Err(unexpected("a message of a room", &other)),
                },
                () = &mut wake => {
                    wake.as_mut().reset(Instant::now() + SPEECH_PERIOD);
                    let message = unreliable(speech.body());
                    socket.send(self.shared.encode(|encoder| encoder.room(message))).await?;
                    let mut stats = self.shared.stats();
                    stats.chat.said += 1;
                    stats.chat.due += others;
                }
            }
        }
    }

    fn heard(&self, speech: &Speech, body: &[u8]) {
        let mut stats = self.shared.stats();
        stats.chat.heard += 1;
        if let Some(age) = speech.age(body) {
            stats.chat.latency.add(age);
        }
    }
}

fn unexpected(expected: &'static str, got: &Message) -> Trouble {
    match got {
        Message::PeerKicked(_) => Trouble::Kicked,
        other => Trouble::Unexpected {
            expected,
            got: room_name(other),
        },
    }
}
