//! How an account is removed, with everything that is its user's alone. It can't be used any more at once; what its user has shared
//! is deleted in batches, so that no write waits long for that of a large one, and what a crash leaves is deleted by the next start.

use rusqlite::{Connection, OptionalExtension};

use super::events::{self, Kind};
use super::ids::{SpaceId, UserId};
use super::sessions::Session;
use super::space_deletion::CHUNK;
pub use super::space_deletion::Progress;
use super::spaces::Space;
use super::users::{self, PasswordVersion, User};
use super::{
    avatars, comments, email, members, password_resets, reactions, sessions, share_deletion,
    shares, space_deletion, uploads,
};
use crate::clock::Timestamp;
use crate::error::{Conflict, Denied, Result};

/// What has begun.
#[derive(Debug)]
pub struct Begun {
    pub user: UserId,
    /// The spaces that had no other member: gone for everybody, with rows that are left.
    pub spaces: Vec<SpaceId>,
    /// The files of the uploads that no share had taken.
    pub uploads: Vec<String>,
    pub progress: Progress,
}

/// Begins to remove the account of the caller, if the password that was checked is still theirs.
///
/// # Errors
/// [`Denied::WrongPassword`] if the password has changed since the check; as [`begin`].
pub fn begin_own(
    conn: &Connection,
    caller: &Session,
    checked: PasswordVersion,
    now: Timestamp,
) -> Result<Begun> {
    let user = caller.user();
    if !users::has_password(conn, user.id, checked)? {
        return Err(Denied::WrongPassword.into());
    }
    begin(conn, user, now)
}

/// Removes an account for everybody: its sessions, its memberships, the spaces that have no other member, its uploads, its picture, its address;
/// and the first of what its user has shared and said. If that isn't all, [`remove_chunk`] deletes the rest.
///
/// # Errors
/// [`Conflict::OnlyAdmin`] where other members would be left without an admin.
pub fn begin(conn: &Connection, user: &User, now: Timestamp) -> Result<Begun> {
    let orphaned = spaces_without_other_admin(conn, user.id)?;
    if !orphaned.is_empty() {
        let spaces = orphaned.into_iter().map(|space| space.name).collect();
        return Err(Conflict::OnlyAdmin {
            login: user.login.clone(),
            spaces,
        }
        .into());
    }
    let spaces = space_deletion::hide_solitary(conn, user.id, now)?;
    members::leave_all(conn, user.id)?;
    let uploads = uploads::delete_of_user(conn, user.id)?;
    avatars::erase_of_user(conn, user.id)?;
    password_resets::delete_of_user(conn, user.id)?;
    email::delete_of_user(conn, user.id)?;
    sessions::revoke_all(conn, user.id, None)?;
    events::record_for(conn, user.id, None, Kind::SessionEnded, user.id)?;
    users::mark_deleted(conn, user.id, now)?;
    Ok(Begun {
        user: user.id,
        spaces,
        uploads,
        progress: remove_chunk(conn, user.id, now)?,
    })
}

/// The account whose removal has begun first, if one isn't over.
pub fn next(conn: &Connection) -> rusqlite::Result<Option<UserId>> {
    conn.prepare_cached(FIRST)?
        .query_row([], |row| row.get(0))
        .optional()
}

const FIRST: &str = "select id from users where deleted_at is not null order by deleted_at limit 1";

/// Deletes some more of what a user has made whose account is being removed. One that is gone by now is over.
///
/// # Errors
/// The database can't be written.
pub fn remove_chunk(conn: &Connection, user: UserId, now: Timestamp) -> Result<Progress> {
    let mut left = CHUNK - reactions::remove_some_of_user(conn, user, CHUNK)?;
    left -= comments::remove_some_of_user(conn, user, left)?;
    let mut photos = Vec::new();
    while left > 0 {
        let Some(share) = shares::first_of_user(conn, user)? else {
            users::delete_row(conn, user)?;
            return Ok(Progress {
                photos,
                is_over: true,
            });
        };
        let (removed, rows) = share_deletion::remove_some(conn, share, left, now)?;
        photos.extend(removed.photos);
        left -= rows.min(left);
    }
    Ok(Progress {
        photos,
        is_over: false,
    })
}

/// The spaces that have other members but `user` as the only admin.
fn spaces_without_other_admin(conn: &Connection, user: UserId) -> rusqlite::Result<Vec<Space>> {
    conn.prepare_cached(
        "select s.id, s.name, s.avatar from members m join spaces s on s.id = m.space_id
         where m.user_id = ?1 and m.is_admin = 1
         and exists (select 1 from members o where o.space_id = s.id and o.user_id <> ?1)
         and not exists (select 1 from members o where o.space_id = s.id and o.user_id <> ?1 and o.is_admin = 1)
         order by s.name_key",
    )?
    .query_map([user], |row| Space::from_row(row, 0))?
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn what_is_left_of_removed_accounts_is_found_by_its_index() {
        let plan = plan(FIRST);
        assert!(plan.contains("INDEX users_deleted"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
