"""What schemathesis needs to know about Shared Spaces: how to sign in, and what a photo looks like."""

import pathlib
import uuid

import requests
import schemathesis
from hypothesis import strategies

PASSWORD = "correct horse"
PICTURES = pathlib.Path(__file__).parent.parent / "pictures"


# What ends sessions, or could.
ENDING = [
    "/logout",
    "/sessions",
    "/sessions/{session_id}",
    "/change-password",
    "/me",
    # Operators could disable themselves once there is another one, and the space is needed; newcomers are refused.
    "/operator/spaces/{space_id}",
    "/operator/users/{user_id}",
    "/operator/users/{user_id}/sessions",
    "/operator/users/{user_id}/sessions/{session_id}",
]


def post(case, path, **body):
    base = case.operation.schema.get_base_url().rstrip("/")
    answer = requests.post(base + path, json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


class SignedIn:
    """The token of a new session."""

    def get(self, case, context):
        return post(case, "/login", login=self.login(case), password=PASSWORD)["access_token"]

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.auth().skip_for(path=ENDING)
class Ann(SignedIn):
    """One session for all operations that don't end it."""

    def login(self, case):
        return "ann"


@schemathesis.auth(refresh_interval=None).apply_to(path=ENDING)
class Newcomer(SignedIn):
    """An account and a session for each request."""

    def login(self, case):
        account = {"login": uuid.uuid4().hex, "password": PASSWORD, "confirm-password": PASSWORD}
        return post(case, "/register", **account)["login"]


@schemathesis.hook
def filter_case(context, case):
    """Clients may send unknown headers, as browsers and proxies do; schemathesis expects them to be refused."""
    return not any("unknown-property" in name.lower() for name in case.headers or {})


@schemathesis.hook
def before_call(context, case, kwargs):
    """With the key of the example, all requests after the first would return the first share."""
    if (case.headers or {}).get("Idempotency-Key") == "b7e1f2":
        case.headers["Idempotency-Key"] = uuid.uuid4().hex


for kind, name in {
    "image/jpeg": "cmyk.jpg",
    "image/png": "lake.png",
    "image/webp": "cat.webp",
    "image/gif": "wave.gif",
}.items():
    schemathesis.openapi.media_type(kind, strategies.just((PICTURES / name).read_bytes()))
for kind in "application/octet-stream", "application/offset+octet-stream":
    schemathesis.openapi.media_type(kind, strategies.just((PICTURES / "lake.png").read_bytes()))
