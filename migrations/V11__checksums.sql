-- What a ZIP says of each photo in front of its bytes, so that it must be known before they are sent.

-- The CRC-32 of the stored file; null of photos from before, until somebody first takes one home.
alter table photos add column crc32 integer;
