"""A cell of ten thousand people after a year, against one of a few families: requests, memory, its start and its archives."""

import selectors
import socket
import sqlite3
import subprocess
import time
from contextlib import ExitStack, closing

from measure.archives import gigabytes, taken
from measure.contract import Person
from measure.crowd import token
from measure.load import interleave, run
from measure.own import longer, may_open
from measure.processes import Server
from measure.rows import Row
from measure.served import READERS

from .year import MEMBERS, Size, fill

FAMILIES = Size(40, 10, 1_000)
#: What such a server is told besides the defaults: the load comes from one address.
SETTINGS = {"rate_limits__enabled": "false", "connections__max_per_ip": 20_000, "connections__max_streams": 20_000,
            "connections__max_connections": 20_000}


def grown(folder, size, plan, executable):
    """Fills both, and yields the rows."""
    people, filled = {}, {}
    for name, each in (("families", FAMILIES), ("year", size)):
        with Server(folder / name, executable=executable, **SETTINGS) as server:
            people[name] = [Person(server.url, "reader"), Person(server.url, "everybody")]
        begun = time.monotonic()
        fill(folder / name / "data", each)
        filled[name] = time.monotonic() - begun
    data = folder / "year" / "data"
    what = f"{size.people:,} people, {size.spaces:,} spaces, {size.shares:,} shares"
    yield Row(f"{what}: filled by SQL", "", [filled["year"]], unit="s")
    yield Row("its database", "", [(data / "shared-spaces.db").stat().st_size / 2**20], unit="MiB")
    yield Row("its folder", "", [gigabytes(data)], unit="GB")
    yield from starts(folder, plan, executable)
    with ExitStack() as running:
        servers = {}
        for name in people:
            servers[name] = running.enter_context(Server(folder / name, executable=executable, **SETTINGS))
            servers[name].wait_until_idle()
            for person in people[name]:
                person.url = servers[name].url
        yield Row("its memory after the start", "", [servers["year"].resident()], unit="MiB")
        yield from requests(people, size, plan)
        yield Row("its memory after these requests", "", [servers["year"].resident()], unit="MiB")
        yield from streams(servers["year"], people["year"][1], size)
    begun = time.monotonic()
    with closing(sqlite3.connect(data / "shared-spaces.db", isolation_level=None)) as database:
        database.execute("vacuum")
    yield Row("its database rewritten, as each day, by SQLite alone", "", [time.monotonic() - begun], unit="s")
    yield from taken(folder, f"the year, with {sum(1 for _ in data.glob('photos/space-id-*/*')):,} photos of a few hundred bytes", data,
                     plan, "cp, synced at its end", copied, executable)


def copied(data, to):
    """Copies a folder, and syncs what was written at the end: so many small files would mostly wait for a sync of each."""
    subprocess.run(["cp", "--recursive", data, to], check=True)
    subprocess.run(["sync", "--file-system", to], check=True)


def starts(folder, plan, executable):
    """How long each takes until it answers, after a stop."""
    def start(name):
        def once():
            begun = time.monotonic()
            with Server(folder / name, executable=executable, **SETTINGS):
                return time.monotonic() - begun
        return once

    took = interleave(plan.rounds, {name: start(name) for name in ("families", "year")})
    yield Row("start until the first answer", "", [1000 * seconds for seconds in took["year"]], unit="ms")
    yield Row("start, time", "a few families", [a / b for a, b in zip(took["year"], took["families"], strict=True)])


def requests(people, size, plan):
    """What people do most, in both."""
    works = {}
    for name, each in (("families", FAMILIES), ("year", size)):
        reader, everybody = people[name]
        own = reader.send("GET", "/spaces")[0]["space"]["id"]
        for what, request, connections in [
            ("GET /spaces, five, with what is unread", reader.request("/spaces"), READERS),
            ("GET /spaces/<id>/shares, 50 of random spaces",
             everybody.any_of(f"/spaces/{n}/shares?limit=50" for n in range(1, each.spaces + 1)), READERS),
            ("GET /shares/<id>/comments, random ones",
             everybody.any_of(f"/shares/{1 + n * 7919 % each.shares}/comments" for n in range(5_000)), READERS),
            ("GET /notices", reader.request("/notices"), READERS),
            ("POST a text, durable, 1 connection", reader.sharing(own, "On the way home"), 1),
            ("POST a text, durable, 16 connections", reader.sharing(own, "On the way home"), READERS),
        ]:
            works.setdefault(what, {})[name] = lambda r=request, c=connections: run(r, c, plan.seconds)
    for what, both in works.items():
        done = interleave(plan.rounds, both)
        yield Row(f"{what}, a second", "", [load.per_second for load in done["year"]])
        row = longer(f"{what}, time", "a few families", done["families"], done["year"])
        row.goal = None
        yield row


def streams(server, everybody, size):
    """Everybody has the app open: the memory of that, and how soon a share is on all screens of its space."""
    count = size.people - 2
    if not may_open(count):
        return
    server.wait_until_idle()
    before = server.resident()
    opened = selectors.DefaultSelector()
    for user in range(3, 3 + count):
        stream = socket.create_connection(("127.0.0.1", server.port))
        stream.sendall(f"GET /events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token(user)}\r\n\r\n".encode())
        said = stream.recv(65536)
        if not said.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a stream was answered {said!r}")
        opened.register(stream, selectors.EVENT_READ)
    server.wait_until_idle()
    yield Row(f"memory of {count:,} open event streams, one for each person", "", [server.resident() - before], unit="MiB")
    yield Row("the same for each", "", [1024 * (server.resident() - before) / count], unit="KiB")
    took, busy = [], server.busy()
    for space in range(1, 6):
        begun = time.monotonic()
        everybody.share(space, "Who is at home?")
        reached = 0
        while reached < MEMBERS:
            ready = opened.select(60)
            if not ready:
                raise RuntimeError(f"a share has reached {reached} of {MEMBERS} members")
            reached += sum(b"share.created" in key.fileobj.recv(65536) for key, _ in ready)
        took.append(1000 * (time.monotonic() - begun))
    yield Row(f"from a share until {MEMBERS} members have its event, with all of these open", "", took, unit="ms")
    yield Row("processor time of that, each", "", [1000 * (server.busy() - busy) / len(took)], unit="ms")
    for key in list(opened.get_map().values()):
        key.fileobj.close()
