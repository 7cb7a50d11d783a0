//! One player: it logs in, says where it is, and is told islands, until it is asked to leave or lost.

use std::rc::Rc;
use std::time::Duration;

use archipelago_worlds::Rng;
use tokio::time::{Instant, sleep, timeout_at};

use crate::identity::Identity;
use crate::session::Session;
use crate::shared::{ARRIVAL_MAX, Shared, now_ms};
use crate::trouble::Trouble;

/// How long a player waits until it tries again, in seconds, and twice as long each time, up to the longest. Drawn, so
/// that not all come at once.
const RETRY_S: (f64, f64) = (0.5, 1.5);
const RETRY_MAX: Duration = Duration::from_secs(4);

/// A player, in whatever session.
pub struct Bot {
    pub shared: Rc<Shared>,
    pub index: usize,
    pub identity: Rc<Identity>,
    /// The island it was told last, in this session or before it.
    pub island: Option<String>,
    /// Until when it must have been told an island, unless it has been.
    pub due: Instant,
    /// When it has lost its connection, until it is told an island again.
    pub away_since: Option<Instant>,
}

impl Bot {
    pub fn new(shared: Rc<Shared>, index: usize) -> Self {
        let identity = Identity::new(shared.settings.seed, index, now_ms());
        Self {
            shared,
            index,
            identity: Rc::new(identity),
            island: None,
            due: Instant::now() + ARRIVAL_MAX,
            away_since: None,
        }
    }

    /// From the first login to the end.
    pub async fn live(mut self) {
        let mut rng = Rng::new(self.shared.settings.seed ^ self.index as u32);
        let mut attempt = 0;
        while let Err(trouble) = self.session().await {
            let was_there = self.has_arrived() && self.away_since.is_none();
            self.shared.stats().trouble(trouble);
            if was_there {
                attempt = 0;
                let now = Instant::now();
                (self.away_since, self.due) = (Some(now), now + ARRIVAL_MAX);
            }
            let (low, high) = RETRY_S;
            let pause = Duration::from_secs_f64(rng.between(low, high) * f64::from(1 << attempt));
            let again = Instant::now() + pause.min(RETRY_MAX);
            if !self.shared.settings.args.reconnect || again >= self.due {
                self.lose();
                return;
            }
            attempt = (attempt + 1).min(4);
            sleep(again - Instant::now()).await;
        }
    }

    /// Whether it was ever told an island.
    fn has_arrived(&self) -> bool {
        self.island.is_some()
    }

    /// One session; ends well when the player is asked to leave.
    async fn session(&mut self) -> Result<(), Trouble> {
        let dialled = Instant::now();
        let login = crate::login::log_in(&self.shared, &self.identity);
        let socket = timeout_at(self.due, login)
            .await
            .unwrap_or(Err(Trouble::NoWelcome))?;
        {
            let mut stats = self.shared.stats();
            stats.handshake.add(dialled.elapsed());
            stats.online += 1;
        }
        let shared = Rc::clone(&self.shared);
        let outcome = Session::new(self).play(socket).await;
        shared.stats().online -= 1;
        outcome
    }

    fn lose(&self) {
        let mut stats = self.shared.stats();
        stats.lost += 1;
        if !self.has_arrived() {
            stats.lost_before_arrival += 1;
        }
    }
}
