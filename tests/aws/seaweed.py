"""Runs SeaweedFS, whose program is the first argument, on free ports in a folder of its own until standard input ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time


def free_ports(count):
    """Ports that nothing uses. All are held at once, so that none comes twice."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


with tempfile.TemporaryDirectory() as folder:
    key = {"accessKey": "test", "secretKey": "test"}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    config = os.path.join(folder, "s3.json")
    with open(config, "w") as file:
        json.dump({"identities": [{"name": "tests", "credentials": [key], "actions": actions}]}, file)
    names = ["master", "volume", "filer", "s3"]
    ports = free_ports(2 * len(names))
    s3 = ports[names.index("s3")]
    arguments = ["server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    for at, name in enumerate(names):
        arguments += [f"-{name}.port={ports[at]}", f"-{name}.port.grpc={ports[at + len(names)]}"]
    arguments += [f"-s3.config={config}", f"-dir={folder}"]
    arguments += ["-master.volumeSizeLimitMB=64", "-volume.max=0", "-master.telemetry=false"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    weed = subprocess.Popen([sys.argv[1], *arguments], cwd=folder, **quiet)
    try:
        while not answers(s3):
            if weed.poll() is not None:
                sys.exit(f"SeaweedFS has ended with {weed.returncode}")
            time.sleep(0.05)
        print(s3, flush=True)
        sys.stdin.read()
    finally:
        weed.send_signal(signal.SIGTERM)
        weed.wait()
