"""The state that the driver expects."""

import threading
from collections import Counter
from datetime import datetime, timezone
from typing import NamedTuple


class Version(NamedTuple):
    """A share as it was sent: its text, and the hash of its photo's bytes or None."""

    text: str
    photo: str | None


class Item:
    """Something with a state, such as a share or a membership. It is in one of `states`: the only one, or, after a lost
    response, the previous or the next one. `lock` is held while it is read or changed."""

    def __init__(self, state):
        self.states = [state]
        self.lock = threading.RLock()

    @property
    def certain(self):
        """The state, if only one is possible."""
        return self.states[0] if len(self.states) == 1 else None

    def was_sent(self, state):
        """A request was sent that leads to this state."""
        self.states.append(state)

    def was_answered(self, state):
        """That request was acknowledged."""
        self.states = [state]

    def was_refused(self):
        """That request was not carried out."""
        self.states.pop()

    def is_found(self, state):
        """Whether this state is possible; from now on it is the only one."""
        possible = state in self.states
        self.states = [state]
        return possible


class Share(Item):
    """A share; its states are versions, and None when it is deleted."""

    def __init__(self, number, author, space, version):
        super().__init__(version)
        self.number, self.author, self.space = number, author, space
        # The names that its photos have had, as far as responses said.
        self.names = set()
        # Its comments by id; the texts of those in doubt; and by person, whether their heart is on it.
        self.comments, self.unanswered, self.hearts = {}, set(), {}


class Space(Item):
    """A space; its state is whether it exists."""

    def __init__(self, number, admin):
        super().__init__(True)
        self.number, self.admin = number, admin
        # For each person, whether they are a member.
        self.members = {}
        self.shares = {}
        # Versions that were sent and never acknowledged: each is there once, or not at all.
        self.unanswered = []
        self.changing = threading.Lock()

    def adopt(self, number, author, version):
        """Adds a share that is there; returns it, or None if its id was used before."""
        with self.changing:
            if number in self.shares:
                return None
            self.shares[number] = Share(number, author, self, version)
            return self.shares[number]

    def may_have(self, version):
        """A share was sent, and it is unknown whether it is there."""
        with self.changing:
            self.unanswered.append(version)

    def living(self, author=None):
        """Shares that are certainly there."""
        with self.changing:
            shares = list(self.shares.values())
        return [share for share in shares if share.certain and author in (None, share.author)]


class Tally:
    """What was done, and what is wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = Counter()
        self.complaints = []

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def complain(self, kind, sentence):
        with self.lock:
            self.complaints.append((kind, f"{datetime.now(timezone.utc):%H:%M:%S.%f} {sentence}"))
