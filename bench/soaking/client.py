"""A client of the server, over HTTP."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid

PASSWORD = "correct horse"
# In seconds. Nothing takes that long; a request that does has found a defect.
TIMEOUT = 60


class Lost(Exception):
    """No response came: the request may have been carried out or not."""


class Answer:
    """A response of the server."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:200]!r}"


def form(text, photo):
    """A multipart form, as a browser sends it: its media type and its bytes."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n{text}\r\n'.encode()
    if photo is not None:
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo"\r\n\r\n'
        head += part.encode() + photo + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", head + f"--{boundary}--\r\n".encode()


class Client:
    """One person's connection, which is opened again after each kill of the server."""

    def __init__(self, server):
        self.server, self.token = server, None
        self.connection = self.port = None

    def named(self):
        """The header that names the server, where a proxy has several."""
        return {"Host": self.server.host} if self.server.host else {}

    def send(self, method, path, body=None, media_type="application/json", headers=None):
        """Sends one request. Raises Lost if no response came."""
        port = self.server.wait_until_up()
        if port != self.port or self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
            self.port = port
        headers = dict(headers or {}, **{"Authorization": f"Bearer {self.token}"} if self.token else {}, **self.named())
        if body is not None:
            headers["Content-Type"] = media_type
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            raise Lost(str(error)) from error

    def insist(self, method, path, *arguments, **more):
        """As send, repeated until a response comes: for requests that can be repeated."""
        while True:
            try:
                return self.send(method, path, *arguments, **more)
            except Lost:
                pass

    def fetch(self, url):
        """The bytes behind the link of a photo, which needs no header and may redirect to S3; None if they are missing."""
        while True:
            # The link has the port that the server had when it returned it, or the public address of a proxy.
            parts = urllib.parse.urlsplit(url)
            here = parts._replace(scheme="http", netloc=f"127.0.0.1:{self.server.wait_until_up()}").geturl()
            try:
                with urllib.request.urlopen(urllib.request.Request(here, headers=self.named()), timeout=TIMEOUT) as answer:
                    return answer.read()
            except urllib.error.HTTPError as refusal:
                # For a missing object, S3 returns 403 to clients that can't list the bucket.
                if refusal.code in (403, 404):
                    return None
                raise
            except TimeoutError:
                raise
            except (OSError, http.client.HTTPException):
                continue

    def enter(self, login):
        """Creates an account and signs in."""
        account = {"login": login, "password": PASSWORD}
        made = self.send("POST", "/register", dict(account, **{"confirm-password": PASSWORD}))
        assert made.status == 200, made
        signed_in = self.send("POST", "/login", account)
        assert signed_in.status == 200, signed_in
        self.token = signed_in.json()["access_token"]
        return made.json()["id"]

    def pages(self, path):
        """All rows of a list, through all its pages."""
        path += "?limit=500"
        while path:
            answer = self.insist("GET", path)
            assert answer.status == 200, (path, answer)
            yield from answer.json()
            link = answer.headers.get("Link") or ""
            path = urllib.parse.urlsplit(link[1:link.index(">")])._replace(scheme="", netloc="").geturl() if 'rel="next"' in link else None
