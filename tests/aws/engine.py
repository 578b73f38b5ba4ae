"""What the scripts have in common that run an engine until standard input ends."""

import signal
import socket
import subprocess
import sys
import time


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def run(name, command, port, **more):
    """Runs a command, prints the port when it answers there, and ends it when standard input ends."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    engine = subprocess.Popen(command, **quiet, **more)
    try:
        while not answers(port):
            if engine.poll() is not None:
                sys.exit(f"{name} has ended with {engine.returncode}")
            time.sleep(0.05)
        print(port, flush=True)
        sys.stdin.read()
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.wait()
