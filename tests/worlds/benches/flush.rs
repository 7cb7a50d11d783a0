//! How long flushes take natively: `cargo bench -p archipelago-worlds --bench flush -- uniform-10000 --flushes 50`.
//!
//! Prints a line of JSON per world, times in milliseconds. Everybody reports before every flush, by handle, as a
//! connector's players do. The first flush, in which all of them arrive, is not among those of the median.

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use archipelago_worlds::{Settings, World};
use support::Fingerprint;
use support::run::Run;

const SEED: u32 = 1;

struct Arguments {
    worlds: Vec<String>,
    flushes: u32,
}

fn main() -> ExitCode {
    match arguments() {
        Ok(Arguments { worlds, flushes }) => {
            for world in worlds {
                println!("{}", measure(&world, flushes));
            }
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        worlds: Vec::new(),
        flushes: Settings::WORLDS.flushes,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            // What cargo says to every benchmark.
            "--bench" => {}
            "--flushes" => {
                let text = given.next().unwrap_or_default();
                let number = text.parse().ok().filter(|flushes| *flushes >= 2);
                let refusal =
                    || format!("--flushes is {text:?}: it must be an integer, at least 2");
                arguments.flushes = number.ok_or_else(refusal)?;
            }
            name => {
                World::named(name, SEED).map_err(|error| error.to_string())?;
                arguments.worlds.push(name.to_owned());
            }
        }
    }
    if arguments.worlds.is_empty() {
        return Err("no world is named: say which to measure".to_owned());
    }
    Ok(arguments)
}

/// One run of a world.
fn measure(world: &str, flushes: u32) -> serde_json::Value {
    let mut run = Run::new(world, SEED);
    let (mut report_ms, mut flush_ms) = (Vec::new(), Vec::new());
    for _ in 0..flushes {
        report_ms.push(timed(|| run.report()));
        flush_ms.push(timed(|| run.form()));
        run.walk();
    }
    let mut fingerprint = Fingerprint::default();
    run.add_islands(&mut fingerprint);
    let first = flush_ms.remove(0);
    report_ms.remove(0);
    flush_ms.sort_unstable_by(f64::total_cmp);
    report_ms.sort_unstable_by(f64::total_cmp);
    serde_json::json!({
        "world": world,
        "players": run.world.count(),
        "flushes": flushes,
        "first": first,
        "median": quantile(&flush_ms, 0.5),
        "p99": quantile(&flush_ms, 0.99),
        "setPositions": quantile(&report_ms, 0.5),
        "islands": format!("{:016x}", fingerprint.value()),
    })
}

fn timed(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1000.0
}

/// The nearest rank.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.max(1) - 1]
}
