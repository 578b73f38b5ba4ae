//! The removal of an account, with everything that is its user's alone.

use rusqlite::Connection;

use super::events::{self, Kind};
use super::ids::UserId;
use super::spaces::Space;
use super::users::{self, User};
use super::{comments, members, reactions, shares, space_deletion, uploads};
use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;
use crate::error::{Conflict, Result};

/// Removes an account with its sessions, its reactions, its comments, its shares and their photos, its memberships, and the spaces that have
/// no other member. The files of uploads that wait for a share are left to their job. Returns the photos to delete.
///
/// # Errors
/// [`Conflict::OnlyAdmin`] where other members would be left without an admin.
pub fn remove(conn: &Connection, user: &User, now: Timestamp) -> Result<Vec<PhotoName>> {
    let orphaned = spaces_without_other_admin(conn, user.id)?;
    if !orphaned.is_empty() {
        let spaces = orphaned.into_iter().map(|space| space.name).collect();
        return Err(Conflict::OnlyAdmin {
            login: user.login.clone(),
            spaces,
        }
        .into());
    }
    let mut photos = space_deletion::delete_solitary(conn, user.id, now)?;
    reactions::delete_of_user(conn, user.id)?;
    comments::delete_of_user(conn, user.id)?;
    photos.extend(shares::delete_of_user(conn, user.id, now)?);
    uploads::delete_of_user(conn, user.id)?;
    members::leave_all(conn, user.id)?;
    users::delete_row(conn, user.id)?;
    events::record_for(conn, user.id, None, Kind::SessionEnded, user.id)?;
    Ok(photos)
}

/// The spaces that have other members but `user` as the only admin.
fn spaces_without_other_admin(conn: &Connection, user: UserId) -> rusqlite::Result<Vec<Space>> {
    conn.prepare_cached(
        "select s.id, s.name from members m join spaces s on s.id = m.space_id
         where m.user_id = ?1 and m.is_admin = 1
         and exists (select 1 from members o where o.space_id = s.id and o.user_id <> ?1)
         and not exists (select 1 from members o where o.space_id = s.id and o.user_id <> ?1 and o.is_admin = 1)
         order by s.name_key",
    )?
    .query_map([user], |row| Space::from_row(row, 0))?
    .collect()
}
