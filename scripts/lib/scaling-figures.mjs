/** The numbers that docs/scaling.md reckons with. */

/** Of the platform: what it allows, and what it asks for. Dollars for a million. */
export const PLATFORM = {
  // Of what is advised the number that parsing and storage writes have in common.
  objectRequests: 500,
  objectSockets: 32_768,
  objectBytes: 128e6,
  objectGb: 0.128,
  connections: 6,
  messagesARequest: 20,
  planDollars: 5,
  requests: { included: 1e6, dollars: 0.15 },
  gbSeconds: { included: 400_000, dollars: 12.5 },
  rowsWritten: { included: 50e6, dollars: 1 },
  workerRequests: { included: 10e6, dollars: 0.3 },
  workerMs: { included: 30e6, dollars: 0.02 },
};

/** How players behave, and how the realm is set. */
export const ASSUMED = {
  heartbeatHz: 1,
  presence: 0.5,
  sessionS: 1_800,
  movesAMinute: 0.5,
  reportIntervalS: 0.25,
  flushPeriodS: 2,
  realmAlarmS: 5,
  connectorAlarmS: 20,
  rowsAMove: 2,
  rowsASession: 2,
  callsALogin: 2,
  messagesALogin: 2,
  busyShare: 0.5,
  regionPlayers: 20_000,
  roomPlayers: 50,
  packetHz: 10,
  roomReportS: 10,
};

/**
 * What the worker takes, and where that is from: the only place for it, the document's table is made of this. `value` is
 * in `unit`.
 */
export const ESTIMATED = {
  connectorMessageUs: {
    symbol: "c",
    what: "CPU of a message in the connector",
    value: 50,
    unit: "µs",
    from: "5,000 players in [realm-figures.md](realm-figures.md): all that the process takes, the realm's part too",
  },
  realmHeartbeatUs: {
    symbol: "r",
    what: "CPU of a heartbeat in a report, in the realm",
    value: 0.2,
    unit: "µs",
    from: "`cargo bench -p archipelago-bench --bench objects`: 0.1 µs natively, reckoned twice as WebAssembly; within `c`",
  },
  realmRequestUs: {
    symbol: "q",
    what: "CPU of a request to the realm",
    value: 170,
    unit: "µs",
    from: "about that: a small difference in [realm-figures.md](realm-figures.md), reports every 1,000 ms instead of 250",
  },
  flushPlayerUs: {
    symbol: "f",
    what: "CPU of a flush, by player",
    value: 0.27,
    unit: "µs",
    from: "the slowest world of 100,000 as WebAssembly in [engine-figures.md](engine-figures.md): `uniform`, `coherent`",
  },
  realmPlayerBytes: {
    symbol: "b",
    what: "memory of the realm, by player",
    value: 600,
    unit: "B",
    from: "that benchmark: 580 B natively, 80 to 150 of them the engine's",
  },
  connectorSocketBytes: {
    symbol: "s",
    what: "memory of a connector, by socket",
    value: 4_000,
    unit: "B",
    from: "that benchmark: 640 B natively for the session; the rest, for the platform's own object, is a guess. workerd takes 100 KB a player outside of it, which the platform does not count",
  },
  callMs: {
    symbol: "t",
    what: "a call from one object to another, until it is answered",
    value: 50,
    unit: "ms",
    from: "a guess: objects may be in different places",
  },
  workerRequestMs: {
    symbol: "w",
    what: "CPU of the worker for a socket that is opened",
    value: 1,
    unit: "ms",
    from: "a guess: it only passes the request on",
  },
};
