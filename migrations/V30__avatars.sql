-- The pictures of users and of spaces. They are small, and in the database go, are restored and are erased with everything else; no row
-- that is read for a list has them.

create table avatars (
    id integer primary key,
    -- At random: no link to one leads to another, not after a change and not after a restore.
    name text not null unique,
    -- Whose it is, one of these two.
    user_id integer unique references users (id) on delete cascade,
    space_id integer unique references spaces (id) on delete cascade,
    -- A square JPEG.
    bytes blob not null,
    check ((user_id is null) <> (space_id is null))
) strict;

-- What the avatar is called, next to what is read anyway; null if there is none.
alter table users add column avatar text;
alter table spaces add column avatar text;
