"""What a whole run of the rig, started by a test, comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rig.records.journal import Run

ROOT = Path(__file__).parents[2]
PLANS = Path(__file__).parent / "plans"


@dataclass(frozen=True)
class Ended:
    """A run that has ended."""

    status: int
    output: str
    run: Run


RigRun = Callable[..., Ended]
OwnBench = Callable[[str], Path]
