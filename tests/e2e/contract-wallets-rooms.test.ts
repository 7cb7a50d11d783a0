import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { ContractWallet, link, signer } from "./support/contract-wallet.ts";
import { Evm } from "./support/evm.ts";
import { Gateway, TIMEOUT_MS, TRY_AGAIN } from "./support/gateway.ts";
import { createKeys } from "./support/identity.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { signedForRoom } from "./support/room-packets.ts";
import { eventually } from "./support/wait.ts";
import { late, silence } from "./support/web-server.ts";

describe("contract wallets in rooms", () => {
  let evm: Evm;
  let gateway: Gateway;
  let realm: Realm;
  before(async () => {
    evm = await Evm.start();
    gateway = await Gateway.start(evm);
    realm = await Realm.start({ ETH_RPC_URL: gateway.url });
  });
  afterEach(() => gateway.work());
  after(async () => {
    await realm?.stop();
    await gateway?.stop();
    await evm?.stop();
  });

  /** A player with a contract wallet, and the connection string of its island's room. */
  async function arrive(at: ReturnType<typeof freshGround>) {
    const wallet = await ContractWallet.create(evm, { prefixed: true });
    const client = await realm.connect();
    await client.handshake(wallet);
    const { connStr } = await client.arrive(at(0, 0));
    return { wallet, connStr };
  }

  it("are let in beside others", async () => {
    const at = freshGround();
    const { wallet, connStr } = await arrive(at);
    const neighbour = await realm.player(at(5, 0));
    const there = await realm.enter(neighbour.client.islands[0]?.connStr ?? "", neighbour.identity);
    const room = await realm.openRoom(connStr);
    await room.handshake(wallet);
    assert.deepEqual(room.company, [neighbour.address]);
    room.chat("hello");
    await eventually(PATIENCE_MS, () => assert.deepEqual(there.chats, [[wallet.address, "hello"]]));

    const again = await realm.openRoom(connStr);
    const { challengeToSign } = await again.challenge(wallet.address);
    again.send(signedForRoom(JSON.stringify(await wallet.chain(challengeToSign))));
    await again.next("welcomeMessage");
    assert.deepEqual(again.company, [neighbour.address]);
  });

  it("are refused when the contract says no", async () => {
    const { wallet, connStr } = await arrive(freshGround());
    const room = await realm.openRoom(connStr);
    const { challengeToSign } = await room.challenge(wallet.address);
    const signature = wallet.signature(challengeToSign, [createKeys()]);
    const chain = [signer(wallet.address), link("ECDSA_EIP_1654_SIGNED_ENTITY", challengeToSign, signature)];
    room.send(signedForRoom(JSON.stringify(chain)));
    const { code, reason } = await room.closed();
    assert.equal(code, 1008);
    assert.match(reason, /contract/i);
  });

  it("are refused when the token is somebody else's, and the contract is not asked", async () => {
    const { connStr } = await arrive(freshGround());
    const thief = await ContractWallet.create(evm, { prefixed: true });
    const { count } = gateway;
    const room = await realm.openRoom(connStr);
    await room.prove(thief);
    assert.equal((await room.closed()).code, 1008);
    assert.equal(gateway.count, count);
  });

  it("are put off while the node does not answer, and let in afterwards", async () => {
    const { wallet, connStr } = await arrive(freshGround());
    gateway.fail(silence);
    const room = await realm.openRoom(connStr);
    await room.prove(wallet);
    const { code, reason } = await room.closed(TIMEOUT_MS);
    assert.deepEqual([code, reason], [1013, TRY_AGAIN]);
    gateway.work();
    await (await realm.openRoom(connStr)).handshake(wallet);
  });

  it("that leave while they are checked never were there", async () => {
    const at = freshGround();
    const { wallet, connStr } = await arrive(at);
    const neighbour = await realm.player(at(5, 0));
    const there = await realm.enter(neighbour.client.islands[0]?.connStr ?? "", neighbour.identity);
    const working = gateway.server.answer;
    const { count } = gateway;
    gateway.fail(late(SETTLED_MS, working));
    const room = await realm.openRoom(connStr);
    await room.prove(wallet);
    await eventually(PATIENCE_MS, () => assert.equal(gateway.count, count + 1));
    await room.leave();
    await there.quiet(2 * SETTLED_MS);
    assert.deepEqual(there.company, []);
  });
});
