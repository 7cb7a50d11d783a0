//! The command line.

use std::path::PathBuf;

use archipelago_worlds::World;
use clap::Parser;
use clap::error::ErrorKind;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::commute::LINE;

/// How many commute unless told otherwise.
const COMMUTERS: usize = 10;

/// Their lines stay within what a position may be.
const COMMUTERS_MAX: usize = 2_500;

/// More sockets than that a client's address has no ports for.
const PLAYERS_MAX: usize = 60_000;

/// Players by the thousand, for a realm to carry.
///
/// They log in, walk as in a world, say where they are, and look at what they are told. Ends with a summary; Ctrl-C
/// ends early. Exit status 0: nobody was lost, and all was right that they were told; 1: somebody was lost, or was told
/// something wrong, or nothing within 10 s after a crossing of a border; 2: the arguments are wrong.
#[derive(Clone, Debug, Parser, PartialEq)]
#[command(name = "npm run bots --", bin_name = "npm run bots --", version = None, max_term_width = 120)]
pub struct Args {
    /// The realm's WebSocket, such as `ws://127.0.0.1:8787/ws` or `wss://realm.example/ws`
    #[arg(long, value_parser = web_socket)]
    pub url: String,
    /// Players in all, commuters included [default: as many as the world has]
    #[arg(long, value_parser = count(1, PLAYERS_MAX))]
    pub players: Option<usize>,
    /// The world in which they walk: plaza-1000, festival, city, surge, crowd-5000, …
    #[arg(long, default_value = "plaza-1000", value_parser = world)]
    pub world: String,
    /// Heartbeats a second of each player, 0.02 to 50; realms may close those who send more than 20
    #[arg(long, default_value_t = 1.0, value_parser = between(0.02, 50.0))]
    pub rate: f64,
    /// How long to play once those who are there from the beginning are in
    #[arg(long, default_value_t = 60.0, value_parser = between(0.0, 604_800.0))]
    pub seconds: f64,
    /// They enter their islands' rooms of this deployment and say something once a second
    #[arg(long)]
    pub chat: bool,
    /// Writes the summary there, in JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Decides about who they are and where they go [default: drawn]
    #[arg(long)]
    pub seed: Option<u32>,
    /// Those of the players who measure how soon a crossing of a border is told: one in five travels, so 0 or at least
    /// 5 [default: 10, as far as there are players]
    #[arg(long, value_parser = count(0, COMMUTERS_MAX))]
    pub commuters: Option<usize>,
    /// How many log in per second
    #[arg(long, default_value_t = 100.0, value_parser = between(0.1, 10_000.0))]
    pub logins_per_second: f64,
    /// Who is lost logs in again, as a client would, and is lost only if that takes more than 30 s
    #[arg(long)]
    pub reconnect: bool,
}

/// The arguments, with what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub args: Args,
    pub seed: u32,
    pub players: usize,
    pub commuters: usize,
}

impl Settings {
    /// # Errors
    /// What is wrong with the numbers together.
    pub fn new(args: Args, drawn_seed: u32) -> Result<Self, clap::Error> {
        let world_players = World::population_of(&args.world).map_err(invalid)?;
        let players = args.players.unwrap_or(world_players);
        let commuters = match args.commuters {
            None if players < LINE => 0,
            None => COMMUTERS.min(players),
            Some(commuters) => commuters,
        };
        if commuters > players || (1..LINE).contains(&commuters) {
            return Err(invalid(format!(
                "--commuters {commuters} of {players} players: 0 or {LINE} to {} are allowed",
                players.min(COMMUTERS_MAX)
            )));
        }
        Ok(Self {
            seed: args.seed.unwrap_or(drawn_seed),
            players,
            commuters,
            args,
        })
    }
}

fn invalid(why: impl std::fmt::Display) -> clap::Error {
    clap::Error::raw(ErrorKind::ValueValidation, format!("{why}\n"))
}

fn web_socket(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let scheme = uri.as_ref().and_then(Uri::scheme_str);
    match scheme {
        Some("ws" | "wss") => Ok(text.to_owned()),
        _ => Err("a URL with ws:// or wss:// is expected".to_owned()),
    }
}

fn world(name: &str) -> Result<String, String> {
    match World::population_of(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn count(low: usize, high: usize) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync {
    move |text| {
        let number = text.parse().ok().filter(|n| (low..=high).contains(n));
        number.ok_or_else(|| format!("a whole number from {low} to {high} is expected"))
    }
}

fn between(low: f64, high: f64) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync {
    move |text| {
        let number = text.parse().ok().filter(|n| (low..=high).contains(n));
        number.ok_or_else(|| format!("a number from {low} to {high} is expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "ws://127.0.0.1:8787/ws";

    fn settings(rest: &[&str]) -> Result<Settings, String> {
        let words = ["bots", "--url", URL].iter().chain(rest);
        let args = Args::try_parse_from(words).map_err(|error| error.to_string())?;
        Settings::new(args, 77).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_is_enough() {
        let settings = settings(&[]).unwrap();
        assert_eq!((settings.players, settings.commuters), (1000, 10));
        assert_eq!(settings.seed, 77);
        assert_eq!(settings.args.world, "plaza-1000");
        assert_eq!((settings.args.rate, settings.args.seconds), (1.0, 60.0));
        assert_eq!(settings.args.logins_per_second, 100.0);
        assert!(!settings.args.chat && !settings.args.reconnect);
        assert_eq!(settings.args.json, None);
    }

    #[test]
    fn players_override_the_world_and_bound_the_commuters() {
        let numbers = |rest: &[&str]| {
            let settings = settings(rest).unwrap();
            (settings.players, settings.commuters)
        };
        assert_eq!(numbers(&["--world", "festival"]), (2000, 10));
        assert_eq!(numbers(&["--players", "5000"]), (5000, 10));
        assert_eq!(numbers(&["--players", "7"]), (7, 7));
        assert_eq!(numbers(&["--players", "4"]), (4, 0));
        assert_eq!(numbers(&["--players", "50", "--commuters", "50"]), (50, 50));
        assert_eq!(numbers(&["--commuters", "0"]), (1000, 0));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        for (rest, value, allowed) in [
            (["--players", "0"], "0", "from 1 to 60000"),
            (["--players", "many"], "many", "from 1 to 60000"),
            (["--rate", "51"], "51", "from 0.02 to 50"),
            (["--rate", "NaN"], "NaN", "from 0.02 to 50"),
            (["--seconds", "-"], "-", "from 0 to 604800"),
            (["--world", "moon"], "moon", "plaza-400"),
            (["--seed", "x"], "x", "--seed"),
            (["--commuters", "2501"], "2501", "from 0 to 2500"),
            (["--commuters", "4"], "4", "0 or 5 to 1000"),
            (["--commuters", "1001"], "1001", "0 or 5 to 1000"),
            (["--logins-per-second", "0"], "0", "from 0.1 to 10000"),
        ] {
            let said = settings(&rest).unwrap_err();
            assert!(said.contains(value) && said.contains(allowed), "{said}");
        }
    }

    #[test]
    fn a_url_is_that_of_a_web_socket() {
        for url in ["http://127.0.0.1:8787/ws", "127.0.0.1", ""] {
            let said = Args::try_parse_from(["bots", "--url", url]).unwrap_err();
            assert!(said.to_string().contains("ws:// or wss://"), "{said}");
        }
        let said = Args::try_parse_from(["bots"]).unwrap_err();
        assert!(said.to_string().contains("--url"));
    }
}
