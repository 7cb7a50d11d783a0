/** Ports of this machine. */
import { createServer } from "node:net";
import { Failure } from "./failure.mjs";

/** Where programs of this machine reach each other. */
const LOOPBACK = ["127.0.0.1", "::1"];

/**
 * Reads a port, and fails unless a program could listen on it.
 *
 * @param {string} text
 * @param {string} command the one that wants it, such as `npm start`
 * @param {readonly string[]} [hosts] the addresses on which it has to be free
 * @returns {Promise<number>}
 */
export async function freePort(text, command, hosts = LOOPBACK) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure(`Not a port: ${text || "(nothing)"}.`, `Such as: ${command} -- --port 8788`);
  }
  const answers = await Promise.all(hosts.map((host) => canListen(port, host)));
  if (answers.every(Boolean)) return port;
  const advice = `Stop that one, or choose another port: ${command} -- --port ${port + 1}`;
  throw new Failure(`Port ${port} is taken by another program.`, advice);
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>}
 */
function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    // Only a port in use counts: a machine without IPv6 answers with other errors.
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
