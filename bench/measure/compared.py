"""This build against another executable of ours, such as that of an earlier commit, in the same rounds."""

from . import own, rows
from .contract import Person
from .counts import counted
from .load import interleave, run
from .processes import SERVER, Server
from .served import READERS, furnish

BEFORE = "the same before"
#: Nothing may become more than 5% slower.
GOAL = 0.95


def compare(before, folder, photos, plan, wanted):
    """The rows of `wanted` against `before`, an executable."""
    if wanted & {"reads", "texts", "photos-in"}:
        # Settings that both have by these names.
        with (Server(folder / "before", executable=before, rate_limits__enabled="false") as old,
              Server(folder / "now", rate_limits__enabled="false") as new):
            yield from served({"before": old.url, "now": new.url}, photos, plan, wanted)
    if "memory" in wanted:
        yield from memory(folder, {"before": before, "now": SERVER}, plan)
    if "instructions" in wanted:
        counts = {name: dict(counted(folder / f"{name}-counted", photos, min(plan.rounds, 2), executable=executable))
                  for name, executable in [("before", before), ("now", SERVER)]}
        for work, now in counts["now"].items():
            old = counts["before"][work]
            raw = {"now thousand": now, "before thousand": old}
            yield rows.Row(f"{work}: instructions", BEFORE, [a / b for a, b in zip(now, old, strict=True)],
                           ("at most", 1 / GOAL), raw=raw)


def served(urls, photos, plan, wanted):
    """What uses the public API, sent to both."""
    both = {name: furnish(url, *photos) for name, url in urls.items()}
    works = []
    if "reads" in wanted:
        works += [
            ("GET /me", READERS, lambda it: it.reader.request("/me")),
            ("GET /spaces, 5 spaces", READERS, lambda it: it.spaces()),
            ("GET /spaces/<id>/shares, 50 shares with photos", READERS, lambda it: it.shares()),
            ("GET /spaces/<id>/images, 50 photos", READERS, lambda it: it.images()),
            ("GET /shares/<id>, with a photo", READERS, lambda it: it.share()),
            ("GET a photo of 3 MB", 4, lambda it: it.photo()),
        ]
    if "texts" in wanted:
        works += [("POST a text share", connections, lambda it: it.text()) for connections in (1, 16, 64)]
    for work, connections, request in works:
        yield row(f"{work}, {connections} connections", connections, {name: request(it) for name, it in both.items()}, plan)
    if "photos-in" in wanted:
        sharing = {}
        for name, url in urls.items():
            writer = Person(url, "photographer")
            sharing[name] = writer.sharing(writer.make_space("Photos"), "With a photo", photos[1])
        yield row("POST a share with a 3 MB photo, 4 connections", 4, sharing, plan)


def memory(folder, executables, plan):
    """The memory of both while idle, with connections and without."""
    counts = [lines for lines in own.IDLE if own.may_open(lines)]
    held = {name: {what: [] for what in (0, *counts)} for name in executables}
    for round_ in range(min(plan.rounds, 3)):
        for name, executable in executables.items():
            for what, mebibytes in own.idle(folder / f"{name}-idle-{round_}", counts, executable=executable):
                held[name][what].append(mebibytes)
    for what, now in held["now"].items():
        values = [a / b for a, b in zip(now, held["before"][what], strict=True)]
        raw = {"now MiB": now, "before MiB": held["before"][what]}
        work = f"memory with {what:,} open idle connections" if what else "memory after the start"
        yield rows.Row(work, BEFORE, values, ("at most", 1 / GOAL), raw=raw)


def row(work, connections, requests, plan):
    """A piece of work, done by both in every round."""
    done = interleave(plan.rounds, {
        name: lambda request=request: run(request, connections, plan.seconds) for name, request in requests.items()})
    made = rows.speed(work, BEFORE, done["now"], done["before"], GOAL)
    made.raw = {"now per second": made.raw["ours per second"], "before per second": made.raw["floor per second"]}
    return made
