"""People who share in a cell all the time, while it or another one is moved."""

import time
import uuid

from client import Lost, form
from model import Version
from people import Person, digest, noise

#: What a proxy answers when it doesn't reach the server, and a server that can't do it now: it can be sent again.
AGAIN = (502, 503, 504)
#: In seconds. No move takes that long here.
TIMEOUT = 120


class Writer(Person):
    """Somebody who shares in a space of their own, the next one when one was acknowledged. `ending` ends that; `pause` is in
    seconds, between two and before one is sent again."""

    def __init__(self, door, login, tally, has_room, ending, pause, seed):
        super().__init__(login, door, tally, has_room, seed)
        self.ending, self.pause = ending, pause
        self.own = self.make_space(f"{login}'s")
        #: When each share was sent, and the seconds until it was acknowledged.
        self.times = []

    def something(self):
        """A text, every other time with a photo."""
        text = f"{self.login} says {uuid.UUID(int=self.chance.getrandbits(128))}"
        if self.chance.random() < 0.5:
            return text, None, None
        photo = noise(self.chance.choice([24, 60, 200]), self.chance)
        return text, photo, digest(photo)

    def live(self):
        try:
            while not self.ending.wait(self.pause):
                self.share(self.own, self.something())
        except Exception as error:
            self.tally.complain("driver", f"{self.login} can't go on: {error!r}")
            raise

    def share(self, space, something):
        """Shares, again and again with the same key until that is acknowledged."""
        text, photo, hashed = something
        media_type, body = form(text, photo)
        key = uuid.UUID(int=self.chance.getrandbits(128)).hex
        begun = time.monotonic()
        while (made := self.attempt(f"/spaces/{space.number}/shares", body, media_type, key)) is None:
            # What was begun is finished, also at the end.
            if time.monotonic() - begun > TIMEOUT:
                raise RuntimeError(f"a share isn't acknowledged within {TIMEOUT} seconds")
            time.sleep(self.pause)
        self.times.append((begun, time.monotonic() - begun))
        self.tally.count("acknowledged")
        if space.adopt(made["id"], self, Version(text, hashed)) is None:
            self.tally.complain("twice", f"the id {made['id']} was given away twice")

    def attempt(self, path, body, media_type, key):
        """Sends a share; returns what was made, or None if it has to be sent again."""
        try:
            answer = self.client.send("POST", path, body, media_type, {"Idempotency-Key": key})
        except Lost:
            self.tally.count("lost")
            return None
        if answer.status in AGAIN:
            self.tally.count("refused")
            return None
        if answer.status != 200:
            raise RuntimeError(f"a share was answered {answer}")
        return answer.json()

    def check(self, tally):
        """Compares what is there with what was acknowledged: each share once, with its photo, and no other."""
        self.tally = tally
        shown = {}
        for share in self.client.pages(f"/spaces/{self.own.number}/shares"):
            if share["id"] not in self.own.shares:
                tally.complain("twice", f"share {share['id']} was acknowledged as another, or nobody has sent it")
            shown[share["id"]] = share
        for number, share in self.own.shares.items():
            self.compare(share, shown.get(number))


class Neighbour(Writer):
    """Somebody in a cell that isn't moved: nothing may fail there."""

    def attempt(self, path, body, media_type, key):
        is_reused = self.client.connection is not None
        try:
            answer = self.client.send("POST", path, body, media_type, {"Idempotency-Key": key})
        except Lost as error:
            if is_reused:
                # nginx closes idle connections when it reads its settings again; browsers send again as well then.
                self.tally.count("closed while idle")
                return None
            raise RuntimeError(f"a share got no answer: {error}") from error
        if answer.status != 200:
            raise RuntimeError(f"a share was answered {answer}")
        return answer.json()
