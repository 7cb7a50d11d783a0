//! Golden traces: positions over time and the islands that the service in production settles on, in worlds where
//! nothing reaches the capacity.

use archipelago_core::engine::{CrowdPolicy, Position, Scope};
use serde::Deserialize;

use super::model::Name;
use super::subject::{Settings, Subject, View};

const PERIOD_MS: u64 = 2000;
/// Geometry is recorded with six decimals.
const TOLERANCE_M: f64 = 1e-5;

macro_rules! traces {
    ($($name:literal),*) => {
        /// Name and text of every trace.
        pub const TRACES: &[(&str, &str)] = &[$(
            ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/", $name, ".json")))
        ),*];
    };
}
traces!(
    "merge-chains",
    "pairs-ties",
    "walk-100m",
    "walk-sparse",
    "walk-teleport"
);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    join_distance: f64,
    leave_distance: f64,
    max_peers_per_island: u32,
}

#[derive(Deserialize)]
struct Island {
    peers: Vec<String>,
    center: [f64; 3],
    radius: f64,
}

#[derive(Deserialize)]
struct Step {
    disconnects: Vec<String>,
    positions: Vec<(String, f32, f32, f32)>,
    islands: Vec<Island>,
}

#[derive(Deserialize)]
struct Trace {
    config: Config,
    steps: Vec<Step>,
}

/// Plays a trace, one full flush for each step; what differed, if anything did.
pub fn play<S: Subject>(text: &str) -> Result<(), String> {
    play_under::<S>(text, CrowdPolicy::Stable)
}

/// The same under another crowd policy.
pub fn play_under<S: Subject>(text: &str, policy: CrowdPolicy) -> Result<(), String> {
    let Trace { config, steps } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut settings = Settings::new(
        config.max_peers_per_island,
        config.join_distance,
        config.leave_distance,
    );
    settings.policy = policy;
    let mut subject = S::new(&settings);
    for (step, now_ms) in steps.iter().zip((0..).step_by(PERIOD_MS as usize)) {
        for peer in &step.disconnects {
            subject.disconnect(name(peer));
        }
        for (peer, x, y, z) in &step.positions {
            subject.report(name(peer), Position::new(*x, *y, *z).expect("finite"), None);
        }
        subject.flush(now_ms, Scope::Full);
        same(&step.islands, &subject.islands())
            .map_err(|what| format!("at {now_ms} ms: {what}"))?;
    }
    Ok(())
}

/// Compares as sets: by members, whatever the ids and the order.
fn same(expected: &[Island], actual: &[View]) -> Result<(), String> {
    let mut expected: Vec<_> = expected
        .iter()
        .map(|island| (sorted(&island.peers), island))
        .collect();
    let mut actual: Vec<_> = actual
        .iter()
        .map(|view| (sorted_names(&view.peers), view))
        .collect();
    expected.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    actual.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    if !expected
        .iter()
        .map(|island| &island.0)
        .eq(actual.iter().map(|view| &view.0))
    {
        let members = |islands: Vec<&Vec<Name>>| format!("{islands:?}");
        return Err(format!(
            "islands\n engine: {}\n golden: {}",
            members(actual.iter().map(|view| &view.0).collect()),
            members(expected.iter().map(|island| &island.0).collect()),
        ));
    }
    for ((peers, island), (_, view)) in expected.iter().zip(&actual) {
        let (center, radius) = view.geometry.ok_or("an island without geometry")?;
        let axes = center
            .iter()
            .zip(&island.center)
            .chain([(&radius, &island.radius)]);
        if axes.into_iter().any(|(a, b)| (a - b).abs() > TOLERANCE_M) {
            return Err(format!(
                "{peers:?}: {center:?} {radius}, not {:?} {}",
                island.center, island.radius
            ));
        }
    }
    Ok(())
}

/// The traces call peers p1, p2, …
fn name(peer: &str) -> Name {
    peer.strip_prefix('p')
        .and_then(|number| number.parse().ok())
        .expect("a peer of a trace")
}

fn sorted(peers: &[String]) -> Vec<Name> {
    sorted_names(&peers.iter().map(|peer| name(peer)).collect::<Vec<_>>())
}

fn sorted_names(peers: &[Name]) -> Vec<Name> {
    let mut peers = peers.to_vec();
    peers.sort_unstable();
    peers
}
