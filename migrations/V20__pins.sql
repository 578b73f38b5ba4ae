-- Shares that the admins of a space keep at its top.

create table pins (
    space_id integer not null,
    share_id integer not null,
    pinned_at integer not null,
    primary key (space_id, share_id),
    foreign key (space_id, share_id) references shares (space_id, id) on delete cascade
) strict, without rowid;
