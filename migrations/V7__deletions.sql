-- What an operator should know of a photo whose bytes don't go.
-- When it was to be deleted.
alter table tombstones add column since integer not null default 0;
-- How often that was tried in vain once it was due, and what was said the last time.
alter table tombstones add column attempts integer not null default 0;
alter table tombstones add column failure text;
update tombstones set since = due_at - 300000;
