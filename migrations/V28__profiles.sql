-- What users say of themselves.

-- The name that people are shown. Null until one is chosen: then it is the login.
alter table users add column name text;
-- The tag of the language that they are written to in (BCP 47). Null until one is chosen: then it is that of the device.
alter table users add column language text;
-- The time zone in which they live (IANA), for their quiet hours. Null until one is chosen: then it is that of the device.
alter table users add column time_zone text;
