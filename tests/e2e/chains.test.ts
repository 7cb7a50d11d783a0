import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Authenticator } from "@dcl/crypto";
import {
  altered,
  delegated,
  entity,
  ephemeral,
  ephemeralPayload,
  ephemeralUntil,
  type Forge,
  ORDER,
  present,
  relayed,
  resigned,
  signer,
  twin,
  withNumbers,
} from "./support/chains.ts";
import { createKeys, Identity, signWith } from "./support/identity.ts";
import { Realm } from "./support/realm.ts";

const MINUTE_MS = 60_000;

/** Hours ahead of UTC: whoever takes a date without a zone for local time is wrong by as much. */
const FAR_FROM_UTC = "Pacific/Kiritimati";

const upper = (address: string) => `0x${address.slice(2).toUpperCase()}`;

const GOOD: Record<string, Forge> = {
  "the standard three links": (who, challenge) => who.chain(challenge),
  "a challenge signed by the wallet itself": (who, challenge) =>
    Authenticator.createSimpleAuthChain(challenge, who.wallet.address, signWith(who.wallet, challenge)),
  "a SIGNER in lower case": (who, challenge) => altered(who, challenge, 0, { payload: who.address }),
  "a SIGNER in upper case": (who, challenge) => altered(who, challenge, 0, { payload: upper(who.address) }),
  "a SIGNER with a null signature": (who, challenge) => altered(who, challenge, 0, { signature: null }),
  "a SIGNER without a signature": (who, challenge) => altered(who, challenge, 0, { signature: undefined }),
  "an ephemeral address in lower case": (who, challenge) =>
    delegated(who, ephemeralPayload(who.ephemeral.address.toLowerCase()), challenge),
  "an ephemeral address in upper case": (who, challenge) =>
    delegated(who, ephemeralPayload(upper(who.ephemeral.address)), challenge),
  "an ephemeral key that is the wallet's own": (who, challenge) => [
    signer(who),
    ephemeral(who.wallet, ephemeralPayload(who.wallet.address)),
    entity(who.wallet, challenge),
  ],
  "an ephemeral payload with CRLF": (who, challenge) =>
    delegated(who, ephemeralPayload(who.ephemeral.address).replaceAll("\n", "\r\n"), challenge),
  "an ephemeral payload with more lines": (who, challenge) =>
    delegated(who, `${ephemeralPayload(who.ephemeral.address)}\nand\nmore`, challenge),
  "an ephemeral payload that ends with a line break": (who, challenge) =>
    delegated(who, `${ephemeralPayload(who.ephemeral.address)}\n`, challenge),
  "an ephemeral payload with an empty first line": (who, challenge) =>
    delegated(who, ephemeralPayload(who.ephemeral.address).replace(/^.*\n/, "\n"), challenge),
  "an ephemeral payload with any first line": (who, challenge) =>
    delegated(who, ephemeralPayload(who.ephemeral.address).replace(/^.*\n/, "Entrar — 入る 🏝\n"), challenge),
  "an ephemeral key authorised by another": (who, challenge) => relayed(who, 2, challenge),
  "an ephemeral key authorised by a row of others": (who, challenge) => relayed(who, 5, challenge),
  "a key that was authorised without a date": (who, challenge) => [
    signer(who),
    entity(who.wallet, who.ephemeral.address),
    entity(who.ephemeral, challenge),
  ],
  "a key that was authorised without a date, in lower case": (who, challenge) => [
    signer(who),
    entity(who.wallet, who.ephemeral.address.toLowerCase()),
    entity(who.ephemeral, challenge),
  ],
  "signatures with a high s": (who, challenge) => resigned(who, challenge, twin),
  "signatures that end in 0 or 1": (who, challenge) =>
    resigned(who, challenge, (signature) => withNumbers(signature, ({ v }) => ({ v: v - 27 }))),
  "signatures with a high s that end in 0 or 1": (who, challenge) =>
    resigned(who, challenge, (signature) => withNumbers(twin(signature), ({ v }) => ({ v: v - 27 }))),
  "signatures in upper case": (who, challenge) => resigned(who, challenge, upper),
  "unknown keys in the links": (who, challenge) => altered(who, challenge, 1, { note: "hello", more: [{ a: null }] }),
  "JSON that is spread over lines": (who, challenge) => JSON.stringify(who.chain(challenge), undefined, 2),
  "JSON that is full of escapes": (who, challenge) =>
    who.sign(challenge).replace(/(?<!\\)[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
};

/** Ways to write a moment, which may be cut down to seconds. */
const DATES: Record<string, (moment: Date) => string> = {
  "in ISO 8601": (moment) => moment.toISOString(),
  "in ISO 8601 without milliseconds": (moment) => moment.toISOString().replace(/\.\d+/, ""),
  "in ISO 8601 without a zone": (moment) => moment.toISOString().replace("Z", ""),
  "in ISO 8601 with an offset": (moment) =>
    new Date(moment.getTime() - 3 * 60 * MINUTE_MS).toISOString().replace("Z", "-03:00"),
  "as browsers print it": (moment) => moment.toString(),
  "as browsers print it in Argentina": (moment) => {
    const there = new Date(moment.getTime() - 3 * 60 * MINUTE_MS).toUTCString();
    const [weekday = "", day = "", month = "", year = "", time = ""] = there.split(/,? /);
    return `${weekday} ${month} ${day} ${year} ${time} GMT-0300 (Argentina Standard Time)`;
  },
  "as HTTP has it": (moment) => moment.toUTCString(),
};

const NO_DATES = ["never", "", "soon", "2999-13-01T00:00:00.000Z", "2999-02-30T00:00:00.000Z", "4102444800000"];

/** Signatures of fixed texts by keys that nobody here has; the last one is the twin of the one before. */
const SIGNED_ELSEWHERE = [
  {
    address: "0xeC6E6c0841a2bA474E92Bf42BaF76bFe80e8657C",
    payload: "QmWyFNeHbxXaPtUnzKvDZPpKSa4d5anZEZEFJ8TC1WgcfU",
    signature:
      "0xaaafb0368c13c42e401e71162cb55a062b3b0a5389e0740e7dc34e623b12f0fd65e2fadac51ab5f0de8f69b1311f23f1f218753e8a957043a2a789ba721141f91c",
  },
  {
    address: "0xEB014f8c8B418Db6b45774c326A0E64C78914dC0",
    payload: "Some data",
    signature:
      "0xa8037a6116c176a25e6fc224947fde9e79a2deaa0dd8b67b366fbdfdbffc01f953e41351267b20d4a89ebfe9c8f03c04de9b345add4a52f15bd026b63c8fb1501b",
  },
  {
    address: "0xEB014f8c8B418Db6b45774c326A0E64C78914dC0",
    payload: "Some data",
    signature:
      "0xa8037a6116c176a25e6fc224947fde9e79a2deaa0dd8b67b366fbdfdbffc01f9ac1becaed984df2b57614016370fc3f9dc13a88bd1fe4d4a640237d693a68ff11c",
  },
];

/** Delegations that were good once. */
const EXPIRED_ELSEWHERE = [
  {
    address: "0x3ea8147dabfe6818b0f8c1f8d756f4ad20321a65",
    payload:
      "Decentraland Login\nEphemeral address: 0x05Ac0D29E42F9ae09B0EfA250BD3385FC3D0a68B\nExpiration: 2022-03-11T22:35:52.090Z",
    signature:
      "0xda87889b7d8aa91255d3f736b2519b6d3af42ce15f8fbc17dedf3d69f647835c7de6f6bfb37dd18fd5df1a7ad14ff3d118c2c880647f28b1b77b73453c97f2ea1b",
  },
  {
    address: "0xbcac4dafb7e215f2f6cb3312af6d5e4f9d9e7eda",
    payload:
      "Decentraland Login\nEphemeral address: 0x08bdc29abFB11C6a1BB201b7EF3c41273aEA23EA\nExpiration: 2020-03-16T20:38:09.875Z",
    signature:
      "0x3a66ecdb318c1b6a72aaf991418804044ad30a2015d0846f52240e7bdb533853736e9308c619593a7ed20ecf9361b988fbf9e4957a12f062276eda2a37b7dfda01",
  },
  {
    address: "0xf053efea93c7aeb3251a3c5f422864dddab354a9",
    payload:
      "Decentraland Login\r\nEphemeral address: 0xd59c1F11bF5BDd5ae7305FA36D66089343f1C8FC\r\nExpiration: 2020-03-15T00:45:29.278Z",
    signature:
      "0x0fc56c45d201d17339aa84b39469d08b01e71bf992b3b709ae6babca7ab51fa63ef05436551effdd65981cf62624876b3e7a745e01738b6e17c8b43890feaaa81c",
  },
];

describe("authentication chains", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    const zone = process.env.TZ;
    process.env.TZ = FAR_FROM_UTC;
    try {
      realm = await Realm.start();
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
  after(() => realm.stop());

  async function assertAccepted(forge: Forge): Promise<void> {
    const { client, identity } = await present(realm, forge);
    assert.equal((await client.next("welcome")).peerId, identity.address);
  }

  async function assertRefused(forge: Forge, why: RegExp): Promise<void> {
    const { client } = await present(realm, forge);
    const { code, reason } = await client.closed();
    assert.equal(code, 1008);
    assert.match(reason, why);
  }

  for (const [name, forge] of Object.entries(GOOD)) it(`may be ${name}`, () => assertAccepted(forge));

  for (const [name, write] of Object.entries(DATES)) {
    it(`may hold an expiration ${name}`, () =>
      assertAccepted((who, challenge) => {
        const expiration = write(new Date(Date.now() + MINUTE_MS));
        return delegated(who, ephemeralUntil(who.ephemeral.address, expiration), challenge);
      }));

    it(`are refused when they have expired ${name}`, () =>
      assertRefused((who, challenge) => {
        const expiration = write(new Date(Date.now() - MINUTE_MS));
        return delegated(who, ephemeralUntil(who.ephemeral.address, expiration), challenge);
      }, /^auth chain link 1: expired$/));
  }

  it("may hold an expiration thousands of years away", () =>
    assertAccepted((who, challenge) => {
      const expiration = "Tue Aug 06 7112 10:14:51 GMT-0300 (Argentina Standard Time)";
      return delegated(who, ephemeralUntil(who.ephemeral.address, expiration), challenge);
    }));

  it("are refused when they expire at this very moment", () =>
    assertRefused(
      (who, challenge) => delegated(who, ephemeralPayload(who.ephemeral.address, 0), challenge),
      /^auth chain link 1: expired$/,
    ));

  it("are refused when any of several keys has expired", () =>
    assertRefused((who, challenge) => {
      const inner = createKeys();
      return [
        signer(who),
        ephemeral(who.wallet, ephemeralPayload(who.ephemeral.address)),
        ephemeral(who.ephemeral, ephemeralPayload(inner.address, -MINUTE_MS)),
        entity(inner, challenge),
      ];
    }, /^auth chain link 2: expired$/));

  for (const expiration of NO_DATES) {
    it(`are refused with an expiration ${JSON.stringify(expiration)}, which is no date to come`, () =>
      assertRefused(
        (who, challenge) => delegated(who, ephemeralUntil(who.ephemeral.address, expiration), challenge),
        /^auth chain link 1: the expiration is not a date$/,
      ));
  }

  for (const [index, { address, payload, signature }] of SIGNED_ELSEWHERE.entries()) {
    it(`are refused for nothing but the challenge: what was signed elsewhere, ${index + 1}`, () =>
      assertRefused(
        () => [
          { type: "SIGNER", payload: address, signature: "" },
          { type: "ECDSA_SIGNED_ENTITY", payload, signature },
        ],
        /^auth chain: the challenge is not what was signed$/,
      ));
  }

  for (const [index, { address, payload, signature }] of EXPIRED_ELSEWHERE.entries()) {
    it(`are refused for nothing but the date: what was delegated elsewhere, ${index + 1}`, () =>
      assertRefused(
        (who, challenge) => [
          { type: "SIGNER", payload: address, signature: "" },
          { type: "ECDSA_EPHEMERAL", payload, signature },
          entity(who.ephemeral, challenge),
        ],
        /^auth chain link 1: expired$/,
      ));
  }

  it("have a high s in the twins of signatures", async () => {
    const { wallet } = await Identity.create();
    const signature = signWith(wallet, "text");
    assert.equal(twin(twin(signature)), signature);
    withNumbers(twin(signature), ({ s }) => {
      assert.ok(s > ORDER / 2n);
      return {};
    });
    const [, one, other] = SIGNED_ELSEWHERE;
    assert.equal(twin(one?.signature ?? ""), other?.signature);
  });
});
