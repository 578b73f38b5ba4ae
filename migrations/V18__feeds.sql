-- Secret addresses at which a member's feed reader fetches what is new in a space. An address holds a random token; only the
-- token's SHA-256 is here.
create table feeds (
    id integer primary key autoincrement,
    token_hash blob not null unique,
    -- An address ends with the membership: who joins again has another row among the members.
    member_id integer not null references members (id) on delete cascade,
    created_at integer not null
) strict;
create index feeds_by_member on feeds (member_id, id);
