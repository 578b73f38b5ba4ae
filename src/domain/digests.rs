//! Digests: what is new to a user in their spaces, by mail, in the morning where they are. What they have read isn't in it, nor what
//! was in one before, nor anything of a space that they have left by then.

use std::time::Duration;

use rusqlite::{Connection, Row};

use super::email::{self, Frequency};
use super::ids::{ShareId, SpaceId, UserId};
use super::mails::{self, Kind};
use super::photo_name::PhotoName;
use super::read_marks::is_unread;
use super::{notice_settings, quiet_hours};
use crate::clock::Timestamp;

/// How many entries a digest has of one space; others are counted.
pub const MAX_ENTRIES: usize = 10;
/// How many spaces it has. What is new in others is in the next one.
const MAX_SPACES: usize = 20;
/// What should have been sent longer ago is sent the next morning.
const LATE: Duration = Duration::from_secs(12 * 60 * 60);
/// How many users are looked at in one transaction.
const AT_ONCE: i64 = 50;

/// Ends the digests of a user, of all their spaces; whether there were any.
pub fn unsubscribe(conn: &Connection, user: UserId) -> rusqlite::Result<bool> {
    mails::cancel(conn, user, Kind::Digest)?;
    Ok(notice_settings::end_mail(conn, user)? > 0)
}

/// Whether anybody's time has come.
pub fn is_any_due(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    conn.prepare_cached(DUE)?.exists((now.0, 1))
}

/// Has digests sent to those whose time has come, and finds out when it comes next.
pub fn schedule(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let due: Vec<Subscriber> = conn
        .prepare_cached(DUE)?
        .query_map((now.0, AT_ONCE), Subscriber::from_row)?
        .collect::<rusqlite::Result<_>>()?;
    for subscriber in due {
        let mut frequency = subscriber.frequency;
        match subscriber.due_at {
            Some(due_at) if due_at <= now && now.since(due_at) < LATE => {
                mails::add(
                    conn,
                    subscriber.user,
                    Kind::Digest,
                    &subscriber.address,
                    now,
                )?;
            }
            // The server was off, nothing was subscribed to, or the clock was set back.
            Some(_) => frequency = Frequency::Daily,
            None => {}
        }
        let weekday = (frequency == Frequency::Weekly).then_some(quiet_hours::MONDAY);
        let next = quiet_hours::next_morning(&subscriber.time_zone, now, weekday);
        email::set_digest_due(conn, subscriber.user, next)?;
    }
    Ok(())
}

// Without a time zone of their own, users get it in the morning of the device that was notified last. A time that is too far ahead was
// set by a clock that has been set back since.
const DUE: &str = "select e.user_id, e.address, e.digest, e.digest_due_at, coalesce(u.time_zone, (select p.time_zone
    from push_subscriptions p where p.user_id = u.id and p.time_zone is not null order by p.used_at desc limit 1), 'UTC')
    from email_addresses e join users u on u.id = e.user_id and u.disabled_at is null and u.deleted_at is null
    where e.address is not null and e.refused is null and e.digest <> 'never'
    and (e.digest_due_at is null or e.digest_due_at <= ?1 or e.digest_due_at > ?1 + 9 * 86400000)
    and exists (select 1 from members m join notice_settings s on s.member_id = m.id
        where m.user_id = e.user_id and s.email = 1 and s.level <> 'none')
    limit ?2";

struct Subscriber {
    user: UserId,
    address: String,
    frequency: Frequency,
    due_at: Option<Timestamp>,
    time_zone: String,
}

impl Subscriber {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let frequency: String = row.get(2)?;
        Ok(Self {
            user: row.get(0)?,
            address: row.get(1)?,
            frequency: frequency.parse().unwrap_or_default(),
            due_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            time_zone: row.get(4)?,
        })
    }
}

/// What a digest says.
#[derive(Clone, Debug)]
pub struct Digest {
    pub spaces: Vec<SpaceNews>,
    /// Up to where it says it, for each membership.
    marks: Vec<(i64, i64)>,
}

/// What is new in a space.
#[derive(Clone, Debug)]
pub struct SpaceNews {
    pub id: SpaceId,
    pub name: String,
    /// In the order in which it happened.
    pub entries: Vec<Entry>,
    /// How much more there is.
    pub more: usize,
}

/// A share or a comment.
#[derive(Clone, Debug)]
pub struct Entry {
    pub is_comment: bool,
    /// The share that it is, or that it is said to.
    pub share: ShareId,
    /// The name of its author.
    pub author: String,
    /// The beginning of its text.
    pub excerpt: String,
    /// How many photos and videos a share has.
    pub photos: u32,
    /// How many of them are videos.
    pub videos: u32,
    /// The first of them.
    pub picture: Option<PhotoName>,
}

