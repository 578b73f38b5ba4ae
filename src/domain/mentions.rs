//! Who is named in texts, each by `@` and their login: members of the space. Only the texts are stored, so that former members
//! are no longer named.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::ids::SpaceId;
use super::text::candidates;
use super::users::User;

/// Looks up the members of a space that texts name.
pub(super) struct Mentions<'c> {
    conn: &'c Connection,
    space: SpaceId,
    /// The last login before a short text, and the member with a login, as far as they were looked up: texts name the same few people
    /// again and again, and one can be made to look up many logins that begin with each other.
    before: HashMap<String, Option<String>>,
    members: HashMap<String, Option<User>>,
}

impl<'c> Mentions<'c> {
    /// Of texts in a space.
    pub(super) fn new(conn: &'c Connection, space: SpaceId) -> Self {
        Self {
            conn,
            space,
            before: HashMap::new(),
            members: HashMap::new(),
        }
    }

    /// Whom a text names, in its order.
    pub(super) fn of(&mut self, text: &str) -> rusqlite::Result<Vec<User>> {
        let Self {
            conn,
            space,
            before,
            members,
        } = self;
        let mut named: Vec<User> = Vec::new();
        for candidate in candidates(text) {
            let last_before = |rest: &str| {
                if let Some(known) = before.get(rest) {
                    return Ok(known.clone());
                }
                let mut find = conn.prepare_cached(LAST_BEFORE)?;
                let last: Option<String> = find.query_row([rest], |row| row.get(0)).optional()?;
                if rest.len() <= SHORT {
                    before.insert(rest.to_owned(), last.clone());
                }
                Ok(last)
            };
            let find = |login: &str| {
                if let Some(known) = members.get(login) {
                    return Ok(known.clone());
                }
                let mut find = conn.prepare_cached(MEMBER)?;
                let member = find
                    .query_row((login, *space), |row| User::from_row(row, 0))
                    .optional()?;
                members.insert(login.to_owned(), member.clone());
                Ok::<_, rusqlite::Error>(member)
            };
            if let Some(user) = candidate.longest(last_before, find)?
                && !named.contains(&user)
            {
                named.push(user);
            }
        }
        Ok(named)
    }
}

/// The most bytes of a text for which it is remembered which login is before it.
const SHORT: usize = 64;

const LAST_BEFORE: &str =
    "select login_key from users where login_key <= ? order by login_key desc limit 1";

const MEMBER: &str =
    "select u.id, u.login, u.name, u.avatar from users u join members m on m.user_id = u.id and m.space_id = ?2
    where u.login_key = ?1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn who_is_named_is_looked_up_and_nobody_else() {
        let plan_of = plan(LAST_BEFORE);
        assert_eq!(
            plan_of,
            "SEARCH users USING COVERING INDEX sqlite_autoindex_users_1 (login_key<?)"
        );
        let plan_of = plan(MEMBER);
        assert!(
            plan_of.starts_with("SEARCH u USING INDEX sqlite_autoindex_users_1 (login_key=?)")
                && plan_of.contains("(space_id=? AND user_id=?)"),
            "{plan_of}"
        );
    }
}
