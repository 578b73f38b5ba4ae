"""A machine with cells, as docs/scaling.md sets it up, in a folder of its own: settings, sockets and data of each cell."""

import http.client
import os
import socket
import time
from pathlib import Path

from measure.archives import command
from measure.load import ROOT
from measure.processes import Process

PAGE = ROOT / "docs" / "scaling.md"
#: The names of cells, as the page has them.
DOMAIN = "spaces.example.org"


def block(first):
    """The block of the page that begins with this line."""
    _, found, rest = PAGE.read_text().partition(f"\n{first}\n")
    if not found:
        raise RuntimeError(f"{PAGE} has no block that begins with {first!r}")
    return first + "\n" + rest.partition("\n```")[0] + "\n"


class Machine:
    """What a machine has of the cells that it runs. `sockets` is the folder of their sockets, and `destinations` that of their
    backups, which machines may share."""

    def __init__(self, folder, executable, sockets, destinations):
        self.folder, self.executable = folder, executable
        self.sockets, self.destinations = sockets, destinations
        self.started = []
        for path in (folder / "etc", sockets, destinations):
            path.mkdir(parents=True, exist_ok=True)
        # Backups are made when they are asked for, so that they don't come between what is measured.
        self.template = block("# /etc/shared-spaces/cells.template: the settings of each cell").replace('interval = "24h"\n', "")

    def state(self, name):
        """The folder of a cell, which its unit makes."""
        return self.folder / "lib" / f"shared-spaces-{name}"

    def socket(self, name):
        """Where its server listens."""
        return self.sockets / f"shared-spaces-{name}" / "http.sock"

    def destination(self, name):
        """Where its backups are."""
        return self.destinations / name

    def prepare(self, name):
        """Makes the folders and the settings of a cell; returns the environment of its processes."""
        for path in (self.state(name), self.socket(name).parent, self.destination(name)):
            path.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "etc" / f"{name}.toml"
        text = self.template.replace("/run/", f"{self.sockets}/").replace("/mnt/disk/cells/", f"{self.destinations}/")
        settings.write_text(text.replace("CELL", name))
        return {"ROCKET_CONFIG": str(settings)}

    def start(self, name):
        """Starts the server of a cell; it may not answer yet."""
        self.started.append(Cell(self, name, self.prepare(name)))
        return self.started[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for cell in self.running():
            cell.process.kill()
            cell.process.wait()

    def running(self):
        """Its servers that haven't ended."""
        return [cell for cell in self.started if cell.process.poll() is None]

    def run(self, name, *arguments):
        """Runs a command on a cell, as `shared-spacesctl @NAME` does."""
        environment = {**os.environ, **self.prepare(name)}
        command(*arguments, executable=self.executable, cwd=self.state(name), env=environment)


class Cell(Process):
    """The server of a cell."""

    def __init__(self, machine, name, environment):
        self.name, self.socket = name, machine.socket(name)
        self.begun = time.monotonic()
        super().__init__([machine.executable, "serve"], machine.state(name), environment)

    def up(self):
        """Waits until it answers; returns how many seconds after its start that is."""
        if self.wait_until(self.health, f"the cell {self.name}") != b"ok":
            raise RuntimeError(f"the cell {self.name} isn't healthy")
        return time.monotonic() - self.begun

    def health(self):
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(str(self.socket))
            connection.request("GET", "/health")
            return connection.getresponse().read()
        finally:
            connection.close()

    def end(self):
        """Asks it to stop, as systemd does; it must do so cleanly."""
        self.process.terminate()
        if self.process.wait(timeout=120) != 0:
            raise RuntimeError(f"the cell {self.name} has ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")


def disk(folder):
    """MiB that a folder takes on the disk."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return sum(path.stat().st_blocks for path in files) * 512 / 2**20
