import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Authenticator } from "@dcl/crypto";
import { ContractWallet, delegation, link, type Manner, signer } from "./support/contract-wallet.ts";
import { Evm, word } from "./support/evm.ts";
import { Gateway } from "./support/gateway.ts";
import { type AuthLink, createKeys, Identity, signWith } from "./support/identity.ts";
import { signedChallenge } from "./support/packets.ts";
import { Realm } from "./support/realm.ts";

/** Somebody who wants to be `address`, and what is presented to prove it. */
interface Candidate {
  address: string;
  chain: (challenge: string) => AuthLink[] | Promise<AuthLink[]>;
}

type Case = (evm: Evm) => Promise<Candidate>;

const EPHEMERAL = "ECDSA_EIP_1654_EPHEMERAL";
const ENTITY = "ECDSA_EIP_1654_SIGNED_ENTITY";

const MANNERS: Record<string, Manner> = {
  "whose owner signs the message": {},
  "whose owner signs the hash of the message": { prefixed: true },
  "that reverts instead of saying no, whose owner signs the message": { reverting: true },
  "that reverts instead of saying no, whose owner signs the hash": { reverting: true, prefixed: true },
  "of two owners who sign the message": { shared: true },
  "of two owners who sign the hash": { shared: true, prefixed: true },
};

/** A wallet of the usual manner, and a chain that is made with it. */
function withWallet(
  chain: (wallet: ContractWallet, challenge: string) => AuthLink[] | Promise<AuthLink[]>,
  manner: Manner = {},
): Case {
  return async (evm) => {
    const wallet = await ContractWallet.create(evm, manner);
    return { address: wallet.address, chain: (challenge) => chain(wallet, challenge) };
  };
}

/** SIGNER, the wallet's delegation to its ephemeral key, and the challenge signed by that key. */
function delegated(wallet: ContractWallet, payload: string, challenge: string): AuthLink[] {
  return [
    signer(wallet.address),
    link(EPHEMERAL, payload, wallet.signature(payload.replaceAll("\r", ""))),
    link("ECDSA_SIGNED_ENTITY", challenge, signWith(wallet.ephemeral, challenge)),
  ];
}

