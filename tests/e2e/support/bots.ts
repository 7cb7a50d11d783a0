import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOTS } from "../../../scripts/lib/build.mjs";

/** Times in milliseconds, of so many. */
export interface Quantiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** What of the bots' summary tests look at: `tests/bots/src/summary.rs` says what it is. */
export interface Summary {
  players: number;
  commuters: number;
  seed: number;
  seconds: number;
  handshakes_per_second: number;
  handshake_ms: Quantiles;
  first_island_ms: Quantiles;
  crossing_ms: Quantiles;
  island_changes: number;
  heartbeats: number;
  heartbeats_per_second: number;
  heartbeats_asked_per_second: number;
  lost: number;
  returned: number;
  returned_to_same_island: number;
  returned_to_other_island: number;
  absence_ms: Quantiles;
  errors: Record<string, number>;
  first_errors: Record<string, string>;
  meetings: { livekit: number; ws_room: number; offline: number };
  cpu_seconds: number;
  chat: null | {
    entry_ms: Quantiles;
    lost: number;
    packets_said: number;
    packets_heard: number;
    packets_due: number;
    heard_share: number;
    latency_ms: Quantiles;
  };
}

/** What a run of the bots has come to. */
export interface Outcome {
  status: number | null;
  /** Everything that it has printed. */
  output: string;
  /** Missing if it wrote none. */
  summary?: Summary;
}

/** The load generator, running. */
export class Bots {
  readonly ended: Promise<Outcome>;
  readonly #process: ChildProcess;
  #output = "";
  /** Called with each piece of output, until nobody waits any more. */
  #onOutput = () => {};

  private constructor(args: readonly string[], folder: string) {
    const json = join(folder, "summary.json");
    this.#process = spawn(BOTS, [...args, "--json", json], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        this.#onOutput();
      });
    }
    this.ended = new Promise((ended, failed) => {
      this.#process.once("error", failed);
      this.#process.once("close", (status) => {
        this.#outcome(status, json, folder).then(ended, failed);
      });
    });
  }

  static async start(args: readonly string[]): Promise<Bots> {
    return new Bots(args, await mkdtemp(join(tmpdir(), "bots-")));
  }

  /** Resolves once all who are there from the beginning are in; or the run has ended. */
  async allIn(): Promise<void> {
    const said = new Promise<void>((said) => {
      this.#onOutput = () => {
        if (this.#output.includes("players are in after")) said();
      };
    });
    await Promise.race([said, this.ended]);
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  async #outcome(status: number | null, json: string, folder: string): Promise<Outcome> {
    const text = await readFile(json, "utf8").catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    const outcome = { status, output: this.#output };
    return text === undefined ? outcome : { ...outcome, summary: JSON.parse(text) };
  }
}
