import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { hasRealm, openRealm } from "../../../scripts/lib/realm-database.mjs";

/** Reads the database of the one realm whose storage this is; it may be running. */
export function readRealm<T>(storage: string, read: (database: DatabaseSync) => T): T {
  return withRealm(storage, true, read);
}

/** Changes the database of the one realm whose storage this is; it must not be running. */
export function editRealm(storage: string, edit: (database: DatabaseSync) => void): void {
  withRealm(storage, false, edit);
}

/** The tables that the realm has made, in alphabetical order. */
export function tables(storage: string): string[] {
  const query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
  const rows = readRealm(storage, (database) => database.prepare(query).all());
  return rows.map(({ name }) => String(name)).sort();
}

/** How many rows a table of the realm has. */
export function rowCount(storage: string, table: string): number {
  const row = readRealm(storage, (database) => database.prepare(`SELECT count(*) AS count FROM ${table}`).get());
  return Number(row?.count);
}

/** The numbers of the islands that the realm has stored; none if it has died before it could make its tables. */
export function islandNumbers(storage: string): number[] {
  if (!hasRealm(storage) || !tables(storage).includes("islands")) return [];
  const rows = readRealm(storage, (database) => database.prepare("SELECT number FROM islands").all());
  return rows.map(({ number }) => Number(number));
}

/** A number among the realm's names and values. */
export function storedNumber(storage: string, name: string): number {
  const query = "SELECT value FROM meta WHERE name = ?";
  const row = readRealm(storage, (database) => database.prepare(query).get(name));
  return Number(row?.value ?? assert.fail(`${name} is not stored`));
}

function withRealm<T>(storage: string, readOnly: boolean, work: (database: DatabaseSync) => T): T {
  const database = openRealm(storage, { readOnly });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
