"""A runner that energises every switch of a bench and then ends as it is told.

``python bench_victim.py BENCH FOLDER END``: says ``on`` when the relays are on and waits for a
line; then it does END. Run by the tests of the watchdog, as a process of its own.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from drivers.api.relay import Switch
from rig.bench.guard import guarded
from rig.bench.load import load_bench
from rig.bench.safety import signals_unwind


def wait() -> None:
    """Be a run that goes on and on."""
    while True:
        time.sleep(60)


def unwind_slowly() -> None:
    """Be a run whose fixtures take their time to end."""
    try:
        wait()
    finally:
        time.sleep(2)


def fail() -> None:
    """End as a fault of the rig does."""
    raise RuntimeError("as planned")


def hang(library: ctypes.CDLL) -> None:
    """Block in native code that no signal wakes: wait for a lock that this thread holds."""
    mutex = ctypes.create_string_buffer(64)
    library.pthread_mutex_lock(mutex)
    library.pthread_mutex_lock(mutex)


ENDS: dict[str, Callable[[], object]] = {
    "return": lambda: None,
    "fail": fail,
    "exit": lambda: os._exit(0),
    "segfault": lambda: ctypes.string_at(0),
    "wait": wait,
    "slow": unwind_slowly,
    "hang": lambda: hang(ctypes.CDLL(None)),
    "hang with the interpreter": lambda: hang(ctypes.PyDLL(None)),
}


def main(bench_file: str, folder: str, end: str) -> None:
    """Open the bench guarded, switch everything on, and end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores these
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    with signals_unwind(), guarded(load_bench(Path(bench_file)), Path(folder)) as bench:
        for switch in bench.of(Switch).values():
            switch.set(on=True)
        print("on", flush=True)  # noqa: T201
        sys.stdin.readline()
        print("ending", flush=True)  # noqa: T201
        ENDS[end]()


if __name__ == "__main__":
    main(*sys.argv[1:])
