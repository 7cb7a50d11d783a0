/** The core's simulation, with as many seeds as one likes. */
import { parseArgs } from "node:util";
import { integer } from "./bench-figures.mjs";
import { Failure } from "./failure.mjs";
import { run } from "./process.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 *
 * @typedef {object} Simulation
 * @property {number} first the first seed
 * @property {number} seeds how many are played
 * @property {boolean} traced whether what happens is printed
 * @property {boolean} regions whether it is islands that go from region to region, instead of whole archipelagos
 */

/** As many as `npm test` plays of whole archipelagos. */
const SEEDS = "500";
const SEED_MAX = 2 ** 32 - 1;

/**
 * @param {readonly string[]} args
 * @returns {Simulation}
 * @throws {Failure} that names what is not allowed, and what is
 */
export function readSimulation(args) {
  const options = /** @type {const} */ ({
    seeds: { type: "string" },
    first: { type: "string" },
    replay: { type: "string" },
    regions: { type: "boolean", default: false },
  });
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new Failure(
      error instanceof Error ? error.message : String(error),
      "Allowed are --seeds N and --first S, or --replay S; and --regions with either.",
    );
  }
  const { regions } = values;
  if (values.replay === undefined) {
    return {
      regions,
      first: integer("first", values.first ?? "1", 0, SEED_MAX),
      seeds: integer("seeds", values.seeds ?? SEEDS, 1, SEED_MAX),
      traced: false,
    };
  }
  if (values.seeds !== undefined || values.first !== undefined) {
    throw new Failure("--replay plays one seed.", "It goes without --seeds and --first.");
  }
  return { regions, first: integer("replay", values.replay, 0, SEED_MAX), seeds: 1, traced: true };
}

/**
 * @param {Tools} tools
 * @param {Simulation} simulation
 * @throws {Failure} when a seed has failed
 */
export async function simulate({ env }, { first, seeds, traced, regions }) {
  const command = ["test", "--locked", "-p", "archipelago-core", "--test", regions ? "regions" : "simulation"];
  // Not the test of the tests, which has seeds of its own.
  if (regions) command.push("islands_are_as_if_there_were_no_borders");
  command.push("--", "--nocapture");
  const { status, error } = await run("cargo", command, {
    env: {
      ...env,
      ARCHIPELAGO_SEED: `${first}`,
      ARCHIPELAGO_WORLDS: `${seeds}`,
      ARCHIPELAGO_TRACE: traced ? "1" : "0",
    },
    show: true,
  });
  if (status === 0) return;
  throw new Failure(
    error ? `cargo: ${error.message}` : "The simulation has failed.",
    `A seed is played again by: npm run simulate -- ${regions ? "--regions " : ""}--replay SEED`,
  );
}
