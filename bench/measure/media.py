"""What a family shares: several photos at once, photos of phones, films, and all of it again as an archive."""

import os
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from . import film as films
from . import rows
from .contract import Person
from .load import Request, floor, interleave, run
from .processes import Floor, Server
from .served import READERS, ROCKET

SHARES = "GET /spaces/<id>/shares, 50 shares with 3 photos each, 16 connections"
#: The bytes of a large film.
GIGABYTE = 1_000_000_000
#: How many photos an archive has.
ARCHIVED = 1_000


def media(folder, photos, plan):
    """Each kind with a server of its own."""
    small, large = photos
    yield from lists(folder / "lists", small, plan)
    yield from heic(folder / "heic", large, plan)
    yield from film(folder / "film", plan)
    yield from archive(folder / "archive", large, plan)


def lists(folder, photo, plan):
    """A list of shares with three photos each, against the same bytes from memory."""
    with Server(folder / "server") as server:
        reader = Person(server.url, "reader")
        space = reader.make_space("Photos")
        share_three_each(reader, space, photo)
        done = against_memory(server, reader, space, folder, plan)
    yield rows.speed(SHARES, ROCKET, done["ours"], done["floor"], 0.5)


def share_three_each(person, space, photo):
    """Shares three photos at once, fifty times; returns the ids."""
    shares = []
    for number in range(50):
        # Identical bytes would be one photo; what follows the end of a JPEG isn't shown.
        share = person.share(space, f"What was seen on the way home, number {number}", *[photo + bytes(n) for n in range(3)])
        person.wait_for_previews(share["id"])
        shares.append(share["id"])
    return shares


def against_memory(server, reader, space, folder, plan):
    """Reads the shares of a space that have three photos each, and the same bytes from a bare Rocket's memory, in turn."""
    server.wait_until_idle()
    listed = reader.request(f"/spaces/{space}/shares")
    files = folder / "files"
    files.mkdir()
    shares = reader.send("GET", f"/spaces/{space}/shares")
    if [len(share["media"]) for share in shares] != [3] * 50:
        raise RuntimeError("not every share has three photos")
    with urllib.request.urlopen(urllib.request.Request(listed.url, headers=listed.headers())) as answer:
        (files / "shares").write_bytes(answer.read())
    with Floor(folder / "floor", "serve", files) as bare:
        return interleave(plan.rounds, {
            "floor": lambda: run(Request(f"{bare.url}/bytes/shares"), READERS, plan.seconds),
            "ours": lambda: run(listed, READERS, plan.seconds),
        })


def heic(folder, photo, plan):
    """From a HEIC that is sent until its share is acknowledged, on one core, against libheif's own command."""
    folder.mkdir(parents=True)
    picture, sent, converted = folder / "photo.jpg", folder / "photo.heic", folder / "converted.jpg"
    picture.write_bytes(photo)
    subprocess.run(["heif-enc", "--quality", "50", "--output", sent, picture], check=True, stdout=subprocess.DEVNULL)
    core = ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0)))]
    with Server(folder / "server", by=core, photos__previews="false") as server:
        ann = Person(server.url, "ann")
        sharing = ann.sharing(ann.make_space("Photos"), "With a photo", sent.read_bytes())
        done = interleave(plan.rounds, {
            "ours": timed(lambda: ann.ask(sharing)),
            "floor": timed(lambda: subprocess.run([*core, "heif-convert", "-q", "90", sent, converted], check=True,
                                                  stdout=subprocess.DEVNULL)),
        })
    values = [ours / theirs for ours, theirs in zip(done["ours"], done["floor"], strict=True)]
    raw = {"ours seconds": done["ours"], "heif-convert seconds": done["floor"]}
    yield rows.Row("POST a share with a HEIC of 12 megapixels, one core, time", "heif-convert", values, ("at most", 2), raw=raw)


