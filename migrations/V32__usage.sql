-- What photos and films take, for quotas: with their posters, previews and renditions, and with the uploads that wait for a share.

-- The size of its previews, and of the poster that was made of a film; null while it isn't known. It is measured once the previews
-- were seen, also of photos from before this column.
alter table photos add column preview_bytes integer;
-- All that a photo takes.
alter table photos add column stored_bytes integer generated always as
    (bytes + coalesce(poster_bytes, 0) + coalesce(preview_bytes, 0) + coalesce(rendition_bytes, 0)) virtual;
create index photos_unmeasured on photos (id) where preview_bytes is null and previews_due_at is null;

-- The bytes are written by the triggers below and by nothing else, so that they can't differ from what is there. Quotas that the operator
-- has set: null where the setting applies, 0 where there is none.
create table space_usage (
    space_id integer primary key references spaces (id) on delete cascade,
    bytes integer not null default 0,
    quota integer
) strict;
-- Of what a user has shared, in whatever space, and of their uploads.
create table user_usage (
    user_id integer primary key references users (id) on delete cascade,
    bytes integer not null default 0,
    quota integer
) strict;
create table server_usage (
    only_one integer primary key check (only_one = 1),
    bytes integer not null
) strict;

insert into space_usage (space_id, bytes) select space_id, sum(stored_bytes) from photos group by space_id;
insert into user_usage (user_id, bytes) select user_id, sum(bytes) from (
    select s.user_id, sum(p.stored_bytes) as bytes from photos p join shares s on s.space_id = p.space_id and s.id = p.share_id
    group by s.user_id
    union all select user_id, sum(coalesce(bytes, length)) from uploads group by user_id
) group by user_id;
insert into server_usage (only_one, bytes) select 1, coalesce(sum(bytes), 0) from user_usage;

create trigger usage_of_new_photo after insert on photos begin
    insert into space_usage (space_id, bytes) values (new.space_id, new.stored_bytes)
    on conflict (space_id) do update set bytes = bytes + excluded.bytes;
    insert into user_usage (user_id, bytes)
    select user_id, new.stored_bytes from shares where space_id = new.space_id and id = new.share_id
    on conflict (user_id) do update set bytes = bytes + excluded.bytes;
    update server_usage set bytes = bytes + new.stored_bytes;
end;
create trigger usage_of_changed_photo after update of bytes, poster_bytes, preview_bytes, rendition_bytes on photos
when new.stored_bytes <> old.stored_bytes begin
    update space_usage set bytes = bytes + new.stored_bytes - old.stored_bytes where space_id = new.space_id;
    update user_usage set bytes = bytes + new.stored_bytes - old.stored_bytes
    where user_id = (select user_id from shares where space_id = new.space_id and id = new.share_id);
    update server_usage set bytes = bytes + new.stored_bytes - old.stored_bytes;
end;
-- Photos are deleted before their share.
create trigger usage_of_deleted_photo after delete on photos begin
    update space_usage set bytes = bytes - old.stored_bytes where space_id = old.space_id;
    update user_usage set bytes = bytes - old.stored_bytes
    where user_id = (select user_id from shares where space_id = old.space_id and id = old.share_id);
    update server_usage set bytes = bytes - old.stored_bytes;
    delete from space_usage where space_id = old.space_id and bytes = 0 and quota is null;
    delete from user_usage where bytes = 0 and quota is null
    and user_id = (select user_id from shares where space_id = old.space_id and id = old.share_id);
end;

-- Of an upload that has arrived, what is left of it is on the disk; before that, all of it may come.
create trigger usage_of_new_upload after insert on uploads begin
    insert into user_usage (user_id, bytes) values (new.user_id, coalesce(new.bytes, new.length))
    on conflict (user_id) do update set bytes = bytes + excluded.bytes;
    update server_usage set bytes = bytes + coalesce(new.bytes, new.length);
end;
create trigger usage_of_changed_upload after update of bytes, length on uploads
when coalesce(new.bytes, new.length) <> coalesce(old.bytes, old.length) begin
    update user_usage set bytes = bytes + coalesce(new.bytes, new.length) - coalesce(old.bytes, old.length)
    where user_id = new.user_id;
    update server_usage set bytes = bytes + coalesce(new.bytes, new.length) - coalesce(old.bytes, old.length);
end;
create trigger usage_of_deleted_upload after delete on uploads begin
    update user_usage set bytes = bytes - coalesce(old.bytes, old.length) where user_id = old.user_id;
    update server_usage set bytes = bytes - coalesce(old.bytes, old.length);
    delete from user_usage where user_id = old.user_id and bytes = 0 and quota is null;
end;
