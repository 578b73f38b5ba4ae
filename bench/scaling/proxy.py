"""nginx in front of the cells, configured by the lines of docs/scaling.md."""

import os
import pwd
import re
import socket
import subprocess
import time

from measure.processes import Process, own_port

from .machine import DOMAIN, block

#: What the page leaves to the rest of the configuration of nginx, and to the certificate.
FRAME = """daemon off; {account} pid nginx.pid; error_log error.log warn; worker_processes 2;
events {{ worker_connections 4096; }}
http {{
access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
{lines}}}
"""
#: What the page says of a cell that was moved.
ELSEWHERE = "    bob     10.0.0.2:8001;"


class Proxy(Process):
    """One nginx for all cells whose sockets are in a folder."""

    def __init__(self, folder, sockets):
        self.sockets, self.port = sockets, own_port()
        self.file = folder / "nginx.conf"
        folder.mkdir()
        self.moved = {}
        self.configure()
        super().__init__(["nginx", "-p", folder, "-c", self.file, "-e", "error.log"], folder)
        self.wait_until(self.connect, "nginx")

    def configure(self):
        """Writes the lines of the page, for this port and these sockets, with what was moved."""
        lines = block("# nginx: in the http block, for all cells").replace("/run/", f"{self.sockets}/")
        if lines.count(ELSEWHERE) != 1:
            raise RuntimeError("the page doesn't show how a cell that was moved is named to nginx")
        moved = "\n".join(f"    {name} {upstream};" for name, upstream in self.moved.items())
        lines = re.sub(r" *ssl_certificate.*\n", "", lines.replace(re.search(f"{ELSEWHERE}.*", lines)[0], moved))
        # Its workers reach the sockets by the account that has started this.
        account = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
        self.file.write_text(FRAME.format(account=account, lines=lines.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port}")))

    def connect(self):
        socket.create_connection(("127.0.0.1", self.port)).close()

    def switch(self, name, upstream):
        """Names another place of a cell, and has nginx read that, as `nginx -t && systemctl reload nginx` does."""
        self.moved[name] = upstream
        self.configure()
        line = ["nginx", "-p", str(self.folder), "-c", str(self.file), "-e", "error.log"]
        subprocess.run([*line, "-t", "-q"], check=True)
        before = self.workers()
        subprocess.run([*line, "-s", "reload"], check=True)
        until = time.monotonic() + 60
        while not self.workers() - before:
            if time.monotonic() > until:
                raise RuntimeError(f"nginx doesn't read its new lines: {(self.folder / 'error.log').read_text()}")
            time.sleep(0.005)

    def workers(self):
        """Its processes that answer."""
        done = subprocess.run(["pgrep", "--parent", str(self.pid)], capture_output=True, check=False, text=True)
        return set(done.stdout.split())

    def door(self, name):
        """How clients come to a cell."""
        return Door(self, name)


class Door:
    """A cell behind the proxy, as the clients of the soak know a server."""

    def __init__(self, proxy, name):
        self.proxy, self.host = proxy, f"{name}.{DOMAIN}"

    def wait_until_up(self):
        """The port of the proxy, which is always up."""
        return self.proxy.port
