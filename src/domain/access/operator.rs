//! The rights of the operator, who runs commands on this machine.

use rusqlite::Connection;

use super::Admin;
use crate::domain::ids::{RawId, SpaceId};
use crate::error::Result;

/// Proof that the operator acts on a space, whoever its members are.
#[derive(Debug)]
pub struct Operated {
    space: SpaceId,
}

impl Operated {
    pub fn space(&self) -> SpaceId {
        self.space
    }
}

/// The right of the operator to act on a space against the will of its members.
///
/// # Errors
/// The space doesn't exist.
pub fn operated(conn: &Connection, space: &RawId<SpaceId>) -> Result<Operated> {
    let space = operator(conn, space)?.space;
    Ok(Operated { space })
}

/// The right of who runs the server, on the command line: that of an admin of every space.
///
/// # Errors
/// The space doesn't exist.
pub fn operator(conn: &Connection, space: &RawId<SpaceId>) -> Result<Admin> {
    let id = space.parse()?;
    let exists = conn
        .prepare_cached("select 1 from spaces where id = ? and deleted_at is null")?
        .exists([id])?;
    if exists {
        Ok(Admin {
            space: id,
            user: None,
        })
    } else {
        Err(space.not_found())
    }
}
