"""bench/cells: many cells on one machine, one of them moved while people share, and a cell with a year of ten thousand people."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure.__main__ import Plan
from measure.load import ROOT
from measure.table import commit, line, machine
from stores import OURS

from .grown import grown
from .machine import Machine
from .many import many, memory
from .moving import Move
from .proxy import Proxy
from .year import Size


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/cells", description="Many cells on one machine, a move, and a large cell.")
    parser.add_argument("cells", nargs="?", type=int, default=100, help="how many cells (100), at least two")
    parser.add_argument("--people", type=int, default=10_000, help="in the large cell (10000), four for each space; 0 leaves it out")
    parser.add_argument("--shares", type=int, default=250_000, help="that they have made in its year (250000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="how long each load goes on")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/shared-spaces", help="the executable (the release build)")
    return parser, parser.parse_args()


def cells(folder, options, binary):
    """Starts cells, moves one, and yields the rows."""
    sockets, destinations = folder / "run", folder / "backups"
    with (Machine(folder / "old", binary, sockets, destinations) as old,
          Machine(folder / "new", binary, folder / "new" / "run", destinations) as new):
        yield from many(old, options.cells, 3 * options.seconds)
        with Proxy(folder / "proxy", sockets) as proxy:
            yield from Move(old, new, proxy, 2 * options.seconds).rows()
            yield from memory(old.running() + new.running(), "after some use")


def main():
    """Measures, and prints each row as it is there; exits with 1 if something was lost or has failed."""
    parser, options = arguments()
    binary = options.binary.resolve()
    if not binary.exists():
        parser.error(f"there is no {binary}: build it, or name another with --binary")
    if options.cells < 2:
        parser.error("at least two cells: one is moved, and the others go on")
    # Settings of this shell aren't those of the cells.
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    about = machine()
    print(f"{commit()}, {binary.parent.name}: {about['cores']} cores of {about['processor']}, {about['memory GiB']} GiB; "
          f"load {about['load before']:.2f} before the start\n")
    print("| work | against | goal | result | spread | |\n|---|---|---|---|---|---|", flush=True)
    # Paths of sockets are short.
    folder = Path(tempfile.mkdtemp(prefix="cells-"))
    missed = []

    def show(row):
        print(line(row), flush=True)
        if row.met is False:
            missed.append(row.work)

    for row in cells(folder, options, binary):
        show(row)
    if options.people:
        size = Size(options.people, options.people // 4, options.shares)
        for row in grown(folder, size, Plan(options.rounds, options.seconds, options.shares), binary):
            show(row)
    if missed:
        sys.exit(f"bench/cells: not as it must be: {', '.join(missed)}. Data and logs are in {folder}")
    shutil.rmtree(folder)


main()
