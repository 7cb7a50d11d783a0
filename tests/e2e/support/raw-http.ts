/** What no HTTP client would send, and what follows from it. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { PATIENCE_MS } from "./connection.ts";
import { type Answer, assertDocumented, send } from "./http.ts";

/** Whether this is a whole answer, with the length that it names. */
function isWhole(text: string): boolean {
  const head = text.indexOf("\r\n\r\n");
  const length = /^content-length: *(\d+)\r$/im.exec(text.slice(0, head + 1))?.[1];
  return head >= 0 && length !== undefined && text.length >= head + 4 + Number(length);
}

/** What comes back for these bytes: the first answer, or all until the other side ends the connection. */
export function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, "latin1"));
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      if (isWhole(text)) socket.destroy();
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`neither an end nor a close for ${JSON.stringify(bytes.slice(0, 80))}: ${text.slice(0, 200)}`));
    }, PATIENCE_MS);
    // One that is reset while it still sends has had its answer too.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

/** A request for exactly this target, which `fetch` would tidy up first. */
export async function sendExactly(url: string, target: string, method = "GET", host?: string): Promise<Answer> {
  const head = [`${method} ${target} HTTP/1.1`, `Host: ${host ?? new URL(url).host}`, "Connection: close", "", ""];
  const text = await exchange(url, head.join("\r\n"));
  const [fields = "", body = ""] = text.split(/\r\n\r\n(.*)/s);
  const [status = "", ...lines] = fields.split("\r\n");
  const headers = lines.map((line) => /^(.*?): *(.*)$/.exec(line) ?? assert.fail(`not a header: ${line}`));
  const answer = {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(status)?.[1] ?? assert.fail(`not an answer: ${text}`)),
    headers: Object.fromEntries(headers.map(([, name = "", value = ""]) => [name.toLowerCase(), value])),
    body,
  };
  await assertDocumented(url, method, answer, target);
  return answer;
}

/** The connections of a test that stay open. */
export class Held {
  readonly #sockets: Socket[] = [];

  /** Upgrades, and keeps the connection; or returns the refusal. */
  async open(url: string, headers: Record<string, string>): Promise<Answer> {
    const answer = await this.#ask(url, headers);
    await assertDocumented(url, "GET", answer);
    return answer;
  }

  /** Ends them all. */
  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  #ask(url: string, headers: Record<string, string>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { headers, agent: false }, (response) => {
        response.setEncoding("utf8");
        let body = "";
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      outgoing.on("upgrade", (response, socket) => {
        this.#sockets.push(socket as Socket);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  }
}

/** {@link send}, with an answer that is an error in JSON for everybody; returns what it says, nothing for `HEAD`. */
export async function refusal(
  status: number,
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<string> {
  const answer = await send(url, headers, method);
  return refusalOf(status, answer, `${method} ${url.slice(0, 120)}`);
}

/** What an answer says that must be an error in JSON for everybody; nothing if it has no body. */
export function refusalOf(status: number, { status: actual, headers, body }: Answer, what: string): string {
  assert.equal(actual, status, `${what}: ${body}`);
  assert.equal(headers["access-control-allow-origin"], "*", what);
  assert.equal(headers["x-content-type-options"], "nosniff", what);
  assert.match(headers["content-type"] ?? "", /^application\/json\b/, what);
  if (body === "") return "";
  const answer = JSON.parse(body) as { error: string };
  assert.deepEqual(Object.keys(answer), ["error"], what);
  return answer.error;
}
