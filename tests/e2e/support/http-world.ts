/** Realms in the states that `http-table.ts` names, and what differs from one to the next. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Client } from "./client.ts";
import { PATIENCE_MS } from "./connection.ts";
import { ContentServer, plainScene } from "./content-server.ts";
import type { Answer } from "./http.ts";
import type { Cell, State } from "./http-table.ts";
import { Identity } from "./identity.ts";
import type { Point } from "./packets.ts";
import { Realm, SETTLED_MS, STATS_MS } from "./realm.ts";
import type { RoomClient } from "./room-client.ts";
import { readConnStr, signToken } from "./room-tokens.ts";
import type { Islands, RoomsStatus } from "./stats.ts";
import { eventually, sleep } from "./wait.ts";
import { WebServer } from "./web-server.ts";

const REALMS = ["main", "test"];

/** The first two are near each other. */
const PLACES: Point[] = [
  [12.5, 1, -3.25],
  [40, 1, 20],
  [500, 2, 500],
];

/** More often than anything is asked in a test. */
const ALWAYS = 1_000_000;

/** Of the connection and not of the answer, or different from `GET` to `HEAD`. */
const FRAMING = ["date", "connection", "keep-alive", "transfer-encoding", "content-length"];

/** More than all tests of a world take: nobody says anything after the arrival. */
const LIFE_MS = 600_000;

/** How old a time in an answer may be. */
const AGE_MS: Record<string, number> = { currentTime: 60_000, lastPing: LIFE_MS };

/** What stands for what in curly brackets. */
type Names = Record<string, string>;

/** The paths of a realm that begin with the same. */
export interface View {
  state: State;
  /** The same text with all names in it replaced. */
  fill(text: string): string;
}

/** A worker with the realms `main`, which is in the state, and `test`. */
export class World {
  readonly realm: Realm;
  readonly #content: ContentServer;
  readonly #views = new Map<string, View>();
  readonly #guests: { client: Client; room: RoomClient }[] = [];

  private constructor(realm: Realm, content: ContentServer) {
    this.realm = realm;
    this.#content = content;
  }

  static async start(state: State): Promise<World> {
    const plaza = plainScene("plaza", [
      [0, -1],
      [2, 1],
    ]);
    const content = await ContentServer.start([plaza]);
    const vars = {
      REALMS: REALMS.join(","),
      CURRENT_VERSION: "1.2.3",
      COMMIT_HASH: "c0ffee",
      CONTENT_URL: content.url,
      LAMBDAS_URL: "https://lambdas.example/",
      IDLE_TIMEOUT: String(LIFE_MS),
      ...(state === "upstreamDown" ? await deadServices() : {}),
    };
    const realm = await Realm.start(vars, state === "realmDown" ? { build: "faults" } : {});
    const world = new World(realm, content);
    try {
      await world.#enter(state);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  /** What begins with `base`. */
  view(base: string): View {
    return this.#views.get(base) ?? assert.fail(base);
  }

  /** Fails if a player was told anything since the arrival, or lost a connection, or an object its memory. */
  async assertUndisturbed(): Promise<void> {
    await Promise.all(this.#guests.map(({ client }) => client.quiet(SETTLED_MS)));
    for (const { room } of this.#guests) assert.equal(room.closeInfo, undefined);
    assert.ok(this.realm.logged("realm started").length <= REALMS.length);
  }

  async stop(): Promise<void> {
    await this.realm.stop();
    await this.#content.stop();
  }

  async #enter(state: State): Promise<void> {
    const main = await this.#populate("main", state === "empty" ? 0 : PLACES.length);
    // Where nobody is the content server is not asked, and cannot be missed.
    const test = await this.#populate("test", state === "upstreamDown" ? PLACES.length : 0);
    for (const base of ["", "/main"]) this.#add(base, state, { ...main, base: "" });
    this.#add("/test", state === "populated" ? "empty" : state, { ...test, base: "/test" });
    if (state === "upstreamDown") await this.#content.server.stop();
    if (state !== "realmDown") return;
    await this.realm.arm({ at: "realm.request", how: "fail", times: ALWAYS });
    // Until then what somebody has seen is shown to others.
    await sleep(STATS_MS);
  }

  #add(base: string, state: State, names: Names): void {
    const all = { ...names, host: this.realm.host, content: this.#content.url, stranger: `0x${"0".repeat(40)}` };
    const fill = (text: string) =>
      Object.entries(all).reduce((filled, [name, value]) => filled.replaceAll(`{${name}}`, value), text);
    this.#views.set(base, { state, fill });
  }

  /** Puts so many players into a realm, and into the rooms of their islands. */
  async #populate(name: string, count: number): Promise<Names> {
    const realm = this.realm.named(name);
    const people = await Promise.all(PLACES.map(() => Identity.create()));
    const islands = ["I1", "I2"];
    let token = "";
    for (const [index, identity] of people.slice(0, count).entries()) {
      const { client, island } = await realm.player(PLACES[index] ?? assert.fail(), identity);
      const { connStr } = client.islands.at(-1) ?? assert.fail();
      this.#guests.push({ client, room: await realm.enter(connStr, identity) });
      if (index !== 1) islands[Math.min(index, 1)] = island;
      if (index === 0) ({ token } = readConnStr(connStr));
    }
    await eventually(PATIENCE_MS, () => assertSettled(realm, count));
    const [one = "", two = "", three = ""] = people.map(({ address }) => address);
    const [pair = "", single = ""] = islands;
    const claims = { address: one, assignment: 1n, expiresMs: BigInt(Date.now() + 60_000) };
    const forged = signToken(randomBytes(32), `${name}.${pair}`, claims);
    return { realm: name, one, two, three, pair, single, token, forged };
  }
}

async function assertSettled(realm: Realm, count: number): Promise<void> {
  const { islands } = await realm.get<Islands>("/islands");
  assert.equal(islands.flatMap(({ peers }) => peers).length, count);
  assert.equal((await realm.get<RoomsStatus>("/rooms/status")).users, count);
}

/** Variables that name services which do not answer. */
async function deadServices(): Promise<Record<string, string>> {
  const servers = await Promise.all([WebServer.start(() => {}), WebServer.start(() => {})]);
  await Promise.all(servers.map((server) => server.stop()));
  const [one = "", two = ""] = servers.map(({ url }) => url);
  return {
    CATALYST_URLS: `${one},${two}|FR`,
    COMMS_GATEKEEPER_URL: one,
    DENY_LIST_URL: `${one}/denied.json`,
    ETH_RPC_URL: two,
  };
}

/** An answer as the table has it: times and tags are named, but for those that cannot be right. */
export function comparable({ status, headers, body }: Answer): Cell {
  const own = Object.entries(headers).filter(([name]) => !FRAMING.includes(name));
  const named = own.map(([name, value]) => [name, name === "etag" ? String(value).replace(TAG, "{tag}") : value]);
  return { status, headers: Object.fromEntries(named), body: body.replace(TIME, nameTime) };
}

const TAG = /^"[0-9a-f]{16}"$/;

const TIME = /"(currentTime|lastPing)":(\d{13})\b/g;

function nameTime(whole: string, field: string, ms: string): string {
  const age = Date.now() - Number(ms);
  return age >= 0 && age <= (AGE_MS[field] ?? 0) ? `"${field}":"{now}"` : whole;
}
