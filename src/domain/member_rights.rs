//! What members lose: their place in a space, or the right to run it. The invitations that they have made end with it. A space
//! has at least one admin at every moment.

use rusqlite::Connection;

use super::access::{Admin, Removal};
use super::ids::{RawId, UserId};
use super::{invitations, members, removals, users};
use crate::clock::Timestamp;
use crate::error::{Conflict, Denied, Invalid, Result};

/// What happens to the links into a space when a member is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// They let others in as before, but not the removed member.
    Stay,
    /// They don't work any more.
    End,
}

/// Removes a member from a space. The links that they have made end; of the others, none that exists already lets them in
/// again, unless they leave by themselves.
///
/// # Errors
/// [`Denied::NotAdmin`] where links are to end for who leaves by themselves.
pub fn remove(conn: &Connection, removal: &Removal, links: Links, now: Timestamp) -> Result<()> {
    let (space, user) = (removal.space(), removal.user());
    members::delete_row(conn, space, user)?;
    invitations::end_of_maker(conn, space, user, now)?;
    match links {
        Links::End if !removal.is_by_admin() => return Err(Denied::NotAdmin.into()),
        Links::End => invitations::revoke_all(conn, space, now)?,
        Links::Stay if removal.is_by_admin() => {
            if let Some(newest) = invitations::newest_open(conn, space, now)? {
                removals::note(conn, space, user, newest)?;
            }
        }
        Links::Stay => {}
    }
    Ok(())
}

/// Makes a member an admin, or an admin a plain member again. `is_admin` is `None` where the request didn't say
/// yes or no, which is refused only after everything about the member.
///
/// # Errors
/// No such user; the user isn't a member; neither yes nor no; the space would have no admin left.
pub fn set_admin(
    conn: &Connection,
    admin: &Admin,
    user: &RawId<UserId>,
    is_admin: Option<bool>,
    now: Timestamp,
) -> Result<()> {
    let space = admin.space();
    let id = user.parse()?;
    users::find(conn, id)?.ok_or_else(|| user.not_found())?;
    let was_admin = members::find_role(conn, space, id)?.ok_or(Denied::NotMember)?;
    let is_admin = is_admin.ok_or(Invalid::NotBoolean)?;
    if was_admin && !is_admin && members::count_admins(conn, space)? == 1 {
        return Err(Conflict::LastAdmin.into());
    }
    members::set_role(conn, space, id, is_admin)?;
    if !is_admin {
        invitations::end_of_maker(conn, space, id, now)?;
    }
    Ok(())
}
