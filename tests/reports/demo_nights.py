"""Nights to judge the trend page by: `python -m tests.reports.demo_nights NEW_FOLDER [NIGHTS]`."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reports.history.importing import import_run
from reports.history.store import History
from rig.records.run import DeviceRecord, Measurement, Statistic
from tests.reports.sample_runs import result, write_run

NAME = "DK-UNLOCK-03"
PHONES = {
    "Pixel 9": DeviceRecord("owner", "phone.adb", False, "Google", "Pixel 9", "P1", "15"),
    "iPhone 15": DeviceRecord("owner", "phone.operator", False, "Apple", "iPhone 15", "F17X", "18"),
}
BEGIN = datetime(2026, 1, 10, 23, tzinfo=UTC)


def write_history(folder: Path, nights: int, *, slower_from: int = 1000) -> History:
    """A run a night and phone, of twenty taps each; from a night on the Pixel is 12 % slower."""
    chance = random.Random(5)  # noqa: S311 - a seed, no secret
    history = History(folder / "history.db")
    for night in range(nights):
        for number, (phone, device) in enumerate(PHONES.items()):
            slower = 1.12 if phone == "Pixel 9" and night >= slower_from else 1.0
            middle = (310.0 + 40 * number) * chance.lognormvariate(0, 0.015) * slower
            taken = tuple(round(middle * chance.lognormvariate(0, 0.08), 2) for _ in range(20))
            began = BEGIN + timedelta(days=night, minutes=10 * number)
            tap = result("a::test_a_tap_is_fast", requirements=(NAME,), measurements=(taps(taken),))
            name = f"{began:%Y%m%d}-{number}"
            head: dict[str, Any] = {"run_id": name, "started_utc": began.isoformat()}
            import_run(history, write_run(folder / name, [tap], devices=(device,), **head))
    return history


def taps(samples: tuple[float, ...]) -> Measurement:
    middle = sorted(samples)[len(samples) // 2]
    found = (Statistic("p50", middle, 0.97 * middle, 1.03 * middle, 0.95),)
    return Measurement("tap_to_unlock", "ms", len(samples), samples, found, ())


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 45
    write_history(where, count, slower_from=32).close()