const GOOD: Record<string, Case> = {
  ...Object.fromEntries(
    Object.entries(MANNERS).flatMap(([name, manner]) => [
      [`an ephemeral key of a wallet ${name}`, withWallet((wallet, challenge) => wallet.chain(challenge), manner)],
      [`a wallet ${name}`, withWallet((wallet, challenge) => wallet.simpleChain(challenge), manner)],
    ]),
  ),
  "an ephemeral key that was approved on the chain": withWallet(async (wallet, challenge) => {
    const payload = delegation(wallet.ephemeral.address);
    await wallet.approve(payload);
    const [first, , entity] = await wallet.chain(challenge);
    return [first, link(EPHEMERAL, payload, "0x"), entity] as AuthLink[];
  }),
  "a challenge that was approved on the chain": withWallet(async (wallet, challenge) => {
    await wallet.approve(challenge);
    return [signer(wallet.address), link(ENTITY, challenge, "0x")];
  }),
  "a signature of 2,001 bytes": withWallet((wallet, challenge) => {
    const signature = wallet.signature(challenge);
    return [signer(wallet.address), link(ENTITY, challenge, signature.padEnd(2 + 2 * 2_001, "5e"))];
  }),
  "a signature in upper case": withWallet((wallet, challenge) => {
    const signature = wallet.signature(challenge).slice(2).toUpperCase();
    return [signer(wallet.address), link(ENTITY, challenge, `0x${signature}`)];
  }),
  "a SIGNER in upper case": withWallet((wallet, challenge) => {
    const address = `0x${wallet.address.slice(2).toUpperCase()}`;
    return [signer(address), ...wallet.simpleChain(challenge).slice(1)];
  }),
  "an ephemeral payload with CRLF": withWallet((wallet, challenge) =>
    delegated(wallet, delegation(wallet.ephemeral.address).replaceAll("\n", "\r\n"), challenge),
  ),
  "an ephemeral payload with more lines": withWallet((wallet, challenge) =>
    delegated(wallet, `${delegation(wallet.ephemeral.address)}\nand\nmore`, challenge),
  ),
  "the challenge before the ephemeral key, as one client has it": withWallet(async (wallet, challenge) => {
    const [first, ephemeral, entity] = await wallet.chain(challenge);
    return [first, entity, ephemeral] as AuthLink[];
  }),
  "an ephemeral key authorised by a contract's ephemeral key": withWallet(async (wallet, challenge) => {
    const inner = createKeys();
    const payload = delegation(inner.address);
    return [
      ...(await wallet.chain(challenge)).slice(0, 2),
      link("ECDSA_EPHEMERAL", payload, signWith(wallet.ephemeral, payload)),
      link("ECDSA_SIGNED_ENTITY", challenge, signWith(inner, challenge)),
    ];
  }),
  "a contract authorised by another contract": async (evm) => {
    const outer = await ContractWallet.create(evm, { prefixed: true });
    const inner = await ContractWallet.create(evm, { shared: true });
    const payload = delegation(inner.address);
    return {
      address: outer.address,
      chain: (challenge) => [
        signer(outer.address),
        link(EPHEMERAL, payload, outer.signature(payload)),
        link(ENTITY, challenge, inner.signature(challenge)),
      ],
    };
  },
  "a contract authorised by a key": async (evm) => {
    const player = await Identity.create();
    const wallet = await ContractWallet.create(evm);
    const payload = delegation(wallet.address);
    return {
      address: player.address,
      chain: (challenge) => [
        signer(player.address),
        link("ECDSA_EPHEMERAL", payload, signWith(player.wallet, payload)),
        link(ENTITY, challenge, wallet.signature(challenge)),
      ],
    };
  },
  "a contract that says yes at length": async (evm) => {
    const address = await evm.deploy("Agreeable");
    return { address, chain: (challenge) => [signer(address), link(ENTITY, challenge, "0x00")] };
  },
};

/** An address for which somebody claims that a contract lives there, and signs by their own key. */
function impostor(locate: (evm: Evm) => string | Promise<string>): Case {
  const keys = createKeys();
  return async (evm) => {
    const address = (await locate(evm)).toLowerCase();
    return { address, chain: (challenge) => [signer(address), link(ENTITY, challenge, signWith(keys, challenge))] };
  };
}

/** Those in `contracts/Rogues.sol`. */
const ROGUES = [
  "RevertsWithReason",
  "RevertsSilently",
  "RevertsWithYes",
  "RunsInvalidCode",
  "BurnsGas",
  "BurnsMemory",
  "AnswersNothing",
  "AnswersTrue",
  "AnswersWrongMagic",
  "AnswersThreeBytes",
  "AnswersAlignedRight",
  "AnswersAtLength",
];

/** Code that no compiler would write, in hex. */
const BROKEN_CODE = {
  "with a stack that runs empty": "01",
  "with a stack that runs over": `5b${"5f".repeat(64)}5f56`,
  "that jumps to nowhere": "60ff56",
  "of an instruction that there is not": "0c",
  "that copies what was never returned": "60206000600a3e",
};

