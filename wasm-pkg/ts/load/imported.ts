import module from "../bindings/archipelago_wasm_bg.wasm";

/** The WebAssembly that the bundler of the Worker has compiled in. */
export async function imported(): Promise<WebAssembly.Module> {
  return module;
}
