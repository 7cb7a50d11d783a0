//! What all players of this process have in common; they take turns on one thread.

use std::cell::{RefCell, RefMut};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::sync::watch;

use crate::args::Settings;
use crate::crowd::Crowd;
use crate::packets::Encoder;
use crate::socket::Dialer;
use crate::stats::Stats;

/// How long a player may take until it is told an island: as a newcomer, and when it has lost its connection.
pub const ARRIVAL_MAX: Duration = Duration::from_secs(30);

pub struct Shared {
    pub settings: Settings,
    pub dialer: Dialer,
    pub crowd: RefCell<Crowd>,
    /// When it all began.
    pub start: Instant,
    encoder: RefCell<Encoder>,
    stats: RefCell<Stats>,
    stop: watch::Sender<bool>,
}

impl Shared {
    pub fn new(settings: Settings, dialer: Dialer, crowd: Crowd) -> Self {
        Self {
            settings,
            dialer,
            crowd: RefCell::new(crowd),
            start: Instant::now(),
            encoder: RefCell::default(),
            stats: RefCell::default(),
            stop: watch::Sender::new(false),
        }
    }

    /// To be given back before the next `await`.
    pub fn stats(&self) -> RefMut<'_, Stats> {
        self.stats.borrow_mut()
    }

    /// A message, encoded.
    pub fn encode(&self, encode: impl FnOnce(&mut Encoder) -> Bytes) -> Bytes {
        encode(&mut self.encoder.borrow_mut())
    }

    /// The time between two heartbeats of a player.
    pub fn period(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.settings.args.rate)
    }

    /// Players who have an island leave now.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Resolves once players are to leave.
    pub async fn stopped(&self) {
        // The sender lives as long as this.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

#[cfg(test)]
impl Shared {
    /// For a line of commuters who never log in.
    pub fn of_five() -> Self {
        let words = ["bots", "--url", "ws://127.0.0.1:1/ws", "--players", "5"];
        let settings = Settings::new(clap::Parser::parse_from(words), 1).unwrap();
        let crowd = Crowd::new(&settings).unwrap();
        Self::new(settings, Dialer::new().unwrap(), crowd)
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_millis() as u64
}
