/** What each path answers to each method, in each state that a realm can be in. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Answer, PREFLIGHT, send, upgradeHeaders } from "./support/http.ts";
import {
  type Cell,
  MISCONFIGURED,
  NOT_ALLOWED,
  NOT_FOUND,
  NOT_MODIFIED,
  OPTIONS,
  REALM_ROWS,
  ROOT_ROWS,
  type Row,
  type State,
  UNKNOWN_PATHS,
} from "./support/http-table.ts";
import { comparable, type View, World } from "./support/http-world.ts";
import { exchange, sendExactly } from "./support/raw-http.ts";
import { Realm } from "./support/realm.ts";

const STATES: Record<State, string> = {
  empty: "nobody is in",
  populated: "players are in",
  upstreamDown: "all services are down",
  realmDown: "the realm does not answer",
};

const BASES = ["", "/main", "/test"];

/** The last one is of HTTP, but of no route. */
const OTHER_METHODS = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"];

const UPGRADE = upgradeHeaders("archipelago, rfc5");

/** Where that is asked for which a row is. */
interface Place {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** Path and query. */
  target: string;
  view: View;
}

const withoutBody = (cell: Cell): Cell => ({ ...cell, body: "" });

function assertCell(answer: Answer, cell: Cell, { view }: Place, what: string): void {
  const actual = comparable(answer);
  const headers = Object.entries(cell.headers).map(([name, value]) => [name, view.fill(value)]);
  const expected = { status: cell.status, headers: Object.fromEntries(headers) };
  assert.deepEqual({ status: actual.status, headers: actual.headers }, expected, what);
  if (cell.body instanceof RegExp) assert.match(String(actual.body), cell.body, what);
  else assert.equal(actual.body, view.fill(cell.body), what);
}

/** Asks for it in every way. */
async function assertRow({ answers, upgraded }: Row, place: Place): Promise<void> {
  const url = place.origin + place.target;
  const check = async (method: string, cell: Cell, headers: Record<string, string> = {}) => {
    const answer = await send(url, headers, method);
    assertCell(answer, cell, place, `${method} ${place.target}`);
    return answer;
  };
  const cell = answers[place.view.state];
  const { headers } = await check("GET", cell);
  await check("GET", headers.etag ? NOT_MODIFIED : cell, { "If-None-Match": headers.etag ?? "*" });
  await check("GET", upgraded?.[place.view.state] ?? cell, UPGRADE);
  await assertHead(place, cell);
  await check("HEAD", withoutBody(cell), UPGRADE);
  await check("OPTIONS", OPTIONS, PREFLIGHT);
  for (const method of OTHER_METHODS) await check(method, NOT_ALLOWED);
  await check("POST", NOT_ALLOWED, UPGRADE);
  await assertNoMethod(place);
}

async function assertNowhere(place: Place): Promise<void> {
  const url = place.origin + place.target;
  for (const method of ["GET", "OPTIONS", ...OTHER_METHODS]) {
    assertCell(await send(url, {}, method), NOT_FOUND, place, method);
  }
  assertCell(await send(url, UPGRADE), NOT_FOUND, place, "an upgrade");
  await assertHead(place, NOT_FOUND);
}

/** To the end of the connection: nothing comes after the headers. */
async function assertHead(place: Place, cell: Cell): Promise<void> {
  const answer = await sendExactly(place.origin, place.target, "HEAD");
  assertCell(answer, withoutBody(cell), place, `HEAD ${place.target}`);
}

/** What is no method of HTTP is refused by the platform already. */
async function assertNoMethod({ origin, target }: Place): Promise<void> {
  const answer = await exchange(origin, `BREW ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 501 /);
}

for (const [state, when] of Object.entries(STATES) as [State, string][]) {
  describe(`when ${when}`, () => {
    let world: World;
    before(async () => {
      world = await World.start(state);
    });
    after(() => world?.stop());

    const placeOf = (base: string, path: string): Place => {
      const view = world.view(base);
      return { origin: world.realm.url, target: base + view.fill(path), view };
    };

    describe("a path", { concurrency: 4 }, () => {
      for (const base of BASES) {
        for (const row of base === "" ? [...REALM_ROWS, ...ROOT_ROWS] : REALM_ROWS) {
          it(`${base}${row.path} answers as it should`, () => assertRow(row, placeOf(base, row.path)));
        }
      }

      for (const path of UNKNOWN_PATHS) {
        it(`${path} is nowhere`, () => assertNowhere(placeOf("", path)));
      }
    });

    it("nothing of that disturbs those who are in", () => world.assertUndisturbed());
  });
}

describe("when a variable is wrong", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ REALMS: "main,test", CONNECTOR_SHARDS: "-3" });
  });
  after(() => realm.stop());

  for (const base of BASES) {
    it(`every path below ${base}/ says so, whatever is done there`, async () => {
      const view: View = { state: "empty", fill: (text) => text.replace(/\{\w+\}/g, "x") };
      for (const path of [...[...REALM_ROWS, ...ROOT_ROWS].map((row) => row.path), ...UNKNOWN_PATHS]) {
        const place = { origin: realm.url, target: base + view.fill(path), view };
        for (const method of ["GET", "OPTIONS", ...OTHER_METHODS]) {
          assertCell(await send(place.origin + place.target, {}, method), MISCONFIGURED, place, place.target);
        }
        assertCell(await send(place.origin + place.target, UPGRADE), MISCONFIGURED, place, place.target);
        await assertHead(place, MISCONFIGURED);
      }
    });
  }
});
