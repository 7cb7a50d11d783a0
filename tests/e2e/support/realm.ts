import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Failure } from "../../../scripts/lib/failure.mjs";
import { type Build, startWorkerd, type Workerd } from "../../../scripts/workerd.mjs";
import { Client } from "./client.ts";
import { ask, getJson, holdToDocument } from "./http.ts";
import { Identity } from "./identity.ts";
import type { Point } from "./packets.ts";
import { RoomClient } from "./room-client.ts";
import type { Peer, RoomsStatus } from "./stats.ts";
import { Viewer } from "./viewer.ts";

/** A flush period short enough for tests that wait for several. */
export const FLUSH_MS = 250;

/** Long enough for anything that is going to be told to have been told. */
export const SETTLED_MS = 4 * FLUSH_MS;

/** What the stats show is younger than this: the age that they may have, and then some. */
export const STATS_MS = 1_500;

/** Settings that make the tests fast; a realm's own come on top. */
const FAST = { ARCHIPELAGO_FLUSH_FREQUENCY: String(FLUSH_MS / 1000) };

/** Where and how a realm runs, besides its configuration. */
export interface Hosting {
  /** A directory whose contents outlive the process. */
  storage?: string;
  /** A fixed port; a free one otherwise. */
  port?: number;
  /** The build of the Worker; the release otherwise. */
  build?: Build;
  /** The header of a request that holds, as JSON, what the platform would say of it. */
  cfHeader?: string;
  /** Writes to a full disk fail: see {@link Realm.fillDisk}. */
  survivesFullFiles?: boolean;
}

/** Something that is to fail: see `edge-worker/src/faults.rs`. */
export interface Fault {
  /** Where, such as `realm.flush`. */
  at: string;
  /** Only this call, by its path, such as `/report`; at a point that calls pass. */
  of?: string;
  how: "panic" | "fail" | "abort";
  /** How often it happens; once otherwise. */
  times?: number;
  /** How often the point is passed unharmed before. */
  after?: number;
}

/** A player in a session. */
export interface Player {
  readonly client: Client;
  readonly identity: Identity;
  readonly address: string;
}

/** A worker of its own, on plain workerd, and everybody who was connected to it. */
export class Realm {
  readonly #workerd: Workerd;
  readonly #path: string;
  readonly #clients: (Client | RoomClient)[];
  readonly #viewers: Viewer[];

  private constructor(workerd: Workerd, path = "", clients: (Client | RoomClient)[] = [], viewers: Viewer[] = []) {
    this.#workerd = workerd;
    this.#path = path;
    this.#clients = clients;
    this.#viewers = viewers;
  }

  static async start(vars: Record<string, string> = {}, hosting: Hosting = {}): Promise<Realm> {
    const workerd = await startWorkerd({ vars: { ...FAST, ...vars }, ...hosting });
    holdToDocument(workerd.url);
    // The first request of all waits for the compiler: no test is to take that for its own time.
    await ask(`${workerd.url}/ping`);
    return new Realm(workerd);
  }

