/** Long runs of the fuzz targets, led by what they reach. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { access, mkdir, readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { integer } from "./bench-figures.mjs";
import { CARGO_FUZZ, cargoToolBin, installCargoTools, missingCargoTools } from "./cargo-tools.mjs";
import { Failure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { ROOT, TARGET } from "./paths.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 *
 * @typedef {object} Fuzzing
 * @property {readonly string[]} targets
 * @property {number} minutes how long each of them runs
 * @property {number} jobs how many run at a time
 * @property {string} [replay] the input that is played instead
 */

const CRATE = join(ROOT, "tests", "fuzz");

/** Apart from everything else: the code in it is built to be watched. */
const BUILD = join(TARGET, "fuzz");

const MINUTES = "10";
const MINUTES_MAX = 7 * 24 * 60;

/** Longer ones reach little more, and take long. */
const INPUT_MAX_BYTES = 4096;

/** An input that takes longer is a finding. */
const INPUT_MAX_S = 25;

const ALLOWED = "Allowed are names of targets, --minutes N and --jobs N; or one name and --replay FILE.";

/**
 * @param {readonly string[]} args
 * @returns {Promise<Fuzzing>}
 * @throws {Failure} that names what is not allowed, and what is
 */
export async function readFuzzing(args) {
  const { values, positionals } = parse(args);
  const known = await targets();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`No such fuzz target: ${unknown.join(", ")}.`, `There are: ${known.join(", ")}.`);
  }
  const fuzzing = {
    targets: positionals.length > 0 ? [...new Set(positionals)] : known,
    minutes: integer("minutes", values.minutes ?? MINUTES, 1, MINUTES_MAX),
    jobs: integer("jobs", values.jobs ?? "1", 1, availableParallelism()),
  };
  if (values.replay === undefined) return fuzzing;
  if (positionals.length !== 1 || values.minutes !== undefined || values.jobs !== undefined) {
    throw new Failure("--replay plays one input of one target.", ALLOWED);
  }
  const replay = resolve(values.replay);
  await access(replay).catch(() => {
    throw new Failure(`There is no file ${replay}.`, ALLOWED);
  });
  return { ...fuzzing, replay };
}

/** @param {readonly string[]} args */
function parse(args) {
  const options = /** @type {const} */ ({
    minutes: { type: "string" },
    jobs: { type: "string" },
    replay: { type: "string" },
  });
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), ALLOWED);
  }
}

async function targets() {
  const files = await readdir(join(CRATE, "fuzz_targets"));
  return files.map((file) => file.replace(/\.rs$/, "")).sort();
}

/**
 * @param {Tools} tools
 * @param {Fuzzing} fuzzing
 * @throws {Failure} at the first finding; the others are stopped
 */
export async function fuzz({ env }, { targets, minutes, jobs, replay }) {
  await withLock(() => installCargoTools(missingCargoTools([CARGO_FUZZ]), env));
  const programs = await build(env, targets);
  if (replay !== undefined) return playAgain(join(programs, `${targets[0]}`), replay, env);
  const stop = new AbortController();
  const waiting = [...targets];
  const work = async () => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      await runTarget(target, join(programs, target), minutes, { env, signal: stop.signal });
    }
  };
  const workers = Array.from({ length: jobs }, () =>
    work().catch((error) => {
      waiting.length = 0;
      stop.abort();
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find((worker) => worker.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/**
 * Builds the targets: watched by the fuzzer, with assertions, and without a sanitizer. There is no unsafe code, and so no
 * need for one, nor for an unstable compiler.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} targets
 * @returns {Promise<string>} the folder of the programs
 */
async function build(env, targets) {
  const options = ["--fuzz-dir", CRATE, "--target-dir", BUILD, "--sanitizer", "none", "--features", "libfuzzer"];
  const buildEnv = {
    ...env,
    PATH: [cargoToolBin(CARGO_FUZZ.crate), env.PATH].join(delimiter),
    // It would take minutes for each target.
    CARGO_PROFILE_RELEASE_LTO: "off",
  };
  await timed(`Building ${targets.join(", ")} to be fuzzed`, async () => {
    // One name or all: cargo-fuzz takes no list.
    const wanted = targets.length === 1 ? targets : [];
    const { status, output, error } = await run("cargo", ["fuzz", "build", ...options, ...wanted], { env: buildEnv });
    if (status !== 0) throw new Failure(`The targets do not build:\n${lastLines(error?.message ?? output)}`);
  });
  const { output } = await run("rustc", ["-vV"], { env });
  const host = /^host: (.+)$/m.exec(output)?.[1];
  if (host === undefined) throw new Failure(`rustc does not say what it builds for:\n${output}`);
  return join(BUILD, host, "release");
}

/**
 * @param {string} program
 * @param {string} file
 * @param {NodeJS.ProcessEnv} env
 */
async function playAgain(program, file, env) {
  const { status } = await run(program, [file], { env, show: true });
  if (status !== 0) throw new Failure("The target fails with this input.");
}

/**
 * Runs one target. What it finds interesting is kept from run to run, and begins with the corpus.
 *
 * @param {string} target
 * @param {string} program
 * @param {number} minutes
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} how
 * @throws {Failure} if it has found something
 */
async function runTarget(target, program, minutes, { env, signal }) {
  const corpus = join(BUILD, "corpus", target);
  const findings = join(BUILD, "findings", target);
  const log = join(BUILD, `${target}.log`);
  await Promise.all([corpus, findings].map((folder) => mkdir(folder, { recursive: true })));
  const options = [
    `-max_total_time=${minutes * 60}`,
    `-max_len=${INPUT_MAX_BYTES}`,
    `-timeout=${INPUT_MAX_S}`,
    `-artifact_prefix=${findings}/`,
    "-print_final_stats=1",
  ];
  await timed(`${target}: ${minutes} min, ${log}`, async () => {
    const status = await runLogged(program, [...options, corpus, join(CRATE, "corpus", target)], log, { env, signal });
    if (signal.aborted) return;
    const output = await readFile(log, "utf8");
    if (status === 0) return console.log(`  ${summary(output)}`);
    const input = /Test unit written to (.+)/.exec(output)?.[1];
    throw new Failure(
      `${target} has found something:\n${reason(output)}`,
      input ? `Play it again with: npm run fuzz -- ${target} --replay ${input}` : `See ${log}`,
    );
  });
}

/** @param {string} output of libFuzzer */
function summary(output) {
  const runs = /stat::number_of_executed_units:\s*(\d+)/.exec(output)?.[1];
  const reached = /.*\scov: (\d+) ft: \d+ corp: (\d+)/s.exec(output);
  return `${runs} runs, ${reached?.[2]} inputs that reach ${reached?.[1]} places, no finding`;
}

/** @param {string} output of a target that has failed */
function reason(output) {
  const lines = output.split("\n");
  const first = lines.findIndex((line) => /panicked at|ERROR: libFuzzer/.test(line));
  return lines.slice(Math.max(first, 0), first + 6).join("\n");
}

/**
 * Runs a program that writes into a file.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} log
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} how
 * @returns {Promise<number | null>} its exit status; `null` if a signal has ended it
 */
function runLogged(program, args, log, { env, signal }) {
  return new Promise((settle, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env, signal, stdio: ["ignore", "pipe", "pipe"] });
    const file = createWriteStream(log);
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.on("error", (error) => {
      if (!signal.aborted) reject(new Failure(`${program}: ${error.message}`));
    });
    child.on("close", (status) => file.end(() => settle(status)));
  });
}
