"""Runs moto, which speaks like Amazon's S3 and SQS, on a free port until its standard input ends. Prints the port, and the URL
of a FIFO queue if its name is the argument."""

import sys
from datetime import timedelta

import boto3
from moto.s3.models import FakeKey
from moto.server import ThreadedMotoServer

# What a killed worker had in hand comes again soon, in seconds.
HIDDEN = "5"



def set_metadata_and_age(key, metadata, replace=False):
    """An object that is put with the metadata `age` has been there for so many seconds."""
    set_metadata(key, metadata, replace)
    age = {name.lower(): value for name, value in key.metadata.items()}.get("x-amz-meta-age")
    if age:
        key.last_modified -= timedelta(seconds=int(age))


set_metadata = FakeKey.set_metadata
FakeKey.set_metadata = set_metadata_and_age
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(port, flush=True)
for name in sys.argv[1:]:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    sqs = boto3.client("sqs", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **keys)
    attributes = {"FifoQueue": "true", "VisibilityTimeout": HIDDEN}
    print(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], flush=True)
sys.stdin.read()
server.stop()
