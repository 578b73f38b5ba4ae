-- Push messages: to which browsers, and what is on its way. No texts: a message is written when it is sent.

-- The key by which push services know whose messages these are, as PKCS #8. Browsers have subscribed to it: it stays for ever, and
-- is in backups. Null until the first start of a server that has it.
alter table installation add column push_key blob;

-- Browsers that want messages, each by its address at its push service.
create table push_subscriptions (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- It ends with the session: who signs in next in the same browser is somebody else.
    session_id integer not null references sessions (id) on delete cascade,
    endpoint text not null unique,
    p256dh blob not null,
    auth blob not null,
    -- Where the app was open: links in messages lead there.
    origin text not null,
    -- In which language its messages are.
    language text not null,
    -- In which time zone it is (IANA), for the quiet hours; null if that isn't known.
    time_zone text,
    created_at integer not null,
    -- When it was last renewed by the app, or the service took a message.
    used_at integer not null,
    -- Why the service refused the last message, if it did.
    last_error text
) strict;
create index push_subscriptions_by_user on push_subscriptions (user_id, used_at);
create index push_subscriptions_by_session on push_subscriptions (session_id);

-- What one author does in a space, for one member: one message in a while.
create table pushes (
    member_id integer not null references members (id) on delete cascade,
    author_id integer not null,
    -- When the first of what waits has happened.
    first_at integer not null,
    -- When it is to be sent; null if nothing waits.
    due_at integer,
    sent_at integer,
    -- Counts the messages: what happens belongs to the next one.
    batch integer not null default 0,
    primary key (member_id, author_id)
) strict, without rowid;
create index pushes_due on pushes (due_at) where due_at is not null;

-- What a message is about. Deleted when all browsers have it.
create table push_items (
    member_id integer not null,
    author_id integer not null,
    batch integer not null,
    -- share, comment, join.
    kind text not null,
    object_id integer not null,
    -- Why it concerns the member, as in notices; null of what is sent because all of the space is.
    reason text,
    primary key (member_id, author_id, batch, kind, object_id),
    foreign key (member_id, author_id) references pushes (member_id, author_id) on delete cascade
) strict, without rowid;

-- Messages on their way, one for each browser.
create table push_deliveries (
    id integer primary key autoincrement,
    subscription_id integer not null references push_subscriptions (id) on delete cascade,
    member_id integer not null,
    author_id integer not null,
    -- Which batches it is about.
    first_batch integer not null,
    last_batch integer not null,
    -- When it is to be sent; while it is being sent, when it is sent again if nothing is heard of it.
    due_at integer not null,
    expires_at integer not null,
    attempts integer not null default 0,
    -- Whether the service has said that it is too long.
    is_short integer not null default 0 check (is_short in (0, 1)),
    unique (subscription_id, member_id, author_id),
    foreign key (member_id, author_id) references pushes (member_id, author_id) on delete cascade
) strict;
create index push_deliveries_due on push_deliveries (due_at);
create index push_deliveries_by_push on push_deliveries (member_id, author_id, first_batch);
