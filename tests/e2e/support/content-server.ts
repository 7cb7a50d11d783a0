import assert from "node:assert/strict";
import { PATIENCE_MS } from "./connection.ts";
import type { Point } from "./packets.ts";
import type { Realm } from "./realm.ts";
import { eventually } from "./wait.ts";
import { type Answer, type Asked, json, WebServer } from "./web-server.ts";

/** A parcel: to the east and to the north. */
export type Parcel = readonly [number, number];

/** Something that is deployed, as a content server tells it. */
export interface Entity {
  id: string;
  type?: string;
  pointers: string[];
  content?: unknown;
  metadata?: unknown;
}

/** One of `/hot-scenes`. */
export interface HotScene {
  id: string;
  name: string;
  baseCoords: Parcel;
  usersTotalCount: number;
  parcels: Parcel[];
  thumbnail?: string;
  creator?: string;
  projectId?: string;
  description?: string;
}

/** Plays a content server: knows what is deployed where. */
export class ContentServer {
  readonly server: WebServer;
  /** The pointers of each request so far. */
  readonly asked: string[][] = [];
  /** Requests that are none of its protocol. */
  readonly faults: string[] = [];
  #entities: readonly Entity[] = [];
  #outage: Answer | undefined;

  private constructor(server: WebServer) {
    this.server = server;
    server.answer = (response, asked) => this.#answer(response, asked);
  }

  static async start(entities: readonly Entity[] = []): Promise<ContentServer> {
    const content = new ContentServer(await WebServer.start(() => {}));
    content.#entities = entities;
    return content;
  }

  /** What `CONTENT_URL` is set to; with a slash at the end. */
  get url(): string {
    return `${this.server.url}${PREFIX}/`;
  }

  /** From now on this is deployed. */
  deploy(entities: readonly Entity[]): void {
    this.#entities = entities;
  }

  /** Answers everything like this; or as it should, if it is given nothing. */
  fail(answer?: Answer): void {
    this.#outage = answer;
  }

  /** Answers with what is deployed at the pointers that were asked about. */
  readonly tell: Answer = (response, asked) => {
    const pointers = new Set(readPointers(asked.body));
    const found = this.#entities.filter((entity) => entity.pointers.some((pointer) => pointers.has(pointer)));
    return json(found)(response, asked);
  };

  /** Fails if it was ever asked in a wrong way. */
  async stop(): Promise<void> {
    await this.server.stop();
    assert.deepEqual(this.faults, []);
  }

  async #answer(...[response, asked]: Parameters<Answer>): Promise<void> {
    const fault = faultOf(asked);
    if (fault !== undefined) {
      this.faults.push(fault);
      return json({ error: "Bad Request" }, 400)(response, asked);
    }
    this.asked.push(readPointers(asked.body));
    await (this.#outage ?? this.tell)(response, asked);
  }
}

/** Holds answers back until it is opened. */
export class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  /** `answer`, once the gate is open. */
  before(answer: Answer): Answer {
    return async (response, asked) => {
      await this.opened;
      await answer(response, asked);
    };
  }
}

/** How long a content server that has failed is left alone. */
export const RETRY_MS = 10_000;

const PREFIX = "/content";

const POINTERS_MAX = 100;

function faultOf({ method, path, headers, body }: Asked): string | undefined {
  if (`${method} ${path}` !== `POST ${PREFIX}/entities/active`) return `${method} ${path}`;
  if (headers["content-type"] !== "application/json") return `${headers["content-type"]}`;
  const { pointers, ...rest } = JSON.parse(body) as { pointers: unknown };
  const isGood = Array.isArray(pointers) && pointers.every((pointer) => /^-?\d+,-?\d+$/.test(pointer));
  const isEnough = isGood && pointers.length > 0 && pointers.length <= POINTERS_MAX;
  return isEnough && Object.keys(rest).length === 0 ? undefined : body;
}

function readPointers(body: string): string[] {
  return (JSON.parse(body) as { pointers: string[] }).pointers;
}

/** A point in the middle of a parcel. */
export function middleOf([x, y]: Parcel): Point {
  return [16 * x + 8, 0, 16 * y + 8];
}

/** How many log in at the same time. */
const AT_ONCE = 25;

/** Puts a player into the middle of each parcel; resolves when the stats show `total` players. */
export async function populate(realm: Realm, parcels: readonly Parcel[], total = parcels.length): Promise<void> {
  const queue = [...parcels];
  const enter = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await realm.player(middleOf(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, enter));
  await eventually(PATIENCE_MS, async () => assert.equal((await realm.peers()).length, total));
}

/** A scene that says no more than it must. */
export function plainScene(id: string, parcels: readonly Parcel[]): Entity {
  const pointers = parcels.map((parcel) => parcel.join(","));
  const [base] = pointers;
  return {
    id,
    type: "scene",
    pointers,
    metadata: { display: { title: `Scene ${id}` }, scene: { base, parcels: pointers } },
  };
}

/** How {@link plainScene} is told. */
export function plainHotScene(id: string, parcels: readonly Parcel[], usersTotalCount: number): HotScene {
  const [baseCoords] = parcels;
  assert.ok(baseCoords);
  return { id, name: `Scene ${id}`, baseCoords, usersTotalCount, parcels: [...parcels] };
}
