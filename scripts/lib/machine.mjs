/** On what and when something was measured. */
import { cpus } from "node:os";

/** @returns {string} the day, and the machine in a few words */
export function today() {
  const all = cpus();
  const machine = [`${all.length} × ${all[0]?.model.trim()}`, `${process.platform} ${process.arch}`];
  return `${new Date().toISOString().slice(0, 10)}, on ${[...machine, `Node.js ${process.version}`].join(", ")}`;
}
