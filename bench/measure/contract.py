"""Users of a server by its public API, so that any implementation of it can be measured."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from .load import Request

PASSWORD = "correct horse battery"
BOUNDARY = "--------------------------shared-spaces"


def sharing(url, token, text, *photos):
    """A request with a form of a text, and optionally photos."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="text"\r\n\r\n{text}\r\n'.encode()]
    for photo in photos:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
        parts += [f"{head}Content-Type: image/jpeg\r\n\r\n".encode(), photo, b"\r\n"]
    parts.append(f"--{BOUNDARY}--\r\n".encode())
    return Request(url, "POST", token, b"".join(parts), f"multipart/form-data; boundary={BOUNDARY}")


class Person:
    """A user who is signed in."""

    def __init__(self, url, login):
        self.url, self.login = url, login
        self.token = None
        account = {"login": login, "password": PASSWORD, "confirm-password": PASSWORD}
        self.id = self.send("POST", "/register", account)["id"]
        self.token = self.send("POST", "/login", self.credentials())["access_token"]

    def credentials(self):
        """The header that authenticates them."""
        return {"login": self.login, "password": PASSWORD}

    def send(self, method, path, body=None):
        """Sends JSON, and returns that of the response, or its text."""
        body = None if body is None else json.dumps(body).encode()
        return self.ask(self.request(path, method, body, "application/json" if body else None))

    def request(self, path, method="GET", body=None, kind=None):
        """A request of theirs, to be sent repeatedly."""
        return Request(urllib.parse.urljoin(self.url, path), method, self.token, body, kind)

    def any_of(self, paths):
        """A request of theirs, each time for a random one of these paths."""
        return Request(self.url, "GET", self.token, "\n".join(paths).encode(), paths=True)

    def ask(self, request):
        """Sends a request once; if the body is a path, that file is sent without being held in memory."""
        headers, body = request.headers(), request.body
        if isinstance(body, Path):
            headers["Content-Length"] = str(body.stat().st_size)
            body = body.open("rb")
        sent = urllib.request.Request(request.url, body, headers, method=request.method)
        try:
            with urllib.request.urlopen(sent, timeout=600) as answer:
                text = answer.read()
                is_json = answer.headers.get_content_type() == "application/json"
                return json.loads(text) if is_json else text
        except urllib.error.HTTPError as error:
            sentence = error.read(200).decode(errors="replace")
            raise RuntimeError(f"{request.method} {request.url} was answered {error.code}: {sentence}") from None
        except urllib.error.URLError as error:
            raise RuntimeError(f"{request.url} can't be reached: {error.reason}") from None

    def make_space(self, name):
        """Creates a space, and returns its id."""
        return self.send("POST", "/spaces", {"name": name})["id"]

    def sharing(self, space, text, *photos):
        """The request that shares a text, and optionally photos."""
        return sharing(urllib.parse.urljoin(self.url, f"/spaces/{space}/shares"), self.token, text, *photos)

    def share(self, space, text, *photos):
        """Shares once, and returns the share."""
        return self.ask(self.sharing(space, text, *photos))

    def wait_for_previews(self, share, timeout=60.0, pause=0.003):
        """Waits until the previews of a share's photo are there, if the server makes any; returns the share."""
        until = time.monotonic() + timeout
        while True:
            found = self.send("GET", f"/shares/{share}")
            if "image" not in found or found["image"]["placeholder"] or time.monotonic() > until:
                return found
            time.sleep(pause)


class Line:
    """A connection that stays open."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
        self.connection.request("GET", "/health")
        if self.connection.getresponse().read() != b"ok":
            raise RuntimeError(f"{url}/health isn't ok")

    def close(self):
        """Closes the connection."""
        self.connection.close()
