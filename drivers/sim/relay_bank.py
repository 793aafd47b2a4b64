"""The copper of a virtual relay board: relays that outlive the process, what they move, and faults.

Whatever line the board hangs on, behind it is this.
"""

from __future__ import annotations

from enum import StrEnum

from drivers.api.errors import DriverError
from drivers.sim.body import VirtualBody
from drivers.sim.relay_memory import RelayMemory


class Fault(StrEnum):
    """What may be wrong with a board; its makers' firmware has shown all of them."""

    NO_ANSWER = "no answer"
    WRONG_ECHO = "wrong echo"  # it switches, and says the contrary
    GARBAGE = "garbage"  # octets that mean nothing, in place of an answer
    REFUSAL = "refusal"  # where its protocol has one
    STUCK = "stuck"  # it takes commands, and no relay moves


class RelayBank:
    """1 to 8 relays and 16 inputs, one bit each, number 1 lowest; both end at the body.

    ``serial`` is 5 letters and digits: banks of one serial and user are one, in whatever process.
    Raises DriverError for another serial or number of relays.
    """

    def __init__(
        self, body: VirtualBody | None, serial: str, channels: int, fault: Fault | None
    ) -> None:
        if not 1 <= channels <= 8:
            raise DriverError(f"{channels} relays: a board has 1 to 8", device=serial)
        self.channels, self.fault = channels, fault
        self._body = body
        self._memory = RelayMemory(serial)
        self._move(self._memory.relays)  # as some earlier process may have left them

    @property
    def relays(self) -> int:
        """How they are."""
        return self._memory.relays

    @property
    def reported(self) -> int:
        """How the board says that they are."""
        every = (1 << self.channels) - 1
        return self.relays ^ every if self.fault is Fault.WRONG_ECHO else self.relays

    @property
    def inputs(self) -> int:
        """What the sensors at the body feel; nothing where there is no body."""
        return self._body.sensed() if self._body else 0

    def switch(self, channel: int, *, on: bool) -> None:
        """Move one relay; like the firmware, pass over one that it does not have."""
        if 1 <= channel <= self.channels and self.fault is not Fault.STUCK:
            bit = 1 << (channel - 1)
            self._move(self.relays | bit if on else self.relays & ~bit)

    def lose_power(self) -> None:
        """Release them all."""
        self._move(0)

    def claim(self) -> bool:
        """Be the process that has the board's line; False when another has it."""
        return self._memory.claim()

    def close(self) -> None:
        """Let go of them, as they are. Idempotent."""
        self._memory.close()

    def _move(self, relays: int) -> None:
        self._memory.relays = relays
        if self._body:
            self._body.energise(relays)
