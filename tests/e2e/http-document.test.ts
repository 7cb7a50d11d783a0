/** That the check of answers against the document finds what is wrong with them, and that the table has all of it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Answer, readContract, send } from "./support/http.ts";
import { REALM_ROWS, ROOT_ROWS } from "./support/http-table.ts";
import type { Contract } from "./support/openapi.ts";
import { Realm } from "./support/realm.ts";

/** What is done to an answer that is right. */
type Change = Partial<Answer> | ((answer: Answer) => Partial<Answer>);

const without =
  (name: string) =>
  ({ headers }: Answer): Partial<Answer> => ({ headers: { ...headers, [name]: undefined } });

const withHeader =
  (name: string, value: string) =>
  ({ headers }: Answer): Partial<Answer> => ({ headers: { ...headers, [name]: value } });

const withBody = (value: unknown): Partial<Answer> => ({ body: JSON.stringify(value) });

/** What is asked, how the answer is changed, and what is said of it then. */
const WRONG: Record<string, [question: string, change: Change, complaint: RegExp]> = {
  "a field is missing": ["GET /peers", withBody({ ok: true }), /GET \/peers.*'peers'/],
  "there is a field too many": ["GET /peers", withBody({ ok: true, peers: [], more: 1 }), /additional properties/],
  "a field is null": ["GET /core-status", withBody({ healthy: true, userCount: null }), /userCount must be integer/],
  "something deep in it is wrong": [
    "GET /realms",
    withBody([{ serverName: "main", url: "http://x", usersCount: -1 }]),
    /\/0\/usersCount must be >= 0/,
  ],
  "it is JSON of another path": ["GET /parcels", withBody({ ok: true, peers: [] }), /'parcels'/],
  "it is no JSON": ["GET /islands", { body: "<!doctype html>" }, /not JSON/],
  "the text is another one": ["GET /ping", { body: "alive" }, /must be equal to one of/],
  "it is of another type": ["GET /status", withHeader("content-type", "text/html"), /text\/html instead of/],
  "it is of no type": ["GET /status", without("content-type"), /undefined instead of/],
  "its parameter is another one": ["GET /metrics", withHeader("content-type", "text/plain"), /text\/plain instead of/],
  "the status is not documented": ["GET /ping", { status: 418 }, /418: not in the document/],
  "the status is documented elsewhere": ["GET /ping", { status: 503 }, /503: not in the document/],
  "an error has another shape": ["GET /islands/I1", withBody({ ok: false, peer: null }), /'error'/],
  "it has no tag": ["GET /peers", without("etag"), /without ETag/],
  "not everybody may read it": ["GET /about", without("access-control-allow-origin"), /without Access-Control/],
  "a header says something else": ["GET /peers", withHeader("cache-control", "max-age=60"), /Cache-Control/],
  "a refusal does not say what is allowed": ["POST /peers", without("allow"), /without Allow/],
  "a method is taken that there is not": ["POST /peers", { status: 200 }, /200: not in the document/],
  "there is a body after HEAD": ["HEAD /status", { body: "{}" }, /a body/],
  "there is a body where none belongs": ["OPTIONS /peers", { body: "{}" }, /a body that is not in the document/],
  "there is something at an unknown path": ["GET /nothing", { status: 200 }, /200: not in the document/],
  "an unknown path is refused otherwise": ["GET /nothing", withBody({ ok: false, peer: null }), /'error'/],
  "an unknown path has another error": ["GET /nothing", { status: 503 }, /503: not in the document/],
};

/** Of paths that are there twice or more, which is meant. */
const SAME = ["/rooms/status", "/main/rooms/status", "/test/peers/nobody", "/peers/about", "/comms/islands/I1"];

describe("the check of answers", () => {
  let realm: Realm;
  let contract: Contract;
  before(async () => {
    realm = await Realm.start({ REALMS: "main,test" });
    contract = await readContract(realm.url);
  });
  after(() => realm.stop());

  for (const [what, [question, change, complaint]] of Object.entries(WRONG)) {
    it(`fails if ${what}`, async () => {
      const [method = "", path = ""] = question.split(" ");
      const answer = await send(realm.url + path, {}, method);
      contract.assertDocumented(method, path, answer);
      const wrong = { ...answer, ...(typeof change === "function" ? change(answer) : change) };
      assert.throws(() => contract.assertDocumented(method, path, wrong), { message: complaint });
    });
  }

  it("knows which path is meant", async () => {
    for (const path of SAME) contract.assertDocumented("GET", path, await send(realm.url + path, {}));
  });

  it("takes no realm's paths for those of the deployment", async () => {
    const ping = await send(`${realm.url}/ping`, {});
    assert.throws(() => contract.assertDocumented("GET", "/test/ping", ping), { message: /not in the document/ });
  });
});

describe("the table", () => {
  it("has every path of the document, and each as it is there", async () => {
    const realm = await Realm.start();
    try {
      const { document } = await readContract(realm.url);
      const parameters = (path: string) => path.replace(/\?.*/, "").replace(/\{[^}]*\}(\.\{[^}]*\})?/g, "{id}");
      const rows = new Set([...REALM_ROWS, ...ROOT_ROWS].map(({ path }) => parameters(path)));
      const missing = Object.keys(document.paths).filter((path) => !rows.has(parameters(path)));
      assert.deepEqual(missing, []);
    } finally {
      await realm.stop();
    }
  });
});
