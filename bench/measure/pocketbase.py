"""PocketBase: the same work, as one would set it up there."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from . import rows
from .load import Request, floor, interleave, run
from .served import READERS, SHARES
from .processes import Process, own_port

EXECUTABLE = Path(sys.executable).parent / "pocketbase"
ADMIN = ("admin@example.org", "correct horse battery")
#: Members of the space may see its shares and add to them.
MEMBERS_ONLY = "@request.auth.id != '' && space.members.id ?= @request.auth.id"


class PocketBase(Process):
    """PocketBase with a space that has a member and fifty shares."""

    def __init__(self, folder):
        port = own_port()
        self.url = f"http://127.0.0.1:{port}"
        data = folder / "data"
        data.mkdir(parents=True)
        subprocess.run([EXECUTABLE, "superuser", "upsert", *ADMIN, "--dir", data], check=True, stdout=subprocess.DEVNULL)
        super().__init__([EXECUTABLE, "serve", "--http", f"127.0.0.1:{port}", "--dir", data], folder)
        self.wait_for(f"{self.url}/api/health")
        self.furnish()

    def send(self, path, body, token=None):
        """Posts JSON, and returns that of the response."""
        headers = {"Content-Type": "application/json", **({"Authorization": token} if token else {})}
        request = urllib.request.Request(f"{self.url}/api/collections{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def furnish(self):
        """Creates the collections and their rules, a user, their space, and its shares."""
        admin = self.send("/_superusers/auth-with-password", {"identity": ADMIN[0], "password": ADMIN[1]})["token"]
        with urllib.request.urlopen(urllib.request.Request(
                f"{self.url}/api/collections/users", headers={"Authorization": admin})) as answer:
            users = json.loads(answer.read())["id"]
        spaces = self.send("", {"name": "spaces", "type": "base", "fields": [
            {"name": "name", "type": "text"},
            {"name": "members", "type": "relation", "collectionId": users, "maxSelect": 99},
        ]}, admin)["id"]
        self.send("", {
            "name": "shares", "type": "base", "listRule": MEMBERS_ONLY, "createRule": MEMBERS_ONLY,
            "indexes": ["create index shares_by_space on shares (space, created)"],
            "fields": [
                {"name": "text", "type": "text"},
                {"name": "space", "type": "relation", "collectionId": spaces, "maxSelect": 1, "cascadeDelete": True},
                {"name": "author", "type": "relation", "collectionId": users, "maxSelect": 1},
                {"name": "created", "type": "autodate", "onCreate": True},
            ]}, admin)
        account = {"email": "reader@example.org", "password": ADMIN[1], "passwordConfirm": ADMIN[1]}
        user = self.send("/users/records", account, admin)["id"]
        space = self.send("/spaces/records", {"name": "Space 1", "members": [user]}, admin)["id"]
        signed_in = {"identity": account["email"], "password": account["password"]}
        self.token = self.send("/users/auth-with-password", signed_in)["token"]
        other = self.send("/spaces/records", {"name": "Writing", "members": [user]}, admin)["id"]
        for number in range(50):
            text = f"What was seen on the way home, number {number}"
            self.send("/shares/records", {"text": text, "space": space, "author": user}, self.token)
        self.space = space
        self.share = {"text": "A thought that is shared", "space": other, "author": user}

    def shares(self):
        """The request for the shares of the space with their authors."""
        query = f"perPage=50&skipTotal=1&sort=-created&expand=author&filter=(space%3D'{self.space}')"
        return Request(f"{self.url}/api/collections/shares/records?{query}", token=self.token)

    def text(self):
        """The request that adds a share."""
        body = json.dumps(self.share).encode()
        return Request(f"{self.url}/api/collections/shares/records", "POST", self.token, body, "application/json")


def peer(folder, server, bare, database, plan):
    """The first row and the writes, with PocketBase as the floor of `server`."""
    with PocketBase(folder) as peer_:
        done = interleave(min(plan.rounds, 3), {
            "floor": lambda: run(Request(f"{bare.url}/bytes/shares"), READERS, plan.seconds),
            "peer": lambda: run(peer_.shares(), READERS, plan.seconds),
            "ours": lambda: run(server.shares(), READERS, plan.seconds),
        })
        yield rows.speed(SHARES, "PocketBase, a list of 50 records with their authors", done["ours"], done["peer"], 20)
        yield rows.speed("PocketBase: a list of 50 records with their authors, 16 connections", "bare Rocket, the bytes of"
                         " our 50 shares", done["peer"], done["floor"], None)
        done = interleave(min(plan.rounds, 3), {
            "floor": lambda: floor("commits", database, plan.seconds),
            "peer": lambda: run(peer_.text(), READERS, plan.seconds),
        })
        yield rows.speed("PocketBase: adding a record, synchronous=NORMAL, 16 connections", "rusqlite, one commit each",
                         done["peer"], done["floor"], None)
