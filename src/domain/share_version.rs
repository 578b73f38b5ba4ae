//! The version of a share: each edit counts it up, so that an editor that was opened before another edit doesn't undo that one. A
//! restore sets the count back; so clients know it with the epoch in front, which is another one then.

use rusqlite::Connection;

use super::ids::{ShareId, SpaceId};
use crate::error::{Conflict, Malformed, Result};

/// Which version of a share a change is made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Whichever there is.
    #[default]
    Any,
    /// One of these.
    OneOf(Vec<i64>),
}

/// A version, as clients know it.
pub fn name(epoch: &str, version: i64) -> String {
    format!("{epoch}-{version}")
}

impl ExpectedVersion {
    /// Reads a list of entity tags, as `If-Match` has it, each with the name of a version of this epoch. A proxy that compresses
    /// marks our tags as weak (`W/`): what follows is the same version.
    ///
    /// # Errors
    /// It isn't such a list.
    pub fn parse(tags: &str, epoch: &str) -> Result<Self> {
        if tags.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut versions = Vec::new();
        for tag in tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            let version = tag
                .strip_prefix('"')
                .and_then(|tag| tag.strip_suffix('"'))
                .ok_or(Malformed::IfMatch)?;
            // Tags of another epoch match nothing, and neither do those of another server.
            let number = version
                .strip_prefix(epoch)
                .and_then(|rest| rest.strip_prefix('-'));
            versions.extend(number.and_then(|number| number.parse::<i64>().ok()));
        }
        if versions.is_empty() && tags.trim().is_empty() {
            return Err(Malformed::IfMatch.into());
        }
        Ok(Self::OneOf(versions))
    }

    /// Whether a share has an expected version; in the transaction that changes it, nothing can come in between.
    ///
    /// # Errors
    /// It was edited since.
    pub fn check(&self, conn: &Connection, space: SpaceId, share: ShareId) -> Result<()> {
        let Self::OneOf(expected) = self else {
            return Ok(());
        };
        if expected.contains(&get(conn, space, share)?) {
            Ok(())
        } else {
            Err(Conflict::ShareEdited.into())
        }
    }
}

/// The number of the version that a share has.
pub(super) fn get(conn: &Connection, space: SpaceId, share: ShareId) -> rusqlite::Result<i64> {
    conn.prepare_cached(VERSION)?
        .query_row((space, share), |row| row.get(0))
}

const VERSION: &str =
    "select version from shares indexed by sqlite_autoindex_shares_1 where space_id = ? and id = ?";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_http_has_them() {
        let parse = |tags| ExpectedVersion::parse(tags, "0a1b2c3d").unwrap();
        assert_eq!(parse("*"), ExpectedVersion::Any);
        for (tags, versions) in [
            ("\"0a1b2c3d-3\"", vec![3]),
            ("W/\"0a1b2c3d-3\"", vec![3]),
            (" \"0a1b2c3d-3\" , \"x\",\"0a1b2c3d-7\"", vec![3, 7]),
            ("\"ffffffff-3\"", vec![]),
            ("\"3\"", vec![]),
            ("\"of another server\"", vec![]),
        ] {
            assert_eq!(parse(tags), ExpectedVersion::OneOf(versions), "{tags}");
        }
        for tags in ["", " ", "3", "\"3", "\"", "3\"", "\"3\" 4"] {
            assert!(ExpectedVersion::parse(tags, "0a1b2c3d").is_err(), "{tags}");
        }
    }
}
