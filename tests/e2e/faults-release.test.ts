import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { FAULTY_BUILD, ROOT } from "../../scripts/lib/paths.mjs";
import { readWranglerConfig } from "../../scripts/lib/workerd-config.mjs";
import { Realm } from "./support/realm.ts";

const SOURCE = join(ROOT, "edge-worker/src/lib.rs");
const REFUSAL = "a release must not have it";
const ROUTE = "/faults";

/** What the compiler says about the Worker with faults. It lacks the crates, and looks at the features before those. */
function compile(assertions: "on" | "off"): string {
  const options = ["--edition=2024", "--crate-type=lib", "--emit=metadata", "-o", "/dev/null"];
  const feature = ["--cfg", 'feature="faults"', "-C", `debug-assertions=${assertions}`];
  const { stderr, error } = spawnSync("rustc", [...options, ...feature, SOURCE], { encoding: "utf8" });
  assert.ifError(error);
  return stderr;
}

describe("faults on purpose", () => {
  it("do not compile in a release", async () => {
    assert.ok(compile("off").includes(REFUSAL));
    assert.ok(!compile("on").includes(REFUSAL));
    const profile = /^\[profile\.release\]\n((?:[^[].*\n)*)/m.exec(
      await readFile(join(ROOT, "Cargo.toml"), "utf8"),
    )?.[1];
    assert.ok(profile?.includes("opt-level"), "no profile for releases");
    assert.ok(!profile?.includes("debug-assertions"), "the release takes itself for another build");
  });

  it("are not in the release", async () => {
    const { main } = await readWranglerConfig();
    const release = await readFile(join(ROOT, main.replace("index.js", "index_bg.wasm")));
    assert.ok(!release.includes(ROUTE));
    assert.ok((await readFile(join(ROOT, FAULTY_BUILD, "index_bg.wasm"))).includes(ROUTE));
  });

  it("cannot be armed there", async () => {
    const realm = await Realm.start();
    try {
      const response = await fetch(realm.url + ROUTE, { method: "POST", body: '{"at":"realm.flush","how":"panic"}' });
      assert.equal(response.status, 404);
    } finally {
      await realm.stop();
    }
  });
});

describe("the Worker with faults", () => {
  it("says what it does not know", async () => {
    const realm = await Realm.start({}, { build: "faults" });
    try {
      for (const [body, what] of [
        ['{"at":"nowhere","how":"panic"}', /nowhere.*realm\.request/],
        ['{"at":"realm.flush","how":"softly"}', /softly.*panic/],
        ["flush", /expected/],
      ] as const) {
        const response = await fetch(realm.url + ROUTE, { method: "POST", body });
        assert.equal(response.status, 400);
        assert.match(await response.text(), what);
      }
      assert.equal((await fetch(realm.url + ROUTE)).status, 405);
    } finally {
      await realm.stop();
    }
  });
});
