import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { startWorkerd } from "../../../scripts/workerd.mjs";
import { Contract, type Document } from "./openapi.ts";

/** How long an unwanted body may take after its header before it counts as not sent. */
const BODY_MS = 300;

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The origins of those whose answers must be documented. */
const documented = new Set<string>();

/** The same for all of them but for the names of realms: it is made when the Worker is built. */
let contract: Promise<Contract> | undefined;

/** From now on all that is answered to the functions of this module must be in the OpenAPI document. */
export function holdToDocument(origin: string): void {
  documented.add(origin);
}

/** Fails if this answer should be in the document, and is not. */
export async function assertDocumented(url: string, method: string, answer: Answer, target?: string): Promise<void> {
  const { origin, pathname } = new URL(url);
  if (!documented.has(origin)) return;
  contract ??= readContract(origin).catch((error) => {
    // The realm may have died meanwhile, as some do: the next one has it too.
    contract = undefined;
    throw error;
  });
  (await contract).assertDocumented(method, target ?? pathname, answer);
}

/** The document that a server has, or would have. */
export async function readContract(origin: string): Promise<Contract> {
  const { status, body } = await ask(`${origin}/openapi.json`);
  if (status === 200) return new Contract(JSON.parse(body) as Document);
  // One that is configured wrongly does not serve it.
  assert.equal(status, 500, `no document: ${body}`);
  const other = await startWorkerd();
  try {
    return await readContract(other.url);
  } finally {
    await other.stop();
  }
}

/** The JSON of a 200 answer. */
export async function getJson<T>(url: string): Promise<T> {
  const { status, body } = await send(url);
  assert.equal(status, 200, `GET ${url}: ${body}`);
  return JSON.parse(body) as T;
}

/** An answer, which must be in the document if its origin is held to that. Headers may be any, `Host` too. */
export async function send(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const answer = await ask(url, headers, method);
  await assertDocumented(url, method, answer);
  return answer;
}

/** As {@link send}, with an answer of which the document need not know; each time on a connection of its own. */
export function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, method, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body });
      });
    });
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy();
      const { statusCode = 0, headers } = response;
      resolve({ status: statusCode, headers, body: "" });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** The headers of an upgrade request for a WebSocket that offers `protocols`. */
export function upgradeHeaders(protocols?: string): Record<string, string> {
  return {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...(protocols === undefined ? {} : { "Sec-WebSocket-Protocol": protocols }),
  };
}

/** What browsers ask before a page of elsewhere may ask, with a header that is not one of the plain ones. */
export const PREFLIGHT = {
  Origin: "https://play.example.org",
  "Access-Control-Request-Method": "GET",
  "Access-Control-Request-Headers": "if-none-match",
};

/** Every byte that comes after the header of the answer to a HEAD request: none, if all is well. */
export function bytesAfterHead(url: string): Promise<string> {
  const { hostname, port, host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    let waiting = false;
    const socket = connect(Number(port), hostname, () => {
      socket.write(`HEAD ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
    const finish = () => {
      socket.destroy();
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) reject(new Error(`no complete header: ${text}`));
      else resolve(text.slice(end + 4));
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (waiting || !text.includes("\r\n\r\n")) return;
      waiting = true;
      setTimeout(finish, BODY_MS);
    });
    socket.on("end", finish);
    socket.on("error", reject);
  });
}

/** The paths of all `null`s in a JSON value. */
export function findNulls(value: unknown, path = "$"): string[] {
  if (value === null) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value as object).flatMap(([key, inner]) => findNulls(inner, `${path}.${key}`));
}
