"""The server and the workers, each killed every few seconds and started again."""

import random
import subprocess
import threading

# What a server logs before its address.
UP = "Shared Spaces is up: "
# A process is killed after a time between these, in seconds.
SHORTEST, LONGEST = 1.0, 8.0


class Worker:
    """A process that is killed repeatedly, and always started again."""

    def __init__(self, name, arguments, environment, log, tally):
        self.name, self.arguments, self.environment = name, arguments, environment
        self.log, self.tally = log, tally
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.arguments, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True
        )

    def kill(self):
        ended = self.process.poll()
        if ended is not None:
            self.tally.complain("process", f"the {self.name} has ended by itself with {ended}")
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def keep_killing(self, ending, seed):
        """Kills it at random moments, until the event `ending`."""
        chance = random.Random(seed)
        while not ending.wait(chance.uniform(SHORTEST, LONGEST)):
            self.kill()
            self.start()
            self.tally.count(f"kills of {self.name}s")

    def end(self):
        """Asks it to stop, which it must do cleanly."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        if code != 0:
            self.tally.complain("process", f"the {self.name} has ended with {code}")


class Server(Worker):
    """The server; people wait while it is down."""

    # The name by which it is asked for; none, as it is alone at its port.
    host = None

    def __init__(self, *arguments):
        self.up = threading.Condition()
        self.port = None
        super().__init__("server", *arguments)

    def start(self):
        super().start()
        line = self.process.stdout.readline()
        if not line.startswith(UP):
            raise SystemExit(f"the server doesn't start, and says {line!r}: see its log")
        with self.up:
            self.port = int(line.rsplit(":", 1)[1])
            self.up.notify_all()

    def kill(self):
        with self.up:
            self.port = None
        super().kill()

    def wait_until_up(self):
        """The port at which it listens."""
        with self.up:
            if not self.up.wait_for(lambda: self.port, timeout=60):
                raise TimeoutError("the server is not up within a minute")
            return self.port
