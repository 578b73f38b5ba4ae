"""Runs moto, which speaks like Amazon's S3 and SQS, on a free port until its standard input ends. Prints the port, and the URL
of a FIFO queue if its name is the argument."""

import sys

import boto3
from moto.server import ThreadedMotoServer

# What a killed worker had in hand comes again soon, in seconds.
HIDDEN = "5"

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
