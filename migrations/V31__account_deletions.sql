-- Accounts that go: what they have shared goes some rows at a time, so that nobody waits long to write.

-- When the deletion of the account has begun, which is no longer one from that moment on: nobody signs in with it, and its login is
-- another's to have. Its row goes with the last of what its user has made.
alter table users add column deleted_at integer;
create index users_deleted on users (deleted_at) where deleted_at is not null;
