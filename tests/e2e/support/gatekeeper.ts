import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { PATIENCE_MS } from "./connection.ts";
import { eventually } from "./wait.ts";
import { type Answer, type Asked, json, WebServer } from "./web-server.ts";

/** A question that waits for its answer. */
export class Held {
  #response: ServerResponse | undefined;

  /** Resolves once it was asked. */
  async arrival(): Promise<void> {
    await eventually(PATIENCE_MS, () => assert.ok(this.#response, "nobody has asked"));
  }

  /** Answers it; nothing happens if nobody listens any more. */
  answer(isBanned: boolean): void {
    this.#response?.end(JSON.stringify({ data: { isBanned } }));
  }

  /** Called by the server. */
  take(response: ServerResponse): void {
    this.#response = response;
  }
}

/** Plays the service that knows who is banned. */
export class Gatekeeper {
  readonly server: WebServer;
  /** Requests that are none of its protocol. */
  readonly faults: string[] = [];
  readonly #banned = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #held = new Map<string, Held>();
  #outage: Answer | undefined;

  private constructor(server: WebServer) {
    this.server = server;
    server.answer = (response, asked) => this.#answer(response, asked);
  }

  static async start(): Promise<Gatekeeper> {
    return new Gatekeeper(await WebServer.start(() => {}));
  }

  /** Where the realm asks; behind a path, as services are behind gateways. */
  get url(): string {
    return `${this.server.url}${PREFIX}`;
  }

  /** From now on this address, in lower case, is banned. */
  ban(address: string): void {
    this.#banned.add(address);
  }

  /** From now on it is not. */
  pardon(address: string): void {
    this.#banned.delete(address);
  }

  /** How often it was asked about an address. */
  count(address: string): number {
    return this.#counts.get(address) ?? 0;
  }

  /** The next question about this address waits. */
  hold(address: string): Held {
    const held = new Held();
    this.#held.set(address, held);
    return held;
  }

  /** Answers everybody like this; or as it should, if it is given nothing. */
  fail(answer?: Answer): void {
    this.#outage = answer;
  }

  /** Fails if it was ever asked in a wrong way. */
  async stop(): Promise<void> {
    await this.server.stop();
    assert.deepEqual(this.faults, []);
  }

  async #answer(response: ServerResponse, asked: Asked): Promise<void> {
    const address = QUESTION.exec(`${asked.method} ${asked.path}`)?.[1];
    if (address === undefined) {
      this.faults.push(`${asked.method} ${asked.path}`);
      return json({ error: "Not Found" }, 404)(response, asked);
    }
    this.#counts.set(address, this.count(address) + 1);
    const held = this.#held.get(address);
    this.#held.delete(address);
    if (held) held.take(response);
    else await (this.#outage ?? json({ data: { isBanned: this.#banned.has(address) } }))(response, asked);
  }
}

const PREFIX = "/gatekeeper";

const QUESTION = new RegExp(`^GET ${PREFIX}/users/(0x[0-9a-f]{40})/bans$`);
