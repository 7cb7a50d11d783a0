import {
  altered,
  delegated,
  entity,
  ephemeral,
  ephemeralPayload,
  ephemeralUntil,
  type Forge,
  link,
  ORDER,
  relayed,
  resigned,
  signer,
  withNumbers,
} from "./chains.ts";
import { createKeys, signWith } from "./identity.ts";

const NEVER = "2999-01-01T00:00:00.000Z";

/** The standard chain, in which the challenge is signed in another way. */
function signedAs(change: (signature: string) => string): Forge {
  return (who, challenge) => altered(who, challenge, 2, { signature: change(signWith(who.ephemeral, challenge)) });
}

/** The standard chain with a delegation of these lines. */
function delegation(lines: (ephemeral: string) => string[]): Forge {
  return (who, challenge) => delegated(who, lines(who.ephemeral.address).join("\n"), challenge);
}

const NOT_LINKS: Record<string, Forge> = {
  "text that is not JSON": () => "not json",
  "nothing at all": () => "",
  "an empty array": () => [],
  "an object": (who, challenge) => ({ ...who.chain(challenge) }),
  null: () => null,
  "a text": (who, challenge) => JSON.stringify(who.sign(challenge)),
  "a chain with something behind it": (who, challenge) => `${who.sign(challenge)}]`,
  "two chains": (who, challenge) => who.sign(challenge).repeat(2),
  "half a chain": (who, challenge) => who.sign(challenge).slice(0, -1),
  "a chain in an array": (who, challenge) => [who.chain(challenge)],
  "arrays in arrays": () => "[".repeat(8_000),
  "objects in objects": () => '[{"a":'.repeat(1_000),
  "a link that is null": (who, challenge) => [...who.chain(challenge), null],
  "a link that is a text": (who, challenge) => [...who.chain(challenge), "SIGNER"],
  "a link that is an array": (who, challenge) => who.chain(challenge).map((link) => Object.values(link)),
  "half of a letter": (who, challenge) => who.sign(challenge).replace("SIGNER", "\\ud800SIGNER"),
};

const WRONG_LINKS: Record<string, Forge> = {
  "a lone SIGNER": (who) => [signer(who)],
  "a lone SIGNER whose payload is the challenge": (_, challenge) => [link("SIGNER", challenge, "")],
  "a SIGNER that is not an address": (who, challenge) => altered(who, challenge, 0, { payload: "0x1234" }),
  "a SIGNER of 41 digits": (who, challenge) => altered(who, challenge, 0, { payload: `${who.address}0` }),
  "a SIGNER without 0x": (who, challenge) => altered(who, challenge, 0, { payload: who.address.slice(2) }),
  "a SIGNER that is a name": (who, challenge) => altered(who, challenge, 0, { payload: "somebody.eth" }),
  "a SIGNER without a payload": (who, challenge) => altered(who, challenge, 0, { payload: undefined }),
  "a SIGNER with a signature": (who, challenge) =>
    altered(who, challenge, 0, { signature: signWith(who.wallet, challenge) }),
  "a second SIGNER": (who, challenge) => [signer(who), ...who.chain(challenge)],
  "a SIGNER at the end": (who, challenge) => [...who.chain(challenge), signer(who)],
  "a SIGNER at the end whose payload is the challenge": (who, challenge) => [
    ...who.chain(challenge).slice(0, 2),
    link("SIGNER", challenge, ""),
  ],
  "a first link that is not SIGNER": (who, challenge) => who.chain(challenge).slice(1),
  "an unknown type of link": (who, challenge) => altered(who, challenge, 2, { type: "ECDSA_SOMETHING" }),
  "a type in lower case": (who, challenge) => altered(who, challenge, 2, { type: "ecdsa_signed_entity" }),
  "a link without a type": (who, challenge) => altered(who, challenge, 2, { type: undefined }),
  "a type that is a number": (who, challenge) => altered(who, challenge, 1, { type: 1 }),
  "a link without a payload": (who, challenge) => altered(who, challenge, 2, { payload: undefined }),
  "a payload that is a number": (who, challenge) => altered(who, challenge, 2, { payload: 1 }),
  "a signature that is a number": (who, challenge) => altered(who, challenge, 2, { signature: 1 }),
  "a contract wallet's ephemeral key": (who, challenge) =>
    altered(who, challenge, 1, { type: "ECDSA_EIP_1654_EPHEMERAL" }),
  "a contract wallet's signature": (who, challenge) =>
    altered(who, challenge, 2, { type: "ECDSA_EIP_1654_SIGNED_ENTITY" }),
  "a challenge that is signed before the key is authorised": (who, challenge) => {
    const [first, second, third] = who.chain(challenge);
    return [first, third, second];
  },
};

