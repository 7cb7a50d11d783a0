/** The Chromium, or Chrome, that tests drive: a person's own, since it comes with the system. */
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Failure } from "./failure.mjs";

/**
 * @typedef {object} Chromium
 * @property {string} browser path of the program
 * @property {string} driver path of its chromedriver
 */

/** What it goes by, on the PATH. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Where macOS has it. */
const APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const INSTALL =
  "On Debian: apt-get install chromium chromium-driver. On Fedora: dnf install chromium chromedriver. " +
  "On macOS: brew install --cask google-chrome chromedriver. " +
  "Where they are elsewhere, say so: CHROMIUM=/path/to/chromium CHROMEDRIVER=/path/to/chromedriver npm test";

/**
 * Finds the browser and the driver that belongs to it.
 *
 * @param {NodeJS.ProcessEnv} env CHROMIUM and CHROMEDRIVER come before what is on the PATH
 * @returns {Chromium}
 * @throws {Failure} when one is missing; the message says how to get it
 */
export function findChromium(env) {
  const browser = findBrowser(env);
  const driver = env.CHROMEDRIVER || [besides(browser), onPath("chromedriver", env)].find((path) => path);
  if (!driver) throw new Failure("These tests need chromedriver, and there is none.", INSTALL);
  if (!existsSync(driver)) throw new Failure(`CHROMEDRIVER is ${driver}, and there is no such file.`, INSTALL);
  return { browser, driver };
}

/** @param {NodeJS.ProcessEnv} env */
function findBrowser(env) {
  if (env.CHROMIUM) {
    if (existsSync(env.CHROMIUM)) return env.CHROMIUM;
    throw new Failure(`CHROMIUM is ${env.CHROMIUM}, and there is no such file.`, INSTALL);
  }
  const found = [...NAMES.map((name) => onPath(name, env)), ...APPLICATIONS.filter((path) => existsSync(path))];
  const browser = found.find((path) => path);
  if (!browser) throw new Failure("These tests need Chromium or Chrome, and there is none.", INSTALL);
  return browser;
}

/**
 * Some systems put the driver into the browser's own folder, and only the browser on the PATH.
 *
 * @param {string} browser
 */
function besides(browser) {
  const path = join(dirname(realpathSync(browser)), "chromedriver");
  return existsSync(path) ? path : undefined;
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function onPath(name, env) {
  return (env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
