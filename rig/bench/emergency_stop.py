"""The emergency stop of a bench: a sensor of that name that is active when it is pressed.

While a bench is open it is read all the time. Pressed, or not to be read any more, it makes every
switch safe at once and ends the run, whatever a test is doing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.api.sensor import Sensor
from rig.bench.attempts import described, failure_of
from rig.bench.errors import BenchError

NAME = "emergency_stop"
POLL_S = 0.02  # well below the second in which switches are to be safe


def pressed(sensor: Sensor) -> str:
    """Why nothing may move; "" while everything may."""
    states: list[bool] = []
    error = failure_of(lambda: states.append(sensor.is_active()))
    if error:
        return f"the emergency stop cannot be read: {described(error)}"
    return "the emergency stop is pressed" if states[0] else ""


@contextmanager
def watched(sensor: Sensor, stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` again and again, in a thread, from when it is pressed until the block ends.

    Raises BenchError when it is pressed already.
    """
    if why := pressed(sensor):
        raise BenchError(f"{why}; release it, and start again")
    over = threading.Event()

    def watch() -> None:
        seen = False
        while not over.wait(POLL_S):
            seen = seen or bool(pressed(sensor))
            if seen:
                stop()

    thread = threading.Thread(target=watch, name="emergency stop")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