  /** The realm that the same worker has under this name: its {@link stop} is the same. */
  named(name: string): Realm {
    return new Realm(this.#workerd, `/${name}`, this.#clients, this.#viewers);
  }

  /** `http://127.0.0.1:PORT`, and the path of a realm that has a name. */
  get url(): string {
    return this.#workerd.url + this.#path;
  }

  /** `127.0.0.1:PORT` */
  get host(): string {
    return new URL(this.url).host;
  }

  /** The directory with the objects' storage. */
  get storage(): string {
    return this.#workerd.storage;
  }

  /** Opens a connection; {@link stop} closes it and judges its frames. */
  async connect(options: { path?: string; protocols?: string[] } = {}): Promise<Client> {
    const { path = "/ws", ...rest } = options;
    const client = await Client.connect(`ws://${this.host}${this.#path}${path}`, rest);
    this.#clients.push(client);
    return client;
  }

  /** Opens a connection to a room, without the handshake; {@link stop} closes it and judges its frames. */
  async openRoom(connStr: string, options: { protocols?: string[] } = {}): Promise<RoomClient> {
    const room = await RoomClient.open(connStr, options);
    this.#clients.push(room);
    return room;
  }

  /** Joins a room. */
  async enter(connStr: string, identity: Identity): Promise<RoomClient> {
    const room = await this.openRoom(connStr);
    await room.handshake(identity);
    return room;
  }

  /** The connection string, without a token, of a room of this name. */
  roomOf(roomId: string): string {
    return `ws-room:ws://${this.host}/rooms/${roomId}`;
  }

  /** How many are in which room, as `/rooms/status` says. */
  async rooms(): Promise<Record<string, number>> {
    const { details } = await this.get<RoomsStatus>("/rooms/status");
    return Object.fromEntries(details.map(({ roomName, count }) => [roomName, count]));
  }

  /** Somebody who looks at the live map, until {@link stop}. */
  async watch(): Promise<Viewer> {
    const viewer = await Viewer.open(`ws://${this.host}${this.#path}/live`);
    this.#viewers.push(viewer);
    return viewer;
  }

  /** The lines that workerd and the Worker have written so far. */
  get log(): readonly string[] {
    return this.#workerd.logs;
  }

  /** What the Worker has logged under this name so far. */
  logged(event: string): string[] {
    return this.#workerd.logs.filter((line) => line.includes(JSON.stringify({ event }).slice(1, -1)));
  }

  /** A player who has completed the handshake and not sent a heartbeat. */
  async login(identity?: Identity): Promise<Player> {
    const who = identity ?? (await Identity.create());
    const client = await this.connect();
    assert.equal(await client.handshake(who), who.address);
    return { client, identity: who, address: who.address };
  }

  /** A player who stands at `position` and has been told its island: `island`. */
  async player(position: Point, identity?: Identity): Promise<Player & { island: string }> {
    const player = await this.login(identity);
    const { islandId } = await player.client.arrive(position);
    return { ...player, island: islandId };
  }

  /** The answer to `GET path`, which must be 200. */
  get<T>(path: string): Promise<T> {
    return getJson<T>(this.url + path);
  }

  /** Everybody in `/peers`. */
  async peers(): Promise<Peer[]> {
    return (await this.get<{ peers: Peer[] }>("/peers")).peers;
  }

  /** Has something fail from now on, as `edge-worker/src/faults.rs` says; only in the build with faults. */
  async arm(fault: Fault): Promise<void> {
    const response = await fetch(`${this.#workerd.url}/faults`, { method: "POST", body: JSON.stringify(fault) });
    assert.equal(response.status, 204, await response.text());
  }

  /** Nothing fails on purpose any more. */
  async disarm(): Promise<void> {
    const response = await fetch(`${this.#workerd.url}/faults`, { method: "DELETE" });
    assert.equal(response.status, 204, await response.text());
  }

  /** From now on every write to a file fails; or none does. Takes {@link Hosting.survivesFullFiles}. */
  fillDisk(full = true): void {
    const limit = full ? "0:" : "unlimited:";
    try {
      execFileSync("prlimit", ["--pid", String(this.#workerd.process.pid), `--fsize=${limit}`]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new Failure(
        "There is no prlimit, with which disks are full.",
        "It is part of util-linux; only Linux has it.",
      );
    }
  }

  /** The process dies at once, and everything that was only in its memory. */
  async kill9(): Promise<void> {
    await this.#workerd.kill9();
  }

  /** Ends everything; fails if any frame that the server ever sent was one that clients cannot take. */
  async stop(): Promise<void> {
    for (const client of [...this.#clients, ...this.#viewers]) client.cut();
    await this.#workerd.stop();
    const faults = this.#clients.flatMap((client) => client.frameFaults);
    // The runner reports a hook that fails, and succeeds all the same.
    if (faults.length > 0) process.exitCode = 1;
    assert.deepEqual(faults, [], "the server sent frames that clients cannot take");
  }
}

/** Squares of the world so far from each other that tests in one realm do not meet. */
let squares = 0;

/** A function that places points relative to the corner of a square that nobody else uses. */
export function freshGround(): (x: number, z: number) => Point {
  squares += 1;
  const corner = squares * 16_384;
  return (x, z) => [corner + x, 0, z];
}
