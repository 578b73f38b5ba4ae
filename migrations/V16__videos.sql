-- A gallery of videos alone: they are few among photos, and are found without looking at those.

-- In the order of the shares, and in that of the days; with the columns of the key behind them, as in every index of this table.
create index videos_in_order on photos (space_id) where kind = 'video';
create index videos_by_date on photos (space_id, dated_at) where kind = 'video';
