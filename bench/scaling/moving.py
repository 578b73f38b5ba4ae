"""A cell is moved to another machine while people share in it and in the others, by the steps of docs/scaling.md."""

import threading
import time
from contextlib import contextmanager
from statistics import quantiles

from checks import Database
from client import form
from measure.rows import Row
from model import Tally

from .writers import Neighbour, Writer

#: How many people share in the cell that is moved.
WRITERS = 4
#: Seconds between two shares of one person there, and in another cell.
PAUSE, CALM = 0.02, 0.5


class Move:
    """The first of the cells that run on the machine `old`, which is moved to the machine `new`. People share for some seconds before
    that and after it."""

    def __init__(self, old, new, proxy, seconds):
        self.old, self.new, self.proxy, self.seconds = old, new, proxy, seconds
        self.cell, *self.others = old.running()
        self.name = self.cell.name
        self.tally, self.calm, self.ending = Tally(), Tally(), threading.Event()
        has_room = threading.Event()
        has_room.set()
        door = proxy.door(self.name)
        self.writers = [Writer(door, f"w{n}", self.tally, has_room, self.ending, PAUSE, f"w{n}") for n in range(WRITERS)]
        self.neighbours = [
            Neighbour(proxy.door(cell.name), "ann", self.calm, has_room, self.ending, CALM, cell.name) for cell in self.others]
        self.steps = {}

    @contextmanager
    def step(self, what):
        begun = time.monotonic()
        yield
        self.steps[what] = time.monotonic() - begun

    def rows(self):
        """Moves it; yields the rows."""
        threads = [threading.Thread(target=person.live) for person in self.writers + self.neighbours]
        for thread in threads:
            thread.start()
        try:
            time.sleep(self.seconds)
            begun = time.monotonic()
            self.move()
            ended = time.monotonic()
            time.sleep(self.seconds)
        finally:
            self.ending.set()
            for thread in threads:
                thread.join()
        for writer in self.writers:
            writer.check(self.tally)
        self.prove()
        yield from self.told(begun, ended)

    def move(self):
        """The steps of the page."""
        with self.step("first backup, while people share"):
            self.old.run(self.name, "backup")
        self.gone = time.monotonic()
        with self.step("end of the old server"):
            self.cell.end()
        with self.step("second backup"):
            self.old.run(self.name, "backup")
        with self.step("restore"):
            self.new.run(self.name, "restore", self.old.destination(self.name))
        with self.step("start of the new server"):
            self.cell = self.new.start(self.name)
            self.cell.up()
        with self.step("proxy"):
            self.proxy.switch(self.name, f"unix:{self.new.socket(self.name)}")
        with self.step("taking over the backups, while people share"):
            self.new.run(self.name, "backup", "--take-over")

    def prove(self):
        """Changes a share, deletes one and repeats one, and makes sure that the check complains about each."""
        writer, found = self.writers[0], Tally()
        changed, deleted, repeated = list(writer.own.shares.values())[:3]
        Database(self.new.state(self.name) / "data" / "shared-spaces.db").run(
            "update shares set text = 'other words' where id = ?", changed.number)
        writer.client.insist("DELETE", f"/shares/{deleted.number}")
        media_type, body = form(repeated.certain.text, None)
        again = writer.client.insist("POST", f"/spaces/{writer.own.number}/shares", body, media_type).json()["id"]
        writer.check(found)
        for number in (changed.number, deleted.number, again):
            if not any(f"share {number} " in sentence for _, sentence in found.complaints):
                self.tally.complain("checks", f"share {number} was damaged, and the check has not seen it")

    def told(self, begun, ended):
        counts, calm = self.tally.counts, self.calm.counts
        stopped = self.gone + self.steps["end of the old server"]
        acknowledged = (sent + took for writer in self.writers for sent, took in writer.times)
        back = min(moment for moment in acknowledged if moment > stopped)
        yield Row(f"shares acknowledged by the cell that was moved ({WRITERS} people)", "", [counts["acknowledged"]])
        yield Row("of these, lost, changed or there twice", "", [len(self.tally.complaints)], ("at most", 0))
        yield Row("attempts without an answer, or answered 502 or 503, and sent again", "", [counts["lost"] + counts["refused"]])
        for what, seconds in self.steps.items():
            yield Row(f"step: {what}", "", [seconds], unit="s")
        yield Row("from asking the old server to end until the new one acknowledges a share", "", [back - self.gone], unit="s")
        yield Row(f"shares acknowledged by the {len(self.others)} others", "", [calm["acknowledged"]])
        yield Row("of their requests, failed", "", [len(self.calm.complaints)], ("at most", 0))
        yield Row("of their connections, closed while idle by the reload", "", [calm["closed while idle"]])
        times = [each for neighbour in self.neighbours for each in neighbour.times]
        during = [took for sent, took in times if begun <= sent <= ended]
        before = [took for sent, took in times if sent < begun]
        if min(len(during), len(before)) > 1:
            yield Row("others: p99 until acknowledged, during the move", "before it",
                      [quantiles(during, n=100)[98] / quantiles(before, n=100)[98]])
