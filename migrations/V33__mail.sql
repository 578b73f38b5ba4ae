-- Mail: to which address of each user, and what is on its way. No texts and no secrets: a mail is written when it is sent.

create table email_addresses (
    user_id integer primary key references users (id) on delete cascade,
    -- Where mail goes; null until one was confirmed by a link that was sent to it.
    address text,
    -- The same in lower case, by which it is found. Several users may share one.
    address_key text,
    -- One that its owner has given and not confirmed yet. It counts for nothing.
    unconfirmed text,
    -- Why a server refused the last mail to the address for good, if it did.
    refused text
) strict;
create index email_addresses_by_key on email_addresses (address_key) where address_key is not null;

-- Links by which an address is confirmed, once. A link holds a random token; only the token's SHA-256 is here.
create table email_confirmations (
    token_hash blob primary key,
    user_id integer not null references users (id) on delete cascade,
    address text not null,
    expires_at integer not null
) strict, without rowid;
create index email_confirmations_by_user on email_confirmations (user_id);

-- The queue. What was sent stays for a day, because mails are counted.
create table mails (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- confirmation, password.
    kind text not null,
    address text not null,
    created_at integer not null,
    -- When it is to be sent; while it is being sent, when it is sent again if nothing is heard of it. Null once that is over.
    due_at integer,
    expires_at integer not null,
    attempts integer not null default 0
) strict;
create index mails_due on mails (due_at) where due_at is not null;
create index mails_by_user on mails (user_id, kind, created_at);
create index mails_by_address on mails (address collate nocase, kind, created_at);

-- Who has forgotten a password: what was typed, be it a login, an address or neither. A request is only written down, so that it
-- takes the same time whether there is such an account.
create table password_requests (
    id integer primary key autoincrement,
    login text not null,
    created_at integer not null
) strict;
