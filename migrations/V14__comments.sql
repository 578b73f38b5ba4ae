-- What members say to a share, below it.

create table comments (
    space_id integer not null,
    share_id integer not null,
    -- What clients know. Given out from memory, as those of shares.
    id integer not null,
    -- A former member of the space still owns their comments, as with shares.
    user_id integer not null references users (id),
    created_at integer not null,
    -- When its text was changed last; null if it is as it was first.
    edited_at integer,
    -- What a client calls a comment that it makes, as in shares.
    client_key text,
    text text not null,
    primary key (space_id, share_id, id),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;
create unique index comments_by_id on comments (id);
create unique index comments_by_user on comments (user_id, client_key);
insert into last_ids (kind, id) values ('comment', 0);

-- What a list of shares shows of comments without reading them all: of each share that has any, how many, and the id from which
-- on there are the last two. Written by the triggers below and by nothing else, so that it can't differ from the comments.
create table comment_counts (
    space_id integer not null,
    share_id integer not null,
    count integer not null,
    latest_from integer not null,
    primary key (space_id, share_id),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;

create trigger comments_count_added after insert on comments begin
    insert into comment_counts (space_id, share_id, count, latest_from) values (new.space_id, new.share_id, 1, new.id)
    on conflict (space_id, share_id) do update set count = count + 1, latest_from = (select min(id) from
        (select id from comments where space_id = new.space_id and share_id = new.share_id order by id desc limit 2));
end;

create trigger comments_count_deleted after delete on comments begin
    delete from comment_counts where space_id = old.space_id and share_id = old.share_id and count = 1;
    update comment_counts set count = count - 1, latest_from = (select min(id) from
        (select id from comments where space_id = old.space_id and share_id = old.share_id order by id desc limit 2))
    where space_id = old.space_id and share_id = old.share_id;
end;

-- When the text or the photos of a share were changed last; null if they are as they were first.
alter table shares add column edited_at integer;