/// What is new to a user; `None` if nothing is. It is only asked of those who have confirmed this address.
pub(super) fn find(
    conn: &Connection,
    (user, address): (UserId, &str),
) -> rusqlite::Result<Option<Digest>> {
    let is_theirs = conn
        .prepare_cached("select 1 from email_addresses where user_id = ? and address = ?")?
        .exists((user, address))?;
    if !is_theirs {
        return Ok(None);
    }
    let mut digest = Digest {
        spaces: Vec::new(),
        marks: Vec::new(),
    };
    let mut members = conn.prepare_cached(MEMBERSHIPS)?;
    let mut rows = members.query([user])?;
    while digest.spaces.len() < MAX_SPACES
        && let Some(row) = rows.next()?
    {
        let (member, mark): (i64, i64) = (row.get(0)?, row.get(3)?);
        let level: String = row.get(4)?;
        let mut news = SpaceNews {
            id: row.get(1)?,
            name: row.get(2)?,
            entries: Vec::new(),
            more: 0,
        };
        let mut items = conn.prepare_cached(match level.as_str() {
            "all" => ALL,
            _ => CONCERNING,
        })?;
        let mut items = items.query((news.id, mark, member, user))?;
        let mut last = mark;
        while let Some(item) = items.next()? {
            last = item.get(0)?;
            if news.entries.len() < MAX_ENTRIES {
                news.entries.push(Entry::from_row(item)?);
            } else {
                news.more += 1;
            }
        }
        if !news.entries.is_empty() {
            digest.marks.push((member, last));
            digest.spaces.push(news);
        }
    }
    Ok((!digest.spaces.is_empty()).then_some(digest))
}

impl Entry {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(1)?;
        Ok(Self {
            is_comment: kind == "comment",
            share: row.get(2)?,
            author: row.get(3)?,
            excerpt: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            photos: row.get(5)?,
            videos: row.get(6)?,
            picture: row.get(7)?,
        })
    }
}

const MEMBERSHIPS: &str =
    "select m.id, m.space_id, p.name, max(m.read_seq, coalesce(d.seq, 0)), s.level
    from members m join spaces p on p.id = m.space_id and p.deleted_at is null
    join notice_settings s on s.member_id = m.id and s.email = 1 and s.level <> 'none'
    left join digest_marks d on d.member_id = m.id
    where m.user_id = ? order by p.name_key, p.id";

/// What is unread behind a mark, of `source`: the first thousand, however much there is before them that was read.
macro_rules! news {
    ($source:literal) => {
        concat!(
            "select a.seq, a.kind, a.share_id, coalesce(u.name, u.login), substr(coalesce(c.text, s.text), 1, 300),
            (select count(*) from photos f where a.kind = 'share' and f.space_id = ?1 and f.share_id = a.share_id),
            (select count(*) from photos f where a.kind = 'share' and f.space_id = ?1 and f.share_id = a.share_id
                and f.duration_ms is not null),
            (select f.name from photos f where a.kind = 'share' and f.space_id = ?1 and f.share_id = a.share_id
                order by f.position limit 1)
            from (select seq, kind, object_id, share_id, author_id from ",
            $source,
            " where a.space_id = ?1 and a.seq > ?2 and a.kind <> 'space' and ",
            is_unread!("?3", "?4"),
            " order by a.seq limit 1000) a join users u on u.id = a.author_id
            left join shares s on a.kind = 'share' and s.space_id = ?1 and s.id = a.object_id
            left join comments c on a.kind = 'comment' and c.id = a.object_id order by a.seq"
        )
    };
}

/// Everything in a space.
const ALL: &str = news!("activity a");

/// What concerns the user: what their notices are about that they haven't read. However busy a space is, no more than those is looked at.
const CONCERNING: &str = news!(
    "(select 'share' as about, share_id as id from notices indexed by notices_unread
        where user_id = ?4 and is_read = 0 and space_id = ?1 and share_id is not null
    union all select 'comment', comment_id from notices indexed by notices_unread
        where user_id = ?4 and is_read = 0 and space_id = ?1 and comment_id is not null) n
    cross join activity a on a.object_id = n.id and a.kind = n.about"
);

/// Records that a digest was sent: what it says isn't said again.
pub(super) fn mark_sent(conn: &Connection, digest: &Digest) -> rusqlite::Result<()> {
    for (member, seq) in &digest.marks {
        conn.prepare_cached(
            "insert into digest_marks (member_id, seq) select id, ?2 from members where id = ?1
             on conflict (member_id) do update set seq = max(seq, excluded.seq)",
        )?
        .execute((member, seq))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn what_is_new_is_a_range_behind_the_mark() {
        let plan = plan(ALL);
        assert!(
            plan.contains("SEARCH a USING PRIMARY KEY (space_id=? AND seq>?)"),
            "{plan}"
        );
    }

    #[test]
    fn what_concerns_a_user_is_looked_up_by_their_notices() {
        let plan = plan(CONCERNING);
        for step in [
            "SEARCH notices USING INDEX notices_unread (user_id=?)",
            "SEARCH a USING INDEX activity_by_object (object_id=? AND kind=?",
        ] {
            assert!(plan.contains(step), "{step} is not in\n{plan}");
        }
    }
}
