"""What only the executable can be asked: its start, its memory, how it grows, and how soon photos are sorted."""

import os
import random
import resource
import sqlite3
import subprocess
import threading
import time
from contextlib import closing

from . import rows
from .contract import Line, Person
from .served import READERS
from .load import Request, interleave, prepare, run, told
from .processes import Server

#: Spaces and shares. The shares of each space are as many.
SMALL = (10, 1_000)


def memory(folder, plan):
    """How much it takes when nobody asks anything."""
    lines = 1_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * lines), hard))
    started, open_lines = [], []
    for round_ in range(min(plan.rounds, 3)):
        room = {"connections__max_connections": 2 * lines, "connections__max_per_ip": 2 * lines}
        with Server(folder / str(round_), **room) as server:
            server.wait_until_idle()
            started.append(server.resident())
            held = [Line(server.url) for _ in range(lines)]
            server.wait_until_idle()
            open_lines.append(server.resident())
            for line in held:
                line.close()
    yield rows.Row("memory after the start", "", started, ("at most", 25), "MiB")
    yield rows.Row("memory with 1,000 open idle connections", "", open_lines, ("at most", 80), "MiB")


def sorting(folder, photo, plan):
    """From the answer to a share until its photo is sorted."""
    took = []
    with Server(folder / "previews") as server:
        somebody = Person(server.url, "somebody")
        space = somebody.make_space("Photos")
        for _ in range(plan.rounds):
            server.wait_until_idle()
            share = somebody.share(space, "A photo", photo)
            acknowledged = time.monotonic()
            somebody.wait_for_previews(share["id"])
            took.append((time.monotonic() - acknowledged) * 1000)
    yield rows.Row("acknowledged until sorted with previews, 12 megapixels", "", took, ("at most", 150), "ms")
    took = []
    with Server(folder / "plain", photos__previews="false") as server:
        somebody = Person(server.url, "somebody")
        space = somebody.make_space("Photos")
        for _ in range(plan.rounds * 2):
            server.wait_until_idle()
            share = somebody.share(space, "A photo", photo)
            acknowledged = time.monotonic()
            sorted_ = server.folder / "data" / "photos" / f"space-id-{space}" / f"{share['id']}.jpg"
            while not sorted_.exists():
                time.sleep(0.0005)
            took.append((time.monotonic() - acknowledged) * 1000)
    yield rows.Row("acknowledged until sorted, previews off", "", took, ("at most", 20), "ms")


def filled(folder, size):
    """A server with so many spaces and shares, that isn't running; who has five of the spaces, and who has all."""
    with Server(folder) as server:
        reader, everybody = Person(server.url, "reader"), Person(server.url, "everybody")
    prepare("fill", folder / "data" / "shared-spaces.db", *size)
    return reader, everybody


def random_shares(shares):
    """The paths of some thousand shares among so many."""
    chosen = random.Random(1)
    return (f"/shares/{chosen.randint(1, shares)}" for _ in range(10_000))


