//! The photos of shares: what is known of them. Their bytes are in the stores of [`crate::storage`].

// The photos of a ZIP.
mod archived;
// What previews take.
mod measured;
// What the store should have.
mod records;
// How the photos of a share change.
mod list_edit;
// Photos by their names and ids.
mod lookup;
// Photos that come to a share, and what is said of them.
mod new_photo;
// What is to be looked for again.
mod reset;
// Films as every browser plays them.
mod renditions;
// How the members of a space see its photos.
pub(crate) mod gallery;

use rusqlite::Connection;

use super::events::{self, Kind as EventKind};
use super::ids::{PhotoId, ShareId, SpaceId};
use super::{jobs, tombstones};
use crate::clock::Timestamp;
use crate::domain::last_ids::{self, Kind};
use crate::domain::photo_name::PhotoName;
use crate::domain::taken_at::TakenAt;
use crate::domain::text::Caption;
pub use archived::{
    ArchiveSource, ArchivedPhoto, count_in_space, find_archived, find_own_source, find_source,
    for_each_archived,
};
pub(super) use gallery::for_each;
pub(super) use gallery::with_files_of_share;
pub use gallery::{DatedBy, KindFilter, Photo, PhotoWithFile, SharedPhoto, get, list};
pub use list_edit::{Listed, MediaChange, check, has_any};
pub(super) use list_edit::{apply, count_after, keeps_all};
pub use lookup::{
    FoundPhoto, KnownPhoto, exists, find, is_any, list_known, orphans, total_bytes, unknown,
};
pub use measured::{UnmeasuredPhoto, list_unmeasured, record_preview_bytes, unmeasure};
pub use new_photo::{Description, NewPhoto, NewPoster};
pub use records::{PhotoRecord, count, draw, find_records, list_records};
pub use renditions::{
    PendingRendition, RenditionStatus, clamp_next_renditions, is_any_rendition_known,
    is_rendition_pending, list_pending_renditions, record_rendition, request_rendition,
};
pub(super) use reset::reset_processing;
pub use reset::{clamp_next_checks, reset_previews};

/// The last id that a photo has ever had, also if it is deleted; 0 before the first.
pub fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    last_ids::last(conn, Kind::Photo)
}

/// Adds a photo to a share, at a position that no other has.
pub(super) fn add(
    conn: &Connection,
    (space, share, position): (SpaceId, ShareId, i64),
    photo: &NewPhoto,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert into photos (space_id, share_id, position, id, name, width, height, animated, bytes, sha256, created_at,
            previews_due_at, caption, taken_at, taken_offset, crc32, kind, duration_ms, poster_bytes, poster_sha256,
            rendition_due_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
            case when ?16 = 'video' then ?11 end)",
    )?
    .execute(rusqlite::params![
        space,
        share,
        position,
        photo.id,
        photo.name,
        photo.width,
        photo.height,
        photo.animated,
        i64::try_from(photo.bytes).unwrap_or(i64::MAX),
        photo.sha256,
        now.0,
        photo.caption.as_ref().map(Caption::as_str),
        photo.taken_at.map(TakenAt::millis),
        photo.taken_at.and_then(TakenAt::offset),
        photo.crc32,
        if photo.name.is_video() { "video" } else { "photo" },
        photo.duration.map(|long| i64::try_from(long.as_millis()).unwrap_or(i64::MAX)),
        photo.poster.map(|poster| i64::try_from(poster.bytes).unwrap_or(i64::MAX)),
        photo.poster.map(|poster| poster.sha256),
    ])?;
    Ok(())
}

/// Moves the photos of a share to positions that no photo is shown at, so that each can be given a new one.
pub(super) fn unplace(conn: &Connection, space: SpaceId, share: ShareId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update photos set position = -1 - position where space_id = ? and share_id = ?",
    )?
    .execute((space, share))?;
    Ok(())
}

/// Gives a photo its position in its share.
pub(super) fn place(conn: &Connection, photo: PhotoId, position: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("update photos set position = ? where id = ?")?
        .execute((position, photo))?;
    Ok(())
}

/// Records the description of a photo.
pub(super) fn describe(
    conn: &Connection,
    photo: PhotoId,
    description: &Description,
) -> rusqlite::Result<()> {
    if let Some(caption) = &description.caption {
        conn.prepare_cached("update photos set caption = ? where id = ?")?
            .execute((caption.as_ref().map(Caption::as_str), photo))?;
    }
    if let Some(taken_at) = description.taken_at {
        conn.prepare_cached("update photos set taken_at = ?, taken_offset = ? where id = ?")?
            .execute((
                taken_at.map(TakenAt::millis),
                taken_at.and_then(TakenAt::offset),
                photo,
            ))?;
    }
    Ok(())
}

