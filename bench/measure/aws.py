"""The worker with photos in S3 and the queue in SQS, simulated by moto, against the same calls by the SDK alone."""

import os
import sys
import time
from pathlib import Path

from . import rows
from .load import Load, floor, interleave
from .processes import SERVER, Process, own_port

PHOTOS = 200
TEMP = "shared-spaces-temp"
KEYS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Moto(Process):
    """AWS, simulated on this machine."""

    def __init__(self, folder):
        port = own_port()
        self.url = f"http://127.0.0.1:{port}"
        moto = Path(sys.executable).parent / "moto_server"
        super().__init__([moto, "--port", port], folder)
        self.wait_for(f"{self.url}/moto-api/")
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": self.url}


class Cloud:
    """The buckets and the queue."""

    def __init__(self, moto, photo):
        import boto3  # Comes with moto; what doesn't need moto doesn't need this.

        def client(service):
            return boto3.client(service, endpoint_url=moto.url, region_name=KEYS["AWS_REGION"],
                                aws_access_key_id="test", aws_secret_access_key="test")

        self.moto, self.photo = moto, photo
        self.s3, self.sqs = client("s3"), client("sqs")
        self.s3.create_bucket(Bucket=TEMP)
        self.s3.create_bucket(Bucket="floor")
        self.next = 1

    def arrive(self):
        """Puts photos into the staging store and their names into a new queue; returns its URL. Workers that wait at the
        previous queue may still receive messages there, even after their end."""
        names = [f"1-{number}.jpg" for number in range(self.next, self.next + PHOTOS)]
        queue = self.sqs.create_queue(QueueName=f"photos-{self.next}")["QueueUrl"]
        self.next += PHOTOS
        for name in names:
            self.s3.put_object(Bucket=TEMP, Key=name, Body=self.photo)
        for at in range(0, PHOTOS, 10):
            batch = [{"Id": str(n), "MessageBody": name} for n, name in enumerate(names[at:at + 10])]
            self.sqs.send_message_batch(QueueUrl=queue, Entries=batch)
        return queue

    def ours(self, folder):
        """How many photos our worker moves in a second, including its start."""
        queue = self.arrive()
        settings = {
            "SHARED_SPACES_PHOTOS__STORE": "s3", "SHARED_SPACES_PHOTOS__QUEUE": "sqs",
            "SHARED_SPACES_PHOTOS__QUEUE_URL": queue, "SHARED_SPACES_PHOTOS__PREVIEWS": "false",
            **self.moto.environment,
        }
        begun = time.monotonic()
        with Process([SERVER, "worker"], folder, settings) as worker:
            while worker.log.read_text().count("moved a photo to its space") < PHOTOS:
                if worker.process.poll() is not None or time.monotonic() > begun + 120:
                    raise RuntimeError(f"the worker doesn't sort: {worker.log.read_text()[-2000:]}")
                time.sleep(0.005)
            return Load(PHOTOS / (time.monotonic() - begun))

    def floor(self):
        """The same with the SDK alone."""
        queue = self.arrive()
        return floor("sorting", queue, TEMP, "floor", PHOTOS, environment={**os.environ, **self.moto.environment})


def worker(folder, photo, plan):
    """The worker, against the SDK."""
    with Moto(folder / "moto") as moto:
        cloud = Cloud(moto, photo)
        done = interleave(min(plan.rounds, 3), {"floor": cloud.floor, "ours": lambda: cloud.ours(folder / "worker")})
    yield rows.speed("worker, S3 and SQS on moto, previews off", "the same three calls a photo by the SDK", done["ours"],
                     done["floor"], 0.8)
