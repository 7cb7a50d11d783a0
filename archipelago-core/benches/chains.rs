//! How long it takes to verify auth chains natively: `cargo bench -p archipelago-core --bench chains -- FILE --passes 5`.
//!
//! The file is a JSON array of `{ challenge, chain }`, the chain as text. Prints a line of JSON, times in milliseconds;
//! those of the first pass are not among them.

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use archipelago_core::auth::{Verdict, verify};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    challenge: String,
    chain: String,
}

fn main() -> ExitCode {
    // What cargo says to every benchmark.
    let given: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let measured = match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [file, "--passes", passes] => read(file).and_then(|answers| measure(&answers, passes)),
        _ => Err("usage: FILE --passes N".to_owned()),
    };
    match measured {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn read(file: &str) -> Result<Vec<Answer>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))
}

fn measure(answers: &[Answer], passes: &str) -> Result<serde_json::Value, String> {
    let passes: usize = passes
        .parse()
        .ok()
        .filter(|passes| *passes > 0)
        .ok_or_else(|| format!("--passes is {passes:?}: it must be an integer, at least 1"))?;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = since_1970.map_err(|error| error.to_string())?.as_millis() as u64;
    let mut times_ms = Vec::new();
    for pass in 0..=passes {
        for Answer { challenge, chain } in answers {
            let started = Instant::now();
            let verdict = verify(chain, challenge, now_ms);
            let took_ms = started.elapsed().as_secs_f64() * 1000.0;
            if !matches!(verdict, Ok(Verdict::Valid(_))) {
                return Err(format!("not valid: {chain}"));
            }
            if pass > 0 {
                times_ms.push(took_ms);
            }
        }
    }
    times_ms.sort_unstable_by(f64::total_cmp);
    let median = times_ms.get(times_ms.len() / 2).ok_or("no chains")?;
    Ok(serde_json::json!({ "median": median }))
}
