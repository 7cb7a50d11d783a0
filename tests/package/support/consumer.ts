/** Empty projects in which the package is installed as others install it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { NPM_BIN, PACKAGE } from "../../../scripts/lib/paths.mjs";

const execute = promisify(execFile);

/** The programs of the sample projects. */
const CONSUMERS = new URL("../consumers/", import.meta.url);

/** A project outside of the repository, with the package as its only dependency. */
export interface Consumer {
  /** Its folder. */
  folder: string;
  /** Path of the package's tarball. */
  tarball: string;
  /** Paths of the files in the tarball. */
  files: string[];
  /** Runs a program in it and returns what that has written; rejects with all of it when the program fails. */
  run: (program: string, ...args: string[]) => Promise<string>;
  /** Removes it. */
  remove: () => Promise<void>;
}

/** Makes a project: a copy of the sample of that name, the scenario, and the package from its tarball. */
export async function install(sample?: string): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), "archipelago-consumer-"));
  const packed = JSON.parse(await runIn(folder, "npm", "pack", PACKAGE, "--json", "--loglevel=error"))[0];
  const tarball = join(folder, packed.filename);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  await runIn(folder, "npm", "install", tarball, "--offline", "--no-audit", "--no-fund", "--loglevel=error");
  await cp(new URL("scenario.js", CONSUMERS), join(folder, "scenario.js"));
  if (sample) await cp(new URL(`${sample}/`, CONSUMERS), folder, { recursive: true });
  return {
    folder,
    tarball,
    files: packed.files.map(({ path }: { path: string }) => path),
    run: (program, ...args) => runIn(folder, program, ...args),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Path of a program that one of the repository's own packages brings. */
export function tool(name: string): string {
  return join(NPM_BIN, name);
}

async function runIn(folder: string, program: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(program, args, { cwd: folder, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } }))
      .stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    assert.fail(`${[program, ...args].join(" ")}: ${error}\n${stdout}\n${stderr}`);
  }
}
