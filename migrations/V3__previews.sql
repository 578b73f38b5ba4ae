-- Whether the picture moves. What is shown of it large is then the photo itself. Of older photos it is found out with
-- their previews.
alter table photos add column animated integer not null default 0 check (animated in (0, 1));
-- A thumbhash: what to show while the picture itself is on its way. Null as long as nobody has seen a preview.
alter table photos add column placeholder blob;
-- When to look for the photo's previews next. A worker makes them and knows no database, so that somebody has to look.
-- Null once they were seen, or it was seen that there are none to come.
alter table photos add column previews_due_at integer;
-- From now on, `width` and `height` are those of the picture as shown. Those of older photos were written down before
-- the orientation was applied; they too are put right with the previews.
update photos set previews_due_at = 0;
-- Those that are due at the same time: the newest first.
create index photos_without_previews on photos (previews_due_at, id desc) where previews_due_at is not null;