/** Chains in which the wrong one has signed, or the wrong thing. */
export const WRONG_SIGNERS: Record<string, Forge> = {
  "another challenge": (who, challenge) => who.chain(`${challenge}0`),
  "a challenge in upper case": (who, challenge) => who.chain(challenge.toUpperCase()),
  "the beginning of the challenge": (who, challenge) => who.chain(challenge.slice(0, -1)),
  "a challenge with a blank": (who, challenge) => who.chain(` ${challenge}`),
  "a challenge that replaces what was signed": (who, challenge) =>
    who.chain("dcl-other").map((link, at) => (at === 2 ? { ...link, payload: challenge } : link)),
  "a key in place of the challenge": (who) => who.chain(who.address),
  "no challenge": (who, challenge) => who.chain(challenge).slice(0, 2),
  "an ephemeral key authorised by a stranger": (who, challenge) => {
    const payload = ephemeralPayload(who.ephemeral.address);
    return altered(who, challenge, 1, { payload, signature: signWith(createKeys(), payload) });
  },
  "an ephemeral key authorised by itself": (who, challenge) => {
    const payload = ephemeralPayload(who.ephemeral.address);
    return altered(who, challenge, 1, { payload, signature: signWith(who.ephemeral, payload) });
  },
  "an ephemeral key that was not authorised by the one before": (who, challenge) => {
    const links = relayed(who, 2, challenge);
    const inner = createKeys();
    return [...links.slice(0, 2), ephemeral(who.wallet, ephemeralPayload(inner.address)), entity(inner, challenge)];
  },
  "an ephemeral key with a later date than was signed": (who, challenge) => {
    const signed = signWith(who.wallet, ephemeralPayload(who.ephemeral.address));
    const payload = ephemeralUntil(who.ephemeral.address, NEVER);
    return altered(who, challenge, 1, { payload, signature: signed });
  },
  "an ephemeral payload that was signed with its carriage returns": (who, challenge) => {
    const payload = ephemeralPayload(who.ephemeral.address).replaceAll("\n", "\r\n");
    return altered(who, challenge, 1, { payload, signature: signWith(who.wallet, payload) });
  },
  "a challenge signed by the wallet behind the ephemeral key": (who, challenge) =>
    altered(who, challenge, 2, { signature: signWith(who.wallet, challenge) }),
  "a challenge signed by a stranger": (who, challenge) =>
    altered(who, challenge, 2, { signature: signWith(createKeys(), challenge) }),
  "somebody else's address over one's own links": (who, challenge) =>
    altered(who, challenge, 0, { payload: createKeys().address }),
  "a key that a stranger authorised without a date": (who, challenge) => [
    signer(who),
    entity(createKeys(), who.ephemeral.address),
    entity(who.ephemeral, challenge),
  ],
  "a text in place of a key": (who, challenge) => [
    signer(who),
    entity(who.wallet, "somebody"),
    entity(who.ephemeral, challenge),
  ],
  "a high s without the other v": (who, challenge) =>
    resigned(who, challenge, (signature) => withNumbers(signature, ({ s }) => ({ s: ORDER - s }))),
  "the other v": signedAs((signature) => withNumbers(signature, ({ v }) => ({ v: v === 27 ? 28 : 27 }))),
};

