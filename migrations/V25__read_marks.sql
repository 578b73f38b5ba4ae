-- What each member has read of a space.

-- What there is in a space, in the order in which it came: all shares and comments on one line, so that "everything after this" is
-- a range. A row is kept as long as what it stands for, unlike one of events, which are for some hours.
create table activity (
    space_id integer not null references spaces (id) on delete cascade,
    -- That of the event which reported it: later is higher, and none is used twice, not after a deletion either. What is older than
    -- this table is below zero.
    seq integer not null,
    -- The first row of each is the space itself, so that one without shares has its place among the others.
    kind text not null check (kind in ('space', 'share', 'comment')),
    object_id integer not null,
    -- The share that it is, or that it belongs to.
    share_id integer,
    -- Nobody's of the space itself, which is new to none of its members.
    author_id integer,
    created_at integer not null,
    primary key (space_id, seq)
) strict, without rowid;

with past (space_id, kind, object_id, share_id, author_id, created_at, place) as (
    select id, 'space', id, null, null, created_at, 0 from spaces
    union all select space_id, 'share', id, id, user_id, created_at, 1 from shares
    union all select space_id, 'comment', id, share_id, user_id, created_at, 2 from comments
), ordered as (
    select *, row_number() over (order by created_at desc, place desc, object_id desc) as age from past
)
insert into activity (space_id, seq, kind, object_id, share_id, author_id, created_at)
    select space_id, -age, kind, object_id, share_id, author_id, created_at from ordered order by space_id, age desc;

create unique index activity_by_object on activity (object_id, kind);

create trigger activity_of_deleted_share after delete on shares begin
    delete from activity where object_id = old.id and kind = 'share';
end;

create trigger activity_of_deleted_comment after delete on comments begin
    delete from activity where object_id = old.id and kind = 'comment';
end;

-- Up to where a member has read. Whoever joins begins with what comes next, and so do those who are there already.
alter table members add column read_seq integer not null default 0;
update members set read_seq = coalesce((select seq from sqlite_sequence where name = 'events'), 0);
-- The newest share that they have read, for clients, which know shares and not the line; 0 before the first.
alter table members add column read_share_id integer not null default 0;
update members set read_share_id = coalesce((select max(id) from shares where shares.space_id = members.space_id), 0);

-- Shares that a member has opened behind that: comments on them are read up to here. Rows that the mark has passed are deleted.
create table opened_shares (
    member_id integer not null references members (id) on delete cascade,
    share_id integer not null,
    seq integer not null,
    primary key (member_id, share_id)
) strict, without rowid;
