"""One night at a time per bench, on the whole machine, whoever calls from wherever.

The lock is one of the kernel, so a killed night holds nothing; the text beside it says who has it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from reports.nightly.errors import NightHeld
from rig.bench.description import BenchDescription
from rig.bench.errors import BenchHeld
from rig.bench.lease import Lease, holders

_PATIENCE_S = 20.0  # a run of a killed night may still be unwinding
_AGAIN_S = 0.1


@contextmanager
def night_turn(bench: BenchDescription) -> Iterator[list[str]]:
    """Hold the nights of a bench; yields what is to be remarked. NightHeld says who has them."""
    lease = Lease(bench.name)
    try:
        lease.take({f"night {bench.path.resolve()}": f"the night of bench {bench.name}"})
        yield lease.notes
    except BenchHeld as exc:
        raise NightHeld(exc.message.partition(";")[0]) from exc
    finally:
        lease.release()


def await_bench(bench: BenchDescription, patience_s: float = _PATIENCE_S) -> None:
    """Wait until nobody is at a bench. NightHeld when somebody stays."""
    deadline_s = time.monotonic() + patience_s
    while there := [(what, who) for what, who in holders(bench).items() if who.alive]:
        if time.monotonic() > deadline_s:
            what, who = there[0]
            raise NightHeld(f"{what} is in use by {who}")
        time.sleep(_AGAIN_S)
