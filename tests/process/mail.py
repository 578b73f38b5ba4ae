"""A mail server with STARTTLS and a password, which keeps every mail in a folder."""

import itertools
import os
import pathlib
import socket
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

folder, certificate, key, password = sys.argv[1:]
numbers = itertools.count(1)


class Keep:
    async def handle_DATA(self, server, session, envelope):
        path = pathlib.Path(folder) / f"{next(numbers)}.eml"
        draft = path.with_suffix(".part")
        draft.write_bytes(envelope.content)
        os.replace(draft, path)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    is_right = (data.login, data.password) == (b"spaces", password.encode())
    return AuthResult(success=is_right)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
controller = Controller(
    Keep(),
    hostname="127.0.0.1",
    port=int(os.environ.get("MAIL_PORT", "0")),
    tls_context=context,
    require_starttls=True,
    auth_required=True,
    authenticator=authenticate,
)


def port():
    return controller.server.sockets[0].getsockname()[1]


def look():
    with socket.create_connection(("127.0.0.1", port()), 1) as connection:
        connection.recv(1024)


# The controller looks whether it answers at the port that it was given, and isn't told which one it got.
controller._trigger_server = look
controller.start()
print("port", port(), flush=True)
threading.Event().wait()
