-- Rows that are read together lie together. Until now the shares of all spaces, and their photos, lay in the order of their
-- ids, so that each row of a page of one space was on a page of the file that had to be fetched for it alone. Now the rows of
-- a space lie side by side, in the order in which they are read: a page of a feed is one walk along its shares and one along
-- their photos, and a space is deleted as a few ranges. What hangs on shares later (comments, reactions) begins its key in the
-- same way.

-- When a space was deleted of which there are still rows: they go some at a time, so that nobody waits long to write. For
-- everybody it is gone from that moment on.
alter table spaces add column deleted_at integer;
create index spaces_deleted on spaces (deleted_at) where deleted_at is not null;

-- The highest ids that were ever used, as far as rows don't show it: what was deleted is written down here, since a table
-- `without rowid` has no autoincrement, and ids are never used twice.
create table last_ids (
    kind text primary key,
    id integer not null
) strict, without rowid;
insert into last_ids (kind, id) select 'share', coalesce(max(seq), 0) from sqlite_sequence where name = 'shares';
insert into last_ids (kind, id) select 'photo', coalesce(max(seq), 0) from sqlite_sequence where name = 'photos';

alter table photos rename to old_photos;
alter table shares rename to old_shares;

create table shares (
    space_id integer not null references spaces (id) on delete cascade,
    -- What clients know. Given out from memory, in the order in which shares arrive.
    id integer not null,
    -- Who has left the space still owns their shares, so this points at the user and not at the member.
    user_id integer not null references users (id),
    created_at integer not null,
    -- What a client calls a share that it makes, so that it can send it again when the answer was lost and makes no second
    -- one. Null where the client gave it no name.
    client_key text,
    -- Behind what is looked at without it. One of more than some 900 bytes goes on on a page of its own.
    text text not null,
    primary key (space_id, id)
) strict, without rowid;
insert into shares (space_id, id, user_id, created_at, client_key, text)
    select space_id, id, user_id, created_at, client_key, text from old_shares order by space_id, id;

create table photos (
    space_id integer not null,
    share_id integer not null,
    -- The place among the photos of its share, from 0.
    position integer not null,
    -- Also tells the revisions of a share's photo apart.
    id integer not null,
    -- `<space>-<file>`: what the temporary store and the queue call it.
    name text not null,
    -- In pixels, as shown.
    width integer not null,
    height integer not null,
    -- Whether the picture moves. What is shown of it large is then the photo itself.
    animated integer not null default 0 check (animated in (0, 1)),
    -- A thumbhash: what to show while the picture itself is on its way. Null as long as nobody has seen a preview.
    placeholder blob,
    bytes integer not null,
    sha256 blob not null,
    created_at integer not null,
    -- When the queue has accepted the photo's name; null as long as it is to be sent.
    queued_at integer,
    -- When to look for the photo's previews next. Null once they were seen, or it was seen that there are none to come.
    previews_due_at integer,
    primary key (space_id, share_id, position),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;
insert into photos (space_id, share_id, position, id, name, width, height, animated, placeholder, bytes, sha256, created_at,
        queued_at, previews_due_at)
    select space_id, share_id, position, id, name, width, height, animated, placeholder, bytes, sha256, created_at,
        queued_at, previews_due_at
    from old_photos order by space_id, share_id, position;

drop table old_photos;
drop table old_shares;

-- From an id to its row. Made of the rows that are there, each is written once and in order.
create unique index shares_by_id on shares (id);
-- Also what a user has made under a key of theirs: nulls are all different.
create unique index shares_by_user on shares (user_id, client_key);
create unique index photos_by_id on photos (id);
create unique index photos_by_name on photos (name);
create index photos_unsent on photos (id) where queued_at is null;
-- Those that are due at the same time: the newest first.
create index photos_without_previews on photos (previews_due_at, id desc) where previews_due_at is not null;
