/** What is in `deploy/` starts a realm as it says. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { getJson } from "./support/http.ts";
import { Served } from "./support/served.ts";

/** The port that `npm run serve` has by itself. */
const PORT = "8787";

/** A file's lines; one that goes on in the next counts as one with it. */
async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "deploy", file), "utf8");
  return text.replace(/\\\n\s*/g, "").split("\n");
}

/** What follows `start` in the last line that begins with it. */
function behind(start: string, lines: readonly string[]): string | undefined {
  return lines.findLast((line) => line.startsWith(start))?.slice(start.length);
}

/** The words of a command, which must be one of Node. */
function argumentsOf([program = "", ...args]: readonly string[]): string[] {
  assert.match(program, /^(\/usr\/bin\/)?node$/);
  return args;
}

describe("what is in deploy", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deploy-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Starts `command` on a port of its own, and with a state of its own in the place of `path`, until `check` is done. */
  async function withServed(command: readonly string[], path: RegExp, check: (served: Served) => void): Promise<void> {
    const [script, ...options] = argumentsOf(command);
    assert.equal(script, "scripts/serve.mjs");
    const place = options.indexOf("--state") + 1;
    assert.match(options[place] ?? "", path);
    const state = await mkdtemp(join(folder, "state-"));
    const served = await Served.start(options.with(place, state));
    try {
      await getJson(`${served.url}/about`);
      assert.ok((await readdir(state)).length > 1, "the state is somewhere else");
      check(served);
    } finally {
      assert.equal((await served.end()).status, 0, served.output);
    }
  }

  it("the unit starts a realm", async () => {
    const lines = await linesOf("archipelago.service");
    const command = behind("ExecStart=", lines) ?? assert.fail("it starts nothing");
    await withServed(command.split(" "), /^\$\{STATE_DIRECTORY\}$/, () => {});
  });

  it("the image starts a realm, and knows whether it lives", async () => {
    const lines = await linesOf("Containerfile");
    const [entry, options = "[]"] = [behind("ENTRYPOINT ", lines), behind("CMD ", lines)];
    const command = [...JSON.parse(entry ?? assert.fail("it starts nothing")), ...JSON.parse(options)];
    assert.equal(behind("EXPOSE ", lines), PORT);
    assert.ok(!command.includes("--port"), "it is on another port");
    const [, health = "[]"] = behind("HEALTHCHECK ", lines)?.split(" CMD ") ?? [];
    const [, script = "", ...rest] = argumentsOf(JSON.parse(health));
    assert.ok(script.includes(`:${PORT}/`), script);
    const lives = (port: number) => {
      const args = ["-e", script.replace(`:${PORT}/`, `:${port}/`), ...rest];
      return spawnSync(process.execPath, args).status === 0;
    };
    let port = 0;
    await withServed(command, /^\/var\/lib\/archipelago$/, (served) => {
      port = served.port;
      assert.ok(lives(port), "a realm that lives");
    });
    assert.ok(!lives(port), "a realm that has ended");
  });
});
