//! The engine against the model of its rules: thousands of seeded worlds, everything compared after every flush.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many worlds are played from there.

mod support;

use archipelago_core::engine::NamedEngine;
use support::model::Name;
use support::subject::{Handles, Subject};
use support::{random, restored, worlds};

const FIRST_SEED: u32 = 1;
const WORLDS: u32 = 3000;
const RESTORED_WORLDS: u32 = 2000;

/// Says how to play a world again, also if the engine panics in it.
struct Replay<'a> {
    test: &'a str,
    seed: u32,
}

impl Drop for Replay<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { test, seed } = self;
            eprintln!(
                "failing seed: {seed}; again with ARCHIPELAGO_SEED={seed} ARCHIPELAGO_WORLDS=1 \
                 cargo test -p archipelago-core --test engine_model {test}"
            );
        }
    }
}

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

fn play_all(test: &str, worlds: u32, play: fn(u32) -> Result<(), String>) {
    let first = setting("ARCHIPELAGO_SEED", FIRST_SEED);
    let count = setting("ARCHIPELAGO_WORLDS", worlds);
    for seed in (0..count).map(|offset| first.wrapping_add(offset)) {
        let _replay = Replay { test, seed };
        play(seed).unwrap_or_else(|what| panic!("{what}"));
    }
}

fn play_shaped<S: Subject>() {
    for (name, play) in worlds::all::<S>() {
        play().unwrap_or_else(|what| panic!("{name}: {what}"));
    }
}

#[test]
fn random_worlds_by_name() {
    play_all(
        "random_worlds_by_name",
        WORLDS,
        random::play::<NamedEngine<Name>>,
    );
}

#[test]
fn random_worlds_by_handle() {
    play_all("random_worlds_by_handle", WORLDS, random::play::<Handles>);
}

#[test]
fn restored_worlds() {
    play_all("restored_worlds", RESTORED_WORLDS, restored::play);
}

#[test]
fn worlds_with_a_shape_by_name() {
    play_shaped::<NamedEngine<Name>>();
}

#[test]
fn worlds_with_a_shape_by_handle() {
    play_shaped::<Handles>();
}
