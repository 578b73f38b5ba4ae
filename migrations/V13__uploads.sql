-- What somebody has sent, or is sending, before the share that it is for. It is its maker's alone, and goes a day after its last
-- byte if no share has taken it. Nothing of it outlives that: a backup leaves it out.
create table uploads (
    id integer primary key autoincrement,
    user_id integer not null references users (id),
    created_at integer not null,
    -- When it goes, unless more comes or a share takes it.
    expires_at integer not null,
    -- How many bytes its maker has said that there are.
    length integer not null,
    -- How many of them are on the disk and will be there after a power cut. What the file has beyond them doesn't count.
    received integer not null,
    -- The file in the folder of uploads: what has come so far, or the clean medium that was made of it.
    file text not null,
    -- What is known of the clean medium; null as long as there is only what has come.
    extension text,
    width integer,
    height integer,
    animated integer check (animated in (0, 1)),
    bytes integer,
    sha256 blob,
    crc32 integer,
    taken_at integer,
    taken_offset integer,
    duration_ms integer
) strict;
create unique index uploads_by_file on uploads (file);
create index uploads_by_user on uploads (user_id);
create index uploads_by_expiry on uploads (expires_at);
