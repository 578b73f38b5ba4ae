-- What is checked against a password, and mails that are counted longer than an account lasts.

-- Counts how often the password was changed. A hash that is made again from the same password, at another cost, is no change.
alter table users add column password_version integer not null default 0;

-- Mails to confirm an address that deleted accounts had sent today: by its SHA-256, so that the address itself goes with the account.
create table counted_confirmations (
    address_hash blob not null,
    created_at integer not null
) strict;
create index counted_confirmations_by_address on counted_confirmations (address_hash, created_at);
