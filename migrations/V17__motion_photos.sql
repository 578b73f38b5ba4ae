-- Who sends a motion photo is told that its film doesn't stay.

-- Whether there was one behind the picture.
alter table uploads add column film_dropped integer not null default 0 check (film_dropped in (0, 1));
