//! The rights of operators, who look after the installation: users with that right, and whoever runs commands on this machine.

use rusqlite::Connection;

use super::Admin;
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::sessions::Session;
use crate::domain::users::{self, User};
use crate::error::{Denied, Result};

/// Proof that somebody looks after the installation.
#[derive(Clone, Debug)]
pub struct OperatorRight {
    user: Option<User>,
}

impl OperatorRight {
    /// The right of whoever runs commands on this machine: they can read and write the database in any case.
    pub fn of_command_line() -> Self {
        Self { user: None }
    }

    /// The operator; none on the command line.
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }
}

/// The right of a user to look after the installation.
///
/// # Errors
/// [`Denied::NotOperator`].
pub fn installation(conn: &Connection, caller: &Session) -> Result<OperatorRight> {
    let user = caller.user();
    if !users::is_operator(conn, user.id)? {
        return Err(Denied::NotOperator.into());
    }
    Ok(OperatorRight {
        user: Some(user.clone()),
    })
}

/// Proof that an operator acts on a space, whoever its members are.
#[derive(Debug)]
pub struct Operated {
    space: SpaceId,
}

impl Operated {
    pub fn space(&self) -> SpaceId {
        self.space
    }
}

/// The right of an operator to act on a space against the will of its members.
///
/// # Errors
/// The space doesn't exist.
pub fn operated(
    conn: &Connection,
    _by: &OperatorRight,
    space: &RawId<SpaceId>,
) -> Result<Operated> {
    let id = space.parse()?;
    let exists = conn
        .prepare_cached("select 1 from spaces where id = ? and deleted_at is null")?
        .exists([id])?;
    if exists {
        Ok(Operated { space: id })
    } else {
        Err(space.not_found())
    }
}

/// The right of whoever runs the server, on the command line: that of an admin of every space.
///
/// # Errors
/// The space doesn't exist.
pub fn operator(conn: &Connection, space: &RawId<SpaceId>) -> Result<Admin> {
    let Operated { space } = operated(conn, &OperatorRight::of_command_line(), space)?;
    Ok(Admin { space, user: None })
}
