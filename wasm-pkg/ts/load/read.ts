import { readFile } from "node:fs/promises";
import { LoadError } from "../errors.js";

/** Reads the WebAssembly from the package's folder. */
export async function read(): Promise<WebAssembly.Module> {
  const url = new URL("../bindings/archipelago_wasm_bg.wasm", import.meta.url);
  try {
    return await WebAssembly.compile(await readFile(url));
  } catch (cause) {
    throw new LoadError(`The WebAssembly could not be read from ${url}: ${cause}`, { cause });
  }
}
