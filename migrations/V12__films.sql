-- A share has films as well as photos.

-- What it is: its name says so too, but not to an index.
alter table photos add column kind text not null default 'photo' check (kind in ('photo', 'video'));
-- How long a film is played, as its own head says; null of a photo, and of a film that doesn't say.
alter table photos add column duration_ms integer;
-- How its poster was stored that came with it: that one can't be made again, and so it is kept as what came is. A poster that
-- was made of the film has no sum here, as previews have none.
alter table photos add column poster_bytes integer;
alter table photos add column poster_sha256 blob;
