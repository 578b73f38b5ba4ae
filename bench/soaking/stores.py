"""The stores of photos, read directly: a folder, or buckets in a moto of our own."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# Variables that are settings of a server.
OURS = ("SHARED_SPACES_", "ROCKET_", "AWS_", "RUST_LOG")


class Local:
    """Photos on disk. The server moves them, and so does a separate worker."""

    name = "local disk"
    workers = 1

    def __init__(self, folder):
        self.root = folder / "data" / "photos"
        self.environment = {}
        self.backups = folder / "backups"
        self.backups.mkdir()
        self.place = str(self.backups)

    def archives(self):
        """The names of the archives at the backup destination."""
        return {path.name for path in self.backups.glob("*.tar.zst")}

    def address(self, archive):
        return str(self.backups / archive)

    def close(self):
        pass

    def path(self, name):
        return self.root / f"space-id-{name.replace('-', '/', 1)}"

    def remove(self, name):
        self.path(name).unlink()

    def put(self, name):
        self.path(name).parent.mkdir(exist_ok=True)
        self.path(name).write_bytes(b"back again")

    def arrived(self):
        """The names of photos in the staging store."""
        return {path.name for path in self.root.glob("temp/*")}

    def sorted(self):
        """The names of photos in the stores of spaces."""
        return {f"{path.parent.name.removeprefix('space-id-')}-{path.name}" for path in self.root.glob("space-id-*/*")}

    def previews(self):
        """The names of photos that have previews."""
        found = self.root.glob("previews/space-id-*/*")
        return {f"{path.parent.name.removeprefix('space-id-')}-{path.name.rsplit('.', 1)[0]}" for path in found}

    def waiting(self):
        """How many messages the queue has, if it isn't in the database."""
        return 0

    def may_have_arrived(self):
        """Whether abandoned uploads may still be in the staging store."""
        return False


class Moto:
    """Photos in S3 and the queue in SQS, as moto simulates them; the workers are separate processes."""

    name = "S3 and SQS (moto)"
    workers = 2

    def __init__(self, folder):
        import boto3

        script = REPOSITORY / "tests" / "aws" / "amazon.py"
        self.moto = subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        endpoint = f"http://127.0.0.1:{self.moto.stdout.readline().strip()}"
        access = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        os.environ.update(access)
        self.s3, self.sqs = (boto3.client(service, endpoint_url=endpoint, region_name="us-east-1") for service in ("s3", "sqs"))
        self.s3.create_bucket(Bucket="soak-backups")
        self.place = "s3://soak-backups/spaces"
        # The messages of a killed worker are delivered again soon.
        attributes = {"FifoQueue": "true", "VisibilityTimeout": "10"}
        self.queue = self.sqs.create_queue(QueueName="photos.fifo", Attributes=attributes)["QueueUrl"]
        self.environment = {
            **access,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": "us-east-1",
            "SHARED_SPACES_PHOTOS__STORE": "s3",
            "SHARED_SPACES_PHOTOS__QUEUE": "sqs",
            "SHARED_SPACES_PHOTOS__QUEUE_URL": self.queue,
        }

    def archives(self):
        found = (key.removeprefix("spaces/") for key in self.keys("soak-backups"))
        return {file for file in found if file.endswith(".tar.zst")}

    def address(self, archive):
        return f"{self.place}/{archive}"

    def close(self):
        self.moto.stdin.close()
        self.moto.wait()

    def buckets(self):
        return {bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]}

    def bucket(self, space):
        """The bucket of a space, created if it is missing."""
        found = [bucket for bucket in self.buckets() if bucket.startswith(f"space-id-{space}-")]
        if found:
            return found[0]
        self.s3.create_bucket(Bucket=f"space-id-{space}-00000")
        return f"space-id-{space}-00000"

    def keys(self, bucket):
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from (found["Key"] for found in page.get("Contents", []))

    def remove(self, name):
        space, file = name.split("-", 1)
        self.s3.delete_object(Bucket=self.bucket(space), Key=file)

    def put(self, name):
        space, file = name.split("-", 1)
        self.s3.put_object(Bucket=self.bucket(space), Key=file, Body=b"back again")

    def arrived(self):
        return set(self.keys("shared-spaces-temp"))

    def sorted(self):
        spaces = [bucket for bucket in self.buckets() if bucket.startswith("space-id-")]
        return {f"{bucket.split('-')[2]}-{key}" for bucket in spaces for key in self.keys(bucket)}

    def previews(self):
        return {key.replace("/", "-", 1).rsplit(".", 1)[0] for key in self.keys("shared-spaces-previews")}

    def waiting(self):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def may_have_arrived(self):
        # Others may be putting photos there, so they count as abandoned only after an hour.
        return True


STORES = {"local": Local, "moto": Moto}


def environment_for(store):
    """The environment of servers and workers: that of this process, without its settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {"RUST_LOG": "warn,shared_spaces::api::form=debug,shared_spaces::server=debug"} | store.environment
