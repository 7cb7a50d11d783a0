/** `npm run serve`: a realm without wrangler, as an operator runs it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import WebSocket from "ws";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { OPTIONAL } from "../../scripts/lib/variables.mjs";
import { readWranglerConfig } from "../../scripts/lib/workerd-config.mjs";
import { Catalyst } from "./support/catalyst.ts";
import type { Client } from "./support/client.ts";
import { ask, getJson } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { freshGround } from "./support/realm.ts";
import { Served } from "./support/served.ts";
import type { About } from "./support/stats.ts";

const TYPES = {
  "/": "text/html; charset=utf-8",
  "/simulator": "text/html; charset=utf-8",
  "/api": "text/html; charset=utf-8",
  "/base.css": "text/css; charset=utf-8",
  "/favicon.svg": "image/svg+xml",
  "/build/map.js": "text/javascript; charset=utf-8",
  "/build/worlds_bg.wasm": "application/wasm",
};

const ONE_PER_IP = ["--var", "MAX_SOCKETS_PER_IP:1", "--var", "CONNECTOR_SHARDS:1"];

interface Player {
  client: Client;
  identity: Identity;
  island: string;
}

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "serve-"));
}

/** What becomes of two connections that say to be from there: open, or refused with a status. */
async function knock(served: Served, ip: string): Promise<("open" | number)[]> {
  const sockets = [0, 1].map(
    () => new WebSocket(`ws://127.0.0.1:${served.port}/ws`, { headers: { "CF-Connecting-IP": ip } }),
  );
  const fates = sockets.map(
    (socket) =>
      new Promise<"open" | number>((resolve) => {
        socket.on("open", () => resolve("open"));
        socket.on("unexpected-response", (_, { statusCode = 0 }) => resolve(statusCode));
        socket.on("error", () => resolve(0));
      }),
  );
  const seen = await Promise.all(fates);
  for (const socket of sockets) socket.terminate();
  return seen.sort((one, other) => (one === "open" ? -1 : other === "open" ? 1 : 0));
}

/** The content servers that clients are told who say to be from there; of two to choose from, both but for one run in 2⁵⁸. */
async function contentsFrom(served: Served, country: string): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => ask(`${served.url}/about`, { "CF-IPCountry": country })),
  );
  const contents = answers.map(({ status, body }) => {
    assert.equal(status, 200, body);
    return String((JSON.parse(body) as About).content.publicUrl);
  });
  return [...new Set(contents)].sort();
}

async function enter(served: Served, at: readonly [number, number, number], known?: Identity): Promise<Player> {
  const identity = known ?? (await Identity.create());
  const client = await served.connect();
  await client.handshake(identity);
  const { islandId } = await client.arrive([...at]);
  return { client, identity, island: islandId };
}

describe("a realm that is served", () => {
  let folder: string;
  let served: Served;
  before(async () => {
    folder = await newFolder();
    served = await Served.start(["--state", join(folder, "state"), "--var", "REALM_NAME:mine", ...ONE_PER_IP]);
  });
  after(async () => {
    await served.end();
    await rm(folder, { recursive: true, force: true });
  });

  it("has the pages, as they are in the other ways to run it", async () => {
    for (const [path, type] of Object.entries(TYPES)) {
      const { status, headers, body } = await ask(served.url + path);
      assert.deepEqual([status, headers["content-type"]], [200, type], path);
      assert.match(String(headers["content-security-policy"]), /^default-src 'none'/, path);
      assert.ok(body.length > 0, path);
      const head = await ask(served.url + path, {}, "HEAD");
      assert.deepEqual([head.status, head.body, head.headers["content-type"]], [200, "", type], path);
      const again = await ask(served.url + path, { "If-None-Match": headers.etag ?? assert.fail("no tag") });
      assert.deepEqual([again.status, again.body], [304, ""], path);
    }
    const policy = (await ask(`${served.url}/simulator`)).headers["content-security-policy"];
    assert.match(String(policy), /wasm-unsafe-eval/);
    const detour = await ask(`${served.url}/index.html`);
    assert.deepEqual([detour.status, detour.headers.location], [307, "/"]);
  });

  it("leaves everything else to the Worker", async () => {
    const about = await getJson<{ configurations: { realmName: string } }>(`${served.url}/about`);
    assert.equal(about.configurations.realmName, "mine");
    for (const path of ["/nothing", "/_headers", "/build/"]) {
      const { status, body } = await ask(served.url + path);
      assert.deepEqual([status, body], [404, '{"error":"Not Found"}'], path);
    }
  });

  it("says where it is", () => {
    for (const path of ["/", "/simulator", "/api", "/about"]) {
      assert.ok(served.output.includes(` http://localhost:${served.port}${path}\n`), served.output);
    }
  });

  it("keeps its state for its own user", async () => {
    await getJson(`${served.url}/about`);
    const entries = await readdir(join(folder, "state"), { recursive: true });
    assert.ok(
      entries.some((entry) => entry.endsWith(".sqlite")),
      "there is no state",
    );
    for (const entry of ["", ...entries]) {
      const { mode } = await stat(join(folder, "state", entry));
      assert.equal(mode & 0o077, 0, entry);
    }
  });

  it("believes nobody who says which IP is theirs, and says so where that makes a limit void", async () => {
    assert.match(served.output, /^MAX_SOCKETS_PER_IP limits nobody without --behind-proxy/m);
    assert.deepEqual(await knock(served, "192.0.2.1"), ["open", "open"]);
  });

  it("shares neither port nor state", async () => {
    const port = await Served.fail(["--port", String(served.port), "--state", join(folder, "other")]);
    assert.equal(port.status, 1);
    assert.match(port.output, new RegExp(`✗ Port ${served.port} is taken`));
    const state = await Served.fail(["--port", "1", "--state", join(folder, "state")]);
    assert.equal(state.status, 1);
    assert.match(state.output, /✗ Another realm is served from .*\/state\./);
  });
});

