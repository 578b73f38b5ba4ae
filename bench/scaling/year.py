"""The database of a cell after a year, without the year: filled by SQL, while no server runs on it."""

import hashlib
import random
import sqlite3
import time
import zlib
from contextlib import closing
from dataclasses import dataclass

from measure.crowd import sign_in
from people import noise

YEAR_MS = 365 * 24 * 3600 * 1000
#: Of each share: comments, and reactions of members. Every so many shares, one has a photo.
COMMENTS, REACTIONS, PHOTO_EVERY = 2, 3, 4
#: The side of a photo in pixels. Real ones have a thousand times the bytes, which is left to other measurements.
SIDE = 8
#: How many members a space has; each person is in two.
MEMBERS = 8


@dataclass
class Size:
    """How large a cell is."""

    people: int
    spaces: int
    #: In the year, in all spaces.
    shares: int


def fill(data, size):
    """Fills the folder of a new cell with two users, of whom the first becomes a member of five spaces and the second of all. Each
    space has eight others. What is older than two weeks is read by everybody."""
    with closing(sqlite3.connect(data / "shared-spaces.db", isolation_level=None)) as database:
        database.executescript("pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -1000000; begin")
        now = int(time.time() * 1000)
        values = {
            "people": size.people, "spaces": size.spaces, "shares": size.shares, "comments": COMMENTS, "reactions": REACTIONS,
            "others": size.people - 2, "now": now, "begun": now - YEAR_MS, "step": YEAR_MS // size.shares, "members": MEMBERS,
            "apart": max(size.people // size.spaces, 1), "lines": 1 + COMMENTS, "unread": -(size.shares // 26) * (1 + COMMENTS),
        }
        database.execute(PEOPLE, values)
        # Everybody, so that each can have an open page.
        sign_in(database, now)
        for sql in (SPACES, SPACE_MEMBERS, OWN_MEMBERS, EVERY_MEMBER, SHARES, COMMENTED, ACTIVITY, REACTED, NOTICES):
            database.execute(sql, values)
        photos(database, data / "photos", size.shares)
        database.execute("commit")
        database.execute("pragma wal_checkpoint(truncate)")
        (shares,), (comments,) = (database.execute(f"select count(*) from {table}").fetchone() for table in ("shares", "comments"))
        if (shares, comments) != (size.shares, size.shares * COMMENTS):
            raise RuntimeError(f"the year has {shares} shares and {comments} comments")


def photos(database, folder, shares):
    """A photo for every fourth share, each with bytes of its own."""
    chance, made = random.Random(1), []
    for share, space, created in database.execute(f"select id, space_id, created_at from shares where id % {PHOTO_EVERY} = 0"):
        photo = noise(SIDE, chance)
        where = folder / f"space-id-{space}"
        where.mkdir(mode=0o700, exist_ok=True)
        (where / f"{share}.png").write_bytes(photo)
        made.append((share, share, space, f"{space}-{share}.png", SIDE, SIDE, len(photo), hashlib.sha256(photo).digest(),
                     zlib.crc32(photo), created, created, chance.randbytes(25)))
    database.executemany(PHOTOS, made)


#: Numbers from 1 to a value.
COUNTED = "with recursive n(i) as (select 1 union all select i + 1 from n where i < {})"
#: The nth other person, from 0.
OTHER = "(3 + ({}) % :others)"

PEOPLE = COUNTED.format(":others") + """
    insert into users (id, login, login_key, password_hash, created_at)
    select i + 2, 'person ' || i, 'person ' || i, '', :begun from n"""

SPACES = COUNTED.format(":spaces") + """
    insert into spaces (id, name, name_key, created_at) select i, 'Space ' || i, 'space ' || i, :begun from n"""

#: Next to each other, so that everybody is in two spaces.
SPACE_MEMBERS = COUNTED.format(":spaces") + f""", k(j) as (select 0 union all select j + 1 from k where j + 1 < :members)
    insert into members (space_id, user_id, is_admin, joined_at, read_seq)
    select i, {OTHER.format("i * :apart + j")}, j = 0, :begun, :unread from n, k order by i, j"""

OWN_MEMBERS = COUNTED.format("5") + """
    insert into members (space_id, user_id, is_admin, joined_at, read_seq)
    select 1 + (i - 1) * (:spaces / 5), 1, 1, :begun, :unread from n"""

EVERY_MEMBER = """insert into members (space_id, user_id, is_admin, joined_at, read_seq)
    select id, 2, 0, :begun, :unread from spaces"""

#: In turn in all spaces, each by one of its members.
SHARES = COUNTED.format(":shares") + f"""
    insert into shares (id, space_id, user_id, text, created_at)
    select i, 1 + i % :spaces, {OTHER.format("(1 + i % :spaces) * :apart + i / :spaces % :members")},
        'What was seen on the way home, number ' || i, :begun + i * :step from n"""

COMMENTED = f"""with recursive k(j) as (select 1 union all select j + 1 from k where j < :comments)
    insert into comments (space_id, share_id, id, user_id, created_at, text)
    select s.space_id, s.id, (s.id - 1) * :comments + j, {OTHER.format("s.space_id * :apart + (s.id + j) % :members")},
        s.created_at + j, 'How good that you were there, number ' || j from shares s, k order by 1, 2, 3"""

#: Before the first event of the server.
ACTIVITY = """insert into activity (space_id, seq, kind, object_id, share_id, author_id, created_at)
    select id, id - :spaces - (:shares + 1) * :lines, 'space', id, null, null, created_at from spaces
    union all select space_id, (id - :shares - 1) * :lines, 'share', id, id, user_id, created_at from shares
    union all select space_id, (share_id - :shares - 1) * :lines + 1 + (id - 1) % :comments, 'comment', id, share_id, user_id,
        created_at from comments order by 1, 2"""

REACTED = f"""with recursive k(j) as (select 1 union all select j + 1 from k where j < :reactions)
    insert into reactions (space_id, share_id, comment_id, base, user_id, emoji, created_at)
    select s.space_id, s.id, {2**63 - 1}, case j % 2 when 0 then '❤️' else '👍' end,
        {OTHER.format("s.space_id * :apart + (s.id + j) % :members")}, case j % 2 when 0 then '❤️' else '👍' end, s.created_at + j
    from shares s, k order by 1, 2, 4, 5"""

#: To the author of a share, of the first comment on it.
NOTICES = """insert into notices (user_id, member_id, space_id, kind, comment_id, created_at, is_read)
    select s.user_id, m.id, s.space_id, 'comment', c.id, c.created_at, c.share_id < :shares - :shares / 26
    from comments c join shares s on s.space_id = c.space_id and s.id = c.share_id
    join members m on m.space_id = s.space_id and m.user_id = s.user_id
    where c.id % :comments = 1 order by c.id"""

PHOTOS = """insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, crc32, created_at, queued_at,
    placeholder, preview_bytes) values (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"""
