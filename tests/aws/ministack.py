"""Runs MiniStack, with the Python that has it, on the port that is its argument, in a folder of its own until standard input ends."""

import os
import sys
import tempfile

from engine import run

with tempfile.TemporaryDirectory() as folder:
    [port] = sys.argv[1:]
    settings = {"GATEWAY_PORT": port, "BIND_HOST": "127.0.0.1", "SERVICES": "s3", "LOG_LEVEL": "ERROR"}
    environment = {**os.environ, **settings, "HOME": folder, "TMPDIR": folder}
    run("MiniStack", [sys.executable, "-m", "ministack"], int(port), cwd=folder, env=environment)
