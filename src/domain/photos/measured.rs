//! What the previews of photos take. It is recorded with them where it is known, and otherwise measured in the store.

use rusqlite::Connection;

use super::PreviewStatus;
use crate::domain::photo_name::PhotoName;

/// A photo whose previews were seen, and not measured yet.
#[derive(Clone, Debug)]
pub struct UnmeasuredPhoto {
    pub name: PhotoName,
    /// Whether it is a film that came without a poster, so that one may have been made.
    pub may_have_made_poster: bool,
}

impl PreviewStatus {
    /// Whether nothing is left to be measured of it.
    pub fn is_measured(&self) -> bool {
        !matches!(self, Self::Ready { bytes: None, .. })
    }
}

/// Photos whose previews are to be measured, at most `max`.
pub fn list_unmeasured(conn: &Connection, max: usize) -> rusqlite::Result<Vec<UnmeasuredPhoto>> {
    conn.prepare_cached(UNMEASURED)?
        .query_map([i64::try_from(max).unwrap_or(i64::MAX)], |row| {
            Ok(UnmeasuredPhoto {
                name: row.get(0)?,
                may_have_made_poster: row.get(1)?,
            })
        })?
        .collect()
}

const UNMEASURED: &str = "select name, kind = 'video' and poster_bytes is null from photos
    where preview_bytes is null and previews_due_at is null order by id limit ?";

/// Records what the previews of a photo take, with the poster that was made of a film.
pub fn record_preview_bytes(
    conn: &Connection,
    name: &PhotoName,
    bytes: u64,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update photos set preview_bytes = ? where name = ? and previews_due_at is null",
    )?
    .execute((i64::try_from(bytes).unwrap_or(i64::MAX), name))?;
    Ok(())
}

/// Has the previews of a photo measured again, which were made again.
pub fn unmeasure(conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
    conn.prepare_cached("update photos set preview_bytes = null where name = ?")?
        .execute([name])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn photos_that_are_to_be_measured_are_found_by_their_index() {
        let plan = plan(UNMEASURED);
        assert!(plan.contains("INDEX photos_unmeasured"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
