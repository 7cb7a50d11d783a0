import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { TokenVerifier } from "livekit-server-sdk";
import { PATIENCE_MS } from "./support/connection.ts";
import { getJson, send, upgradeHeaders } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { About } from "./support/stats.ts";
import { eventually } from "./support/wait.ts";

const ADAPTER_PREFIX = "archipelago:archipelago:";

/** One realm, as realm providers list it. */
interface Listed {
  serverName: string;
  url: string;
  usersCount: number;
}

/** What is nowhere. */
const NOWHERE = [
  "/other/about",
  "/other/ws",
  "/other/comms/peers",
  "/MAIN/about",
  "/mai/about",
  "/main,test/about",
  "/moon/about",
  "/test",
  "/test/",
  "/main",
  "/test/test/about",
  "/main/test/about",
  "/comms/test/peers",
  "/test//about",
  "/test/about/",
  "/test/realms",
  "/test/ping",
  "/test/health/live",
  "/test/rooms/test.I1",
  "/test/comms/metrics",
  "/realms/main",
];

describe("the paths of two realms", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ REALMS: " main , test ", REALM_NAME: "moon" });
  });
  after(() => realm.stop());

  it("are no others", async () => {
    for (const path of NOWHERE) {
      for (const headers of [{}, upgradeHeaders("archipelago")]) {
        const { status, body } = await send(realm.url + path, headers);
        assert.deepEqual([status, body], [404, '{"error":"Not Found"}'], path);
      }
    }
  });

  it("are in what each says about itself", async () => {
    for (const [base, name, socket] of [
      ["", "main", "/ws"],
      ["/main", "main", "/ws"],
      ["/test", "test", "/test/ws"],
    ]) {
      const { configurations, comms } = await realm.get<About>(`${base}/about`);
      assert.equal(configurations.realmName, name);
      assert.equal(comms.adapter, `${ADAPTER_PREFIX}ws://${realm.host}${socket}`);
    }
  });

  it("are those of the host that the client has asked", async () => {
    const { body } = await send(`${realm.url}/test/about`, { Host: "realm.example:8080" });
    const { comms } = JSON.parse(body) as About;
    assert.equal(comms.adapter, `${ADAPTER_PREFIX}ws://realm.example:8080/test/ws`);
    const listed = JSON.parse((await send(`${realm.url}/realms`, { Host: "realm.example:8080" })).body) as Listed[];
    assert.deepEqual(
      listed.map(({ url }) => url),
      ["http://realm.example:8080", "http://realm.example:8080/test"],
    );
  });
});

describe("/realms", { concurrency: 2 }, () => {
  const realms: Realm[] = [];
  const start = async (...options: Parameters<typeof Realm.start>) => {
    const realm = await Realm.start(...options);
    realms.push(realm);
    return realm;
  };
  after(() => Promise.all(realms.map((realm) => realm.stop())));

  it("lists all of them, with how many are there", async () => {
    const realm = await start({ REALMS: "main,test,b-2" });
    const listed = (main: number, test: number) => [
      { serverName: "main", url: realm.url, usersCount: main },
      { serverName: "test", url: `${realm.url}/test`, usersCount: test },
      { serverName: "b-2", url: `${realm.url}/b-2`, usersCount: 0 },
    ];
    assert.deepEqual(await realm.get("/realms"), listed(0, 0));
    const { client } = await realm.player(freshGround()(0, 0));
    for (const x of [0, 500]) await realm.named("test").player(freshGround()(x, 0));
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.get("/realms"), listed(1, 2)));
    await client.leave();
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.get("/realms"), listed(0, 2)));
    for (const { url, usersCount } of await realm.get<Listed[]>("/realms")) {
      assert.equal((await getJson<{ userCount: number }>(`${url}/core-status`)).userCount, usersCount);
    }
  });

  it("lists the only one", async () => {
    const realm = await start({ REALM_NAME: "plaza" });
    assert.deepEqual(await realm.get("/realms"), [{ serverName: "plaza", url: realm.url, usersCount: 0 }]);
  });

  it("names the public URL", async () => {
    const realm = await start({ REALMS: "main,test", PUBLIC_URL: "https://realm.example/" });
    assert.deepEqual(await realm.get("/realms"), [
      { serverName: "main", url: "https://realm.example", usersCount: 0 },
      { serverName: "test", url: "https://realm.example/test", usersCount: 0 },
    ]);
    const { comms } = await realm.get<About>("/test/about");
    assert.equal(comms.adapter, `${ADAPTER_PREFIX}wss://realm.example/test/ws`);
  });

  it("leaves out who does not answer", async () => {
    const realm = await start({ REALMS: "main,test,more" }, { build: "faults" });
    const names = async () => (await realm.get<Listed[]>("/realms")).map(({ serverName }) => serverName);
    assert.deepEqual(await names(), ["main", "test", "more"]);
    await realm.arm({ at: "realm.request", of: "/status", how: "fail" });
    assert.equal((await names()).length, 2);
    await realm.arm({ at: "realm.request", of: "/status", how: "fail", times: 3 });
    assert.deepEqual(await names(), []);
    assert.deepEqual(await names(), ["main", "test", "more"]);
    await eventually(PATIENCE_MS, () => assert.equal(realm.logged("realm not listed").length, 4));
  });
});

