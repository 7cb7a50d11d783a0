//! Writes the document of the HTTP answers from the types that serve them: the Worker only has to hand it out.

use std::path::Path;
use std::{env, error, fs};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let folder = env::var("OUT_DIR")?;
    let document = archipelago_core::view::openapi_json()?;
    fs::write(Path::new(&folder).join("openapi.json"), document)?;
    Ok(())
}
