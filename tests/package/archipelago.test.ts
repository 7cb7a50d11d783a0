/** The class of the package: what the rules of the islands do not say already. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Archipelago,
  ArchipelagoError,
  type CrowdPolicy,
  FreedError,
  InvalidInputError,
  islandId,
  verifyAuthChain,
} from "../../wasm-pkg/dist/node.js";

async function made(): Promise<Archipelago> {
  return Archipelago.create({ joinDistance: 64, maxPeersPerIsland: 50 });
}

/** What JavaScript can say and TypeScript would not let pass. */
function anything<T>(value: unknown): T {
  return value as T;
}

test("objects by id", async () => {
  const islands = await made();
  islands.setPosition("ann", 0, 1, 0);
  islands.setPosition("bob ✓", 30, 0, 40);
  assert.deepEqual(islands.flush(), [
    { kind: "changeTo", peer: "ann", island: "I1" },
    { kind: "changeTo", peer: "bob ✓", island: "I1" },
  ]);
  assert.deepEqual(islands.peer("bob ✓"), { id: "bob ✓", handle: 1, position: [30, 0, 40], island: "I1" });
  const expected = { id: "I1", peers: ["ann", "bob ✓"], center: [15, 0, 20], radius: 25, maxPeers: 50, formedMs: 2000 };
  assert.deepEqual(islands.islands(), [expected]);
  assert.deepEqual(islands.island("I1"), expected);
  assert.equal(islands.island("I2"), undefined);
  assert.equal(islands.peer("carol"), undefined);
  islands.disconnect("ann");
  islands.disconnect("nobody");
  assert.deepEqual(islands.flush(), [{ kind: "leave", peer: "ann", island: "I1" }]);
  const counters = { peers: 1, waiting: 0, islands: 1, flushes: 2, arrivals: 2, reassignments: 0, departures: 1 };
  assert.deepEqual(islands.counters, counters);
});

test("a flush without a time is 2 s after the one before", async () => {
  const islands = await made();
  const formed = (id: string) => islands.island(id)?.formedMs;
  islands.setPosition("a", 0, 0, 0);
  islands.flush();
  islands.setPosition("b", 1000, 0, 0);
  islands.flush(10_000);
  assert.throws(() => islands.flush(Number.NaN), InvalidInputError);
  islands.setPosition("c", 2000, 0, 0);
  islands.flushRaw();
  assert.deepEqual([formed("I1"), formed("I2"), formed("I3")], [2000, 10_000, 12_000]);
});

test("by id and by handle it is the same archipelago", async () => {
  const [named, bulk] = [await made(), await made()];
  const ids = ["a", "b", "c", "d"];
  const steps = [
    [0, 0, 0, 50, 0, 0, 300, 0, 0, 900, 0, 0],
    [0, 0, 0, 500, 0, 0, 20, 0, 0, 900, 0, 0],
    [0, 0, 0, 480, 0, 0, 20, 0, 0, 450, 0, 0],
  ];
  let handles: Uint32Array | undefined;
  for (const step of steps) {
    for (const [n, id] of ids.entries()) named.setPosition(id, step[3 * n] ?? 0, 0, step[3 * n + 2] ?? 0);
    handles = bulk.setPositions(handles ?? ids, new Float32Array(step));
    const updates = named.flush();
    const raw = bulk.flushRaw();
    const told = Array.from(raw.peers, (peer, n) => {
      const from = raw.from[n] === 0 ? {} : { from: islandId(raw.from[n] ?? 0) };
      return { kind: "changeTo", peer: bulk.idOf(peer), island: islandId(raw.islands[n] ?? 0), ...from };
    });
    assert.deepEqual(told, updates);
    assert.deepEqual(bulk.islands(), named.islands());
    const flat = bulk.islandsRaw();
    for (const [n, island] of named.islands().entries()) {
      const members = flat.members.slice(flat.offsets[n], flat.offsets[n + 1]);
      assert.equal(islandId(flat.numbers[n] ?? 0), island.id);
      assert.deepEqual(
        Array.from(members, (member) => bulk.idOf(member)),
        island.peers,
      );
      assert.deepEqual([flat.centers[2 * n], flat.centers[2 * n + 1]], [island.center[0], island.center[2]]);
      assert.equal(flat.radii[n], island.radius);
    }
    const assigned = bulk.assignmentsRaw();
    for (const id of ids) assert.equal(islandId(assigned[bulk.handle(id) ?? -1] ?? 0), named.peer(id)?.island);
  }
  assert.deepEqual(bulk.counters, named.counters);
  bulk.disconnect("b");
  assert.deepEqual(Array.from(bulk.flushRaw().left), [1]);
  assert.equal(bulk.idOf(1), undefined);
});

