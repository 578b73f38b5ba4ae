-- What has changed, written with the change itself, for those who listen. No texts: what is deleted is nowhere else. Read from
-- a cursor on, so that numbers are never used twice; kept for some hours.
create table events (
    seq integer primary key autoincrement,
    -- The space that it happened in; null of what concerns a user and no space.
    space_id integer,
    -- As clients read it, such as share.created.
    kind text not null,
    -- What has changed, by its id; of members, the user.
    object_id integer not null,
    -- The share that it belongs to, if to one: of what is deleted, nothing else says that any more.
    share_id integer,
    -- For whom alone it is; null for all members of the space.
    user_id integer,
    at integer not null default (cast(unixepoch('subsec') * 1000 as integer))
) strict;

-- Goes in front of the numbers that clients know. Another one after a restore, when the numbers begin at an earlier one again
-- and mean something else.
alter table installation add column event_epoch text not null default '';
update installation set event_epoch = lower(hex(randomblob(4)));