/// Whether a description says of a photo what is said of it already.
pub(super) fn is_described(
    conn: &Connection,
    photo: PhotoId,
    description: &Description,
) -> rusqlite::Result<bool> {
    let Description { caption, taken_at } = description;
    conn.prepare_cached(
        "select (?2 or caption is ?3) and (?4 or (taken_at is ?5 and taken_offset is ?6)) from photos where id = ?1",
    )?
    .query_row(
        (
            photo,
            caption.is_none(),
            caption.as_ref().and_then(Option::as_ref).map(Caption::as_str),
            taken_at.is_none(),
            taken_at.flatten().map(TakenAt::millis),
            taken_at.flatten().and_then(TakenAt::offset),
        ),
        |row| row.get(0),
    )
}

/// Records the CRC-32 of the stored file of a photo.
pub fn record_crc32(conn: &Connection, photo: PhotoId, crc32: u32) -> rusqlite::Result<()> {
    conn.prepare_cached("update photos set crc32 = ? where id = ?")?
        .execute((crc32, photo))?;
    Ok(())
}

/// The photos whose names no queue has accepted yet, the oldest first.
pub fn list_unsent(conn: &Connection, max: u32) -> rusqlite::Result<Vec<PhotoName>> {
    conn.prepare_cached(UNSENT)?
        .query_map([max], |row| row.get(0))?
        .collect()
}

const UNSENT: &str = "select name from photos where queued_at is null order by id limit ?";

/// Records that a queue has accepted these names.
pub fn mark_queued(conn: &Connection, names: &[PhotoName], now: Timestamp) -> rusqlite::Result<()> {
    let mut mark = conn.prepare_cached("update photos set queued_at = ? where name = ?")?;
    names
        .iter()
        .try_for_each(|name| mark.execute((now.0, name)).map(drop))
}

/// Takes a photo out whose bytes are gone, or from a film its poster; its share stays.
pub(super) fn delete_row(conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
    if let Some(film) = name.film_of_poster() {
        conn.prepare_cached(
            "update photos set poster_bytes = null, poster_sha256 = null where name = ?",
        )?
        .execute([film])?;
        return Ok(());
    }
    last_ids::note(conn, Kind::Photo)?;
    conn.prepare_cached("delete from photos where name = ?")?
        .execute([name])?;
    Ok(())
}

/// A photo whose previews haven't been seen yet.
#[derive(Clone, Debug)]
pub struct PendingPhoto {
    pub name: PhotoName,
    pub created_at: Timestamp,
}

/// Whether a photo has previews.
#[derive(Clone, Debug)]
pub enum PreviewStatus {
    /// They are there. Now it is sure how the picture is shown.
    Ready {
        width: u32,
        height: u32,
        animated: bool,
        placeholder: Vec<u8>,
        /// What they take; `None` if that is still to be measured.
        bytes: Option<u64>,
    },
    /// It has none, and never will.
    Unavailable,
    /// It has none yet; the next look is due then.
    Pending(Timestamp),
}

/// The photos whose next look for previews is due after `after` and not after `until`, ordered by when it is due.
pub fn list_pending(
    conn: &Connection,
    after: Timestamp,
    until: Timestamp,
    max: usize,
) -> rusqlite::Result<Vec<PendingPhoto>> {
    conn.prepare_cached(PENDING)?
        .query_map(
            (after.0, until.0, i64::try_from(max).unwrap_or(i64::MAX)),
            |row| {
                Ok(PendingPhoto {
                    name: row.get(0)?,
                    created_at: Timestamp(row.get(1)?),
                })
            },
        )?
        .collect()
}

const PENDING: &str = "select name, created_at from photos
    where previews_due_at > ? and previews_due_at <= ? order by previews_due_at, id desc limit ?";

/// Whether a worker has ever made previews of a photo, or tried.
pub fn is_any_ready(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from photos where previews_due_at is null limit 1")?
        .exists([])
}

/// The photos that a worker could make no previews of, the oldest first.
pub fn list_without_previews(conn: &Connection) -> rusqlite::Result<Vec<PhotoName>> {
    conn.prepare_cached(
        "select name from photos where previews_due_at is null and placeholder is null order by id",
    )?
    .query_map([], |row| row.get(0))?
    .collect()
}

/// Records whether a photo has previews. Its readers learn of it if it is news to them: after a restore or a move all previews are
/// looked for again, and those that are found as they were would push what has really happened out of the log.
pub fn record_preview_status(
    conn: &Connection,
    name: &PhotoName,
    status: &PreviewStatus,
) -> rusqlite::Result<()> {
    let before = match status {
        PreviewStatus::Pending(_) => None,
        _ => lookup::find_pending(conn, name)?,
    };
    write_preview_status(conn, name, status)?;
    if let Some(before) = before
        && before.is_news(lookup::find_look(conn, before.photo)?.as_ref())
    {
        let place = (before.space, before.share);
        events::record_in(conn, place, EventKind::MediaReady, before.photo)?;
    }
    Ok(())
}

