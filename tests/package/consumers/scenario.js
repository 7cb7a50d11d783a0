/** The same players on every platform: what comes of them must be the same too. */

const PEERS = 40;
const FLUSHES = 12;
const SIDE_M = 400;

/**
 * Plays it; returns what happened in a form that can be compared: the number of updates, and the islands in the end.
 *
 * @param {typeof import("archipelago-wasm").Archipelago} Archipelago
 */
export async function play(Archipelago) {
  const archipelago = await Archipelago.create({ joinDistance: 64, maxPeersPerIsland: 8 });
  let state = 1;
  // Numerical Recipes' generator: the same numbers wherever there are 32 bits.
  const upTo = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  let updates = 0;
  for (let flush = 0; flush < FLUSHES; flush++) {
    for (let peer = 0; peer < PEERS; peer++) {
      if (upTo(3) === 0) archipelago.setPosition(`p${peer}`, upTo(SIDE_M), 0, upTo(SIDE_M));
    }
    if (flush % 4 === 3) archipelago.disconnect(`p${upTo(PEERS)}`);
    updates += archipelago.flush().length;
  }
  const islands = archipelago.islands().map(({ id, peers, radius }) => `${id} ${radius} ${peers.join(" ")}`);
  archipelago.free();
  return { updates, islands };
}