/** The contract, or what is in its place, is asked and does not say yes. */
const DENIED: Record<string, Case> = {
  ...Object.fromEntries(
    Object.entries(MANNERS).map(([name, manner]) => [
      `a stranger's signature for a wallet ${name}`,
      withWallet((wallet, challenge) => {
        const strangers = wallet.owners.map(() => createKeys());
        return [signer(wallet.address), link(ENTITY, challenge, wallet.signature(challenge, strangers))];
      }, manner),
    ]),
  ),
  ...Object.fromEntries(ROGUES.map((name) => [`a contract that ${name}`, impostor((evm) => evm.deploy(name))])),
  ...Object.fromEntries(
    Object.entries(BROKEN_CODE).map(([name, code]) => [`a contract ${name}`, impostor((evm) => evm.deployCode(code))]),
  ),
  "one owner of a wallet of two": withWallet(
    (wallet, challenge) => {
      const signature = wallet.signature(challenge, wallet.owners.slice(0, 1));
      return [signer(wallet.address), link(ENTITY, challenge, signature)];
    },
    { shared: true },
  ),
  "a signature of something else": withWallet((wallet, challenge) => [
    signer(wallet.address),
    link(ENTITY, challenge, wallet.signature(`${challenge}0`)),
  ]),
  "an empty signature of what was never approved": withWallet(async (wallet, challenge) => {
    await wallet.approve(`${challenge}0`);
    return [signer(wallet.address), link(ENTITY, challenge, "0x")];
  }),
  "an ephemeral key that the wallet has not authorised": withWallet((wallet, challenge) => {
    const payload = delegation(wallet.ephemeral.address);
    return [
      signer(wallet.address),
      link(EPHEMERAL, payload, wallet.signature(delegation(createKeys().address))),
      link("ECDSA_SIGNED_ENTITY", challenge, signWith(wallet.ephemeral, challenge)),
    ];
  }),
  "a plain account that nobody owns": impostor(() => createKeys().address),
  "a plain account's own signature": async () => {
    const { address, ...keys } = createKeys();
    return {
      address: address.toLowerCase(),
      chain: (challenge) => [signer(address), link(ENTITY, challenge, signWith({ address, ...keys }, challenge))],
    };
  },
  "a plain account's own ephemeral key": async () => {
    const player = await Identity.create();
    return {
      address: player.address,
      chain: (challenge) =>
        player.chain(challenge).map((each, at) => (at === 1 ? { ...each, type: EPHEMERAL } : each)) as AuthLink[],
    };
  },
  // It returns what it is given, which begins with what would mean yes.
  "the precompiled contract that echoes": impostor(() => "0x0000000000000000000000000000000000000004"),
};

/** What cannot hold, whatever the contract says: it is not asked. */
const HOPELESS: Record<string, Case> = {
  "an expired ephemeral key": withWallet((wallet, challenge) =>
    delegated(wallet, delegation(wallet.ephemeral.address, -1_000), challenge),
  ),
  "an expiration that is no date": withWallet((wallet, challenge) =>
    delegated(wallet, `Login\nEphemeral address: ${wallet.ephemeral.address}\nExpiration: never`, challenge),
  ),
  "a challenge signed by another ephemeral key": withWallet(async (wallet, challenge) => [
    ...(await wallet.chain(challenge)).slice(0, 2),
    link("ECDSA_SIGNED_ENTITY", challenge, signWith(createKeys(), challenge)),
  ]),
  "another challenge": withWallet((wallet, challenge) => wallet.simpleChain(`${challenge}0`)),
  "a signature of half a byte": withWallet((wallet, challenge) => [
    signer(wallet.address),
    link(ENTITY, challenge, "0x123"),
  ]),
  "a signature that is not hex": withWallet((wallet, challenge) => [
    signer(wallet.address),
    link(ENTITY, challenge, "0xhello!"),
  ]),
  "a signature without 0x": withWallet((wallet, challenge) => [
    signer(wallet.address),
    link(ENTITY, challenge, wallet.signature(challenge).slice(2)),
  ]),
  "a missing signature": withWallet((wallet, challenge) => [signer(wallet.address), link(ENTITY, challenge, "")]),
  "a contract's owner, as if the contract were a key": withWallet((wallet, challenge) =>
    Authenticator.createSimpleAuthChain(challenge, wallet.address, wallet.signature(challenge)),
  ),
};

/** A connector asks about no more than ten chains a second. */
const PAUSE_MS = 150;

