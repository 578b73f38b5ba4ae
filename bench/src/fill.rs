//! Fills the database of a server with many spaces, as years of use would, without the years.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, params};

/// The spaces of the user who is there already.
const OWN: u32 = 5;

/// Adds spaces with three members each, and shares, perhaps with photos, evenly, as they would come over the years. The user 1 becomes a
/// member of five of the spaces, and the user 2 of all. Of the photos there are the rows alone.
///
/// # Errors
/// The database isn't that of a server, or has shares already.
pub fn run(database: &Path, spaces: u32, shares: u32, have_photos: bool) -> Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -1000000",
    )?;
    let transaction = connection.unchecked_transaction()?;
    let users = spaces * 2;
    for (sql, count) in [(USERS, users), (SPACES, spaces)] {
        transaction.execute(sql, params![count])?;
    }
    transaction.execute(MEMBERS, params![spaces, users])?;
    transaction.execute(OWN_MEMBERS, params![OWN, spaces])?;
    transaction.execute(EVERY_MEMBER, [])?;
    transaction.execute(SHARES, params![shares, spaces, users])?;
    transaction.execute(ACTIVITY, params![spaces, shares])?;
    if have_photos {
        transaction.execute(PHOTOS, [])?;
    }
    transaction.commit()?;
    connection.execute_batch("pragma wal_checkpoint(truncate)")?;
    let table = if have_photos { "photos" } else { "shares" };
    let count = format!("select count(*) from {table}");
    let filled: u32 = connection.query_row(&count, [], |row| row.get(0))?;
    anyhow::ensure!(
        filled == shares,
        "there are {filled} {table} and not {shares}"
    );
    Ok(())
}

/// Makes an empty database with the schema of the migrations in a folder, a user 1 and a space 1.
///
/// # Errors
/// The migrations can't be read, or don't work.
pub fn empty(database: &Path, migrations: &Path) -> Result<()> {
    let mut steps = Vec::new();
    for entry in fs::read_dir(migrations).with_context(|| migrations.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = name
            .strip_prefix('V')
            .and_then(|rest| rest.split_once("__")?.0.parse::<u32>().ok());
        steps.extend(number.map(|number| (number, migrations.join(name))));
    }
    steps.sort();
    let connection = Connection::open(database)?;
    for (_, path) in steps {
        connection.execute_batch(&fs::read_to_string(path)?)?;
    }
    connection.execute(USERS, [1])?;
    connection.execute(SPACES, [1])?;
    Ok(())
}

/// Behind those who are there.
const USERS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
    insert into users (login, login_key, password_hash, created_at)
    select 'person ' || i, 'person ' || i, '', 0 from n";

const SPACES: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
    insert into spaces (id, name, name_key, created_at) select i, 'Space ' || i, 'space ' || i, 0 from n";

const MEMBERS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1), k(j) as (values (0), (1), (2))
    insert into members (space_id, user_id, is_admin, joined_at)
    select i, 3 + (i * 3 + j) % (?2 - 1), j = 0, 0 from n, k order by i, j";

const OWN_MEMBERS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
    insert into members (space_id, user_id, is_admin, joined_at) select 1 + (i - 1) * (?2 / ?1), 1, 1, 0 from n";

const EVERY_MEMBER: &str =
    "insert into members (space_id, user_id, is_admin, joined_at) select id, 2, 0, 0 from spaces";

/// Each by one of the members of its space.
const SHARES: &str =
    "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?1)
    insert into shares (id, space_id, user_id, text, created_at)
    select i + 1, 1 + i % ?2, 3 + ((1 + i % ?2) * 3 + i / ?2 % 3) % (?3 - 1),
        'What was seen on the way home, number ' || i, 1700000000000 + i from n";

/// All of it has been read: it is before the first event.
const ACTIVITY: &str = "insert into activity (space_id, seq, kind, object_id, share_id, author_id, created_at)
    select id, id - ?1 - ?2 - 1, 'space', id, null, null, created_at from spaces
    union all select space_id, id - ?2 - 1, 'share', id, id, user_id, created_at from shares order by 1, 2";

const PHOTOS: &str = "insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at,
        queued_at, placeholder, preview_bytes)
    select id, id, space_id, 0, space_id || '-' || id || '.jpg', 4032, 3024, 3000000, randomblob(32), created_at,
        created_at, randomblob(25), 150000 from shares";
