"""Processes that are measured: started on free ports in folders of their own, and ended by their ids."""

import os
import re
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from .load import FLOOR, TARGET

SERVER = TARGET / "release" / "shared-spaces"
TICKS = os.sysconf("SC_CLK_TCK")


#: Linux gives none of these to a program that asks for any port. It gives one that another program has let go again at once, so
#: that a server that comes back might find its port taken by a connection. Browsers refuse 10080.
PORTS = range(11_000, 32_768)
#: A process that has bound a UDP port of this address holds the TCP port of that number, as in `tests/support/ports.rs`.
HELD = "127.1.1.1"
held = []


def own_port():
    """A port that is this program's until it ends, and that nothing listens on."""
    for port in PORTS:
        holder = socket.socket(type=socket.SOCK_DGRAM)
        try:
            holder.bind((HELD, port))
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("", port))
        except OSError:
            holder.close()
            continue
        held.append(holder)
        return port
    raise RuntimeError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")


class Process:
    """A process that ends with its `with` block."""

    def __init__(self, line, folder, environment=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder / "log"
        with self.log.open("wb") as log:
            own = {**os.environ, **(environment or {})}
            self.process = subprocess.Popen(
                list(map(str, line)), cwd=folder, env=own, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def wait_for(self, url):
        """Waits until a URL responds."""
        def ask():
            try:
                return urllib.request.urlopen(url, timeout=5).read()
            except urllib.error.HTTPError as error:
                return error.read()
        return self.wait_until(ask, url)

    def wait_until(self, ask, what):
        """Waits until `ask` raises no `OSError` any more, and returns what it returns; `what` is where it asks."""
        until = time.monotonic() + 60
        while True:
            try:
                return ask()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{what} doesn't answer: {self.log.read_text()}") from None
                time.sleep(0.001)

    def resident(self):
        """MiB of memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def proportional(self):
        """MiB of memory, of which what it shares with other processes, such as the executable, counts by its part."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1]) / 1024

    def busy(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def wait_until_idle(self):
        """Waits until it is idle; after its start it may check a large database."""
        while True:
            before = self.busy()
            time.sleep(0.5)
            if self.busy() - before < 0.02:
                return


class Server(Process):
    """Shared Spaces on a data folder, with its defaults but for `settings`, optionally run by another program, or with another
    executable than the one that was built."""

    def __init__(self, folder, by=(), executable=SERVER, **settings):
        self.port = own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {f"SHARED_SPACES_{name.upper()}": str(value) for name, value in settings.items()}
        super().__init__([*by, executable, "serve", "--port", self.port], folder, settings)
        self.wait_for(f"{self.url}/health")


class Floor(Process):
    """A bare Rocket: one that sends what is in a folder (`serve`), or one that inserts texts into a database (`grouped`);
    optionally run by another program."""

    def __init__(self, folder, kind, path, by=()):
        self.port = own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__([*by, FLOOR, kind, path, self.port], folder)
        self.wait_for(f"{self.url}/")
