import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { roomUrl } from "./room-client.ts";
import { readRealm } from "./storage.ts";

/** What a token of a room says, apart from which room that is. */
export interface Claims {
  /** Lower case. */
  address: string;
  assignment: bigint;
  /** In ms since 1970. */
  expiresMs: bigint;
}

const VERSION = 1;
const CLAIMS_BYTES = 37;
const PURPOSE = "archipelago room token\n";

/** A token as the realm would sign it: written from the description of the format, not from the realm's code. */
export function signToken(key: Buffer, roomId: string, { address, assignment, expiresMs }: Claims): string {
  const claims = Buffer.alloc(CLAIMS_BYTES);
  claims.writeUInt8(VERSION, 0);
  claims.write(address.slice(2), 1, "hex");
  claims.writeBigUInt64BE(assignment, 21);
  claims.writeBigUInt64BE(expiresMs, 29);
  const mac = createHmac("sha256", key).update(PURPOSE).update(`${roomId}\n`).update(claims).digest();
  return Buffer.concat([claims, mac]).toString("base64url");
}

/** What a token says, believed as it is. */
export function readToken(token: string): Claims {
  const bytes = Buffer.from(token, "base64url");
  assert.equal(bytes.readUInt8(0), VERSION);
  return {
    address: `0x${bytes.toString("hex", 1, 21)}`,
    assignment: bytes.readBigUInt64BE(21),
    expiresMs: bytes.readBigUInt64BE(29),
  };
}

/** The room and the token in a connection string. */
export function readConnStr(connStr: string): { roomId: string; token: string } {
  const { pathname, searchParams } = new URL(roomUrl(connStr));
  assert.deepEqual([...searchParams.keys()], ["token"]);
  return { roomId: pathname.replace("/rooms/", ""), token: searchParams.get("token") ?? "" };
}

/** The same connection string with another token. */
export function withToken(connStr: string, token: string): string {
  return connStr.replace(/token=.*$/, `token=${token}`);
}

/** The secret with which the realm whose storage this is signs the tokens of its rooms. */
export function roomKey(storage: string): Buffer {
  const query = "SELECT value FROM meta WHERE name = 'room_key'";
  const row = readRealm(storage, (database) => database.prepare(query).get());
  return Buffer.from(String(row?.value), "hex");
}
