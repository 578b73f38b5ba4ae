//! Notices commits by whichever connection and process.

use std::sync::{Mutex, PoisonError};

use r2d2::PooledConnection;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::Connection;

/// A connection that remembers which commit it has seen last.
pub struct CommitWatch {
    /// Used by one at a time, which the compiler can't know of a job.
    connection: Mutex<PooledConnection<SqliteConnectionManager>>,
    version: i64,
}

impl CommitWatch {
    pub(super) fn new(
        connection: PooledConnection<SqliteConnectionManager>,
    ) -> rusqlite::Result<Self> {
        let version = version(&connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
            version,
        })
    }

    /// Whether anything was committed since the last call: a few microseconds.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn has_changed(&mut self) -> rusqlite::Result<bool> {
        let version = version(self.connection())?;
        Ok(std::mem::replace(&mut self.version, version) != version)
    }

    /// The connection, to read what has changed.
    pub fn connection(&mut self) -> &Connection {
        let connection = self.connection.get_mut();
        connection.unwrap_or_else(PoisonError::into_inner)
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("pragma data_version")?
        .query_row([], |row| row.get(0))
}