def film(folder, plan):
    """An upload of a gigabyte, against writing and syncing as much, and the memory that it takes meanwhile."""
    folder.mkdir(parents=True)
    sent, scratch = folder / "film.mp4", folder / "scratch"
    scratch.mkdir()
    films.write(sent, GIGABYTE)
    with Server(folder / "server", limits__video_bytes=2 * GIGABYTE) as server:
        ann = Person(server.url, "ann")
        uploading = ann.request("/uploads", "POST", sent, "video/mp4")
        server.wait_until_idle()
        idle, peaks = server.resident(), []

        def upload():
            with Peak(server) as peak:
                made = ann.ask(uploading)
            peaks.append(peak.mebibytes - idle)
            ann.send("DELETE", f"/uploads/{made['id']}")

        rounds = min(plan.rounds, 3)
        done = interleave(rounds, {
            "floor": lambda: floor("syncs", sent, scratch, 1, 0.001).per_second,
            "ours": timed(upload),
        })
    values = [1 / (took * per_second) for took, per_second in zip(done["ours"], done["floor"], strict=True)]
    raw = {"ours seconds": done["ours"], "floor seconds": [1 / per_second for per_second in done["floor"]]}
    yield rows.Row("POST an upload of a film of 1 GB", "write and sync", values, ("at least", 0.7), raw=raw)
    yield rows.Row("memory that this takes beyond what it had", "", peaks, ("at most", 40), "MiB")


def archive(folder, photo, plan):
    """The ZIP of a thousand photos, against reading their files."""
    with Server(folder / "server", photos__previews="false") as server:
        ann = Person(server.url, "ann")
        space = ann.make_space("Photos")
        for number in range(0, ARCHIVED, 20):
            ann.share(space, "Photos", *[photo + number.to_bytes(2) + bytes(n) for n in range(20)])
        server.wait_until_idle()
        files = sorted((server.folder / "data" / "photos" / f"space-id-{space}").rglob("*.jpg"))
        if len(files) != ARCHIVED:
            raise RuntimeError(f"there are {len(files)} photos and not {ARCHIVED}")
        fetching = ann.request(f"/spaces/{space}/archive")

        def fetch():
            request = urllib.request.Request(fetching.url, headers=fetching.headers())
            with urllib.request.urlopen(request) as answer:
                return drained(answer)

        fetch()  # Once, so that checksums are computed.
        read_all = lambda: [read(file) for file in files]
        for state, before in [("in memory", lambda: None), ("on the disk", lambda: forget(files))]:
            done = interleave(min(plan.rounds, 3), {"ours": timed(fetch, before), "floor": timed(read_all, before)})
            values = [theirs / ours for ours, theirs in zip(done["ours"], done["floor"], strict=True)]
            raw = {"ours seconds": done["ours"], "floor seconds": done["floor"]}
            work = f"GET /spaces/<id>/archive, {ARCHIVED:,} photos of 3 MB {state}"
            yield rows.Row(work, "reading their files", values, ("at least", 0.7), raw=raw)


def forget(files):
    """Has the system forget what it keeps of files in memory, so that they are read from the disk."""
    for file in files:
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(work, before=lambda: None):
    """The same work, as a function that returns how many seconds it took; `before` is done first and not timed."""
    def once():
        before()
        begun = time.monotonic()
        work()
        return time.monotonic() - begun
    return once


def read(file: Path):
    """Reads a file, and discards it."""
    with file.open("rb") as opened:
        drained(opened)


def drained(source):
    """Reads a response to its end, and returns its length."""
    total = 0
    while chunk := source.read(256 * 1024):
        total += len(chunk)
    return total


class Peak:
    """The most memory that a server has while a `with` block runs, in MiB."""

    def __init__(self, server):
        self.server, self.mebibytes = server, 0.0
        self.over = threading.Event()
        self.watch = threading.Thread(target=self.look)

    def look(self):
        """Measures a hundred times per second."""
        while not self.over.wait(0.01):
            self.mebibytes = max(self.mebibytes, self.server.resident())

    def __enter__(self):
        self.watch.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.watch.join()
