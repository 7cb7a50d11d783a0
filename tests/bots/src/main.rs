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
use std::fs::{self, File, OpenOptions};
use std::path::Path;
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

/// The exit status for them, which is clap's too.
const WRONG_ARGUMENTS: u8 = 2;

fn main() -> ExitCode {
    let drawn_seed = (now_ms() & SEED_MASK) as u32;
    let settings = Settings::new(Args::parse(), drawn_seed).unwrap_or_else(|error| error.exit());
    if let Some(Err(error)) = settings.args.json.as_deref().map(writable) {
        eprintln!("✗ {error}");
        return ExitCode::from(WRONG_ARGUMENTS);
    }
    match play(settings) {
        Ok(summary) if summary.is_well() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("✗ {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the summary can be written there is said before anybody plays. What is in the file stays until then.
fn writable(json: &Path) -> Result<File, String> {
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).open(json);
    file.map_err(|error| format!("--json {} cannot be written: {error}", json.display()))
}

fn play(settings: Settings) -> Result<Summary, Box<dyn Error>> {
    let json = settings.args.json.clone();
    let files = process::raise_open_files();
    process::say(format_args!(
        "▸ {} players in {}, seed {}",
        settings.players, settings.args.world, settings.seed
    ));
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
    process::say(summary.to_string().trim_end());
    if let Some(file) = json {
        let text = serde_json::to_string_pretty(&summary)? + "\n";
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_is_refused_by_name() {
        let refused = writable(Path::new("/proc/bots.json")).unwrap_err();
        assert!(
            refused.starts_with("--json /proc/bots.json cannot be written: "),
            "{refused}"
        );
    }
}
