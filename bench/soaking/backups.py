"""Backups that are made continuously, killed at random, and restored: each archive must have what was acknowledged before."""

import hashlib
import queue
import random
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from contextlib import closing

from model import Tally

# Old archives are deleted after every few backups; between them, each archive is restored while it is there.
PRUNE_EVERY = 4
RETAIN = "3"
# After how many seconds a backup is killed, as long as none has been left alone.
GUESS = 2.0
# In seconds. Nothing takes that long; a command that does has found a defect.
TIMEOUT = 300


class Expectation:
    """What an archive must have and must not have, at whatever moment it was taken: what was acknowledged before its backup
    began, and hadn't changed when that had ended."""

    def __init__(self, people):
        self.spaces = [space for person in people for space in person.run_by() + person.left]
        self.before, self.deleted = {}, set()
        for space in self.spaces:
            for number, share in list(space.shares.items()):
                states = list(share.states)
                if states == [None]:
                    self.deleted.add(number)
                elif len(states) == 1 and space.certain:
                    self.before[number] = (space, share, states[0])

    def settle(self):
        """The backup has ended: what was changed meanwhile may be there in either form. No version occurs twice."""
        self.shares = {
            number: version for number, (space, share, version) in self.before.items() if list(share.states) == [version] and space.certain
        }
        self.before = None


class Restored:
    """A restored data folder, read without a server."""

    def __init__(self, data):
        self.data = data
        with closing(sqlite3.connect(f"file:{data / 'shared-spaces.db'}?mode=ro", uri=True)) as database:
            self.texts = dict(database.execute("select id, text from shares"))
            self.photos = {share: (name, digest.hex()) for share, name, digest in database.execute("select share_id, name, sha256 from photos")}

    def path(self, name):
        return self.data / "photos" / f"space-id-{name.replace('-', '/', 1)}"

    def compare(self, archive, expected, complain):
        """Complains about each share that isn't as it must be, and each photo that isn't there byte for byte."""
        for number, version in expected.shares.items():
            photo = self.photos.get(number, (None, None))[1]
            if self.texts.get(number) != version.text:
                complain("backup", f"{archive} has share {number} as {self.texts.get(number)!r}, acknowledged was {version}")
            elif photo != version.photo:
                complain("backup", f"{archive} has share {number} with the photo {photo}, acknowledged was {version}")
        for number in sorted(expected.deleted & self.texts.keys()):
            complain("backup", f"{archive} has share {number}, whose deletion was acknowledged before")
        for name, digest in self.photos.values():
            path = self.path(name)
            found = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
            if found != digest:
                complain("backup", f"{archive} hasn't the photo {name} as the database has it")


class Backups:
    """One backup after another, half of them killed on the way, and a restore of each archive that they leave."""

    def __init__(self, command, environment, store, people, folder, log, tally, seed):
        self.command, self.environment, self.store = command, environment, store
        self.people, self.folder, self.log, self.tally = people, folder, log, tally
        self.chance = random.Random(seed)
        # By archive.
        self.expected = {}
        self.to_restore = queue.Queue()
        self.usual = GUESS

    def run(self, ending):
        """Makes backups until the event `ending`."""
        restoring = threading.Thread(target=self.restore_each)
        restoring.start()
        made = 0
        try:
            while not ending.is_set():
                made += 1
                self.back_up(made % PRUNE_EVERY == 0)
        finally:
            self.to_restore.put(None)
            restoring.join()

    def start(self, *arguments):
        return subprocess.Popen(
            [*self.command, *arguments], env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.PIPE, text=True
        )

    def back_up(self, prune, last=False):
        """Makes one backup, and perhaps kills it, unless it is the last."""
        if prune:
            # What is deleted now was restored before.
            self.to_restore.join()
        retain = ["--retain", RETAIN] if prune else []
        expected = Expectation(self.people)
        before = self.store.archives()
        timeout = self.chance.uniform(0, 1.2 * self.usual) if not last and self.chance.random() < 0.5 else TIMEOUT
        began = time.monotonic()
        process = self.start("backup", self.store.place, *retain)
        try:
            said = process.communicate(timeout=timeout)[1]
            self.usual = time.monotonic() - began
        except subprocess.TimeoutExpired:
            process.kill()
            said = process.communicate()[1]
        expected.settle()
        new = self.store.archives() - before
        if process.returncode == 0:
            self.tally.count("backups")
            if len(new) != 1:
                self.tally.complain("backup", f"a backup was acknowledged that has left {len(new)} archives")
        elif process.returncode == -9 and timeout != TIMEOUT:
            self.tally.count("kills of backups")
        else:
            self.tally.complain("backup", f"a backup has ended with {process.returncode}: {said}")
        for archive in new:
            # A killed backup may have finished its archive, which must then be as good as any other.
            self.expected[archive] = expected
            self.to_restore.put(archive)

    def restore_each(self):
        while (archive := self.to_restore.get()) is not None:
            try:
                self.restore(archive, self.tally)
            except Exception as error:
                self.tally.complain("driver", f"{archive} can't be looked into: {error!r}")
            finally:
                self.to_restore.task_done()
        self.to_restore.task_done()

    def restore(self, archive, tally, meanwhile=lambda restored: None):
        """Restores an archive into a folder of its own, and compares that with what was acknowledged."""
        data = self.folder / "restored"
        shutil.rmtree(data, ignore_errors=True)
        # Photos are always restored to the disk, so that those in use aren't touched.
        environment = self.environment | {"SHARED_SPACES_PHOTOS__STORE": "local", "SHARED_SPACES_PHOTOS__QUEUE": "local"}
        command = [self.command[0], "--data-dir", data, "restore", self.store.address(archive)]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
        if done.returncode != 0:
            return tally.complain("backup", f"{archive} can't be restored: {done.stderr}")
        restored = Restored(data)
        meanwhile(restored)
        restored.compare(archive, self.expected[archive], tally.complain)
        tally.count("restores")

    def check(self):
        """At the end, restores all archives that are left, and makes sure that the checks can fail."""
        self.back_up(prune=False, last=True)
        left = sorted(self.store.archives())
        for archive in left:
            self.restore(archive, self.tally)
        if left:
            self.prove(left[-1])

    def prove(self, archive):
        """Removes a photo and a text from what was restored, and brings a deleted share back."""
        expected, found = self.expected[archive], Tally()
        photo = next((number for number, version in expected.shares.items() if version.photo), None)
        text = next((number for number in expected.shares if number != photo), None)

        def damage(restored):
            restored.path(restored.photos[photo][0]).unlink()
            restored.texts[text] = "other words"
            restored.texts[next(iter(expected.deleted))] = "back again"

        self.restore(archive, found, damage)
        sentences = " ".join(re.sub(r"\s+", " ", sentence) for _, sentence in found.complaints)
        for words in ("other words", "hasn't the photo", "whose deletion was acknowledged"):
            if words not in sentences:
                self.tally.complain("checks", f"an archive was damaged, and nobody has seen it: {words}")
