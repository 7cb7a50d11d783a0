/** A process full of clients that want to be in the way: see `flood.ts`, which starts it. */
import { once } from "node:events";
import { setPriority } from "node:os";
import { Identity } from "../identity.ts";
import { heartbeat } from "../packets.ts";
import { frame, RawSocket, upgradeRequest } from "../raw-socket.ts";
import { sleep } from "../wait.ts";
import type { Flood, Tally } from "./flood.ts";

/** How many messages are written at once; the kernel's buffers are what holds a client back. */
const BATCH = 500;
/** From how many networks they come. */
const NETWORKS = 3;

/** For a socket that was refused, so that the processor is not lost to this process alone. */
const RETRY_MS = 20;

const many = (message: Uint8Array) => Buffer.concat(new Array<Buffer>(BATCH).fill(frame(message)));

const RUBBISH = many(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff));
/** Heartbeats that the server has to read to the end. */
const BEATS = [many(heartbeat([Number.NaN, 0, 0])), many(heartbeat([-300_000, 0, -300_000], "I1"))];

/** Who they are for a server that is told so by what stands in front of it. */
const from = (index: number) => ({ "CF-Connecting-IP": `203.0.${113 + (index % NETWORKS)}.${1 + (index % 250)}` });

const tally: Tally = { silent: 0, sockets: 0, logins: 0, bytes: 0, closes: {} };

/** One that connects and says nothing, again and again if it has to. */
async function beSilent(host: string, index: number): Promise<void> {
  for (;;) {
    const socket = RawSocket.dial(host);
    socket.write(upgradeRequest(host, "/ws", from(index)));
    if ((await socket.opened()) === 101) {
      tally.silent += 1;
      await socket.ended;
      tally.silent -= 1;
    }
    socket.cut();
    await sleep(RETRY_MS);
  }
}

/** Writes for as long as the server listens; who is deaf also when it has said goodbye. */
async function shout(socket: RawSocket, chunk: Buffer): Promise<void> {
  const { socket: tcp } = socket;
  const gone = socket.deaf ? once(tcp, "close") : socket.ended;
  while (!tcp.destroyed && (socket.deaf || !socket.closeInfo)) {
    tally.bytes += chunk.length;
    if (tcp.write(chunk)) await sleep(0);
    else await Promise.race([once(tcp, "drain"), gone]).catch(() => {});
  }
  const code = socket.closeInfo?.code ?? 0;
  tally.closes[code] = (tally.closes[code] ?? 0) + 1;
  socket.cut();
}

/** One that sends rubbish before it has even got its socket, and comes again when it is closed. */
async function floodEarly(host: string, index: number, deaf: boolean): Promise<void> {
  for (;;) {
    const socket = RawSocket.dial(host);
    socket.deaf = deaf;
    socket.write(upgradeRequest(host, "/ws", from(index)));
    tally.sockets += 1;
    await shout(socket, RUBBISH);
    await sleep(0);
  }
}

/** One that logs in, sends rubbish, and comes again when it is closed. */
async function floodLate(host: string, index: number, deaf: boolean): Promise<void> {
  const chunk = BEATS[index % BEATS.length] ?? RUBBISH;
  const identity = await Identity.create();
  for (;;) {
    try {
      const socket = await RawSocket.open(host, { headers: from(index) });
      tally.sockets += 1;
      socket.deaf = deaf;
      await socket.login(identity);
      tally.logins += 1;
      await shout(socket, chunk);
    } catch {
      await sleep(RETRY_MS);
    }
  }
}

// What these clients cost is not to be missing where the server runs: elsewhere they would have machines of their own.
setPriority(19);
process.once("message", ({ host, silent, early, late, deaf }: Flood) => {
  for (let index = 0; index < silent; index += 1) void beSilent(host, index);
  for (let index = 0; index < early; index += 1) void floodEarly(host, index, index < deaf);
  for (let index = 0; index < late; index += 1) void floodLate(host, index, index < deaf);
  process.on("message", () => process.send?.(tally));
});
// Whoever started it is gone.
process.once("disconnect", () => process.exit(0));
