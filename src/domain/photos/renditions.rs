//! Films as every browser plays them: which films have such a rendition, which never will, and which are still to be looked at.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::clock::Timestamp;
use crate::domain::events::{self, Kind as EventKind};
use crate::domain::ids::{PhotoId, ShareId, SpaceId};
use crate::domain::photo_name::PhotoName;

/// A film whose rendition hasn't been seen yet.
#[derive(Clone, Debug)]
pub struct PendingRendition {
    pub name: PhotoName,
    pub created_at: Timestamp,
    /// How long it plays, if it says.
    pub duration: Option<Duration>,
    /// How often it was sent to the workers again.
    pub asks: u32,
}

/// Whether a film has a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenditionStatus {
    /// It has one, with this many bytes.
    There(u64),
    /// It has none and gets none.
    None,
    /// It has none yet.
    Pending {
        /// When the next look is due.
        due: Timestamp,
        /// How often it was sent to the workers again.
        asks: u32,
    },
}

/// The films whose next look for a rendition is due at `now`, ordered by when it is due.
pub fn list_pending_renditions(
    conn: &Connection,
    now: Timestamp,
    max: usize,
) -> rusqlite::Result<Vec<PendingRendition>> {
    conn.prepare_cached(PENDING)?
        .query_map((now.0, i64::try_from(max).unwrap_or(i64::MAX)), |row| {
            let duration: Option<i64> = row.get(2)?;
            Ok(PendingRendition {
                name: row.get(0)?,
                created_at: Timestamp(row.get(1)?),
                duration: duration
                    .and_then(|ms| ms.try_into().ok())
                    .map(Duration::from_millis),
                asks: row.get(3)?,
            })
        })?
        .collect()
}

const PENDING: &str = "select name, created_at, duration_ms, rendition_asks from photos
    where rendition_due_at <= ? order by rendition_due_at limit ?";

/// Whether it isn't known yet if a film has a rendition.
pub fn is_rendition_pending(conn: &Connection, name: &PhotoName) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from photos where name = ? and rendition_due_at is not null")?
        .exists([name])
}

/// Whether a worker has ever made the rendition of a film, or found that it needs none.
pub fn is_any_rendition_known(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(KNOWN)?.exists([])
}

const KNOWN: &str =
    "select 1 from photos where kind = 'video' and rendition_due_at is null limit 1";

/// Records whether a film has a rendition. One that is new is an event in its space.
pub fn record_rendition(
    conn: &Connection,
    name: &PhotoName,
    status: &RenditionStatus,
) -> rusqlite::Result<()> {
    match *status {
        RenditionStatus::There(bytes) => {
            let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
            let film: Option<(SpaceId, ShareId, PhotoId, bool)> = conn
                .prepare_cached("select space_id, share_id, id, rendition_bytes is null from photos where name = ?")?
                .query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let Some((space, share, photo, is_new)) = film else {
                return Ok(());
            };
            conn.prepare_cached(
                "update photos set rendition_bytes = ?, rendition_due_at = null where name = ?",
            )?
            .execute((bytes, name))?;
            if is_new {
                events::record_in(conn, (space, share), EventKind::MediaReady, photo)?;
            }
        }
        RenditionStatus::None => {
            conn.prepare_cached(
                "update photos set rendition_bytes = null, rendition_due_at = null where name = ?",
            )?
            .execute([name])?;
        }
        RenditionStatus::Pending { due, asks } => {
            // A worker may have made it since it was looked for.
            conn.prepare_cached(
                "update photos set rendition_due_at = ?, rendition_asks = ?
                where name = ? and rendition_due_at is not null",
            )?
            .execute((due.0, asks, name))?;
        }
    }
    Ok(())
}

/// Has the rendition of a film made again: what was recorded of it isn't there.
pub fn request_rendition(conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update photos set rendition_bytes = null, rendition_due_at = created_at, rendition_asks = 0
        where name = ? and rendition_bytes is not null",
    )?
    .execute([name])?;
    Ok(())
}

/// Has the rendition of every film looked for again, because it may be somewhere else or gone.
pub(super) fn reset(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "update photos set rendition_due_at = created_at, rendition_asks = 0 where kind = 'video'",
        [],
    )?;
    Ok(())
}

/// Has renditions looked for now that would be only in more than the time of `longest`, which no look waits for: the clock was set
/// back.
pub fn clamp_next_renditions(
    conn: &Connection,
    now: Timestamp,
    longest: Duration,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update photos set rendition_due_at = ? where rendition_due_at > ?")?
        .execute((now.0, now.plus(longest).0))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn films_are_found_without_looking_at_photos() {
        let due = plan(PENDING);
        assert!(
            due.contains("USING INDEX renditions_due (rendition_due_at<?)"),
            "{due}"
        );
        assert!(!due.contains("TEMP B-TREE"), "{due}");
        let known = plan(KNOWN);
        assert!(known.contains("INDEX videos_"), "{known}");
    }
}
