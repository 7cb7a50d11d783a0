import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("flooder.ts", import.meta.url));

/** What is to flood a realm. */
export interface Flood {
  host: string;
  /** Sockets that say nothing. */
  silent: number;
  /** Sockets that send rubbish from the beginning. */
  early: number;
  /** Sockets that log in and then send rubbish. */
  late: number;
  /** How many of each of the last two kinds do not hear when they are closed. */
  deaf: number;
}

/** What it has come to so far. */
export interface Tally {
  /** Silent sockets that are open. */
  silent: number;
  /** Sockets of all others, one after the other. */
  sockets: number;
  logins: number;
  /** Of rubbish, as far as it was written. */
  bytes: number;
  /** How often they were closed with which code. */
  closes: Record<number, number>;
}

/** Hostile clients in a process of their own, so that they are not held up by those who are to be disturbed. */
export class Flooder {
  readonly #process: ChildProcess;

  constructor(flood: Flood) {
    this.#process = fork(PROGRAM, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#process.send(flood);
  }

  /** What they have done so far. */
  async tally(): Promise<Tally> {
    const answer = once(this.#process, "message") as Promise<[Tally]>;
    this.#process.send("tally");
    const [tally] = await answer;
    return tally;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}
