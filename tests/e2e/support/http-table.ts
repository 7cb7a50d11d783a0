/**
 * What each path answers, in each state that a realm can be in. In curly brackets is what differs from one world to the
 * next; see `http-world.ts`.
 */

/** The states, each of a realm of its own. */
export type State = "empty" | "populated" | "upstreamDown" | "realmDown";

/** An answer: all of its headers but those of the connection, and the whole body. */
export interface Cell {
  status: number;
  headers: Record<string, string>;
  body: string | RegExp;
}

/** A path and its answers. */
export interface Row {
  path: string;
  /** To `GET`. */
  answers: Record<State, Cell>;
  /** To an upgrade, where that makes a difference. */
  upgraded?: Record<State, Cell>;
}

const OPEN = { "access-control-allow-origin": "*", "x-content-type-options": "nosniff" };

const TAGGED = { ...OPEN, "access-control-expose-headers": "ETag", "cache-control": "no-cache", etag: "{tag}" };

const METHODS = "GET, HEAD, OPTIONS";

function json(status: number, value: unknown, headers: Record<string, string> = OPEN): Cell {
  return { status, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(value) };
}

function text(body: string | RegExp, type = "text/plain; charset=utf-8"): Cell {
  return { status: 200, headers: { ...OPEN, "content-type": type }, body };
}

const tagged = (value: unknown): Cell => json(200, value, TAGGED);

function error(status: number, error: string, headers: Record<string, string> = {}): Cell {
  return json(status, { error }, { ...OPEN, ...headers });
}

function switched(protocol?: string): Cell {
  const headers = { upgrade: "websocket", "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" };
  const chosen = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
  return { status: 101, headers: { ...headers, ...chosen }, body: "" };
}

export const NOT_FOUND = error(404, "Not Found");

export const NOT_ALLOWED = error(405, "Method Not Allowed", { allow: METHODS });

/** To `OPTIONS`. */
export const OPTIONS: Cell = {
  status: 204,
  headers: {
    ...OPEN,
    "access-control-allow-headers": "*",
    "access-control-allow-methods": METHODS,
    "access-control-max-age": "86400",
    allow: METHODS,
  },
  body: "",
};

/** To whoever has it already. */
export const NOT_MODIFIED: Cell = { status: 304, headers: TAGGED, body: "" };

/** To anything, where `CONNECTOR_SHARDS` is `-3`. */
export const MISCONFIGURED = error(500, 'CONNECTOR_SHARDS is "-3"; allowed: a whole number from 1 to 1024');

const UNAVAILABLE = error(503, "Realm unavailable");

const UPGRADE_REQUIRED = error(426, "Upgrade Required");

/** The same whatever the state is. */
function always(cell: Cell): Record<State, Cell> {
  return { empty: cell, populated: cell, upstreamDown: cell, realmDown: cell };
}

/** What only the realm knows, and it alone. */
function ofRealm(empty: Cell, populated: Cell, realmDown: Cell = UNAVAILABLE): Record<State, Cell> {
  return { empty, populated, upstreamDown: populated, realmDown };
}

const peer = (id: string, position: number[], parcel: number[]) => ({
  id,
  address: id,
  lastPing: "{now}",
  parcel,
  position,
});

const ONE = peer("{one}", [12.5, 1, -3.25], [0, -1]);
const TWO = peer("{two}", [40, 1, 20], [2, 1]);
const THREE = peer("{three}", [500, 2, 500], [31, 31]);

const PAIR = { id: "{pair}", peers: [ONE, TWO], maxPeers: 100, center: [26.25, 0, 8.375], radius: 18.005641477048243 };
const SINGLE = { id: "{single}", peers: [THREE], maxPeers: 100, center: [500, 0, 500], radius: 0 };

const PARCELS = [
  { peersCount: 1, parcel: { x: 0, y: -1 } },
  { peersCount: 1, parcel: { x: 2, y: 1 } },
  { peersCount: 1, parcel: { x: 31, y: 31 } },
];

/** Deployed where the first two are. */
const PLAZA = {
  id: "plaza",
  name: "Scene plaza",
  baseCoords: [0, -1],
  usersTotalCount: 2,
  parcels: [
    [0, -1],
    [2, 1],
  ],
};

const ROOMS = [
  { roomName: "{realm}.{pair}", count: 2 },
  { roomName: "{realm}.{single}", count: 1 },
];

function about(healthy: boolean, usersCount: number): unknown {
  return {
    healthy,
    acceptingUsers: healthy,
    configurations: { realmName: "{realm}", networkId: 1, globalScenesUrn: [], scenesUrn: [] },
    content: { healthy: true, publicUrl: "{content}" },
    lambdas: { healthy: true, publicUrl: "https://lambdas.example/" },
    comms: {
      healthy,
      protocol: "v3",
      version: "1.2.3",
      commitHash: "c0ffee",
      usersCount,
      adapter: "archipelago:archipelago:ws://{host}{base}/ws",
    },
  };
}

const status = (userCount: number) =>
  json(200, { version: "1.2.3", currentTime: "{now}", commitHash: "c0ffee", userCount });

const roomsStatus = (users: number, details: typeof ROOMS) =>
  json(200, { version: "1.2.3", currentTime: "{now}", commitHash: "c0ffee", users, rooms: details.length, details });

/** Nothing but comments and samples; one of them is how many players there are. */
function metrics(players: number): Cell {
  const line = String.raw`(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{.+\})? [-+.\w]+)\n`;
  const pattern = new RegExp(`^(?:${line})*dcl_archipelago_peers_count ${players}\\n(?:${line})*$`);
  return text(pattern, "text/plain; version=0.0.4; charset=utf-8");
}

