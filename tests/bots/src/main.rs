//! Players by the thousand, for a realm to carry.
//!
//! One thread, one task a player: `bot` is a player's life, `session` what it does on a socket, `room` what it does in
//! the room of its island. `crowd` says where everybody is, `stats` counts, [`summary::Summary`] is what comes out,
//! also as JSON. `run` lets them in, and ends it.
#![forbid(unsafe_code)]

mod args;
mod bot;
mod commute;
mod connection_string;
mod crowd;
mod identity;
mod login;
mod packets;
mod process;
mod room;
mod run;
mod session;
mod shared;
mod socket;
mod speech;
mod stats;
mod summary;
mod trouble;

use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::rc::Rc;

use clap::Parser;
use tokio::runtime;
use tokio::task::LocalSet;

use args::{Args, Settings};
use crowd::Crowd;
use shared::{Shared, now_ms};
use socket::Dialer;
use summary::Summary;

/// Bits of the clock that change from run to run.
const SEED_MASK: u64 = u32::MAX as u64;

fn main() -> ExitCode {
    let drawn_seed = (now_ms() & SEED_MASK) as u32;
    let settings = Settings::new(Args::parse(), drawn_seed).unwrap_or_else(|error| error.exit());
    match play(settings) {
        Ok(summary) if summary.is_well() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("✗ {error}");
            ExitCode::FAILURE
        }
    }
}

fn play(settings: Settings) -> Result<Summary, Box<dyn Error>> {
    let json = settings.args.json.clone();
    let files = process::raise_open_files();
    println!(
        "▸ {} players in {}, seed {}",
        settings.players, settings.args.world, settings.seed
    );
    let sockets = settings.players as u64 * if settings.args.chat { 3 } else { 1 };
    if let Some(files) = files.filter(|files| *files < sockets + 64) {
        eprintln!("▸ Only {files} files may be open at once: some will get no socket (ulimit -n)");
    }
    let crowd = Crowd::new(&settings)?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let shared = Rc::new(Shared::new(settings, Dialer::new()?, crowd));
    let summary = LocalSet::new().block_on(&runtime, run::run(shared))?;
    // Names may still be looked up, which nobody waits for any more.
    runtime.shutdown_background();
    print!("{summary}");
    if let Some(file) = json {
        let text = serde_json::to_string_pretty(&summary)? + "\n";
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(summary)
}
