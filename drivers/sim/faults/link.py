"""What the faulty links share: the planted fault, how it fails, and the device behind it."""

from __future__ import annotations

from drivers.api.clock import Clock, SystemClock, TimeSource
from drivers.api.device import Device, Finding, Identity
from drivers.api.errors import DeviceRefused, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.faulty import FaultyLink
from drivers.sim.faults.chance import Chance

RATE = 0.3
LATE_S = 0.03  # well within every deadline of the rig
REFUSAL = 0x6A  # a code that no device of the rig's knows


class Failing(FaultyLink):
    """A link with a Chance. ``who`` it is in its errors is the device's name on the bench."""

    name: str

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

    def raise_if_gone(self) -> None:
        """Raise LinkLost while it is gone for good."""
        if self.is_gone():
            raise failure("gone", self.name)


class Wrapping(Failing):
    """A link around a whole device, which says who that device is.

    Its options: ``rate`` is the share of uses that the fault strikes. ``fault`` is planted from the
    beginning, with ``seed``; none by default. ``time`` is where the bench's time comes from.
    """

    def __init__(
        self, behind: Device, rate: float, fault: str, seed: int, time: TimeSource | None
    ) -> None:
        super().__init__(rate, fault, seed, time)
        self.__behind = behind

    def identity(self) -> Identity:
        return self.__behind.identity()

    def self_test(self) -> tuple[Finding, ...]:
        return self.__behind.self_test()

    def close(self) -> None:
        """The device behind it is closed, and made safe, by the bench."""


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
