import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { POLICIES } from "../../edge-worker/pages/simulator/settings.ts";
import { FIXED_WORLDS, parseWorld, SIZED_WORLDS } from "../../edge-worker/pages/simulator/worlds.ts";
import { Archipelago } from "../../wasm-pkg/dist/node.js";
import { open } from "./support/simulated.ts";
import { ASSETS } from "./support/simulator-files.ts";

const KINDS = [...FIXED_WORLDS, ...SIZED_WORLDS];

function optionsOf(html: string, select: string): (string | undefined)[] {
  const [, inside = ""] = new RegExp(`<select id="${select}"(.*?)</select>`, "s").exec(html) ?? [];
  return [...inside.matchAll(/<option value="([^"]*)"/g)].map(([, value]) => value);
}

describe("the policies that the page offers", () => {
  it("are those that there are, in the form as in the address", async () => {
    const html = await readFile(join(ASSETS, "simulator.html"), "utf8");
    assert.deepEqual(optionsOf(html, "policy"), POLICIES);
    for (const crowdPolicy of POLICIES) (await Archipelago.create({ crowdPolicy })).free();
    const presets = POLICIES.filter((policy) => policy.startsWith("coherent:"));
    const refusal = await Archipelago.create({ crowdPolicy: { preset: "none" as "calm" } }).then(
      () => assert.fail("there is a preset none"),
      (error: Error) => error.message,
    );
    const [, listed = ""] = /it must be one of (.*)/.exec(refusal) ?? [];
    const known = listed.split(", ").map((name) => `coherent:${name}`);
    assert.deepEqual(known.toSorted(), presets.toSorted());
  });
});

describe("the worlds that the page offers", () => {
  it("are those that there are, in the form as in the address", async () => {
    const html = await readFile(join(ASSETS, "simulator.html"), "utf8");
    assert.deepEqual(optionsOf(html, "world"), KINDS);
    const refusal = await open({ world: "atlantis" }).then(
      () => assert.fail("there is an atlantis"),
      (error: Error) => error.message,
    );
    const [, listed = ""] = /it must be (.*) with N from/.exec(refusal) ?? [];
    assert.deepEqual(
      listed.split(/, | or /),
      KINDS.map((kind) => (SIZED_WORLDS.some((sized) => sized === kind) ? `${kind}-N` : kind)),
    );
  });

  it("exist, also calm ones", async () => {
    for (const lively of [...FIXED_WORLDS, ...SIZED_WORLDS.map((kind) => `${kind}-120`)]) {
      for (const name of [lively, `${lively}-85`]) {
        const { players, calm } = parseWorld(name) ?? assert.fail(`${name} is no name`);
        assert.equal(calm, name !== lively);
        const world = await open({ world: name });
        if (players !== undefined) assert.equal(world.count, players, name);
        world.free();
      }
    }
  });
});
