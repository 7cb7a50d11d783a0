//! The engine in the worlds.

use archipelago_core::engine::{CoherentConfig, CrowdPolicy, Scope};
use archipelago_worlds::figures::{
    Together, reassignments_per_player_minute, recall, sizes, together,
};
use archipelago_worlds::{Fingerprint, Run, Settings};
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const FLUSHES: usize = 30;
const SEED: u32 = 1;
const COHERENT: CrowdPolicy = CrowdPolicy::Coherent(CoherentConfig::balanced());

fn run(world: &str, seed: u32, policy: CrowdPolicy) -> Run {
    Run::new(world, seed, policy).expect("a world")
}

#[wasm_bindgen_test(unsupported = test)]
fn promises_are_kept_in_every_flush() {
    for name in ["plaza-400", "hamlets", "festival", "sparse", "surge"] {
        for policy in [CrowdPolicy::Stable, COHERENT] {
            let mut run = run(name, SEED, policy);
            for flush in 0..FLUSHES {
                run.flush();
                let kept = run.engine.check(Scope::Full);
                assert_eq!(kept, Ok(()), "{name}, seed {SEED}, flush {flush}");
                assert_eq!(run.engine.peer_count(), run.world.count());
                run.walk();
            }
        }
    }
}

/// No two islands exceed the capacity together, so all that are within the join distance have become one.
#[wasm_bindgen_test(unsupported = test)]
fn below_capacity_neighbours_share_an_island() {
    let capacity = Settings::WORLDS.max_peers as usize;
    for (name, seed) in [
        ("hamlets", 2),
        ("hamlets-85", 1),
        ("hamlets-85", 2),
        ("uniform-100", 1),
    ] {
        let mut run = run(name, seed, CrowdPolicy::Stable);
        for flush in 0..FLUSHES {
            run.flush();
            let mut sizes: Vec<usize> = run.sizes().collect();
            sizes.sort_unstable();
            let fullest: usize = sizes.iter().rev().take(2).sum();
            assert!(
                fullest <= capacity,
                "{name}, seed {seed}, flush {flush}: {fullest}"
            );
            for radius_m in [20.0, 50.0, Settings::WORLDS.join_distance_m] {
                let found = recall(run.world.positions(), &run.assignments(), radius_m);
                assert_eq!(
                    found, 1.0,
                    "{name}, seed {seed}, flush {flush}, {radius_m} m"
                );
            }
            run.walk();
        }
    }
}

/// Plazas are so dense that their islands overlap completely.
#[wasm_bindgen_test(unsupported = test)]
fn a_plaza_is_cut_into_full_islands() {
    let mut run = run("plaza-1000", SEED, CrowdPolicy::Stable);
    for _ in 0..FLUSHES {
        run.flush();
        run.walk();
    }
    run.flush();
    let found = recall(run.world.positions(), &run.assignments(), 20.0);
    assert!((0.08..0.13).contains(&found), "{found}");
    let minutely = reassignments_per_player_minute(run.reassignments, run.player_seconds);
    assert!((0.0..0.1).contains(&minutely), "{minutely}");
    let sizes = sizes(run.sizes()).unwrap();
    assert_eq!((sizes.min, sizes.median, sizes.max), (100, 100.0, 100));
}

/// What people gain by `coherent`, and what it costs them: the figures of the benchmark, and its bounds.
#[wasm_bindgen_test(unsupported = test)]
fn islands_are_places() {
    are_places(&[
        ("plaza-400", 0.63, 1.9),
        ("plaza-1000", 0.63, 2.1),
        ("sparse", 0.9, 0.75),
        ("surge", 0.62, 2.4),
    ]);
}

/// The islands are the same everywhere, and these take long.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn islands_of_thousands_are_places() {
    are_places(&[
        ("plaza-3000", 0.67, 2.05),
        ("festival", 0.59, 1.95),
        ("city", 0.97, 0.6),
    ]);
}

/// Worlds, each with the least recall within 20 m and the most reassignments of a player in a minute.
fn are_places(bounds: &[(&str, f64, f64)]) {
    for (name, recall_min, minutely_max) in bounds {
        let mut run = run(name, SEED, COHERENT);
        let mut within_20m = Together::default();
        for flush in 1..=Settings::WORLDS.flushes {
            run.flush();
            if flush % 10 == 0 {
                within_20m += together(run.world.positions(), &run.assignments(), 20.0);
            }
            run.walk();
        }
        let found = within_20m.share();
        assert!(found >= *recall_min, "{name}: {found}");
        let minutely = reassignments_per_player_minute(run.reassignments, run.player_seconds);
        assert!(minutely <= *minutely_max, "{name}: {minutely}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn islands_are_the_same_everywhere() {
    same_everywhere(CrowdPolicy::Stable, EXPECTED);
}

#[wasm_bindgen_test(unsupported = test)]
fn coherent_islands_are_the_same_everywhere() {
    same_everywhere(COHERENT, EXPECTED_COHERENT);
}

#[wasm_bindgen_test(unsupported = test)]
fn islands_of_every_preset_are_the_same_everywhere() {
    let found = EXPECTED_PRESETS.map(|(preset, _)| {
        let config = CoherentConfig::preset(preset).expect("a preset");
        (
            preset,
            fingerprint("plaza-400", CrowdPolicy::Coherent(config)),
        )
    });
    assert_eq!(found, EXPECTED_PRESETS);
    assert_eq!(found.map(|(preset, _)| preset), CoherentConfig::PRESETS);
}

fn same_everywhere(policy: CrowdPolicy, expected: [(&str, u64); 4]) {
    let found = expected.map(|(name, _)| (name, fingerprint(name, policy)));
    assert_eq!(found, expected);
}

/// Of the islands of a world in every flush.
fn fingerprint(name: &str, policy: CrowdPolicy) -> u64 {
    let mut run = run(name, SEED, policy);
    let mut fingerprint = Fingerprint::default();
    for _ in 0..FLUSHES {
        run.flush();
        run.add_islands(&mut fingerprint);
        run.walk();
    }
    fingerprint.value()
}

/// Written down once: every target has to arrive at the same islands, numbers and orders included.
const EXPECTED: [(&str, u64); 4] = [
    ("plaza-1000", 0x6f6d_9ff3_9bac_c97d),
    ("festival", 0x1ebb_b707_35cb_e135),
    ("sparse", 0x900d_e73f_4e13_8b5b),
    ("surge", 0x7ec1_8ead_24e4_121f),
];

const EXPECTED_COHERENT: [(&str, u64); 4] = [
    ("plaza-1000", 0xc39d_f829_2ca6_2379),
    ("festival", 0x0364_5f3c_da84_a16d),
    ("sparse", 0xed49_47f5_3407_9263),
    ("surge", 0x844a_2a58_9084_906a),
];

/// Of `plaza-400`.
const EXPECTED_PRESETS: [(&str, u64); 4] = [
    ("tight", 0xe115_cb45_0028_4eed),
    ("balanced", 0xc0b8_de2f_7b37_4645),
    ("calm", 0x42fd_dbf2_e3aa_89b9),
    ("saver", 0x246e_bb1b_d140_3b75),
];
