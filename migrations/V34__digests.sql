-- What is new, by mail: for those who have chosen it for a space.

alter table email_addresses add column digest text not null default 'weekly' check (digest in ('daily', 'weekly', 'never'));
-- When the next one is made, if there is anything to say; null until that is known.
alter table email_addresses add column digest_due_at integer;

-- Up to where on the line of a space its member was sent what is new: none of it twice, also where it stays unread.
create table digest_marks (
    member_id integer primary key references members (id) on delete cascade,
    seq integer not null
) strict;
