/** What stops in the middle of a call is dead and says so; what is made afterwards lives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { initSync } from "../../wasm-pkg/dist/bindings/archipelago_wasm.js";
import { Archipelago, DeadError, verifyAuthChain } from "../../wasm-pkg/dist/node.js";

const PAGE = 65_536;
const PAGES_MAX = 65_536;

/** Everything the WebAssembly can have, so that there is none left for it. */
function takeAllMemory(): void {
  const { memory } = initSync(undefined as never);
  memory.grow(PAGES_MAX - memory.buffer.byteLength / PAGE);
}

/** Calls where the stack is just about to end. */
function withoutStack(call: () => unknown): unknown {
  try {
    return withoutStack(call);
  } catch {
    return call();
  }
}

async function dies(kill: (islands: Archipelago) => void, cause: new () => Error): Promise<void> {
  const [islands, bystander] = [await Archipelago.create(), await Archipelago.create()];
  bystander.setPosition("b", 0, 0, 0);
  let death: unknown;
  // Where the stack ends is not the same place each time: not every call has to meet it.
  for (let tries = 0; tries < 100 && !(death instanceof DeadError); tries++) {
    try {
      kill(islands);
    } catch (error) {
      death = error;
    }
  }
  assert(death instanceof DeadError, String(death));
  assert(death.cause instanceof cause, String(death.cause));
  const calls = [
    () => islands.flush(),
    () => islands.islands(),
    () => islands.counters,
    () => islands.setPosition("a", 0, 0, 0),
    () => bystander.flush(),
  ];
  for (const call of calls)
    assert.throws(call, (error) => error instanceof DeadError && /create another/.test(error.message));
  // There is nothing to give back any more, and nothing that could go wrong.
  islands.free();

  const next = await Archipelago.create();
  next.setPosition("a", 0, 0, 0);
  assert.deepEqual(next.flush(), [{ kind: "changeTo", peer: "a", island: "I1" }]);
  assert.throws(() => bystander.flush(), DeadError);
  bystander.free();
  assert.equal((await verifyAuthChain("[]", "challenge")).kind, "invalid");
  assert.equal(next.counters.peers, 1);
}

test("out of memory", async () => {
  await dies((islands) => {
    takeAllMemory();
    for (let n = 0; n < 1_000_000; n++) islands.setPosition(`peer ${n}`, n, 0, 0);
  }, WebAssembly.RuntimeError);
});

test("out of stack", async () => {
  await dies((islands) => {
    withoutStack(() => islands.flush());
  }, RangeError);
});

test("those who wait for the next instance get the same one", async () => {
  const doomed = await Archipelago.create();
  assert.throws(() => {
    takeAllMemory();
    for (let n = 0; n < 1_000_000; n++) doomed.setPosition(`peer ${n}`, n, 0, 0);
  }, DeadError);
  const made = await Promise.all([Archipelago.create(), Archipelago.create(), Archipelago.create()]);
  for (const islands of made) {
    islands.setPosition("a", 0, 0, 0);
    assert.equal(islands.flush().length, 1);
  }
});
