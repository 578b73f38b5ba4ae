-- Links by which somebody gets in. A link holds a random token; only the token's SHA-256 is here.
create table invitations (
    id integer primary key autoincrement,
    token_hash blob not null unique,
    -- The space that is joined with it. Null: it gives an account and nothing else.
    space_id integer references spaces (id) on delete cascade,
    as_admin integer not null check (as_admin in (0, 1)),
    uses_left integer not null check (uses_left >= 0),
    -- Whose right it rests on: once they are no admin of the space any more, it doesn't hold. Null: it was made on the
    -- command line.
    created_by integer references users (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
) strict;
create index invitations_by_space on invitations (space_id, id);
create index invitations_by_maker on invitations (created_by);
create index invitations_by_expiry on invitations (expires_at);

-- Links by which somebody who forgot their password sets a new one, once.
create table password_resets (
    id integer primary key autoincrement,
    token_hash blob not null unique,
    user_id integer not null references users (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
) strict;
create index password_resets_by_user on password_resets (user_id);
create index password_resets_by_expiry on password_resets (expires_at);
