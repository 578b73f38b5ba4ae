"""bench/soak: people at a server whose processes are killed repeatedly."""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backups import Backups
from checks import Checks, Database, damage
from model import Item, Tally
from people import Album, Person
from processes import Server, Worker
from stores import REPOSITORY, STORES, environment_for

LOGINS = ["ann", "bob", "cleo", "dan", "eve", "finn"]
# While more photos than this wait for a worker, people share without photos: the test is of a queue that is worked off,
# and not of one that only grows because the simulated S3 is slower than people.
BACKLOG = 40


class Soak:
    """One server with its workers and its people, on one kind of store."""

    def __init__(self, kind, binary, seconds, seed, folder):
        self.seconds, self.seed, self.folder = seconds, seed, folder
        self.tally, self.ending, self.has_room = Tally(), threading.Event(), threading.Event()
        self.has_room.set()
        self.store = STORES[kind](folder)
        self.log = (folder / "log").open("w")
        environment = environment_for(self.store)
        command = [binary, "--data-dir", folder / "data"]
        self.server = Server([*command, "serve", "--port", "0"], environment, self.log, self.tally)
        self.processes = [self.server]
        for _ in range(self.store.workers):
            self.processes.append(Worker("worker", [*command, "worker"], environment, self.log, self.tally))
        self.database = Database(folder / "data" / "shared-spaces.db")
        self.people = self.settle()
        self.backups = Backups(command, environment, self.store, self.people, folder, self.log, self.tally, f"{seed} backups")

    def settle(self):
        """Everybody creates an account and a space of their own, and adds all others to it."""
        people = [Person(login, self.server, self.tally, self.has_room, f"{self.seed} {login}") for login in LOGINS]
        for person in people:
            person.own = person.make_space(f"{person.login}'s")
            for other in people:
                person.own.members[other] = Item(other is person)
                if other is not person:
                    person.change(person.own.members[other], True, "POST", f"/spaces/{person.own.number}/members", {"login": other.login})
        album = Album(people[0], people[0].own)
        for person in people:
            person.spaces, person.album = [other.own for other in people], album
        return people

    def keep_pace(self):
        while not self.ending.wait(1):
            if self.checks(self.tally).unsorted() > BACKLOG:
                self.has_room.clear()
            else:
                self.has_room.set()

    def live(self, person):
        try:
            while not self.ending.is_set():
                person.act()
        except Exception as error:
            self.tally.complain("driver", f"{person.login} can't go on: {error!r}")
            raise

    def back_up(self):
        try:
            self.backups.run(self.ending)
        except Exception as error:
            self.tally.complain("driver", f"backups can't go on: {error!r}")
            raise

    def run(self):
        """Lets people and killers work, then checks everything, then makes sure that the checks can fail."""
        try:
            self.soak()
            # What abandoned uploads have left is deleted at the start.
            self.server.kill()
            self.server.start()
            self.checks(self.tally).wait_for_rest()
            self.checks(self.tally).run()
            self.backups.check()
            self.prove()
            for process in self.processes:
                process.end()
        finally:
            for process in self.processes:
                process.process.kill()
            self.store.close()
            self.log.close()
        if "panicked" in (self.folder / "log").read_text():
            self.tally.complain("process", "something has panicked: see the log")

    def soak(self):
        threads = [threading.Thread(target=self.live, args=[person]) for person in self.people]
        threads += [
            threading.Thread(target=process.keep_killing, args=[self.ending, f"{self.seed} {at}"])
            for at, process in enumerate(self.processes)
        ]
        threads += [threading.Thread(target=self.back_up), threading.Thread(target=self.keep_pace)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        self.ending.wait(self.seconds)
        self.ending.set()
        for thread in threads:
            thread.join()
        self.minutes = (time.monotonic() - began) / 60

    def checks(self, tally):
        return Checks(self.people, self.store, self.database, tally)

    def prove(self):
        """Does damage of each kind, and makes sure that the checks complain about it."""
        found = Tally()
        expected = damage(self.people, self.store, self.database)
        for person in self.people:
            person.tally = found
        self.checks(found).run()
        missed = expected - {kind for kind, _ in found.complaints}
        if missed:
            self.tally.complain("checks", f"damage was done that the checks have not seen: {missed}")

    def row(self):
        count = self.tally.counts
        cells = [
            self.store.name,
            f"{self.minutes:.1f}",
            f"{count['operations']:,}",
            count["kills of servers"],
            count["kills of workers"],
            count["lost answers"],
            count["backups"],
            count["kills of backups"],
            count["restores"],
            len(self.tally.complaints),
        ]
        return f"| {' | '.join(map(str, cells))} |"


def main():
    parser = argparse.ArgumentParser(prog="bench/soak", description="People at a server whose processes are killed again and again.")
    parser.add_argument("minutes", nargs="?", type=float, default=20, help="how long (20)")
    parser.add_argument("--store", choices=STORES, action="append", help="on which store (both at once)")
    parser.add_argument("--binary", type=Path, default=REPOSITORY / "target/release/shared-spaces", help="the executable (the release build)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="repeats what people do and when is killed, as far as the system lets it")
    options = parser.parse_args()
    binary = options.binary.resolve()
    if not binary.exists():
        parser.error(f"there is no {binary}: build it, or name another with --binary")
    print(f"seed {options.seed}", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    soaks = []
    for kind in options.store or STORES:
        (folder / kind).mkdir()
        soaks.append(Soak(kind, binary, options.minutes * 60, options.seed, folder / kind))
    with ThreadPoolExecutor() as pool:
        for soak in [pool.submit(soak.run) for soak in soaks]:
            soak.result()
    print("| store | minutes | operations | kills of the server | kills of workers | lost answers | backups | killed | restored | losses |")
    print(f"|{'---|' * 10}")
    for soak in soaks:
        print(soak.row())
    complaints = [f"{soak.store.name}: {kind}: {sentence}" for soak in soaks for kind, sentence in soak.tally.complaints]
    if complaints:
        print("\n".join(complaints), f"Data and logs are in {folder}", sep="\n", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(folder)


main()
