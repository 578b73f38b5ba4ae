"""What the table is made of: pieces of work, their goals, and what was measured."""

from dataclasses import dataclass, field

from .load import median, ratios


@dataclass
class Row:
    """A piece of work, and how it went in every round."""

    work: str
    floor: str
    #: For each round: ours divided by the floor's, or the value itself if there is no floor.
    values: list[float]
    #: "at least" or "at most" this.
    goal: tuple[str, float] | None = None
    #: The unit of the values; "" for ratios.
    unit: str = ""
    #: The values behind the ratios, for a closer look.
    raw: dict[str, list[float]] = field(default_factory=dict)

    @property
    def result(self):
        """The median of all rounds."""
        return median(self.values)

    @property
    def met(self):
        """Whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        how, limit = self.goal
        return self.result >= limit if how == "at least" else self.result <= limit


def speed(work, floor_name, ours, floors, goal):
    """A row of throughput, against the floor."""
    raw = {"ours per second": [a.per_second for a in ours], "floor per second": [b.per_second for b in floors]}
    return Row(work, floor_name, ratios(ours, floors), ("at least", goal) if goal else None, raw=raw)


def tail(work, floor_name, ours, floors, goal):
    """A row of the 99th percentile of response times, against the floor."""
    raw = {"ours p99 ms": [a.p99 for a in ours], "floor p99 ms": [b.p99 for b in floors]}
    return Row(work, floor_name, ratios(ours, floors, lambda load: load.p99), ("at most", goal), raw=raw)


def bandwidth(work, floor_name, ours, floors, goal):
    """A row of bytes per second, against the floor."""
    raw = {"ours MB/s": [a.bandwidth / 1e6 for a in ours], "floor MB/s": [b.bandwidth / 1e6 for b in floors]}
    return Row(work, floor_name, ratios(ours, floors, lambda load: load.bandwidth), ("at least", goal), raw=raw)
