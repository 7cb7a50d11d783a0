//! Where the tests run is compiled into them, and `wasm-pack test --chrome` says it in a variable.

fn main() {
    println!("cargo::rerun-if-env-changed=WASM_BINDGEN_TEST_ONLY_WEB");
    println!("cargo::rustc-check-cfg=cfg(in_browser)");
    if std::env::var_os("WASM_BINDGEN_TEST_ONLY_WEB").is_some() {
        println!("cargo::rustc-cfg=in_browser");
    }
}
