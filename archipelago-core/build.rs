//! Compiles `proto/` with a pure Rust compiler, so that no `protoc` has to be installed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../proto");
    let files = ["archipelago.proto", "ws_room.proto", "bus.proto"];
    let descriptors = protox::compile(files, ["../proto"])?;
    prost_build::Config::new()
        // Maps in order of their keys: equal messages have equal bytes.
        .btree_map(["."])
        .compile_fds(descriptors)?;
    Ok(())
}
