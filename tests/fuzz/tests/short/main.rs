//! Every target with its corpus, and with a short run of inputs made by chance, which are the same every time.
//!
//! `ARCHIPELAGO_SEED` and `ARCHIPELAGO_WORLDS` choose the first seed and how many inputs are made from there.

#[path = "../../../../archipelago-core/tests/support/rng.rs"]
#[allow(dead_code)]
mod rng;
#[path = "../../../../archipelago-core/tests/support/seeds.rs"]
mod seeds;

mod mutations;

use std::fs;
use std::path::{Path, PathBuf};

use archipelago_fuzz::{TARGETS, Target};

use mutations::input;
use rng::Rng;
use seeds::setting;

/// Keeps the input, and says how to play it again, when a target fails.
struct Finding<'a> {
    target: &'a str,
    input: &'a [u8],
    origin: String,
}

impl Drop for Finding<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self {
                target,
                input,
                origin,
            } = self;
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("finding-{target}"));
            fs::write(&file, input).unwrap_or_else(|error| eprintln!("not kept: {error}"));
            let file = file.display();
            eprintln!("{origin}; again with: npm run fuzz -- {target} --replay {file}");
        }
    }
}

/// The files of a target's corpus in the order of their names.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let entries = fs::read_dir(&folder).expect("every target has a corpus");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let bytes = fs::read(&file).expect("a readable file");
        (file, bytes)
    };
    files.into_iter().map(read).collect()
}

fn target(name: &str) -> Target {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.expect("a target").1
}

fn play_corpus(name: &str) {
    let files = corpus(name);
    assert!(files.len() >= 10, "{} files", files.len());
    for (file, bytes) in files {
        let _finding = Finding {
            target: name,
            input: &bytes,
            origin: format!("it was {}", file.display()),
        };
        target(name)(&bytes);
    }
}

fn play_by_chance(name: &str, inputs: u32) {
    let known: Vec<Vec<u8>> = corpus(name).into_iter().map(|(_, bytes)| bytes).collect();
    let first = setting("ARCHIPELAGO_SEED", 1);
    for seed in (0..setting("ARCHIPELAGO_WORLDS", inputs)).map(|at| first.wrapping_add(at)) {
        let bytes = input(&mut Rng::new(seed), &known);
        let _finding = Finding {
            target: name,
            input: &bytes,
            origin: format!("it was made from ARCHIPELAGO_SEED={seed} ARCHIPELAGO_WORLDS=1"),
        };
        target(name)(&bytes);
    }
}

/// The tests of each target; so many inputs take some three seconds.
macro_rules! targets {
    ($($name:ident: $inputs:expr,)*) => {
        $(mod $name {
            #[test]
            fn corpus() {
                super::play_corpus(stringify!($name));
            }

            #[test]
            fn by_chance() {
                super::play_by_chance(stringify!($name), $inputs);
            }
        })*

        #[test]
        fn every_target_is_tried_and_has_a_program() {
            let tried = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|(name, _)| name), tried);
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
            let programs = fs::read_dir(folder).expect("a folder");
            let stem = |file: PathBuf| file.file_stem().and_then(|stem| stem.to_str().map(str::to_owned));
            let programs = programs.map(|entry| stem(entry.expect("a file").path()));
            let mut programs: Vec<String> = programs.map(|name| name.expect("a name")).collect();
            programs.sort();
            assert_eq!(programs, tried);
        }
    };
}

targets! {
    answers: 500_000,
    bus: 500_000,
    chain: 20_000,
    connector: 6_000,
    islands: 5_000,
    packets: 1_000_000,
    realm: 25_000,
    room: 5_000,
    session: 10_000,
    texts: 15_000,
}
