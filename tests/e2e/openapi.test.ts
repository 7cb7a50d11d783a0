/** The document of the HTTP answers, as it is served. That the answers are as it says is tested wherever they are. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { type Answer, send } from "./support/http.ts";
import { Realm } from "./support/realm.ts";

interface Operation {
  operationId?: string;
  responses: Record<string, unknown>;
}

/** What of the document is looked at, or spoilt. */
interface Document {
  openapi: string;
  info: { title?: string; version: string };
  servers: { url: string; variables?: Record<string, { default: string; enum: string[] }> }[];
  paths: Record<string, { get: Operation; head: Operation; options: Operation; parameters?: unknown[] }>;
  components: { responses: Record<string, unknown>; schemas: Record<string, unknown> };
}

/** What a document must not be like, and the rule that says so. */
const SPOILT: [what: string, rule: string, spoil: (document: Document) => void][] = [
  ["leads nowhere", "no-unresolved-refs", ({ components }) => delete components.schemas.Peers],
  ["has what nobody needs", "no-unused-components", ({ components }) => Object.assign(components.schemas, { X: {} })],
  ["has no title", "struct", ({ info }) => delete info.title],
  ["has an operation without a name", "operation-operationId", ({ paths }) => delete paths["/about"]?.get.operationId],
  [
    "has a path without its parameter",
    "path-parameters-defined",
    ({ paths }) => delete paths["/peers/{id}"]?.parameters,
  ],
  [
    "has two operations of one name",
    "operation-operationId-unique",
    ({ paths }) => Object.assign(paths["/about"]?.get ?? {}, { operationId: "getPeers" }),
  ],
];

/** What a linter says of a document, with all rules that it recommends but one. */
async function complaints(source: string): Promise<{ rule: string; text: string }[]> {
  // Of an upgrade it knows only that it is no success: 101 is no status of its kind.
  const config = await createConfig({ extends: ["recommended"], rules: { "operation-2xx-response": "off" } });
  const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
  return problems.map(({ severity, ruleId, message, location }) => {
    return { rule: ruleId, text: `${severity}: ${message} (${location[0]?.pointer})` };
  });
}

describe("/openapi.json", () => {
  let realm: Realm;
  let answer: Answer;
  before(async () => {
    realm = await Realm.start({ REALMS: "atoll,reef" });
    answer = await send(`${realm.url}/openapi.json`, {});
  });
  after(() => realm.stop());

  const document = () => JSON.parse(answer.body) as Document;

  it("is a document of OpenAPI 3.1, of this version", async () => {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.match(document().openapi, /^3\.1\./);
    assert.equal(document().info.version, (await realm.get<{ version: string }>("/status")).version);
  });

  it("names the realms that there are", () => {
    const [, { url, variables } = assert.fail("no server of a realm")] = document().servers;
    const { default: first, enum: all } = variables?.realm ?? assert.fail("no realm in it");
    assert.deepEqual([url, first, all], ["/{realm}", "atoll", ["atoll", "reef"]]);
  });

  it("lints clean", async () => {
    assert.deepEqual(await complaints(answer.body), []);
  });

  for (const [what, rule, spoil] of SPOILT) {
    it(`would not, if it ${what}`, async () => {
      const spoilt = document();
      spoil(spoilt);
      const rules = (await complaints(JSON.stringify(spoilt))).map((complaint) => complaint.rule);
      assert.ok(rules.includes(rule), `${rules}`);
    });
  }

  it("says for every path what success is, or that there is a WebSocket", () => {
    for (const [path, { get, head, options }] of Object.entries(document().paths)) {
      const upgrades = "101" in get.responses;
      assert.equal((upgrades ? "426" : "200") in get.responses, true, path);
      assert.equal((upgrades ? "426" : "200") in head.responses, true, path);
      assert.deepEqual([upgrades && "200" in get.responses, "101" in head.responses], [false, false], path);
      assert.ok("204" in options.responses, path);
    }
  });

  it("need not be sent again", async () => {
    const { headers } = answer;
    const again = await send(`${realm.url}/openapi.json`, { "If-None-Match": headers.etag ?? assert.fail("no tag") });
    assert.deepEqual([again.status, again.body, again.headers.etag], [304, "", headers.etag]);
  });

  it("is the deployment's, not a realm's", async () => {
    for (const path of ["/atoll/openapi.json", "/reef/openapi.json", "/openapi", "/openapi.json/"]) {
      assert.equal((await send(realm.url + path, {})).status, 404, path);
    }
  });
});
