/**
 * Counts what a realm writes, with SQLite's own means: triggers on its tables add to a table of counts. workerd lets no
 * trigger near its own table, in which the alarm is; that one is looked at, again and again.
 */
import { openRealm } from "./realm-database.mjs";

const COUNTS = "bench_writes";

/** Much less than the 5 s for which the realm sets its alarm each time. */
const LOOK_MS = 500;

/**
 * Counts from now on the rows that are inserted, changed and deleted.
 *
 * @param {string} storage of a realm that has made its tables and does not run
 */
export function countRows(storage) {
  const database = openRealm(storage, { readOnly: false });
  try {
    database.exec(`CREATE TABLE ${COUNTS} (name TEXT PRIMARY KEY, count INTEGER NOT NULL)`);
    const found = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const tables = found.map(({ name }) => String(name)).filter((name) => !/^(_cf_|sqlite_|bench_)/.test(name));
    for (const table of tables) countIn(database, table);
  } finally {
    database.close();
  }
}

/**
 * @param {import("node:sqlite").DatabaseSync} database
 * @param {string} table
 */
function countIn(database, table) {
  database.prepare(`INSERT INTO ${COUNTS} VALUES (?, 0)`).run(table);
  for (const event of ["INSERT", "UPDATE", "DELETE"]) {
    database.exec(`CREATE TRIGGER bench_${table}_${event} AFTER ${event} ON "${table}" BEGIN
      UPDATE ${COUNTS} SET count = count + 1 WHERE name = '${table}'; END`);
  }
}

/** What a running realm writes. Alarms that stand for less than half a second may be missed. */
export class Writes {
  #database;
  #alarms = 0;
  #looking;

  /** @param {string} storage in which rows are counted */
  constructor(storage) {
    this.#database = openRealm(storage, { readOnly: true });
    const stored = this.#database.prepare("SELECT value FROM _cf_METADATA WHERE key = 1");
    // Nanoseconds since 1970.
    stored.setReadBigInts(true);
    let last = stored.get()?.value;
    this.#looking = setInterval(() => {
      const value = stored.get()?.value;
      if (value !== null && value !== last) this.#alarms += 1;
      last = value;
    }, LOOK_MS);
  }

  /** How many alarms were set since this was made. */
  get alarms() {
    return this.#alarms;
  }

  /**
   * Rows written so far, by table.
   *
   * @returns {Record<string, number>}
   */
  get rows() {
    const found = this.#database.prepare(`SELECT name, count FROM ${COUNTS}`).all();
    return Object.fromEntries(found.map(({ name, count }) => [String(name), Number(count)]));
  }

  close() {
    clearInterval(this.#looking);
    this.#database.close();
  }
}
