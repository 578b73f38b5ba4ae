"""Runs SeaweedFS, whose program is the first argument, on the eight ports that are the others, in a folder of its own until
standard input ends."""

import json
import os
import sys
import tempfile

from engine import run

with tempfile.TemporaryDirectory() as folder:
    key = {"accessKey": "test", "secretKey": "test"}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    config = os.path.join(folder, "s3.json")
    with open(config, "w") as file:
        json.dump({"identities": [{"name": "tests", "credentials": [key], "actions": actions}]}, file)
    names = ["master", "volume", "filer", "s3"]
    weed, *ports = sys.argv[1:]
    s3 = ports[names.index("s3")]
    arguments = ["server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    for at, name in enumerate(names):
        arguments += [f"-{name}.port={ports[at]}", f"-{name}.port.grpc={ports[at + len(names)]}"]
    arguments += [f"-s3.config={config}", f"-dir={folder}"]
    arguments += ["-master.volumeSizeLimitMB=64", "-volume.max=0", "-master.telemetry=false"]
    run("SeaweedFS", [weed, *arguments], int(s3), cwd=folder)
