import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

/** How long an unwanted body may take after its header before it counts as not sent. */
const BODY_MS = 300;

/** The JSON of a 200 answer. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const text = await response.text();
  assert.equal(response.status, 200, `GET ${url}: ${text}`);
  return JSON.parse(text) as T;
}

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request with headers that `fetch` keeps to itself, such as `Host`. */
export function send(url: string, headers: Record<string, string>, method = "GET"): Promise<Answer> {
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
