"""What only the executable can be asked: its start, its memory, how it grows, and how soon photos are sorted."""

import os
import resource
import subprocess
import time

from . import rows
from .contract import Line, Person
from .served import READERS
from .load import Request, interleave, prepare, run, told
from .processes import Server

LARGE = (10_000, 1_000_000)
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


def filled(folder, size, photo):
    """A server with so many spaces and shares, that isn't running; who has five of the spaces, and the way to a photo."""
    with Server(folder) as server:
        reader = Person(server.url, "reader")
    prepare("fill", folder / "data" / "shared-spaces.db", *size)
    return reader


def growth(folder, photo, plan):
    """The reads in a small and in a large database, and the start with the large one."""
    readers = {size: filled(folder / str(size[1]), size, photo) for size in (SMALL, LARGE)}
    took = []
    for _ in range(plan.rounds):
        begun = time.monotonic()
        with Server(folder / str(LARGE[1])) as server:
            took.append((time.monotonic() - begun) * 1000)
            server.wait_until_idle()
    yield rows.Row("start with a million shares until the first answer", "", took, ("at most", 200), "ms")

    with Server(folder / str(SMALL[1])) as small, Server(folder / str(LARGE[1])) as large:
        works = {}
        for server, size in [(small, SMALL), (large, LARGE)]:
            server.wait_until_idle()
            reader = readers[size]
            reader.url = server.url
            # Each of the five is as large as the others.
            own = [row["space"]["id"] for row in reader.send("GET", "/spaces")]
            link = reader.wait_for_previews(reader.share(own[0], "A photo", photo)["id"])["image_url"]
            for name, request, connections in [
                ("GET /spaces/<id>/shares", reader.request(f"/spaces/{own[1]}/shares?limit=50"), READERS),
                ("GET /spaces", reader.request("/spaces"), READERS),
                ("GET a photo", Request(link), 4),
            ]:
                works.setdefault(name, {})[size] = lambda r=request, c=connections: run(r, c, plan.seconds)
        for name, sizes in works.items():
            done = interleave(plan.rounds, sizes)
            # How many times as long the same takes.
            row = rows.speed(f"{name}: 1,000,000 shares by 1,000, time", "the same with 1,000", done[SMALL], done[LARGE], 1)
            row.raw = {"1,000 per second": row.raw["ours per second"], "1,000,000 per second": row.raw["floor per second"]}
            row.goal = ("at most", 1.3)
            yield row


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
