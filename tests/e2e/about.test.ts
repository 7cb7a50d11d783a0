import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { findNulls, send } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { About } from "./support/stats.ts";
import { eventually } from "./support/wait.ts";

const CONTENT_URL = "https://peer.example.org/content/";
const LAMBDAS_URL = "https://peer.example.org/lambdas/";
const COMMIT_HASH = "0123456789abcdef0123456789abcdef01234567";
const CURRENT_VERSION = "1.2.3-test";
const ADAPTER_PREFIX = "archipelago:archipelago:";

describe("/about", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({
      CONTENT_URL,
      LAMBDAS_URL,
      COMMIT_HASH,
      CURRENT_VERSION,
    });
  });
  after(() => realm.stop());

  const adapterFor = async (headers: Record<string, string>) => {
    const { status, body } = await send(`${realm.url}/about`, headers);
    assert.equal(status, 200);
    return (JSON.parse(body) as About).comms.adapter;
  };

  it("is what ADR-110 asks for, and nothing else", async () => {
    assert.deepEqual(await realm.get<About>("/about"), {
      healthy: true,
      acceptingUsers: true,
      configurations: {
        networkId: 1,
        realmName: "main",
        globalScenesUrn: [],
        scenesUrn: [],
      },
      content: { healthy: true, publicUrl: CONTENT_URL },
      lambdas: { healthy: true, publicUrl: LAMBDAS_URL },
      comms: {
        healthy: true,
        protocol: "v3",
        version: CURRENT_VERSION,
        commitHash: COMMIT_HASH,
        usersCount: 0,
        adapter: `${ADAPTER_PREFIX}ws://${realm.host}/ws`,
      },
    });
  });

  it("is the same under the realm's name", async () => {
    assert.deepEqual(await realm.get("/main/about"), await realm.get("/about"));
  });

  it("appears in /status too, where it is the same version", async () => {
    const status = await realm.get<Record<string, unknown>>("/status");
    assert.equal(status.version, CURRENT_VERSION);
    assert.equal(status.commitHash, COMMIT_HASH);
    assert.deepEqual(Object.keys(status).sort(), ["commitHash", "currentTime", "userCount", "version"]);
  });

  it("names an adapter that connects", async () => {
    const { comms } = await realm.get<About>("/about");
    assert.ok(comms.adapter.startsWith(ADAPTER_PREFIX));
    const url = comms.adapter.slice(ADAPTER_PREFIX.length);
    const identity = await Identity.create();
    const client = await Client.connect(url);
    assert.equal(await client.handshake(identity), identity.address);
    await client.leave();
    assert.deepEqual(client.frameFaults, []);
  });

  it("counts the users", async () => {
    const at = freshGround();
    const players = [await realm.player(at(0, 0)), await realm.player(at(9_000, 0))];
    await eventually(PATIENCE_MS, async () => {
      const { comms } = await realm.get<About>("/about");
      assert.equal(comms.usersCount, 2);
    });
    for (const { client } of players) await client.leave();
    await eventually(PATIENCE_MS, async () => {
      const { comms } = await realm.get<About>("/about");
      assert.equal(comms.usersCount, 0);
    });
  });

  it("takes the host from the request", async () => {
    assert.equal(await adapterFor({ Host: "other.example.org" }), `${ADAPTER_PREFIX}ws://other.example.org/ws`);
  });

  it("believes no header about the scheme or the host", async () => {
    assert.equal(
      await adapterFor({
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example.org",
        Forwarded: "proto=https;host=evil.example.org",
      }),
      `${ADAPTER_PREFIX}ws://${realm.host}/ws`,
    );
  });
});

describe("/about without a configuration", () => {
  it("has defaults for the addresses and leaves out what it does not know", async () => {
    const realm = await Realm.start();
    try {
      const about = await realm.get<About>("/about");
      assert.deepEqual(findNulls(about), []);
      for (const [part, path] of [
        [about.content, "content"],
        [about.lambdas, "lambdas"],
      ] as const) {
        assert.match(String(part.publicUrl), new RegExp(`^https://.+/${path}/$`));
      }
      const required = ["adapter", "healthy", "protocol", "usersCount"];
      const optional = ["commitHash", "version"];
      const keys = Object.keys(about.comms);
      assert.deepEqual(keys.filter((key) => !optional.includes(key)).sort(), required);
    } finally {
      await realm.stop();
    }
  });
});

describe("/about behind a public URL", () => {
  for (const [publicUrl, adapter] of [
    ["https://realm.example.org", "wss://realm.example.org/ws"],
    ["https://realm.example.org:8443/", "wss://realm.example.org:8443/ws"],
    ["http://realm.example.org", "ws://realm.example.org/ws"],
  ] as const) {
    it(`names ${adapter} for ${publicUrl}`, async () => {
      const realm = await Realm.start({
        PUBLIC_URL: publicUrl,
        REALM_NAME: "plaza",
      });
      try {
        const about = await realm.get<About>("/about");
        assert.equal(about.comms.adapter, ADAPTER_PREFIX + adapter);
        assert.equal(about.configurations.realmName, "plaza");
        assert.deepEqual(await realm.get("/plaza/about"), about);
      } finally {
        await realm.stop();
      }
    });
  }
});
