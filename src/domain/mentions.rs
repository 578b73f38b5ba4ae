//! Who is named in texts, each by `@` and their login: members of the space. Only the texts are stored, so that former members
//! are no longer named.

use rusqlite::Connection;

use super::ids::SpaceId;
use super::text::Logins;
use super::users::User;

/// The members of a space, read once a text could name one.
pub(super) struct Mentions<'c> {
    conn: &'c Connection,
    space: SpaceId,
    members: Option<(Logins, Vec<User>)>,
}

impl<'c> Mentions<'c> {
    /// Of texts in a space.
    pub(super) fn new(conn: &'c Connection, space: SpaceId) -> Self {
        Self {
            conn,
            space,
            members: None,
        }
    }

    /// Whom a text names, in its order.
    pub(super) fn of(&mut self, text: &str) -> rusqlite::Result<Vec<User>> {
        if !text.contains('@') {
            return Ok(Vec::new());
        }
        if self.members.is_none() {
            self.members = Some(self.read()?);
        }
        let Some((logins, users)) = &self.members else {
            return Ok(Vec::new());
        };
        let named = logins.named_in(text).into_iter();
        Ok(named
            .filter_map(|number| users.get(number).cloned())
            .collect())
    }

    fn read(&self) -> rusqlite::Result<(Logins, Vec<User>)> {
        let (mut keys, mut users) = (Vec::new(), Vec::new());
        let mut members = self.conn.prepare_cached(MEMBERS)?;
        let mut rows = members.query([self.space])?;
        while let Some(row) = rows.next()? {
            users.push(User::from_row(row, 0)?);
            keys.push(row.get(2)?);
        }
        Ok((Logins::new(keys), users))
    }
}

const MEMBERS: &str =
    "select u.id, u.login, u.login_key from members m join users u on u.id = m.user_id
    where m.space_id = ?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn only_the_members_of_the_space_are_read() {
        let plan = plan(MEMBERS);
        assert!(plan.starts_with("SEARCH m USING"), "{plan}");
        assert!(
            plan.ends_with("SEARCH u USING INTEGER PRIMARY KEY (rowid=?)"),
            "{plan}"
        );
    }
}
