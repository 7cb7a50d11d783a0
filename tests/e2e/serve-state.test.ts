/** The folder that a served realm keeps its state in: one realm has it, or an error says why not. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { claimState, sweepRooms } from "../../scripts/lib/state.mjs";
import { Served } from "./support/served.ts";

const STATE_MODULE = pathToFileURL(join(ROOT, "scripts", "lib", "state.mjs")).href;

/** Claims a folder as soon as it is told anything, says what came of it, and keeps it until its input ends. */
const STARTER = `
  import { claimState } from ${JSON.stringify(STATE_MODULE)};
  process.stdin.once("data", () => {
    try {
      claimState(process.argv[1]);
      console.log("has it");
    } catch (error) {
      console.log(error.message.split("\\n")[0]);
    }
  });
  console.log("ready");
`;

const STARTERS = 8;

/** What it says next. */
async function said({ stdout }: ChildProcess): Promise<string> {
  assert.ok(stdout);
  const [text] = await once(stdout, "data");
  return String(text).trim();
}

describe("the state of a realm that is served", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "serve-state-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("is given to one of many who want it at the same moment", async () => {
    const state = join(folder, "deep", "wanted");
    const starters = Array.from({ length: STARTERS }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", STARTER, state], { stdio: ["pipe", "pipe", "inherit"] }),
    );
    try {
      for (const answer of await Promise.all(starters.map(said))) assert.equal(answer, "ready");
      const answers = Promise.all(starters.map(said));
      for (const { stdin } of starters) stdin.write("now");
      const refused = Array.from({ length: STARTERS - 1 }, () => `Another realm is served from ${state}.`);
      assert.deepEqual((await answers).sort(), [...refused, "has it"]);
    } finally {
      const gone = starters.map((starter) => once(starter, "close"));
      for (const { stdin } of starters) stdin.end();
      await Promise.all(gone);
    }
    assert.ok(claimState(state) > 2, "it is free again");
  });

  it("can be claimed where a backup has brought back everything, the lock too", async () => {
    const state = join(folder, "kept");
    claimState(state);
    assert.ok(existsSync(join(state, "lock")));
    const copy = join(folder, "restored");
    await cp(state, copy, { recursive: true });
    assert.ok(claimState(copy) > 2);
    assert.throws(() => claimState(copy), /Another realm is served from /);
  });

  it("loses the files of rooms that have nothing to remember, and no others", async () => {
    const state = join(folder, "swept");
    const rooms = join(state, "archipelago-Room");
    await mkdir(rooms, { recursive: true });
    const [empty, used, written] = ["a", "b", "c"].map((digit) => `${digit.repeat(64)}.sqlite`) as [
      string,
      string,
      string,
    ];
    for (const name of [empty, used, written]) {
      const database = new DatabaseSync(join(rooms, name));
      database.exec("CREATE TABLE guest (alias INTEGER)");
      if (name !== used) database.exec("DROP TABLE guest; VACUUM");
      database.close();
    }
    await writeFile(join(rooms, `${written}-wal`), "what was written last");
    await writeFile(join(rooms, "metadata.sqlite"), Buffer.alloc(4_096));
    sweepRooms(state);
    assert.deepEqual((await readdir(rooms)).sort(), [used, written, `${written}-wal`, "metadata.sqlite"].sort());
  });

  for (const [what, path, reason] of [
    ["in a file", () => join(folder, "file", "state"), "ENOTDIR"],
    ["in a folder that takes none", () => "/proc/archipelago/state", "(ENOENT|EROFS|EACCES)"],
  ] as const) {
    it(`is refused ${what}`, async () => {
      await writeFile(join(folder, "file"), "");
      const { status, output } = await Served.fail(["--port", "1", "--state", path()]);
      assert.equal(status, 1, output);
      assert.match(output, new RegExp(`✗ The state cannot be kept in ${path()}: ${reason}`));
    });
  }
});
