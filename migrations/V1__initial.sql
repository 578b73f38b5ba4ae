-- The first schema. Times are UTC milliseconds since 1970. Tables are strict, so that a value of another
-- type is an error; ids come from autoincrement, because clients rely on an id never being used twice,
-- not even after the row is gone.

create table users (
    id integer primary key autoincrement,
    login text not null,
    -- The login after NFKC and case folding: `Ann` and `ann` are one person.
    login_key text not null unique,
    -- A PHC string, so that the parameters can grow and old hashes still verify.
    password_hash text not null,
    created_at integer not null
) strict;

create table sessions (
    id integer primary key autoincrement,
    -- SHA-256 of the token. Whoever reads this file can't sign in with it.
    token_hash blob not null unique,
    user_id integer not null references users (id) on delete cascade,
    created_at integer not null,
    last_used_at integer not null
) strict;
create index sessions_by_user on sessions (user_id);
create index sessions_by_last_use on sessions (last_used_at);

create table spaces (
    id integer primary key autoincrement,
    name text not null,
    -- The name case-folded: what lists are sorted by.
    name_key text not null,
    created_at integer not null
) strict;

create table members (
    -- Its own id keeps the order of joining, also of those who joined in the same millisecond.
    id integer primary key autoincrement,
    space_id integer not null references spaces (id) on delete cascade,
    user_id integer not null references users (id),
    is_admin integer not null check (is_admin in (0, 1)),
    joined_at integer not null,
    unique (space_id, user_id)
) strict;
create index members_in_order on members (space_id, id);
create index members_by_user on members (user_id);

create table shares (
    id integer primary key autoincrement,
    space_id integer not null references spaces (id) on delete cascade,
    -- Who has left the space still owns their shares, so this points at the user and not at the member.
    user_id integer not null references users (id),
    text text not null,
    created_at integer not null
) strict;
create index shares_by_space on shares (space_id, id);
create index shares_by_user on shares (user_id);

create table photos (
    id integer primary key autoincrement,
    share_id integer not null references shares (id) on delete cascade,
    -- Repeated from the share, so that the photos of a space are one walk along one index.
    space_id integer not null references spaces (id) on delete cascade,
    -- The place among the photos of its share, from 0.
    position integer not null,
    -- `<space>-<file>`: what the temporary store and the queue call it.
    name text not null unique,
    width integer not null,
    height integer not null,
    bytes integer not null,
    sha256 blob not null,
    created_at integer not null,
    unique (share_id, position)
) strict;
create index photos_by_space on photos (space_id, share_id, position);

-- The local queue: photos that wait to be sorted into the store of their space.
create table photo_jobs (
    name text primary key,
    queued_at integer not null,
    -- Counted when a worker takes the job, so that a photo which kills its worker counts too.
    attempts integer not null default 0,
    -- When it may be taken next: a taken job is hidden until its lease has run out.
    due_at integer not null,
    last_error text,
    -- Set when the attempts are used up. The job stays, for somebody to look at and to send again.
    failed_at integer
) strict;
create index photo_jobs_due on photo_jobs (due_at) where failed_at is null;

-- Photos whose rows are gone and whose bytes are still to be deleted.
create table tombstones (
    name text primary key,
    -- Not before this, when no worker can still be moving the photo.
    due_at integer not null
) strict;
create index tombstones_due on tombstones (due_at);
