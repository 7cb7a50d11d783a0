import { frame, RawSocket, upgradeRequest } from "../raw-socket.ts";
import { atMost } from "../wait.ts";
import { bytes, type Chance, pick, whole } from "./acts.ts";

/** How long the answer to a strange request is waited for, and to what is none, or not a whole one. */
const ANSWER_MS = 1_000;
const NO_ANSWER_MS = 30;

const ENOUGH = 40_000;

/** What a header may not be, or what nobody expects in one. */
const HEADERS: Record<string, string>[] = [
  { "Sec-WebSocket-Version": "99" },
  { "Sec-WebSocket-Version": "" },
  { "Sec-WebSocket-Key": "" },
  { "Sec-WebSocket-Key": "rubbish" },
  { "Sec-WebSocket-Key": "x".repeat(5_000) },
  { Upgrade: "h2c" },
  { Upgrade: "websocket, websocket" },
  { Connection: "close" },
  { "Sec-WebSocket-Protocol": ",,,," },
  { "Sec-WebSocket-Protocol": "x".repeat(1_000) },
  { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits=99" },
  { "Sec-WebSocket-Extensions": "permessage-deflate" },
  { "CF-Connecting-IP": "::::" },
  { "CF-Connecting-IP": "x".repeat(1_000) },
  { Host: "" },
  { Host: "x".repeat(3_000) },
  { Host: "a b" },
  { "Content-Length": "5" },
  { "Transfer-Encoding": "chunked" },
  { Expect: "100-continue" },
  { "X-Long": "x".repeat(ENOUGH) },
  Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`X-${index}`, "x"])),
];

const PATHS = [
  "/",
  "/ws/",
  "/ws?token=x",
  "/archipelago/ws",
  "/rooms/I1",
  "/rooms/main.I1?token=x",
  "/rooms/%00",
  "/rooms/..%2f..",
  "/live",
  "//ws",
  `/ws?${"x".repeat(ENOUGH)}`,
  "/peers/%ff",
  `/peers?${"id=x&".repeat(1_000)}`,
  "http://elsewhere.example/ws",
];

/** Somebody's first words, all of them decided beforehand. */
export type FirstWords = (host: string) => Uint8Array | string;

const KINDS: ((chance: Chance) => FirstWords)[] = [
  (chance) => {
    const noise = bytes(chance, whole(chance, 1, 500));
    return () => noise;
  },
  (chance) => {
    const length = whole(chance, 1, 150);
    return (host) => upgradeRequest(host, "/ws").slice(0, length);
  },
  (chance) => {
    const headers = pick(chance, HEADERS);
    return (host) => upgradeRequest(host, "/ws", headers);
  },
  (chance) => {
    const path = pick(chance, PATHS);
    return (host) => upgradeRequest(host, path);
  },
  (chance) => {
    const method = pick(chance, ["POST", "HEAD", "PUT", "OPTIONS", "BREW", "get", "PRI"]);
    return (host) => upgradeRequest(host, "/ws").replace("GET", method);
  },
  (chance) => {
    const version = pick(chance, ["HTTP/1.0", "HTTP/2.0", "HTTP/9", "", "SPDY"]);
    return (host) => upgradeRequest(host, "/ws").replace("HTTP/1.1", version);
  },
  () => (host) => upgradeRequest(host, "/ws").repeat(3),
  () => (host) => upgradeRequest(host, "/ws").replaceAll("\r\n", "\n"),
  () => () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  () => () => Buffer.concat([frame(Buffer.from("hello")), frame(Buffer.alloc(20))]),
  () => (host) => Buffer.concat([Buffer.from(upgradeRequest(host, "/ws")), frame(new Uint8Array(0))]),
];

/** Something that is, or is not, a request. */
export function planRequest(chance: Chance): FirstWords {
  return pick(chance, KINDS)(chance);
}

/** Says it, waits a moment for an answer, and leaves; returns the status, 0 if there was none. */
export async function ask(host: string, words: FirstWords): Promise<number> {
  const socket = RawSocket.dial(host);
  const said = words(host);
  socket.write(said);
  let status = 0;
  await atMost(
    String(said).endsWith("\r\n\r\n") ? ANSWER_MS : NO_ANSWER_MS,
    socket.opened().then((answered) => {
      status = answered;
    }),
  );
  socket.cut();
  return status;
}
