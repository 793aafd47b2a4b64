"""What the demo's run is excused from, and how uncertain its latencies are."""

from __future__ import annotations

from typing import Any

from rig.records.excuses import Quarantine, WaiverRecord
from rig.records.uncertainty import UncertaintyBudget, UncertaintyComponent

BUDGET = UncertaintyBudget(
    quantity="latency",
    unit="ms",
    components=(
        UncertaintyComponent(
            "relay actuation",
            1.5,
            "ms",
            "rectangular",
            3**0.5,
            1.0,
            0.866,
            None,
            "rig doctor --measure of desk on 2026-03-01: unlock_driver on to unlocked_driver, n 59",
        ),
        UncertaintyComponent("clock", 2.0, "us", "normal", 1.0, 0.001, 0.002, 9.0, "a data sheet"),
    ),
    combined=0.866,
    freedom=None,
    coverage=2.0,
    expanded=1.732,
    unknown={"sensor debounce": "no sensor states its debounce_ms"},
)
WAIVER = WaiverRecord(
    kind="waiver",
    by="A. Smith, certification",
    reason="The customer accepts up to 600 ms until the handle reader's next revision.",
    ticket="DK-123",
    begins="2026-03-01",
    until="2026-06-30",
    test="testplans/nowhere.py::test_nothing",
)
DEVIATION = WaiverRecord(
    kind="deviation",
    by="B. Jones",
    reason="The bench was at 12 degrees for the first hour.",
    ticket="DK-124",
    begins="2026-03-02",
    until="2026-03-02",
    requirement="DK-CORE-01",
)


def excused(quarantined: str) -> dict[str, Any]:
    """The fields of a RunStarted. Of the tests, one is in quarantine."""
    held = Quarantine(quarantined, "C. Brown", "DK-125", "2026-03-31")
    return {"waivers": (WAIVER, DEVIATION), "quarantine": (held,), "budgets": (BUDGET,)}
