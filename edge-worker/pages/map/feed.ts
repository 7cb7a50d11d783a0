import { type LiveFrame, parseFrame } from "./frame.ts";

/** How the connection is: `retryAtMs` by `performance.now()`. */
export type FeedState = { kind: "connecting" } | { kind: "live" } | { kind: "waiting"; retryAtMs: number };

/** What becomes of the stream. */
export interface FeedEvents {
  frame(frame: LiveFrame): void;
  state(state: FeedState): void;
}

/** Milliseconds until the first new attempt; each that fails doubles them, up to the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Viewers who lost their connection at the same time come back at different ones: up to this share later. */
const SPREAD = 0.3;

/** A realm in which nothing happens is shown every 20 s all the same: after so long a silence the line is dead. */
const SILENCE_MS = 60_000;

/** The live stream of the realm that serves this page; connects again whenever it ends. */
export class Feed {
  readonly #url: string;
  readonly #events: FeedEvents;
  #waitMs = FIRST_WAIT_MS;
  #timer: number | undefined;

  constructor(url: string, events: FeedEvents) {
    this.#url = url;
    this.#events = events;
    // The network is back: no reason to wait any longer.
    window.addEventListener("online", () => {
      if (this.#timer !== undefined) this.#connect();
    });
    this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events.state({ kind: "connecting" });
    const socket = new WebSocket(this.#url);
    const ended = new AbortController();
    const { signal } = ended;
    // A line that is dead says nothing of it: its end is not waited for.
    const end = () => {
      ended.abort();
      clearTimeout(silence);
      socket.close();
      this.#waitAndConnect();
    };
    let silence = window.setTimeout(end, SILENCE_MS);
    const listen = ({ data }: MessageEvent) => {
      let frame: LiveFrame;
      try {
        frame = parseFrame(String(data));
      } catch (error) {
        console.error(error);
        end();
        return;
      }
      clearTimeout(silence);
      silence = window.setTimeout(end, SILENCE_MS);
      // Only what sends frames is a realm that works: a socket that opens and closes is not.
      this.#waitMs = FIRST_WAIT_MS;
      this.#events.state({ kind: "live" });
      this.#events.frame(frame);
    };
    socket.addEventListener("message", listen, { signal });
    // Comes after every error, too.
    socket.addEventListener("close", end, { signal });
  }

  #waitAndConnect(): void {
    const waitMs = this.#waitMs * (1 + SPREAD * Math.random());
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    this.#timer = window.setTimeout(() => this.#connect(), waitMs);
    this.#events.state({ kind: "waiting", retryAtMs: performance.now() + waitMs });
  }
}
