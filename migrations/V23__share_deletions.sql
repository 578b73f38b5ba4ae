-- Shares whose deletion has begun: one with a long conversation goes in several transactions, so that others write in between. Their
-- comments go first, and the share last.
create table share_deletions (
    space_id integer not null,
    share_id integer not null,
    begun_at integer not null,
    primary key (space_id, share_id),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;
