//! The tables in which a realm outlives its object.

use archipelago_core::realm::{Changes, NUMBER_MAX, Stored};
use worker::{Result, SqlCursor, SqlStorageValue};

use crate::store::{Store, integer};

/// The number that the next island gets: no lower one is ever given again.
const NEXT_ISLAND: &str = "next_island";

/// The layout of the tables, as the number of the migrations that have been made.
const SCHEMA: &str = "schema";

/// What leads from each layout to the next. The first one had no tables.
const MIGRATIONS: [&str; 1] = [
    "CREATE TABLE islands (number INTEGER PRIMARY KEY, record BLOB NOT NULL); \
     CREATE TABLE sessions (address BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID",
];

/// What the storage says when tables are not as expected. Anything else may be better the next time.
const UNEXPECTED: [&str; 3] = ["no such table", "no such column", "already exists"];

/// Why there is no state to go on with.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The storage fails; it may work later.
    #[error("{0}")]
    Storage(worker::Error),
    /// What is stored is of another kind.
    #[error("{0}")]
    Unreadable(String),
}

impl From<worker::Error> for ReadError {
    fn from(error: worker::Error) -> Self {
        let text = error.to_string();
        if UNEXPECTED
            .iter()
            .any(|unexpected| text.contains(unexpected))
        {
            Self::Unreadable(text)
        } else {
            Self::Storage(error)
        }
    }
}

/// Brings the tables up to date, and reads them.
pub fn read(store: &Store) -> std::result::Result<Stored, ReadError> {
    let schema = number(store, SCHEMA)?.unwrap_or(0);
    let newest = MIGRATIONS.len() as u64;
    if schema > newest {
        let text = format!("schema {schema} is newer than {newest}, the newest one known");
        return Err(ReadError::Unreadable(text));
    }
    migrate(store, schema)?;
    let next_island = number(store, NEXT_ISLAND)?;
    let islands = store.run("SELECT number, record FROM islands ORDER BY number", vec![])?;
    let sessions = store.run("SELECT address, record FROM sessions", vec![])?;
    Ok(Stored {
        next_island,
        islands: rows(&islands, |number| match number {
            SqlStorageValue::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        })?,
        sessions: rows(&sessions, |address| match address {
            SqlStorageValue::Blob(address) => Some(address.clone()),
            _ => None,
        })?,
    })
}

fn migrate(store: &Store, schema: u64) -> Result<()> {
    store.transaction(|| {
        for (number, migration) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > schema) {
            store.run(migration, vec![])?;
            store.put_number(SCHEMA, number)?;
        }
        Ok(())
    })
}

fn number(store: &Store, name: &str) -> std::result::Result<Option<u64>, ReadError> {
    let row = store.run("SELECT value FROM meta WHERE name = ?", vec![name.into()])?;
    let Some(row) = row.raw().next().transpose()? else {
        return Ok(None);
    };
    match row.as_slice() {
        [SqlStorageValue::Integer(number)] if *number >= 0 => Ok(Some(*number as u64)),
        _ => Err(ReadError::Unreadable(format!(
            "{name} is no number: {row:?}"
        ))),
    }
}

/// Rows of a key and a record.
fn rows<K>(
    cursor: &SqlCursor,
    key: impl Fn(&SqlStorageValue) -> Option<K>,
) -> std::result::Result<Vec<(K, Vec<u8>)>, ReadError> {
    let mut rows = Vec::new();
    for row in cursor.raw() {
        let row = row?;
        let read = match row.as_slice() {
            [first, SqlStorageValue::Blob(record)] => key(first).map(|key| (key, record.clone())),
            _ => None,
        };
        rows.push(read.ok_or_else(|| ReadError::Unreadable(format!("no record: {row:?}")))?);
    }
    Ok(rows)
}

/// Writes what has changed: all of it or nothing.
pub fn write(store: &Store, changes: &Changes) -> Result<()> {
    store.transaction(|| {
        if let Some(next) = changes.next_island {
            store.put_number(NEXT_ISLAND, next)?;
        }
        for (number, record) in &changes.islands {
            put(
                store,
                ["islands", "number"],
                integer(*number)?,
                record.as_ref(),
            )?;
        }
        for (address, record) in &changes.sessions {
            let address = SqlStorageValue::Blob(address.clone());
            put(store, ["sessions", "address"], address, record.as_ref())?;
        }
        fault!(RealmStore);
        Ok(())
    })
}

fn put(
    store: &Store,
    [table, key]: [&str; 2],
    value: SqlStorageValue,
    record: Option<&Vec<u8>>,
) -> Result<()> {
    match record {
        Some(record) => store.run(
            &format!(
                "INSERT INTO {table} ({key}, record) VALUES (?, ?) \
                 ON CONFLICT ({key}) DO UPDATE SET record = excluded.record"
            ),
            vec![value, SqlStorageValue::Blob(record.clone())],
        )?,
        None => store.run(&format!("DELETE FROM {table} WHERE {key} = ?"), vec![value])?,
    };
    Ok(())
}

/// Keeps tables that cannot be read, under other names, and makes empty ones. Returns the number to go on with, which no
/// island can have had, whatever has become of the stored one: there are fewer than one a millisecond.
pub fn set_aside(store: &Store, incarnation: u64, now_ms: u64) -> Result<u64> {
    let stored = number(store, NEXT_ISLAND).ok().flatten();
    let next = stored
        .filter(|next| *next <= NUMBER_MAX)
        .unwrap_or(0)
        .max(now_ms);
    store.transaction(|| {
        let tables = store.run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta' \
             AND name NOT GLOB '*_set_aside_*' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
            vec![],
        )?;
        let tables: Vec<Vec<SqlStorageValue>> = tables.raw().collect::<Result<_>>()?;
        for table in tables.iter().flatten() {
            if let SqlStorageValue::String(table) = table {
                let table = table.replace('"', "\"\"");
                let statement = format!("ALTER TABLE \"{table}\" RENAME TO \"{table}_set_aside_{incarnation}\"");
                store.run(&statement, vec![])?;
            }
        }
        store.put_number(NEXT_ISLAND, next)?;
        store.put_number(SCHEMA, 0)
    })?;
    migrate(store, 0)?;
    Ok(next)
}
