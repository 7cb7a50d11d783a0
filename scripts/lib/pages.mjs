/** The pages that the Worker serves: TypeScript in `edge-worker/pages`, bundled into `edge-worker/assets/build`. */
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";

/** What a bundle is called, and the file with which it begins. */
const BUNDLES = /** @type {Record<string, string>} */ ({
  api: "edge-worker/pages/api/main.ts",
  map: "edge-worker/pages/map/main.ts",
  simulator: "edge-worker/pages/simulator/main.ts",
  "simulator-worker": "edge-worker/pages/simulator/worker.ts",
});

const OUTPUT = join(ROOT, "edge-worker", "assets", "build");

/** Swagger UI comes in one file, and the licences of what is in it in another one, which that file names. */
const SWAGGER_UI = join(ROOT, "node_modules", "swagger-ui-dist");
const SWAGGER_UI_LICENCES = "swagger-ui-es-bundle.js.LICENSE.txt";

/** How modules name the WebAssembly beside them: most bundlers understand it, esbuild does not. */
const WASM_URL = /new URL\((["'])([^"']+\.wasm)\1, import\.meta\.url\)/g;

/** @type {import("esbuild").Plugin} */
const WASM_FILES = {
  name: "wasm-files",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      let imports = "";
      let names = 0;
      const source = (await readFile(path, "utf8")).replace(WASM_URL, (_, _quote, file) => {
        const name = `wasmFile${names++}`;
        imports += `import ${name} from ${JSON.stringify(file.startsWith(".") ? file : `./${file}`)};\n`;
        return `new URL(${name}, import.meta.url)`;
      });
      return { contents: imports + source, loader: "js" };
    });
  },
};

/**
 * Bundles the pages, and puts the WebAssembly that they load beside the bundles. The npm package and the worlds must
 * have been built.
 */
export async function bundlePages() {
  const entryPoints = Object.fromEntries(Object.entries(BUNDLES).map(([name, file]) => [name, join(ROOT, file)]));
  for (const file of Object.values(entryPoints)) {
    if (!existsSync(file)) throw new Failure(`The pages cannot be built: there is no ${file}.`);
  }
  try {
    const { metafile } = await build({
      entryPoints,
      outdir: OUTPUT,
      bundle: true,
      format: "esm",
      target: "es2022",
      minify: true,
      // The licences of what is bundled go with it.
      legalComments: "eof",
      loader: { ".wasm": "file" },
      assetNames: "[name]",
      plugins: [WASM_FILES],
      logLevel: "silent",
      absWorkingDir: ROOT,
      metafile: true,
    });
    await writeLicences();
    await removeAllBut([SWAGGER_UI_LICENCES, ...Object.keys(metafile.outputs).map((file) => basename(file))]);
  } catch (error) {
    throw new Failure(`The pages cannot be built:\n${error instanceof Error ? error.message : error}`);
  }
}

/** What esbuild does not see: licences that are in no comment. */
async function writeLicences() {
  const files = ["NOTICE", "LICENSE", SWAGGER_UI_LICENCES];
  const texts = await Promise.all(files.map((file) => readFile(join(SWAGGER_UI, file), "utf8")));
  await writeFile(join(OUTPUT, SWAGGER_UI_LICENCES), texts.join("\n\n"));
}

/**
 * Nothing of an earlier build is served. Afterwards, so that a realm that runs misses nothing in the meantime.
 *
 * @param {readonly string[]} names
 */
async function removeAllBut(names) {
  const stale = (await readdir(OUTPUT)).filter((name) => !names.includes(name));
  await Promise.all(stale.map((name) => rm(join(OUTPUT, name), { recursive: true })));
}
