//! What an object keeps: its counters and names, in one small table, and whatever else it writes in transactions.

use std::cell::Cell;

use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::{Error, Result, SqlCursor, SqlStorage, SqlStorageValue, Storage};

#[wasm_bindgen]
extern "C" {
    /// An object's storage, as far as the platform's bindings leave it out.
    #[derive(Clone)]
    type Transactions;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &Transactions,
        work: &mut dyn FnMut() -> std::result::Result<JsValue, JsValue>,
    ) -> std::result::Result<JsValue, JsValue>;
}

#[derive(Deserialize)]
struct NumberRow {
    value: i64,
}

#[derive(Deserialize)]
struct TextRow {
    value: String,
}

/// An object's storage, with a table of names and values.
pub struct Store {
    sql: SqlStorage,
    transactions: Transactions,
    rows_written: Cell<u64>,
}

impl Store {
    /// Opens the table; creates it the first time.
    pub fn open(storage: &Storage) -> Result<Self> {
        let store = Self {
            sql: storage.sql(),
            transactions: storage.as_raw().unchecked_ref::<Transactions>().clone(),
            rows_written: Cell::default(),
        };
        store.run(
            "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
            Vec::new(),
        )?;
        Ok(store)
    }

    /// Does all of this, or nothing if any of it fails.
    pub fn transaction(&self, mut work: impl FnMut() -> Result<()>) -> Result<()> {
        let mut work = || match work() {
            Ok(()) => Ok(JsValue::UNDEFINED),
            Err(error) => Err(JsValue::from(error)),
        };
        let before = self.rows_written.get();
        let done = self.transactions.transaction_sync(&mut work);
        if done.is_err() {
            self.rows_written.set(before);
        }
        done.map(|_| ()).map_err(Error::from)
    }

    /// Runs a statement.
    pub fn run(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<SqlCursor> {
        let cursor = self.sql.exec(statement, values)?;
        let written = self.rows_written.get() + cursor.rows_written() as u64;
        self.rows_written.set(written);
        Ok(cursor)
    }

    /// How many rows have been written since the storage was opened.
    pub fn rows_written(&self) -> u64 {
        self.rows_written.get()
    }

    /// Raises a counter by one and returns it: 1 the first time.
    pub fn count_up(&self, name: &str) -> Result<u64> {
        let cursor = self.run(
            "INSERT INTO meta (name, value) VALUES (?, 1) \
             ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            vec![name.into()],
        )?;
        Ok(cursor.one::<NumberRow>()?.value as u64)
    }

    /// A stored text.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let rows: Vec<TextRow> = self.select(name)?;
        Ok(rows.into_iter().next().map(|row| row.value))
    }

    /// Stores a number.
    pub fn put_number(&self, name: &str, value: u64) -> Result<()> {
        self.put(name, integer(value)?)
    }

    /// Stores a text.
    pub fn put_text(&self, name: &str, value: &str) -> Result<()> {
        self.put(name, value.into())
    }

    fn select<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Vec<T>> {
        self.run("SELECT value FROM meta WHERE name = ?", vec![name.into()])?
            .to_array()
    }

    fn put(&self, name: &str, value: SqlStorageValue) -> Result<()> {
        self.run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            vec![name.into(), value],
        )?;
        Ok(())
    }
}

/// A number as the storage takes it.
///
/// # Errors
/// It is above 2^53.
pub fn integer(number: u64) -> Result<SqlStorageValue> {
    SqlStorageValue::try_from_i64(number.try_into().unwrap_or(i64::MAX))
}
