-- What its client calls an upload, so that the same file that is sent again, because the answer was lost, is the same upload.
alter table uploads add column client_key text;
create unique index uploads_by_key on uploads (user_id, client_key);
