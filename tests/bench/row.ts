import type { Row } from "../../scripts/lib/bench-engine-figures.mjs";

/** A run like another. */
export const ROW: Row = {
  target: "native",
  world: "uniform-100000",
  players: 100_000,
  policy: "stable",
  recall_20m: 0.84,
  recall_50m: 0.83,
  reassignments_per_player_minute: 0.5,
  islands: 1800,
  islands_min: 1000,
  size_min: 1,
  size_median: 77,
  size_max: 100,
  first_flush_ms: 30,
  flush_ms_median: 6,
  flush_ms_p99: 9,
  floor_ms_median: 0.5,
  allocations_per_flush: 0,
  allocated_bytes_per_flush: 0,
  report_ms_median: 1,
  still_flush_ms_median: 0.0001,
  still_reassignments: 0,
  bytes_per_player: 200,
};
