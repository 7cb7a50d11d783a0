//! A session of a player, from its welcome on.

use std::pin::pin;
use std::time::Duration;

use archipelago_core::protocol::common::Position;
use archipelago_core::protocol::v3::IslandChangedMessage;
use archipelago_core::protocol::v3::server_packet::Message;
use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

use crate::bot::Bot;
use crate::commute::Commute;
use crate::connection_string::{Meeting, check};
use crate::login::unexpected;
use crate::packets::{heartbeat, read};
use crate::room::Room;
use crate::shared::now_ms;
use crate::socket::Socket;
use crate::trouble::Trouble;

/// How long the crossing of a border may take to be told.
const CROSSING_MAX: Duration = Duration::from_secs(10);

/// Spreads the heartbeats of any number of players evenly over a period: the golden ratio.
const SPREAD: f64 = 0.618_033_988_749_895;

pub struct Session<'a> {
    bot: &'a mut Bot,
    /// The island that this session was told.
    island: Option<String>,
    commute: Option<Commute>,
    period: Duration,
    first_heartbeat: Option<Instant>,
    next_heartbeat: Instant,
    /// When it jumps, while it is no longer in the air.
    next_jump: Option<Instant>,
    /// When it has jumped, until it is told.
    jumped: Option<Instant>,
    room: Option<Room>,
}

impl<'a> Session<'a> {
    pub fn new(bot: &'a mut Bot) -> Self {
        let commute = bot.shared.crowd.borrow().commute(bot.index);
        Self {
            commute,
            period: bot.shared.period(),
            island: None,
            first_heartbeat: None,
            next_heartbeat: Instant::now(),
            next_jump: None,
            jumped: None,
            room: None,
            bot,
        }
    }

    /// Until the player is asked to leave.
    pub async fn play(mut self, mut socket: Socket) -> Result<(), Trouble> {
        let shared = self.bot.shared.clone();
        let mut stopped = pin!(shared.stopped());
        let mut wake = pin!(sleep_until(self.next_heartbeat));
        loop {
            tokio::select! {
                frame = socket.next() => self.heard(frame?)?,
                () = &mut wake => {
                    self.act(&mut socket).await?;
                    wake.as_mut().reset(self.next_wake());
                }
                () = &mut stopped, if self.island.is_some() => break,
            }
            if self.next_jump.is_some_and(|jump| jump < wake.deadline()) {
                wake.as_mut().reset(self.next_wake());
            }
        }
        socket.close().await;
        Ok(())
    }

    fn next_wake(&self) -> Instant {
        let heartbeat = self.next_heartbeat;
        self.next_jump.map_or(heartbeat, |jump| jump.min(heartbeat))
    }

    /// Does what is due.
    async fn act(&mut self, socket: &mut Socket) -> Result<(), Trouble> {
        let now = Instant::now();
        self.look_at_the_clock(now)?;
        if self.next_jump.is_some_and(|jump| jump <= now) {
            if let Some(commute) = &mut self.commute {
                commute.jump();
            }
            (self.next_jump, self.jumped) = (None, Some(now));
            return self.send(socket).await;
        }
        if self.next_heartbeat > now {
            return Ok(());
        }
        let late = now - self.next_heartbeat;
        self.bot.shared.stats().heartbeat_late.add(late);
        self.send(socket).await?;
        self.schedule(Instant::now());
        Ok(())
    }

    /// Whether something should have been told by now.
    fn look_at_the_clock(&mut self, now: Instant) -> Result<(), Trouble> {
        if self.island.is_none() && now >= self.bot.due {
            return Err(Trouble::NoIsland);
        }
        if self.jumped.is_some_and(|at| now - at > CROSSING_MAX) {
            let mut stats = self.bot.shared.stats();
            stats.trouble(Trouble::NoCrossing);
            // Without the slowest, those that are told would look faster than players find them.
            stats.crossing.add(CROSSING_MAX);
            drop(stats);
            self.land(now);
        }
        Ok(())
    }

    async fn send(&mut self, socket: &mut Socket) -> Result<(), Trouble> {
        let message = heartbeat(self.place());
        let shared = &self.bot.shared;
        let frame = shared.encode(|encoder| encoder.client(message));
        socket.send(frame).await?;
        shared.stats().heartbeats += 1;
        Ok(())
    }

    fn place(&self) -> Position {
        match &self.commute {
            Some(commute) => commute.place(),
            None => self.bot.shared.crowd.borrow().place(self.bot.index),
        }
    }

