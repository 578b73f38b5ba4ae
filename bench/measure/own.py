"""What only our own executable can report: its start, its memory, how it grows, and how soon photos are in their spaces."""

import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, closing

from . import rows
from .contract import Line, Person
from .served import READERS
from .load import Request, interleave, prepare, run, told
from .processes import Server

#: Spaces and shares. All spaces have equally many shares.
SMALL = (10, 1_000)
#: How many idle connections are held, and the MiB that the server may take with them.
IDLE = {1_000: 35, 10_000: 150}


def memory(folder, plan):
    """The memory of an idle server."""
    counts = [lines for lines in IDLE if may_open(lines)]
    started, held = [], {lines: [] for lines in counts}
    for round_ in range(min(plan.rounds, 3)):
        for what, mebibytes in idle(folder / str(round_), counts):
            (held[what] if what else started).append(mebibytes)
    yield rows.Row("memory after the start", "", started, ("at most", 25), "MiB")
    for lines, mebibytes in held.items():
        yield rows.Row(f"memory with {lines:,} open idle connections", "", mebibytes, ("at most", IDLE[lines]), "MiB")


def may_open(lines, what="idle connections"):
    """Whether this process, and so each that it starts, may open this many connections and some files more; raises its own
    limit as far as the system allows. `what` isn't measured otherwise."""
    needed = lines + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= needed:
        return True
    if hard != resource.RLIM_INFINITY and hard < needed:
        print(f"bench/run: {lines:,} {what} aren't measured: of open files, {hard:,} are allowed (ulimit -Hn)",
              file=sys.stderr, flush=True)
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return True


def idle(folder, counts, **executable):
    """MiB of a server without connections and with each of these numbers, one after another."""
    most = max(counts, default=0) + 100
    with Server(folder, connections__max_connections=most, connections__max_per_ip=most, **executable) as server:
        server.wait_until_idle()
        yield 0, server.resident()
        held = []
        for lines in sorted(counts):
            held += [Line(server.url) for _ in range(lines - len(held))]
            server.wait_until_idle()
            yield lines, server.resident()
        for line in held:
            line.close()


def sorting(folder, photo, plan):
    """The time from the response to a share until its photo is in its space."""
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


def filled(folder, size, *more):
    """A server that isn't running, with this many spaces and shares; a member of five spaces, and a member of all. `more` are
    further arguments of `floor fill`."""
    with Server(folder) as server:
        reader, everybody = Person(server.url, "reader"), Person(server.url, "everybody")
    prepare("fill", folder / "data" / "shared-spaces.db", *size, *more)
    return reader, everybody


def random_shares(shares):
    """The paths of some thousand shares of all."""
    chosen = random.Random(1)
    return (f"/shares/{chosen.randint(1, shares)}" for _ in range(10_000))


def growth(folder, photo, plan):
    """The reads in a small database and in large ones, of random spaces, as by many families, and the start with each large one."""
    grown = [(shares // 100, shares) for shares in sorted({plan.shares, min(plan.shares, 1_000_000)})]
    people = {size: filled(folder / str(size[1]), size) for size in (SMALL, *grown)}
    for size in grown:
        took = []
        for _ in range(plan.rounds):
            begun = time.monotonic()
            with Server(folder / str(size[1])) as server:
                took.append((time.monotonic() - begun) * 1000)
                server.wait_until_idle()
        yield rows.Row(f"start with {size[1]:,} shares until the first answer", "", took, ("at most", 200), "ms")

    with ExitStack() as servers:
        works = {}
        for size, (reader, everybody) in people.items():
            server = servers.enter_context(Server(folder / str(size[1])))
            server.wait_until_idle()
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
            for size in grown:
                yield longer(f"{name}: {size[1]:,} shares by 1,000, time", "the same with 1,000", done[SMALL], done[size])


def longer(work, floor_name, few, many):
    """By what factor the same is slower in a larger database."""
    row = rows.speed(work, floor_name, few, many, 1)
    row.raw = {"few per second": row.raw["ours per second"], "many per second": row.raw["floor per second"]}
    row.goal = ("at most", 1.2)
    return row


def middle(folder, plan):
    """Pages in the middle of a space with very many shares, against the page of a small one."""
    size = (5, plan.shares)
    people = {each: filled(folder / str(each[1]), each) for each in (SMALL, size)}
    with Server(folder / str(SMALL[1])) as small, Server(folder / str(size[1])) as large:
        requests = {}
        for server, each in [(small, SMALL), (large, size)]:
            server.wait_until_idle()
            _, everybody = people[each]
            everybody.url = server.url
            paths = middle_pages(everybody, 1) if each == size else [f"/spaces/{n}/shares?limit=50" for n in range(1, 11)]
            requests[each] = everybody.any_of(paths)
        done = interleave(plan.rounds, {
            each: lambda request=request: run(request, READERS, plan.seconds) for each, request in requests.items()})
    yield longer(f"GET /spaces/<id>/shares, 50 in the middle of {size[1] // size[0]:,}, time", "the newest 50 of 100", done[SMALL],
                 done[size])


def middle_pages(person, space):
    """The paths of pages of fifty shares, in the middle half of a space."""
    path, paths = f"/spaces/{space}/shares?limit=500", []
    while path:
        request = person.request(path)
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=request.headers())) as answer:
            answer.read()
            following = re.match(r"<([^>]+)>", answer.headers["Link"] or "")
        path = None
        if following:
            parts = urllib.parse.urlsplit(following[1])
            path = f"{parts.path}?{parts.query}"
            paths.append(path.replace("limit=500", "limit=50"))
    quarter = len(paths) // 4
    return paths[quarter:len(paths) - quarter]


def deletion(folder, plan):
    """How long others wait while a large space is deleted: the longest of the texts that one person shares meanwhile."""
    each = plan.shares // 10
    waited, took = [], []
    for round_ in range(min(plan.rounds, 3)):
        place = folder / str(round_)
        reader, _ = filled(place, (5, 5 * each))
        with closing(sqlite3.connect(place / "data" / "shared-spaces.db")) as database, database:
            # A space can be deleted only by its last member.
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
        # As for ours: the fastest of several runs.
        return min(once() for _ in range(5))

    def floors():
        return vips(file, 400) + vips(file, 1600) - 2 * vips(tiny, 8)

    done = interleave(plan.rounds, {"ours": ours, "vips": floors})
    values = [vips / own for own, vips in zip(done["ours"], done["vips"], strict=True)]
    raw = {"ours ms": done["ours"], "vipsthumbnail ms": done["vips"]}
    yield rows.Row("both previews of a 12-megapixel JPEG, one core, speed", "two runs of vipsthumbnail", values,
                   ("at least", 2.5), raw=raw)
