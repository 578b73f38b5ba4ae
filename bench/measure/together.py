"""What a circle does together: talking about photos, seeing at once what others share, reacting, and being told on the phone."""

import http.client
import json
import os
import select
import socket
import sqlite3
import statistics
import time
import urllib.parse
from contextlib import closing
from dataclasses import replace
from functools import partial

from . import load
from .contract import Person
from .crowd import gather
from .load import interleave, prepare, run
from .media import against_memory, share_three_each
from .own import may_open
from .processes import Floor, Server, own_port
from .rows import Row, speed
from .served import READERS, ROCKET

TEXT = "bare Rocket, form and row of a text, one commit for all that wait"
NONE_WANTED = "the same where none does"
#: How many have the app open while somebody shares, and how often a round shares.
WATCHING, SHARED = 1_000, 5
#: How many streams are open while nothing happens, and the MiB that the server may take with them.
IDLE, IDLE_MIB = 10_000, 200
#: How many react, to how many shares each, and over how many connections: so many that each reaction is long answered when it is
#: taken back.
REACTING, REACTED_TO, REACTORS = 16, 64, 64
#: Browsers that want messages, one for each member but the one who shares, and how often a round shares in each of both spaces.
SUBSCRIBED, SHARED_IN_BOTH = 1_000, 20
#: More than a stream is sent at once here.
BYTES = 16 * 1024
#: As paths have them.
HEART, THUMB = urllib.parse.quote("❤️"), urllib.parse.quote("👍")
#: What a browser's messages are encrypted with: a point of P-256, and 16 bytes.
KEYS = {"p256dh": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
        "auth": "AAECAwQFBgcICQoLDA0ODw"}
#: The number of the last event.
EVENTS = "select max(seq) from events"
#: How many messages are to be sent that are about a share.
QUEUED = """select count(*) from pushes p join push_items i on i.member_id = p.member_id and i.author_id = p.author_id
    and i.batch = p.batch where p.due_at is not null and i.kind = 'share' and i.object_id = ?"""


def together(folder, photo, plan):
    """Each with a server of its own."""
    yield from conversations(folder / "conversations", photo, plan)
    yield from watching(folder / "watching", plan)
    yield from idle(folder / "idle", plan)
    yield from reacting(folder / "reacting", plan)
    yield from pushes(folder / "pushes", plan)


def conversations(folder, photo, plan):
    """A list of what a circle shares and says about it, against the same bytes from memory."""
    with Server(folder / "server") as server:
        ann, *others = people = [Person(server.url, login) for login in ("ann", "bob", "cleo")]
        space = ann.make_space("Photos")
        for other in others:
            ann.send("POST", f"/spaces/{space}/members", {"login": other.login})
        for share in share_three_each(ann, space, photo):
            for other in others:
                other.send("POST", f"/shares/{share}/comments", {"text": "How good that you were there"})
            for person, emoji in zip(people, (THUMB, HEART, HEART), strict=True):
                person.send("PUT", f"/shares/{share}/reactions/{emoji}")
        done = against_memory(server, ann, space, folder, plan)
        for share in ann.send("GET", f"/spaces/{space}/shares"):
            if len(share["comments"]["latest"]) != 2 or len(share["reactions"]) != 2:
                raise RuntimeError("not every share has two comments and two kinds of reactions")
    work = f"GET /spaces/<id>/shares, 50 shares with 3 photos, comments and reactions each, {READERS} connections"
    yield speed(work, ROCKET, done["ours"], done["floor"], 0.45)


def founded(folder, *crowds):
    """Fills the folder of a server with Ann's spaces, each of which has so many other members. Returns her, and for each space
    its id and their tokens."""
    with Server(folder) as server:
        ann = Person(server.url, "ann")
        sizes = {ann.make_space(f"Space {number}"): size for number, size in enumerate(crowds, 1)}
    return ann, *gather(folder, sizes).items()


def for_streams(count):
    """The settings of a server that lets one address open so many streams, and some connections more."""
    most = count + 100
    return {"connections__max_streams": most, "connections__max_connections": most, "connections__max_per_ip": most}


