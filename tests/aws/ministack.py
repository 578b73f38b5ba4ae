"""Runs MiniStack, with the Python that has it, on a free port in a folder of its own until standard input ends."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


with tempfile.TemporaryDirectory() as folder:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "SERVICES": "s3", "LOG_LEVEL": "ERROR"}
    environment = {**os.environ, **settings, "HOME": folder, "TMPDIR": folder}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([sys.executable, "-m", "ministack"], cwd=folder, env=environment, **quiet)
    try:
        while not answers(port):
            if server.poll() is not None:
                sys.exit(f"MiniStack has ended with {server.returncode}")
            time.sleep(0.05)
        print(port, flush=True)
        sys.stdin.read()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
