-- Operators: users who may look after the installation in the app, as is done on its command line.

alter table users add column is_operator integer not null default 0 check (is_operator in (0, 1));
-- They are few, and it is asked whether another one is left.
create index users_operators on users (id) where is_operator = 1;

-- The first account is one; if it is disabled, the first that isn't.
update users set is_operator = 1 where id =
    (select id from users where deleted_at is null order by disabled_at is not null, id limit 1);

-- What operators have done. It outlives whom it is about, and names them as they were called then.
create table operator_log (
    id integer primary key autoincrement,
    at integer not null,
    -- The login of the operator; null on the command line.
    who text,
    action text not null,
    -- The login of a user, or the name of a space, if it is about one.
    about text,
    about_id integer,
    -- What was chosen, such as a quota.
    detail text
) strict;