class Streams:
    """Event streams, one for each session, which one thread reads.

    What that costs is in what is measured: from a thousand streams that all have an event, it reads them in 4 ms. It looks at the
    clock when the kernel says that something has come, once for all that has."""

    def __init__(self, server, tokens):
        self.address = ("127.0.0.1", server.port)
        self.waiting = select.epoll()
        self.lines = {}
        for token in tokens:
            line = socket.create_connection(self.address)
            line.sendall(f"GET /events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            said = line.recv(65536)
            if not said.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"a stream was answered {said!r}")
            self.waiting.register(line, select.EPOLLIN)
            self.lines[line.fileno()] = line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for line in self.lines.values():
            line.close()
        self.waiting.close()

    def arrivals(self, sharing):
        """Shares once. Returns the milliseconds from its acknowledgement until each stream has its event; it may be earlier."""
        self.drain()
        url = urllib.parse.urlsplit(sharing.url)
        headers = {**sharing.headers(), "Host": url.netloc, "Content-Length": len(sharing.body), "Connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        acknowledged, came = None, {}
        with socket.create_connection(self.address) as sender:
            sender.sendall(f"POST {url.path} HTTP/1.1\r\n{head}\r\n".encode() + sharing.body)
            self.waiting.register(sender, select.EPOLLIN)
            while acknowledged is None or len(came) < len(self.lines):
                ready = self.waiting.poll(60)
                at = time.perf_counter()
                if not ready:
                    raise RuntimeError(f"a share has reached {len(came)} of {len(self.lines)} streams")
                for number, _ in ready:
                    said = os.read(number, BYTES)
                    if number == sender.fileno():
                        if not said.startswith(b"HTTP/1.1 200"):
                            raise RuntimeError(f"a share was answered {said!r}")
                        acknowledged = at
                        self.waiting.unregister(sender)
                    elif b"share.created" in said:
                        came[number] = at
                    elif not said:
                        raise RuntimeError("a stream has ended")
        return [1000 * (at - acknowledged) for at in came.values()]

    def drain(self):
        """Reads what has come until now."""
        while ready := self.waiting.poll(0):
            for number, _ in ready:
                os.read(number, BYTES)

    def wait_for_beats(self):
        """Waits until each has been sent a sign of life, as they are three times a minute while nothing happens."""
        silent = set(self.lines)
        while silent:
            ready = self.waiting.poll(60)
            if not ready:
                raise RuntimeError(f"{len(silent)} of {len(self.lines)} streams are silent")
            for number, _ in ready:
                said = os.read(number, BYTES)
                if not said:
                    raise RuntimeError("a stream has ended")
                if b"\n:\n" in said:
                    silent.discard(number)


def watching(folder, plan):
    """How soon a share is on the screens of all who have the app open."""
    if not may_open(WATCHING, "event streams"):
        return
    ann, (space, tokens) = founded(folder, WATCHING)
    medians, slowest = [], []
    with Server(folder, **for_streams(WATCHING)) as server:
        ann.url = server.url
        sharing = ann.sharing(space, "Who is at home?")
        with Streams(server, tokens) as streams:
            for _ in range(plan.rounds):
                took = []
                for _ in range(SHARED):
                    server.wait_until_idle()
                    took += streams.arrivals(sharing)
                medians.append(statistics.median(took))
                slowest.append(statistics.quantiles(took, n=100)[-1])
    work = f"a share's event at {WATCHING:,} open streams of its space, after its acknowledgement"
    yield Row(f"{work}: median", "", medians, ("at most", 50), "ms")
    yield Row(f"{work}: p99", "", slowest, None, "ms")


def idle(folder, plan):
    """The memory of a server while many have the app open and nothing happens."""
    if not may_open(IDLE, "event streams"):
        return
    _, (_, tokens) = founded(folder, IDLE)
    held, alone = [], []
    for _ in range(min(plan.rounds, 3)):
        with Server(folder, **for_streams(IDLE)) as server:
            server.wait_until_idle()
            alone.append(server.resident())
            with Streams(server, tokens) as streams:
                # So many aren't all silent for long enough that the server would count as idle.
                streams.wait_for_beats()
                held.append(server.resident())
    yield Row(f"memory with {IDLE:,} open idle event streams", "", held, ("at most", IDLE_MIB), "MiB",
              raw={"before them MiB": alone})


def reacting(folder, plan):
    """Reacting and taking it back, against adding a row."""
    ann, (space, tokens) = founded(folder / "server", REACTING)
    database = folder / "grouped.db"
    prepare("empty", database, load.ROOT / "migrations")
    text = ann.sharing(space, "A thought that is shared")
    with Server(folder / "server") as server, Floor(folder / "grouped", "grouped", database) as grouped:
        ann.url = server.url
        same = replace(text, url=f"{grouped.url}/texts", status=200)

        def ours():
            # Shares that nobody has reacted to, whatever was on its way when the last round ended.
            shares = [ann.share(space, f"Number {number}")["id"] for number in range(REACTED_TO)]
            turns = [f"{method} /shares/{share}/reactions/{HEART} {token}"
                     for method in ("PUT", "DELETE") for share in shares for token in tokens]
            sent = replace(ann.request("/shares", "PUT"), body="\n".join(turns).encode(), turns=True, status=204, token=None)
            before = query(server, EVENTS)
            done = run(sent, REACTORS, plan.seconds)
            # Each that did change something has made an event; what didn't would be answered 204 as well.
            if query(server, EVENTS) - before < done.requests:
                raise RuntimeError("not each reaction has changed something")
            return done

        done = interleave(plan.rounds, {"floor": lambda: run(same, REACTORS, plan.seconds), "ours": ours})
    yield speed(f"PUT and DELETE of a reaction, durable, {REACTORS} connections", TEXT, done["ours"], done["floor"], 0.6)


def pushes(folder, plan):
    """Sharing where many browsers want messages, against sharing where none does, and how soon a message for each is queued."""
    # Nothing listens there, and nothing needs to: messages are sent a minute after the last share that they are about, and at
    # most ten minutes after the first, when this is over.
    service = f"http://127.0.0.1:{own_port()}"
    ann, (told, tokens), (other, _) = founded(folder, SUBSCRIBED, SUBSCRIBED)
    with Server(folder, push__own_services=f'["{service}"]') as server:
        ann.url = server.url
        for number, token in enumerate(tokens):
            body = json.dumps({"endpoint": f"{service}/{number}", "keys": KEYS}).encode()
            ann.ask(replace(ann.request("/push-subscriptions", "POST", body, "application/json"), token=token))
        sharing = {space: ann.sharing(space, "Who is at home?") for space in (told, other)}
        messages, took, queued = {told: SUBSCRIBED, other: 0}, {told: [], other: []}, []
        with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as line:
            for _ in range(plan.rounds):
                done = interleave(SHARED_IN_BOTH, {
                    space: partial(share_alone, server, line, sharing[space], messages[space]) for space in messages})
                for space, several in done.items():
                    took[space].append(statistics.median(seconds for seconds, _ in several))
                queued.append(statistics.median(until for _, until in done[told]))

        def without_a_pause(space):
            load_ = run(sharing[space], 1, plan.seconds)
            wait_until_told(server)
            return load_

        crowded = interleave(min(plan.rounds, 3), {space: partial(without_a_pause, space) for space in (other, told)})
        check_queued(server, query(server, "select max(id) from shares where space_id = ?", told), SUBSCRIBED)
    work = f"POST a text where {SUBSCRIBED:,} browsers want messages, 1 connection"
    values = [theirs / ours for ours, theirs in zip(took[told], took[other], strict=True)]
    raw = {"ours ms": [1000 * seconds for seconds in took[told]], "floor ms": [1000 * seconds for seconds in took[other]]}
    yield Row(f"{work}, now and then", NONE_WANTED, values, ("at least", 0.8), raw=raw)
    waited = [1000 * seconds for seconds in queued]
    yield Row(f"from its acknowledgement until a message for each of {SUBSCRIBED:,} is queued", "", waited, None, "ms")
    yield speed(f"{work}, without a pause", NONE_WANTED, crowded[told], crowded[other], None)


def share_alone(server, line, sharing, messages):
    """Shares once while nothing else is to be told; there must be so many messages about it then. Returns the seconds until it is
    acknowledged, and from then until these are queued."""
    begun = time.perf_counter()
    line.request(sharing.method, urllib.parse.urlsplit(sharing.url).path, sharing.body, sharing.headers())
    answer = line.getresponse()
    said = answer.read()
    acknowledged = time.perf_counter()
    if answer.status != 200:
        raise RuntimeError(f"a share was answered {answer.status}: {said[:200]!r}")
    wait_until_told(server)
    queued = time.perf_counter()
    check_queued(server, json.loads(said)["id"], messages)
    return acknowledged - begun, queued - acknowledged


def check_queued(server, share, messages):
    """Fails unless so many messages about a share are queued."""
    queued = query(server, QUEUED, share)
    if queued != messages:
        raise RuntimeError(f"{queued} messages about a share are queued and not {messages}")


def wait_until_told(server):
    """Waits until nothing that was shared is still to be told."""
    while query(server, "select count(*) from notice_work"):
        time.sleep(0.002)


def query(server, sql, *values):
    """A number from the database of a server."""
    with closing(sqlite3.connect(f"file:{server.folder / 'data' / 'shared-spaces.db'}?mode=ro", uri=True)) as database:
        return database.execute(sql, values).fetchone()[0]
