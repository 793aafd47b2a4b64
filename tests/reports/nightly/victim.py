"""`rig` that dies at one point, with all its children, as when the power goes.

``python victim.py "after import" nightly ...``. Run by the tests of the nightly.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.history import importing
from reports.nightly import state, steps
from reports.nightly.notify import telling


def die(*_: object, **__: object) -> None:
    """The power goes."""
    os.killpg(0, signal.SIGKILL)


def before(function: Callable[..., Any], turn: int = 1) -> Callable[..., Any]:
    """Die when it is called for the n-th time."""
    left = [turn]

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            die()
        return function(*args, **kwargs)

    return wrapped


def after(function: Callable[..., Any], turn: int = 1) -> Callable[..., Any]:
    """Die when it has returned for the n-th time."""
    left = [turn]

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        left[0] -= 1
        if not left[0]:
            die()
        return found

    return wrapped


def replaced(module: Any, name: str, how: Callable[..., Any], turn: int = 1) -> Callable[[], None]:
    """Put something that dies in the place of a function."""
    return lambda: setattr(module, name, how(getattr(module, name), turn))


POINTS: dict[str, Callable[[], None]] = {
    "before the first state": replaced(state.Night, "save", before),
    "in the first state": replaced(Path, "replace", before),
    "after the first state": replaced(state.Night, "save", after),
    "in the self-check": replaced(steps, "call_rig", before),
    "after the self-check": replaced(steps, "call_rig", after),
    "when the run is said and not begun": replaced(state.Night, "save", after, 2),
    "when the run has ended and nobody has said so": replaced(steps, "call_rig", after, 2),
    "when the end of the run is said": replaced(state.Night, "save", after, 3),
    "in the import": replaced(importing, "_add", after),
    "after the import": replaced(steps, "import_run", after),
    "in the second import": replaced(importing, "_add", before, 1),
    "in the analysis": replaced(steps, "analyse", before),
    "after the analysis": replaced(steps, "analyse", after),
    "after the page": replaced(steps, "write_night_page", after),
    "when the gate has spoken": replaced(telling, "tell", before),
    "before it is told": replaced(telling, "send_webhook", before),
    "after it was told": replaced(telling, "send_webhook", after),
}


if __name__ == "__main__":
    POINTS[sys.argv.pop(1)]()
    from rig.cli import main

    main()