describe("contract wallets", () => {
  beforeEach(() => delay(PAUSE_MS));
  let evm: Evm;
  let gateway: Gateway;
  let realm: Realm;
  before(async () => {
    evm = await Evm.start();
    gateway = await Gateway.start(evm);
    realm = await Realm.start({ ETH_RPC_URL: gateway.url });
  });
  after(async () => {
    await realm?.stop();
    await gateway?.stop();
    await evm?.stop();
  });

  async function present(candidate: Candidate) {
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(candidate.address);
    client.send(signedChallenge(JSON.stringify(await candidate.chain(challengeToSign))));
    return client;
  }

  async function assertRefused(candidate: Candidate, why: RegExp) {
    const { code, reason } = await (await present(candidate)).closed();
    assert.deepEqual([code, why.test(reason)], [1008, true], reason);
    const { alreadyConnected } = await (await realm.connect()).challenge(candidate.address);
    assert.equal(alreadyConnected, false);
  }

  for (const [name, prepare] of Object.entries(GOOD)) {
    it(`accepts ${name}`, async () => {
      const candidate = await prepare(evm);
      const client = await present(candidate);
      assert.equal((await client.next("welcome")).peerId, candidate.address);
    });
  }

  for (const [name, prepare] of Object.entries(DENIED)) {
    it(`refuses ${name}`, async () => assertRefused(await prepare(evm), /the contract wallet does not confirm/));
  }

  for (const [name, prepare] of Object.entries(HOPELESS)) {
    it(`refuses ${name} without asking the contract`, async () => {
      const candidate = await prepare(evm);
      const { count } = gateway;
      await assertRefused(candidate, /\w{3}/);
      assert.equal(gateway.count, count);
    });
  }

  it("asks as EIP-1271 says, first for the hash of the message, then for that of a personal signature", async () => {
    const wallet = await ContractWallet.create(evm);
    const { count } = gateway;
    let signed = "";
    const client = await present({
      address: wallet.address,
      chain: (challenge) => {
        signed = challenge;
        return wallet.simpleChain(challenge);
      },
    });
    await client.next("welcome");
    const hashes = [Authenticator.createEIP1271MessageHash(signed), Authenticator.createEthereumMessageHash(signed)];
    const signature = wallet.signature(signed).slice(2).padEnd(192, "0");
    const requests = gateway.requests(count);
    assert.equal(requests.length, hashes.length);
    for (const [index, { method, headers, rpc }] of requests.entries()) {
      assert.deepEqual([method, headers["content-type"]], ["POST", "application/json"]);
      assert.deepEqual([rpc.jsonrpc, rpc.method], ["2.0", "eth_call"]);
      const [call, block, ...more] = rpc.params as [{ gas: string }, string];
      const hash = Buffer.from(hashes[index] ?? []).toString("hex");
      const data = `0x1626ba7e${hash}${word(64)}${word(65)}${signature}`;
      assert.deepEqual({ ...call, gas: "" }, { to: wallet.address, data, gas: "" });
      assert.match(call.gas, /^0x[1-9a-f][0-9a-f]*$/);
      assert.deepEqual([block, more], ["latest", []]);
    }
  });

  it("asks no more once a contract has said yes", async () => {
    const wallet = await ContractWallet.create(evm, { prefixed: true });
    const { count } = gateway;
    await (await realm.connect()).handshake(wallet);
    assert.equal(gateway.count, count + 1);
  });

  it("refuses a chain that another socket has used", async () => {
    const wallet = await ContractWallet.create(evm);
    let used: AuthLink[] = [];
    const first = await present({
      address: wallet.address,
      chain: (challenge) => {
        used = wallet.simpleChain(challenge);
        return used;
      },
    });
    await first.next("welcome");
    const second = await present({ address: wallet.address, chain: () => used });
    assert.equal((await second.closed()).code, 1008);
    await first.quiet(0);
  });
});
