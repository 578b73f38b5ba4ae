//! A set of hashes that is kept on disk and not in memory while it is in use.

use rusqlite::{Connection, OptionalExtension, Result};

/// SHA-256 sums, each with a size.
#[derive(Debug)]
pub struct TempHashMap {
    connection: Connection,
}

impl TempHashMap {
    /// An empty set.
    ///
    /// # Errors
    /// The folder for temporary files can't be written to.
    pub fn new() -> Result<Self> {
        // SQLite makes a file of its own for a database without a name, and deletes it at the end.
        let connection = Connection::open("")?;
        connection.execute_batch(
            "pragma synchronous = off; pragma journal_mode = off;
             create table sums (sha256 blob primary key, bytes integer not null) strict, without rowid; begin",
        )?;
        Ok(Self { connection })
    }

    /// Adds a sum.
    ///
    /// # Errors
    /// It can't be written.
    pub fn add(&self, sha256: &[u8; 32], bytes: u64) -> Result<()> {
        self.connection
            .prepare_cached("insert or replace into sums values (?, ?)")?
            .execute((sha256, i64::try_from(bytes).unwrap_or(i64::MAX)))?;
        Ok(())
    }

    /// The size that came with a sum, if it is in the set.
    ///
    /// # Errors
    /// It can't be read.
    pub fn find(&self, sha256: &[u8; 32]) -> Result<Option<u64>> {
        let found: Option<i64> = self
            .connection
            .prepare_cached("select bytes from sums where sha256 = ?")?
            .query_row([sha256], |row| row.get(0))
            .optional()?;
        Ok(found.and_then(|bytes| bytes.try_into().ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_and_nothing_else() {
        let scratch = TempHashMap::new().unwrap();
        scratch.add(&[1; 32], 10).unwrap();
        scratch.add(&[2; 32], 20).unwrap();
        scratch.add(&[1; 32], 30).unwrap();
        let found = [1, 2, 3].map(|byte| scratch.find(&[byte; 32]).unwrap());
        assert_eq!(found, [Some(30), Some(20), None]);
    }
}
