-- With which emoji members react to shares and to comments.

create table reactions (
    space_id integer not null,
    share_id integer not null,
    -- What it is a reaction to: a comment, or the share itself, which is behind all of its comments as 9223372036854775807.
    comment_id integer not null,
    -- The emoji without a skin tone, by which it is counted.
    base text not null,
    user_id integer not null references users (id),
    -- The emoji with the skin tone that it was sent with.
    emoji text not null,
    created_at integer not null,
    primary key (space_id, share_id, comment_id, base, user_id),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;
create index reactions_by_user on reactions (user_id);

-- How often each emoji was used, so that a list of shares doesn't read all reactions. Written by the triggers below and by nothing
-- else, so that it can't differ from them.
create table reaction_counts (
    space_id integer not null,
    share_id integer not null,
    comment_id integer not null,
    base text not null,
    count integer not null,
    -- Before which others it is shown: they are in the order of their first use.
    place integer not null,
    primary key (space_id, share_id, comment_id, base),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;

create trigger reactions_count_added after insert on reactions begin
    insert into reaction_counts (space_id, share_id, comment_id, base, count, place)
    values (new.space_id, new.share_id, new.comment_id, new.base, 1, (select coalesce(max(place) + 1, 0) from reaction_counts
        where space_id = new.space_id and share_id = new.share_id and comment_id = new.comment_id))
    on conflict (space_id, share_id, comment_id, base) do update set count = count + 1;
end;

create trigger reactions_count_deleted after delete on reactions begin
    delete from reaction_counts where space_id = old.space_id and share_id = old.share_id and comment_id = old.comment_id
        and base = old.base and count = 1;
    update reaction_counts set count = count - 1 where space_id = old.space_id and share_id = old.share_id
        and comment_id = old.comment_id and base = old.base;
end;

-- Reactions go with the comment that they are to.
create trigger reactions_of_deleted_comment after delete on comments begin
    delete from reactions where space_id = old.space_id and share_id = old.share_id and comment_id = old.id;
end;
