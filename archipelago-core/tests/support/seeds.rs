//! Seeds of random worlds: which ones are played, on all cores, and how one is played again.

// Every test file uses a part of it.
#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

/// Says how to play a world again when it fails: its seed, and the arguments of `cargo test`.
pub struct Replay(pub u32, pub &'static str);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self(seed, test) = self;
            eprintln!(
                "failing seed: {seed}; again with ARCHIPELAGO_SEED={seed} ARCHIPELAGO_WORLDS=1 \
                 cargo test -p archipelago-core --test {test}"
            );
        }
    }
}

/// What the environment says, or else the default.
pub fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |value| {
        let number = value.parse();
        number.unwrap_or_else(|_| panic!("{name} is {value:?}: it must be a number below 2^32"))
    })
}

/// So many failures are told one by one.
const FAILURES_MAX: usize = 20;

/// How often what has happened.
type Tally = BTreeMap<&'static str, u32>;

#[derive(Default)]
struct Results {
    tally: Tally,
    events: u64,
    failures: BTreeMap<u32, String>,
}

impl Results {
    fn add(&mut self, seed: u32, played: Result<(Tally, u64), String>) {
        match played {
            Ok((tally, events)) => {
                self.events += events;
                for (what, count) in tally {
                    *self.tally.entry(what).or_default() += count;
                }
            }
            Err(message) => {
                self.failures.insert(seed, message);
            }
        }
    }
}

/// Plays so many worlds from this seed on, on all cores, and prints what has come of it. Each yields what has happened,
/// and the number of its events. A world that fails does not keep the others from being played; `replay` and its seed
/// are the command that plays it again.
///
/// # Panics
/// When all are played, if one has failed.
pub fn play_all(
    replay: &str,
    first: u32,
    worlds: u32,
    play: impl Fn(u32) -> (Tally, u64) + Sync,
) -> Tally {
    let started = Instant::now();
    let results = Mutex::new(Results::default());
    let next = AtomicU32::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= worlds {
                return;
            }
            let seed = first.wrapping_add(at);
            let played = caught(|| play(seed));
            let mut results = results.lock().expect("whoever holds it does not panic");
            results.add(seed, played);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    with_hook(|| {
        thread::scope(|scope| {
            for _ in 0..cores {
                scope.spawn(work);
            }
        });
    });
    let results = results.into_inner().expect("nobody holds it");
    report_failures(replay, &results.failures);
    report(first, worlds, &results, started.elapsed().as_secs_f64());
    assert!(
        results.failures.is_empty(),
        "{} of {worlds} worlds failed",
        results.failures.len()
    );
    results.tally
}

fn report_failures(replay: &str, failures: &BTreeMap<u32, String>) {
    for (seed, message) in failures.iter().take(FAILURES_MAX) {
        println!("seed {seed} failed: {message}\nagain with: {replay} {seed}\n");
    }
    let mut places: BTreeMap<&str, u32> = BTreeMap::new();
    for message in failures.values() {
        *places
            .entry(message.lines().next().unwrap_or_default())
            .or_default() += 1;
    }
    for (place, count) in places {
        println!("{count} times {place}");
    }
    if !failures.is_empty() {
        let seeds: Vec<String> = failures.keys().map(u32::to_string).collect();
        println!("failing seeds: {}", seeds.join(" "));
    }
}

fn report(first: u32, worlds: u32, results: &Results, seconds: f64) {
    let Results { tally, events, .. } = results;
    println!("what has happened: {tally:?}");
    let rates = (f64::from(worlds) / seconds, *events as f64 / seconds);
    println!(
        "{worlds} worlds from seed {first}, {events} events in {seconds:.1} s: {:.1} worlds/s, {:.0} events/s; {} failed",
        rates.0,
        rates.1,
        results.failures.len(),
    );
}

thread_local! {
    /// Why the last panic of this thread has come about.
    static REASON: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does what may panic; the error is what the panic says, and where.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    done.map_err(|_| REASON.with(RefCell::take))
}

/// While this is under way, panics are not printed but kept for [`caught`].
fn with_hook(work: impl FnOnce()) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        REASON.with(|reason| *reason.borrow_mut() = info.to_string());
    }));
    work();
    panic::set_hook(before);
}
