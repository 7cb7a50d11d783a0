//! The counters and names that an object keeps: one small table.

use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue};

#[derive(Deserialize)]
struct NumberRow {
    value: i64,
}

#[derive(Deserialize)]
struct TextRow {
    value: String,
}

/// An object's table of names and values.
pub struct Store(SqlStorage);

impl Store {
    /// Opens the table; creates it the first time.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(
            "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
            None,
        )?;
        Ok(Self(sql))
    }

    /// Raises a counter by one and returns it: 1 the first time.
    pub fn count_up(&self, name: &str) -> Result<u64> {
        let cursor = self.0.exec(
            "INSERT INTO meta (name, value) VALUES (?, 1) \
             ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            vec![name.into()],
        )?;
        Ok(cursor.one::<NumberRow>()?.value as u64)
    }

    /// A stored number.
    pub fn number(&self, name: &str) -> Result<Option<u64>> {
        let rows: Vec<NumberRow> = self.select(name)?;
        Ok(rows.first().map(|row| row.value as u64))
    }

    /// A stored text.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let rows: Vec<TextRow> = self.select(name)?;
        Ok(rows.into_iter().next().map(|row| row.value))
    }

    /// Stores a number.
    pub fn put_number(&self, name: &str, value: u64) -> Result<()> {
        self.put(
            name,
            SqlStorageValue::try_from_i64(value.try_into().unwrap_or(i64::MAX))?,
        )
    }

    /// Stores a text.
    pub fn put_text(&self, name: &str, value: &str) -> Result<()> {
        self.put(name, value.into())
    }

    fn select<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Vec<T>> {
        self.0
            .exec("SELECT value FROM meta WHERE name = ?", vec![name.into()])?
            .to_array()
    }

    fn put(&self, name: &str, value: SqlStorageValue) -> Result<()> {
        self.0.exec(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            vec![name.into(), value],
        )?;
        Ok(())
    }
}
