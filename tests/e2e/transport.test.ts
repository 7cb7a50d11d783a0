import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { Realm } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually } from "./support/wait.ts";

const LIVEKIT = {
  LIVEKIT_HOST: "wss://livekit.example.org",
  LIVEKIT_API_KEY: "APItestkey",
  LIVEKIT_API_SECRET: "a secret of the tests, long enough for HS256",
};

/** A token of a room. */
const TOKEN = "[A-Za-z0-9_-]{92}";

/** What is configured, and the connection strings that come of it. */
const TRANSPORTS: [string, Record<string, string>, (host: string) => string][] = [
  ["rooms of its own without a configuration", {}, (host) => `^ws-room:ws://${host}/rooms/main\\.I1\\?token=${TOKEN}$`],
  ["LiveKit where it is configured", LIVEKIT, () => "^livekit:wss://livekit\\.example\\.org\\?access_token=ey"],
  ["LiveKit when told so", { ...LIVEKIT, TRANSPORT: "livekit" }, () => "^livekit:wss://livekit\\.example\\.org\\?"],
  [
    "its own rooms when told so",
    { ...LIVEKIT, TRANSPORT: "ws-room" },
    (host) => `^ws-room:ws://${host}/rooms/main\\.I`,
  ],
  ["nothing when told so", { TRANSPORT: "offline" }, () => "^offline:offline$"],
  ["nothing even though LiveKit is configured", { ...LIVEKIT, TRANSPORT: "offline" }, () => "^offline:offline$"],
  [
    "rooms under the public URL",
    { PUBLIC_URL: "https://realm.example" },
    () => `^ws-room:wss://realm\\.example/rooms/main\\.I1\\?token=${TOKEN}$`,
  ],
  [
    "rooms under a public URL with a port, of a realm with a name",
    { PUBLIC_URL: "http://realm.example:8080/", REALM_NAME: "plaza", ROOM_PREFIX: "X" },
    () => `^ws-room:ws://realm\\.example:8080/rooms/plaza\\.X1\\?token=${TOKEN}$`,
  ],
];

describe("a realm brings its players together", { concurrency: 2 }, () => {
  for (const [by, vars, expected] of TRANSPORTS) {
    it(`in ${by}`, async () => {
      const realm = await Realm.start(vars);
      try {
        const { client } = await realm.login();
        const { connStr } = await client.arrive([0, 0, 0]);
        assert.match(connStr, new RegExp(expected(realm.host)));
      } finally {
        await realm.stop();
      }
    });
  }

  it("in rooms at the host by which each has come", async () => {
    const realm = await Realm.start();
    try {
      const { port } = new URL(realm.url);
      const client = await Client.connect(`ws://localhost:${port}/ws`);
      const identity = await Identity.create();
      await client.handshake(identity);
      const { connStr } = await client.arrive([0, 0, 0]);
      assert.ok(connStr.startsWith(`ws-room:ws://localhost:${port}/rooms/main.I1?`), connStr);
      const room = await realm.enter(connStr, identity);
      const other = await Traveller.start(realm, [1, 0, 0]);
      assert.ok(other.visit.island.connStr.startsWith(`ws-room:ws://127.0.0.1:${port}/rooms/main.I1?`));
      other.room.chat("the same room");
      await eventually(PATIENCE_MS, () => assert.deepEqual(room.chats, [[other.address, "the same room"]]));
      client.cut();
      assert.deepEqual(client.frameFaults, []);
    } finally {
      await realm.stop();
    }
  });
});
