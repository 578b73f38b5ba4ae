"""Backups and restores, against copying the same files and against what SQLite copies a database with; and the start."""

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

from . import rows
from .load import interleave
from .own import filled
from .processes import SERVER, Server

#: Its bytes.
GIGABYTE = 1e9


def archives(folder, photo, plan):
    """Archives of a folder with only texts, and of one that also has photos."""
    data = folder / "server" / "data"
    reader, _ = filled(folder / "server", (max(plan.shares // 100, 5), plan.shares), "--texts")
    yield from taken(folder, "texts alone", data, plan, "SQLite's own backup, synced", copied_by_sqlite)
    with Server(folder / "server", photos__previews="false") as server:
        reader.url = server.url
        space = reader.send("GET", "/spaces")[0]["space"]["id"]
        for number in range(max(plan.shares // 10_000, 5)):
            reader.share(space, f"Photo {number}", photo)
        server.wait_until_idle()
    yield from taken(folder, "texts and photos", data, plan, "cp, synced", copied)
    starts = []
    for _ in range(plan.rounds):
        begun = time.monotonic()
        with Server(folder / "server") as server:
            starts.append(1000 * (time.monotonic() - begun) / gigabytes(data))
            server.wait_until_idle()
    yield rows.Row("start until the first answer, a gigabyte of texts and photos", "", starts, unit="ms")


def taken(folder, what, data, plan, floor_name, floor, executable=SERVER):
    """A backup of `data`, its restore, and the copy that is their floor."""
    archive, copy, restored = folder / "backup.tar.zst", folder / "copy", folder / "restored"
    size = gigabytes(data)

    def fresh(work):
        def timed():
            for path in (copy, restored):
                shutil.rmtree(path, ignore_errors=True)
            begun = time.monotonic()
            work()
            return time.monotonic() - begun
        return timed

    def backup():
        archive.unlink(missing_ok=True)
        command("backup", archive, "--data-dir", data, executable=executable)

    done = interleave(min(plan.rounds, 3), {"floor": fresh(lambda: floor(data, copy)), "backup": fresh(backup)})
    # There is an archive now.
    done |= interleave(min(plan.rounds, 3), {
        "restoring floor": fresh(lambda: floor(data, copy)),
        "restore": fresh(lambda: command("restore", archive, "--data-dir", restored, executable=executable)),
    })
    for path in (copy, restored):
        shutil.rmtree(path, ignore_errors=True)
    for work, ours, theirs in [("backup", "backup", "floor"), ("restore", "restore", "restoring floor")]:
        values = [a / b for a, b in zip(done[ours], done[theirs], strict=True)]
        each = {"ours seconds a gigabyte": [took / size for took in done[ours]],
                "floor seconds a gigabyte": [took / size for took in done[theirs]]}
        yield rows.Row(f"{work} of {what}, time", floor_name, values, raw=each)
        yield rows.Row(f"{work} of {what}, a gigabyte", "", each["ours seconds a gigabyte"], unit="s")


def command(*arguments, executable=SERVER, **where):
    """Runs a command of the executable, which must succeed; `where` is its folder and its environment, if not ours."""
    done = subprocess.run([executable, *map(str, arguments)], capture_output=True, check=False, text=True, **where)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]} failed: {done.stdout}{done.stderr}")


def gigabytes(data):
    """The size of a folder in bytes."""
    return sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / GIGABYTE


def copied(data, to):
    """Copies a folder, and syncs it to the disk."""
    subprocess.run(["cp", "--recursive", data, to], check=True)
    for path in [to, *to.rglob("*")]:
        sync(path)


def copied_by_sqlite(data, to):
    """Copies the database as `.backup` of SQLite's shell does, and syncs it to the disk."""
    to.mkdir()
    with (closing(sqlite3.connect(data / "shared-spaces.db")) as source,
          closing(sqlite3.connect(to / "shared-spaces.db")) as target):
        source.backup(target)
    for path in [to / "shared-spaces.db", to]:
        sync(path)


def sync(path):
    """Syncs a file or a folder to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
