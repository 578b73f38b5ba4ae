-- What members are told of: how much of each space, what is still to be told, and their inboxes. No texts: what is deleted is
-- nowhere else.

-- Of those members who have chosen. A choice ends with the membership.
create table notice_settings (
    member_id integer primary key references members (id) on delete cascade,
    level text not null check (level in ('all', 'mentions', 'none')),
    push integer not null check (push in (0, 1)),
    email integer not null check (email in (0, 1))
) strict;

-- What has happened and nobody was told of yet: one row, however many are to be told, written with what has happened. A job makes
-- notices of it.
create table notice_work (
    seq integer primary key autoincrement,
    -- share, comment, join; or share_edit and comment_edit, of which only those are told who weren't mentioned before.
    kind text not null,
    space_id integer not null,
    -- The share, the comment, or the user who has joined.
    object_id integer not null,
    -- Whose doing it is: who joined may have been added by an admin.
    author_id integer not null,
    at integer not null
) strict;

-- The inboxes.
create table notices (
    id integer primary key autoincrement,
    user_id integer not null,
    -- The membership of the reader. All rows go with what they refer to: this, the space, the share, the comment, who has joined.
    member_id integer not null references members (id) on delete cascade,
    space_id integer not null,
    -- mention, comment, reply, join.
    kind text not null,
    -- What it is about, one of these three. Who has done it is read from there.
    share_id integer,
    comment_id integer references comments (id) on delete cascade,
    joined_id integer references members (id) on delete cascade,
    created_at integer not null,
    is_read integer not null default 0 check (is_read in (0, 1)),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade,
    check ((share_id is not null) + (comment_id is not null) + (joined_id is not null) = 1)
) strict;
create index notices_by_reader on notices (user_id, id);
create index notices_unread on notices (user_id) where is_read = 0;
create index notices_by_member on notices (member_id);
-- Nobody is told twice of the same.
create unique index notices_of_share on notices (space_id, share_id, user_id) where share_id is not null;
create unique index notices_of_comment on notices (comment_id, user_id) where comment_id is not null;
create unique index notices_of_join on notices (joined_id, user_id) where joined_id is not null;
