"""Many cells on one machine: their start, their memory, and what they take while nobody does anything."""

import time
from statistics import median

from measure.rows import Row

from .machine import disk


def names(cells):
    """The names of so many cells."""
    return [f"c{number}" for number in range(1, cells + 1)]


def started(machine, cells):
    """Starts cells one after another; returns them with the seconds that each took."""
    running, took = [], []
    for name in names(cells):
        running.append(machine.start(name))
        took.append(running[-1].up())
    return running, took


def many(machine, cells, seconds):
    """Starts cells, ends all, starts all at once, and looks at them for some seconds; yields the rows, and leaves them running."""
    running, took = started(machine, cells)
    tenth = max(cells // 10, 1)
    yield Row(f"start of a new cell, one after another, {cells}", "", [1000 * seconds for seconds in took], unit="ms")
    yield Row(f"start of the last {tenth} of {cells}, time", f"the first {tenth}", [median(took[-tenth:]) / median(took[:tenth])])
    yield Row("disk of a new cell", "", [disk(machine.state(cell.name)) for cell in running[:tenth]], unit="MiB")
    for cell in running:
        cell.end()
    begun = time.monotonic()
    running = [machine.start(cell.name) for cell in running]
    for cell in running:
        cell.up()
    together = time.monotonic() - begun
    yield Row(f"start of all {cells} at once, until the last answers", "", [together], unit="s")
    yield Row("the same for each, time", "one alone", [together / cells / median(took)])
    settle(running)
    yield from memory(running)
    busy = sum(cell.busy() for cell in running)
    begun = time.monotonic()
    time.sleep(seconds)
    used = (sum(cell.busy() for cell in running) - busy) / (time.monotonic() - begun)
    yield Row(f"processor of {cells} idle cells, of one core", "", [100 * used], unit="%")


def settle(running):
    """Waits until none of them does more than what they always do, all at the same time."""
    while True:
        before = [cell.busy() for cell in running]
        time.sleep(1)
        if all(cell.busy() - busy <= 0.04 for cell, busy in zip(running, before, strict=True)):
            return


def memory(running, when="idle"):
    """Rows of the memory of each, by parts and as a whole."""
    parts = [cell.proportional() for cell in running]
    yield Row(f"memory of a cell, {when}: PSS", "", parts, unit="MiB")
    yield Row(f"memory of a cell, {when}: RSS", "", [cell.resident() for cell in running], unit="MiB")
    yield Row(f"memory of all {len(running)}, {when}: sum of PSS", "", [sum(parts)], unit="MiB")
