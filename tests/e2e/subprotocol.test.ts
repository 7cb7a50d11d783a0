import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { send, upgradeHeaders } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import {
  challengeRequest,
  decodeServerPacket,
  heartbeat,
  type Kind,
  type Payloads,
  signedChallenge,
} from "./support/packets.ts";
import { freshGround, Realm } from "./support/realm.ts";

const PATHS = ["/ws", "/archipelago/ws"];

/** A session on the platform's own WebSocket, the one that browsers have. */
async function browserSession(url: string, protocols: string[]) {
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  const frames: ArrayBuffer[] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    frames.push(data);
    wake();
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("the connection failed"));
  });
  const next = async <K extends Kind>(kind: K): Promise<Payloads[K]> => {
    if (frames.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const frame = frames.shift();
    assert.ok(frame instanceof ArrayBuffer, "not a binary frame");
    const packet = decodeServerPacket(new Uint8Array(frame));
    assert.equal(packet.kind, kind);
    return packet.payload as Payloads[K];
  };
  return { socket, next };
}

describe("the subprotocol", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  for (const path of PATHS) {
    const offers: [string | undefined, string | undefined][] = [
      [undefined, undefined],
      ["archipelago", "archipelago"],
      ["something, archipelago", "archipelago"],
      ["something,archipelago,other", "archipelago"],
      ["something", undefined],
      ["archipelagos", undefined],
    ];
    for (const [offer, chosen] of offers) {
      it(`is ${chosen} at ${path} when the client offers ${offer}`, async () => {
        const url = realm.url + path;
        const { status, headers } = await send(url, upgradeHeaders(offer));
        assert.equal(status, 101);
        assert.equal(headers["sec-websocket-protocol"], chosen);
      });
    }

    for (const protocols of [["archipelago"], []]) {
      const offered = protocols.length === 1 ? "with" : "without";
      it(`lets the ws library in ${offered} it at ${path}`, async () => {
        const identity = await Identity.create();
        const client = await realm.connect({ path, protocols });
        assert.equal(client.socket.protocol, protocols[0] ?? "");
        assert.equal(await client.handshake(identity), identity.address);
      });

      it(`lets a browser in ${offered} it at ${path}`, async () => {
        const identity = await Identity.create();
        const { socket, next } = await browserSession(`ws://${realm.host}${path}`, protocols);
        assert.equal(socket.protocol, protocols[0] ?? "");
        socket.send(challengeRequest(identity.address));
        const { challengeToSign } = await next("challengeResponse");
        socket.send(signedChallenge(identity.sign(challengeToSign)));
        assert.equal((await next("welcome")).peerId, identity.address);
        socket.send(heartbeat(freshGround()(0, 0)));
        const { peers } = await next("islandChanged");
        assert.deepEqual(Object.keys(peers), [identity.address]);
        socket.close();
      });
    }
  }
});
