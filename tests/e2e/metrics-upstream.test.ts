import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Catalyst } from "./support/catalyst.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { ContentServer, middleOf, plainScene } from "./support/content-server.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { Gatekeeper } from "./support/gatekeeper.ts";
import { send } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { signedChallenge } from "./support/packets.ts";
import { Realm } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";
import { json, WebServer } from "./support/web-server.ts";

const PARCELS = [[3, 4]] as const;

/** The services of a realm, which all work until they are told not to. */
async function withServices(
  act: (realm: Realm, services: WebServer[]) => Promise<void>,
  vars: Record<string, string> = {},
): Promise<void> {
  const [gatekeeper, catalyst] = [await Gatekeeper.start(), await Catalyst.start()];
  const content = await ContentServer.start([plainScene("here", PARCELS)]);
  const list = await WebServer.start(json({ users: [] }));
  const node = await WebServer.start(
    json({ jsonrpc: "2.0", id: 1, error: { code: 3, message: "execution reverted" } }),
  );
  const realm = await Realm.start({
    COMMS_GATEKEEPER_URL: gatekeeper.url,
    DENY_LIST_URL: list.url,
    ETH_RPC_URL: node.url,
    CATALYST_URLS: catalyst.url,
    CONTENT_URL: content.url,
    CONNECTOR_SHARDS: "1",
    ...vars,
  });
  const services = [gatekeeper.server, list, node, catalyst.server, content.server];
  try {
    await act(realm, services);
  } finally {
    await realm.stop();
    for (const service of services) await service.stop();
  }
}

/** A client with a contract wallet, of which nobody knows. */
async function tryWithContract(realm: Realm): Promise<number> {
  const identity = await Identity.create();
  const client = await realm.connect();
  const { challengeToSign } = await client.challenge(identity.address);
  const chain = [
    { type: "SIGNER", payload: identity.wallet.address, signature: "" },
    { type: "ECDSA_EIP_1654_SIGNED_ENTITY", payload: challengeToSign, signature: `0x${"11".repeat(65)}` },
  ];
  client.send(signedChallenge(JSON.stringify(chain)));
  return (await client.closed()).code;
}

/** All that has a service asked; players notice nothing of who does not answer. */
async function askAll(realm: Realm): Promise<number> {
  const { client, address } = await realm.player(middleOf(PARCELS[0]));
  await eventually(PATIENCE_MS, async () =>
    assert.deepEqual(
      (await realm.peers()).map((peer) => peer.address),
      [address],
    ),
  );
  const contract = await tryWithContract(realm);
  await send(`${realm.url}/about`);
  await send(`${realm.url}/hot-scenes`);
  await client.quiet(0);
  await client.leave();
  return contract;
}

/** How the numbers of all services grow when each was asked. */
function grown(outcome: "answered" | "failed", times: Record<string, number>): Record<string, number> {
  const entries = Object.entries(times).map(([name, number]) => [`upstream_calls_total:${name}:${outcome}`, number]);
  return Object.fromEntries(entries);
}

describe("/metrics, of services outside", () => {
  it("that answer", () =>
    withServices(async (realm) => {
      assert.equal(await askAll(realm), 1008);
      await assertCounted(
        realm,
        {},
        {
          // About each chain a contract is asked twice.
          ...grown("answered", { bans: 1, deny_list: 1, ethereum: 2, catalysts: 1, content: 1 }),
          ...grown("failed", { bans: 0, deny_list: 0, ethereum: 0, catalysts: 0, content: 0 }),
          contract_checks_total: 1,
          contract_checks_failed_total: 0,
        },
      );
    }));

  for (const [name, fail] of [
    [
      "answer with errors",
      (server: WebServer) => {
        server.answer = json({ error: "Internal Server Error" }, 500);
      },
    ],
    [
      "answer with something else",
      (server: WebServer) => {
        server.answer = json(null);
      },
    ],
    ["are away", (server: WebServer) => server.stop()],
  ] as const) {
    it(`that ${name}, and keep nobody out`, () =>
      withServices(async (realm, services) => {
        for (const service of services) await fail(service);
        assert.equal(await askAll(realm), 1013);
        await assertCounted(
          realm,
          {},
          {
            ...grown("failed", { bans: 1, deny_list: 1, ethereum: 1, catalysts: 1, content: 1 }),
            ...grown("answered", { bans: 0, deny_list: 0, ethereum: 0, catalysts: 0, content: 0 }),
            contract_checks_failed_total: 1,
            "handshakes_total:unavailable": 1,
            "handshakes_total:welcomed": 1,
          },
        );
        for (const event of ["ban not checked", "deny list not fetched", "contract wallet not checked"]) {
          await eventually(PATIENCE_MS, () => assert.equal(realm.logged(event).length, 1, event));
        }
        for (const event of ["catalyst not available", "hot scenes not worked out"]) {
          await eventually(PATIENCE_MS, () => assert.equal(realm.logged(event).length, 1, event));
        }
      }));
  }

  it("for the realm for which they were asked", () =>
    withServices(
      async (main) => {
        const test = main.named("test");
        await askAll(test);
        await assertCounted(test, {}, grown("answered", { bans: 1, deny_list: 1, catalysts: 1, content: 1 }));
        await assertCounted(main, {}, grown("answered", { bans: 0, deny_list: 0, catalysts: 0, content: 0 }));
      },
      { REALMS: "main,test" },
    ));

  it("again when the answer is outdated, and not for each request", () =>
    withServices(async (realm) => {
      for (let index = 0; index < 20; index += 1) await send(`${realm.url}/about`);
      const now = await counters(realm);
      assert.equal(now["upstream_calls_total:catalysts:answered"], 1);
    }));

  it("that were asked before anything else is asked of the realm, once", () =>
    withServices(async (realm) => {
      await send(`${realm.url}/about`);
      // The numbers go along with the next look at the realm.
      await realm.peers();
      for (let scrape = 0; scrape < 2; scrape += 1) {
        assert.equal((await counters(realm))["upstream_calls_total:catalysts:answered"], 1);
      }
    }));

  it("as answered, also if a catalyst says that nobody is to be sent to it", async () => {
    const { unhealthy, full } = await Catalyst.startAll("unhealthy", "full");
    unhealthy.about.healthy = false;
    full.about.acceptingUsers = false;
    const realm = await Realm.start({ CATALYST_URLS: `${unhealthy.url},${full.url}` });
    try {
      assert.equal((await send(`${realm.url}/about`)).status, 503);
      const now = await counters(realm);
      assert.equal(now["upstream_calls_total:catalysts:answered"], 2);
      assert.equal(now["upstream_calls_total:catalysts:failed"], 0);
    } finally {
      await realm.stop();
      await unhealthy.stop();
      await full.stop();
    }
  });
});
