"""Measures the whole table; `bench/run` builds what this needs."""

import argparse
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from . import archives, aws, compared, counts, media, own, pocketbase, served, table, together
from .load import ROOT, TARGET, prepare
from .processes import Server


@dataclass
class Plan:
    """How thoroughly to measure."""

    rounds: int
    seconds: int
    #: How many shares a large database has.
    shares: int


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures Shared Spaces against its floors.")
    parser.add_argument("--against", metavar="URL", help="measure the server there, by the public contract alone; it must "
                        "be empty, and let many people sign in from one address")
    parser.add_argument("--before", metavar="EXECUTABLE", type=Path, help="measure against another executable of ours instead "
                        "of the floors: reads, texts, photos-in, memory and instructions")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="how long each load goes on")
    parser.add_argument("--shares", type=int, default=1_000_000, help="how many shares the largest database of `growth` has, a "
                        "hundred in each space; where that is more than a million, one with a million is measured too. The "
                        "space of `middle` has a fifth of them, and that of `deletion` a tenth")
    parser.add_argument("--only", nargs="*", metavar="PART", help="parts of the table: " + ", ".join(PARTS))
    parser.add_argument("--results", type=Path, default=ROOT / "bench", help="the folder of results.md and results.json")
    return parser.parse_args()


def by_contract(url, folder, photos, plan, wanted):
    """What can be measured of any server."""
    small, large = photos
    server = served.furnish(url, small, large)
    with served.start_floor(server, folder / "floor") as bare:
        if "reads" in wanted:
            yield from served.reads(server, bare, plan)
        if "texts" in wanted:
            yield from served.texts(server, folder / "texts", plan)
        if "signing-in" in wanted:
            yield from served.signing_in(server, plan)
        if "pocketbase" in wanted:
            database = folder / "peer.db"
            prepare("empty", database, ROOT / "migrations")
            yield from pocketbase.peer(folder / "pocketbase", server, bare, database, plan)


#: The parts of the table, in the order in which they are measured.
CONTRACT = ["reads", "texts", "signing-in", "pocketbase"]
PARTS = [*CONTRACT, "photos-in", "sorting", "previews", "media", "together", "memory", "growth", "middle", "deletion", "archives",
         "instructions", "worker"]


def measure(options, folder, plan, wanted):
    """Yields the rows as they are measured."""
    large = folder / "12-megapixels.jpg"
    prepare("picture", large, 4032, 3024)
    small = (ROOT / "tests" / "pictures" / "garden.jpg").read_bytes()
    photos = (small, large.read_bytes())
    if options.before:
        yield from compared.compare(options.before.resolve(strict=True), folder / "compared", photos, plan, set(wanted))
        return
    if options.against:
        wanted = [part for part in wanted if part != "pocketbase"]
        yield from by_contract(options.against, folder / "contract", photos, plan, wanted)
        if "photos-in" in wanted:
            yield from served.photo_in(options.against, photos[1], folder / "photos-in", plan)
        return
    if set(wanted) & set(CONTRACT):
        # The benchmark has one address and few accounts, and sends as much as a whole town.
        with Server(folder / "server", rate_limits__enabled="false", connections__max_uploads=1_000,
                    connections__max_uploads_per_user=1_000) as server:
            yield from by_contract(server.url, folder / "contract", photos, plan, wanted)
    if "photos-in" in wanted:
        with Server(folder / "photos-in", photos__previews="false") as server:
            yield from served.photo_in(server.url, photos[1], folder / "photos-in", plan)
        shutil.rmtree(folder / "photos-in")
    for part, take in [
        ("sorting", lambda: own.sorting(folder / "sorting", photos[1], plan)),
        ("previews", lambda: own.previews(folder / "previews", photos[1], plan)),
        ("media", lambda: media.media(folder / "media", photos, plan)),
        ("together", lambda: together.together(folder / "together", small, plan)),
        ("memory", lambda: own.memory(folder / "memory", plan)),
        ("growth", lambda: own.growth(folder / "growth", photos[1], plan)),
        ("middle", lambda: own.middle(folder / "middle", plan)),
        ("deletion", lambda: own.deletion(folder / "deletion", plan)),
        ("archives", lambda: archives.archives(folder / "archives", photos[1], plan)),
        ("instructions", lambda: counts.instructions(folder / "instructions", photos, plan)),
        ("worker", lambda: aws.worker(folder / "worker", small, plan)),
    ]:
        if part in wanted:
            yield from take()
            # A large database, or photos.
            shutil.rmtree(folder / part, ignore_errors=True)


def main():
    """Measures, and writes the table after each row, so that no result is lost."""
    options = arguments()
    plan = Plan(options.rounds, options.seconds, options.shares)
    # Asked now, because writing the table changes the tree.
    about, state = table.machine(), table.commit()
    folder = TARGET / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    try:
        for row in measure(options, folder, plan, options.only or PARTS):
            print(table.line(row), flush=True)
            rows.append(row)
            table.write(options.results, rows, about, state, plan, options.against)
    except RuntimeError as error:
        # What is measured doesn't do what it should; the rows so far are written.
        sys.exit(f"bench/run: {error}")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
