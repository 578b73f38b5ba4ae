-- Each user's own quiet hours.

-- From which minute of the day on, and until which, a user isn't sent any message: of the same day, or of the next if that comes
-- sooner. Equal: they want no quiet hours.
alter table users add column quiet_from integer not null default 1320 check (quiet_from between 0 and 1439);
alter table users add column quiet_until integer not null default 420 check (quiet_until between 0 and 1439);

-- Whether it waits for the end of these hours, and not because its service was busy: it is looked at again when they change.
alter table push_deliveries add column is_held integer not null default 0 check (is_held in (0, 1));
