import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/lib/paths.mjs";
import { Client } from "./client.ts";
import { unusedPort } from "./ports.ts";

/** It may have to build first. */
const START_MS = 300_000;

/** How it says that it answers. */
const READY = "The realm is running";

/** What became of a command. */
export interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/** A realm as an operator serves it: `npm run serve`. */
export class Served {
  readonly port: number;
  readonly #process: ChildProcess;
  /** Once it is gone, and all that it has started. */
  readonly ended: Promise<unknown>;
  #output = "";

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#process = child;
    this.ended = once(child, "close");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  /**
   * Starts it on a free port, whatever port the arguments say, and with these additions to the environment; `folder` is
   * a clone or an export.
   */
  static async start(args: readonly string[], env: NodeJS.ProcessEnv = {}, folder = ROOT): Promise<Served> {
    const port = await unusedPort();
    // Of an option that is given twice, the last one counts.
    const served = new Served(port, launch([...args, "--port", String(port)], env, folder));
    try {
      await served.#ready();
    } catch (error) {
      await served.kill9();
      assert.fail(`${error}\n${served.output}`);
    }
    return served;
  }

  /** Runs it to its end, which must come by itself. */
  static async fail(args: readonly string[], folder = ROOT): Promise<Outcome> {
    const served = new Served(0, launch(args, {}, folder));
    await served.ended;
    return served.outcome;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything it has said so far. */
  get output(): string {
    return this.#output;
  }

  /** The number of the process of workerd that it has started. */
  workerd(): number {
    const { pid } = this.#process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    assert.equal(children.length, 1, "it has other children, too");
    return Number(children[0] || assert.fail("it has no workerd"));
  }

  /** What became of it. */
  get outcome(): Outcome {
    return { status: this.#process.exitCode, output: this.#output };
  }

  /** A connection without a session. */
  connect(): Promise<Client> {
    return Client.connect(`ws://127.0.0.1:${this.port}/ws`);
  }

  /** Asks it to end, and waits until it has. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<Outcome> {
    this.#process.kill(signal);
    await this.ended;
    return this.outcome;
  }

  /** Ends it without asking, and leaves behind what it has started; its output may stay open. */
  async kill9(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not start in ${START_MS} ms`)), START_MS);
      this.#process.stdout?.on("data", () => {
        if (!this.#output.includes(READY)) return;
        clearTimeout(timer);
        resolve();
      });
      this.#process.once("close", (status) => {
        clearTimeout(timer);
        reject(new Error(`it ended with status ${status}`));
      });
    });
  }
}

function launch(args: readonly string[], env: NodeJS.ProcessEnv, folder: string): ChildProcess {
  const script = join(folder, "scripts", "serve.mjs");
  return spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
