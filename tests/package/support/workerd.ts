/** A bundled Worker on plain workerd. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { readWranglerConfig, workerdConfig } from "../../../scripts/lib/workerd-config.mjs";
import { tool } from "./consumer.ts";

/** A Worker that runs. */
export interface Served {
  /** Where it answers. */
  url: string;
  /** Ends it. */
  stop: () => Promise<void>;
}

/** Serves the modules in a folder; the first is the entry point. */
export async function serve(folder: string, modules: readonly string[]): Promise<Served> {
  const { compatibility_date } = await readWranglerConfig();
  const storage = join(folder, "storage");
  await mkdir(storage);
  const file = join(folder, "config.capnp");
  const config = { name: "consumer", main: modules[0] ?? "", compatibility_date };
  await writeFile(file, workerdConfig(config, { address: "127.0.0.1:0", storage, vars: [], modules }));
  // Descriptor 3 is where it reports the port it listens on.
  const child = spawn(tool("workerd"), ["serve", "--control-fd=3", file], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdio[3] as Readable });
  const [line] = await Promise.race([once(lines, "line"), ended]);
  if (typeof line !== "string") throw new Error(`workerd ended with ${line}`);
  const { port } = JSON.parse(line);
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
