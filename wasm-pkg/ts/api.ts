export { Archipelago } from "./archipelago.js";
export type {
  AuthChainVerdict,
  AuthLink,
  ChainWithContracts,
  ContractQuestion,
  InvalidChain,
  ValidChain,
} from "./auth.js";
export { verifyAuthChain } from "./auth.js";
export { ArchipelagoError, DeadError, FreedError, InvalidInputError, LoadError } from "./errors.js";
export { islandId } from "./ids.js";
export type * from "./packet-types.js";
export type { PacketBytes } from "./packets.js";
export {
  decodeClientPacket,
  decodeRoomPacket,
  decodeServerPacket,
  encodeClientPacket,
  encodeRoomPacket,
  encodeServerPacket,
} from "./packets.js";
export type * from "./types.js";
