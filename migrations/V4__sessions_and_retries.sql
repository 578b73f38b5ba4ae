-- Where somebody signed in, in the words of their browser or app, so that they can tell their sessions apart. Null where
-- nothing was said.
alter table sessions add column device text;
-- The sessions of a user as they are listed. What the index by user alone was for, this one does too.
drop index sessions_by_user;
create index sessions_by_user on sessions (user_id, last_used_at, id);
-- What a client calls a share that it makes, so that it can send it again when the answer was lost and makes no second
-- one. Null where the client gave it no name.
alter table shares add column client_key text;
create unique index shares_by_client_key on shares (user_id, client_key) where client_key is not null;
