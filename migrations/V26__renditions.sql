-- Films that not every browser plays have a rendition that does, next to their posters.

-- The size of the rendition; null while there is none, and of a film that needs none.
alter table photos add column rendition_bytes integer;
-- When the next look for it is due; null of a photo, and of a film of which it is known whether it has one.
alter table photos add column rendition_due_at integer;
-- How often the film was sent to the workers again because there was none: not for ever, if it is the film that ends them.
alter table photos add column rendition_asks integer not null default 0;
update photos set rendition_due_at = created_at where kind = 'video';
create index renditions_due on photos (rendition_due_at) where rendition_due_at is not null;
