/** The systemd unit in `deploy`, held to what systemd knows. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "./paths.mjs";
import { run } from "./process.mjs";

const UNIT = join(ROOT, "deploy", "archipelago.service");

/** @returns {Promise<boolean>} whether systemd understands all of it; also where there is no systemd to say so */
export async function verifyUnit() {
  const folder = await mkdtemp(join(tmpdir(), "unit-"));
  try {
    const copy = join(folder, basename(UNIT));
    const text = await readFile(UNIT, "utf8");
    // The programs that it starts must exist; where Node is on this machine is not the question.
    await writeFile(copy, text.replaceAll("/usr/bin/node", process.execPath));
    const { status, output, error } = await run("systemd-analyze", ["verify", "--man=no", copy]);
    if (error) {
      console.log(`Left out, systemd-analyze does not run here: ${error.message}`);
      return true;
    }
    // Of what it does not know it only warns; other units of this machine are their own business.
    const complaints = output.split("\n").filter((line) => line.includes(basename(UNIT)));
    if (status !== 0 || complaints.length > 0) console.error(output);
    return status === 0 && complaints.length === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
