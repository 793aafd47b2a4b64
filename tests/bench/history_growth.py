"""How a history grows: the next night's import and a trend, at a million samples and at a tenth.

Both histories are asked the same in turns. Nights are alike: a run of 167 tests, each with 20
samples and one of 67 requirements. Their journals are written beforehand and are not in the times;
reading and checking them is.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reports.history.importing import Outcome, import_run
from reports.history.store import History
from reports.history.trend import trend
from rig.records.journal import JOURNAL
from tests.bench.harness import BenchFailed, Row, interleave, ratio
from tests.reports.history.postgres import PostgresAbsent, make_database, postgres

TESTS, SAMPLES, REQUIREMENTS = 167, 20, 67
ASKED = "DK-1"
_MOST_IMPORT, _MOST_TREND = 1.5, 3.0
_BEGAN = datetime(2026, 1, 1, 22, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sizes:
    """In nights. ``asked`` is how many a trend is asked for, as `rig trend` does unless told."""

    small: int = 30
    large: int = 300
    rounds: int = 9
    asked: int = 60


def rows(scratch: Path, sizes: Sizes | None = None) -> list[Row]:
    """Three rows a database; none for PostgreSQL where that is missing."""
    sizes = sizes or Sizes()
    chance = random.Random(7)  # noqa: S311 - no secret
    nights = [
        _write_night(scratch / "nights" / str(number), number, chance)
        for number in range(sizes.large + sizes.rounds + 1)
    ]
    found = _growth("SQLite", [str(scratch / f"{size}.db") for size in ("s", "l")], nights, sizes)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres())
        except PostgresAbsent as exc:
            print(f"history: {exc}; only SQLite is measured", file=sys.stderr)  # noqa: T201
            return found
        urls = [make_database(server, name) for name in ("small", "large")]
        return found + _growth("PostgreSQL", urls, nights, sizes)


def _growth(name: str, where: list[str], nights: list[Path], sizes: Sizes) -> list[Row]:
    with History(where[0]) as small, History(where[1]) as large:
        for night in nights[: sizes.small]:
            _import(small, night)
        begin = time.perf_counter()
        for night in nights[: sizes.large]:
            _import(large, night)
        filled_s = time.perf_counter() - begin
        next_small, next_large = (iter(nights[n:]) for n in (sizes.small, sizes.large))
        imports = interleave(
            {
                "small": lambda: _import(small, next(next_small)),
                "large": lambda: _import(large, next(next_large)),
            },
            sizes.rounds,
        )
        return [
            _import_row(name, imports, filled_s, sizes),
            _trend_row(name, small, large, sizes, sizes.asked),
            _trend_row(name, small, large, sizes, None),
        ]


def _import(history: History, night: Path) -> float:
    begin = time.perf_counter()
    if import_run(history, night) is not Outcome.ADDED:
        raise BenchFailed(f"{night} was there already")
    return time.perf_counter() - begin


def _import_row(name: str, times: dict[str, list[float]], filled_s: float, sizes: Sizes) -> Row:
    a_night = TESTS * SAMPLES
    each_us = 1e6 * statistics.median(times["large"]) / a_night
    against = (
        f"at {sizes.small * a_night:,}; {each_us:.1f} us a sample, {filled_s:.1f} s for all of them"
    )
    value = ratio(times["large"], times["small"])
    title = f"history on {name}: import at {sizes.large * a_night:,} samples"
    return Row(title, value, _MOST_IMPORT, against, f"{sizes.rounds} nights")


def _trend_row(name: str, small: History, large: History, sizes: Sizes, nights: int | None) -> Row:
    taken = {"small": _ask(small, nights)[1], "large": _ask(large, nights)[1]}

    def asked(history: History, samples: int) -> float:
        took_s, found = _ask(history, nights)
        if found != samples or not found:
            raise BenchFailed(f"{found} samples of {samples} in the trend")
        return took_s

    times = interleave(
        {
            "small": lambda: asked(small, taken["small"]),
            "large": lambda: asked(large, taken["large"]),
        },
        sizes.rounds,
    )
    ms = {size: 1000 * statistics.median(values) for size, values in times.items()}
    against = "{large:.1f} ms against {small:.1f} ms".format(**ms)
    against += " for {large:,} and {small:,} samples".format(**taken)
    what = "all nights" if nights is None else f"{nights} nights"
    target = None if nights is None else _MOST_TREND
    value = ratio(times["large"], times["small"])
    return Row(f"history on {name}: trend of {what}", value, target, against, f"{sizes.rounds} x")


def _ask(history: History, nights: int | None) -> tuple[float, int]:
    begin = time.perf_counter()
    found = trend(history, ASKED, nights)
    took_s = time.perf_counter() - begin
    return took_s, sum(len(night.samples) for series in found for night in series.nights)


def _write_night(folder: Path, number: int, chance: random.Random) -> Path:
    folder.mkdir(parents=True)
    lines = (f"{json.dumps(record)}\n" for record in _records(number, chance))
    (folder / JOURNAL).write_text("".join(lines))
    return folder


def _records(number: int, chance: random.Random) -> Iterator[dict[str, object]]:
    began = (_BEGAN + timedelta(days=number)).isoformat()
    phone = {"name": "owner", "driver": "phone.adb", "make": "Google", "serial": "P1"}
    head = {"run_id": f"night-{number}", "schema": 3, "bench": "desk", "devices": [phone]}
    yield {"record": "RunStarted", **head, "started_utc": began}
    for test in range(TESTS):
        samples = [round(chance.lognormvariate(5.8, 0.1), 6) for _ in range(SAMPLES)]
        measured = {"name": "tap", "unit": "ms", "wanted": SAMPLES, "samples": samples}
        name = {"test": f"a::test_{test}", "attempt": 1}
        about = {"requirements": [f"DK-{test % REQUIREMENTS}"], "verdict": "pass", "reason": ""}
        yield {"record": "TestStarted", **name}
        yield {"record": "Result", **name, **about, "measurements": [measured]}
    yield {"record": "RunFinished", "ended_utc": began, "verdict": "pass", "exit_status": 0}
