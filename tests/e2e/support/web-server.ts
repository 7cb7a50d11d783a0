import assert from "node:assert/strict";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { sleep } from "./wait.ts";

/** A request, with its body read. */
export interface Asked {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How a server answers a request. */
export type Answer = (response: ServerResponse, asked: Asked) => void | Promise<void>;

/** Something that the realm asks over HTTP, on this machine. */
export class WebServer {
  /** Every request so far, in the order of their arrival. */
  readonly asked: Asked[] = [];
  /** How it answers from now on. */
  answer: Answer;
  /** How many requests it had at once, at most; may be set back. */
  busiest = 0;
  readonly port: number;
  #server: Server;
  #pending = 0;

  private constructor(server: Server, port: number, answer: Answer) {
    this.#server = server;
    this.port = port;
    this.answer = answer;
    server.on("request", (request, response) => this.#take(request, response));
  }

  /** A server on a port that is free. */
  static async start(answer: Answer): Promise<WebServer> {
    const server = createServer();
    return new WebServer(server, await listen(server, 0), answer);
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on connections are refused; those that there are end. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Is there again after {@link stop}. */
  async restart(): Promise<void> {
    await listen(this.#server, this.port);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    response.on("close", () => {
      this.#pending -= 1;
    });
    this.#pending += 1;
    this.busiest = Math.max(this.busiest, this.#pending);
    const { method = "", url: path = "", headers } = request;
    try {
      const asked = { method, path, headers, body: await read(request) };
      this.asked.push(asked);
      await this.answer(response, asked);
    } catch (error) {
      // The other side has gone away in the middle of it, as it may.
      response.destroy(error as Error);
    }
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      assert.ok(address && typeof address === "object");
      resolve(address.port);
    });
  });
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += chunk;
  return text;
}

/** Answers with this body. */
export function body(text: string, status = 200, type = "application/json"): Answer {
  return (response) => {
    response.writeHead(status, { "Content-Type": type }).end(text);
  };
}

/** Answers with this value as JSON. */
export function json(value: unknown, status = 200): Answer {
  return body(JSON.stringify(value), status);
}

/** Sends whoever asks somewhere else. */
export function redirect(location: string, status: number): Answer {
  return (response) => {
    response.writeHead(status, { Location: location }).end();
  };
}

/** Takes the request and says nothing. */
export const silence: Answer = () => {};

/** Begins at once with white space, which JSON allows, and goes on with it until nobody listens any more. */
export const drip: Answer = async (response) => {
  response.writeHead(200, { "Content-Type": "application/json" });
  while (!response.destroyed) {
    response.write(" ");
    await sleep(100);
  }
};

/** Ends the connection instead of an answer. */
export const hangUp: Answer = (response) => {
  response.destroy();
};

/** `answer`, but only after `ms`. */
export function late(ms: number, answer: Answer): Answer {
  return async (response, asked) => {
    await sleep(ms);
    await answer(response, asked);
  };
}

/** `json` as JSON, but behind so much white space that nobody should read on. */
export function huge(value: unknown, bytes: number): Answer {
  return body(" ".repeat(bytes) + JSON.stringify(value));
}
