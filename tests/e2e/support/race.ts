import assert from "node:assert/strict";
import type { Client } from "./client.ts";
import { PATIENCE_MS } from "./connection.ts";
import type { Identity } from "./identity.ts";
import { KickedReason, signedChallenge } from "./packets.ts";
import { type Realm, SETTLED_MS } from "./realm.ts";
import { eventually, sleep } from "./wait.ts";

/**
 * As many sessions of one address as `racers` finish the handshake at the same time, on any connectors. Returns the one
 * that lives on, with nothing unread; fails unless it is exactly one, and all others were kicked.
 */
export async function race(realm: Realm, identity: Identity, racers: number): Promise<Client> {
  const clients = await Promise.all(Array.from({ length: racers }, () => realm.connect()));
  const challenges = await Promise.all(clients.map((client) => client.challenge(identity.address)));
  for (const [index, client] of clients.entries()) {
    const { challengeToSign } = challenges[index] ?? assert.fail();
    client.send(signedChallenge(identity.sign(challengeToSign)));
  }
  const [winner] = await eventually(PATIENCE_MS, () => {
    const open = clients.filter((client) => !client.closeInfo);
    assert.equal(open.length, 1);
    return open;
  });
  assert.ok(winner);
  await sleep(SETTLED_MS);
  assert.equal(winner.closeInfo, undefined, "the last one was closed too");
  assert.equal((await winner.next("welcome")).peerId, identity.address);
  assert.deepEqual(winner.unread(), []);
  for (const client of clients) {
    if (client === winner) continue;
    const last = client.packets.at(-1);
    assert.deepEqual([last?.kind, last?.payload], ["kicked", { reason: KickedReason.KR_NEW_SESSION }]);
    assert.equal(client.closeInfo?.code, 1000);
  }
  return winner;
}
