-- When the queue has accepted the photo's name. A queue outside this database can refuse it; the row is then the
-- outbox, from which the name is sent again.
alter table photos add column queued_at integer;
-- Until now, every photo went into the queue of this database with its row.
update photos set queued_at = created_at;
create index photos_unsent on photos (id) where queued_at is null;
