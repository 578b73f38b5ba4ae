//! Transactions whose statements are prepared once for each connection: the library has SQLite parse them every time.

use std::ops::Deref;

use rusqlite::Connection;

/// It sees one moment of the database, and is undone when it is dropped.
pub struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    /// One that reads, from the moment of its first read.
    ///
    /// # Errors
    /// The database can't be used.
    pub fn read(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("begin deferred")?.execute([])?;
        Ok(Self(connection))
    }

    /// One that writes, before which no other does.
    ///
    /// # Errors
    /// As [`Self::read`], or another process doesn't stop writing in time.
    pub fn write(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("begin immediate")?.execute([])?;
        Ok(Self(connection))
    }

    /// Keeps what was written.
    ///
    /// # Errors
    /// It can't be kept, and is undone.
    pub fn commit(self) -> rusqlite::Result<()> {
        self.0.prepare_cached("commit")?.execute([])?;
        Ok(())
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // Committed, or undone by SQLite itself because of an error.
        if self.0.is_autocommit() {
            return;
        }
        let ended = self.0.prepare_cached("rollback");
        if let Err(error) = ended.and_then(|mut end| end.execute([])) {
            tracing::error!(%error, "could not end a transaction");
        }
    }
}
