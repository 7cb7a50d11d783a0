import assert from "node:assert/strict";
import { PATIENCE_MS } from "./connection.ts";
import type { Evm } from "./evm.ts";
import { type Answer, type Asked, WebServer } from "./web-server.ts";

/** What a provider's URL ends with: whoever knows it can use up what the operator pays for. */
export const RPC_SECRET = "k3y7hatN0b0dyMaySee";

/** How long the realm waits for what a node has to say of one chain, and then some. */
export const TIMEOUT_MS = 5_000 + PATIENCE_MS;

/** Why sockets are closed whose chain nobody can check. */
export const TRY_AGAIN = "Contract wallets cannot be checked now, try again";

/** A request to an Ethereum node. */
export interface RpcRequest {
  jsonrpc: string;
  id: unknown;
  method: string;
  params: unknown[];
}

/** A provider of Ethereum: passes on to a real node what it is asked, and shows it. */
export class Gateway {
  readonly server: WebServer;
  readonly #node: Evm;

  private constructor(server: WebServer, node: Evm) {
    this.server = server;
    this.#node = node;
    this.work();
  }

  static async start(node: Evm): Promise<Gateway> {
    return new Gateway(await WebServer.start(() => {}), node);
  }

  /** Where the realm asks; with the secret. */
  get url(): string {
    return this.server.url + this.#path;
  }

  /** From now on it passes on what it is asked. */
  work(): void {
    this.server.answer = async (response, asked) => {
      assert.equal(asked.path, this.#path);
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(this.#node.url, { method: asked.method, headers, body: asked.body });
      response.writeHead(answer.status, headers).end(await answer.text());
    };
  }

  /** From now on it answers like this. */
  fail(answer: Answer): void {
    this.server.answer = answer;
  }

  /** How often it was asked so far. */
  get count(): number {
    return this.server.asked.length;
  }

  /** What it was asked after the first `skip` requests. */
  requests(skip: number): (Asked & { rpc: RpcRequest })[] {
    return this.server.asked.slice(skip).map((asked) => ({ ...asked, rpc: JSON.parse(asked.body) as RpcRequest }));
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  get #path(): string {
    return `/v3/${RPC_SECRET}`;
  }
}
