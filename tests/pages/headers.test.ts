/** What the pages and all that belongs to them are sent with, where they are really served. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { type Answer, send } from "../e2e/support/http.ts";
import { sendExactly } from "../e2e/support/raw-http.ts";
import { Server } from "./support/server.ts";

const ASSETS = join(ROOT, "edge-worker", "assets");

/** What no page may do without: nothing comes from elsewhere, goes elsewhere, or is shown within something else. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "script-src 'self'",
];

/** The only ones that compile WebAssembly. */
const COMPILING = ["/simulator", "/build/simulator-worker.js"];

/** The only one whose style sheet has pictures in it. */
const PICTURED = "/api";

const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** What pages are also asked for as. */
const DETOURS = {
  "/index.html": "/",
  "/index": "/",
  "/api.html": "/api",
  "/api/": "/api",
  "/simulator.html": "/simulator",
  "/simulator/": "/simulator",
  "/simulator/index.html": "/simulator",
  "/%73imulator": "/simulator",
  "//simulator/": "/simulator",
  "/simulator/?next=//elsewhere.example": "/simulator?next=//elsewhere.example",
};

/** What has sent browsers elsewhere on other servers. */
const TRAPS = [
  "//elsewhere.example/",
  "//elsewhere.example/simulator/",
  "//elsewhere.example/index.html",
  "//elsewhere.example/../simulator/",
  "//elsewhere.example/%2e%2e/simulator/",
  "//elsewhere.example/..%2fsimulator/",
  "/\\elsewhere.example/simulator/",
  "/%5celsewhere.example/..%2fsimulator/",
  "/%2felsewhere.example/..%2fsimulator/",
  "/%2f%2felsewhere.example/..%2f..%2fsimulator/",
  "/https://elsewhere.example/..//simulator/",
  "/%0d%0aLocation:%20https://elsewhere.example/simulator/",
];

/** The paths of all files that are served. */
async function served(): Promise<string[]> {
  const entries = await readdir(ASSETS, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("_"));
  const paths = files.map(({ parentPath, name }) => `/${relative(ASSETS, join(parentPath, name))}`);
  return paths.map((path) => path.replace(/^\/index\.html$/, "/").replace(/\.html$/, ""));
}

function assertGuarded({ headers }: Answer, path: string) {
  let policy = String(headers["content-security-policy"]).split("; ");
  for (const directive of POLICY) {
    const compiles = COMPILING.includes(path) && directive.startsWith("script-src");
    const expected = compiles ? `${directive} 'wasm-unsafe-eval'` : directive;
    assert.ok(policy.includes(expected), `${path}: ${expected} is not in ${policy.join("; ")}`);
  }
  if (path === PICTURED) policy = policy.filter((directive) => directive !== "img-src 'self' data:");
  assert.ok(!/'unsafe-|https?:|\*|data:|blob:/.test(policy.join("; ")), `${path}: ${policy.join("; ")}`);
  for (const [name, value] of Object.entries(HEADERS)) assert.equal(headers[name], value, `${path}: ${name}`);
  assert.equal(headers["access-control-allow-origin"], undefined, path);
}

describe("what is served beside the API", () => {
  let server: Server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server.stop());

  it("is guarded, file by file", async () => {
    const paths = await served();
    for (const path of [
      "/",
      "/api",
      "/simulator",
      "/base.css",
      "/favicon.svg",
      "/build/map.js",
      "/build/worlds_bg.wasm",
    ]) {
      assert.ok(paths.includes(path), `${path} is not served`);
    }
    for (const path of paths) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await send(server.url + path, {}, method);
        assert.equal(answer.status, 200, `${method} ${path}`);
        assertGuarded(answer, path);
      }
    }
  });

  it("is guarded when it has not changed, too", async () => {
    for (const path of ["/", "/api", "/simulator", "/build/simulator-worker.js"]) {
      const { headers } = await send(server.url + path, {});
      const again = await send(server.url + path, { "If-None-Match": headers.etag ?? assert.fail("no tag") });
      assert.deepEqual([again.status, again.body], [304, ""]);
      assertGuarded(again, path);
    }
  });

  for (const [path, target] of Object.entries(DETOURS)) {
    it(`leads from ${path} to ${target}`, async () => {
      const answer = await sendExactly(server.url, path);
      assert.deepEqual([answer.status, answer.headers.location], [307, target]);
      for (const [name, value] of Object.entries(HEADERS)) assert.equal(answer.headers[name], value, name);
    });
  }

  for (const path of TRAPS) {
    it(`leads nobody from ${path} elsewhere`, async () => {
      const { headers } = await sendExactly(server.url, path);
      const { location } = headers;
      if (location === undefined) return;
      assert.equal(new URL(location, server.url).origin, server.url, location);
    });
  }

  it("does not show how it is served", async () => {
    for (const path of ["/_headers", "/_redirects", "/.assetsignore", "/build/", "/build", "/wrangler.toml"]) {
      const { status, headers, body } = await send(server.url + path, {});
      assert.equal(status, 404, path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.equal(body, '{"error":"Not Found"}');
    }
  });

  it("is not taken for a page where it is JSON", async () => {
    for (const path of ["/about", "/peers", "/peers/<script>", "/islands/<script>", "/<script>", "/ws", "/metrics"]) {
      const { headers } = await send(server.url + encodeURI(path), {});
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.doesNotMatch(headers["content-type"] ?? "", /html|xml|svg/, path);
    }
  });
});
