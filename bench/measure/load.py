"""Load by wrk, and the floors' own loops: how much was done in a second, and how long the slowest took."""

import json
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target"
FLOOR = TARGET / "release" / "floor"
SCRIPT = ROOT / "bench" / "load.lua"


@dataclass
class Load:
    """The result of some seconds of load."""

    per_second: float
    #: The 99th percentile of response times in milliseconds; None for a loop.
    p99: float | None = None
    #: Bytes per second.
    bandwidth: float | None = None
    #: How many requests were answered; None for a loop.
    requests: int | None = None


@dataclass
class Request:
    """A request that is sent repeatedly."""

    url: str
    method: str = "GET"
    token: str | None = None
    body: bytes | None = None
    kind: str | None = None
    #: Whether each line of the body is the body of a request of its own.
    lines: bool = False
    #: Whether each line of the body is the path of a request without a body, of which a random one is sent each time.
    paths: bool = False
    #: Whether each line of the body is the method, the path and the token of a request without a body, which are sent in turn.
    turns: bool = False
    #: The status that each response must have; any of success if None.
    status: int | None = None

    def headers(self):
        """The names and values of its headers."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.kind:
            headers["Content-Type"] = self.kind
        return headers


def command(request, connections, seconds, body):
    """The command line of wrk; `body` is the file that has the body."""
    line = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
    form = "none" if request.body is None else "whole"
    for name in ("paths", "lines", "turns"):
        form = name if getattr(request, name) else form
    line += ["--timeout", "60s", "--script", str(SCRIPT), request.url, "--", request.method, form, body]
    line += [str(request.status or "any")]
    for name, value in request.headers().items():
        line += [name, value]
    return line


def run(request, connections, seconds):
    """Sends requests over the given number of connections, each as soon as the previous one has its response, and fails if one fails."""
    return Running(request, connections, seconds).result()


class Running:
    """Load in the background."""

    def __init__(self, request, connections, seconds):
        self.request = request
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(request.body or b"")
        self.file.flush()
        line = command(request, connections, seconds, self.file.name)
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)

    def result(self):
        """Waits until it ends."""
        output, _ = self.process.communicate()
        self.file.close()
        if self.process.returncode != 0:
            raise RuntimeError(f"wrk failed at {self.request.url}: {output}")
        told = json.loads(output.splitlines()[-1])
        if told["failed"] or not told["requests"]:
            raise RuntimeError(f"{self.request.method} {self.request.url}: not all were answered well: {told}")
        seconds = told["microseconds"] / 1e6
        return Load(told["requests"] / seconds, told["p99"] / 1000, told["bytes"] / seconds, told["requests"])


def prepare(*arguments):
    """Has the executable of the floors create something."""
    subprocess.run([str(FLOOR), *map(str, arguments)], check=True)


def told(*arguments, by=(), environment=None):
    """What the executable of the floors prints, optionally run by another program."""
    line = [*by, str(FLOOR), *map(str, arguments)]
    output = subprocess.run(line, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(output)


def floor(*arguments, environment=None):
    """Runs one of the floors that are loops."""
    return Load(told(*arguments, environment=environment)["per_second"])


def interleave(rounds, works):
    """Does each of `works` once in every round, one after the other, so that other load on the machine affects all alike.
    Returns the results of each in every round."""
    results = {name: [] for name in works}
    for at in range(rounds):
        # Not always in the same order: the second may find caches warm.
        names = list(works) if at % 2 == 0 else list(reversed(works))
        for name in names:
            results[name].append(works[name]())
    return results


def ratios(ours, floors, of=lambda load: load.per_second):
    """Ours divided by the floor's, for each round."""
    return [of(a) / of(b) for a, b in zip(ours, floors, strict=True)]


def median(values):
    """The median."""
    return statistics.median(values)
