import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { type CloseInfo, PATIENCE_MS } from "./support/connection.ts";
import { ContractWallet, delegation, link, signer } from "./support/contract-wallet.ts";
import { assertCounted } from "./support/counters.ts";
import { Evm } from "./support/evm.ts";
import { Gateway, RPC_SECRET, TIMEOUT_MS, TRY_AGAIN } from "./support/gateway.ts";
import { send } from "./support/http.ts";
import { createKeys, Identity, type Prover } from "./support/identity.ts";
import { signedChallenge } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { signedForRoom } from "./support/room-packets.ts";
import { eventually, sleep } from "./support/wait.ts";
import {
  type Answer,
  body,
  drip,
  hangUp,
  huge,
  json,
  late,
  redirect,
  silence,
  WebServer,
} from "./support/web-server.ts";

const YES = `0x1626ba7e${"00".repeat(28)}`;

const MEGABYTE = 1_000_000;

/** About how many chains a connector asks at once. */
const CHECKS_AT_ONCE = 2;

/** More than that. */
const CROWD = 8;

/** As often as one address may try at once. */
const TRIES = 4;

function result(value: unknown) {
  return { jsonrpc: "2.0", id: 1, result: value };
}

function failure(code: number, message: string) {
  return { jsonrpc: "2.0", id: 1, error: { code, message } };
}

/** What a node may answer that is no answer of a contract; some of it looks like one that means yes. */
const NONSENSE: Record<string, Answer> = {
  "a page": body("<!doctype html><title>Sign in to continue</title>", 200, "text/html"),
  "a page that shows an error": body("<!doctype html><title>502</title>", 502, "text/html"),
  "an error with what would mean yes": json(result(YES), 500),
  "that it is asked too often": json(result(YES), 429),
  "that the secret is wrong": json(failure(-32_000, "project id does not have access"), 401),
  "that it does not know the method": json(failure(-32_601, "the method eth_call does not exist")),
  "that a limit is exceeded": json(failure(-32_005, "daily request count exceeded")),
  nothing: body(""),
  "no content": body("", 204),
  "JSON that breaks off": body(`{"jsonrpc":"2.0","id":1,"result":"0x1626ba7e`),
  null: json(null),
  "a list": json([result(YES)]),
  text: json(YES),
  "an empty object": json({}),
  "a number as the result": json(result(0x1626ba7e)),
  "null as the result": json(result(null)),
  "a result that is not hex": json(result("yes, certainly")),
  "half a byte": json(result("0x1626ba7e0")),
  "more than anybody should read": huge(result(YES), 40 * MEGABYTE),
  "the end of the connection": hangUp,
};

function refused(server: WebServer): Promise<void> {
  return server.stop();
}

