"""Runs MiniStack, with the Python that has it, on a free port in a folder of its own until standard input ends."""

import os
import sys
import tempfile

from engine import free_ports, run

with tempfile.TemporaryDirectory() as folder:
    [port] = free_ports(1)
    settings = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "SERVICES": "s3", "LOG_LEVEL": "ERROR"}
    environment = {**os.environ, **settings, "HOME": folder, "TMPDIR": folder}
    run("MiniStack", [sys.executable, "-m", "ministack"], port, cwd=folder, env=environment)
