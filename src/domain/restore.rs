//! What changes in a database that comes back from a backup.

use rusqlite::Connection;

use super::last_ids::{self, Kind};
use super::{
    email, events, feeds, invitations, jobs, mails, password_requests, password_resets, photos,
    pushes, uploads,
};
use crate::domain::photo_name::PhotoName;

/// Takes the photos out that are `gone`, and lets all others be queued again: they are where they belong, and what a
/// worker makes of them is not in a backup. Nor are uploads that waited for their share: they are forgotten. Clients that listened
/// for changes begin from what is there now. Feeds end, and so do invitations and the links of mails: one that was revoked or used
/// after the backup would be there again, in the hands of whom it was revoked for. No id is given away that may have been given away after the backup.
/// What members have read stays as it was: it fits what is there.
pub fn prepare_restored(conn: &Connection, gone: &[PhotoName]) -> rusqlite::Result<()> {
    gone.iter()
        .try_for_each(|name| photos::delete_row(conn, name))?;
    jobs::remove_all(conn)?;
    uploads::delete_all(conn)?;
    feeds::delete_all(conn)?;
    pushes::delete_all(conn)?;
    mails::delete_all(conn)?;
    password_requests::delete_all(conn)?;
    password_resets::delete_all(conn)?;
    email::delete_all_unconfirmed(conn)?;
    invitations::revoke_every_one(conn)?;
    events::begin_epoch(conn)?;
    photos::reset_processing(conn)?;
    skip_ids(conn)
}

/// How many ids of each kind are skipped: more than can have been used between a backup and the loss.
const LEFT_OUT: i64 = 1_000_000;

/// What has ids that the database gives away and clients know.
const SEQUENCES: [&str; 8] = [
    "feeds",
    "invitations",
    "notices",
    "push_subscriptions",
    "sessions",
    "spaces",
    "uploads",
    "users",
];

/// Leaves ids out that may have been given away after the backup. Clients know them: a draft, a link or a list that is kept in a
/// browser must not lead to something else. And in S3, a new photo must not meet an old one of its name.
fn skip_ids(conn: &Connection) -> rusqlite::Result<()> {
    SEQUENCES
        .iter()
        .try_for_each(|table| skip_sequence(conn, table))?;
    last_ids::skip(conn, Kind::Share, LEFT_OUT)?;
    last_ids::skip(conn, Kind::Photo, LEFT_OUT)?;
    last_ids::skip(conn, Kind::Comment, LEFT_OUT)
}

/// Leaves ids of a table out.
fn skip_sequence(conn: &Connection, table: &str) -> rusqlite::Result<()> {
    conn.execute(
        "insert into sqlite_sequence (name, seq) select ?1, 0
         where not exists (select 1 from sqlite_sequence where name = ?1)",
        [table],
    )?;
    conn.execute(
        "update sqlite_sequence set seq = seq + ? where name = ?",
        (LEFT_OUT, table),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::clock::Timestamp;
    use crate::db::Db;
    use crate::domain::{comments, shares, spaces};

    #[test]
    fn every_photo_is_queued_again_but_those_that_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        drop(Db::open(&path).unwrap());
        let conn = Connection::open(&path).unwrap();
        let rows = "insert into users (id, login, login_key, password_hash, created_at) values (1, 'ann', 'ann', '', 0);
            insert into spaces (id, name, name_key, created_at) values (1, 'Family', 'family', 0);
            insert into shares (id, space_id, user_id, text, created_at) values (1, 1, 1, '', 0), (2, 1, 1, '', 0);
            insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at, queued_at)
            values (1, 1, 1, 0, '1-1.jpg', 1, 1, 1, zeroblob(32), 0, 7), (2, 2, 1, 0, '1-2.jpg', 1, 1, 1, zeroblob(32), 0, 7)";
        conn.execute_batch(rows).unwrap();
        let name: PhotoName = "1-1.jpg".parse().unwrap();
        jobs::add(&conn, &name, Timestamp(0)).unwrap();
        jobs::mark_failed(&conn, &name, "the disk was full", Timestamp(0)).unwrap();
        let upload = "insert into uploads (user_id, created_at, expires_at, length, received, file) values (1, 0, 0, 1, 0, ?)";
        conn.execute(upload, ["before"]).unwrap();
        prepare_restored(&conn, &["1-2.jpg".parse().unwrap()]).unwrap();
        assert_eq!(photos::list_unsent(&conn, 10).unwrap(), [name]);
        assert!(jobs::list_failed(&conn).unwrap().is_empty());
        let left: i64 = conn
            .query_row("select count(*) from uploads", [], |row| row.get(0))
            .unwrap();
        conn.execute(upload, ["afterwards"]).unwrap();
        assert_eq!((left, conn.last_insert_rowid()), (0, LEFT_OUT + 2));
    }

    #[test]
    fn ids_are_left_out_also_where_none_was_given_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        drop(Db::open(&path).unwrap());
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "insert into spaces (id, name, name_key, created_at) values (7, 'Family', 'family', 0)",
        )
        .unwrap();
        prepare_restored(&conn, &[]).unwrap();
        let last = [
            spaces::last_id(&conn).unwrap(),
            shares::last_id(&conn).unwrap(),
            photos::last_id(&conn).unwrap(),
            comments::last_id(&conn).unwrap(),
        ];
        assert_eq!(last, [LEFT_OUT + 7, LEFT_OUT, LEFT_OUT, LEFT_OUT]);
    }
}