describe("the Ethereum node of a realm", () => {
  let evm: Evm;
  let gateway: Gateway;
  let realm: Realm;
  let wallet: ContractWallet;
  const closes: CloseInfo[] = [];
  before(async () => {
    evm = await Evm.start();
    gateway = await Gateway.start(evm);
    realm = await Realm.start({ ETH_RPC_URL: gateway.url, CONNECTOR_SHARDS: "1" });
  });
  beforeEach(async () => {
    gateway.work();
    wallet = await ContractWallet.create(evm);
  });
  after(async () => {
    await realm?.stop();
    await gateway?.stop();
    await evm?.stop();
  });

  async function present(who: Prover): Promise<Client> {
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(who.wallet.address);
    client.send(signedChallenge(who.sign(challengeToSign)));
    return client;
  }

  async function assertPutOff(client: Client): Promise<void> {
    const close = await client.closed(TIMEOUT_MS);
    closes.push(close);
    assert.deepEqual([close.code, close.reason], [1013, TRY_AGAIN]);
    const { alreadyConnected } = await (await realm.connect()).challenge(wallet.address);
    assert.equal(alreadyConnected, false);
  }

  for (const [name, answer] of Object.entries(NONSENSE)) {
    it(`lets nobody in when it answers ${name}`, async () => {
      gateway.fail(answer);
      await assertPutOff(await present(wallet));
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`is not looked for where it sends the realm by ${status}`, async () => {
      const elsewhere = await WebServer.start(json(result(YES)));
      try {
        gateway.fail(redirect(`${elsewhere.url}/${RPC_SECRET}`, status));
        await assertPutOff(await present(wallet));
        assert.deepEqual(elsewhere.asked, []);
      } finally {
        await elsewhere.stop();
      }
    });
  }

  const HANGING: Record<string, Answer> = {
    "says nothing": silence,
    "never comes to the end": drip,
  };
  for (const [name, answer] of Object.entries(HANGING)) {
    it(`lets nobody in, but does not hold up others, when it ${name}`, async () => {
      const wallets = await Promise.all(Array.from({ length: CROWD / TRIES }, () => ContractWallet.create(evm)));
      gateway.fail(answer);
      // What was asked before counts for a second.
      await sleep(1_100);
      const { count } = gateway;
      const waiting = await Promise.all(wallets.flatMap((each) => Array.from({ length: TRIES }, () => present(each))));
      await eventually(PATIENCE_MS, () => assert.equal(gateway.count, count + CHECKS_AT_ONCE));
      await (await realm.connect()).handshake(await Identity.create());
      const still = waiting.filter(({ closeInfo }) => !closeInfo);
      assert.ok(still.length > 0, "nobody waits any more");
      for (const client of waiting) await assertPutOff(client);
      assert.equal(gateway.count, count + CHECKS_AT_ONCE);
      gateway.work();
      await (await realm.connect()).handshake(wallet);
    });
  }

  it("lets nobody in when its port is open and nobody is there", async () => {
    await refused(gateway.server);
    const sockets: Socket[] = [];
    const deaf = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => deaf.listen(gateway.server.port, "127.0.0.1", resolve));
    try {
      await assertPutOff(await present(wallet));
      assert.notEqual(sockets.length, 0);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => deaf.close(resolve));
      await gateway.server.restart();
    }
  });

  it("has a limit for all that is asked of it about one chain", async () => {
    const second = await ContractWallet.create(evm);
    const payload = delegation(second.address);
    // Each of the two takes two questions: four times what fits in three times.
    const working = gateway.server.answer;
    gateway.fail(late(1_700, working));
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(wallet.address);
    const chain = [
      signer(wallet.address),
      link("ECDSA_EIP_1654_EPHEMERAL", payload, wallet.signature(payload)),
      link("ECDSA_EIP_1654_SIGNED_ENTITY", challengeToSign, second.signature(challengeToSign)),
    ];
    client.send(signedChallenge(JSON.stringify(chain)));
    await assertPutOff(client);
  });

  it("is asked again when it is there again", async () => {
    await refused(gateway.server);
    await assertPutOff(await present(wallet));
    await gateway.server.restart();
    const client = await present(wallet);
    assert.equal((await client.next("welcome")).peerId, wallet.address);
  });

  it("takes nothing from a session whose address comes in again and does not wait", async () => {
    const session = await realm.connect();
    await session.handshake(wallet);
    const { count } = gateway;
    const working = gateway.server.answer;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.fail(async (response, asked) => {
      await released;
      await working(response, asked);
    });
    const impatient = await present(wallet);
    await eventually(PATIENCE_MS, () => assert.equal(gateway.count, count + 1));
    const { alreadyConnected } = await (await realm.connect()).challenge(wallet.address);
    assert.equal(alreadyConnected, true);
    await impatient.leave();
    release();
    await session.quiet(SETTLED_MS);
  });

  it("is kept to itself, whatever happens", async () => {
    const stranger = await present({
      wallet: wallet.wallet,
      sign: (challenge) =>
        JSON.stringify([
          signer(wallet.address),
          link("ECDSA_EIP_1654_SIGNED_ENTITY", challenge, wallet.signature(challenge, [createKeys()])),
        ]),
    });
    closes.push(await stranger.closed());
    const paths = ["/about", "/status", "/core-status", "/peers", "/islands", "/parcels", "/rooms/status", "/metrics"];
    const answers = await Promise.all(
      [...paths, "/rooms/I1", "/ws", "/nowhere"].map(async (path) => {
        const { headers, body } = await send(realm.url + path);
        return `${path} ${JSON.stringify(headers)} ${body}`;
      }),
    );
    const { port } = gateway.server;
    for (const text of [...answers, ...closes.map(({ reason }) => reason), ...realm.log]) {
      assert.ok(!text.includes(RPC_SECRET) && !text.includes(`:${port}`), `it shows where the node is: ${text}`);
    }
  });
});

describe("an Ethereum node that is started again", () => {
  let evm: Evm;
  let realm: Realm;
  before(async () => {
    evm = await Evm.start();
    realm = await Realm.start({ ETH_RPC_URL: evm.url, CONNECTOR_SHARDS: "1" });
  });
  after(async () => {
    await realm?.stop();
    await evm?.stop();
  });

  it("is asked again; while it is away nobody is let in", async () => {
    const wallet = await ContractWallet.create(evm);
    await (await realm.connect()).handshake(wallet);
    await evm.stop();
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(wallet.address);
    client.send(signedChallenge(wallet.sign(challengeToSign)));
    assert.equal((await client.closed(TIMEOUT_MS)).code, 1013);
    evm = await Evm.start(evm.port);
    const again = await realm.connect();
    await again.handshake(await ContractWallet.create(evm));
    await again.arrive(freshGround()(0, 0));
    await assertCounted(realm, {}, { contract_checks_total: 3, contract_checks_failed_total: 1 });
  });
});

describe("a realm without an Ethereum node", () => {
  let evm: Evm;
  let realm: Realm;
  before(async () => {
    evm = await Evm.start();
    realm = await Realm.start({ OPEN_ROOMS: "true" });
  });
  after(async () => {
    await realm?.stop();
    await evm?.stop();
  });

  it("says that it cannot ask contract wallets, in rooms too", async () => {
    const wallet = await ContractWallet.create(evm);
    for (const simple of [true, false]) {
      const sign = async (challenge: string) =>
        JSON.stringify(simple ? wallet.simpleChain(challenge) : await wallet.chain(challenge));
      const client = await realm.connect();
      const { challengeToSign } = await client.challenge(wallet.address);
      client.send(signedChallenge(await sign(challengeToSign)));
      const room = await realm.openRoom(realm.roomOf("lobby"));
      const { challengeToSign: ofRoom } = await room.challenge(wallet.address);
      room.send(signedForRoom(await sign(ofRoom)));
      for (const { code, reason } of [await client.closed(), await room.closed()]) {
        assert.deepEqual([code, reason], [1008, "auth chain: contract wallets (EIP-1654) are not supported here"]);
      }
    }
  });

  it("does not show what it was given in place of one", async () => {
    const wrong = await Realm.start({ ETH_RPC_URL: `provider.example/${RPC_SECRET}` });
    try {
      const { status, body } = await send(`${wrong.url}/about`);
      assert.equal(status, 500);
      assert.match(body, /ETH_RPC_URL.*https?:/);
      for (const line of [body, ...wrong.log]) assert.ok(!line.includes(RPC_SECRET), line);
    } finally {
      await wrong.stop();
    }
  });
});
