//! Has photos sent, and what was made of them looked for, once more.

use std::time::Duration;

use rusqlite::Connection;

use super::renditions;
use crate::clock::Timestamp;

/// Marks every name as not accepted by a queue and every preview as unseen, so that all are sent again.
pub(in crate::domain) fn reset_processing(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "update photos set queued_at = null, previews_due_at = created_at, preview_bytes = null,
         rendition_bytes = null",
        [],
    )?;
    renditions::reset(conn)
}

/// Has previews looked for now that would be only in more than the time of `longest`, which no look waits for: the clock
/// was set back.
pub fn clamp_next_checks(
    conn: &Connection,
    now: Timestamp,
    longest: Duration,
) -> rusqlite::Result<()> {
    conn.prepare_cached(TOO_FAR)?
        .execute((now.0, now.plus(longest).0))?;
    Ok(())
}

const TOO_FAR: &str = "update photos set previews_due_at = ? where previews_due_at > ?";

/// Has all previews looked for again, because they may be somewhere else or gone.
pub fn reset_previews(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("update photos set previews_due_at = 0", [])?;
    renditions::reset(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn previews_that_would_be_looked_for_too_late_are_found_by_their_index() {
        let plan = plan(TOO_FAR);
        assert!(
            plan.contains("photos_without_previews (previews_due_at>?)"),
            "{plan}"
        );
    }
}