test("in a crowd the policy decides who shares an island", async () => {
  const gathered = async (crowdPolicy: CrowdPolicy) => {
    const archipelago = await Archipelago.create({ maxPeersPerIsland: 4, crowdPolicy });
    // Two groups, 60 m apart, who come by turns.
    for (let nth = 0; nth < 8; nth += 1) {
      archipelago.setPosition(`${nth % 2 ? "right" : "left"} ${nth}`, 60 * (nth % 2) + nth, 0, 0);
      archipelago.flush(undefined, "arrivals");
    }
    archipelago.flush();
    return archipelago.islands().map(({ peers }) => new Set(peers.map((id) => id.split(" ")[0])).size);
  };
  assert.deepEqual(await gathered("stable"), [2, 2]);
  for (const places of ["coherent", "coherent:tight,margin=0.3", { preset: "tight", margin: 0.3 }] as const) {
    assert.deepEqual(await gathered(places), [1, 1]);
  }
});

test("newcomers can be placed before the period is over", async () => {
  const islands = await made();
  islands.setPosition("a", 0, 0, 0);
  islands.flush();
  islands.setPosition("a", 500, 0, 0);
  islands.setPosition("b", 490, 0, 0);
  assert.deepEqual(islands.flush(2100, "arrivals"), [{ kind: "changeTo", peer: "b", island: "I1" }]);
});

test("refusals say which, what and what is allowed, and change nothing", async () => {
  const islands = await made();
  islands.setPosition("a", 1, 2, 3);
  /** Runs code when it is made a string, which would be in the middle of a call. */
  const evil = Object.assign(() => {}, {
    toString(): string {
      throw new Error("evil");
    },
  });
  const refused: [call: () => unknown, field: string, value: unknown][] = [
    [() => islands.setPosition("", 0, 0, 0), "id", ""],
    [() => islands.setPosition(anything(7), 0, 0, 0), "id", 7],
    [() => islands.setPosition("a", anything("1"), 0, 0), "x", "1"],
    [() => islands.setPosition("a", 0, Number.POSITIVE_INFINITY, 0), "y", Number.POSITIVE_INFINITY],
    [() => islands.setPosition("a", 0, 0, 0, anything({})), "preferred", {}],
    [() => islands.setPositions(["a", "b"], new Float32Array(5)), "positions.length", 5],
    [() => islands.setPositions(["b", ""], new Float32Array(6)), "peers[1]", ""],
    [() => islands.setPositions(new Uint32Array([0, 9]), new Float32Array(6)), "peers[1]", 9],
    [() => islands.setPositions(anything({ length: 1 }), new Float32Array(3)), "peers", { length: 1 }],
    [() => islands.setPositions(["a"], anything([1, 2, 3])), "positions", [1, 2, 3]],
    [() => islands.flush(-1), "nowMs", -1],
    [() => islands.flush(2 ** 53), "nowMs", 2 ** 53],
    [() => islands.setPosition("\ud800", 0, 0, 0), "id", "\ud800"],
    [() => islands.setPosition(anything(evil), 0, 0, 0), "id", evil],
    [() => islands.island(anything(3)), "id", 3],
    [() => islands.peer(anything(evil)), "id", evil],
    [() => islands.handle(anything(null)), "id", null],
    [() => islands.idOf(anything("0")), "handle", "0"],
    [() => islands.flush(0, anything("all")), "scope", "all"],
    [() => islandId(0), "number", 0],
  ];
  for (const [call, field, value] of refused) {
    assert.throws(call, (error: unknown) => {
      assert(error instanceof InvalidInputError && error instanceof ArchipelagoError, String(error));
      assert.deepEqual([error.name, error.field, error.value], ["InvalidInputError", field, value]);
      assert(error.message.startsWith(`${field} is `) && error.message.endsWith(error.allowed), error.message);
      return true;
    });
  }
  assert.deepEqual(islands.peer("a"), { id: "a", handle: 0, position: [1, 2, 3] });
  assert.equal(islands.counters.peers, 1);
});

