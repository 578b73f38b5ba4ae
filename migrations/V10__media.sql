-- A share has several photos, each with words of its own, and with when it was taken.

-- What its sharer wrote under it; null for nothing. Of at most some hundred characters, so that a row stays on its page.
alter table photos add column caption text;
-- What a clock on the wall showed where the photo was taken, as milliseconds since 1970 on such clocks; null where nobody knows
-- or nobody is to know. A camera seldom says in which zone it was, and then none is made up.
alter table photos add column taken_at integer;
-- The minutes by which that clock was ahead of UTC, where the camera or the sharer said so.
alter table photos add column taken_offset integer;
-- The day a photo stands under in a gallery: when it was taken, or else when it was shared.
alter table photos add column dated_at integer generated always as (coalesce(taken_at, created_at)) virtual;
-- With the columns of the key behind them, as in every index of this table.
create index photos_by_date on photos (space_id, dated_at);