describe("rooms of two realms", { concurrency: 2 }, () => {
  it("are told apart on one LiveKit server, where the first realm's are called as its islands", async () => {
    const [key, secret] = ["APItestkey", "a secret of the tests, long enough for HS256"];
    const livekit = { LIVEKIT_HOST: "wss://livekit.example.org", LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret };
    const realm = await Realm.start({ REALMS: "main,test", ...livekit });
    try {
      for (const [of, expected] of [
        [realm, "I1"],
        [realm.named("test"), "test-I1"],
      ] as const) {
        const { client } = await of.login();
        const { connStr, islandId } = await client.arrive([0, 0, 0]);
        assert.equal(islandId, "I1");
        const [, token = ""] = connStr.split("access_token=");
        const { video } = await new TokenVerifier(key, secret).verify(token);
        assert.equal(video?.room, expected);
      }
    } finally {
      await realm.stop();
    }
  });

  it("belong to the realm that they name, or to the first, where anybody may enter any", async () => {
    const realm = await Realm.start({ REALMS: "main,test", OPEN_ROOMS: "true" });
    try {
      for (const id of ["lobby", "test", "test.lobby", "main.lobby", "tests.lobby"]) {
        const [one, two] = [await Identity.create(), await Identity.create()];
        const first = await realm.enter(realm.roomOf(id), one);
        const second = await realm.enter(realm.roomOf(id), two);
        second.chat(id);
        await eventually(PATIENCE_MS, () => assert.deepEqual(first.chats, [[two.address, id]]));
      }
      await eventually(PATIENCE_MS, async () => {
        assert.deepEqual(await realm.named("test").rooms(), { "test.lobby": 2 });
        assert.deepEqual(await realm.rooms(), { lobby: 2, "main.lobby": 2, test: 2, "tests.lobby": 2 });
      });
    } finally {
      await realm.stop();
    }
  });

  it("are closed to everybody without a token", async () => {
    const realm = await Realm.start({ REALMS: "main,test" });
    try {
      for (const id of ["lobby", "main.I1", "test.I1", "other.I1"]) {
        const { status } = await send(`${realm.url}/rooms/${id}`, upgradeHeaders("rfc5"));
        assert.equal(status, 403, id);
      }
    } finally {
      await realm.stop();
    }
  });
});

const BAD = [
  "main,main",
  "main, main",
  "main,peers",
  "realms",
  "main,,test",
  "main,",
  ",",
  "a b",
  "a/b",
  "main.I1",
  "r".repeat(65),
  Array.from({ length: 17 }, (_, number) => `r${number}`).join(","),
];

describe("names that realms may not have", { concurrency: 2 }, () => {
  for (const REALMS of BAD) {
    it(`such as ${REALMS.slice(0, 20)}`, async () => {
      const realm = await Realm.start({ REALMS });
      try {
        for (const path of ["/about", "/main/about", "/realms", "/nowhere"]) {
          const { status, body } = await send(realm.url + path, {});
          assert.equal(status, 500, path);
          const { error } = JSON.parse(body) as { error: string };
          assert.ok(error.startsWith("REALMS is ") && error.includes(REALMS), error);
          assert.match(error, /1 to 16 names.*commas.*route/);
        }
        assert.equal((await send(`${realm.url}/ws`, upgradeHeaders())).status, 500);
      } finally {
        await realm.stop();
      }
    });
  }
});
