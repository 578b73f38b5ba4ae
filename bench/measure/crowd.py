"""Many people at once, by SQL, because each password takes a server longer than what is measured of them."""

import hashlib
import sqlite3
import time
from contextlib import closing

#: Nobody can sign in with such a password.
USERS = "insert into users (id, login, login_key, password_hash, created_at) values (?1, ?2, ?2, '', ?3)"
MEMBERS = "insert into members (space_id, user_id, is_admin, joined_at) values (?, ?, 0, ?)"


def token(user):
    """What a user of such a crowd is signed in with."""
    return hashlib.sha256(f"session {user}".encode()).hexdigest()[:43]


def sign_in(database, now):
    """Has everybody signed in by a further session."""
    database.create_function("session_of", 1, lambda user: hashlib.sha256(token(user).encode()).digest(), deterministic=True)
    sql = "insert into sessions (token_hash, user_id, created_at, last_used_at) select session_of(id), id, ?1, ?1 from users"
    database.execute(sql, [now])


def gather(folder, crowds):
    """Adds people to the database of a server that isn't running: to each of these spaces so many members. Returns their tokens,
    space by space."""
    now, tokens = int(time.time() * 1000), {}
    with closing(sqlite3.connect(folder / "data" / "shared-spaces.db")) as database, database:
        for space, count in crowds.items():
            last, = database.execute("select max(id) from users").fetchone()
            users = range(last + 1, last + 1 + count)
            database.executemany(USERS, ((user, f"person {user}", now) for user in users))
            database.executemany(MEMBERS, ((space, user, now) for user in users))
            tokens[space] = [token(user) for user in users]
        sign_in(database, now)
    return tokens
