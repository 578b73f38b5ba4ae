//! For tests: how SQLite means to carry out a statement on our schema.

use rusqlite::Connection;
use std::path::Path;

/// The steps of the plan for `sql`, one a line.
pub fn plan(sql: &str) -> String {
    let mut connection = Connection::open_in_memory().unwrap();
    super::migrate::run(&mut connection, Path::new(":memory:")).unwrap();
    let mut statement = connection
        .prepare(&format!("explain query plan {sql}"))
        .unwrap();
    let parameters = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps = statement
        .query_map(rusqlite::params_from_iter(parameters), |row| {
            row.get::<_, String>(3)
        })
        .unwrap();
    steps
        .collect::<rusqlite::Result<Vec<_>>>()
        .unwrap()
        .join("\n")
}