fn write_preview_status(
    conn: &Connection,
    name: &PhotoName,
    status: &PreviewStatus,
) -> rusqlite::Result<()> {
    match status {
        PreviewStatus::Ready {
            width,
            height,
            animated,
            placeholder,
            bytes,
        } => {
            let bytes = bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
            conn.prepare_cached(READY)?
                .execute((width, height, animated, placeholder, name, bytes))?
        }
        PreviewStatus::Unavailable => conn
            .prepare_cached(
                "update photos set placeholder = null, previews_due_at = null, preview_bytes = null where name = ?",
            )?
            .execute([name])?,
        PreviewStatus::Pending(due) => conn
            // A worker may have made them since they were looked for.
            .prepare_cached(
                "update photos set previews_due_at = ? where name = ? and previews_due_at is not null",
            )?
            .execute((due.0, name))?,
    };
    Ok(())
}

/// An older photo may be recorded as it is stored, and not as it is shown: its previews show which way up it is. For a film
/// they show nothing, because its poster may be another picture.
const READY: &str = "update photos set
    width = case when kind = 'photo' and (?1 - ?2) * (width - height) < 0 then height else width end,
    height = case when kind = 'photo' and (?1 - ?2) * (width - height) < 0 then width else height end,
    animated = kind = 'photo' and (animated or ?3), placeholder = ?4, previews_due_at = null,
    preview_bytes = ?6 where name = ?5";

/// Whether the previews of this photo haven't been seen yet.
pub fn is_pending(conn: &Connection, name: &PhotoName) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from photos where name = ? and previews_due_at is not null")?
        .exists([name])
}

/// Takes back that a queue has accepted a photo's name, so that it is sent again; whether a share still has the photo.
pub fn unqueue(conn: &Connection, name: &PhotoName) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached("update photos set queued_at = null where name = ?")?
        .execute([name])?;
    Ok(changed == 1)
}

/// Takes the photos of a share out of the database and the queue. Returns the names whose bytes are to be deleted.
pub(super) fn remove_of_share(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    last_ids::note(conn, Kind::Photo)?;
    let names = conn
        .prepare_cached("delete from photos where space_id = ? and share_id = ? returning name")?
        .query_map((space, share), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    mark_deleted(conn, names, now)
}

/// Removes one photo from the database and the queue. Returns its name, so that its bytes can be deleted.
pub(super) fn remove_one(
    conn: &Connection,
    photo: PhotoId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    last_ids::note(conn, Kind::Photo)?;
    let names = conn
        .prepare_cached("delete from photos where id = ? returning name")?
        .query_map([photo], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    mark_deleted(conn, names, now)
}

/// Takes the oldest photos of a space out of the database and the queue, at most `max`. Returns the names whose bytes
/// are to be deleted.
pub(super) fn remove_some(
    conn: &Connection,
    space: SpaceId,
    max: usize,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    last_ids::note(conn, Kind::Photo)?;
    let names = conn
        .prepare_cached(OLDEST_OF_SPACE)?
        .query_map((space, i64::try_from(max).unwrap_or(i64::MAX)), |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    mark_deleted(conn, names, now)
}

const OLDEST_OF_SPACE: &str = "delete from photos where space_id = ?1 and (share_id, position) in
    (select share_id, position from photos where space_id = ?1 order by share_id, position limit ?2)
    returning name";

fn mark_deleted(
    conn: &Connection,
    names: Vec<PhotoName>,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    for name in &names {
        jobs::remove(conn, name)?;
        tombstones::add(conn, name, now)?;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_photos_of_a_space_that_goes_are_a_range() {
        let plan = plan(OLDEST_OF_SPACE);
        for step in [
            "SEARCH photos USING PRIMARY KEY (space_id=? AND share_id=? AND position=?)",
            "SEARCH photos USING PRIMARY KEY (space_id=?)",
        ] {
            assert!(plan.contains(step), "{step} is not in\n{plan}");
        }
        assert!(
            !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
            "{plan}"
        );
    }

    #[test]
    fn the_outbox_is_found_by_its_index() {
        let plan = plan(UNSENT);
        assert!(plan.contains("INDEX photos_unsent"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn photos_without_previews_are_found_by_their_index() {
        let plan = plan(PENDING);
        let walk = "INDEX photos_without_previews (previews_due_at>? AND previews_due_at<?)";
        assert!(plan.contains(walk), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
