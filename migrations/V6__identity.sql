-- What an installation knows of itself, in one row.
create table installation (
    only_one integer primary key check (only_one = 1),
    -- Eight digits that tell it from others at the same host: browsers send cookies to every port of it.
    id text not null,
    -- The version of Unicode by which the looks of logins were made; null until the next start has made them.
    looks_of text
) strict;
insert into installation (only_one, id) values (1, lower(hex(randomblob(4))));

-- What a login looks like (the skeleton of UTS 39, case-folded), so that no new one passes for one that is there. Not unique:
-- those from before may look alike.
alter table users add column look text;
create index users_by_look on users (look);

-- When it ended for good, because who made it was no admin of the space any more: it doesn't come back with the right.
alter table invitations add column ended_at integer;
update invitations set ended_at = created_at where space_id is not null and created_by is not null and not exists
    (select 1 from members m where m.space_id = invitations.space_id and m.user_id = invitations.created_by and m.is_admin = 1);

-- Who was taken out of a space by another while links into it were open, none of which lets them in again. A row goes with
-- the last of those links, and when they are back in by somebody's will.
create table removals (
    space_id integer not null references spaces (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    -- The newest link at that time. Links have ids in the order in which they were made, whatever the clock did.
    last_invitation_id integer not null,
    primary key (space_id, user_id)
) strict;
create index removals_by_user on removals (user_id);
