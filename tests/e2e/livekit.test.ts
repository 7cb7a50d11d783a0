import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { TokenVerifier } from "livekit-server-sdk";
import { send } from "./support/http.ts";
import type { IslandChangedMessage } from "./support/packets.ts";
import { freshGround, Realm } from "./support/realm.ts";

const HOST = "wss://livekit.example.org";
const KEY = "APItestkey";
const SECRET = "a secret of the tests, long enough for HS256";
const LIFE_S = 300;
const SLACK_S = 10;

/** What comes after `access_token=`; the rest must be as the clients take it apart. */
function tokenOf({ connStr }: IslandChangedMessage): string {
  const start = `livekit:${HOST}?access_token=`;
  assert.ok(connStr.startsWith(start), connStr);
  return connStr.slice(start.length);
}

/** What the token claims, verified by LiveKit's own library. */
async function claimsOf(changed: IslandChangedMessage) {
  return new TokenVerifier(KEY, SECRET).verify(tokenOf(changed));
}

describe("LiveKit", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({
      LIVEKIT_HOST: HOST,
      LIVEKIT_API_KEY: KEY,
      LIVEKIT_API_SECRET: SECRET,
    });
  });
  after(() => realm.stop());

  it("accepts the token, and it grants what it should and no more", async () => {
    const at = freshGround();
    const { client, address } = await realm.login();
    const nowS = Date.now() / 1000;
    const changed = await client.arrive(at(0, 0));
    const { exp = 0, ...claims } = await claimsOf(changed);
    assert.deepEqual(claims, {
      iss: KEY,
      sub: address,
      nbf: 0,
      video: {
        roomJoin: true,
        room: changed.islandId,
        roomList: false,
        canPublish: true,
        canSubscribe: true,
        canPublishData: true,
        canUpdateOwnMetadata: true,
        canPublishSources: ["microphone"],
      },
    });
    const lifeS = exp - nowS;
    assert.ok(Number.isInteger(exp));
    assert.ok(lifeS > LIFE_S - SLACK_S && lifeS < LIFE_S + SLACK_S, `${lifeS}`);
    const [header = ""] = tokenOf(changed).split(".");
    const { alg } = JSON.parse(Buffer.from(header, "base64url").toString());
    assert.equal(alg, "HS256");
  });

  it("refuses the token under another secret", async () => {
    const at = freshGround();
    const { client } = await realm.login();
    const token = tokenOf(await client.arrive(at(0, 0)));
    const other = new TokenVerifier(KEY, `${SECRET}!`);
    await assert.rejects(other.verify(token));
  });

  it("gives neighbours one room and each a token of its own", async () => {
    const at = freshGround();
    const one = await realm.login();
    const two = await realm.login();
    const first = await claimsOf(await one.client.arrive(at(0, 0)));
    const second = await claimsOf(await two.client.arrive(at(1, 0)));
    assert.equal(first.video?.room, second.video?.room);
    assert.equal(first.sub, one.address);
    assert.equal(second.sub, two.address);
  });

  it("gives a token for the new room after a change", async () => {
    const at = freshGround();
    await realm.player(at(0, 0));
    const { client, address } = await realm.player(at(1, 0));
    client.heartbeat(at(700, 0));
    const changed = await client.next("islandChanged");
    const { sub, video } = await claimsOf(changed);
    assert.equal(sub, address);
    assert.equal(video?.room, changed.islandId);
    assert.notEqual(video?.room, changed.fromIslandId);
  });

  it("keeps its secret out of the answers", async () => {
    for (const path of ["/about", "/status", "/islands"]) {
      const { body } = await send(realm.url + path);
      assert.ok(!body.includes(SECRET), path);
      assert.ok(!body.includes(KEY), path);
    }
  });
});
