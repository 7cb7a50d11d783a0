/** A realm as an operator starts it: `npm start`, with the pages that it serves. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../scripts/lib/paths.mjs";
import { Client } from "../../e2e/support/client.ts";
import { getJson } from "../../e2e/support/http.ts";
import { Identity } from "../../e2e/support/identity.ts";
import type { Point } from "../../e2e/support/packets.ts";
import { unusedPort } from "../../e2e/support/ports.ts";
import type { Island, Islands } from "../../e2e/support/stats.ts";
import { atMost } from "../../e2e/support/wait.ts";

/** It may have to build first. */
const START_MS = 300_000;

/** What it says when it answers. */
const READY = "Ready on ";

/** How many log in at the same time: the realm checks three signatures for each. */
const LOGINS = 20;

/** Test players say nothing after they have arrived; nobody is thrown out for that. */
const PATIENT = { IDLE_TIMEOUT: "3600000" };

/** Somebody in the realm. */
export interface Inhabitant {
  readonly client: Client;
  readonly address: string;
  /** The first island that the realm put it on. */
  readonly firstIsland: string;
}

/** A served realm and everybody who was connected to it. */
export class Server {
  readonly port: number;
  readonly #folder: string;
  readonly #vars: Record<string, string>;
  readonly #clients: Client[] = [];
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, vars: Record<string, string>) {
    this.port = port;
    this.#folder = folder;
    this.#vars = vars;
  }

  /** Starts a realm with these variables. */
  static async start(vars: Record<string, string> = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "archipelago-pages-"));
    const server = new Server(await unusedPort(), folder, { ...PATIENT, ...vars });
    await server.resume();
    return server;
  }

  /** `http://localhost:PORT` */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts the process, on the port and with the storage of the one before. */
  async resume(): Promise<void> {
    const vars = Object.entries(this.#vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
    const script = join(ROOT, "scripts", "start.mjs");
    const args = [script, "--port", String(this.port), "--persist-to", this.#folder, "--inspector-port", "0", ...vars];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let log = "";
    const ready = new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          log += text;
          if (log.includes(READY)) resolve();
        });
      }
      child.once("close", (status) => reject(new Error(`it ended with status ${status}`)));
      setTimeout(() => reject(new Error(`it was not ready in ${START_MS} ms`)), START_MS).unref();
    });
    await ready.catch((error) => assert.fail(`the realm did not start: ${error}\n${log}`));
  }

  /** Ends the process; its storage stays, and the port is free. */
  async pause(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    await atMost(10_000, ended);
    child.kill("SIGKILL");
    await ended;
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.cut();
    await this.pause();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The answer to `GET path`, which must be 200. */
  get<T>(path: string): Promise<T> {
    return getJson<T>(this.url + path);
  }

  /** Everybody in `/islands`. */
  async islands(): Promise<Island[]> {
    return (await this.get<Islands>("/islands")).islands;
  }

  /** A player who stands there and has been told an island. */
  async player(position: Point): Promise<Inhabitant> {
    const identity = await Identity.create();
    const client = await Client.connect(`ws://localhost:${this.port}/ws`);
    this.#clients.push(client);
    await client.handshake(identity);
    const { islandId } = await client.arrive(position);
    return { client, address: identity.address, firstIsland: islandId };
  }

  /** A player at each of the positions; many come at the same time. */
  async players(positions: readonly Point[]): Promise<Inhabitant[]> {
    const arrived: Inhabitant[] = [];
    for (let from = 0; from < positions.length; from += LOGINS) {
      const batch = positions.slice(from, from + LOGINS);
      arrived.push(...(await Promise.all(batch.map((position) => this.player(position)))));
    }
    return arrived;
  }
}