test("options are checked before there is anything", async () => {
  const cases: [options: object, field: string][] = [
    [{ joinDistance: 0 }, "joinDistance"],
    [{ joinDistance: 50, leaveDistance: 49 }, "leaveDistance"],
    [{ maxPeersPerIsland: 1.5 }, "maxPeersPerIsland"],
    [{ roomPrefix: "" }, "roomPrefix"],
    [{ joinDistanse: 64 }, "joinDistanse"],
    [[], "options"],
  ];
  for (const [options, field] of cases) {
    await assert.rejects(Archipelago.create(options), (error: unknown) => {
      assert(error instanceof InvalidInputError);
      assert.equal(error.field, field);
      return true;
    });
  }
  const mine = new Error("mine");
  const throwing = {
    get joinDistance(): number {
      throw mine;
    },
  };
  await assert.rejects(Archipelago.create(throwing), mine);
  assert.equal((await Archipelago.create({ leaveDistance: undefined })).counters.peers, 0);
});

test("whatever an array does when it is read, it does outside", async () => {
  const islands = await made();
  const mine = new Error("mine");
  const ids = new Proxy(["a"], {
    get(target, name, receiver) {
      if (name === "0") throw mine;
      return Reflect.get(target, name, receiver);
    },
  });
  assert.throws(() => islands.setPositions(ids, new Float32Array(3)), mine);
  islands.setPosition("a", 0, 0, 0);
  assert.equal(islands.flush().length, 1);
});

test("what was given back cannot be used, and giving it back twice does nothing", async () => {
  const islands = await made();
  islands.setPosition("a", 0, 0, 0);
  islands.free();
  islands.free();
  islands[Symbol.dispose]();
  for (const call of [() => islands.flush(), () => islands.counters, () => islands.setPosition("a", 0, 0, 0)]) {
    assert.throws(call, FreedError);
  }
  const other = await made();
  assert.equal(other.counters.peers, 0);
});

test("messages are cut, and describe what cannot be written down", async () => {
  const cyclic: { self?: object } = {};
  cyclic.self = cyclic;
  const said = async (options: unknown): Promise<string> => {
    const refusal = await Archipelago.create(anything(options)).then(
      () => assert.fail("it was taken"),
      (error: InvalidInputError) => error.message,
    );
    return refusal.split(":")[0] ?? "";
  };
  assert.equal(await said({ roomPrefix: cyclic }), "roomPrefix is an object");
  assert.equal(await said({ roomPrefix: () => "I" }), "roomPrefix is a function");
  assert.equal(await said({ roomPrefix: 10n }), "roomPrefix is 10");
  assert.equal(await said({ joinDistance: new Float64Array(2) }), "joinDistance is a Float64Array of 16 bytes");
  assert.equal(await said("ä".repeat(500)), `options is "${"ä".repeat(199)}…`);
});

test("chains that cannot be written down are refused", async () => {
  for (const chain of [[10n], 7, null]) {
    await assert.rejects(verifyAuthChain(anything(chain), "dcl-1"), (error: unknown) => {
      assert(error instanceof InvalidInputError);
      assert.equal(error.field, "authChain");
      return true;
    });
  }
});

test("it is made by create only", () => {
  const Unmade = Archipelago as unknown as new () => Archipelago;
  assert.throws(() => new Unmade(), /await Archipelago\.create\(\)/);
});

test("many come and go without memory growing", async () => {
  // Not imported at the top: it is the inside of the package.
  const { initSync } = await import("../../wasm-pkg/dist/bindings/archipelago_wasm.js");
  const { memory } = initSync(anything(undefined));
  const ids = Array.from({ length: 2000 }, (_, n) => `peer ${n}`);
  const positions = new Float32Array(6000).map((_, n) => (n * 31) % 997);
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) {
      const islands = await made();
      islands.setPositions(ids, positions);
      islands.flush();
      islands.free();
    }
    return memory.buffer.byteLength;
  };
  const before = await rounds(3);
  assert.equal(await rounds(30), before);
});
