"""The table, as Markdown and as JSON, with a description of the machine."""

import datetime
import json
import os
import platform
import re
import subprocess
from pathlib import Path

from .load import ROOT


def machine():
    """A description of the machine."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": cpu[1] if cpu else platform.machine(),
        "memory GiB": round(int(memory[1]) / 2**20),
        "system": f"{platform.system()} {platform.release()}",
        "load before": os.getloadavg()[0],
    }


def commit():
    """The state of the sources."""
    line = ["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(line, stdout=subprocess.PIPE, check=False, text=True).stdout.strip()


def number(value):
    """Three significant digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def line(row):
    """A line of the table."""
    unit = f" {row.unit}" if row.unit else ""
    goal = f"{row.goal[0]} {number(row.goal[1])}{unit}" if row.goal else ""
    spread = f"{number(min(row.values))} – {number(max(row.values))}"
    met = {True: "met", False: "**missed**", None: ""}[row.met]
    return f"| {row.work} | {row.floor} | {goal} | {number(row.result)}{unit} | {spread} | {met} |"


def write(folder, rows, about, state, plan, target):
    """Writes `results.md` and `results.json`; `state` is the commit that was measured."""
    made = {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"), "commit": state, "machine": about,
        "target": target, "rounds": plan.rounds, "seconds": plan.seconds,
    }
    lines = [
        "# Results", "",
        f"By `bench/run` on {made['date']}, {'at ' + target if target else 'commit ' + made['commit']}: {about['cores']} "
        f"cores of {about['processor']}, {about['memory GiB']} GiB, {about['system']}; load {about['load before']:.2f} "
        f"before the start. {plan.rounds} rounds of {plan.seconds} seconds.", "",
        "A result without a unit is the median of ratios to what stands under *against*, each taken within one round; the "
        "spread is the smallest and the largest. What is behind them is in [results.json](results.json).", "",
        "| work | against | goal | result | spread | |", "|---|---|---|---|---|---|",
        *map(line, rows), "",
    ]
    (folder / "results.md").write_text("\n".join(lines))
    made["rows"] = [
        {"work": row.work, "against": row.floor, "goal": row.goal, "unit": row.unit, "result": row.result,
         "met": row.met, "values": row.values, "raw": row.raw}
        for row in rows
    ]
    (folder / "results.json").write_text(json.dumps(made, indent=1) + "\n")