    /// When the next heartbeat is due: the first came with the welcome, the others come at this player's own moment of
    /// each period. What has become overdue meanwhile is left out.
    fn schedule(&mut self, now: Instant) {
        if self.first_heartbeat.is_none() {
            self.first_heartbeat = Some(now);
            let moment = (self.bot.index as f64 * SPREAD).fract();
            self.next_heartbeat = now + self.period.mul_f64(moment);
            return;
        }
        self.next_heartbeat += self.period;
        let overdue_s = now
            .saturating_duration_since(self.next_heartbeat)
            .as_secs_f64();
        if overdue_s > 0.0 {
            let skipped = (overdue_s / self.period.as_secs_f64()).ceil();
            self.next_heartbeat += self.period.mul_f64(skipped);
            self.bot.shared.stats().heartbeats_skipped += skipped as u64;
        }
    }

    fn heard(&mut self, frame: Bytes) -> Result<(), Trouble> {
        match read(frame)? {
            Message::IslandChanged(told) => self.moved(told),
            other => Err(unexpected("island_changed", &other)),
        }
    }

    fn moved(&mut self, told: IslandChangedMessage) -> Result<(), Trouble> {
        let now = Instant::now();
        let address = self.bot.identity.address().to_string();
        self.examine(&told, &address);
        let meeting = check(&told.conn_str, &told.island_id, &address, now_ms());
        if self.island.is_none() {
            self.arrived(&told.island_id, now)?;
        } else {
            self.bot.shared.stats().island_changes += 1;
        }
        if let Some(at) = self.jumped {
            self.bot.shared.stats().crossing.add(now - at);
            self.land(at);
        }
        self.bot.island = Some(told.island_id.clone());
        self.island = Some(told.island_id);
        self.meet(meeting);
        Ok(())
    }

    /// The first island of the session.
    fn arrived(&mut self, island: &str, now: Instant) -> Result<(), Trouble> {
        let Some(sent) = self.first_heartbeat else {
            return Err(Trouble::Unexpected {
                expected: "silence before the first heartbeat",
                got: "island_changed",
            });
        };
        let mut stats = self.bot.shared.stats();
        stats.first_island.add(now - sent);
        if self.bot.island.is_none() {
            stats.arrived += 1;
        }
        if let Some(away_since) = self.bot.away_since.take() {
            stats.absence.add(now - away_since);
            stats.returned += 1;
            if self.bot.island.as_deref() == Some(island) {
                stats.returned_to_same_island += 1;
            }
        }
        drop(stats);
        self.land(now);
        Ok(())
    }

    /// What is wrong with the message is counted; the player goes by it all the same.
    fn examine(&self, told: &IslandChangedMessage, address: &str) {
        let mut stats = self.bot.shared.stats();
        if told.from_island_id != self.island {
            stats.trouble(Trouble::WrongFrom {
                told: told.from_island_id.clone(),
                before: self.island.clone(),
            });
        }
        if !told.peers.contains_key(address) {
            stats.trouble(Trouble::NotListed(address.to_owned()));
        }
    }

    /// It stays where it is until the time of a stay is over, which began at `since`.
    fn land(&mut self, since: Instant) {
        self.jumped = None;
        let stay = self.commute.as_mut().and_then(Commute::stay);
        self.next_jump = stay.map(|stay| since + stay);
    }

    fn meet(&mut self, meeting: Result<Meeting, Trouble>) {
        let shared = &self.bot.shared;
        let mut stats = shared.stats();
        match meeting {
            Ok(Meeting::LiveKit) => stats.meetings.livekit += 1,
            Ok(Meeting::Offline) => stats.meetings.offline += 1,
            Ok(Meeting::WsRoom(url)) => {
                stats.meetings.ws_room += 1;
                if shared.settings.args.chat {
                    let identity = &self.bot.identity;
                    self.room = Some(Room::enter(shared, identity, url, self.room.take()));
                }
            }
            Err(trouble) => stats.trouble(trouble),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::shared::Shared;

    /// The one of a line who travels.
    const COMMUTER: usize = 4;

    #[test]
    fn a_crossing_that_is_not_told_counts_as_the_longest() {
        let shared = Rc::new(Shared::of_five());
        let mut bot = Bot::new(Rc::clone(&shared), COMMUTER);
        let mut session = Session::new(&mut bot);
        let now = Instant::now();
        session.jumped = Some(now);
        assert_eq!(session.look_at_the_clock(now + CROSSING_MAX), Ok(()));
        assert_eq!(shared.stats().crossing.quantiles().count, 0);
        let late = now + CROSSING_MAX + Duration::from_millis(1);
        assert_eq!(session.look_at_the_clock(late), Ok(()));
        assert!(session.jumped.is_none() && session.next_jump.is_some_and(|jump| jump > late));
        let stats = shared.stats();
        let crossing = stats.crossing.quantiles();
        assert_eq!(crossing.count, 1);
        assert!((crossing.max / 10_000.0 - 1.0).abs() < 0.002);
        let troubles: Vec<_> = stats.troubles().collect();
        assert_eq!(troubles, [("no_crossing", 1, &Trouble::NoCrossing)]);
    }
}