const realmList = (inMain: number, inTest: number) =>
  json(200, [
    { serverName: "main", url: "http://{host}", usersCount: inMain },
    { serverName: "test", url: "http://{host}/test", usersCount: inTest },
  ]);

const noSuchPeer = json(404, { ok: false, peer: null });

/** What is under `/comms` too. */
const STATS: Row[] = [
  { path: "/peers", answers: ofRealm(tagged({ ok: true, peers: [] }), tagged({ ok: true, peers: [ONE, TWO, THREE] })) },
  {
    path: "/peers?id={two}&id={stranger}&id={three}&id=nobody",
    answers: ofRealm(tagged({ ok: true, peers: [] }), tagged({ ok: true, peers: [TWO, THREE] })),
  },
  {
    path: "/peers?id={stranger}",
    answers: ofRealm(tagged({ ok: true, peers: [] }), tagged({ ok: true, peers: [] })),
  },
  { path: "/peers/{one}", answers: ofRealm(noSuchPeer, tagged({ ok: true, peer: ONE })) },
  { path: "/peers/{stranger}", answers: ofRealm(noSuchPeer, noSuchPeer) },
  { path: "/peers/nobody", answers: always(noSuchPeer) },
  { path: "/peers/", answers: always(noSuchPeer) },
  {
    path: "/islands",
    answers: ofRealm(tagged({ ok: true, islands: [] }), tagged({ ok: true, islands: [PAIR, SINGLE] })),
  },
  { path: "/islands/{pair}", answers: ofRealm(NOT_FOUND, tagged(PAIR)) },
  { path: "/islands/Izz", answers: ofRealm(NOT_FOUND, NOT_FOUND) },
  { path: "/islands/nowhere", answers: always(NOT_FOUND) },
  { path: "/islands/", answers: always(NOT_FOUND) },
  { path: "/parcels", answers: ofRealm(tagged({ parcels: [] }), tagged({ parcels: PARCELS })) },
];

const SOCKET = { answers: always(UPGRADE_REQUIRED), upgraded: always(switched("archipelago")) };

/** What each realm has: under its name, and that of the first one at the root too. */
export const REALM_ROWS: Row[] = [
  {
    path: "/about",
    answers: {
      empty: json(200, about(true, 0)),
      populated: json(200, about(true, 3)),
      upstreamDown: error(503, "No content catalysts available"),
      realmDown: json(503, about(false, 0)),
    },
  },
  { path: "/ws", ...SOCKET },
  { path: "/archipelago/ws", ...SOCKET },
  { path: "/live", answers: always(UPGRADE_REQUIRED), upgraded: always(switched()) },
  ...STATS,
  ...STATS.map((row) => ({ ...row, path: `/comms${row.path}` })),
  {
    path: "/hot-scenes",
    answers: {
      empty: tagged([]),
      populated: tagged([PLAZA]),
      upstreamDown: error(503, "Content server unavailable"),
      realmDown: UNAVAILABLE,
    },
  },
  {
    path: "/core-status",
    answers: ofRealm(
      json(200, { healthy: true, userCount: 0 }),
      json(200, { healthy: true, userCount: 3 }),
      json(200, { healthy: false, userCount: 0 }),
    ),
  },
  { path: "/status", answers: ofRealm(status(0), status(3), status(0)) },
  { path: "/metrics", answers: ofRealm(metrics(0), metrics(3)) },
  { path: "/rooms/status", answers: ofRealm(roomsStatus(0, []), roomsStatus(3, ROOMS)) },
];

const NO_TOKEN = error(403, "room token missing");

/** What the deployment has, only at the root. */
export const ROOT_ROWS: Row[] = [
  {
    path: "/realms",
    answers: {
      empty: realmList(0, 0),
      populated: realmList(3, 0),
      upstreamDown: realmList(3, 3),
      realmDown: json(200, []),
    },
  },
  { path: "/health/live", answers: always(text("alive")) },
  { path: "/ping", answers: always(text("pong")) },
  { path: "/openapi.json", answers: always({ ...tagged({}), body: /^\{"openapi":"3\.1\.\d+","info":\{.+\}$/s }) },
  { path: "/rooms/{realm}.{pair}", answers: always(UPGRADE_REQUIRED), upgraded: always(NO_TOKEN) },
  { path: "/rooms/lobby", answers: always(UPGRADE_REQUIRED), upgraded: always(NO_TOKEN) },
  {
    path: "/rooms/{realm}.{pair}?token=x",
    answers: always(UPGRADE_REQUIRED),
    upgraded: always(error(403, "malformed room token")),
  },
  {
    path: "/rooms/{realm}.{pair}?token={forged}",
    answers: always(UPGRADE_REQUIRED),
    upgraded: always(error(403, "this token is not for this room")),
  },
  {
    path: "/rooms/{realm}.{pair}?token={token}",
    answers: always(UPGRADE_REQUIRED),
    upgraded: ofRealm(error(403, "malformed room token"), switched("rfc5")),
  },
];

/** What is nowhere, whatever is done with it. */
export const UNKNOWN_PATHS = [
  "/",
  "/nothing",
  "//about",
  "/about/",
  "/about/more",
  "/ABOUT",
  "/%61bout",
  "/%ff",
  "/archipelago",
  "/comms",
  "/comms/about",
  "/comms/test/peers",
  "/health",
  "/hot-scenes/more",
  "/islands/{pair}/more",
  "/main",
  "/main/test/about",
  "/moon/about",
  "/peers/{one}/more",
  "/ping/more",
  "/realms/main",
  "/rooms",
  "/rooms/",
  "/rooms/a%20b",
  "/rooms/main.{pair}/more",
  "/test",
  "/test/",
  "/test/health/live",
  "/test/openapi.json",
  "/test/ping",
  "/test/realms",
  "/test/rooms/test.{pair}",
  "/test/test/about",
];