describe("a realm that is served again", () => {
  let folder: string;
  before(async () => {
    folder = await newFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [signal, where] of [
    ["SIGTERM", "where they were"],
    ["SIGINT", "on a copy of its state"],
  ] as const) {
    it(`has its islands after ${signal}, ${where}`, async () => {
      const state = join(folder, signal);
      const at = freshGround();
      const first = await Served.start(["--state", state]);
      const [one, two] = [await enter(first, at(0, 0)), await enter(first, at(1, 0))];
      assert.equal(one.island, two.island);
      const far = await enter(first, at(5_000, 0));
      const { status } = await first.end(signal);
      assert.equal(status, 0, first.output);
      for (const { client } of [one, two, far]) assert.equal((await client.ended).code, 1006);
      const copy = `${state}-copy`;
      execFileSync("cp", ["-a", state, copy]);
      const second = await Served.start(["--state", signal === "SIGTERM" ? state : copy]);
      try {
        for (const { identity, island } of [one, two, far]) {
          const place = island === far.island ? at(5_000, 0) : at(0, 0);
          const back = await enter(second, place, identity);
          assert.equal(back.island, island);
          back.client.cut();
        }
      } finally {
        await second.end();
      }
    });
  }

  it("ends with a status that says so, when workerd has died", async () => {
    const served = await Served.start(["--state", join(folder, "dead")]);
    process.kill(served.workerd(), "SIGKILL");
    await served.ended;
    const { status, output } = served.outcome;
    assert.equal(status, 1);
    assert.match(output, /✗ workerd has ended by itself\./);
  });

  it("is refused while the workerd of a starter that was killed lives on", async () => {
    const state = join(folder, "orphaned");
    const served = await Served.start(["--state", state]);
    const orphan = served.workerd();
    try {
      await served.kill9();
      const { status, output } = await Served.fail(["--port", "1", "--state", state]);
      assert.equal(status, 1);
      assert.match(output, /✗ Another realm is served from /);
    } finally {
      process.kill(orphan, "SIGKILL");
    }
    await served.ended;
    const next = await Served.start(["--state", state]);
    assert.equal((await next.end()).status, 0);
  });
});

describe("what a request says of the client's country", () => {
  for (const [title, args, believed] of [
    ["is believed if a proxy says it", ["--behind-proxy"], true],
    ["is believed of nobody if there is no proxy", [], false],
  ] as const) {
    it(title, async () => {
      const folder = await newFolder();
      const { fr, us } = await Catalyst.startAll("fr", "us");
      const contents = [fr, us].map(({ url }) => `${url}/content/`);
      const urls = `CATALYST_URLS:${fr.url}|FR,${us.url}|US`;
      const served = await Served.start(["--state", folder, "--var", urls, ...args]);
      try {
        const told = [await contentsFrom(served, "FR"), await contentsFrom(served, "US")];
        const all = [...contents].sort();
        assert.deepEqual(told, believed ? contents.map((content) => [content]) : [all, all]);
      } finally {
        await served.end();
        await Promise.all([fr.stop(), us.stop()]);
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});

describe("a realm that is served behind a proxy", () => {
  it("believes what the proxy says of a client's IP", async () => {
    const folder = await newFolder();
    const served = await Served.start(["--state", folder, "--behind-proxy", ...ONE_PER_IP]);
    try {
      assert.deepEqual(await knock(served, "192.0.2.1"), ["open", 429]);
      assert.deepEqual(await knock(served, "192.0.2.2"), ["open", 429]);
    } finally {
      await served.end();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("the variables of a realm that is served", () => {
  it("come from the command line, else from the environment, else from files", async () => {
    const folder = await newFolder();
    const env = { REALM_NAME: "environment", PUBLIC_URL: "https://realm.example", UNKNOWN: "nothing" };
    const served = await Served.start(["--state", folder, "--var", "REALM_NAME:line"], env);
    try {
      const { body } = await ask(`${served.url}/about`);
      assert.match(body, /"realmName":"line"/);
      assert.match(body, /peer\.decentraland\.org\/content/);
      assert.match(body, /archipelago:wss:\/\/realm.example\/ws/);
    } finally {
      await served.end();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are those of the README", async () => {
    const text = await readFile(join(ROOT, "README.md"), "utf8");
    const [, table = ""] = text.split("| variable | default | meaning |");
    const [rows = ""] = table.split("\n\n");
    const inReadme = rows.split("\n").flatMap((row) => (row.split("|")[1] ?? "").match(/[A-Z][A-Z_]+/g) ?? []);
    const { vars = {} } = await readWranglerConfig();
    assert.deepEqual([...Object.keys(vars), ...OPTIONAL].sort(), inReadme.sort());
  });
});

describe("the help", () => {
  it("names every option, and nothing is served", async () => {
    const { status, output } = await Served.fail(["--help"]);
    assert.equal(status, 0, output);
    const options = output.match(/(?<=^ +)--[a-z-]+/gm);
    assert.deepEqual(options, ["--port", "--host", "--state", "--var", "--behind-proxy", "--built", "--export"]);
  });
});

describe("what cannot be served", () => {
  const mistakes: [string, string[], RegExp][] = [
    ["an unknown option", ["--prot", "8787"], /✗ Unknown option '--prot'/],
    ["an argument", ["8787"], /✗ Unexpected argument '8787'/],
    ["no port", ["--port", "many"], /✗ Not a port: many\./],
    ["a port out of range", ["--port", "70000"], /✗ Not a port: 70000\./],
    [
      "an address of another machine",
      ["--port", "1", "--host", "192.0.2.1"],
      /✗ workerd did not start: it ended with /,
    ],
    [
      "an unknown variable",
      ["--port", "1", "--built", "--var", "REALM_NAM:main"],
      /✗ There is no variable REALM_NAM\.\n.*There are ARCHIPELAGO_CROWD_POLICY, /,
    ],
    ["no variable", ["--port", "1", "--built", "--var", "REALM_NAME=main"], /✗ Not a variable: REALM_NAME=main\./],
  ];
  for (const [what, args, said] of mistakes) {
    it(`says so: ${what}`, async () => {
      const folder = await newFolder();
      const { status, output } = await Served.fail(["--state", folder, ...args]);
      await rm(folder, { recursive: true, force: true });
      assert.equal(status, 1, output);
      assert.match(output, said);
    });
  }
});

describe("an export", () => {
  let folder: string;
  before(async () => {
    folder = await newFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("is all that serving takes", async () => {
    const bare = join(folder, "bare");
    const exported = await Served.fail(["--export", bare]);
    assert.equal(exported.status, 0, exported.output);
    assert.deepEqual(
      (await readdir(bare)).filter((name) => name.startsWith(".")),
      [],
    );
    assert.ok(!existsSync(join(bare, "scripts", "lib", "build.mjs")), "it can build");
    const unbuilt = await Served.fail(["--port", "1", "--state", join(folder, "unbuilt")], bare);
    assert.equal(unbuilt.status, 1);
    assert.match(unbuilt.output, /✗ There is nothing here to build from/);
    await writeFile(join(bare, ".dev.vars"), "REALM_NAME=file\nROOM_PREFIX='F'\n");
    const env = { PATH: "/usr/bin:/bin", ROOM_PREFIX: "E" };
    const served = await Served.start(["--built", "--state", join(folder, "state")], env, bare);
    try {
      assert.equal((await ask(`${served.url}/`)).status, 200);
      assert.match((await ask(`${served.url}/about`)).body, /"realmName":"file"/);
      assert.equal((await enter(served, [0, 0, 0])).island, "E1");
    } finally {
      await served.end();
    }
  });

  it("mixes with nothing", async () => {
    const full = join(folder, "full");
    await mkdir(full);
    await writeFile(join(full, "old"), "");
    const { status, output } = await Served.fail(["--export", full]);
    assert.equal(status, 1);
    assert.match(output, /✗ .*\/full is not empty\./);
  });
});
