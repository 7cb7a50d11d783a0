//! The native program of `npm run bench:engine` and its like; `scripts/lib/bench-engine.mjs` says what it does with this.
//!
//! Without arguments, as a plain `cargo bench` starts it, it measures nothing and says what it can be asked for.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use archipelago_bench::{SEED, deviation, dump, map, measure, policies};
use archipelago_core::engine::CrowdPolicy;
use archipelago_worlds::World;

const USAGE: &str = "\
measure WORLD POLICY FLUSHES    the figures of one run, as JSON
check WORLD POLICY              fails if there is no such world or policy
map WORLD POLICY FLUSHES        who is where and on which island after that many, as JSON
dump WORLD FLUSHES FILE         writes where everybody is
production WORLD RULES FLUSHES  what differences from the production engine come to, as JSON
policies                        the names of the policies, as JSON";

fn main() -> ExitCode {
    // What cargo says to every benchmark.
    let arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let arguments: Vec<_> = arguments.collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    match arguments {
        ["measure", world, policy, flushes] => {
            let row = measure(world, policy, flushes.parse()?)?;
            println!("{}", serde_json::to_string(&row)?);
        }
        ["map", world, policy, flushes] => {
            let map = map(world, policy, flushes.parse()?)?;
            println!("{}", serde_json::to_string(&map)?);
        }
        ["check", world, policy] => {
            World::named(world, SEED)?;
            policy.parse::<CrowdPolicy>()?;
            println!("{{}}");
        }
        ["dump", world, flushes, file] => {
            let world = World::named(world, SEED)?;
            let mut file = BufWriter::new(File::create(file)?);
            dump(world, flushes.parse()?, &mut file)?;
            file.flush()?;
        }
        ["production", world, rules, flushes] => {
            let found = deviation(world, rules, flushes.parse()?)?;
            println!("{}", serde_json::to_string(&found)?);
        }
        ["policies"] => println!("{}", serde_json::to_string(&policies())?),
        [] => println!("{USAGE}"),
        _ => return Err(format!("allowed are:\n{USAGE}").into()),
    }
    Ok(())
}
