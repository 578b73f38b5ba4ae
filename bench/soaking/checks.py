"""At the end: whether everything is as it was acknowledged."""

import sqlite3
import time
from contextlib import closing

import talk

# How many seconds the workers have to finish the queue, and the server to delete what is due.
TIMEOUT = 300


def until(what, look):
    """Waits for something that the server or a worker does."""
    end = time.monotonic() + TIMEOUT
    while not look():
        if time.monotonic() > end:
            raise SystemExit(f"waited too long for {what}")
        time.sleep(0.2)


class Database:
    """The database of the running server."""

    def __init__(self, path):
        self.path = path

    def run(self, sql, *values):
        with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
            return connection.execute(sql, values).fetchall()

    def number(self, sql):
        return self.run(sql)[0][0]


class Checks:
    """Compares what the server returns and what is in its stores with what the people know."""

    def __init__(self, people, store, database, tally):
        self.people, self.store, self.database, self.tally = people, store, database, tally
        self.complain = tally.complain

    def unsorted(self):
        """How many photos wait for a worker."""
        queued = """select (select count(*) from photo_jobs where failed_at is null)
            + (select count(*) from photos where queued_at is null)"""
        return self.database.number(queued) + self.store.waiting()

    def wait_for_rest(self):
        """Waits until all photos are in their spaces, and what was deleted is gone for good."""
        # The messages of a killed worker are hidden for a minute, and a deleted photo is deleted once more after five.
        self.database.run("update photo_jobs set due_at = 0")
        until("the photos to be sorted", lambda: self.unsorted() == 0)
        if self.database.number("select count(*) from photo_jobs"):
            self.complain("photo", "photos were set aside that could not be sorted")
        self.database.run("update tombstones set due_at = 0")
        until("the deleted photos to go", lambda: self.database.number("select count(*) from tombstones") == 0)

    def run(self):
        """Checks everything."""
        living = set()
        for person in self.people:
            for space in person.run_by():
                living |= self.look_at(space)
            for space in person.left:
                self.is_gone(space)
        self.look_behind(living)

    def look_at(self, space):
        """Compares a space with its members and shares; returns the names of its photos."""
        for person in space.members:
            person.find_membership(space, person)
        admin = space.admin
        shown = {share["id"]: share for share in admin.client.pages(f"/spaces/{space.number}/shares")}
        for share in shown.values():
            if share["id"] not in space.shares:
                self.was_sent(space, share)
        for number, share in space.shares.items():
            listed = shown.get(number)
            admin.compare(share, listed)
            if listed is None and admin.shown(share) is not None:
                self.complain("deletion", f"share {number} isn't in its list, and is there")
            if listed is not None:
                talk.compare(admin, share, listed)
        images = list(admin.client.pages(f"/spaces/{space.number}/images"))
        named = {name_of(share["image_url"]) for share in shown.values() if share["image_url"]}
        if {name_of(image["image_url"]) for image in images} != named:
            self.complain("photo", f"the photos of space {space.number} are not those of its shares")
        return named

    def was_sent(self, space, shown):
        """An unknown share was sent by a person who got no response, and is there once."""
        sent = [version for version in space.unanswered if version.text == shown["text"]]
        if not sent:
            self.complain("share", f"nobody has sent share {shown['id']}, or it is there twice")
            return
        space.unanswered.remove(sent[0])
        space.adopt(shown["id"], None, sent[0])

    def is_gone(self, space):
        """A deleted space is gone with all its shares."""
        admin = space.admin
        answer = admin.client.insist("GET", f"/spaces/{space.number}")
        if answer.status != 404:
            self.complain("deletion", f"space {space.number} is there, and its deletion was acknowledged")
        for share in space.shares.values():
            admin.compare(share, admin.shown(share))

    def look_behind(self, living):
        """The stores hold the photos of living shares and no others."""
        found = self.store.sorted()
        for name in sorted(living - found):
            self.complain("photo", f"the photo {name} is not in the store of its space")
        for name in sorted(found - living):
            self.complain("deletion", f"the photo {name} is there, and no share has it")
        previews = self.store.previews()
        for name in sorted(living - previews):
            self.complain("photo", f"the photo {name} has no preview")
        for name in sorted(previews - living):
            self.complain("deletion", f"there is a preview of the photo {name}, which no share has")
        shares = (share for person in self.people for space in person.run_by() + person.left for share in space.shares.values())
        acknowledged = {name for share in shares for name in share.names}
        left = self.store.arrived()
        for name in sorted(left & acknowledged if self.store.may_have_arrived() else left):
            self.complain("deletion", f"the photo {name} is in the staging store")
        for problem in ("pragma integrity_check", "pragma foreign_key_check"):
            answer = self.database.run(problem)
            if answer not in ([], [("ok",)]):
                self.complain("share", f"the database is damaged: {answer}")


def name_of(url):
    """`…/photos/1-34.jpg?…` is `1-34.jpg`."""
    return url.split("?")[0].rsplit("/", 1)[1]


def damage(people, store, database):
    """Does what must not happen, one of each kind, behind the server's back; returns the kinds of complaints to expect."""
    spaces = [person.own for person in people]
    shares = [share for space in spaces for share in space.shares.values()]
    with_photo = next(share for share in shares if share.certain and share.certain.photo)
    other = next(share for share in shares if share.certain and share is not with_photo)
    deleted = next(share for share in shares if share.states == [None] and share.names)
    said = next(comment for share in shares if share.certain for comment in share.comments.values() if comment.certain)
    space, member = next(
        (space, person) for space in spaces for person in space.members if space.members[person].certain and person is not space.admin
    )
    shown = with_photo.space.admin.shown(with_photo)
    store.remove(name_of(shown["image_url"]))
    database.run("update shares set text = 'other words' where id = ?", other.number)
    database.run("update comments set text = 'other words' where id = ?", said.number)
    store.put(next(iter(deleted.names)))
    database.run("delete from members where space_id = ? and user_id = ?", space.number, member.number)
    return {"photo", "share", "comment", "deletion", "membership"}
