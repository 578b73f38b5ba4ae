-- An editor that was opened before another edit must not undo that one by accident: it says which version it began with.

-- Counted up by each edit of the text, the photos, their order, their captions and their dates.
alter table shares add column version integer not null default 1;
