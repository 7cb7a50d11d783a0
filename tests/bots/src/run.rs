//! A run: players log in, play for a while, and leave.

use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::bot::Bot;
use crate::process::{self, cpu_time};
use crate::shared::{ARRIVAL_MAX, Shared, now_ms};
use crate::summary::{Mark, Summary};

/// How often the world is stepped and players log in.
const TICK: Duration = Duration::from_millis(50);

/// How often the figures on the screen change, in ticks.
const SHOW_TICKS: u64 = 10;

/// How long those may take to say goodbye who have to leave early.
const GOODBYE_MAX: Duration = Duration::from_secs(2);

/// How long rooms have to be left, once everybody has left the realm.
const ROOMS_GOODBYE: Duration = Duration::from_millis(100);

/// Plays, and says what it has come to.
///
/// # Errors
/// If the system lets nobody wait for signals.
pub async fn run(shared: Rc<Shared>) -> std::io::Result<Summary> {
    let mut signals = Signals::new()?;
    let mut run = Run::new(shared);
    let early = tokio::select! {
        () = run.play() => false,
        () = signals.received() => true,
    };
    let to = run.mark();
    run.shared.stop();
    // Those who are on their way back get the time that they have.
    let patience = if early {
        GOODBYE_MAX
    } else {
        ARRIVAL_MAX + GOODBYE_MAX
    };
    let goodbyes = async { while run.bots.join_next().await.is_some() {} };
    tokio::select! {
        _ = timeout(patience, goodbyes) => (),
        () = signals.received() => (),
    }
    // Rooms are left in tasks of their own.
    sleep(ROOMS_GOODBYE).await;
    run.bar.finish_and_clear();
    let from = run.from.unwrap_or(to);
    Ok(Summary::new(&run.shared, from, to, cpu_time()))
}

/// What ends a run early.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
        }
    }
}

struct Run {
    shared: Rc<Shared>,
    bots: JoinSet<()>,
    /// How many there are from the beginning.
    first: usize,
    /// When the last of them was in, or lost.
    from: Option<Mark>,
    bar: ProgressBar,
    shown: (Instant, u64),
}

impl Run {
    fn new(shared: Rc<Shared>) -> Self {
        let first = shared.crowd.borrow().count();
        let bar = ProgressBar::new(first as u64);
        let style = ProgressStyle::with_template("{bar:20} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            bots: JoinSet::new(),
            first,
            from: None,
            bar,
            shown: (Instant::now(), 0),
            shared,
        }
    }

    /// Until the time is over.
    async fn play(&mut self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stepped = Instant::now();
        let mut tick = 0;
        loop {
            let due = ticks.tick().await;
            let now = Instant::now();
            self.shared
                .stats()
                .generator_late
                .add(now.saturating_duration_since(due.into_std()));
            let dt_s = (now - stepped).as_secs_f64();
            self.shared.crowd.borrow_mut().step(dt_s);
            stepped = now;
            self.admit();
            self.look_whether_all_are_in();
            if tick % SHOW_TICKS == 0 {
                self.show(now);
            }
            tick += 1;
            if self.has_ended() {
                return;
            }
        }
    }

    /// Lets those log in whose turn it is.
    fn admit(&mut self) {
        let Shared {
            settings, start, ..
        } = &*self.shared;
        let paced = (start.elapsed().as_secs_f64() * settings.args.logins_per_second) as usize;
        let due = self.shared.crowd.borrow().count().min(paced);
        for index in self.bots.len()..due {
            let shared = Rc::clone(&self.shared);
            self.bots
                .spawn_local(async move { Bot::new(shared, index).live().await });
        }
    }

    fn look_whether_all_are_in(&mut self) {
        if self.from.is_some() {
            return;
        }
        let (arrived, lost) = {
            let stats = self.shared.stats();
            (stats.arrived, stats.lost_before_arrival)
        };
        if arrived + lost < self.first as u64 {
            return;
        }
        let mark = self.mark();
        self.from = Some(mark);
        let at_s = mark.at.as_secs_f64();
        self.bar
            .suspend(|| process::say(format_args!("▸ {arrived} players are in after {at_s:.1} s")));
        self.bar.reset();
        self.bar
            .set_length(self.shared.settings.args.seconds.ceil() as u64);
    }

    /// How long it has been played.
    fn played(&self) -> Option<Duration> {
        let from = self.from?;
        Some(self.shared.start.elapsed().saturating_sub(from.at))
    }

    /// Whether the time is over, or nobody is left.
    fn has_ended(&self) -> bool {
        let Shared { settings, .. } = &*self.shared;
        let is_over = |played: Duration| played.as_secs_f64() >= settings.args.seconds;
        self.played().is_some_and(is_over) || self.shared.stats().lost == settings.players as u64
    }

    fn show(&mut self, now: Instant) {
        let stats = self.shared.stats();
        let (shown, before) = self.shown;
        let elapsed_s = (now - shown).as_secs_f64().max(0.001);
        let rate = (stats.heartbeats - before) as f64 / elapsed_s;
        let errors: u64 = stats.troubles().map(|(_, count, _)| count).sum();
        self.bar.set_message(format!(
            "{} on, {rate:.0} heartbeats/s, first island p95 {:.0} ms, crossing p95 {:.0} ms, {} back, {} lost, \
             {errors} errors",
            stats.online,
            stats.first_island.quantiles().p95,
            stats.crossing.quantiles().p95,
            stats.returned,
            stats.lost
        ));
        let place = self
            .played()
            .map_or(stats.arrived, |played| played.as_secs());
        self.bar.set_position(place);
        self.shown = (now, stats.heartbeats);
    }

    fn mark(&self) -> Mark {
        let stats = self.shared.stats();
        Mark {
            at: self.shared.start.elapsed(),
            unix_ms: now_ms(),
            cpu: cpu_time(),
            heartbeats: stats.heartbeats,
            heartbeats_skipped: stats.heartbeats_skipped,
            handshakes: stats.handshake.quantiles().count,
            island_changes: stats.island_changes,
        }
    }
}
