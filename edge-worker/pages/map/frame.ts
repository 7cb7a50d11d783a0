/** An island in a {@link LiveFrame}. */
export interface LiveIsland {
  readonly id: string;
  /** When it came to be, in ms since the epoch. */
  readonly formed: number;
  /** x, z of each member in metres, in the order in which they joined. */
  readonly peers: readonly number[];
}

/** The figures of a realm at one time: ms since the epoch, then counts; reassignments since the realm started. */
export type Figures = readonly [timeMs: number, players: number, islands: number, reassignments: number];

/** What the realm streams after a flush. */
export interface LiveFrame {
  /** In ms since the epoch, by the realm's clock. */
  readonly time: number;
  readonly maxPeers: number;
  readonly players: number;
  readonly reassignments: number;
  readonly islands: readonly LiveIsland[];
  /** The last flushes, the oldest first; in the first frame of a connection, and in those that keep it alive. */
  readonly history?: readonly Figures[];
}

/** Reads a frame; throws if the text is none. */
export function parseFrame(text: string): LiveFrame {
  const frame: unknown = JSON.parse(text);
  if (!isFrame(frame)) throw new TypeError(`not a frame of the live stream: ${text.slice(0, 100)}`);
  return frame;
}

/** The realm wrote it, so this looks whether it is a frame at all, not at each number. */
function isFrame(value: unknown): value is LiveFrame {
  if (typeof value !== "object" || value === null) return false;
  const { time, maxPeers, players, reassignments, islands, history } = value as Record<string, unknown>;
  return (
    [time, maxPeers, players, reassignments].every(Number.isFinite) &&
    Array.isArray(islands) &&
    islands.every(
      ({ id, formed, peers }) => typeof id === "string" && Number.isFinite(formed) && Array.isArray(peers),
    ) &&
    (history === undefined || Array.isArray(history))
  );
}
