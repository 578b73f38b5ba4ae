"""What people do: share, edit, delete, answer, read, come and go."""

import hashlib
import random
import struct
import uuid
import zlib
from pathlib import Path
from urllib.error import HTTPError

from client import Client, Lost, form
from model import Item, Space, Version
from talk import talk

# With this many shares in one space, a person prefers to delete some.
ENOUGH = 60
PICTURES = Path(__file__).parents[2] / "tests" / "pictures"


def digest(photo):
    return hashlib.sha256(photo).hexdigest()


def noise(side, chance):
    """A new PNG. It has no metadata, so it is stored as it is."""
    rows = b"".join(b"\0" + chance.randbytes(3 * side) for _ in range(side))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    framed = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


class Album:
    """Pictures of other types, which the server cleans: what it returns the first time is expected from then on."""

    def __init__(self, person, space):
        self.pictures = []
        for path in sorted(PICTURES.iterdir()):
            if path.suffix in (".jpg", ".webp", ".gif"):
                photo = path.read_bytes()
                share = person.share(space, ("A picture", photo, None))
                cleaned = person.client.fetch(person.shown(share)["image_url"])
                share.states = [Version(share.certain.text, digest(cleaned))]
                self.pictures.append((photo, digest(cleaned)))


class Person:
    """A person, with a space that they run, and perhaps one in which they are alone. While `has_room` isn't set,
    they share no photos."""

    def __init__(self, login, server, tally, has_room, seed):
        self.login, self.tally, self.has_room, self.chance = login, tally, has_room, random.Random(seed)
        self.client = Client(server)
        self.number = self.client.enter(login)
        # The spaces that several are in, the one of these that this person runs, one of their own, and those deleted.
        self.spaces, self.own, self.alone, self.left = [], None, None, []
        self.album = None

    def run_by(self):
        """The spaces that this person runs."""
        return [self.own] + ([self.alone] if self.alone else [])

    def send(self, method, path, *arguments, good=(200,), **more):
        """As the client's, for what must succeed; for 503, which means that nothing was done, returns None."""
        answer = self.client.send(method, path, *arguments, **more)
        self.tally.count("operations")
        if answer.status == 503:
            self.tally.count("refusals")
            return None
        if answer.status not in good:
            body = arguments[0] if arguments and isinstance(arguments[0], bytes) else b""
            self.tally.complain("answer", f"{method} {path} with {len(body)} bytes was answered {answer}")
        return answer

    def change(self, item, state, *request, **more):
        """Sends the request that brings an item into a state; returns whether that was acknowledged."""
        item.was_sent(state)
        try:
            answer = self.send(*request, **more)
        except Lost:
            self.tally.count("lost answers")
            return False
        if answer is None or answer.status not in more.get("good", (200,)):
            item.was_refused()
            return False
        item.was_answered(state)
        return True

    def act(self):
        """Does one thing."""
        acts = {self.say: 30, self.edit: 14, self.delete: 14, self.answer: 14, self.read: 22, self.come_or_go: 8, self.manage: 6, self.be_alone: 6}
        chosen = self.chance.choices(list(acts), list(acts.values()))[0]
        space = self.chance.choice(self.spaces)
        with space.members[self].lock:
            if chosen in (self.come_or_go, self.manage, self.be_alone):
                chosen(space)
            elif space.members[self].certain:
                chosen(space)

    # Shares

    def something(self):
        """A new text, with a photo or without, and the hash that the photo has once it is cleaned."""
        text = f"{self.login} says {uuid.UUID(int=self.chance.getrandbits(128))}"
        kind = self.chance.random()
        if kind < 0.4 or not self.has_room.is_set():
            return text, None, None
        if kind < 0.5 and self.album:
            return text, *self.chance.choice(self.album.pictures)
        photo = noise(self.chance.choice([24, 24, 60, 200, 400]), self.chance)
        return text, photo, digest(photo)

    def say(self, space):
        if len(space.living(self)) > ENOUGH:
            return self.delete(space)
        return self.share(space, self.something())

    def share(self, space, something):
        """Shares; an unacknowledged share is sent again with the same key, or left in doubt."""
        text, photo, hashed = something
        version, key = Version(text, hashed), uuid.UUID(int=self.chance.getrandbits(128)).hex
        media_type, body = form(text, photo)
        while True:
            try:
                answer = self.send("POST", f"/spaces/{space.number}/shares", body, media_type, {"Idempotency-Key": key})
                break
            except Lost:
                self.tally.count("lost answers")
                if self.chance.random() < 0.5:
                    return space.may_have(version)
        if answer is None or answer.status != 200:
            # An earlier attempt without a response may have succeeded.
            return space.may_have(version)
        made = answer.json()
        if made["text"] != text or (made["image_url"] is None) != (photo is None):
            self.tally.complain("share", f"share {made['id']} was acknowledged as another: {answer}")
        share = space.adopt(made["id"], self, version)
        if share is None:
            self.tally.complain("share", f"the id {made['id']} was given away twice")
            return None
        self.note(share, made)
        return share

    @staticmethod
    def note(share, shown):
        """Remembers the name of a photo."""
        if shown["image_url"]:
            share.names.add(shown["image_url"].split("?")[0].rsplit("/", 1)[1])

    def edit(self, space):
        share = self.one_of(space.living(self))
        if not share:
            return
        with share.lock:
            old = share.certain
            if not old:
                return
            text, photo, hashed = self.something()
            media_type, body = form(text, photo)
            version = Version(text, hashed or old.photo)
            edited = self.change(share, version, "PUT", f"/shares/{share.number}", body, media_type)
            if edited and photo:
                self.look_at(share)

    def delete(self, space):
        # An admin can delete the shares of others.
        share = self.one_of(space.living(None if space.admin is self else self))
        if share:
            with share.lock:
                if share.certain:
                    self.change(share, None, "DELETE", f"/shares/{share.number}")

    def answer(self, space):
        share = self.one_of(space.living())
        if share:
            with share.lock:
                if share.certain:
                    talk(self, share)

    def read(self, space):
        with space.changing:
            share = self.one_of(list(space.shares.values()))
        if share:
            with share.lock:
                self.look_at(share)
        try:
            self.send("GET", f"/spaces/{space.number}/{self.chance.choice(['shares', 'images', 'members'])}")
        except Lost:
            self.tally.count("lost answers")

    def one_of(self, things):
        return self.chance.choice(things) if things else None

    def shown(self, share):
        """A share as the server has it; None if it hasn't."""
        answer = self.client.insist("GET", f"/shares/{share.number}")
        self.tally.count("operations")
        if answer.status not in (200, 404):
            self.tally.complain("answer", f"share {share.number} was answered {answer}")
        return answer.json() if answer.status == 200 else None

    def look_at(self, share):
        """Compares a share with what it must be, with its photo."""
        self.compare(share, self.shown(share))

    def compare(self, share, shown):
        """Compares a share with what it must be, as the server has shown it."""
        if shown is None:
            found = None
        else:
            self.note(share, shown)
            try:
                photo = shown["image_url"] and self.client.fetch(shown["image_url"])
            except HTTPError as refusal:
                return self.tally.complain("answer", f"the photo of share {share.number} was answered {refusal.code}")
            found = Version(shown["text"], digest(photo) if photo else None)
        expected = list(share.states)
        if share.is_found(found):
            return
        texts = [version and version.text for version in expected]
        if (found and found.text) in texts and found:
            self.tally.complain("photo", f"share {share.number} hasn't the photo that was acknowledged")
        elif expected == [None]:
            self.tally.complain("deletion", f"share {share.number} is there, and its deletion was acknowledged")
        else:
            self.tally.complain("share", f"share {share.number} is {found}, and was acknowledged as {expected}")

    # Members

    def come_or_go(self, space):
        """Leaves a space, or joins it by an invitation of its admin."""
        membership = space.members[self]
        if space.admin is self:
            return
        if membership.certain is None:
            return self.find_membership(space, self)
        path = f"/spaces/{space.number}/members/{self.number}"
        if membership.certain:
            if self.chance.random() < 0.3:
                self.change(membership, False, "DELETE", path)
            return
        try:
            invited = space.admin.client_for_others().send("POST", f"/spaces/{space.number}/invitations", {})
            if invited.status == 201:
                token = invited.json()["url"].split("#")[1]
                self.change(membership, True, "POST", "/invitations/accept", {"token": token})
        except Lost:
            self.tally.count("lost answers")

    def manage(self, _):
        """Adds somebody to the space that this person runs, or removes them."""
        others = [person for person in self.own.members if person is not self]
        other = self.chance.choice(others)
        membership, path = self.own.members[other], f"/spaces/{self.own.number}/members"
        # A person who is doing something there finishes first; otherwise two could wait for each other forever.
        if not membership.lock.acquire(blocking=False):
            return
        try:
            if membership.certain is None:
                self.find_membership(self.own, other)
            elif membership.certain and self.chance.random() < 0.3:
                self.change(membership, False, "DELETE", f"{path}/{other.number}")
            elif not membership.certain:
                self.change(membership, True, "POST", path, {"login": other.login})
        finally:
            membership.lock.release()

    def client_for_others(self):
        """A separate connection with this person's rights, for code that acts in their name."""
        client = Client(self.client.server)
        client.token = self.client.token
        return client

    def find_membership(self, space, person):
        answer = space.admin.client_for_others().insist("GET", f"/spaces/{space.number}/members")
        self.tally.count("operations")
        found = person.number in [member["user"]["id"] for member in answer.json()]
        if not space.members[person].is_found(found):
            self.tally.complain("membership", f"whether {person.login} is in space {space.number} is not as acknowledged")

    # Spaces

    def make_space(self, name):
        """Creates a space that this person runs; None if no response came."""
        try:
            made = self.send("POST", "/spaces", {"name": name})
        except Lost:
            self.tally.count("lost answers")
            return None
        if made is None:
            return None
        space = Space(made.json()["id"], self)
        space.members[self] = Item(True)
        return space

    def be_alone(self, _):
        """Creates a space without other members, shares something there, and deletes it with everything in it."""
        if self.alone is None:
            self.alone = self.make_space("Alone")
        elif len(self.alone.shares) < 4:
            self.share(self.alone, self.something())
        else:
            space = self.alone
            gone = self.change(space, False, "DELETE", f"/spaces/{space.number}")
            if not gone and space.certain is None:
                answer = self.client.insist("GET", f"/spaces/{space.number}")
                space.is_found(answer.status == 200)
            if space.certain is False:
                for share in space.shares.values():
                    share.states = [None]
                self.left.append(space)
                self.alone = None
