import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { send, upgradeHeaders } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { roomUrl } from "./support/room-client.ts";
import type { RoomsStatus } from "./support/stats.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually } from "./support/wait.ts";

/** What is no id of a room; the last one is longer than any may be. */
const NO_ROOMS = ["", "a/b", "a%20b", "a%2Fb", "%ff", "caf%C3%A9", "a+b", "a:b", "a*", "a".repeat(129)];

describe("the path of a room", { concurrency: 4 }, () => {
  let realm: Realm;
  let closed: Realm;
  let player: Traveller;
  let link: string;
  before(async () => {
    realm = await Realm.start({ OPEN_ROOMS: "true" });
    closed = await Realm.start();
    player = await Traveller.start(realm, freshGround()(0, 0));
    link = roomUrl(player.visit.island.connStr).replace("ws:", "http:");
  });
  after(async () => {
    await realm.stop();
    await closed.stop();
  });

  for (const [offer, chosen] of [
    [undefined, undefined],
    ["rfc5", "rfc5"],
    ["something, rfc5", "rfc5"],
    ["something,rfc5,other", "rfc5"],
    ["something", undefined],
    ["rfc55", undefined],
    ["archipelago", undefined],
  ]) {
    it(`speaks ${chosen ?? "no subprotocol"} when the client offers ${offer}`, async () => {
      const { status, headers } = await send(link, upgradeHeaders(offer));
      assert.equal(status, 101);
      assert.equal(headers["sec-websocket-protocol"], chosen);
    });
  }

  for (const protocols of [["rfc5"], []]) {
    it(`lets a client in that offers ${protocols[0] ?? "no subprotocol"}`, async () => {
      const identity = await Identity.create();
      const room = await realm.openRoom(realm.roomOf("lobby"), { protocols });
      assert.equal(room.socket.protocol, protocols[0] ?? "");
      await room.handshake(identity);
      await room.leave();
    });
  }

  for (const id of NO_ROOMS) {
    it(`is not /rooms/${id.slice(0, 20)}`, async () => {
      for (const { url } of [realm, closed]) {
        const answer = await send(`${url}/rooms/${id}`, upgradeHeaders("rfc5"));
        assert.equal(answer.status, 404);
        assert.equal(answer.headers["access-control-allow-origin"], "*");
        assert.deepEqual(Object.keys(JSON.parse(answer.body)), ["error"]);
      }
    });
  }

  it("is nothing without a name", async () => {
    for (const path of ["/rooms", "/main.I1", "/comms/rooms/main.I1"]) {
      assert.equal((await send(realm.url + path, upgradeHeaders("rfc5"))).status, 404, path);
    }
  });

  it("is open to anybody who proves an address, if rooms are open", async () => {
    const [one, two] = [await Identity.create(), await Identity.create()];
    const connStr = realm.roomOf("a-Room_of.1");
    const first = await realm.enter(connStr, one);
    const second = await realm.enter(connStr, two);
    assert.deepEqual(second.company, [one.address]);
    second.chat("anybody here?");
    await eventually(PATIENCE_MS, () => assert.deepEqual(first.chats, [[two.address, "anybody here?"]]));
    await Promise.all([first.leave(), second.leave()]);
  });

  it("is closed to everybody without a token, if they are not", async () => {
    for (const id of ["lobby", "main.I1", "status.1"]) {
      const { status, headers, body } = await send(`${closed.url}/rooms/${id}`, upgradeHeaders("rfc5"));
      assert.equal(status, 403);
      assert.equal(headers["access-control-allow-origin"], "*");
      assert.match(headers["content-type"] ?? "", /^application\/json\b/);
      const { error } = JSON.parse(body) as { error: string };
      assert.match(error, /token/);
    }
  });
});

describe("/rooms/status", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ CURRENT_VERSION: "1.2.3-test", COMMIT_HASH: "0123abc" });
  });
  after(() => realm.stop());

  const status = () => realm.get<RoomsStatus>("/rooms/status");

  it("is there when no room is", async () => {
    const { currentTime, ...rest } = await status();
    assert.ok(Math.abs(Date.now() - currentTime) < PATIENCE_MS, `${currentTime}`);
    assert.deepEqual(rest, { version: "1.2.3-test", commitHash: "0123abc", users: 0, rooms: 0, details: [] });
  });

  it("says how many are where, and forgets the rooms that all have left", async () => {
    const at = freshGround();
    const pair = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))];
    const single = await Traveller.start(realm, at(5_000, 0));
    const [pairRoom, singleRoom] = [`main.${pair[0]?.island}`, `main.${single.island}`];
    await eventually(PATIENCE_MS, async () => {
      const { currentTime, version, commitHash, ...rest } = await status();
      assert.deepEqual(rest, {
        users: 3,
        rooms: 2,
        details: [
          { roomName: pairRoom, count: 2 },
          { roomName: singleRoom, count: 1 },
        ],
      });
    });
    await single.leave();
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.rooms(), { [pairRoom]: 2 }));
    // The room tells the realm within 10 s that somebody has left.
    await pair[0]?.room.leave();
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.rooms(), { [pairRoom]: 1 }));
    pair[1]?.room.cut();
    await eventually(PATIENCE_MS, async () => {
      const { users, rooms, details } = await status();
      assert.deepEqual({ users, rooms, details }, { users: 0, rooms: 0, details: [] });
    });
  });

  it("has an empty commit where none is known", async () => {
    const plain = await Realm.start();
    try {
      const { commitHash, version } = await plain.get<RoomsStatus>("/rooms/status");
      assert.equal(commitHash, "");
      assert.match(version, /^\d+\.\d+\.\d+$/);
    } finally {
      await plain.stop();
    }
  });
});
