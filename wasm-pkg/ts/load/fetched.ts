import { LoadError } from "../errors.js";

/** Its media type; only under exactly this one do browsers compile what is still arriving. */
const WASM = "application/wasm";

/** Fetches the WebAssembly from beside this module. */
export async function fetched(): Promise<WebAssembly.Module> {
  // Written so that bundlers find the file and put in where they have moved it.
  const url = new URL("../bindings/archipelago_wasm_bg.wasm", import.meta.url);
  const response = await fetch(url).catch((cause) => {
    throw new LoadError(`The WebAssembly could not be fetched from ${url}: ${cause}`, { cause });
  });
  const type = response.headers.get("content-type") ?? "no media type";
  if (!response.ok) throw new LoadError(`The WebAssembly could not be fetched from ${url}: status ${response.status}`);
  try {
    if (type === WASM) return await WebAssembly.compileStreaming(response);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    // Such as the page that some servers send for whatever they do not have.
    const what = `${url} (status ${response.status}, ${type})`;
    throw new LoadError(`What came from ${what} is not the WebAssembly: ${cause}`, { cause });
  }
}
