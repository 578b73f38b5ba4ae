//! Whether the SQLite in this executable was built like the one that was measured.
//!
//! Its flags are in `.cargo/config.toml`, which cargo reads in the folder where it is started and above, or for `cargo install
//! --path` in that folder. From elsewhere, such as by `cargo install --git`, it builds one that works as well and is slower, and
//! says nothing.

use rusqlite::Connection;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Cause, Check, Found};

/// What the options of the measured one have.
const PRESENT: [&str; 2] = ["DEFAULT_MEMSTATUS=0", "DEFAULT_PCACHE_INITSZ=0"];
/// What they don't have.
const ABSENT: &str = "ENABLE_MEMORY_MANAGEMENT";

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "sqlite_", serialize_all = "snake_case")]
pub enum SqliteFound {
    #[error("SQLite is built with the options that were measured")]
    AsMeasured,
    #[error(
        "SQLite is built without the options in .cargo/config.toml, so this executable is slower than the measured one: \
         build it with cargo in the folder of its sources, or with `cargo install --path`"
    )]
    NotAsMeasured,
    #[error("{0}")]
    Unusable(Cause),
}

impl Found for SqliteFound {
    fn samples() -> Vec<Self> {
        vec![
            Self::AsMeasured,
            Self::NotAsMeasured,
            Self::Unusable(Cause::sample()),
        ]
    }
}

/// Compares the options.
pub fn run_checks() -> Check {
    match options() {
        Ok(options) => judge(&options),
        Err(error) => Check::error(SqliteFound::Unusable(anyhow::Error::from(error).into())),
    }
}

fn options() -> rusqlite::Result<Vec<String>> {
    let connection = Connection::open_in_memory()?;
    let mut rows = connection.prepare("pragma compile_options")?;
    rows.query_map([], |row| row.get(0))?.collect()
}

fn judge(options: &[String]) -> Check {
    let has = |wanted: &str| options.iter().any(|option| option == wanted);
    if PRESENT.into_iter().all(has) && !has(ABSENT) {
        return Check::ok(SqliteFound::AsMeasured);
    }
    Check::warning(SqliteFound::NotAsMeasured)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;

    #[test]
    fn this_build_has_the_options_and_one_without_them_is_noticed() {
        assert_eq!(run_checks().severity, Severity::Ok);
        let built = options().unwrap();
        for missing in PRESENT {
            let others = built.iter().filter(|option| *option != missing);
            let judged = judge(&others.cloned().collect::<Vec<_>>());
            assert_eq!(judged.severity, Severity::Warning, "{missing}");
        }
        let with = [&built[..], &[ABSENT.into()]].concat();
        assert_eq!(judge(&with).severity, Severity::Warning);
    }
}
