"""Devices that keep the contracts, remember what was done to them, and fail when told to.

They are named ``fake.*`` in bench files once the ``fake_drivers`` fixture has registered them.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from drivers.api.device import Device, Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverUnavailable, LinkLost
from drivers.api.relay import RelayBoard, Switch
from drivers.api.sensor import InputBoard, Sensor

HERE = f"{__name__}"
DRIVERS = {
    "fake.board": "FakeBoard",
    "fake.switch": "FakeSwitch",
    "fake.sensor": "FakeSensor",
    "fake.safe": "FakeStore",
}
Fault = Literal["", "missing library", "not found", "bug", "identity", "self-test", "close", "safe"]


class _Faulty(Device):
    """What happened to all fakes since the fixture began, in order."""

    happened: ClassVar[list[str]] = []

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        if fault == "missing library":
            raise DriverUnavailable("libfake is not installed")
        if fault == "not found":
            raise DeviceNotFound("nothing answers")
        if fault == "bug":
            raise TypeError("a fault of the driver")

    def identity(self) -> Identity:
        if self._fault == "identity":
            raise LinkLost("gone", device=self.name)
        self.happened.append(f"identity {self.name}")
        return Identity(make="Fake", model=type(self).__name__)

    def self_test(self) -> tuple[Finding, ...]:
        if self._fault == "self-test":
            raise LinkLost("gone", device=self.name)
        return (Finding("fake", ok=True),)

    def close(self) -> None:
        self.happened.append(f"close {self.name}")
        if self._fault == "close":
            raise LinkLost("does not let go", device=self.name)


class FakeBoard(_Faulty, RelayBoard, InputBoard):
    """Four relays in memory."""

    def __init__(self, serial: str, gain: float = 1.0, fault: Fault = "") -> None:
        super().__init__(fault)
        self.happened.append(f"open board {serial}")
        self.gain = gain
        self._relays = [False] * 4

    @property
    def channels(self) -> int:
        return len(self._relays)

    def set(self, channel: int, *, on: bool) -> None:
        self._relays[channel - 1] = on

    def states(self) -> tuple[bool, ...]:
        return tuple(self._relays)

    def inputs(self) -> tuple[bool, ...]:
        return self.states()


class FakeSwitch(_Faulty, Switch):
    """A relay of a board; ``safe`` is the state it closes to."""

    exclusive = ("board", "channel")

    def __init__(
        self, board: RelayBoard, channel: int = 1, *, safe: bool = False, fault: Fault = ""
    ) -> None:
        super().__init__(fault)
        self._board, self._channel, self._safe = board, channel, safe

    def set(self, *, on: bool) -> None:
        self.happened.append(f"set {self.name} {'on' if on else 'off'}")
        self._board.set(self._channel, on=on)

    def is_on(self) -> bool:
        return self._board.states()[self._channel - 1]

    def make_safe(self) -> None:
        if self._fault == "safe":
            raise LinkLost("does not move", device=self.name)
        self.happened.append(f"safe {self.name}")
        self._board.set(self._channel, on=self._safe)

    def close(self) -> None:
        self.make_safe()
        super().close()


class FakeSensor(_Faulty, Sensor):
    """An input of a board, or a fixed one by number."""

    def __init__(self, board: InputBoard | int, channel: int) -> None:
        super().__init__("")
        self._board, self._channel = board, channel

    def is_active(self) -> bool:
        return isinstance(self._board, int) or self._board.inputs()[self._channel - 1]


class FakeStore(_Faulty):
    """Something with a file, and options of every kind."""

    def __init__(
        self, file: Path, sizes: tuple[int, ...] = (), words: dict[str, str] | None = None
    ) -> None:
        super().__init__("")
        self.file, self.sizes, self.words = file, sizes, words


class FakePath(_Faulty):
    """Something that is opened by a path of its library's, such as nfcpy's readers are."""

    def __init__(self, path: str) -> None:
        super().__init__("")
        self.path = path
