"""Comparing on a machine that is never quiet.

Contestants take turns inside each round, and a round gives one ratio; the median ratio over the
rounds stands. What slows the machine for a while slows both sides of a ratio. Absolute times are
shown to make the ratio plain, and are never judged.
"""

from __future__ import annotations

import gc
import json
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class BenchFailed(Exception):
    """A contestant did not do its work, so that its time means nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. ``target`` is the largest ratio that is good enough; None: not judged."""

    name: str
    ratio: float
    target: float | None
    against: str
    n: str

    @property
    def is_met(self) -> bool:
        """Whether the ratio is good enough."""
        return self.target is None or self.ratio <= self.target


def interleave(contestants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run all contestants in each of the rounds, every other round in reverse order.

    Each returns what it took. One round beforehand warms caches and does not count.
    """
    times: dict[str, list[T]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        names = list(contestants)
        for name in reversed(names) if number % 2 else names:
            gc.collect()
            taken_s = contestants[name]()
            if number:
                times[name].append(taken_s)
    return times


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median over all rounds of the ratio within each."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


@dataclass(frozen=True, slots=True)
class Spent:
    """What a program took, in seconds: by the clock on the wall, and of the processors' time."""

    wall_s: float
    cpu_s: float


def run_program(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None
) -> Spent:
    """Run a program that must succeed; BenchFailed shows what it said."""
    begin_cpu_s, begin_s = _children_cpu_s(), time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
    )
    spent = Spent(time.perf_counter() - begin_s, _children_cpu_s() - begin_cpu_s)
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise BenchFailed(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{said}")
    return spent


def _children_cpu_s() -> float:
    """Processor time of every program that has ended, with those it started itself."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def table(rows: Sequence[Row]) -> str:
    """The rows as plain text in columns."""
    cells = [("name", "ratio", "target", "", "against", "n")]
    for row in rows:
        target = "-" if row.target is None else f"<= {row.target:g}"
        mark = "" if row.target is None else ("met" if row.is_met else "MISSED")
        cells.append((row.name, f"{row.ratio:.3f}", target, mark, row.against, row.n))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def write_json(rows: Sequence[Row], path: Path) -> None:
    """The rows for a program to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
