import { BAD_CHAINS } from "../bad-chains.ts";
import { link, relayed, signer } from "../chains.ts";
import { signWith } from "../identity.ts";
import { challengeRequest, heartbeat, signedChallenge } from "../packets.ts";
import { frame } from "../raw-socket.ts";
import { type Act, always, oneOf, pick, type Stage, whole } from "./acts.ts";

const CONNECTED: readonly Stage[] = ["connected"];
const CHALLENGED: readonly Stage[] = ["challenged"];
const PLAYING: readonly Stage[] = ["playing"];

const ADDRESS = `0x${"1".repeat(40)}`;
const BAD_ADDRESSES = [
  "",
  "0x",
  "nobody",
  ADDRESS.slice(0, -1),
  `${ADDRESS}1`,
  `0x${"g".repeat(40)}`,
  ` ${ADDRESS}`,
  "é".repeat(21),
  "x".repeat(10_000),
];
const FORGERIES = BAD_CHAINS.flatMap(([, forges]) => Object.values(forges));
const NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, -1e38, 1e30, 1_000_001, -1_000_000, 1e-45, 0, 77_777];
/** More than anybody may send at once. */
const MANY = 1_000;
const TOO_LONG = 1_025;

/** Both links of a contract wallet. */
const WALLET_LINKS = ["ECDSA_EIP_1654_EPHEMERAL", "ECDSA_EIP_1654_SIGNED_ENTITY"];

/** What can be wrong with what clients say, at the stage at which they may say something of the kind. */
export const PACKET_ACTS: readonly Act[] = [
  oneOf("no address", CONNECTED, [1008], BAD_ADDRESSES, ({ socket }, address) =>
    socket.send(challengeRequest(address)),
  ),
  oneOf("an early packet", CONNECTED, [1002], [signedChallenge("[]"), heartbeat([1, 2, 3])], ({ socket }, packet) =>
    socket.send(packet),
  ),
  always("two requests", CONNECTED, [1002], ({ socket }) => {
    socket.send(challengeRequest(ADDRESS));
    socket.send(challengeRequest(ADDRESS));
  }),
  always("a request, and gone", CONNECTED, [], ({ socket }) => {
    socket.send(challengeRequest(ADDRESS));
    socket.reset();
  }),
  oneOf("a forged chain", CHALLENGED, [1008, 1013], FORGERIES, ({ socket, identity, challenge }, forge) => {
    const chain = forge(identity, challenge);
    socket.send(signedChallenge(typeof chain === "string" ? chain : JSON.stringify(chain)));
  }),
  always("a chain that was used", CHALLENGED, [1008], ({ socket, used }) => socket.send(signedChallenge(used))),
  oneOf("a chain with too many links", CHALLENGED, [1008], [9, 12], ({ socket, identity, challenge }, links) =>
    socket.send(signedChallenge(JSON.stringify(relayed(identity, links - 2, challenge)))),
  ),
  oneOf("JSON that is too long", CHALLENGED, [1008], [8_193, 16_000], ({ socket }, length) =>
    socket.send(signedChallenge(" ".repeat(length))),
  ),
  oneOf("a contract wallet that is none", CHALLENGED, [1008, 1013], WALLET_LINKS, (guest, type) => {
    const { socket, identity, challenge } = guest;
    const signature = signWith(identity.wallet, challenge);
    socket.send(signedChallenge(JSON.stringify([signer(identity), link(type, challenge, signature)])));
  }),
  always("a chain of contract wallets", CHALLENGED, [1008, 1013], ({ socket, identity, challenge }) => {
    const wallet = (text: string) => link("ECDSA_EIP_1654_SIGNED_ENTITY", text, "0x");
    const links = [signer(identity), ...Array.from({ length: 6 }, () => wallet(ADDRESS)), wallet(challenge)];
    socket.send(signedChallenge(JSON.stringify(links)));
  }),
  always("a chain, twice", CHALLENGED, [1002], ({ socket, identity, challenge }) => {
    const packet = signedChallenge(identity.sign(challenge));
    socket.send(packet);
    socket.send(packet);
  }),
  always("a heartbeat before the welcome", CHALLENGED, [1002], ({ socket, identity, challenge }) => {
    socket.send(signedChallenge(identity.sign(challenge)));
    socket.send(heartbeat([1, 2, 3]));
  }),
  always("a chain, and gone", CHALLENGED, [], ({ socket, identity, challenge }) => {
    socket.send(signedChallenge(identity.sign(challenge)));
    socket.reset();
  }),
  always("another request", ["challenged", "proven", "playing"], [1002], ({ socket }) =>
    socket.send(challengeRequest(ADDRESS)),
  ),
  always("another chain", ["proven", "playing"], [1002], ({ socket, used }) => socket.send(signedChallenge(used))),
  {
    name: "impossible positions",
    stages: PLAYING,
    ends: [],
    plan: (chance) => {
      const axis = () => pick(chance, NUMBERS);
      const beats = Array.from({ length: whole(chance, 1, 30) }, () => heartbeat([axis(), axis(), axis()]));
      return ({ socket }) => {
        for (const beat of beats) socket.send(beat);
      };
    },
  },
  oneOf("a wish", PLAYING, [], ["I1", "", "x".repeat(65), "é".repeat(400), "../../etc", "\0"], ({ socket }, wish) =>
    socket.send(heartbeat([5, 0, 5], wish)),
  ),
  oneOf("too many heartbeats", PLAYING, [1008], [Number.NaN, 1], ({ socket }, x) => {
    socket.write(Buffer.concat(new Array<Buffer>(MANY).fill(frame(heartbeat([x, 0, 0])))));
  }),
  always("a heartbeat that is too long", PLAYING, [1009], ({ socket }) => {
    const rest = heartbeat([1, 2, 3], "x".repeat(500)).length - 500;
    socket.send(heartbeat([1, 2, 3], "x".repeat(TOO_LONG - rest)));
  }),
];
