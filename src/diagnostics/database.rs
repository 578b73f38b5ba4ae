//! The condition of a database file, looked at without changing it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde::Serialize;
use serde_json::{Map, Value};
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Cause, Check, Found};
use crate::config::Quotas;
use crate::db::{Db, integrity, known, migrate};
use crate::domain::photos;
use crate::domain::tombstones::{self, Failing};
use crate::domain::usage::{self, NearQuota};
use crate::domain::users::{self, Doubt};
use crate::fs::suffix::with_suffix;

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum DatabaseFound {
    #[error(
        "{0}. Restore a copy of the whole data folder, or ask for help before the file is changed"
    )]
    DatabaseUnreadable(Cause),
    #[error(
        "The database is damaged: {error}. Stop the server, keep the file, and restore an earlier copy"
    )]
    DatabaseDamaged { error: String },
    #[error(
        "The database has schema {schema}, and this version of shared-spaces knows only schemas up to \
         {newest}: use the newer version that wrote it"
    )]
    DatabaseTooNew { schema: i32, newest: i32 },
    #[error(
        "The database is intact; the next start upgrades its schema from {schema} to {newest}, and keeps a \
         copy of it"
    )]
    DatabaseToUpgrade { schema: i32, newest: i32 },
    #[error("The database is intact")]
    DatabaseIntact,
    #[error(
        "These logins look like another or are invisible, and would be refused today: {}. They can still sign \
         in; if you don't know whose they are, remove them with `shared-spaces user remove`",
        .logins.iter().map(|it| format!("{:?} ({})", it.login, it.why)).collect::<Vec<_>>().join(", ")
    )]
    DoubtfulLogins { logins: Vec<DoubtfulLogin> },
}

/// A login, and why it would be refused today: the code and the params as of that refusal, or `looks_like` and another login.
#[derive(Debug, Serialize)]
pub struct DoubtfulLogin {
    login: String,
    #[serde(skip)]
    why: String,
    code: &'static str,
    params: Map<String, Value>,
}

impl From<&(String, Doubt)> for DoubtfulLogin {
    fn from((login, doubt): &(String, Doubt)) -> Self {
        let (code, params) = match doubt {
            Doubt::Refused(refusal) => (refusal.code(), refusal.params()),
            Doubt::LooksLike(other) => {
                let other = (String::from("login"), Value::from(other.as_str()));
                ("looks_like", Map::from_iter([other]))
            }
        };
        Self {
            login: login.clone(),
            why: doubt.to_string(),
            code,
            params,
        }
    }
}

impl Found for DatabaseFound {
    fn samples() -> Vec<Self> {
        let (schema, newest) = (30, 35);
        let doubtful = (String::from("bob"), Doubt::LooksLike(String::from("Bob")));
        vec![
            Self::DatabaseUnreadable(Cause::sample()),
            Self::DatabaseDamaged {
                error: String::from("row 2 missing from index"),
            },
            Self::DatabaseTooNew { schema, newest },
            Self::DatabaseToUpgrade { schema, newest },
            Self::DatabaseIntact,
            Self::DoubtfulLogins {
                logins: vec![DoubtfulLogin::from(&doubtful)],
            },
        ]
    }
}

/// How a database file was found.
#[derive(Debug)]
pub struct DatabaseState {
    schema: i32,
    newest: i32,
    has_photos: bool,
    /// Logins that would be refused today, each with the reason.
    doubtful_logins: Vec<(String, Doubt)>,
    /// Photos whose bytes don't go.
    failing: Option<Failing>,
    /// What nears its quota.
    near_quota: NearQuota,
    /// What is wrong with it; `None` if it is sound.
    damage: Option<String>,
}

