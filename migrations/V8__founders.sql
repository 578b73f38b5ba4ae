-- Who made a space, which they did also if they have left it: how many somebody may make has a bound. Null for spaces from
-- before, and where the account is gone.
alter table spaces add column founder_id integer references users (id) on delete set null;
create index spaces_by_founder on spaces (founder_id);