const WRONG_SIGNATURES: Record<string, Forge> = {
  "a missing signature": (who, challenge) => altered(who, challenge, 2, { signature: undefined }),
  "a null signature": (who, challenge) => altered(who, challenge, 2, { signature: null }),
  "an empty signature": signedAs(() => ""),
  "a missing signature of the ephemeral key": (who, challenge) => altered(who, challenge, 1, { signature: undefined }),
  "a signature without 0x": signedAs((signature) => signature.slice(2)),
  "a signature of 0x": signedAs(() => "0x"),
  "a signature of 64 bytes": signedAs((signature) => signature.slice(0, -2)),
  "a signature of 66 bytes": signedAs((signature) => `${signature}00`),
  "a signature of half a byte more": signedAs((signature) => `${signature}0`),
  "a signature with a letter that is no digit": signedAs((signature) => signature.replace(/.$/, "g")),
  "a signature with a letter that is no ASCII": signedAs((signature) => signature.replace(/..$/, "é")),
  "a signature of zeros": signedAs(() => `0x${"00".repeat(65)}`),
  "an r of zero": signedAs((signature) => withNumbers(signature, () => ({ r: 0n }))),
  "an s of zero": signedAs((signature) => withNumbers(signature, () => ({ s: 0n }))),
  "an r that is the group's order": signedAs((signature) => withNumbers(signature, () => ({ r: ORDER }))),
  "an s that is the group's order": signedAs((signature) => withNumbers(signature, () => ({ s: ORDER }))),
  "the largest r": signedAs((signature) => withNumbers(signature, () => ({ r: 2n ** 256n - 1n }))),
  "the largest s": signedAs((signature) => withNumbers(signature, () => ({ s: 2n ** 256n - 1n }))),
};
for (const v of [2, 26, 29, 31, 37, 255]) {
  WRONG_SIGNATURES[`a v of ${v}`] = signedAs((signature) => withNumbers(signature, () => ({ v })));
}

const WRONG_DELEGATIONS: Record<string, Forge> = {
  "an ephemeral payload of two lines": delegation((key) => [`Ephemeral address: ${key}`, `Expiration: ${NEVER}`]),
  "an ephemeral payload of one line": delegation((key) => [`Ephemeral address: ${key} Expiration: ${NEVER}`]),
  "an empty ephemeral payload": delegation(() => [""]),
  "an ephemeral payload without an expiration": delegation((key) => ["Login", `Ephemeral address: ${key}`]),
  "an ephemeral payload in the wrong order": delegation((key) => [
    "Login",
    `Expiration: ${NEVER}`,
    `Ephemeral address: ${key}`,
  ]),
  "an ephemeral payload with two first lines": delegation((key) => [
    "Login",
    "",
    `Ephemeral address: ${key}`,
    `Expiration: ${NEVER}`,
  ]),
  "a wrong prefix of the address": delegation((key) => ["Login", `Ephemeral key: ${key}`, `Expiration: ${NEVER}`]),
  "a prefix of the address in lower case": delegation((key) => [
    "Login",
    `ephemeral address: ${key}`,
    `Expiration: ${NEVER}`,
  ]),
  "a wrong prefix of the expiration": delegation((key) => ["Login", `Ephemeral address: ${key}`, `Expires: ${NEVER}`]),
  "an ephemeral address that is none": delegation((key) => [
    "Login",
    `Ephemeral address: ${key.slice(0, -1)}`,
    `Expiration: ${NEVER}`,
  ]),
  "no ephemeral address": delegation(() => ["Login", "Ephemeral address: ", `Expiration: ${NEVER}`]),
};

/** Chains that prove nothing, by what the reason must say. */
export const BAD_CHAINS: [RegExp, Record<string, Forge>][] = [
  [/^auth chain(:| link \d:) \w/, NOT_LINKS],
  [/^auth chain(:| link \d:) \w/, WRONG_LINKS],
  [/^auth chain(: the challenge is not| link \d: (not signed by the authority|the authority is not))/, WRONG_SIGNERS],
  [/^auth chain link [12]: the signature is (missing|malformed)$/, WRONG_SIGNATURES],
  [/^auth chain link 1: malformed ephemeral payload$/, WRONG_DELEGATIONS],
];
