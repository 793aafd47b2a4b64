"""What the faulty links share: the planted fault, how it fails, and the device behind it."""

from __future__ import annotations

from drivers.api.clock import Clock, SystemClock, TimeSource
from drivers.api.errors import DeviceRefused, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.faulty import FaultyLink
from drivers.sim.faults.chance import Chance

RATE = 0.3
LATE_S = 0.03  # well within every deadline of the rig
REFUSAL = 0x6A  # a code that no device of the rig's knows


class Failing(FaultyLink):
    """A link with a Chance. ``who`` it is in its errors is the device's name on the bench."""

    def __init__(self, rate: float, fault: str, seed: int, time: TimeSource | None) -> None:
        self.chance = Chance(self.faults, rate, fault, seed)
        self._clock: Clock = SystemClock() if time is None else time.clock

    def plant(self, fault: str, seed: int) -> None:
        self.chance.plant(fault, seed)

    @property
    def strikes(self) -> int:
        return self.chance.strikes

    def delay(self) -> None:
        """Let pass what a late answer takes."""
        self._clock.sleep(LATE_S)

    def is_gone(self) -> bool:
        """Whether the link is gone for good, which counts each time that it is missed."""
        if self.chance.fault != "gone for good":
            return False
        self.chance.struck()
        return True


def failure(fault: str, who: str) -> Exception:
    """The error as which a fault comes out of a link."""
    made: dict[str, DriverError] = {
        "lost": LinkTimeout("no answer within the deadline", device=who),
        "damaged": FrameError("the checksum of an answer does not fit", device=who),
        "cut short": FrameError("an answer ended in the middle", device=who),
        "repeated": FrameError("an old answer came again", device=who),
        "refused": DeviceRefused(REFUSAL, "a command", device=who),
        "gone": LinkLost("it was unplugged", device=who),
    }
    return made.get(fault) or OSError(5, f"{who}: input/output error")
