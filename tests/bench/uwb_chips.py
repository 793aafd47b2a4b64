"""Virtual UWB chips in a process of their own: `python -m tests.bench.uwb_chips COUNT`.

Prints their addresses, one a line, and serves them until its input ends.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

from drivers.sim.uwb_chip import VirtualUwbChip


def main() -> int:
    """Serve as many chips as the first argument says."""
    with ExitStack() as stack:
        for seed in range(int(sys.argv[1])):
            chip = stack.enter_context(VirtualUwbChip(seed=seed))
            print(chip.address, flush=True)  # noqa: T201 - what the other process reads
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