def growth(folder, photo, plan):
    """The reads in a small and in a large database, of random spaces as many families ask, and the start with the large one."""
    grown = (plan.shares // 100, plan.shares)
    people = {size: filled(folder / str(size[1]), size) for size in (SMALL, grown)}
    took = []
    for _ in range(plan.rounds):
        begun = time.monotonic()
        with Server(folder / str(grown[1])) as server:
            took.append((time.monotonic() - begun) * 1000)
            server.wait_until_idle()
    yield rows.Row(f"start with {plan.shares:,} shares until the first answer", "", took, ("at most", 200), "ms")

    with Server(folder / str(SMALL[1])) as small, Server(folder / str(grown[1])) as large:
        works = {}
        for server, size in [(small, SMALL), (large, grown)]:
            server.wait_until_idle()
            reader, everybody = people[size]
            reader.url = everybody.url = server.url
            own = reader.send("GET", "/spaces")[0]["space"]["id"]
            link = reader.wait_for_previews(reader.share(own, "A photo", photo)["id"])["image_url"]
            spaces = range(1, size[0] + 1)
            for name, request, connections in [
                ("GET /spaces/<id>/shares, random spaces", everybody.any_of(f"/spaces/{n}/shares?limit=50" for n in spaces), READERS),
                ("GET /spaces/<id>/images, random spaces", everybody.any_of(f"/spaces/{n}/images?limit=50" for n in spaces), READERS),
                ("GET /shares/<id>, random ones", everybody.any_of(random_shares(size[1])), READERS),
                ("GET /spaces", reader.request("/spaces"), READERS),
                ("GET a photo", Request(link), 4),
            ]:
                works.setdefault(name, {})[size] = lambda r=request, c=connections: run(r, c, plan.seconds)
        for name, sizes in works.items():
            done = interleave(plan.rounds, sizes)
            # How many times as long the same takes.
            row = rows.speed(f"{name}: {plan.shares:,} shares by 1,000, time", "the same with 1,000", done[SMALL], done[grown], 1)
            row.raw = {"1,000 per second": row.raw["ours per second"], f"{plan.shares:,} per second": row.raw["floor per second"]}
            row.goal = ("at most", 1.3)
            yield row


def deletion(folder, plan):
    """How long others wait while a large space is deleted: the longest of the texts that one person shares meanwhile."""
    each = plan.shares // 10
    waited, took = [], []
    for round_ in range(min(plan.rounds, 3)):
        place = folder / str(round_)
        reader, _ = filled(place, (5, 5 * each))
        with closing(sqlite3.connect(place / "data" / "shared-spaces.db")) as database, database:
            # Who deletes a space is alone in it.
            database.execute("delete from members where space_id = 1 and user_id <> 1")
        with Server(place) as server:
            server.wait_until_idle()
            reader.url = server.url
            begun = time.monotonic()
            deleting = threading.Thread(target=reader.send, args=("DELETE", "/spaces/1"))
            deleting.start()
            longest = 0
            while deleting.is_alive():
                asked = time.monotonic()
                reader.share(2, "Meanwhile")
                longest = max(longest, time.monotonic() - asked)
            waited.append(longest * 1000)
            took.append((time.monotonic() - begun) * 1000)
    raw = {"the deletion ms": took}
    yield rows.Row(f"longest wait for sharing a text while a space of {each:,} shares is deleted", "", waited, ("at most", 100), "ms",
                   raw=raw)


def previews(folder, photo, plan):
    """Both previews of a photo on one core, against vipsthumbnail without its start."""
    folder.mkdir(parents=True, exist_ok=True)
    file, tiny = folder / "photo.jpg", folder / "tiny.jpg"
    file.write_bytes(photo)
    prepare("picture", tiny, 8, 8)
    core = ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0)))]
    alone = {**os.environ, "VIPS_CONCURRENCY": "1"}

    def ours():
        return told("previews", file, by=core)["ms"]

    def vips(picture, size):
        def once():
            begun = time.monotonic()
            out = folder / f"{size}.jpg[Q=80,strip]"
            subprocess.run([*core, "vipsthumbnail", picture, "--size", f"{size}x{size}>", "--output", out],
                           env=alone, check=True)
            return (time.monotonic() - begun) * 1000
        # As ours tells it: the quickest of some.
        return min(once() for _ in range(5))

    def floors():
        return vips(file, 400) + vips(file, 1600) - 2 * vips(tiny, 8)

    done = interleave(plan.rounds, {"ours": ours, "vips": floors})
    values = [vips / own for own, vips in zip(done["ours"], done["vips"], strict=True)]
    raw = {"ours ms": done["ours"], "vipsthumbnail ms": done["vips"]}
    yield rows.Row("both previews of a 12-megapixel JPEG, one core, speed", "two runs of vipsthumbnail", values,
                   ("at least", 1.5), raw=raw)
