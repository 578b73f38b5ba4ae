-- Accounts that the operator has disabled: nobody signs in with them, and what they have shared stays.

-- Null while the account may be used.
alter table users add column disabled_at integer;
