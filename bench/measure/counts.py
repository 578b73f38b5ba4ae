"""How many instructions a request takes, as callgrind counts them: unlike time, nearly the same in every run."""

import http.client
import re
import subprocess
import urllib.parse

from . import rows
from .contract import sharing
from .load import ROOT, Request, prepare
from .processes import Floor, Server
from .served import furnish

#: How many requests fill caches before counting, and how many are counted.
WARM, COUNTED = 30, 100


def instructions(folder, photos, plan):
    """The cost of requests one after another on one connection."""
    for work, values in counted(folder, photos, min(plan.rounds, 2)):
        yield rows.Row(f"{work}: instructions", "", values, unit="thousand")
    for work, values in floors(folder / "floors", min(plan.rounds, 2)):
        yield rows.Row(f"{work}: instructions", "", values, unit="thousand")


def counted(folder, photos, times, **executable):
    """Each piece of work, with the thousands of instructions per request, counted `times` times."""
    data, dumps = folder / "server", folder.resolve() / "counts"
    with Server(data, **executable) as server:
        furnished = furnish(server.url, *photos)
        server.wait_until_idle()
    with Server(data, by=callgrind(dumps), **executable) as server:
        furnished.reader.url = furnished.writer.url = server.url
        for work, request in [
            ("GET /me", furnished.reader.request("/me")),
            ("GET /spaces, 5 spaces", furnished.spaces()),
            ("GET /spaces/<id>/shares, 50 shares with photos", furnished.shares()),
            ("GET /spaces/<id>/images, 50 photos", furnished.images()),
            ("GET /shares/<id>, with a photo", furnished.share()),
            ("POST a text share", furnished.text()),
        ]:
            yield work, [count(server, dumps, request) for _ in range(times)]


def floors(folder, times):
    """The same of the floors: a short answer from memory, and a text."""
    files, database, dumps = folder / "files", folder / "grouped.db", folder.resolve()
    files.mkdir(parents=True)
    (files / "me").write_text('{"id":1,"login":"reader"}')
    with Floor(folder / "serve", "serve", files, by=callgrind(dumps / "served")) as server:
        request = Request(f"{server.url}/bytes/me", token="0" * 43)
        yield "bare Rocket, the bytes of GET /me", [count(server, dumps / "served", request) for _ in range(times)]
    prepare("empty", database, ROOT / "migrations")
    with Floor(folder / "grouped", "grouped", database, by=callgrind(dumps / "inserted")) as server:
        form = sharing(f"{server.url}/texts", "0" * 43, "A thought that is shared")
        yield "bare Rocket, same form and row as a text share", [count(server, dumps / "inserted", form) for _ in range(times)]


def callgrind(dumps):
    """The command that runs a program under callgrind."""
    return ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={dumps}"]


def count(server, dumps, request):
    """Thousands of instructions of one request."""
    def tell(order):
        subprocess.run(["callgrind_control", order, str(server.pid)], capture_output=True, check=True)

    ask(request, WARM)
    tell("--zero")
    tell("--instr=on")
    ask(request, COUNTED)
    tell("--instr=off")
    tell("--dump")
    newest = max(dumps.parent.glob(f"{dumps.name}.*"), key=lambda dump: int(dump.suffix[1:]))
    total = re.search(r"^totals: (\d+)", newest.read_text(), re.MULTILINE)
    return int(total[1]) / COUNTED / 1000


def ask(request, times):
    """Sends a request `times` times."""
    url = urllib.parse.urlsplit(request.url)
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    for _ in range(times):
        connection.request(request.method, url.path, request.body, request.headers())
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{request.method} {request.url}: {answer.status}")
    connection.close()
