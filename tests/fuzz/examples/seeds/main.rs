//! Writes the seeds of the corpora: `cargo run -p archipelago-fuzz --example seeds`. Other files there are left alone.

mod messages;
mod plays;
mod texts;

use std::fs;
use std::io;
use std::path::Path;

/// Name and bytes of an input.
pub type Seed = (&'static str, Vec<u8>);

fn main() -> io::Result<()> {
    for (target, seeds) in [
        ("answers", texts::answers()),
        ("bus", messages::bus()),
        ("chain", texts::chain()),
        ("connector", plays::connector()),
        ("islands", plays::islands()),
        ("packets", messages::packets()),
        ("realm", plays::realm()),
        ("room", plays::room()),
        ("session", plays::session()),
        ("texts", texts::texts()),
    ] {
        write(target, &seeds)?;
    }
    Ok(())
}

fn write(target: &str, seeds: &[Seed]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    fs::create_dir_all(&folder)?;
    for (name, bytes) in seeds {
        fs::write(folder.join(format!("seed-{name}")), bytes)?;
    }
    println!("{target}: {} seeds", seeds.len());
    Ok(())
}
