//! What a push message says: of what has happened, what is still there and still news to its reader.

use rusqlite::{Connection, OptionalExtension};
use strum::{EnumString, IntoStaticStr};

use crate::domain::ids::{ShareId, SpaceId, UserId};
use crate::domain::notices::Kind as Reason;
use crate::domain::read_marks;

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ItemKind {
    Share,
    Comment,
    Join,
}

/// Something that has happened, and is still there.
#[derive(Debug)]
pub struct Item {
    pub kind: ItemKind,
    /// Why it concerns the reader.
    pub reason: Option<Reason>,
    /// The share that it is, or is about.
    pub share: Option<ShareId>,
    /// The beginning of its text.
    pub excerpt: String,
    /// How many photos and videos a share has.
    pub photos: u32,
    /// How many of them are videos.
    pub videos: u32,
}

/// What a message is about.
#[derive(Debug)]
pub struct Content {
    /// The name of the space.
    pub space: String,
    /// The name of its author.
    pub author: String,
    /// In the order in which it happened.
    pub items: Vec<Item>,
    /// How much is unread in all spaces of the reader.
    pub unread: i64,
}

/// What a message to a member about what an author has done says; `None` if that is nothing any more.
pub(super) fn find(
    conn: &Connection,
    (member, author): (i64, UserId),
    (first, last): (i64, i64),
) -> rusqlite::Result<Option<(SpaceId, Content)>> {
    let found: Option<(SpaceId, UserId, String, String, String, bool)> = conn
        .prepare_cached(READER)?
        .query_row((member, author), |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    let Some((space, reader, name, author_name, level, is_wanted)) = found else {
        return Ok(None);
    };
    if !is_wanted || level == "none" {
        return Ok(None);
    }
    let mut items = conn.prepare_cached(ITEMS)?;
    let rows = items.query_map((member, author, first, last, reader), |row| {
        let (kind, reason): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        Ok(Item {
            kind: kind.parse().unwrap_or(ItemKind::Join),
            reason: reason.and_then(|reason| reason.parse().ok()),
            share: row.get(2)?,
            excerpt: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            photos: row.get(4)?,
            videos: row.get(5)?,
        })
    })?;
    let mut items: Vec<Item> = rows.collect::<rusqlite::Result<_>>()?;
    if level != "all" {
        items.retain(|item| item.reason.is_some());
    }
    if items.is_empty() {
        return Ok(None);
    }
    let content = Content {
        space: name,
        author: author_name,
        items,
        unread: read_marks::count_unread(conn, reader)?,
    };
    Ok(Some((space, content)))
}

const READER: &str =
    "select m.space_id, m.user_id, p.name, coalesce(u.name, u.login), coalesce(s.level, 'all'), coalesce(s.push, 1)
    from members m join spaces p on p.id = m.space_id join users u on u.id = ?2
    left join notice_settings s on s.member_id = m.id where m.id = ?1";

// What is deleted isn't joined. What concerns the reader is in the inbox, and is no news once it was read there. What the reader has
// read in the space is no news either, wherever that was; but an edit may mention somebody in what they had read before.
const ITEMS: &str = "select i.kind, i.reason, coalesce(s.id, c.share_id), substr(coalesce(c.text, s.text), 1, 200),
    (select count(*) from photos f where f.space_id = s.space_id and f.share_id = s.id),
    (select count(*) from photos f where f.space_id = s.space_id and f.share_id = s.id and f.duration_ms is not null)
    from push_items i join members m on m.id = i.member_id
    left join shares s on i.kind = 'share' and s.space_id = m.space_id and s.id = i.object_id
    left join comments c on i.kind = 'comment' and c.id = i.object_id
    left join members j on i.kind = 'join' and j.space_id = m.space_id and j.user_id = i.object_id
    where i.member_id = ?1 and i.author_id = ?2 and i.batch between ?3 and ?4
    and coalesce(s.id, c.id, j.id) is not null
    and (i.reason is null or exists (select 1 from notices n where n.user_id = ?5 and n.is_read = 0 and (
        (i.kind = 'share' and n.space_id = m.space_id and n.share_id = i.object_id)
        or (i.kind = 'comment' and n.comment_id = i.object_id) or (i.kind = 'join' and n.joined_id = j.id))))
    and ((i.reason is not null and coalesce(s.edited_at, c.edited_at) is not null)
        or not exists (select 1 from activity a where a.object_id = i.object_id and a.kind = i.kind and (a.seq <= m.read_seq
            or exists (select 1 from opened_shares o where o.member_id = m.id and o.share_id = a.share_id and o.seq >= a.seq))))
    order by i.batch, i.kind = 'comment', i.object_id";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn what_was_read_is_looked_up_and_not_walked_through() {
        let plan = plan(ITEMS);
        for step in [
            "SEARCH a USING INDEX activity_by_object (object_id=? AND kind=?)",
            "SEARCH o USING PRIMARY KEY (member_id=? AND share_id=?)",
        ] {
            assert!(plan.contains(step), "{step} is not in\n{plan}");
        }
    }
}
