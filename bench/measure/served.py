"""What uses the public API: reading, sharing, photos, and signing in."""

import json
import shutil
import urllib.request
from dataclasses import dataclass, replace

from . import load, rows
from .contract import Person
from .load import Request, floor, interleave, prepare, run
from .processes import Floor

READERS = 16
OTHERS = 32
SHARES = "GET /spaces/<id>/shares, 50 shares with photos, 16 connections"
SPACES = "GET /spaces, 5 spaces, 16 connections"
IMAGES = "GET /spaces/<id>/images, 50 photos, 16 connections"
SHARE = "GET /shares/<id>, with a photo, 16 connections"
ROCKET = "bare Rocket, same bytes from memory"
COMMITS = "rusqlite, one commit each"
GROUPED = "bare Rocket, same form and row, one commit for all that wait"


@dataclass
class Furnished:
    """A server with a user who reads and a user who writes."""

    reader: Person
    writer: Person
    space: int
    #: A share of it, with a photo.
    one: int
    writing: int
    photo_url: str

    def shares(self):
        """The request for the shares of a space."""
        return self.reader.request(f"/spaces/{self.space}/shares")

    def images(self):
        """The request for the photos of a space."""
        return self.reader.request(f"/spaces/{self.space}/images")

    def share(self):
        """The request for one share."""
        return self.reader.request(f"/shares/{self.one}")

    def spaces(self):
        """The request for the spaces of the reader."""
        return self.reader.request("/spaces")

    def photo(self):
        """The request for a photo."""
        return Request(self.photo_url)

    def text(self):
        """The request that shares a text."""
        return self.writer.sharing(self.writing, "A thought that is shared")


def furnish(url, small, large):
    """Makes two people, five spaces, and fifty shares with photos in the first; `large` is the photo that is fetched."""
    reader, writer = Person(url, "reader"), Person(url, "writer")
    spaces = [reader.make_space(f"Space {number}") for number in range(1, 6)]
    for space in spaces[1:]:
        reader.share(space, "The only one here")
    shares = [reader.share(spaces[0], f"What was seen on the way home, number {n}", small)["id"] for n in range(50)]
    writing = writer.make_space("Writing")
    photo = writer.share(writing, "A large one", large)
    # Each is read once: if previews are made, they are there afterwards.
    for share in shares:
        reader.wait_for_previews(share)
    photo = writer.wait_for_previews(photo["id"])
    with urllib.request.urlopen(photo["image_url"]) as answer:
        photo_url = answer.url
    return Furnished(reader, writer, spaces[0], shares[0], writing, photo_url)


def start_floor(server, folder):
    """A floor that sends what the server sends."""
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    for name, request in [("shares", server.shares()), ("spaces", server.spaces()), ("images", server.images()),
                          ("share", server.share()), ("photo.jpg", server.photo())]:
        headers = request.headers()
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=headers)) as answer:
            (files / name).write_bytes(answer.read())
    count = len(json.loads((files / "shares").read_bytes()))
    if count != 50:
        raise RuntimeError(f"there are {count} shares and not 50")
    return Floor(folder, "serve", files)


def reads(server, bare, plan):
    """The lists and the photo, against the bare Rocket."""
    for work, request, name, goal in [
        (SHARES, server.shares(), "shares", 0.6),
        (IMAGES, server.images(), "images", 0.6),
        (SPACES, server.spaces(), "spaces", 0.6),
        (SHARE, server.share(), "share", None),
    ]:
        done = interleave(plan.rounds, {
            "floor": lambda name=name: run(Request(f"{bare.url}/bytes/{name}"), READERS, plan.seconds),
            "ours": lambda request=request: run(request, READERS, plan.seconds),
        })
        yield rows.speed(work, ROCKET, done["ours"], done["floor"], goal)
        if name == "shares":
            yield rows.tail(f"{work}: p99", ROCKET, done["ours"], done["floor"], 2)
    done = interleave(plan.rounds, {
        "floor": lambda: run(Request(f"{bare.url}/files/photo.jpg"), 4, plan.seconds),
        "ours": lambda: run(server.photo(), 4, plan.seconds),
    })
    yield rows.bandwidth("GET a photo of 3 MB, 4 connections", "Rocket's NamedFile", done["ours"], done["floor"], 0.8)


def texts(server, folder, plan):
    """Sharing a text, against one commit each, and against a bare Rocket that commits once for all that wait."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "commits.db"
    prepare("empty", database, load.ROOT / "migrations")
    many = folder / "grouped.db"
    prepare("empty", many, load.ROOT / "migrations")
    with Floor(folder / "grouped", "grouped", many) as grouped:
        same = replace(server.text(), url=f"{grouped.url}/texts")
        works = {"floor": lambda: floor("commits", database, plan.seconds)}
        for connections in (1, 16, 64):
            works[connections] = lambda connections=connections: run(server.text(), connections, plan.seconds)
            works[f"grouped {connections}"] = lambda connections=connections: run(same, connections, plan.seconds)
        done = interleave(plan.rounds, works)
    for connections, one_each, one_for_all in [(1, 0.6, None), (16, None, None), (64, 3, 0.6)]:
        work = f"POST a text share, durable, {connections} connection{'s' if connections > 1 else ''}"
        yield rows.speed(work, COMMITS, done[connections], done["floor"], one_each)
        yield rows.speed(work, GROUPED, done[connections], done[f"grouped {connections}"], one_for_all)


def photo_in(url, photo, folder, plan):
    """Sharing a photo, against writing and syncing it, and against only reading what was sent."""
    scratch, sent = folder / "scratch", folder / "sent"
    scratch.mkdir(parents=True, exist_ok=True)
    sent.mkdir()
    file = sent / "photo.jpg"
    file.write_bytes(photo)
    writer = Person(url, "photographer")
    sharing = writer.sharing(writer.make_space("Photos"), "With a photo", photo)
    with Floor(folder / "bare", "serve", sent) as bare:
        same = replace(sharing, url=f"{bare.url}/nothing")
        done = interleave(plan.rounds, {
            "floor": lambda: floor("syncs", file, scratch, 4, plan.seconds),
            "ours": lambda: run(sharing, 4, plan.seconds),
            "bare": lambda: run(same, 4, plan.seconds),
        })
    work = "POST a share with a 3 MB photo, 4 connections"
    yield rows.speed(work, "write and sync, 4 threads", done["ours"], done["floor"], 0.7)
    yield rows.speed(work, "bare Rocket that throws it away", done["ours"], done["bare"], None)


def signing_in(server, plan):
    """Reading while others sign in, against reading alone."""
    reading = server.spaces()
    others = [Person(server.writer.url, f"other-{number}") for number in range(OTHERS)]
    credentials = "\n".join(json.dumps(other.credentials()) for other in others).encode()
    login = Request(f"{server.writer.url}/login", "POST", None, credentials, "application/json", lines=True)

    def beside():
        logins = load.Running(login, OTHERS, plan.seconds + 5)
        read = run(reading, READERS, plan.seconds)
        logins.result()
        return read

    done = interleave(min(plan.rounds, 3), {"alone": lambda: run(reading, READERS, plan.seconds), "beside": beside})
    yield rows.speed(f"GET /spaces while {OTHERS} others sign in", "the same with nobody signing in", done["beside"],
                     done["alone"], 0.5)
