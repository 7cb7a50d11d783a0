import { body, drip, hangUp, json, late, silence, WebServer } from "../web-server.ts";
import type { Actor } from "./session.ts";

/** How long it takes until it is known of the slow ones that they are not banned. */
const SLOW_MS = 700;

const NOT_BANNED = json({ data: { isBanned: false } });

/** What a node may say that is no answer, or no good one. */
const RUBBISH = [
  body("", 200),
  body("<html></html>", 502),
  body("null"),
  body("[".repeat(10_000)),
  body(" ".repeat(200_000)),
  json({ jsonrpc: "2.0", id: 1, result: 1 }),
  json({ jsonrpc: "2.0", id: 1, result: "0x" }),
  json({ jsonrpc: "2.0", id: 1, result: `0x${"ff".repeat(1_000)}` }),
  json({ jsonrpc: "2.0", id: 1, error: { code: 3, message: "execution reverted" } }),
  hangUp,
  late(50, json({ jsonrpc: "2.0", id: 1, result: `0x1626ba7f${"0".repeat(56)}` })),
];

/** Everything that the realm asks others, none of whom can be relied on. */
export class Upstreams {
  readonly #servers: readonly WebServer[];
  /** The variables of a realm that asks them. */
  readonly vars: Record<string, string>;

  private constructor(gatekeeper: WebServer, node: WebServer, list: WebServer) {
    this.#servers = [gatekeeper, node, list];
    this.vars = { COMMS_GATEKEEPER_URL: gatekeeper.url, ETH_RPC_URL: node.url, DENY_LIST_URL: list.url };
  }

  static async start(actors: readonly Actor[]): Promise<Upstreams> {
    const answers = new Map(
      actors.flatMap(({ slow, banned, unclear }, index) => [
        [slow.address, late(SLOW_MS, NOT_BANNED)],
        [banned.address, json({ data: { isBanned: true } })],
        [unclear.address, [body("rubbish"), body("", 500), hangUp, silence, drip][index % 5] ?? hangUp],
      ]),
    );
    const gatekeeper = await WebServer.start((response, asked) => {
      const [, , address = ""] = asked.path.split("/");
      return (answers.get(address) ?? NOT_BANNED)(response, asked);
    });
    let calls = 0;
    const node = await WebServer.start((response, asked) => {
      calls += 1;
      return (RUBBISH[calls % RUBBISH.length] ?? hangUp)(response, asked);
    });
    const users = [null, { wallet: "rubbish" }, ...actors.map(({ denied }) => ({ wallet: denied.wallet.address }))];
    return new Upstreams(gatekeeper, node, await WebServer.start(json({ users })));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}
