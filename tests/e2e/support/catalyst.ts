import assert from "node:assert/strict";
import { type Answer, type Asked, json, WebServer } from "./web-server.ts";

/** A JSON object. */
export type Fields = Record<string, unknown>;

/** Plays a catalyst: what the realm asks it is only `/about`. */
export class Catalyst {
  readonly server: WebServer;
  /** What it says of itself, as a catalyst that works does. */
  readonly about: Fields & { configurations: Fields; content: Fields; lambdas: Fields };
  /** Requests that are none of its protocol. */
  readonly faults: string[] = [];
  #outage: Answer | undefined;

  private constructor(server: WebServer) {
    this.server = server;
    this.about = {
      healthy: true,
      acceptingUsers: true,
      configurations: { networkId: 1, realmName: "hela", globalScenesUrn: [], scenesUrn: [] },
      content: { healthy: true, version: "6.19.7", publicUrl: `${this.url}/content/` },
      lambdas: { healthy: true, version: "4.0.0", publicUrl: `${this.url}/lambdas/` },
      comms: { healthy: true, protocol: "v3", fixedAdapter: "offline:offline" },
      bff: { healthy: true, publicUrl: `${this.url}/bff` },
    };
    server.answer = (response, asked) => this.#answer(response, asked);
  }

  static async start(): Promise<Catalyst> {
    return new Catalyst(await WebServer.start(() => {}));
  }

  /** As many as there are names. */
  static async startAll<Name extends string>(...names: Name[]): Promise<Record<Name, Catalyst>> {
    const started = names.map(async (name) => [name, await Catalyst.start()] as const);
    return Object.fromEntries(await Promise.all(started)) as Record<Name, Catalyst>;
  }

  /** Behind a path, as services are behind gateways; without a slash at the end. */
  get url(): string {
    return `${this.server.url}${PREFIX}`;
  }

  /** How often it was asked. */
  get probes(): number {
    return this.server.asked.length;
  }

  /** Has these versions. */
  versions(content: string | undefined, lambdas: string | undefined): void {
    this.about.content.version = content;
    this.about.lambdas.version = lambdas;
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

  async #answer(response: Parameters<Answer>[0], asked: Asked): Promise<void> {
    const question = `${asked.method} ${asked.path}`;
    if (question !== `GET ${PREFIX}/about`) this.faults.push(question);
    await (this.#outage ?? json(this.about))(response, asked);
  }
}

const PREFIX = "/peer";
