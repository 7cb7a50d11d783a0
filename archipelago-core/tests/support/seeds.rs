//! Seeds of random worlds: which ones are played, and how one is played again.

/// Says how to play a world again when it fails: its seed, and the arguments of `cargo test`.
pub struct Replay(pub u32, pub &'static str);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self(seed, test) = self;
            eprintln!(
                "failing seed: {seed}; again with ARCHIPELAGO_SEED={seed} ARCHIPELAGO_WORLDS=1 \
                 cargo test -p archipelago-core --test {test}"
            );
        }
    }
}

/// What the environment says, or else the default.
pub fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}