impl Db {
    /// Refuses a file that another program has made. Changes nothing in it.
    ///
    /// # Errors
    /// A sentence that says why it isn't ours, and what to do. What can't be read is reported when it is opened.
    pub fn check_ours(path: &Path) -> Result<()> {
        let found = look_for_another(path);
        let why = match found.map_err(anyhow::Error::downcast::<rusqlite::Error>) {
            Ok(None) => return Ok(()),
            Ok(Some(why)) => why,
            Err(Ok(error)) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                String::from("it is not a database, or damaged at its very beginning")
            }
            Err(_) => return Ok(()),
        };
        bail!(
            "The file {} isn't the database of shared-spaces: {why}. Nothing in it was changed. Name another data \
            folder with --data-dir or the setting data_dir, or move the file elsewhere; if it should be yours, \
            restore a backup",
            path.display()
        )
    }

    /// Whether the database file at `path` has the schema of this version. Changes nothing in it.
    ///
    /// # Errors
    /// It can't be opened or read.
    pub fn is_current(path: &Path) -> Result<bool> {
        let reading = || unreadable(path);
        let connection = open_to_read(path).with_context(reading)?;
        let schema = migrate::version(&connection).with_context(reading)?;
        Ok(schema == migrate::newest())
    }

    /// Looks at the database file at `path`, the whole of it, and changes nothing.
    ///
    /// # Errors
    /// It can't be opened or read.
    pub fn inspect(path: &Path, quotas: &Quotas) -> Result<DatabaseState> {
        let reading = || unreadable(path);
        let connection = open_to_read(path).with_context(reading)?;
        let damage = integrity::unsound(&connection).with_context(reading)?;
        let schema = migrate::version(&connection).with_context(reading)?;
        let has_photos = schema > 0 && photos::is_any(&connection).with_context(reading)?;
        let doubtful_logins = if schema > 0 && damage.is_none() {
            users::list_doubtful(&connection).with_context(reading)?
        } else {
            Vec::new()
        };
        let newest = migrate::newest();
        let (failing, near_quota) = if damage.is_none() && schema == newest {
            (
                tombstones::failing(&connection).with_context(reading)?,
                usage::near_quota(&connection, quotas).with_context(reading)?,
            )
        } else {
            (None, NearQuota::default())
        };
        Ok(DatabaseState {
            schema,
            has_photos,
            doubtful_logins,
            failing,
            near_quota,
            newest,
            damage,
        })
    }
}

/// A connection that can only read.
fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(crate::db::DEADLINE)?;
    Ok(connection)
}

fn unreadable(path: &Path) -> String {
    format!("The database {} can't be read", path.display())
}

/// By what a database is another's, if it is.
fn look_for_another(path: &Path) -> Result<Option<String>> {
    // Not read-only, which couldn't apply what is in the log.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // A lock that another process holds is reported by whatever opens it next.
    connection.busy_timeout(Duration::ZERO)?;
    // What stands there stays there.
    let has_log = std::fs::metadata(with_suffix(path, "-wal")).is_ok_and(|log| log.len() > 0);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    known::foreign(&connection)
}

impl DatabaseState {
    /// Whether it is sound, and of this version.
    pub fn is_current(&self) -> bool {
        self.damage.is_none() && self.schema == self.newest
    }

    /// Whether it has photos.
    pub fn has_photos(&self) -> bool {
        self.has_photos
    }

    /// The warning about logins from before there were rules for them; `None` if there are no such logins.
    pub fn logins(&self) -> Option<Check> {
        let logins: Vec<_> = self
            .doubtful_logins
            .iter()
            .map(DoubtfulLogin::from)
            .collect();
        (!logins.is_empty()).then(|| Check::warning(DatabaseFound::DoubtfulLogins { logins }))
    }

    /// The photos that couldn't be deleted although they were due.
    pub fn failing(&self) -> Option<&Failing> {
        self.failing.as_ref()
    }

    /// What nears its quota.
    pub fn near_quota(&self) -> &NearQuota {
        &self.near_quota
    }

    /// What this means.
    pub fn check(&self) -> Check {
        let Self {
            schema,
            newest,
            damage,
            ..
        } = self;
        let (schema, newest) = (*schema, *newest);
        if let Some(damage) = damage {
            return Check::error(DatabaseFound::DatabaseDamaged {
                error: damage.clone(),
            });
        }
        if schema > newest {
            return Check::error(DatabaseFound::DatabaseTooNew { schema, newest });
        }
        Check::ok(if schema < newest {
            DatabaseFound::DatabaseToUpgrade { schema, newest }
        } else {
            DatabaseFound::DatabaseIntact
        })
    }
}
