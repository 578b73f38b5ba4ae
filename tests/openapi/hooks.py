"""What schemathesis needs to know of Shared Spaces: how to sign in, and what a photo looks like."""

import pathlib

import requests
import schemathesis
from hypothesis import strategies

PASSWORD = "correct horse"
PICTURES = pathlib.Path(__file__).parent.parent / "pictures"


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """A session of its own for each request, because some of them end sessions."""

    def get(self, case, context):
        base = case.operation.schema.get_base_url()
        answer = requests.post(f"{base}/login", json={"login": "ann", "password": PASSWORD}, timeout=60)
        return answer.json()["access_token"]

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


for kind, name in {
    "image/jpeg": "cmyk.jpg",
    "image/png": "lake.png",
    "image/webp": "cat.webp",
    "image/gif": "wave.gif",
}.items():
    schemathesis.openapi.media_type(kind, strategies.just((PICTURES / name).read_bytes()))
