// Whatever a typed program may say: compiled, never run.
import {
  Archipelago,
  type ArchipelagoError,
  type ArchipelagoOptions,
  type AuthChainVerdict,
  type ClientPacket,
  decodeServerPacket,
  encodeClientPacket,
  InvalidInputError,
  type Island,
  type IslandUpdate,
  islandId,
  type RawUpdates,
  type ServerPacket,
  verifyAuthChain,
} from "archipelago-wasm";

const options: ArchipelagoOptions = { joinDistance: 64, maxPeersPerIsland: 50 };

export async function play(): Promise<string[]> {
  using archipelago = await Archipelago.create(options);
  archipelago.setPosition("ann", 0, 0, 0);
  const handles: Uint32Array = archipelago.setPositions(["ann", "bob"], new Float32Array(6));
  archipelago.setPositions(handles, new Float32Array(6));
  const raw: RawUpdates = archipelago.flushRaw(2000, "arrivals");
  const updates: IslandUpdate[] = archipelago.flush();
  const islands: Island[] = archipelago.islands();
  const told = updates.map((update) => (update.kind === "changeTo" ? (update.from ?? update.island) : update.peer));
  return [...told, ...islands.flatMap(({ peers }) => peers), islandId(raw.islands[0] ?? 1)];
}

export async function hello(chain: string): Promise<string> {
  const packet: ClientPacket = { kind: "challengeRequest", address: "0x1" };
  const answer: ServerPacket = decodeServerPacket(encodeClientPacket(packet));
  const verdict: AuthChainVerdict = await verifyAuthChain(chain, "dcl-1");
  return answer.kind === "welcome" ? answer.peerId : verdict.kind;
}

export function field(error: ArchipelagoError): string {
  return error instanceof InvalidInputError ? error.field : error.message;
}

export async function refused(): Promise<void> {
  // @ts-expect-error: not an option
  await Archipelago.create({ joinDistanc: 64 });
  // @ts-expect-error: made by `create` only
  new Archipelago();
  const archipelago = await Archipelago.create();
  // @ts-expect-error: not a scope
  archipelago.flush(0, "some");
  // @ts-expect-error: numbers are not ids
  archipelago.setPosition(7, 0, 0, 0);
  archipelago.free();
}
